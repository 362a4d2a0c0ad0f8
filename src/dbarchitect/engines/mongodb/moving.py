"""What a move asks of a MongoDB server, which is only read: references that hold, documents that others refer to,
commands with their values, and answers to them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from dbarchitect.model.documents import Collection
from dbarchitect.model.documents_move import Constant, Reference
from dbarchitect.model.english import singular, split

from .commands import Command, command_of, fields_of
from .connection import Client
from .transfer import codec, moment

_MOST_VALUES = 500  # of one path that are looked up
_MOST_ANSWER = 20_000  # documents of one answer that are compared
_MOST_PROFILED = 200
_SECONDS = 20
_OURS = "dbarchitect"


def reading(client: Client, database: str) -> Any:
    """The database with a codec that nothing stops."""
    return client.get_database(database, codec_options=codec())


# --- values ---------------------------------------------------------------------------------------------------------


def neutral(value: Any) -> Any:
    """A command without types of BSON: what JSON has as it is, the rest as `Constant`."""
    import bson

    match value:
        case None | bool() | Decimal():
            return value
        case bson.Code():
            return Constant(type="other", text="javascript")
        case str():
            return value
        case int():
            return int(value)
        case float():
            return value
        case bson.ObjectId():
            return Constant(type="objectid", text=str(value))
        case bson.Decimal128():
            number = value.to_decimal()
            return number if number.is_finite() else Constant(type="other", text=str(number))
        case uuid.UUID():
            return Constant(type="uuid", text=str(value))
        case bson.Binary() if value.subtype == 4 and len(value) == 16:
            return Constant(type="uuid", text=str(uuid.UUID(bytes=bytes(value))))
        case bson.Regex() | re.Pattern():
            found = cast("Any", value)
            flags = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s", re.VERBOSE: "x"}
            options = "".join(letter for flag, letter in flags.items() if found.flags & flag)
            return Constant(type="regex", text=str(found.pattern), options=options)
        case Mapping():
            return {str(name): neutral(one) for name, one in cast("Mapping[str, Any]", value).items()}
        case list() | tuple():
            return [neutral(one) for one in cast("Sequence[Any]", value)]
        case _:
            import datetime

            if isinstance(value, datetime.datetime):
                return Constant(type="timestamptz", text=moment(value))
            return Constant(type="other", text=type(value).__name__)


def uuid_paths(documents: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Paths whose binary values are all UUIDs, with `[]` for elements."""
    found: dict[str, bool] = {}
    for one in documents:
        for path, value in _leaves(one, ""):
            if isinstance(value, bytes | uuid.UUID):
                is_one = isinstance(value, uuid.UUID) or (getattr(value, "subtype", 0) == 4 and len(value) == 16)
                found[path] = found.get(path, True) and is_one
    return frozenset(path for path, holds in found.items() if holds)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, one in cast("Mapping[str, Any]", value).items():
            yield from _leaves(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple):
        for one in cast("Sequence[Any]", value):
            yield from _leaves(one, f"{path}[]")
    else:
        yield path, value


# --- references -----------------------------------------------------------------------------------------------------


def references_of(
    database: Any, collections: Sequence[Collection], kept: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[Reference]:
    """Fields whose sampled values are found as `_id` of another collection. An ObjectId or a UUID is one wherever it is
    found; a number or a text only in the collection that its field is named for."""
    import bson

    for one in collections:
        values: dict[str, set[Any]] = {}
        for document in kept.get(one.name, ()):
            for path, value in _leaves(document, ""):
                if path != "_id" and isinstance(value, bson.ObjectId | uuid.UUID | bson.Binary | str | int):
                    some = values.setdefault(path, set())
                    if len(some) < _MOST_VALUES and not isinstance(value, bool):
                        some.add(value)
        for path, some in values.items():
            shape = one.path(path)
            if shape is None or len(shape.kinds) != 1 or not some:
                continue
            kind = next(iter(shape.kinds))
            best: Reference | None = None
            for target in collections:
                if not _may_refer(path, kind, one, target):
                    continue
                there = sum(1 for _ in database[target.name].find({"_id": {"$in": list(some)}}, {"_id": 1}))
                found = Reference(
                    collection=one.name, path=path, target=target.name, values=len(some), missing=len(some) - there
                )
                if there and (best is None or found.missing < best.missing):
                    best = found
            if best is not None:
                yield best


def _may_refer(path: str, kind: str, source: Collection, target: Collection) -> bool:
    identity = target.path("_id")
    if identity is None or kind not in identity.kinds:
        return False
    if kind in ("objectId", "binData"):
        return True
    words = [singular(word) for word in split(path.replace("[]", "").rpartition(".")[2])]
    named = words[:-1] if words and words[-1] == "id" else words
    own = [singular(word) for word in split(target.name)]
    return bool(named) and named == own and (source.name != target.name or words[-1] == "id")


def closed(
    database: Any, references: Sequence[Reference], kept: Mapping[str, list[Mapping[str, Any]]], most: int
) -> int:
    """Add the documents that those at hand refer to, and those that these refer to; how many. A reference that does not
    hold is left out."""
    added = 0
    held = {name: {_key(one.get("_id")) for one in some} for name, some in kept.items()}
    for _ in range(3):
        before = added
        for one in references:
            if one.missing or one.target not in kept:
                continue
            wanted = {
                _key(value): value
                for document in kept.get(one.collection, ())
                for path, value in _leaves(document, "")
                if path == one.path and value is not None and _key(value) not in held[one.target]
            }
            room = most - len(kept[one.target])
            for document in database[one.target].find({"_id": {"$in": list(wanted.values())[: max(0, room)]}}):
                kept[one.target].append(document)
                held[one.target].add(_key(document["_id"]))
                added += 1
        if added == before:
            break
    return added


def _key(value: Any) -> str:
    return f"{type(value).__name__}:{value!r}"


# --- commands -------------------------------------------------------------------------------------------------------


def profiled_commands(database: Any) -> tuple[Command, ...]:
    """What the profiler has kept, each form once, the dearest first, with its values."""
    from pymongo import errors

    try:
        rows = list(database["system.profile"].find({}, max_time_ms=5_000).sort("ts", -1).limit(10 * _MOST_PROFILED))
    except errors.OperationFailure:
        return ()
    found: dict[tuple[str, str, Any, Any], tuple[float, int, dict[str, Any]]] = {}
    for one in rows:
        command = fields_of(one.get("command"))
        read = command_of(command, "profiler") if command and one.get("appName") != _OURS else None
        if read is None or read.asked.collection.startswith("system."):
            continue
        key = (read.asked.collection, read.asked.operation, read.asked.form, (read.asked.sort, read.asked.stages))
        millis, calls, first = found.get(key, (0.0, 0, command))
        found[key] = (millis + float(one.get("millis") or 0), calls + 1, first)
    dearest = sorted(found.values(), key=lambda one: -one[0])[:_MOST_PROFILED]
    made = (command_of(command, "profiler", calls) for _, calls, command in dearest)
    return tuple(one for one in made if one is not None)


def answer(database: Any, command: Mapping[str, Any]) -> list[Any]:
    """What the server gives: documents, or values of a distinct. Raises `pymongo.errors.PyMongoError`, and `ValueError`
    for an answer of more than 20,000."""
    limit = _SECONDS * 1000
    query = fields_of(command.get("query"))
    rows: Any
    if "find" in command:
        rows = database[command["find"]].find(
            command.get("filter") or {},
            command.get("projection") or None,
            sort=list(fields_of(command.get("sort")).items()) or None,
            skip=int(command.get("skip") or 0),
            limit=abs(int(command.get("limit") or 0)),
            max_time_ms=limit,
        )
    elif "count" in command:
        return [{"n": database[command["count"]].count_documents(query, maxTimeMS=limit)}]
    elif "distinct" in command:
        key = str(command["key"])
        return [{"value": one} for one in database[command["distinct"]].distinct(key, query, maxTimeMS=limit)]
    else:
        rows = database[command["aggregate"]].aggregate(command.get("pipeline") or [], maxTimeMS=limit)
    found: list[Any] = []
    for one in rows:
        found.append(one)
        if len(found) > _MOST_ANSWER:
            raise ValueError(f"more than {_MOST_ANSWER:,} documents: they are not compared")
    return found
