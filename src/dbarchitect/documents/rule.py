"""The rule mechanism for documents, as that of `review`: a rule is one file in `rules/`, found by listing the folder.

It holds a docstring, which is its page (`model.page.SECTIONS`), `RULE = Rule(__name__, __doc__, ...)` and
`def check(look: Documents) -> Iterator[Finding]`.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from dbarchitect.model import documents as model
from dbarchitect.model.documents import AskedQuery, DocumentIndex, Documents
from dbarchitect.model.finding import Certainty, Finding, Severity, Silence
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.page import Page
from dbarchitect.model.proof import Proof, Scalar

Needs = Literal["documents", "queries", "indexes", "uses", "sharded", "access"]
Check = Callable[[Documents], Iterator[Finding]]

SERVER = ObjectRef(kind="database")

_NEEDS: dict[Needs, str] = {
    "documents": "no document was looked at",
    "queries": "the profiler has no queries and no file names any (--workload)",
    "indexes": "indexes may not be read (listIndexes)",
    "uses": "the server does not tell how often indexes are used ($indexStats)",
    "sharded": "this is no sharded cluster",
    "access": "who is let in may not be read (connectionStatus)",
}


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


def _unbound(_: Documents) -> Iterator[Finding]:
    raise NotImplementedError("a rule gets its check when `rules()` finds its file")


@dataclass(frozen=True)
class Rule(Page):
    """One rule. `needs`: what must have been read, else it is silent and says so."""

    severity: Severity = Severity.WARNING
    certainty: Certainty = "certain"
    needs: tuple[Needs, ...] = ("documents",)
    check: Check = _unbound

    def finding(
        self,
        at: ObjectRef,
        message: str,
        *,
        severity: Severity | None = None,
        facts: dict[str, Scalar] | None = None,
        fix: Sequence[str] = (),
        ask: Sequence[str] = (),
        asks: bool = False,
        read: str = "read from the server",
    ) -> Finding:
        """A finding of this rule. `fix`: commands of mongosh that mend it; `ask`: those that show it."""
        return Finding(
            rule=self.id,
            severity=severity or self.severity,
            certainty="possible" if asks else self.certainty,
            at=at,
            message=message,
            why=self.why,
            unless=self.unless,
            facts=facts or {},
            ddl=tuple(fix),
            asks=asks,
            proof=Proof(level="measured", method=read, holds=True, script="\n".join(ask)),
        )


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in order of id."""
    folder = Path(__file__).parent / "rules"
    found: list[Rule] = []
    for entry in pkgutil.iter_modules([str(folder)], f"{__package__}.rules."):
        module = importlib.import_module(entry.name)
        found.append(replace(module.RULE, check=module.check))
    return tuple(sorted(found, key=lambda rule: rule.id))


def look(documents: Documents, run: Collection[str]) -> tuple[tuple[Finding, ...], tuple[Silence, ...]]:
    """What the rules with these ids say, worst first, and which of them stayed silent."""
    findings: list[Finding] = []
    silent: list[Silence] = []
    for rule in rules():
        if rule.id not in run:
            continue
        unmet: Needs | None = next((one for one in rule.needs if not _met(documents, one)), None)
        if unmet is not None:
            silent.append(Silence(rule=rule.id, reason=_NEEDS[unmet]))
        else:
            findings += rule.check(documents)
    findings.sort(key=lambda one: -one.severity.rank)
    return tuple(findings), tuple(silent)


def sampled(one: model.Collection) -> str:
    """`all 40 documents`, `1,000 of 2,000,000 documents, drawn at random`."""
    if one.whole:
        return f"all {one.sampled:,} documents"
    how = "drawn at random" if one.drawn else "the first ones: drawing was refused"
    return f"{one.sampled:,} of {one.documents:,} documents, {how}"


def _met(documents: Documents, needs: Needs) -> bool:
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
