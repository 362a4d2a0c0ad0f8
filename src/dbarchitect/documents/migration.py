"""The steps from one state of a document database to another: one change each, each with its way back.

In this order: collections, indexes (before what needs them), validators that only warn, a count of the documents that
they would refuse, validators that refuse, and last the indexes that go: hidden in one migration, dropped in the next.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from dbarchitect.model.documents_migration import CollectionState, DocumentStep, WantedState

from .rule import shell


def steps_of(
    before: Sequence[CollectionState], wanted: WantedState, *, drop_others: bool
) -> tuple[tuple[DocumentStep, ...], tuple[str, ...]]:
    """(steps in order, notes on what is not done). `drop_others`: indexes that no file names go too."""
    states = {one.name: one for one in before}
    notes: list[str] = []
    found = [_create(name) for name in wanted.collections if not states[name].exists]
    for name, made in wanted.indexes:
        found += _index(states[name], made, notes)
    for name, (validator, level, action) in wanted.validators.items():
        found += _validator(states[name], validator, level, action)
    dropped = set(wanted.drop)
    for one in before:
        named = {json.loads(made)["name"] for collection, made in wanted.indexes if collection == one.name}
        keys = [_keys(made) for collection, made in wanted.indexes if collection == one.name]
        for index, spec in one.indexes.items():
            asked = (one.name, index) in dropped
            kept = index in named or _keys(spec) in keys
            if asked or (drop_others and one.name in wanted.collections and not kept):
                found += _away(one, index, spec)
    for name, index in dropped:
        if index not in states[name].indexes:
            notes.append(f"{name} has no index {index} to drop")
    return tuple(replace(one, number=at) for at, one in enumerate(found, 1)), tuple(notes)


def identity(source: str, before: Sequence[CollectionState], steps: Sequence[DocumentStep]) -> str:
    """A name for the migration: the same steps from the same state have the same."""
    text = json.dumps([source, [str(one) for one in before], [(one.up, one.down) for one in steps]])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _step(
    kind: Any, collection: str, title: str, up: Mapping[str, Any], down: Mapping[str, Any] | None
) -> DocumentStep:
    return DocumentStep(
        number=0,
        kind=kind,
        collection=collection,
        title=title,
        up=json.dumps(up, ensure_ascii=False),
        down=json.dumps(down, ensure_ascii=False) if down else "",
    )


def _create(name: str) -> DocumentStep:
    return _step("create", name, f"make the collection {name}", {"create": name}, {"drop": name})


def _index(state: CollectionState, made: str, notes: list[str]) -> Iterator[DocumentStep]:
    spec = json.loads(made)
    name = spec["name"]
    same = next((one for one in state.indexes.values() if _keys(one) == _keys(made)), None)
    there = state.indexes.get(name)
    if there is not None and _options(there) == _options(made):
        if json.loads(there).get("hidden") and not spec.get("hidden"):
            yield _hiding("unhide", state.name, name, hidden=False)
        return
    if there is not None or (same is not None and _options(same) == _options(made, but_name=same)):
        other = there or same or ""
        if _options(other) != _options(made, but_name=other):
            notes.append(
                f"{state.name} has an index {name} of another form: drop it first (dropIndex), then run this again"
            )
        return
    up = {"createIndexes": state.name, "indexes": [spec]}
    yield _step("index", state.name, f"make the index {name}", up, {"dropIndexes": state.name, "index": name})


def _validator(state: CollectionState, validator: str, level: str, action: str) -> Iterator[DocumentStep]:
    name = state.name
    now = (state.validator and json.loads(state.validator), state.level, state.action)
    rule = json.loads(validator)
    if now == (rule, level, action):
        return
    before: dict[str, Any] = {
        "collMod": name,
        "validator": json.loads(state.validator) if state.validator else {},
        "validationLevel": state.level or "strict",
        "validationAction": state.action or "error",
    }
    if now[0] != rule or action == "warn":
        first = level if action == "warn" else "moderate"
        up = {"collMod": name, "validator": rule, "validationLevel": first, "validationAction": "warn"}
        yield _step("warn", name, f"the validator of {name}: it warns", up, before)
        before = up
    if action == "warn":
        return
    count = {"count": name, "query": {"$nor": [rule]}}
    yield _step("count", name, f"no document of {name} that it would refuse", count, None)
    up = {"collMod": name, "validator": rule, "validationLevel": level, "validationAction": "error"}
    yield _step("enforce", name, f"the validator of {name}: it refuses", up, before)


def _away(state: CollectionState, index: str, spec: str) -> Iterator[DocumentStep]:
    made = json.loads(spec)
    if not made.get("hidden"):
        yield _hiding("hide", state.name, index, hidden=True)
        return
    up, down = {"dropIndexes": state.name, "index": index}, {"createIndexes": state.name, "indexes": [made]}
    yield _step("drop", state.name, f"drop the index {index}, which is hidden", up, down)


def _hiding(kind: str, collection: str, index: str, *, hidden: bool) -> DocumentStep:
    def command(value: bool) -> dict[str, Any]:
        return {"collMod": collection, "index": {"name": index, "hidden": value}}

    title = (
        f"hide the index {index}: run this again when nothing misses it, to drop it"
        if hidden
        else f"show {index} again"
    )
    return _step(kind, collection, title, command(hidden), command(not hidden))


def _keys(spec: str) -> list[tuple[str, Any]]:
    return list(json.loads(spec)["key"].items())


def _options(spec: str, *, but_name: str = "") -> dict[str, Any]:
    made = json.loads(spec)
    made["key"] = list(made["key"].items())
    made.pop("hidden", None)
    if but_name:
        made["name"] = json.loads(but_name)["name"]
    return {name: value for name, value in made.items() if value not in (False, None)}


# --- scripts ----------------------------------------------------------------------------------------------------------

_HEAD = """\
// {title}
// mongosh MONGODB_URL --file {file}
if (db.getName() !== {database}) throw new Error("this is for the database " + {database});
const run = (command) => {{
  const said = db.runCommand(EJSON.deserialize(command));
  if (said.ok !== 1) throw new Error(JSON.stringify(said));
}};
const none = (collection, filter) => {{
  const count = db.getCollection(collection).countDocuments(EJSON.deserialize(filter));
  if (count) throw new Error(count + " documents of " + collection + " are in the way");
}};
"""


def scripts(database: str, source: str, steps: Sequence[DocumentStep]) -> tuple[str, str]:
    """(up, down) for mongosh. A step that fails ends the script; each may be run again."""
    named = json.dumps(database, ensure_ascii=False)
    up = [_HEAD.format(title=f"{source}: up", file="up.js", database=named)]
    down = [_HEAD.format(title=f"{source}: down", file="down.js", database=named)]
    for one in steps:
        up.append(f"// {one.number}. {one.title}")
        if one.kind == "count":
            filter_of = json.dumps(json.loads(one.up)["query"], ensure_ascii=False)
            up += [f"//    {shell(one.collection)}.find({filter_of})", f"none({_name(one)}, {filter_of});"]
        else:
            up.append(f"run({one.up});")
    for one in reversed(steps):
        if one.down:
            down.append(f"// {one.number}. back: {one.title}")
            if one.kind == "create":
                down.append(f"none({_name(one)}, {{}});")
            down.append(f"run({one.down});")
    return "\n".join(up) + "\n", "\n".join(down) + "\n"


def _name(one: DocumentStep) -> str:
    return json.dumps(one.collection, ensure_ascii=False)
