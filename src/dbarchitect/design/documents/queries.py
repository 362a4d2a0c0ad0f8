"""The commands of an access: what is given stands in them as {"?": NAME}."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dbarchitect.design.spec import State

from .asking import Asked, Branch, Condition, Has, Is, NotAskedError, Paired, Refers, Via, is_live, of_state
from .logical import DELETED, TAKEN, Thing, named
from .placing import Layout

Command = dict[str, Any]
Stage = dict[str, Any]
NOW = "now"
FAR = (Paired, Via, Branch, Has)  # conditions on what is further away


@dataclass(slots=True)
class Written:
    """The commands. `filter` and `sort` are what an index of `collection` can serve, None where nothing is; `lookups`:
    searches in other collections; `inner` (collection, field) that they search by."""

    collection: str
    commands: list[Command]
    filter: dict[str, Any] | None = None
    sort: tuple[tuple[str, int], ...] = ()
    limit: int = 0
    inner: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    special: tuple[tuple[str, str], ...] = ()  # keys of a text or geo index
    note: str = ""

    @property
    def lookups(self) -> int:
        """Searches of $lookup."""
        return sum("$lookup" in stage for one in self.commands for stage in one.get("pipeline", ()))


def given(name: str) -> dict[str, str]:
    """A parameter."""
    return {"?": name}


def written(asked: Asked, layout: Layout) -> Written:
    """The commands of an access. Raises `NotAskedError`."""
    match asked.access.verb:
        case "add":
            return _add(asked, layout)
        case "change":
            return _change(asked, layout)
        case "remove":
            return _remove(asked, layout)
        case "take":
            return _take(asked, layout)
        case _:
            return _read(asked, layout)


# ---- where conditions go


def _match(asked: Asked, prefix: str = "", skip: Sequence[Condition] = ()) -> dict[str, Any]:
    """The conditions that a thing's own fields answer. `prefix`: of the array that it is in."""
    found: dict[str, Any] = {}
    if asked.by_id:
        found[f"{prefix}_id"] = given(named(asked.thing.name))
    for one in asked.conditions:
        if one in skip:
            continue
        match one:
            case Is():
                found[prefix + named(one.field.name)] = one.value if one.value else given(one.given)
                if one.field.name == "kind" and one.given == "kind":
                    found[prefix + "kind"] = named(asked.access.entity)
                if one.field.kind == "period":
                    path = prefix + named(one.field.name)
                    del found[path]
                    found |= {f"{path}.from": {"$lte": given(one.given)}, f"{path}.to": {"$gt": given(one.given)}}
            case Refers():
                found[prefix + one.ref.name] = given(one.given)
            case _:
                pass
    for bound, operator, name in ((asked.since, "$gte", "since"), (asked.until, "$lt", "until")):
        if bound is not None:
            found.setdefault(prefix + named(bound.name), {})[operator] = given(name)
    for path, state in asked.states:
        found[prefix + path] = _fixed(state)
    if is_live(asked):
        found[prefix + named(DELETED)] = None
    return found


def _fixed(state: State) -> Any:
    """What a filter says of a state."""
    values = of_state(state)
    match state.how:
        case "missing":
            return None
        case "there":
            return {"$ne": None}
        case "is":
            return values[0] if len(values) == 1 else {"$in": values}
        case _:
            return {"$ne": values[0]} if len(values) == 1 else {"$nin": values}


def _some(within: dict[str, Any]) -> dict[str, Any]:
    """The conditions on elements that their document can be found by: what no element may be says nothing of it."""
    return {
        path: one
        for path, one in within.items()
        if not (isinstance(one, dict) and {"$ne", "$nin"} & set(one))  # pyright: ignore[reportUnknownArgumentType]
    }


def _read(asked: Asked, layout: Layout) -> Written:
    thing = asked.thing
    if thing.name in layout.buckets:
        return _from_buckets(asked, layout)
    if thing.name in layout.inside:
        return _from_parent(asked, layout)
    if layout.embedded(thing.name):
        raise NotAskedError(f"a {thing.name} is a value of what it is embedded in")
    collection = thing.plural
    far = next((one for one in asked.conditions if isinstance(one, FAR)), None)
    filter_ = _match(asked)
    start: list[Stage] = []
    at = collection
    inner: list[tuple[str, str]] = []
    if isinstance(far, Paired) and layout.inside.get(far.pair.name) is far.mine:
        path = layout.array(far.pair)
        filter_[path if layout.ids_only(far.pair) else f"{path}.{far.other.name}"] = given(far.given)
    elif isinstance(far, Paired):
        at, start, inner = _over_pairs(far, layout, collection)
    elif isinstance(far, Via):
        if layout.embedded(far.middle.name) or far.middle.name in layout.buckets:
            raise NotAskedError(f"it goes over {far.middle.name}, which has no documents of its own")
        at = far.middle.plural
        start = [{"$match": {far.onward.name: given(far.given)}}, *_joined(collection, "_id", far.ref.name)]
        inner = [(collection, far.ref.name)]
    elif isinstance(far, Has):
        if layout.inside.get(far.child.name) is far.ref:
            filter_[f"{layout.array(far.child)}.{far.path}"] = given(far.given)
        elif layout.embedded(far.child.name) or far.child.name in layout.buckets:
            raise NotAskedError(f"it goes over {far.child.name}, which has no documents of its own")
        else:
            at = far.child.plural
            start = [{"$match": {far.path: given(far.given)}}, *_joined(collection, far.ref.name, "_id")]
    elif isinstance(far, Branch):
        if far.way == "below":
            filter_["ancestorIds"] = given(far.given)
        else:
            start = [{"$match": {"_id": given(far.given)}}, *_joined(collection, "ancestorIds", "_id")]
    along, more = _along(asked, layout)
    inner += more
    special: tuple[tuple[str, str], ...] = ()
    if asked.access.verb == "search":
        filter_ = {"$text": {"$search": given("words")}} | filter_
        special = tuple((named(one.name), "text") for one in asked.words)
    if asked.access.verb == "nearest":
        return _nearest(asked, filter_)
    grouped = _group(asked, "")
    if grouped or start or along:
        served = start[0]["$match"] if start else filter_
        pipeline = [*start, *([{"$match": filter_}] if filter_ else []), *([] if grouped else _shown(asked, ""))]
        pipeline += grouped or along
        return Written(
            at, [{"aggregate": at, "pipeline": pipeline, "cursor": {}}], served,
            () if start or grouped else asked.order, 0 if start or grouped else asked.limit, inner, special,
        )  # fmt: skip
    command: Command = {"find": collection, "filter": filter_}
    if asked.order:
        command["sort"] = dict(asked.order)
    if asked.limit:
        command["limit"] = asked.limit
    wanted = _projection(asked)
    if wanted:
        command["projection"] = wanted
    return Written(collection, [command], filter_, asked.order, asked.limit, inner, special)


def _projection(asked: Asked) -> dict[str, int]:
    if asked.access.verb not in ("get", "list"):
        return {}
    fields = [asked.thing.field(one) for one in asked.access.fields]
    return {named(one.name): 1 for one in fields if one is not None}


def _over_pairs(far: Paired, layout: Layout, collection: str) -> tuple[str, list[Stage], list[tuple[str, str]]]:
    if far.pair.name in layout.inside:  # the pair is in the one that is given
        partner = layout.logical.things[far.other.target]
        path = layout.array(far.pair)
        path = path if layout.ids_only(far.pair) else f"{path}.{far.mine.name}"
        return partner.plural, [{"$match": {"_id": given(far.given)}}, *_joined(collection, path, "_id")], []
    start = [{"$match": {far.other.name: given(far.given)}}, *_joined(collection, far.mine.name, "_id")]
    return far.pair.plural, start, []


def _joined(collection: str, local: str, foreign: str) -> list[Stage]:
    """The documents of another collection in place of those so far."""
    return [
        {"$lookup": {"from": collection, "localField": local, "foreignField": foreign, "as": "found"}},
        {"$unwind": "$found"},
        {"$replaceRoot": {"newRoot": "$found"}},
    ]


def _shown(asked: Asked, prefix: str) -> list[Stage]:
    stages: list[Stage] = []
    if asked.order:
        stages.append({"$sort": {prefix + path: way for path, way in asked.order}})
    if asked.limit:
        stages.append({"$limit": asked.limit})
    return stages


def _group(asked: Asked, prefix: str) -> list[Stage]:
    if asked.access.verb not in ("count", "sum"):
        return []
    keys: dict[str, Any] = {}
    for name, path in asked.units:
        if path:
            keys[name] = f"${prefix}{path}"
        else:
            assert asked.clock is not None
            keys[name] = {"$dateTrunc": {"date": f"${prefix}{named(asked.clock.name)}", "unit": name}}
            if name == "week":
                keys[name]["$dateTrunc"]["startOfWeek"] = "monday"
    key: Any = None if not keys else next(iter(keys.values())) if len(keys) == 1 else keys
    total: Any = 1 if asked.total is None else f"${prefix}{named(asked.total.name)}"
    return [
        {"$group": {"_id": key, "count" if asked.total is None else "total": {"$sum": total}}},
        {"$sort": {"_id": 1}},
    ]


def _along(asked: Asked, layout: Layout) -> tuple[list[Stage], list[tuple[str, str]]]:
    """The stages that fetch what comes along and is not in the document."""
    thing = asked.thing
    stages: list[Stage] = []
    inner: list[tuple[str, str]] = []
    held = {ref.target for (name, _), ref in layout.held.items() if name == thing.name}
    for name in asked.along:
        other = layout.logical.of(name)
        if other is None or other.name in held:
            continue
        if other.name in layout.inside and layout.inside[other.name].target == thing.name:
            continue
        if layout.embedded(other.name) or other.name in layout.buckets:
            raise NotAskedError(f"{name} is kept elsewhere, not with a {thing.name}")
        ref = next((one for one in thing.refs if one.called(name)), None)
        back = next((one for one in other.refs if one.target == thing.name), None)
        pair = next((one for one, mine in layout.logical.children(thing.name) if one.pair and any(
            each.target == other.name and each is not mine for each in one.refs)), None)  # fmt: skip
        deep = next(
            ((child, one) for child in layout.children(thing.name) for one in child.refs if one.called(name)), None
        )
        if ref is not None:
            if (thing.name, ref.role) in layout.copied:
                continue
            stages += [_lookup(other.plural, ref.name, "_id", ref.role),
                       {"$unwind": {"path": f"${ref.role}", "preserveNullAndEmptyArrays": True}}]  # fmt: skip
        elif back is not None:
            stages.append(_lookup(other.plural, "_id", back.name, other.plural))
            inner.append((other.plural, back.name))
        elif pair is not None:
            found, more = _pairs_along(pair, thing, other, layout)
            stages += found
            inner += more
        elif deep is not None:
            child, one = deep
            path = layout.array(child) if layout.ids_only(child) else f"{layout.array(child)}.{one.name}"
            stages.append(_lookup(other.plural, path, "_id", other.plural))
        else:
            raise NotAskedError(f"a {thing.name} does not lead to {name!r}")
    return stages, inner


def _pairs_along(pair: Thing, thing: Thing, other: Thing, layout: Layout) -> tuple[list[Stage], list[tuple[str, str]]]:
    mine = next(one for one in pair.refs if one.target == thing.name)
    theirs = next(one for one in pair.refs if one is not mine and one.target == other.name)
    where = layout.inside.get(pair.name)
    if where is mine:
        path = layout.array(pair) if layout.ids_only(pair) else f"{layout.array(pair)}.{theirs.name}"
        return [_lookup(other.plural, path, "_id", other.plural)], []
    if where is theirs:
        path = layout.array(pair) if layout.ids_only(pair) else f"{layout.array(pair)}.{mine.name}"
        return [_lookup(other.plural, "_id", path, other.plural)], [(other.plural, path)]
    return [
        _lookup(pair.plural, "_id", mine.name, "pairs"),
        _lookup(other.plural, f"pairs.{theirs.name}", "_id", other.plural),
        {"$unset": "pairs"},
    ], [(pair.plural, mine.name)]


def _lookup(collection: str, local: str, foreign: str, name: str) -> Stage:
    return {"$lookup": {"from": collection, "localField": local, "foreignField": foreign, "as": name}}


def _from_parent(asked: Asked, layout: Layout) -> Written:
    """What is embedded, asked for by itself."""
    thing = asked.thing
    ref = layout.inside[thing.name]
    parent = layout.logical.things[ref.target]
    if any(isinstance(one, FAR) for one in asked.conditions):
        raise NotAskedError(f"a {thing.name} is embedded in {parent.name}, and is asked for by what is further away")
    if asked.along and set(asked.along) != {parent.name}:
        raise NotAskedError(f"a {thing.name} is embedded in {parent.name}, and comes without {asked.along[0]}")
    path = layout.array(thing)
    up = [one for one in asked.conditions if isinstance(one, Refers) and (one.ref is ref or one.ref.tenancy)]
    before: dict[str, Any] = {}
    for one in up:
        own = next((r.name for r in parent.refs if r.target == one.ref.target), "") if one.ref.tenancy else "_id"
        before[own or "_id"] = given(one.given)
    within = _match(asked, f"{path}.", up)
    served = before | _some(within)
    pipeline: list[Stage] = [{"$match": served}, {"$unwind": f"${path}"}]
    if within:
        pipeline.append({"$match": within})
    grouped = _group(asked, f"{path}.")
    if grouped:
        pipeline += grouped
    else:
        merged = {"$mergeObjects": [{ref.name: "$_id"}, f"${path}"]}
        pipeline += [*_shown(asked, f"{path}."), {"$replaceRoot": {"newRoot": merged}}]
    return Written(parent.plural, [{"aggregate": parent.plural, "pipeline": pipeline, "cursor": {}}], served)


def _from_buckets(asked: Asked, layout: Layout) -> Written:
    thing = asked.thing
    ref = layout.buckets[thing.name]
    assert asked.clock is not None
    path, at = thing.plural, named(asked.clock.name)
    up = [one for one in asked.conditions if isinstance(one, Refers) and (one.ref is ref or one.ref.tenancy)]
    before: dict[str, Any] = {one.ref.name: given(one.given) for one in up}
    within = _match(asked, f"{path}.", up)
    if asked.since is not None:
        before["to"] = {"$gte": given("since")}
    pipeline: list[Stage] = [{"$match": before}] if before else []
    sort: tuple[tuple[str, int], ...] = ()
    limit = 0
    if asked.limit and asked.order == ((at, asked.order[0][1] if asked.order else 0),):
        # Of the n latest elements each is in one of the n buckets that end last, and likewise for the first ones.
        way = asked.order[0][1]
        sort = (("to", -1) if way < 0 else ("from", 1),)
        filtered = {key for key in within if key != f"{path}.{at}"}
        limit = 0 if filtered or (way > 0 and asked.since is not None) else asked.limit
        if limit:
            pipeline += [{"$sort": dict(sort)}, {"$limit": limit}]
        else:
            sort = ()
    pipeline.append({"$unwind": f"${path}"})
    if within:
        pipeline.append({"$match": within})
    grouped = _group(asked, f"{path}.")
    if grouped:
        pipeline += grouped
    else:
        merged = {"$mergeObjects": [{ref.name: f"${ref.name}"}, f"${path}"]}
        pipeline += [*_shown(asked, f"{path}."), {"$replaceRoot": {"newRoot": merged}}]
    command: Command = {"aggregate": thing.plural, "pipeline": pipeline, "cursor": {}}
    return Written(thing.plural, [command], before, sort, limit)


def _nearest(asked: Asked, filter_: dict[str, Any]) -> Written:
    thing = asked.thing
    place = next((one for one in thing.fields if one.kind == "location"), None)
    if place is None:
        raise NotAskedError(
            "neighbours of a vector: a server by itself has no such index; Atlas has $vectorSearch, another service"
        )
    path = named(place.name)
    near = {"$nearSphere": {"$geometry": {"type": "Point", "coordinates": given("coordinates")}}}
    command: Command = {"find": thing.plural, "filter": {path: near} | filter_, "limit": asked.limit or 10}
    return Written(thing.plural, [command], None, special=((path, "2dsphere"),))


# ---- writes


def _add(asked: Asked, layout: Layout) -> Written:
    thing = asked.thing
    if thing.name in layout.buckets:
        return _into_bucket(asked, layout)
    if thing.name in layout.inside:
        return _into_parent(asked, layout)
    commands: list[Command] = [{"insert": thing.plural, "documents": [given(named(thing.name))]}]
    for name in asked.along:
        other = layout.logical.of(name)
        if other is None or layout.embedded(other.name) or not any(one.target == thing.name for one in other.refs):
            continue
        commands.append({"insert": other.plural, "documents": given(other.plural)})
    return Written(thing.plural, commands)


def _into_parent(asked: Asked, layout: Layout) -> Written:
    thing = asked.thing
    ref = layout.inside[thing.name]
    parent = layout.logical.things[ref.target]
    path = layout.array(thing)
    q: dict[str, Any] = {"_id": given(ref.role)}
    if ref.one:
        q[path] = None
        change = {"$set": {path: given(named(thing.name))}}
    else:
        q[f"{path}.{layout.most[thing.name] - 1}"] = {"$exists": False}
        change = {"$push": {path: given(named(thing.name))}}
    command = {"update": parent.plural, "updates": [{"q": q, "u": change}]}
    return Written(
        parent.plural, [command], {"_id": given(ref.role)}, note="no document is changed where the array is full"
    )


def _into_bucket(asked: Asked, layout: Layout) -> Written:
    thing = asked.thing
    ref = layout.buckets[thing.name]
    assert asked.clock is not None
    most = layout.most[thing.name]
    q: dict[str, Any] = {ref.name: given(ref.role), "count": {"$lt": most}}
    for one in thing.refs:
        if one.tenancy:
            q[one.name] = given(one.role)
    at = given(named(asked.clock.name))
    change = {
        "$push": {thing.plural: given(named(thing.name))},
        "$inc": {"count": 1},
        "$min": {"from": at},
        "$max": {"to": at},
    }
    command = {"update": thing.plural, "updates": [{"q": q, "u": change, "upsert": True}]}
    return Written(thing.plural, [command], q, note="a full bucket is left, and the next one begun")


def _target(asked: Asked, layout: Layout) -> tuple[Thing, str, dict[str, Any]]:
    """(the thing whose documents are written, the prefix of the fields, the filter)."""
    thing = asked.thing
    if thing.name in layout.buckets or (layout.embedded(thing.name) and thing.name not in layout.inside):
        raise NotAskedError(f"a {thing.name} is no document that could be changed by itself")
    if any(isinstance(one, FAR) for one in asked.conditions):
        raise NotAskedError("it is found over another collection: find its _id first, then ask by that")
    if thing.name in layout.inside:
        parent = layout.logical.things[layout.inside[thing.name].target]
        within = _match(asked, layout.array(thing) + ".", _above(asked, layout))
        if len(_some(within)) < len(within):
            raise NotAskedError("an element of an array is not found by what it is not")
        return parent, layout.array(thing) + ".", within
    return thing, "", _match(asked)


def _above(asked: Asked, layout: Layout) -> list[Condition]:
    return [one for one in asked.conditions if isinstance(one, Refers) and one.ref.tenancy]


def _change(asked: Asked, layout: Layout) -> Written:
    thing = asked.thing
    root, prefix, q = _target(asked, layout)
    wanted = [f for name in asked.access.fields if (f := thing.field(name)) is not None]
    if not wanted:
        state = next((one for one in thing.fields if one.transitions), None)
        first = state or next((one for one in thing.fields if not one.unique), None)
        if first is None:
            raise NotAskedError(f"a {thing.name} has nothing that could be changed")
        wanted = [first]
    if thing.name in layout.ancestors and any(thing.ref(one) for one in asked.access.fields):
        raise NotAskedError("moving a branch writes the ancestorIds of all below it: read them, then a bulk write")
    for one in wanted:
        if one.transitions:
            path = prefix + named(one.name)
            if path in q:
                q["$and"] = [*q.get("$and", []), {path: q[path]}]
            q[path] = {"$in": given(f"{named(one.name)}Before")}
    at = f"{prefix}$." if prefix and not layout.inside[thing.name].one else prefix
    values = {at + named(one.name): given(f"new{named(one.name)[:1].upper()}{named(one.name)[1:]}") for one in wanted}
    single = asked.by_id or any(isinstance(one, Is) and one.field.unique for one in asked.conditions)
    update: dict[str, Any] = {"q": q, "u": {"$set": values}}
    if not single and not prefix:
        update["multi"] = True
    commands: list[Command] = [{"update": root.plural, "updates": [update]}]
    for (name, role), fields in layout.copied.items():
        child = layout.logical.things[name]
        ref = next(one for one in child.refs if one.role == role)
        copied = [one for one in wanted if one in fields]
        if ref.target == thing.name and copied:
            change = {"$set": {f"{role}.{named(o.name)}": values[named(o.name)] for o in copied}}
            commands.append(
                {
                    "update": child.plural,
                    "updates": [{"q": {ref.name: given(named(thing.name))}, "u": change, "multi": True}],
                }
            )
    return Written(root.plural, commands, q)


def _remove(asked: Asked, layout: Layout) -> Written:
    thing = asked.thing
    root, prefix, q = _target(asked, layout)
    if prefix:
        path = prefix.rstrip(".")
        inner = {key.removeprefix(prefix): value for key, value in q.items()}
        change = {"$unset": {path: ""}} if layout.inside[thing.name].one else {"$pull": {path: inner}}
        return Written(root.plural, [{"update": root.plural, "updates": [{"q": q, "u": change}]}], q)
    if thing.soft:
        change = {"$set": {named(DELETED): given(NOW)}}
        return Written(root.plural, [{"update": root.plural, "updates": [{"q": q, "u": change}]}], q)
    commands: list[Command] = [{"delete": root.plural, "deletes": [{"q": q, "limit": 0 if not asked.by_id else 1}]}]
    kept: list[str] = []
    for child, ref in layout.logical.children(thing.name):
        if layout.inside.get(child.name) is ref:
            continue
        if child.name in layout.inside and child.pair:
            home = layout.logical.things[layout.inside[child.name].target]
            path, one = layout.array(child), given(named(thing.name))
            pulled = one if layout.ids_only(child) else {ref.name: one}
            where = {path if layout.ids_only(child) else f"{path}.{ref.name}": one}
            commands.append(
                {"update": home.plural, "updates": [{"q": where, "u": {"$pull": {path: pulled}}, "multi": True}]}
            )
        elif not layout.embedded(child.name) and (child.pair or ref.on_delete == "cascade"):
            deletes = [{"q": {ref.name: given(named(thing.name))}, "limit": 0}]
            commands.append({"delete": child.plural, "deletes": deletes})
        else:
            kept.append(child.plural)
    note = f"look first whether {', '.join(kept)} refer to it: the server does not" if kept else ""
    return Written(root.plural, commands, q, note=note)


def _take(asked: Asked, layout: Layout) -> Written:
    thing = asked.thing
    if layout.embedded(thing.name) or thing.field(TAKEN) is None:
        raise NotAskedError(f"a {thing.name} is no queue")
    q = {named(TAKEN): None} | _match(asked)
    sort = asked.order or (("_id", 1),)
    command = {"findAndModify": thing.plural, "query": q, "sort": dict(sort),
               "update": {"$set": {named(TAKEN): given(NOW)}}, "new": True}  # fmt: skip
    wanted = asked.access.limit or 1
    note = f"one at a time: {wanted} of them are {wanted} commands" if wanted > 1 else ""
    return Written(thing.plural, [command], q, sort, 1, note=note)


def parameters(value: Any) -> list[str]:
    """The names of what is given, in order."""
    found: list[str] = []
    if isinstance(value, dict):
        if set(value) == {"?"}:  # pyright: ignore[reportUnknownArgumentType]
            return [str(value["?"])]  # pyright: ignore[reportUnknownArgumentType]
        for one in value.values():  # pyright: ignore[reportUnknownVariableType]
            found += parameters(one)
    elif isinstance(value, list | tuple):
        for one in value:  # pyright: ignore[reportUnknownVariableType]
            found += parameters(one)
    return list(dict.fromkeys(found))


def filled(value: Any, values: dict[str, Any]) -> Any:
    """A command with values in place of what is given."""
    if isinstance(value, dict):
        if set(value) == {"?"}:  # pyright: ignore[reportUnknownArgumentType]
            return values[value["?"]]
        return {key: filled(one, values) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return [filled(one, values) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return value
