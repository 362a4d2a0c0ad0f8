"""Runs the steps of a migration on a MongoDB server, up or down, with a journal in the database: `dba_migrations` has
the steps, the state before and how far it came, so that a run that was ended goes on or goes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, cast

import msgspec
from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.model.documents_migration import (
    CollectionState,
    DocumentMigration,
    DocumentProspect,
    DocumentRun,
    DocumentStep,
)

from .shapes import id_text

JOURNAL = "dba_migrations"
_SOME = 5
# What listIndexes tells besides what makes an index; `v` and `ns` are of the server.
_TOLD = ("v", "ns", "background", "textIndexVersion", "2dsphereIndexVersion")
_COUNT_MS = 60_000


def state_of(database: Any, names: Sequence[str]) -> tuple[CollectionState, ...]:
    """The state of these collections. Raises `InputError` for a view."""
    listed = {str(one["name"]): one for one in database.list_collections()}
    found: list[CollectionState] = []
    for name in names:
        one = listed.get(name)
        if one is None:
            found.append(CollectionState(name=name, exists=False))
            continue
        if one.get("type", "collection") != "collection":
            raise InputError(f"{name} is a {one['type']}", hint="validators and indexes are of collections")
        options: dict[str, Any] = one.get("options") or {}
        validator = options.get("validator")
        found.append(
            CollectionState(
                name=name,
                validator=_json(validator) if validator else "",
                level=str(options.get("validationLevel", "strict")) if validator else "",
                action=str(options.get("validationAction", "error")) if validator else "",
                indexes={
                    str(index["name"]): _json(
                        {key: value for key, value in index.items() if key not in _TOLD and value is not False}
                    )
                    for index in database[name].list_indexes()
                    if index["name"] != "_id_"
                },
            )
        )
    return tuple(found)


def offenders(database: Any, step: DocumentStep) -> DocumentStep:
    """The step with how many documents a validator would refuse, and the ids of some."""
    from pymongo import errors

    query = _command(step.up)["query"]
    try:
        count = int(database[step.collection].count_documents(query, maxTimeMS=_COUNT_MS))
        some = database[step.collection].find(query, {"_id": 1}).limit(_SOME) if count else ()
        return replace(step, offenders=count, some=tuple(id_text(one.get("_id")) for one in some))
    except errors.ExecutionTimeout:
        return step


def begin(database: Any, migration: DocumentMigration, told: Callable[[str], None]) -> DocumentRun:
    """Write the journal and run up. Raises `InputError` where another run is not at its end."""
    refuse_unfinished(database)
    database[JOURNAL].replace_one(
        {"_id": migration.id},
        {
            "_id": migration.id,
            "begun": datetime.now(UTC),
            "state": "running",
            "done": [],
            "migration": msgspec.json.encode(migration).decode(),
        },
        upsert=True,
    )
    return _up(database, migration, told)


def refuse_unfinished(database: Any) -> None:
    """Raises `InputError` where a run is not at its end."""
    found = _unfinished(database)
    if found is not None:
        raise InputError(
            f"the migration {found['_id']} of this database is not at its end",
            hint="--resume goes on with it, --undo goes back",
        )


def _unfinished(database: Any) -> dict[str, Any] | None:
    return database[JOURNAL].find_one({"state": {"$in": ["running", "stopped", "undoing"]}})


def to_resume(database: Any) -> DocumentProspect:
    """The run that is not at its end, in its direction. Raises `InputError` where there is none."""
    found = _unfinished(database)
    if found is None:
        raise InputError("no migration of this database is open", hint="--apply begins one")
    return _prospect(found, "down" if found["state"] == "undoing" else "up")


def to_undo(database: Any) -> DocumentProspect:
    """The run that is not at its end, else the last one, to be taken back. Raises `InputError` where there is none."""
    last = database[JOURNAL].find({"state": "up"}).sort("begun", -1).limit(1)
    found = _unfinished(database) or next(iter(last), None)
    if found is None:
        raise InputError("no migration of this database is there to undo", hint="--apply writes a journal")
    return _prospect(found, "down")


def _prospect(found: dict[str, Any], direction: Literal["up", "down"]) -> DocumentProspect:
    migration = msgspec.json.decode(found["migration"], type=DocumentMigration)
    done = set(found["done"])
    up = [one for one in migration.steps if one.number not in done]
    down = [one for one in reversed(migration.steps) if one.number in done and one.down]
    return DocumentProspect(
        migration=migration,
        direction=direction,
        opened=found["state"] != "up",
        steps=tuple(up if direction == "up" else down),
    )


def carry(database: Any, prospect: DocumentProspect, told: Callable[[str], None]) -> DocumentRun:
    """Run what of a journal is left."""
    if prospect.direction == "up":
        return _up(database, prospect.migration, told)
    database[JOURNAL].update_one({"_id": prospect.migration.id}, {"$set": {"state": "undoing"}})
    return _down(database, prospect.migration, told)


def _up(database: Any, migration: DocumentMigration, told: Callable[[str], None]) -> DocumentRun:
    done: list[str] = []
    journal = database[JOURNAL]
    for step in migration.steps:
        if step.kind == "count":
            counted = offenders(database, step)
            if counted.offenders != 0:
                journal.update_one({"_id": migration.id}, {"$set": {"state": "stopped"}})
                many = "the count took too long" if counted.offenders is None else f"{counted.offenders:,} documents"
                such = f", such as {', '.join(counted.some)}" if counted.some else ""
                why = f"step {step.number}: {many} of {step.collection} would be refused{such}"
                return DocumentRun(id=migration.id, direction="up", done=tuple(done), stopped=why)
        elif not applied(database, step.up):
            told(step.title)
            database.command(_command(step.up))
        journal.update_one({"_id": migration.id}, {"$addToSet": {"done": step.number}, "$set": {"state": "running"}})
        done.append(step.title)
    last: dict[tuple[str, str], str] = {}
    for step in migration.steps:
        if step.kind != "count":
            last[step.collection, _about(step)] = step.up
    equal = all(applied(database, command) for command in last.values())
    journal.update_one({"_id": migration.id}, {"$set": {"state": "up", "ended": datetime.now(UTC)}})
    return DocumentRun(id=migration.id, direction="up", done=tuple(done), equal=equal)


def _down(database: Any, migration: DocumentMigration, told: Callable[[str], None]) -> DocumentRun:
    """Back to the state before. A step that was never reached is left alone; one that came through goes back, also
    where the journal was not written any more."""
    done: list[str] = []
    journal = database[JOURNAL]
    reached: set[int] = set(journal.find_one({"_id": migration.id})["done"])
    for step in reversed(migration.steps):
        if step.down and (step.number in reached or applied(database, step.up)) and not applied(database, step.down):
            if step.kind == "create" and database[step.collection].find_one({}, {"_id": 1}) is not None:
                why = f"step {step.number}: {step.collection} has documents by now: it is not dropped"
                return DocumentRun(id=migration.id, direction="down", done=tuple(done), stopped=why)
            told(f"back: {step.title}")
            database.command(_command(step.down))
            done.append(f"back: {step.title}")
        journal.update_one({"_id": migration.id}, {"$pull": {"done": step.number}})
    equal = same(state_of(database, [one.name for one in migration.before]), migration.before)
    journal.update_one({"_id": migration.id}, {"$set": {"state": "down", "ended": datetime.now(UTC)}})
    return DocumentRun(id=migration.id, direction="down", done=tuple(done), equal=equal)


def _about(step: DocumentStep) -> str:
    command = _command(step.up)
    index = command.get("index")
    if isinstance(index, dict):
        return str(cast("dict[str, Any]", index)["name"])
    return str(index or (command.get("indexes") or [{"name": "validator" if "collMod" in command else ""}])[0]["name"])


def applied(database: Any, text: str) -> bool:
    """Whether what a command makes is there already."""
    command = _command(text)
    name = str(next(iter(command.values())))
    (state,) = state_of(database, [name])
    kind = next(iter(command))
    if kind in ("create", "drop"):
        return state.exists == (kind == "create")
    if kind == "createIndexes":
        return all(str(one["name"]) in state.indexes for one in command["indexes"])
    if kind == "dropIndexes":
        return str(command["index"]) not in state.indexes
    if "index" in command:
        index = state.indexes.get(str(command["index"]["name"]))
        return index is not None and bool(json.loads(index).get("hidden")) == command["index"]["hidden"]
    wanted: Literal[""] | str = _json(command["validator"]) if command["validator"] else ""
    enforced = (command["validationLevel"], command["validationAction"]) if wanted else ("", "")
    return _plain(state.validator) == _plain(wanted) and (state.level, state.action) == enforced


def same(left: Sequence[CollectionState], right: Sequence[CollectionState]) -> bool:
    """Whether two states are equal, whatever the order of indexes and of fields in a validator."""
    return [_comparable(one) for one in left] == [_comparable(one) for one in right]


def _comparable(one: CollectionState) -> tuple[Any, ...]:
    indexes = {name: (json.loads(made), list(json.loads(made)["key"])) for name, made in one.indexes.items()}
    return one.name, one.exists, _plain(one.validator), one.level, one.action, indexes


def _plain(text: str) -> Any:
    return json.loads(text) if text else None


def _command(text: str) -> dict[str, Any]:
    from bson import json_util

    return json_util.loads(text)


def _json(value: Any) -> str:
    from bson import json_util

    return json.dumps(json.loads(json_util.dumps(value)), ensure_ascii=False)


def rehearsed(database: Any, migration: DocumentMigration) -> str:
    """Make the state before in an empty scratch database, run up and down there, and compare; why it did not arrive, ""
    where both ways did. Of documents there are none: what is counted is counted on the source."""
    for one in migration.before:
        if one.exists:
            options: dict[str, Any] = {}
            if one.validator:
                options = {
                    "validator": _command(one.validator),
                    "validationLevel": one.level,
                    "validationAction": one.action,
                }
            database.create_collection(one.name, **options)
            if one.indexes:
                made = [_command(spec) for spec in one.indexes.values()]
                database.command({"createIndexes": one.name, "indexes": made})
    if not same(state_of(database, [one.name for one in migration.before]), migration.before):
        return "the state before could not be made there"
    up = begin(database, migration, lambda _: None)
    if up.stopped or not up.equal:
        return up.stopped or "the state after is not the wanted one"
    down = carry(database, to_undo(database), lambda _: None)
    return down.stopped or ("" if down.equal else "the state after going back is not the one before")
