"""The rules on documents of MongoDB: each one file in `rules/`, with `check(look: Documents)`. See `model.rulebook`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from dbarchitect.model import documents as model
from dbarchitect.model.documents import AskedQuery, DocumentIndex, Documents
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.rulebook import SERVER, ReadRule, Rulebook

__all__ = [
    "BOOK",
    "SERVER",
    "Rule",
    "asked_text",
    "collection_ref",
    "covers",
    "dotted",
    "index_ref",
    "keys_text",
    "path_ref",
    "query_source",
    "sampled",
    "shell",
]

_LACKS = {
    "documents": "no document was looked at",
    "queries": "the profiler has no queries and no file names any (--workload)",
    "indexes": "indexes may not be read (listIndexes)",
    "uses": "the server does not tell how often indexes are used ($indexStats)",
    "sharded": "this is no sharded cluster",
    "access": "who is let in may not be read (connectionStatus)",
}


@dataclass(frozen=True)
class Rule(ReadRule[Documents]):
    """One rule. `needs`: of `_LACKS`; `fix` and `ask` of a finding are commands of mongosh."""

    needs: tuple[str, ...] = ("documents",)


def collection_ref(name: str) -> ObjectRef:
    """Where a finding about a collection points."""
    return ObjectRef(kind="collection", name=name)


def path_ref(collection: str, path: str) -> ObjectRef:
    """Where a finding about a path of documents points."""
    return ObjectRef(kind="path", name=collection, sub=path)


def index_ref(collection: str, index: str) -> ObjectRef:
    """Where a finding about an index points."""
    return ObjectRef(kind="index", name=collection, sub=index)


def shell(collection: str) -> str:
    """A collection in mongosh."""
    return f"db.getCollection({json.dumps(collection, ensure_ascii=False)})"


def dotted(path: str) -> str:
    """A path as MongoDB's queries write it: without the marks of arrays."""
    return path.replace("[]", "")


def keys_text(keys: Sequence[tuple[str, int | str]]) -> str:
    """Keys of an index as mongosh takes them."""
    return "{" + ", ".join(f"{json.dumps(path, ensure_ascii=False)}: {json.dumps(way)}" for path, way in keys) + "}"


def query_source(query: AskedQuery) -> str:
    """Where a query comes from."""
    return "the profiler" if query.origin == "profiler" else query.origin


def asked_text(query: AskedQuery) -> str:
    """A query for people, with how often it came and from where."""
    calls = f"{query.calls:,} {'call' if query.calls == 1 else 'calls'}"
    spent = f" of {query.millis / query.calls:,.0f} ms" if query.millis is not None else ""
    return f"{query.operation} {query.form} of {query.collection} ({calls}{spent}, {query_source(query)})"


def covers(longer: DocumentIndex, index: DocumentIndex) -> bool:
    """Whether `longer` serves what `index` does."""
    if index.name == "_id_" or index.unique or index.sparse or index.hidden or index.ttl is not None or not index.plain:
        return False
    if longer.sparse or longer.hidden or (longer.partial, longer.collation) != (index.partial, index.collation):
        return False
    first = longer.keys[: len(index.keys)]
    turned = tuple((path, -way if isinstance(way, int) else way) for path, way in first)
    return index.keys in (first, turned)


def sampled(one: model.Collection) -> str:
    """`all 40 documents`, `1,000 of 2,000,000 documents, drawn at random`."""
    if one.whole:
        return f"all {one.sampled:,} documents"
    how = "drawn at random" if one.drawn else "the first ones: drawing was refused"
    return f"{one.sampled:,} of {one.documents:,} documents, {how}"


def _met(documents: Documents, needs: str) -> bool:
    match needs:
        case "documents":
            return any(one.sampled for one in documents.collections)
        case "queries":
            return bool(documents.queries)
        case "indexes":
            return any(one.indexes for one in documents.collections)
        case "uses":
            return any(index.uses is not None for one in documents.collections for index in one.indexes)
        case "sharded":
            return documents.sharded
        case "access":
            return documents.open is not None
        case _:
            raise KeyError(needs)


BOOK = Rulebook(f"{__package__}.rules", _met, _LACKS)
