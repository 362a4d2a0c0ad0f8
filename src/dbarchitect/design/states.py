"""States that queries fix, as SQL, and what was assumed of how many rows are in them."""

from __future__ import annotations

import re

from dbarchitect.model.names import quote_identifier, quote_literal

from .draft import Column, Draft
from .shares import Spread, example, spreads
from .spec import Spec, State

_SPAN = re.compile(r"\d+ (?:second|minute|hour|day|week|month|year)s?\Z")
_CALENDAR = {"today": "day", "this week": "week", "this month": "month", "this year": "year"}


def condition(column: Column, state: State, at: str) -> str:
    """A state as SQL. `at`: what stands in front of the column."""
    name = f"{at}{quote_identifier(column.name)}"
    listed = ", ".join(map(quote_literal, state.values))
    match state.how:
        case "missing":
            return f"{name} IS NULL"
        case "there":
            return f"{name} IS NOT NULL"
        case _ if column.type == "boolean":
            yes = state.values == ("true",)
            if state.how == "is" or column.not_null:
                return name if yes == (state.how == "is") else f"NOT {name}"
            return f"{name} IS NOT {'TRUE' if yes else 'FALSE'}"
        case "is":
            return f"{name} = {listed}" if len(state.values) == 1 else f"{name} IN ({listed})"
        case "is not" if len(state.values) == 1:
            return f"{name} <> {listed}" if column.not_null else f"{name} IS DISTINCT FROM {listed}"
        case "is not":
            return f"{name} NOT IN ({listed})" if column.not_null else f"({name} IS NULL OR {name} NOT IN ({listed}))"


def instant(span: str, *, end: bool) -> str:
    """The instant of a bound (`Access.since`, `until`) as SQL; "" where it has to be given. `end`: of an upper bound,
    which ends with the span of a calendar."""
    words = span.strip().lower()
    if words == "now":
        return "now()"
    if words in _CALENDAR:
        start = f"date_trunc('{_CALENDAR[words]}', now())"
        return f"{start} + interval '1 {_CALENDAR[words]}'" if end else start
    if words.startswith("in ") and _SPAN.match(words[3:]):
        return f"now() + interval '{words[3:]}'"
    return f"now() - interval '{words}'" if _SPAN.match(words) else ""


def decide_spreads(draft: Draft, spec: Spec) -> None:
    """Have a draft know how its rows are spread over states that accesses ask for, and record what was assumed."""
    for one in spreads(spec):
        table = draft.tables[draft.by_entity[one.entity]]
        column = table.of(one.field.name)
        if column is None or column.generated:
            continue
        draft.spreads[table.name, column.name] = one
        parts = [f"{share:.0%} {_called(one, value)}" for value, share in one.parts.items()]
        parts += [f"{one.missing:.0%} without"] if one.missing else []
        if one.said:
            why = "the brief says so" + (", the rest as before" if len(one.parts) > 2 else "")
        elif one.field.transitions:
            why = "assumed: a state that rows leave again holds few of them"
        elif one.missing:
            why = "assumed: most rows are past what is still to come, and few see what ends them early"
        else:
            why = "assumed: nothing says that one is more frequent than another"
        draft.decide(
            "volume",
            f"{table.name}.{column.name}",
            ", ".join(parts),
            f"{why}; indexes are chosen and measured with rows that are like that",
            unless=f"it is otherwise: `{example(one)}`" if not one.said else "it changes",
            line=one.line,
        )


def _called(one: Spread, value: str) -> str:
    return value if one.field.values else {"true": one.field.name, "false": f"not {one.field.name}"}[value]
