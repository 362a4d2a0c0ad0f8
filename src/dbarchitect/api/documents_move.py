"""`dba documents postgres`: two designs for a database of documents, loaded, measured and compared."""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from dbarchitect.documents.move.designs import asked_paths, jsonb_design, tables_design
from dbarchitect.documents.move.places import NotTranslatedError
from dbarchitect.documents.move.queries import restricted, settled, translated
from dbarchitect.documents.move.shape import Seen, tree_of
from dbarchitect.documents.move.verdict import verdict
from dbarchitect.engines.mongodb.commands import Command, read_commands
from dbarchitect.engines.mongodb.connection import Client, connect, is_mongodb, refusal, shown
from dbarchitect.engines.mongodb.explain import explain
from dbarchitect.engines.mongodb.inspect import LookOptions, inspect
from dbarchitect.engines.mongodb.moving import (
    answer,
    closed,
    neutral,
    profiled_commands,
    reading,
    references_of,
    uuid_paths,
)
from dbarchitect.engines.postgres.server import private_server
from dbarchitect.errors import InputError
from dbarchitect.files import write_whole
from dbarchitect.model.documents import Collection, Documents
from dbarchitect.model.documents_move import Asked, Choice, Move, MoveDesign, MovedQuery, Reference, SourceSize
from dbarchitect.prove.documents_move import Bench, asked, ids_of, loaded
from dbarchitect.render.documents_move import LOADER, design_files, readme

from .documents_advice import DocumentOptions
from .kinds import admit

_MOST_LOADED = 20_000  # documents of a collection that are kept in memory and loaded


@dataclass
class _Source:
    """What was read of the server: `kept` has the documents by collection, `commands` the queries."""

    client: Client
    database: Any
    name: str
    found: Documents
    collections: tuple[Collection, ...]
    kept: dict[str, list[Mapping[str, Any]]]
    commands: tuple[Command, ...]
    references: tuple[Reference, ...]
    explain: bool
    answers: dict[tuple[int, frozenset[str]], tuple[list[Any] | None, str]] = field(
        default_factory=dict[tuple[int, frozenset[str]], "tuple[list[Any] | None, str]"]
    )


def move_to_postgres(
    url: str, queries: Path | None, options: DocumentOptions, *, cache: Path | None = None, pg_bin: Path | None = None
) -> Move:
    """Both designs for the collections of a database, measured on a private PostgreSQL with the sampled documents.

    Raises `InputError` for what is no MongoDB or has no documents, `SurroundingsError` where it cannot be reached.
    """
    from pymongo import errors

    admit("documents postgres", url)
    if not is_mongodb(url):
        raise InputError(f"{url} is no MongoDB URL", hint="mongodb://USER:PASSWORD@HOST:PORT/DATABASE")
    written = read_commands(queries) if queries else ()
    client, database = connect(url)
    try:
        if not database:
            raise InputError(f"{shown(url)} names no database", hint="mongodb://HOST:PORT/DATABASE")
        source = _read(client, url, database, written, options)
        designs = _designs(source)
        return _measured(source, designs, options.progress, cache=cache, pg_bin=pg_bin)
    except errors.PyMongoError as err:
        raise refusal(err, url) from None
    finally:
        client.close()


def write_move(move: Move, folder: Path) -> tuple[Path, ...]:
    """Write the designs, the loader and the report into a folder; the files."""
    made: dict[str, str] = {"README.md": readme(move)}
    made["load.py"] = LOADER
    made["transfer.py"] = resources.files("dbarchitect.engines.mongodb").joinpath("transfer.py").read_text("utf-8")
    made["result.json"] = msgspec.json.format(msgspec.json.encode(move), indent=2).decode() + "\n"
    for design in move.designs:
        for name, text in design_files(move, design).items():
            made[f"{design.name}/{name}"] = text
    for name, text in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, text)
    return tuple(folder / name for name in made)


def _read(client: Client, url: str, database: str, written: Sequence[Command], options: DocumentOptions) -> _Source:
    kept: dict[str, list[Mapping[str, Any]]] = defaultdict(list)

    def keep(collection: str, document: Mapping[str, Any]) -> None:
        kept[collection].append(document)

    look = LookOptions(
        documents=min(options.documents, _MOST_LOADED),
        collections=options.collections,
        keep=keep,
        now=options.now,
        progress=options.progress,
    )
    found = inspect(client, url, database, look)
    collections = tuple(one for one in found.collections if one.kind == "collection" and one.sampled)
    if not collections:
        raise InputError(
            f"{shown(url)}: no collection has documents", hint="a brief says what is to be kept: dba design"
        )
    reading_of = reading(client, database)
    options.progress("looking for references")
    references = tuple(references_of(reading_of, collections, kept))
    closed(reading_of, references, kept, _MOST_LOADED)
    commands = tuple(written) or profiled_commands(reading_of)
    return _Source(client, reading_of, database, found, collections, dict(kept), commands, references, options.explain)


def _designs(source: _Source) -> tuple[MoveDesign, MoveDesign]:
    uuids = {name: uuid_paths(some) for name, some in source.kept.items()}
    wanted: dict[str, list[str]] = defaultdict(list)
    for one in source.commands:
        wanted[one.asked.collection] += [*asked_paths(one.filter), *(path for path, _ in one.asked.sort)]
    partials = {
        (one.name, index.name): neutral(_extended(index.partial))
        for one in source.collections
        for index in one.indexes
        if index.partial
    }
    return (
        tables_design(source.collections, uuids, source.references, partials),
        jsonb_design(source.collections, uuids, source.references, wanted, partials),
    )


def _extended(text: str) -> Any:
    from bson import json_util

    return json_util.loads(text)


def _measured(
    source: _Source,
    designs: Sequence[MoveDesign],
    progress: Callable[[str], None],
    *,
    cache: Path | None,
    pg_bin: Path | None,
) -> Move:
    benches: dict[str, Bench] = {}
    with private_server(pg_bin, cache=cache) as server:
        for design in designs:
            server.create_database(f"move_{design.name}")
            benches[design.name] = loaded(design, server.connect(f"move_{design.name}"), source.kept, progress)
        try:
            queries = tuple(_compared(source, at, one, benches, progress) for at, one in enumerate(source.commands))
            version = str(benches["tables"].connection.info.server_version // 10_000)
        finally:
            for bench in benches.values():
                bench.connection.close()
    made = tuple(replace(design, choices=(*design.choices, *benches[design.name].choices)) for design in designs)
    move = Move(
        source=source.found.source,
        server=f"{source.found.server} {source.found.version}".strip(),
        postgres=version,
        designs=made,
        sizes=tuple(_size(one, source.kept.get(one.name, ())) for one in source.collections),
        references=source.references,
        loaded={name: bench.loaded for name, bench in benches.items()},
        queries=queries,
        left_out=tuple(_left_out(source)),
    )
    return replace(move, verdict=verdict(move))


def _left_out(source: _Source) -> list[Choice]:
    moved = {one.name for one in source.collections}
    found = [
        Choice(
            at=one.name,
            what="not moved",
            why=f"it is a {one.kind}" if one.kind != "collection" else "no document was looked at",
            kind="lost",
        )
        for one in source.found.collections
        if one.name not in moved
    ]
    found += [
        Choice(
            at=one.name,
            what="the validator is not moved",
            why="types, NOT NULL and keys stand for what they can",
            kind="lost",
        )
        for one in source.collections
        if one.validator
    ]
    return [
        *found,
        *(Choice(at=name, what="not known", why=why, kind="lost") for name, why in source.found.refused.items()),
    ]


def _size(one: Collection, documents: Sequence[Mapping[str, Any]]) -> SourceSize:
    import bson

    return SourceSize(
        collection=one.name,
        documents=one.documents,
        bytes=one.bytes,
        storage=one.storage,
        index_bytes=sum(index.bytes or 0 for index in one.indexes),
        sampled=len(documents),
        sampled_bytes=sum(len(bson.encode(each)) for each in documents),
        whole=one.whole,
    )


# --- queries ----------------------------------------------------------------------------------------------------------


def _compared(
    source: _Source, at: int, one: Command, benches: Mapping[str, Bench], progress: Callable[[str], None]
) -> MovedQuery:
    progress(f"comparing query {at + 1:,} of {len(source.commands):,}")
    stages = f" {' '.join(one.asked.stages)}" if one.asked.stages else ""
    sort = f" sort {json.dumps(dict(one.asked.sort))}" if one.asked.sort else ""
    made = MovedQuery(
        collection=one.asked.collection,
        shown=f"{one.asked.operation} {one.asked.form}{sort}{stages}",
        calls=one.asked.calls,
        origin=one.asked.origin,
    )
    collection = next((each for each in source.collections if each.name == one.asked.collection), None)
    if collection is None:
        refused = Asked(refused="its collection is not moved")
        return replace(made, tables=refused, jsonb=refused)
    command = settled(one.command)
    said, silent = None, "--explain asks for them"
    if source.explain:
        said, silent = explain(source.client, source.name, dataclasses.replace(one, command=command))
    made = replace(
        made,
        ms=float(said.millis) if said else None,
        examined=said.documents if said else None,
        silent="" if said else silent,
    )
    for name, bench in benches.items():
        expected, why = _answer(source, at, command, bench, collection)
        try:
            mapping = next(each for each in bench.design.mappings if each.collection == collection.name)
            sql = translated(neutral(command), mapping, Seen(tree_of(collection)))
            result = asked(bench, sql, expected, ordered=_ordered(command))
        except NotTranslatedError as err:
            result = Asked(refused=str(err))
        if expected is None and not result.refused:
            result = replace(result, note=why)
        made = replace(made, returned=len(expected) if expected is not None else made.returned)
        made = replace(made, tables=result) if name == "tables" else replace(made, jsonb=result)
    return made


def _ordered(command: Mapping[str, Any]) -> tuple[str, ...]:
    sort: Any = command.get("sort")
    pipeline: Any = command.get("pipeline")
    if isinstance(pipeline, list) and pipeline:
        sort = next((one["$sort"] for one in reversed(pipeline) if "$sort" in one), None)  # type: ignore[reportUnknownVariableType]
    return tuple(sort)[:1] if isinstance(sort, dict) else ()  # type: ignore[reportUnknownArgumentType]


def _answer(
    source: _Source, at: int, command: dict[str, Any], bench: Bench, collection: Collection
) -> tuple[list[Any] | None, str]:
    """The server's answer over the documents that are loaded: all of a collection, or those with these ids."""
    from pymongo import errors

    out = frozenset(bench.out.get(collection.name, ()))
    documents = source.kept.get(collection.name, [])
    if (at, out) not in source.answers:
        whole = collection.whole and not out and len(documents) == collection.documents
        over = command if whole else restricted(command, ids_of(bench, collection.name, documents))
        try:
            source.answers[at, out] = answer(source.database, over), ""
        except (errors.PyMongoError, ValueError) as err:
            said = " ".join(str(err).partition(", full error:")[0].split())[:160]
            source.answers[at, out] = None, f"the server gives no answer to compare with: {said}"
    return source.answers[at, out]
