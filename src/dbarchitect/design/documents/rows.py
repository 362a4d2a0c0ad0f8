"""Made-up rows of the things, and the documents that a layout makes of them.

Rows know nothing of the layout: answers that are searched for in them check the documents and the queries together.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from dbarchitect.design.shares import spreads
from dbarchitect.design.spec import Field, Rule, Spec

from .kinds import bound
from .logical import DELETED, TAKEN, Logical, Ref, Thing, named
from .placing import Layout, moment_of, per

Row = dict[str, Any]
Rows = dict[str, list[Row]]
START = datetime(2024, 1, 1)
_WORDS = ("amber", "quiet", "northern", "silver", "early", "open", "second", "bright", "plain", "green")
_EACH = 4  # elements of all arrays for each document of the most frequent thing, at most
_KEEP = 0.7  # of values that need not be there


class Id(str):
    """The id of a row: 24 hexadecimal digits."""

    __slots__ = ()


Candidates = dict[tuple[str, Id | None], list[Row]]  # by what is referred to, and the tenant


def made_rows(known: Logical, layout: Layout, spec: Spec, seed: int, most: int, least: int) -> Rows:
    """Rows of every thing: `most` of the most frequent one, the others in proportion and at least `least`, but never
    more than there are."""
    rng = Random(seed)
    largest = max((one.later for one in known.things.values() if one.name not in layout.inside), default=1.0)
    rows: Rows = {}
    for number, thing in enumerate(_in_order(known)):
        wanted = max(least, round(thing.later * most / largest))
        wanted = max(1, min(wanted, most * (_EACH if thing.name in layout.inside else 1), int(thing.later)))
        if thing.name == spec.surroundings.tenant:
            wanted = min(wanted, 4)
        wanted = max(wanted, *(one.least * len(rows.get(one.target, ())) for one in thing.refs), 1)
        _fill(thing, number, wanted, rows, layout, spec, rng)
    return rows


def _in_order(known: Logical) -> list[Thing]:
    """Things so that what one must refer to comes first; where they go in a circle, as they come."""
    done: list[Thing] = []
    waiting = list(known.things.values())
    while waiting:
        names = {one.name for one in waiting}
        ready = [one for one in waiting if not any(r.target in names and r.target != one.name for r in one.refs)]
        for one in ready or [min(waiting, key=lambda w: sum(r.required and r.target in names for r in w.refs))]:
            done.append(one)
            waiting.remove(one)
    return done


def _fill(thing: Thing, number: int, wanted: int, rows: Rows, layout: Layout, spec: Spec, rng: Random) -> None:
    mine = rows.setdefault(thing.name, [])
    tenancy = next((one for one in thing.refs if one.target == spec.surroundings.tenant), None)
    crowd: defaultdict[tuple[str, str], int] = defaultdict(int)
    seen: set[tuple[str, ...]] = set()
    known: Candidates = {}
    either = {
        name for rule in spec.rules if rule.kind == "either" and rule.entity == thing.name for name in rule.fields
    }
    spread = {one.field.name: one for one in spreads(spec) if one.entity == thing.name}
    keys: set[str] = set()
    if thing.entity is not None:
        keys = {*thing.entity.weak, *(name for key in thing.entity.key for name in key)}
    for n in range(wanted * 3 if thing.pair else wanted):
        if len(mine) >= wanted:
            break
        row: Row = {"_id": Id(f"65{number:04x}{n:018x}")}
        tenant = rng.choice(rows[tenancy.target])["_id"] if tenancy is not None and rows.get(tenancy.target) else None
        if not _refer(thing, row, rows, layout, tenancy, tenant, crowd, rng, either, spec, known):
            continue
        if thing.pair:
            ends = tuple(str(row.get(one.name)) for one in thing.refs if not one.tenancy)
            if ends in seen or (thing.refs[0].target == thing.refs[1].target and ends[0] == ends[1]):
                continue
            seen.add(ends)
        for field in thing.fields:
            if field.name in spread:
                _put(row, field, spread[field.name].value_at(rng.random()), n, rng)
            elif (
                field.required or field.name in either or (rng.random() < _KEEP and field.name not in (TAKEN, DELETED))
            ):
                row[named(field.name)] = value_of(field, n, rng, distinct=field.name in keys)
            elif field.name == DELETED and rng.random() < 0.2:
                row[named(field.name)] = START + timedelta(hours=n)
        for rule in spec.rules:
            if rule.entity == thing.name:
                _obey(rule, row, thing, n)
        mine.append(row)


def _put(row: Row, field: Field, value: str | None, n: int, rng: Random) -> None:
    """A field in one of its states; None: it is not there, "": any value."""
    if value is not None or field.required:
        row[named(field.name)] = (
            {"true": True, "false": False}.get(value or "", value) if value else value_of(field, n, rng)
        )


def _refer(
    thing: Thing,
    row: Row,
    rows: Rows,
    layout: Layout,
    tenancy: Ref | None,
    tenant: Id | None,
    crowd: defaultdict[tuple[str, str], int],
    rng: Random,
    either: set[str],
    spec: Spec,
    known: Candidates,
) -> bool:
    """Fill in what a row refers to: rows of one tenant, not more of them than an array may have."""
    for ref in thing.refs:
        if ref is tenancy:
            row[ref.name] = tenant
            continue
        there = _candidates(ref, thing, rows, layout, tenant, spec, known)
        most = 1 if ref.one else ref.most
        if layout.inside.get(thing.name) is ref:
            most = layout.most.get(thing.name, most)
        wanted = ref.required or any(map(ref.called, either))
        if not there or (not wanted and rng.random() > _KEEP):
            if ref.required:
                return False
            continue
        lacking = [one for one in there if crowd[ref.role, one["_id"]] < ref.least] if ref.least else []
        if lacking:
            chosen = lacking[0]
        elif thing.refs[0] is ref and per(thing, ref, layout.logical) > 1 and rng.random() < 0.3:
            chosen = there[0]  # some have many more than others
        else:
            chosen = rng.choice(there)
        if most is not None and crowd[ref.role, chosen["_id"]] >= most:
            room = [one for one in there if crowd[ref.role, one["_id"]] < most]
            if not room:
                if ref.required:
                    return False
                continue
            chosen = rng.choice(room)
        crowd[ref.role, chosen["_id"]] += 1
        row[ref.name] = chosen["_id"]
    return True


def _candidates(
    ref: Ref, thing: Thing, rows: Rows, layout: Layout, tenant: Id | None, spec: Spec, known: Candidates
) -> list[Row]:
    """The rows that may be referred to: of the same tenant, where they belong to one. `known`: those found before."""
    key = ref.target, tenant
    if key not in known or ref.target == thing.name:  # its own rows grow in number meanwhile
        target = layout.logical.things[ref.target]
        own = next((one.name for one in target.refs if one.target == spec.surroundings.tenant), "")
        there = rows.get(ref.target, [])
        known[key] = [one for one in there if tenant is None or not own or one.get(own) == tenant]
    return known[key]


def value_of(field: Field, n: int, rng: Random, *, distinct: bool = False) -> Any:
    """A value of a field that its validator takes; the n-th, so that no two are equal where they must not be."""
    match field.kind:
        case "integer" | "number" | "duration":
            return _within(
                field, n + 1 if distinct or field.unique or field.within or field.wide else rng.randrange(1, 60)
            )
        case "decimal" | "money" | "percentage":
            found = _within(field, rng.randrange(1, 90))
            return Decimal(found) + (Decimal(rng.randrange(4)) / 4 if found != bound(field.maximum) else 0)
        case "boolean":
            return rng.random() < 0.5
        case "date":
            return START + timedelta(days=n)
        case "moment":
            return START + timedelta(minutes=37 * n)
        case "period":
            return {"from": START + timedelta(hours=n), "to": START + timedelta(hours=n, minutes=30)}
        case "choice":
            return field.values[min(rng.randrange(len(field.values)), rng.randrange(len(field.values)))]
        case "uuid":
            return n.to_bytes(16, "big")
        case "json":
            return {"n": n}
        case "location":
            return {"type": "Point", "coordinates": [float(n % 170), float(n % 80)]}
        case "vector":
            return [((n * 7 + at) % 11) / 10 + 0.05 for at in range(field.dimensions or 8)]
        case "tags":
            return [f"tag {n % 5}", f"tag {n % 7 + 5}"]
        case _:
            return _text(field, n, rng)


def _text(field: Field, n: int, rng: Random) -> str:
    word = rng.choice(_WORDS)
    made = {
        "slug": f"{word}-{n}",
        "email": f"{word}{n}@example.org",
        "phone": f"+4915{n:09}",
        "url": f"https://example.org/{n}",
        "identifier": f"ID-{n:05}",
        "file": f"objects/{n}",
        "ip": f"10.0.{n // 250}.{n % 250}",
        "secret": f"$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ${n:032}",
        "time": f"{n % 24:02}:00",
    }.get(field.kind, f"{word} {rng.choice(_WORDS)} {n}")
    if field.length and len(made) > field.length:
        made = f"{n:x}".rjust(min(field.length, 6), "a")[-field.length :]
    return made


def _within(field: Field, wanted: int) -> int:
    low, high = bound(field.minimum), bound(field.maximum)
    if low is not None and wanted < low:
        wanted = int(-(-low // 1)) + wanted
    if high is not None and wanted > high:
        span = int(high - (low or 0)) or 1
        wanted = int((low or 0) + wanted % span)
    return wanted


def _obey(rule: Rule, row: Row, thing: Thing, n: int) -> None:
    names = [named(one) for one in rule.fields]
    if rule.kind == "order" and len(names) == 2 and names[0] in row and names[1] in row:
        low, high = row[names[0]], row[names[1]]
        if isinstance(low, date) and low >= high:
            row[names[1]] = low + timedelta(days=1)
        elif not isinstance(low, date) and low >= high:
            row[names[0]], row[names[1]] = (high, low) if high < low else (low, low + 1)
    if rule.kind == "either":
        places = [ref.name if (ref := thing.ref(one)) is not None else named(one) for one in rule.fields]
        there = [one for one in places if one in row]
        for one in [each for each in there if each != (there[n % len(there)])] if there else ():
            del row[one]


# ---- documents


def documents(layout: Layout, rows: Rows) -> dict[str, list[Row]]:
    """The documents of each collection."""
    index = {name: {row["_id"]: row for row in mine} for name, mine in rows.items()}
    under: dict[tuple[str, str], defaultdict[Id, list[Row]]] = {}
    for name, ref in [*layout.inside.items(), *layout.buckets.items()]:
        grouped: defaultdict[Id, list[Row]] = defaultdict(list)
        for row in rows.get(name, ()):
            grouped[row[ref.name]].append(row)
        under[name, ref.role] = grouped
    found: dict[str, list[Row]] = {}
    for thing in layout.roots():
        if thing.name in layout.buckets:
            found[thing.plural] = _bucketed(layout, thing, under[thing.name, layout.buckets[thing.name].role])
        else:
            found[thing.plural] = [_document(layout, thing, row, index, under) for row in rows.get(thing.name, ())]
    return found


def _document(
    layout: Layout,
    thing: Thing,
    row: Row,
    index: Mapping[str, Mapping[Id, Row]],
    under: Mapping[tuple[str, str], Mapping[Id, list[Row]]],
) -> Row:
    made = _own(layout, thing, row, index)
    for child in layout.children(thing.name):
        ref = layout.inside[child.name]
        there = under[child.name, ref.role].get(row["_id"], [])
        elements = [element_of(layout, child, ref, one, index) for one in there]
        if not ref.one:
            made[layout.array(child)] = elements
        elif elements:
            made[layout.array(child)] = elements[0]
    if thing.name in layout.ancestors:
        made["ancestorIds"] = above(thing, row, index[thing.name])
    return made


def above(thing: Thing, row: Row, index: Mapping[Id, Row]) -> list[Id]:
    """The ids of all above a row, the top first."""
    ref = next(one for one in thing.refs if one.target == thing.name)
    found: list[Id] = []
    at = row.get(ref.name)
    while at is not None and at not in found:
        found.insert(0, at)
        at = index[at].get(ref.name)
    return found


def _own(layout: Layout, thing: Thing, row: Row, index: Mapping[str, Mapping[Id, Row]]) -> Row:
    made = dict(row)
    for ref in thing.refs:
        target = row.get(ref.name)
        if target is None:
            made.pop(ref.name, None)
        elif (thing.name, ref.role) in layout.held:
            del made[ref.name]
            made[ref.role] = {key: value for key, value in index[ref.target][target].items() if key != "_id"}
        elif (thing.name, ref.role) in layout.copied:
            names = [named(one.name) for one in layout.copied[thing.name, ref.role]]
            made[ref.role] = {name: index[ref.target][target][name] for name in names}
    return made


def element_of(layout: Layout, child: Thing, ref: Ref, row: Row, index: Mapping[str, Mapping[Id, Row]]) -> Any:
    """What stands for a row in the array of what it is embedded in."""
    made = _own(layout, child, row, index)
    for one in child.refs:
        if one is ref or one.tenancy:
            made.pop(one.name, None)
    if child.pair or child.name in layout.buckets:
        del made["_id"]
    if layout.ids_only(child):
        return next(value for value in made.values())
    return made


def _bucketed(layout: Layout, thing: Thing, under: Mapping[Id, Sequence[Row]]) -> list[Row]:
    ref, clock = layout.buckets[thing.name], moment_of(thing)
    assert clock is not None
    at = named(clock.name)
    tenancy = next((one for one in thing.refs if one.tenancy), None)
    found: list[Row] = []
    for parent, mine in under.items():
        mine = sorted(mine, key=lambda row: row[at])
        for first in range(0, len(mine), layout.most[thing.name]):
            part = mine[first : first + layout.most[thing.name]]
            made: Row = {"_id": part[0]["_id"], ref.name: parent}
            if tenancy is not None:
                made[tenancy.name] = part[0][tenancy.name]
            made |= {"from": part[0][at], "to": part[-1][at], "count": len(part)}
            made[thing.plural] = [element_of(layout, thing, ref, one, {}) for one in part]
            found.append(made)
    return found


def extended(value: Any) -> Any:
    """A value in MongoDB's extended JSON."""
    match value:
        case Id():
            return {"$oid": str(value)}
        case datetime():
            return {"$date": value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"}
        case Decimal():
            return {"$numberDecimal": str(value)}
        case bytes():
            return {"$binary": {"base64": base64.b64encode(value).decode(), "subType": "04"}}
        case dict():
            return {key: extended(one) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case list() | tuple():
            return [extended(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value
