"""What an access must answer, searched for in the rows themselves, and what the rows are after a write.

It reads no query: a document or a command that is wrong shows as an answer that differs.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from .asking import Asked, Branch, Condition, Has, Is, NotAskedError, Paired, Refers, Via, holds, is_live
from .logical import DELETED, KIND, TAKEN, Thing, named
from .placing import Layout, share
from .rows import START, Id, Row, Rows, above, documents, element_of, value_of

NOW = START + timedelta(days=900)


@dataclass(slots=True)
class Answer:
    """What must come of an access. `values`: what is given; `found`: all that meets the conditions, in order where one
    was asked for; `limit`; `after`: the documents of each collection after a write."""

    values: dict[str, Any]
    found: list[Row] = field(default_factory=list[Row])
    order: tuple[tuple[str, int], ...] = ()
    limit: int = 0
    after: dict[str, list[Row]] | None = None


def example(asked: Asked, layout: Layout, rows: Rows) -> dict[str, Any]:
    """What is given for the made-up row by which most is found. Raises `NotAskedError` where there is none."""
    if asked.access.verb == "add":
        return _added(asked, layout, _copied(rows))
    if asked.access.verb in ("change", "remove", "take"):
        values, mine = _hit(asked, layout, rows)
        before = {f"{named(one.name)}Before": [mine[0].get(named(one.name))] for one in asked.thing.fields if mine}
        return {**before, **values, "now": NOW}
    return _best(asked, layout, rows)[0]


def answer(asked: Asked, layout: Layout, rows: Rows) -> Answer:
    """The answer for a given row that has one. Raises `NotAskedError` where no made-up row can be asked for."""
    if asked.access.verb in ("add", "change", "remove", "take"):
        return _written(asked, layout, rows)
    values, mine = _best(asked, layout, rows)
    return _found(asked, values, mine, layout, rows)


def _best(asked: Asked, layout: Layout, rows: Rows) -> tuple[dict[str, Any], list[Row]]:
    """(what is given, the rows that are found), for the example by which most is found."""
    best: tuple[dict[str, Any], list[Row]] | None = None
    for row in _examples(asked, layout, rows):
        values = _given(asked, row, layout, rows)
        if values is None:
            continue
        mine = _matching(asked, values, rows)
        if best is None or len(mine) > len(best[1]):
            best = (values, mine)
        if asked.limit and len(best[1]) > asked.limit:
            break
    if best is None:
        raise NotAskedError("no made-up row is found by it")
    return best


def _examples(asked: Asked, layout: Layout, rows: Rows) -> list[Row]:
    found = [
        row
        for row in rows[asked.thing.name]
        if not (is_live(asked) and row.get(named(DELETED)))
        and all(holds(state, row.get(path)) for path, state in asked.states)
    ]
    return found[:: -max(1, len(found) // 12)]  # the last ones first: a walk does not come upon them at once


def _given(asked: Asked, row: Row, layout: Layout, rows: Rows) -> dict[str, Any] | None:
    """What is given so that this row is among what is found; None where it cannot be."""
    values: dict[str, Any] = {}
    if asked.by_id:
        values[named(asked.thing.name)] = row["_id"]
    for one in asked.conditions:
        match one:
            case Is(field=f) if f.name == KIND and one.given == KIND:
                continue
            case Is():
                value = row.get(named(one.field.name))
                if one.field.kind == "period" and value is not None:
                    value = value["from"]
                if one.field.kind == "tags" and value:
                    value = value[0]
            case Refers():
                value = row.get(one.ref.name)
            case Paired():
                value = next((p[one.other.name] for p in rows[one.pair.name] if p[one.mine.name] == row["_id"]), None)
            case Has():
                value = next((c[one.path] for c in rows[one.child.name] if c.get(one.ref.name) == row["_id"]), None)
            case Via():
                middle = next((m for m in rows[one.middle.name] if m["_id"] == row.get(one.ref.name)), None)
                value = middle.get(one.onward.name) if middle else None
            case Branch():
                index = {each["_id"]: each for each in rows[asked.thing.name]}
                over = above(asked.thing, row, index)
                value = over[0] if one.way == "below" and over else row["_id"] if one.way == "above" else None
        if value is None:
            return None
        values[one.given] = value
    for bound, name in ((asked.since, "since"), (asked.until, "until")):
        if bound is None:
            continue
        clock = named(bound.name)
        times = sorted(
            each[clock] for each in _matching(asked, values, rows, timed=False) if each.get(clock) is not None
        )
        if not times:
            return None
        if name == "until":
            values[name] = times[-1 - len(times) // 4] + timedelta(days=1)
        else:
            values[name] = times[min(int(len(times) * (1 - share(asked.access))), max(0, len(times) - 3))]
    if asked.access.verb == "search":
        text = str(row.get(named(asked.words[0].name), ""))
        if not text.split():
            return None
        values["words"] = text.split()[0]
    if asked.access.verb == "nearest":
        values["coordinates"] = [3.0, 3.0]
    return values


def _matching(asked: Asked, values: dict[str, Any], rows: Rows, *, timed: bool = True) -> list[Row]:
    """The rows that meet all conditions; `timed`: also that on their time."""
    far = [ids for one in asked.conditions if (ids := _far(one, asked, values, rows)) is not None]
    return [
        row
        for row in rows[asked.thing.name]
        if all(row["_id"] in ids for ids in far) and _meets(asked, row, values, timed=timed)
    ]


def _far(condition: Condition, asked: Asked, values: dict[str, Any], rows: Rows) -> set[Id] | None:
    """The ids of rows that meet a condition on what is further away; None for another condition."""
    match condition:
        case Has(child=child, ref=ref, given=given, path=path):
            return {c[ref.name] for c in rows[child.name] if c[path] == values[given] and c.get(ref.name)}
        case Paired(pair=pair, mine=mine, other=other, given=given):
            return {p[mine.name] for p in rows[pair.name] if p[other.name] == values[given]}
        case Via(ref=ref, middle=middle, onward=onward, given=given):
            there = {m["_id"] for m in rows[middle.name] if m.get(onward.name) == values[given]}
            return {row["_id"] for row in rows[asked.thing.name] if row.get(ref.name) in there}
        case Branch(way=way, given=given):
            index = {each["_id"]: each for each in rows[asked.thing.name]}
            if way == "above":
                return set(above(asked.thing, index[values[given]], index))
            return {one for one, row in index.items() if values[given] in above(asked.thing, row, index)}
        case _:
            return None


def _meets(asked: Asked, row: Row, values: dict[str, Any], *, timed: bool) -> bool:
    """Whether a row's own fields meet the conditions on them."""
    if asked.by_id and row["_id"] != values[named(asked.thing.name)]:
        return False
    for one in asked.conditions:
        match one:
            case Is(field=f) if f.name == KIND and one.given == KIND:
                met = row.get(KIND) == named(asked.access.entity)
            case Is():
                value, wanted = row.get(named(one.field.name)), values[one.given]
                if one.field.kind == "period":
                    met = value is not None and value["from"] <= wanted < value["to"]
                else:
                    met = value == wanted or (isinstance(value, list) and wanted in value)
            case Refers():
                met = row.get(one.ref.name) == values[one.given]
            case _:
                met = True
        if not met:
            return False
    if not all(holds(state, row.get(path)) for path, state in asked.states):
        return False
    if is_live(asked) and row.get(named(DELETED)) is not None:
        return False
    if timed and asked.since is not None:
        value = row.get(named(asked.since.name))
        if value is None or value < values["since"]:
            return False
    if timed and asked.until is not None:
        value = row.get(named(asked.until.name))
        if value is None or value >= values["until"]:
            return False
    if "words" in values:
        texts = " ".join(str(row.get(named(one.name), "")) for one in asked.words)
        return str(values["words"]).lower() in texts.lower().replace("-", " ").split()
    return True


def _found(asked: Asked, values: dict[str, Any], mine: list[Row], layout: Layout, rows: Rows) -> Answer:
    if asked.access.verb in ("count", "sum"):
        return Answer(values, _grouped(asked, mine))
    seen = _Seen(layout, rows)
    if "coordinates" in values:
        place = next(named(one.name) for one in asked.thing.fields if one.kind == "location")
        mine.sort(key=lambda row: _distance(row[place]["coordinates"]))
        return Answer(values, [_shown(asked, row, seen) for row in mine], limit=asked.limit or 10)
    shown = [_shown(asked, row, seen) for row in mine]
    return Answer(values, shown, asked.order, asked.limit)


def _distance(at: list[float]) -> float:
    return (at[0] - 3.0) ** 2 + (at[1] - 3.0) ** 2  # near enough for an order of points near the equator


class _Seen:
    """The documents of the rows by collection and id, made once."""

    def __init__(self, layout: Layout, rows: Rows) -> None:
        self.layout = layout
        self.rows = rows
        self.index = {name: {row["_id"]: row for row in each} for name, each in rows.items()}
        self.documents = {name: {one["_id"]: one for one in each} for name, each in documents(layout, rows).items()}


def _shown(asked: Asked, row: Row, seen: _Seen) -> Row:
    """The row as its document has it, with what comes along."""
    thing, layout = asked.thing, seen.layout
    if thing.name in layout.inside or thing.name in layout.buckets:
        ref = layout.inside.get(thing.name) or layout.buckets[thing.name]
        return {ref.name: row[ref.name], **element_of(layout, thing, ref, row, seen.index)}
    made = dict(seen.documents[thing.plural][row["_id"]])
    fields = [f for name in asked.access.fields if (f := thing.field(name)) is not None]
    if fields and asked.access.verb in ("get", "list") and not asked.along:
        kept = {"_id", *(named(one.name) for one in fields)}
        return {key: value for key, value in made.items() if key in kept}
    for name in asked.along:
        _with(name, made, thing, row, seen)
    return made


def _with(name: str, made: Row, thing: Thing, row: Row, seen: _Seen) -> None:
    layout, rows = seen.layout, seen.rows
    other = layout.logical.of(name)
    if other is None or layout.embedded(other.name):
        return
    theirs = seen.documents[other.plural]
    ref = next((one for one in thing.refs if one.called(name)), None)
    if ref is not None:
        if (thing.name, ref.role) not in layout.copied and row.get(ref.name) is not None:
            made[ref.role] = theirs[row[ref.name]]
        return
    back = next((one for one in other.refs if one.target == thing.name), None)
    wanted: set[Id] = set()
    if back is not None:
        wanted = {each["_id"] for each in rows[other.name] if each.get(back.name) == row["_id"]}
    else:
        for pair, mine in layout.logical.children(thing.name):
            for far in pair.refs:
                if far is not mine and far.target == other.name and (pair.pair or layout.inside.get(pair.name) is mine):
                    wanted |= {p[far.name] for p in rows[pair.name] if p[mine.name] == row["_id"] and p.get(far.name)}
    made[other.plural] = [theirs[one] for one in theirs if one in wanted]


def _grouped(asked: Asked, mine: list[Row]) -> list[Row]:
    sums: defaultdict[Any, Any] = defaultdict(int)
    keys: dict[str, Any] = {}
    for row in mine:
        parts: dict[str, Any] = {}
        for name, path in asked.units:
            if path:
                parts[name] = row.get(path)
            else:
                assert asked.clock is not None
                parts[name] = truncated(row[named(asked.clock.name)], name)
        key: Any = None if not parts else next(iter(parts.values())) if len(parts) == 1 else parts
        keys[repr(key)] = key
        sums[repr(key)] += 1 if asked.total is None else row.get(named(asked.total.name), 0)
    name = "count" if asked.total is None else "total"
    return [{"_id": keys[one], name: value} for one, value in sums.items()]


def truncated(at: datetime, unit: str) -> datetime:
    """The start of the span that a moment lies in; weeks begin on Monday."""
    day = datetime(at.year, at.month, at.day)
    match unit:
        case "minute":
            return at.replace(second=0, microsecond=0)
        case "hour":
            return at.replace(minute=0, second=0, microsecond=0)
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
        case _:
            return day.replace(day=1, month=1)


# ---- writes


def _written(asked: Asked, layout: Layout, rows: Rows) -> Answer:
    after = _copied(rows)
    match asked.access.verb:
        case "add":
            values = _added(asked, layout, after)
        case "take":
            values = _taken(asked, after, rows, layout)
        case "change":
            values = _changed(asked, layout, after, rows)
        case _:
            values = _removed(asked, layout, after, rows)
    rows.clear()
    rows.update(after)
    return Answer(values, after=documents(layout, after))


def _copied(rows: Rows) -> Rows:
    """Rows that may be changed; their values are not."""
    return {name: [dict(row) for row in mine] for name, mine in rows.items()}


def _new(thing: Thing, rows: Rows, number: int) -> Row:
    """A row like the one that is there, with a key of its own."""
    mine = rows[thing.name]
    if not mine:
        raise NotAskedError(f"there is no {thing.name} to make another one like")
    n = 900_000 + number
    row = dict(mine[-1])
    row["_id"] = Id(f"66{len(mine):04x}{n:018x}")
    for at, one in enumerate(thing.fields):
        name = named(one.name)
        if one.kind in ("moment", "date"):
            row.pop(name, None)
            if one.required:
                row[name] = START + timedelta(days=700 + at)
        elif one.unique or one.within:
            row[name] = value_of(one, n // 1000, Random(n))
    row.pop(named(TAKEN), None)
    row.pop(named(DELETED), None)
    return row


def _added(asked: Asked, layout: Layout, rows: Rows) -> dict[str, Any]:
    thing = asked.thing
    values: dict[str, Any] = {}
    row = _new(thing, rows, 0)
    if thing.name in layout.inside:
        ref = layout.inside[thing.name]
        counts: defaultdict[Id, int] = defaultdict(int)
        for one in rows[thing.name]:
            counts[one[ref.name]] += 1
        room = [p["_id"] for p in rows[ref.target] if counts[p["_id"]] < (1 if ref.one else layout.most[thing.name])]
        if not room:
            raise NotAskedError("each made-up array is full")
        row[ref.name] = room[0]
        values[ref.role] = room[0]
    rows[thing.name].append(row)
    for child in layout.children(thing.name):
        for number in range(0 if child.name in asked.along else layout.inside[child.name].least):
            rows[child.name].append(_new(child, rows, number + 1) | {layout.inside[child.name].name: row["_id"]})
    for name in asked.along:
        other = layout.logical.of(name)
        ref = next((one for one in other.refs if one.target == thing.name), None) if other is not None else None
        if other is None or ref is None:
            continue
        more: list[Row] = []
        for number in range(1, 3):
            one = _new(other, rows, number)
            one[ref.name] = row["_id"]
            rows[other.name].append(one)
            more.append(one)
        if not layout.embedded(other.name):
            made = {each["_id"]: each for each in documents(layout, rows)[other.plural]}
            values[other.plural] = [made[one["_id"]] for one in more]
    index = {name: {each["_id"]: each for each in mine} for name, mine in rows.items()}
    if thing.name in layout.inside:
        values[named(thing.name)] = element_of(layout, thing, layout.inside[thing.name], row, index)
    elif thing.name in layout.buckets:
        ref = layout.buckets[thing.name]
        assert asked.clock is not None
        values[ref.role] = row[ref.name]
        values |= {one.role: row[one.name] for one in thing.refs if one.tenancy}
        values[named(asked.clock.name)] = row[named(asked.clock.name)]
        values[named(thing.name)] = element_of(layout, thing, ref, row, index)
    else:
        values[named(thing.name)] = next(
            one for one in documents(layout, rows)[thing.plural] if one["_id"] == row["_id"]
        )
    return values


def _hit(asked: Asked, layout: Layout, rows: Rows, *, lonely: bool = False) -> tuple[dict[str, Any], list[Row]]:
    for row in _examples(asked, layout, rows):
        values = _given(asked, row, layout, rows)
        if values is None:
            continue
        values.setdefault(named(asked.thing.name), row["_id"])
        mine = _matching(asked, values, rows)
        if asked.thing.name in layout.inside:
            mine = mine[:1]
        if lonely and any(_blocks(layout, asked.thing, one, rows) for one in mine):
            continue
        return values, mine
    raise NotAskedError("no made-up row can be asked for" + (": something refers to each" if lonely else ""))


def _blocks(layout: Layout, thing: Thing, row: Row, rows: Rows) -> bool:
    return any(
        one.get(ref.name) == row["_id"]
        for child, ref in layout.logical.children(thing.name)
        if not child.pair and ref.on_delete != "cascade" and layout.inside.get(child.name) is not ref
        for one in rows[child.name]
    )


def _changed(asked: Asked, layout: Layout, after: Rows, rows: Rows) -> dict[str, Any]:
    thing = asked.thing
    values, mine = _hit(asked, layout, rows)
    wanted = [f for name in asked.access.fields if (f := thing.field(name)) is not None] or [
        next((o for o in thing.fields if o.transitions), None) or next(o for o in thing.fields if not o.unique)
    ]
    hit = {one["_id"] for one in mine}
    for one in wanted:
        name = named(one.name)
        key = f"new{name[:1].upper()}{name[1:]}"
        new = value_of(one, 888, Random(5))
        if one.transitions:
            before = mine[0].get(name)
            new = next((to for start, to in one.transitions if start == before), one.transitions[0][1])
            values[f"{name}Before"] = [start for start, to in one.transitions if to == new]
            hit &= {each["_id"] for each in mine if each.get(name) in values[f"{name}Before"]}
        values[key] = new
    for row in after[thing.name]:
        if row["_id"] in hit:
            for one in wanted:
                name = named(one.name)
                row[name] = values[f"new{name[:1].upper()}{name[1:]}"]
    return values


def _taken(asked: Asked, after: Rows, rows: Rows, layout: Layout) -> dict[str, Any]:
    values, mine = _hit(asked, layout, rows)
    free = [one for one in mine if one.get(named(TAKEN)) is None]
    if not free:
        raise NotAskedError("no made-up row waits")
    first = min(free, key=lambda one: tuple(one.get(path) for path, _ in asked.order) if asked.order else one["_id"])
    for row in after[asked.thing.name]:
        if row["_id"] == first["_id"]:
            row[named(TAKEN)] = NOW
    return values | {"now": NOW}


def _removed(asked: Asked, layout: Layout, after: Rows, rows: Rows) -> dict[str, Any]:
    thing = asked.thing
    values, mine = _hit(asked, layout, rows, lonely=not thing.soft)
    hit = {one["_id"] for one in mine}
    if thing.soft:
        for row in after[thing.name]:
            if row["_id"] in hit:
                row[named(DELETED)] = NOW
        return values | {"now": NOW}
    if len(hit) > 1 and any(True for _ in layout.logical.children(thing.name)):
        raise NotAskedError("it removes several at once, and what refers to them goes one by one")
    after[thing.name] = [one for one in after[thing.name] if one["_id"] not in hit]
    for child, ref in layout.logical.children(thing.name):
        after[child.name] = [one for one in after[child.name] if one.get(ref.name) not in hit]
    return values
