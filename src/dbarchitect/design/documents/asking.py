"""What an access asks of the things: conditions, order, what comes along; the same for queries and for the answers that
are searched for in rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dbarchitect.design.hierarchies import ABOVE, BELOW
from dbarchitect.design.spec import Access, Field, Spec, State

from .logical import DELETED, KIND, Logical, Ref, Thing, named
from .placing import moment_of

SPANS = ("minute", "hour", "day", "week", "month", "quarter", "year")  # units of $dateTrunc


class NotAskedError(ValueError):
    """An access that documents are not asked by one command; the text says why."""


@dataclass(frozen=True, slots=True)
class Is:
    """A field is what is given. `given`: the name of the parameter; `value`: what it is, where that is known."""

    field: Field
    given: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Refers:
    """It refers to what is given."""

    ref: Ref
    given: str


@dataclass(frozen=True, slots=True)
class Paired:
    """A pair joins it with what is given: `mine` of the pair is it, `other` the one that is given."""

    pair: Thing
    mine: Ref
    other: Ref
    given: str


@dataclass(frozen=True, slots=True)
class Via:
    """It refers to a `middle` that refers to what is given."""

    ref: Ref
    middle: Thing
    onward: Ref
    given: str


@dataclass(frozen=True, slots=True)
class Branch:
    """All below or above a given one."""

    way: Literal["below", "above"]
    ref: Ref
    given: str


@dataclass(frozen=True, slots=True)
class Has:
    """What is given, by its id or by the value of a field, refers to it."""

    child: Thing
    ref: Ref
    given: str
    path: str = "_id"


Condition = Is | Refers | Paired | Via | Branch | Has


@dataclass(frozen=True, slots=True)
class Asked:
    """An access, resolved. `by_id`: one is asked for by its id. `clock` and `since` name a field with a lower bound,
    `until` one with an upper bound; `states` are what the access itself says of paths."""

    access: Access
    thing: Thing
    conditions: tuple[Condition, ...]
    by_id: bool
    since: Field | None
    order: tuple[tuple[str, int], ...]
    limit: int
    along: tuple[str, ...]
    units: tuple[tuple[str, str], ...] = ()  # what results are grouped by: (name, span of the clock or path)
    clock: Field | None = None
    total: Field | None = None
    words: tuple[Field, ...] = ()
    until: Field | None = None
    states: tuple[tuple[str, State], ...] = ()


def asked(access: Access, known: Logical, spec: Spec) -> Asked:
    """The access in terms of things. Raises `NotAskedError`."""
    if access.sql:
        raise NotAskedError("it is written in SQL, which is not translated")
    thing = known.of(access.entity)
    if thing is None:
        raise NotAskedError(f"nothing is called {access.entity!r}")
    conditions: list[Condition] = []
    if access.entity in known.folded:
        kind = thing.field(KIND)
        assert kind is not None
        conditions.append(Is(kind, KIND, named(access.entity)))
    tenant = next((one for one in thing.refs if one.target == spec.surroundings.tenant), None)
    shared = tenant is not None and spec.surroundings.tenancy == "shared" and access.verb != "add"
    if shared and tenant is not None:
        conditions.append(Refers(tenant, named(tenant.said[0])))
    for name in access.by:
        if shared and tenant is not None and tenant.called(name):
            continue
        conditions.append(_condition(name, thing, known))
    if access.verb == "search":
        conditions = [c for c in conditions if not (isinstance(c, Is) and c.field.kind in ("text", "word"))]
    if access.verb == "nearest":
        conditions = [c for c in conditions if not (isinstance(c, Is) and c.field.kind in ("location", "vector"))]
    since = thing.field(access.since[0]) if access.since is not None else None
    if access.since is not None and since is None:
        raise NotAskedError(f"a {thing.name} has no {access.since[0]!r}")
    until = thing.field(access.until[0]) if access.until is not None else None
    if access.until is not None and until is None:
        raise NotAskedError(f"a {thing.name} has no {access.until[0]!r}")
    order: list[tuple[str, int]] = []
    for one in access.order:
        field = thing.field(one.field)
        if field is None:
            raise NotAskedError(f"a {thing.name} has no {one.field!r} to be ordered by")
        order.append((named(field.name), -1 if one.descending else 1))
    named_ones = [c for c in conditions if not (isinstance(c, Refers) and c.ref is tenant)]
    several = access.verb != "get" and access.limit != 1 and bool(access.states or access.until)
    by_id = (
        access.verb in ("get", "change", "remove") and not named_ones and access.since is None and not several
    ) or "id" in access.by
    limit = 1 if access.verb == "get" else (access.limit or 0 if access.verb != "take" else 1)
    clock = since or moment_of(thing)
    return Asked(
        access, thing, tuple(conditions), by_id, since, tuple(order), limit, tuple(access.with_),
        _units(access, thing, clock), clock, _total(access, thing), _words(access, thing),
        until, tuple((_stated_path(thing, one), one) for one in access.states),
    )  # fmt: skip


def _stated_path(thing: Thing, state: State) -> str:
    """Where a state is: a field, or a reference that need not be there."""
    field, ref = thing.field(state.field), thing.ref(state.field)
    if field is not None:
        return named(field.name)
    if ref is not None and state.how in ("missing", "there"):
        return ref.name
    raise NotAskedError(f"a {thing.name} has no {state.field!r}")


def holds(state: State, value: object) -> bool:
    """Whether a value, None where there is none, is in a state."""
    match state.how:
        case "missing":
            return value is None
        case "there":
            return value is not None
        case _:
            return (value in of_state(state)) == (state.how == "is")


def of_state(state: State) -> list[object]:
    """The values of a state as documents have them."""
    flags = {"true": True, "false": False}
    return [flags[one] if state.values in (("true",), ("false",)) else one for one in state.values]


def _condition(name: str, thing: Thing, known: Logical) -> Condition:
    given = named(name)
    own = next((one for one in thing.refs if one.target == thing.name), None)
    if name in (BELOW, ABOVE) and own is not None and not thing.pair:
        return Branch("below" if name == BELOW else "above", own, thing.name and named(thing.name))
    field, ref = thing.field(name), thing.ref(name)
    if field is not None:
        return Is(field, given)
    if ref is not None:
        return Refers(ref, given)
    for pair, mine in known.children(thing.name):
        if pair.pair:
            other = next((o for o in pair.refs if o is not mine and not o.tenancy and o.called(name)), None)
            if other is not None:
                return Paired(pair, mine, other, given)
    for one in thing.refs:
        middle = known.things[one.target]
        onward = middle.ref(name)
        if onward is not None:
            return Via(one, middle, onward, given)
    for child, back in known.children(thing.name):
        if child.name == name and not child.pair:
            return Has(child, back, given)
        value, of, whose = name.rpartition(" of ")
        if of and child.name == whose and child.field(value) is not None:
            return Has(child, back, given, named(value))
    raise NotAskedError(f"a {thing.name} leads to {name!r} over more than one other collection")


def _units(access: Access, thing: Thing, clock: Field | None) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for name in access.grouped:
        field, ref = thing.field(name), thing.ref(name)
        if field is not None:
            found.append((named(name), named(field.name)))
        elif ref is not None:
            found.append((named(name), ref.name))
        elif name in SPANS and clock is not None:
            found.append((name, ""))
        else:
            raise NotAskedError(f"results are not grouped by {name!r}, which a {thing.name} has not")
    return tuple(found)


def _total(access: Access, thing: Thing) -> Field | None:
    if access.verb != "sum":
        return None
    numbers = ("integer", "decimal", "money", "number")
    wanted: Sequence[Field | None] = [thing.field(one) for one in access.fields] or thing.fields
    found = next((one for one in wanted if one is not None and one.kind in numbers), None)
    if found is None:
        raise NotAskedError(f"a {thing.name} has no number to be summed")
    return found


def _words(access: Access, thing: Thing) -> tuple[Field, ...]:
    if access.verb != "search":
        return ()
    said = tuple(f for name in access.by if (f := thing.field(name)) is not None and f.kind in ("text", "word"))
    found = said or tuple(one for one in thing.fields if one.kind in ("text", "word"))
    if not found:
        raise NotAskedError(f"a {thing.name} has no text to be searched")
    return found


def is_live(asked: Asked) -> bool:
    """Whether marked rows are left out."""
    marked = any(path == named(DELETED) for path, _ in asked.states)
    return asked.thing.soft and asked.thing.field(DELETED) is not None and not marked
