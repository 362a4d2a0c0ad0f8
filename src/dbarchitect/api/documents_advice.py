"""`dba documents`: shapes, advice on indexes for a file of queries, and validators with their probes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from dbarchitect.design.documents.kinds import TYPES, bound
from dbarchitect.design.spec import Entity, Relation, Spec
from dbarchitect.design.spec import Field as SpecField
from dbarchitect.documents.advice import Sampled, advise, consolidated
from dbarchitect.documents.validator import Field, validator, validator_of
from dbarchitect.engines.mongodb.commands import read_commands
from dbarchitect.engines.mongodb.connection import connect, is_mongodb, shown
from dbarchitect.engines.mongodb.explain import explain
from dbarchitect.engines.mongodb.inspect import LookOptions, inspect
from dbarchitect.engines.mongodb.order import order
from dbarchitect.engines.mongodb.probing import probe
from dbarchitect.errors import InputError
from dbarchitect.model.documents import Documents
from dbarchitect.model.documents_advice import IndexAdvice, IndexPlan, Validator
from dbarchitect.model.english import camel, plural, split

from .documents import looked_at
from .kinds import admit

_MOST_KEPT = 2_000  # documents of a collection that are counted over


@dataclass(frozen=True, kw_only=True)
class DocumentOptions:
    """`documents`: so many of a collection are looked at. `collections`: only these. `server`: a scratch one for
    probes. `explain`: ask the server too, which runs the queries. `closed`: validators refuse unheard-of fields."""

    documents: int
    now: datetime
    progress: Callable[[str], None]
    collections: Sequence[str] = ()
    server: str = ""
    explain: bool = False
    closed: bool = False


def shapes(url: str, options: DocumentOptions) -> Documents:
    """What a database has. Raises `InputError` for what is no MongoDB."""
    admit("documents shapes", url)
    _mongodb(url)
    return looked_at(url, _look(options))


def index_plan(url: str, queries: Path, options: DocumentOptions) -> IndexPlan:
    """The indexes for the queries of a file, each counted over a sample of the documents."""
    admit("documents index", url)
    _mongodb(url)
    commands = read_commands(queries)
    wanted = tuple(dict.fromkeys(one.asked.collection for one in commands))
    kept: dict[str, list[Mapping[str, Any]]] = defaultdict(list)

    def keep(collection: str, document: Mapping[str, Any]) -> None:
        kept[collection].append(document)

    look = LookOptions(
        documents=min(options.documents, _MOST_KEPT),
        collections=wanted,
        keep=keep,
        now=options.now,
        progress=options.progress,
    )
    client, database = connect(url)
    try:
        if not database:
            raise InputError(f"{shown(url)} names no database", hint="mongodb://HOST:PORT/DATABASE")
        found = inspect(client, url, database, look)
        made: list[IndexAdvice] = []
        samples: dict[str, Sampled] = {}
        for at, one in enumerate(commands):
            options.progress(f"counting query {at + 1:,} of {len(commands):,}")
            there = found.collection(one.asked.collection)
            if there is None or there.kind == "view":
                made.append(IndexAdvice(query=one.asked, refused="it asks a view: ask what that is made of"))
                continue
            if there.name not in samples:
                samples[there.name] = Sampled(kept[there.name], there.documents, there.indexes)
            advice = advise(one.asked, one.filter, one.limit, samples[there.name], order)
            if options.explain:
                said, silent = explain(client, database, one)
                advice = replace(advice, explained=said, silent=silent)
            made.append(advice)
    finally:
        client.close()
    return IndexPlan(
        source=found.source,
        server=f"{found.server} {found.version}".strip(),
        queries=tuple(made),
        create=consolidated(made),
    )


def validators(source: str, options: DocumentOptions) -> tuple[Validator, ...]:
    """Validators for the collections of a database, or for the entities of a brief; sent their probes where a scratch
    server is named."""
    admit("documents validators", source)
    if is_mongodb(source):
        found = shapes(source, options)
        made = tuple(
            validator_of(one, closed=options.closed)
            for one in found.collections
            if one.kind == "collection" and one.sampled
        )
        if not made:
            raise InputError(f"{found.source}: no collection has documents", hint="a brief says what is to be kept")
    else:
        from .design import read_spec

        spec = read_spec(Path(source), progress=options.progress)
        trees = dict(trees_of(spec))
        unknown = [one for one in options.collections if one not in trees]
        if unknown:
            raise InputError(f"{source} has no {unknown[0]}", hint=f"it has: {', '.join(trees)}")
        made = tuple(
            validator(name, tree, closed=options.closed, exists=False)
            for name, tree in trees.items()
            if not options.collections or name in options.collections
        )
        if not made:
            raise InputError(f"{source} names nothing to keep", hint="dba design --help says what a brief has")
    if options.server:
        _mongodb(options.server)
        made = probe(options.server, source if is_mongodb(source) else "", made, options.progress)
    return made


def trees_of(spec: Spec) -> Iterator[tuple[str, Field]]:
    """(collection, what its documents may hold) of each entity, with references to others by their `_id`; what is
    many-to-many is a collection of pairs, so that no array grows."""
    trees = {one.name: Field(types=["object"]) for one in spec.entities}
    for one in spec.entities:
        for field in one.fields:
            if not field.derived:
                _add(trees[one.name], camel(split(field.name)), _of(field), required=field.required)
        if one.parent in trees:
            _add(trees[one.name], _reference(one.parent, ""), Field(types=["objectId"]), required=True)
    pairs: list[tuple[str, Field]] = []
    for relation in spec.relations:
        ends = (relation.first, relation.second)
        if any(end.entity not in trees for end in ends) or _is_parent(spec.entities, relation):
            continue
        if all(end.most is None or end.most > 1 for end in ends):
            tree = Field(types=["object"])
            for end in ends:
                _add(tree, _reference(end.entity, end.role), Field(types=["objectId"]), required=True)
            for field in relation.fields:
                _add(tree, camel(split(field.name)), _of(field), required=field.required)
            name = relation.name or f"{relation.first.entity} {relation.second.entity}"
            pairs.append((camel(split(name)), tree))
            continue
        holder, one = ends if ends[1].most == 1 else (ends[1], ends[0])
        name = _reference(one.entity, one.role)
        _add(trees[holder.entity], name, Field(types=["objectId"]), required=one.least > 0)
    for one in spec.entities:
        *words, last = split(one.plural or one.name)
        yield camel((*words, last if one.plural else plural(last))), trees[one.name]
    yield from pairs


def _is_parent(entities: Sequence[Entity], relation: Relation) -> bool:
    ends = {relation.first.entity, relation.second.entity}
    return any(one.parent and {one.name, one.parent} == ends for one in entities)


def _reference(entity: str, role: str) -> str:
    return camel(split(f"{role or entity} id"))


def _add(tree: Field, name: str, field: Field, *, required: bool) -> None:
    tree.fields[name] = field
    if required:
        tree.required.append(name)
    else:
        field.types.append("null")


def _of(field: SpecField) -> Field:
    types = list(TYPES.get(field.kind, ("string",)))
    made = Field(types=types, values=field.values if field.kind == "choice" else (), length=field.length)
    if field.kind == "tags":
        made.items = Field(types=["string"])
    if field.kind == "vector":
        made.items = Field(types=["double", "int", "long"])
    if field.kind in ("integer", "decimal", "money", "percentage", "number"):
        made.minimum, made.maximum = bound(field.minimum), bound(field.maximum)
    return made


def _look(options: DocumentOptions) -> LookOptions:
    return LookOptions(
        documents=options.documents,
        collections=options.collections,
        now=options.now,
        progress=options.progress,
    )


def _mongodb(url: str) -> None:
    if not is_mongodb(url):
        raise InputError(f"{url} is no MongoDB URL", hint="mongodb://USER:PASSWORD@HOST:PORT/DATABASE")
