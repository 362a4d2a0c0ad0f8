"""How many rows are in the states that queries ask for.

Where the brief does not say it, it is assumed, and said. A state that rows leave again holds few of them: finished work
piles up, waiting work does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as made

from dbarchitect.model import english

from .spec import Entity, Field, Spec, State

# Assumptions without a source: an order of magnitude, so that rows of a state that passes are few and not none.
_PASSING = 0.1  # of the rows, in all states together that rows leave again; where a deed is still to come
_ENDED = frozenset(
    """
    deleted archived cancelled canceled revoked banned removed failed rejected blocked suspended locked voided trashed
    disabled expired refunded returned closed deactivated withdrawn merged hidden
    """.split()  # noqa: SIM905
)  # deeds that most rows never see


@dataclass(slots=True)
class Spread:
    """How the rows of an entity are spread over the states of a field: parts of 1 by value ("true" and "false" of a
    boolean), and the part in which it is missing. `said`: whether the brief says so."""

    entity: str
    field: Field
    parts: dict[str, float] = made(default_factory=dict[str, float])
    missing: float = 0.0
    said: bool = False
    line: int = 0

    def of(self, state: State) -> float:
        """The part of the rows that is in a state."""
        match state.how:
            case "missing":
                return self.missing
            case "there":
                return 1 - self.missing
            case "is":
                return sum(self.parts.get(one, 0.0) for one in state.values)
            case _:
                return 1 - sum(self.parts.get(one, 0.0) for one in state.values)

    def value_at(self, place: float) -> str | None:
        """The value of the row at a place from 0 to 1 among all; None where it is missing, "" where it has another."""
        for value, part in self.parts.items():
            if place < part:
                return value
            place -= part
        return None if place < self.missing else ""


def spreads(spec: Spec) -> list[Spread]:
    """The fields whose states are asked for, or of which the brief says how many rows are in them."""
    wanted = {(one.entity, state.field) for one in spec.access for state in one.states}
    wanted |= {(one.entity, one.state.field) for one in spec.shares}
    found: list[Spread] = []
    for entity in spec.entities:
        found += [
            _spread(spec, entity, one)
            for one in entity.fields
            if (entity.name, one.name) in wanted and (one.values or one.kind == "boolean" or not one.required)
        ]
    return found


def part_of(spec: Spec, entity: str, states: Sequence[State]) -> float:
    """The part of an entity's rows that is in all these states, which are taken as independent of each other."""
    known = {one.field.name: one for one in spreads(spec) if one.entity == entity}
    part = 1.0
    for state in states:
        part *= known[state.field].of(state) if state.field in known else 1.0
    return part


def _spread(spec: Spec, entity: Entity, field: Field) -> Spread:
    made = _assumed(entity, field)
    mine = [one for one in spec.shares if one.entity == entity.name and one.state.field == field.name]
    if not mine:
        return made
    made.said, made.line = True, mine[0].line
    fixed: dict[str, float] = {}
    missing: float | None = None
    for one in mine:
        match one.state.how:
            case "missing" | "there":
                missing = one.part if one.state.how == "missing" else 1 - one.part
            case how:
                part = one.part if how == "is" else 1 - one.part
                own = {value: made.parts.get(value, 0.0) for value in one.state.values}
                whole = sum(own.values())
                fixed |= {value: part * (share / whole if whole else 1 / len(own)) for value, share in own.items()}
    made.missing = made.missing if missing is None else missing
    rest = {value: share for value, share in made.parts.items() if value not in fixed}
    left, whole = max(1 - made.missing - sum(fixed.values()), 0.0), sum(rest.values())
    made.parts = {
        value: fixed[value] if value in fixed else left * share / whole if whole else 0.0
        for value, share in made.parts.items()
    }
    return made


def _assumed(entity: Entity, field: Field) -> Spread:
    made = Spread(entity.name, field)
    if field.values:
        left = {low for low, _ in field.transitions}
        passing = [one for one in field.values if one in left]
        ending = [one for one in field.values if one not in left]
        if passing and ending:
            made.parts = {
                one: _PASSING / len(passing) if one in left else (1 - _PASSING) / len(ending) for one in field.values
            }
        else:
            made.parts = {one: 1 / len(field.values) for one in field.values}
    elif field.kind == "boolean":
        made.parts = {"true": 0.5, "false": 0.5}
    if not field.required:
        made.missing = 1 - _PASSING if set(field.name.split()) & _ENDED else _PASSING
        made.parts = {value: share * (1 - made.missing) for value, share in made.parts.items()}
    return made


def example(one: Spread) -> str:
    """A sentence that says of a field how many rows are in its states."""
    value = next(iter(one.parts), "")
    state = State(field=one.field.name, values=(value,)) if value else State(field=one.field.name, how="missing")
    return sentence(one.entity, state, 0.05)


def sentence(entity: str, state: State, part: float) -> str:
    """`5 % of the jobs are those whose state is open`: a share as the brief has it."""
    many = " ".join((*entity.split()[:-1], english.plural(entity.split()[-1])))
    values = " or ".join(state.values)
    what = {"missing": "missing", "there": "there", "is": values, "is not": f"not {values}"}[state.how]
    return f"{part * 100:.6g} % of the {many} are those whose {state.field} is {what}"
