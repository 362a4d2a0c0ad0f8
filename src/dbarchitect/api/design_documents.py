"""`dba design --target documents`: from what somebody builds to collections of MongoDB that have been tried."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace

from dbarchitect.design.decision import Decision
from dbarchitect.design.documents.answers import answer, example
from dbarchitect.design.documents.asking import Asked, NotAskedError, asked
from dbarchitect.design.documents.kinds import PATTERNS
from dbarchitect.design.documents.logical import Thing, logical, named
from dbarchitect.design.documents.placing import LARGE, Layout, placed
from dbarchitect.design.documents.queries import Written, filled, parameters, written
from dbarchitect.design.documents.record import record
from dbarchitect.design.documents.rows import Rows, documents, extended, made_rows
from dbarchitect.design.documents.shapes import Expression, Shape, changed, expressions_of, shape_of
from dbarchitect.design.spec import Access, Spec
from dbarchitect.design.tables import designed
from dbarchitect.documents.advice import Sampled, advise, consolidated
from dbarchitect.documents.validator import Field, probes_of, schema_of
from dbarchitect.engines.mongodb.commands import command_of, fields_of
from dbarchitect.engines.mongodb.connection import is_mongodb
from dbarchitect.engines.mongodb.explain import explain
from dbarchitect.engines.mongodb.order import order
from dbarchitect.engines.mongodb.standin import LIMITS, standin
from dbarchitect.engines.mongodb.trying import Expected, Trial, encoded, loaded, trial
from dbarchitect.errors import InputError
from dbarchitect.model.documents import AskedQuery, DocumentIndex
from dbarchitect.model.documents_advice import IndexAdvice, Probe
from dbarchitect.model.documents_design import (
    DesignedCollection,
    DesignedIndex,
    DesignedQuery,
    DocumentsArchitecture,
)
from dbarchitect.model.value import to_json
from dbarchitect.progress import nothing

from .design_folder import manifest_of, refuse_changed, refuse_strange, write_folder

LAB, _SEED, _LEAST = 1500, 40, 6  # documents of the largest collection, counted over and seeded; at least of each
Keys = tuple[tuple[str, int], ...]
Render = Callable[[DocumentsArchitecture, Sequence[Decision], Mapping[str, Sequence[Any]]], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsOptions:
    """Options of `design_documents`. `server`: a scratch server's URL in place of the stand-in; `closed`: validators
    refuse fields that the brief does not name; `force`: files that were changed by hand are written anew."""

    server: str = ""
    closed: bool = False
    seed: int = 0
    force: bool = False
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    progress: Callable[[str], None] = nothing


@dataclass(slots=True)
class _Query:
    """An access on its way: resolved, written, with its indexes and its answer."""

    access: Access
    asked: Asked | None = None
    written: Written | None = None
    refused: str = ""
    advice: list[IndexAdvice] = field(default_factory=list[IndexAdvice])
    shown: DesignedQuery | None = None


def design_documents(spec: Spec, folder: Path, options: DocumentsOptions, render: Render) -> DocumentsArchitecture:
    """Design, try and write the documents of a spec into `folder`; run again it is brought up to date.

    Raises `InputError` for a spec that contradicts itself, and for files that somebody changed.
    """
    begun = time.monotonic()
    if options.server and not is_mongodb(options.server):
        raise InputError(f"{options.server} is no MongoDB URL", hint="--server mongodb://USER:PASSWORD@HOST:PORT")
    before = manifest_of(folder)
    refuse_changed(folder, before, force=options.force)
    draft, volumes = designed(spec, now=options.now)
    known = logical(spec, draft, volumes)
    if not known.things:
        raise InputError("the brief names nothing to keep", hint="dba design --help says what a brief has")
    layout = placed(known, spec)
    queries = [_resolved(access, layout, spec) for access in spec.access]
    options.progress("counting what queries examine over made-up documents")
    lab_rows = made_rows(known, layout, spec, options.seed + 1, LAB, 20)
    lab = documents(layout, lab_rows)
    collections = [_collection(thing, layout, spec, lab, options) for thing in layout.roots()]
    collections, index_decisions = _indexed(collections, queries, layout, lab_rows, lab)
    decisions = (*record(layout, spec), *index_decisions, *_refused(queries))
    rows = made_rows(known, layout, spec, options.seed, _SEED, _LEAST)
    seeds = {name: [extended(one) for one in made] for name, made in documents(layout, rows).items()}
    collections = [
        replace(
            one,
            example=json.dumps(max(seeds[one.name], key=lambda each: len(json.dumps(each)), default=dict[str, Any]())),
        )
        for one in collections
    ]
    made = DocumentsArchitecture(
        title=spec.title or "Design",
        unread=len(spec.unread),
        folder=str(folder),
        collections=tuple(collections),
        placements=tuple(layout.placements),
        queries=tuple(one.shown for one in queries if one.shown is not None),
        seeded=sum(map(len, seeds.values())),
        lab=sum(map(len, lab.values())),
    )
    files = render(made, decisions, seeds)
    made = _tried(made, queries, layout, rows, seeds, files, options)
    pages = {
        "spec.json": to_json(spec, indent=2).decode() + "\n",
        **render(made, decisions, seeds),
    }
    contents = {name: text.encode() for name, text in pages.items()}
    refuse_strange(folder, contents, before, force=options.force)
    wrote, removed, unchanged = write_folder(folder, contents, before, options.now)
    return replace(made, written=wrote, removed=removed, unchanged=unchanged, seconds=time.monotonic() - begun)


# ---- queries


def _resolved(access: Access, layout: Layout, spec: Spec) -> _Query:
    query = _Query(access)
    rate = 1.0 if access.per_second is None else access.per_second
    shown = DesignedQuery(text=access.text, per_second=rate, line=access.line)
    try:
        query.asked = asked(access, layout.logical, spec)
        query.written = written(query.asked, layout)
    except NotAskedError as err:
        query.refused = str(err)
        query.shown = replace(shown, refused=str(err))
        return query
    commands = query.written.commands
    query.shown = replace(
        shown,
        collection=query.written.collection,
        commands=tuple(json.dumps(one, ensure_ascii=False) for one in commands),
        parameters=tuple(parameters(commands)),
        queries=len(commands),
        lookups=query.written.lookups,
        transaction=len(commands) > 1,
        note=query.written.note,
    )
    return query


def _refused(queries: Sequence[_Query]) -> Iterator[Decision]:
    for one in queries:
        if one.refused:
            yield Decision(
                topic="not enforced",
                about="",
                what=f"{one.access.text!r} has no command",
                why=one.refused,
                instead="two commands, of which the first finds the ids",
                line=one.access.line,
            )


# ---- collections


def _collection(
    thing: Thing, layout: Layout, spec: Spec, lab: Mapping[str, Sequence[Any]], options: DocumentsOptions
) -> DesignedCollection:
    shape = shape_of(layout, thing)
    tree = _tree(shape)
    expressions = list(expressions_of(layout, thing, spec))
    validator: dict[str, Any] = {"$jsonSchema": schema_of(tree, closed=options.closed)}
    if expressions:
        parts = [one.expression for one in expressions]
        validator["$expr"] = parts[0] if len(parts) == 1 else {"$and": parts}
    probes = [_mended(one, expressions, tree) for one in probes_of(tree, closed=options.closed)]
    full = json.loads(probes[0].document)
    for one in expressions:
        if one.good:
            probes.append(Probe(about=one.about, document=changed(full, one.good), accepted=True))
        probes.append(Probe(about=f"not: {one.about}", document=changed(full, one.bad), accepted=False))
    sizes = [encoded(extended(one)) for one in lab[thing.plural][:200]]
    most = layout.size(thing, most=True)
    held = [thing, *layout.children(thing.name)]
    bucketed = thing.name in layout.buckets
    share = layout.most[thing.name] if bucketed else 1
    size = next(
        (each.bytes for one in layout.placements if bucketed and one.child == thing.name for each in one.alternatives
         if each.form == "bucket"), layout.size(thing),
    )  # fmt: skip
    return DesignedCollection(
        name=thing.plural,
        holds=tuple(one.name for one in held),
        validator=json.dumps(validator, ensure_ascii=False),
        example="{}",
        indexes=tuple(_unique(thing, layout)),
        probes=tuple(probes),
        bytes=size,
        measured=sum(sizes) / len(sizes) if sizes else 0.0,
        most=size if bucketed else most,
        now=max(1.0, thing.now / share),
        later=max(1.0, thing.later / share),
        said=thing.said,
    )


def _tree(shape: Shape) -> Field:
    return Field(
        types=list(shape.types),
        fields={name: _tree(one) for name, one in shape.fields.items()},
        required=list(shape.required),
        items=_tree(shape.items) if shape.items is not None else None,
        values=shape.values,
        length=shape.length,
        minimum=shape.minimum,
        maximum=shape.maximum,
        fewest=shape.fewest,
        most=shape.most,
        pattern=shape.pattern,
        sample=_SAMPLES.get(shape.pattern[0], "")[: shape.length or None],
    )


# A text that matches each pattern of `kinds.PATTERNS`, for probes.
_SAMPLES = {
    PATTERNS["slug"][0]: "a-slug",
    PATTERNS["email"][0]: "a@example.org",
    PATTERNS["phone"][0]: "+49151234567",
    PATTERNS["url"][0]: "https://example.org",
    PATTERNS["secret"][0]: "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA",
}


def _mended(probe: Probe, expressions: Sequence[Expression], tree: Field) -> Probe:
    """A probe of the schema with values that the other conditions take, so that it is refused for one reason alone."""
    document: dict[str, Any] = json.loads(probe.document)
    for one in expressions:
        names = [path for path, _ in one.bad]
        if not one.good:  # exactly one of them
            kept = next((name for name in names if probe.about.startswith(name)), names[0])
            for name in names:
                if name != kept:
                    document.pop(name, None)
            document.setdefault(
                kept, {"$oid": "65f000000000000000000001"} if "objectId" in tree.fields[kept].types else "x"
            )
        else:
            values = [document.get(name) for name in names]
            first = fields_of(values[0])
            inner = len(names) == 1 and bool(first) and first.get("from") == first.get("to")
            if inner or (len(names) == 2 and values[0] is not None and values[0] == values[1]):
                document |= dict(one.good)
    return replace(probe, document=json.dumps(document))


# ---- indexes


def _unique(thing: Thing, layout: Layout) -> Iterator[DesignedIndex]:
    """What no two documents may share. Fields that need not be there are left out where they are not."""
    seen: set[Keys] = set()
    for one, prefix in [(thing, ""), *((child, layout.array(child) + ".") for child in layout.children(thing.name))]:
        wanted: list[tuple[tuple[str, ...], bool]] = []
        for each in one.fields:
            within = [ref.name for name in each.within if (ref := one.ref(name)) is not None]
            if each.unique or within:
                wanted.append(((*within, named(each.name)), each.required))
        entity = one.entity
        if not prefix and thing.name not in layout.buckets:
            if entity is not None:
                wanted += [(tuple(map(named, key)), True) for key in entity.key if all(one.field(name) for name in key)]
                parent = next((ref.name for ref in one.refs if ref.called(entity.parent)), "")
                if entity.weak and parent:
                    wanted.append(((parent, *map(named, entity.weak)), True))
            if one.pair:
                wanted.append((tuple(ref.name for ref in one.refs if not ref.tenancy), True))
            wanted += [((ref.name,), ref.required) for ref in one.refs if ref.one]
        for names, required in wanted:
            if prefix and layout.inside[one.name].name in names:
                continue  # within one document: an index would hold it of all of them
            keys = tuple((prefix + name, 1) for name in names)
            if keys in seen or any(path.split(".")[0] in {r.name for r in one.refs if (one.name, r.role) in layout.held}
                                   for path, _ in keys):  # fmt: skip
                continue
            seen.add(keys)
            partial = "" if required and not prefix else json.dumps({keys[-1][0]: {"$exists": True}})
            yield DesignedIndex(name=_named(keys), keys=keys, unique=True, partial=partial, rule="unique")


def _named(keys: Sequence[tuple[str, int | str]]) -> str:
    return "_".join(f"{path}_{way}" for path, way in keys)[:120]


def _indexed(
    collections: Sequence[DesignedCollection],
    queries: Sequence[_Query],
    layout: Layout,
    rows: Rows,
    lab: Mapping[str, Sequence[Any]],
) -> tuple[list[DesignedCollection], list[Decision]]:
    """The collections with an index for each access, and what was decided: each is counted over the lab's documents."""
    loaded_lab = {name: [loaded(extended(one)) for one in made] for name, made in lab.items()}
    there = {one.name: [_known("_id_", (("_id", 1),)), *map(_plain, one.indexes)] for one in collections}
    samples = {
        one.name: Sampled(loaded_lab[one.name], len(loaded_lab[one.name]), tuple(there[one.name]))
        for one in collections
    }
    given: dict[int, dict[str, Any]] = {}
    for at, query in enumerate(queries):
        if query.asked is None or query.written is None:
            continue
        try:
            given[at] = example(query.asked, layout, rows)
        except NotAskedError:
            continue
        for collection, filter_, sort, limit in _asks(query, given[at], loaded_lab):
            asking = AskedQuery(collection=collection, operation="find", form=query.access.text, sort=sort)
            query.advice.append(advise(asking, filter_, limit, samples[collection], order))
    wanted: dict[tuple[str, Keys], list[tuple[str, IndexAdvice]]] = {}
    made = consolidated([one for query in queries for one in query.advice])
    for collection, keys in made:
        wanted[collection, keys] = [
            (query.access.text, one)
            for query in queries
            for one in query.advice
            if one.best is not None
            and one.query.collection == collection
            and keys[: len(one.best.keys)] == one.best.keys
        ]
    found: list[DesignedCollection] = []
    for one in collections:
        more = [
            DesignedIndex(
                name=_named(keys), keys=keys, queries=tuple(dict.fromkeys(text for text, _ in asks)),
                rule=next((a.best.name for _, a in asks if a.best is not None and a.best.keys == keys), "E"),
            )
            for (collection, keys), asks in wanted.items()
            if collection == one.name
        ]  # fmt: skip
        more += _special(one.name, queries)
        found.append(replace(one, indexes=(*one.indexes, *more)))
    _counted(queries, given, found, loaded_lab)
    return found, [_index_decision(collection, keys, asks) for (collection, keys), asks in wanted.items()]


def _special(collection: str, queries: Sequence[_Query]) -> Iterator[DesignedIndex]:
    """Indexes of words and of places. A collection has one index of words, which holds all that are searched."""
    keys: dict[str, dict[str, list[str]]] = {}
    for query in queries:
        if query.written is not None and query.written.collection == collection:
            for path, kind in query.written.special:
                keys.setdefault(kind if kind == "text" else path, {}).setdefault(path, []).append(query.access.text)
    for kind, paths in keys.items():
        way = "text" if kind == "text" else "2dsphere"
        made = tuple((path, way) for path in paths)
        texts = tuple(dict.fromkeys(text for each in paths.values() for text in each))
        yield DesignedIndex(name=_named(made), keys=made, queries=texts, rule=way)


def _asks(
    query: _Query, given: Mapping[str, Any], lab: Mapping[str, Sequence[Any]]
) -> Iterator[tuple[str, Mapping[str, Any], Keys, int]]:
    """(collection, filter, sort, limit) of what an index can serve of an access."""
    one = query.written
    assert one is not None
    if one.filter is not None and not one.special:
        values = {name: extended(value) for name, value in given.items()}
        yield one.collection, loaded(filled(one.filter, values)), one.sort, one.limit
    for collection, path in one.inner:
        value = next((v for document in lab[collection] if (v := _at(document, path)) is not None), None)
        if value is not None:
            yield collection, {path: value}, (), 0


def _at(document: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(document, list):
            document = cast("list[Any]", document)[0] if document else None
        if not isinstance(document, dict):
            return None
        document = cast("dict[str, Any]", document).get(part)
    many = cast("list[Any]", document) if isinstance(document, list) else []
    return many[0] if many else cast("Any", document)


def _known(name: str, keys: Keys) -> DocumentIndex:
    return DocumentIndex(name=name, keys=keys)


def _plain(one: DesignedIndex) -> DocumentIndex:
    # One for documents that have the field serves each query that asks for a value of it: it is counted as a whole one.
    return DocumentIndex(name=one.name, keys=one.keys, unique=one.unique)


def _counted(
    queries: Sequence[_Query],
    given: Mapping[int, Mapping[str, Any]],
    collections: Sequence[DesignedCollection],
    lab: Mapping[str, Sequence[Any]],
) -> None:
    """What each access examines with all indexes, and with none."""
    indexes = {
        one.name: (_known("_id_", (("_id", 1),)), *(_plain(i) for i in one.indexes if _scans(i))) for one in collections
    }
    whole = {name: Sampled(made, len(made), indexes[name]) for name, made in lab.items()}
    bare = {name: Sampled(made, len(made), ()) for name, made in lab.items()}
    for at, query in enumerate(queries):
        one = query.written
        if query.shown is None or one is None or at not in given:
            continue
        served = next(iter(_asks(query, given[at], lab)), None)
        if served is None or one.filter is None or one.special:
            why = "an index of its own kind serves it" if one.special else "it asks for no documents by a filter"
            query.shown = replace(query.shown, uncounted=why)
            continue
        asking = AskedQuery(collection=one.collection, operation="find", form="", sort=one.sort)
        best = advise(asking, served[1], one.limit, whole[one.collection], order)
        walked = advise(asking, served[1], one.limit, bare[one.collection], order)
        name = "" if best.now is None or not best.now.keys else best.now.name
        query.shown = replace(query.shown, index=name, counted=best.now, walked=walked.now, uncounted=best.refused)


def _scans(one: DesignedIndex) -> bool:
    return all(isinstance(way, int) for _, way in one.keys)


def _index_decision(collection: str, keys: Keys, asks: Sequence[tuple[str, IndexAdvice]]) -> Decision:
    text, one = next(((t, a) for t, a in asks if a.best is not None and a.best.keys == keys), asks[0])
    assert one.best is not None
    assert one.now is not None
    others = [each for each in one.tried if each.keys != keys][:2]
    shown = ", ".join(f"{path}: {way}" for path, way in keys)

    def said(each: Any) -> str:
        sorts = f", {each.sorted:,} sorted" if each.sorted else ""
        return f"{each.keys_examined:,} keys and {each.documents_examined:,} documents{sorts}"

    why = (
        "equality, sort, range" if one.best.name == "ESR" else "range before sort, the exception: less work"
        if one.best.name == "ERS" else f"{one.best.name}, a beginning of equality, sort, range"
    )  # fmt: skip
    return Decision(
        topic="index",
        about=collection,
        what=f"an index on {shown}",
        why=f"{text!r}: {why}; {said(one.best)} of {one.documents:,} made-up documents, as counted; "
        f"without it {said(one.now)}",
        instead="; ".join(
            f"{', '.join(f'{p}: {w}' for p, w in each.keys)} ({each.name}): {said(each)}" for each in others
        ),
        unless="the values of real documents are spread otherwise: dba documents index SERVER queries.jsonl",
    )


# ---- trying


def _tried(
    made: DocumentsArchitecture,
    queries: Sequence[_Query],
    layout: Layout,
    rows: Rows,
    seeds: Mapping[str, Sequence[Any]],
    files: Mapping[str, str],
    options: DocumentsOptions,
) -> DocumentsArchitecture:
    """The design with what a server did with it: the one that is named, else the stand-in; static without any."""
    failures = [
        f"{one.name}: a document is {one.most / 1024 / 1024:.1f} MB at its bounds, of at most 16"
        for one in made.collections
        if one.most is not None and one.most > 8 * LARGE
    ]
    with nullcontext(options.server) if options.server else standin() as url:
        if not url:
            return replace(made, failures=tuple(failures))
        with trial(url, files, options.progress) as there:
            limits = LIMITS if there.standin else ()
            made = replace(made, server=there.server, standin=there.standin, limits=limits, level="measured")
            failures += there.setup("up")
            setup = [] if failures else ["setup.py up makes the collections"]
            missing = {one.name for one in made.collections} - there.collections()
            failures += [f"setup.py up leaves out {name}" for name in sorted(missing)]
            if not failures:
                made, wrong = _run(made, queries, layout, rows, seeds, there)
                failures += wrong
                wrong = list(there.setup("down"))
                left = {one.name for one in made.collections} & there.collections()
                wrong += [f"setup.py down leaves {name}" for name in sorted(left)]
                failures += wrong
                setup += [] if wrong else ["setup.py down leaves nothing of them"]
    return replace(made, failures=tuple(failures), setup=tuple(setup))


def _run(
    made: DocumentsArchitecture,
    queries: Sequence[_Query],
    layout: Layout,
    rows: Rows,
    seeds: Mapping[str, Sequence[Any]],
    there: Trial,
) -> tuple[DocumentsArchitecture, list[str]]:
    failures: list[str] = []
    collections: list[DesignedCollection] = []
    for one in made.collections:
        probes = there.probed(one.name, (*one.probes, *_doubles(one, seeds[one.name])))
        failures += [f"{one.name}: {each.about}: {each.said}" for each in probes if not each.held]
        collections.append(replace(one, probes=probes))
    for name, found in seeds.items():
        said = there.fill(name, found)
        failures += [said] if said else []
    anonymous = frozenset(layout.logical.things[name].plural for name in layout.buckets)
    asked_of = [one for one in queries if one.asked is not None and one.written is not None]
    changing = ("add", "change", "remove", "take")
    astray = ""  # a write after which the documents are not those that the rows say
    for one in sorted(asked_of, key=lambda each: each.access.verb in changing):
        if astray and one.shown is not None:
            one.shown = replace(one.shown, said=f"{astray!r} before it left other documents")
            continue
        one.shown = _compared(one, layout, rows, there, anonymous)
        if one.shown.outcome == "differs":
            failures.append(f"{one.access.text!r}: {one.shown.said}")
            astray = one.access.text if one.access.verb in changing else ""
    shown = tuple(one.shown for one in queries if one.shown is not None)
    return replace(made, collections=tuple(collections), queries=shown), failures


def _doubles(one: DesignedCollection, seeds: Sequence[Any]) -> Iterator[Probe]:
    """Two documents that share what no two may, and two that do not."""
    for index in one.indexes:
        paths = [path for path, _ in index.keys]
        usable = [each for each in seeds if all(_at(each, path) is not None for path in paths)]
        if not index.unique or len(usable) < 2:
            continue
        first = usable[0]
        other = {**usable[1], **{path.split(".")[0]: first[path.split(".")[0]] for path in paths}}
        rest = [each for each in one.indexes if each.unique and each is not index]
        if not rest:
            both = json.dumps([first, usable[1]])
            yield Probe(about=f"two with another {', '.join(paths)}", document=both, accepted=True)
        yield Probe(about=f"two with the same {', '.join(paths)}", document=json.dumps([first, other]), accepted=False)


def _compared(one: _Query, layout: Layout, rows: Rows, there: Trial, anonymous: frozenset[str]) -> DesignedQuery:
    assert one.shown is not None
    assert one.asked is not None
    assert one.written is not None
    if one.access.verb == "nearest" and there.standin:
        return replace(one.shown, said="the stand-in does not order by distance")
    try:
        wanted = answer(one.asked, layout, rows)
    except NotAskedError as err:
        return replace(one.shown, said=str(err))
    values = {name: extended(value) for name, value in wanted.values.items()}
    commands = [filled(command, values) for command in one.written.commands]
    after = None
    if wanted.after is not None:
        after = {name: [extended(each) for each in found] for name, found in wanted.after.items()}
    explained = None
    if wanted.after is None and not there.standin:
        command = command_of(loaded(commands[0]), "")
        if command is not None:
            explained, _ = explain(there.client, there.database.name, command)
    outcome, said, returned = there.asked(
        Expected(
            commands=commands, found=[extended(each) for each in wanted.found], order=wanted.order, limit=wanted.limit,
            after=after, anonymous=anonymous,
        )
    )  # fmt: skip
    return replace(one.shown, outcome=outcome, said=said, returned=returned, explained=explained)
