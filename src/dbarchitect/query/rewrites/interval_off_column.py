"""A length of time taken from the column's side of a comparison to the other.

## What it does

`t + interval '1 hour' > x` becomes `t > x - interval '1 hour'`, and `now() - t > interval '30 minutes'` becomes `t <
now() - interval '30 minutes'`.

## When it holds

t is a timestamp and the interval is of days, hours, minutes and seconds; or t is a timestamptz and it has no days: a
day of the calendar has 23 or 25 hours when clocks change. What is compared with the difference of two moments counts
days of 24 hours, so there they become hours. Months are never moved: they differ in length.

## What a careless form does

With days on a timestamptz it is wrong on two days of the year.

## Why it pays

An index on t serves the comparison with t alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from dbarchitect.model.names import quote_literal
from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.nodes import COMMUTED, call, cast_of, compared, comparison, constant, printed
from dbarchitect.sql.selects import Reference, Select, Statement
from dbarchitect.sql.tree import Node

__all__ = ["offers"]

_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(day|hour|hr|minute|min|second|sec)s?\b", re.IGNORECASE)
_SECONDS = {"day": 86400, "hour": 3600, "hr": 3600, "minute": 60, "min": 60, "second": 1, "sec": 1}


def offers(query: Statement) -> Iterator[Offer]:
    """All such comparisons at once."""
    edits = [edit for select in query.selects for edit in select.rewritten_terms(partial(_moved, select=select))]
    if edits:
        yield Offer(query.edited(*edits), "the interval has a fixed length")


def _moved(node: Node, select: Select) -> str | None:
    for operator, left, right in compared(node):
        found = _sum(select, operator, left, right) or _age(select, operator, left, right)
        if found:
            return found
    return None


def _sum(select: Select, operator: str, left: Node, right: Node) -> str | None:
    """`t + interval op x`, `t - interval op x`."""
    sides = comparison(left)
    if sides is None or sides[0] not in ("+", "-"):
        return None
    column, length = _moment(select, sides[1]), _interval(sides[2])
    other = select.references(right)
    if column is None or length is None or other is None or any(one.select is select for one in other):
        return None
    days = re.search(r"day", length, re.IGNORECASE)
    shown = _as(column.type, right)
    if (column.type == "timestamptz" and days) or shown is None:
        return None
    sign = "-" if sides[0] == "+" else "+"
    return f"{column.written} {operator} {shown} {sign} interval {quote_literal(length).strip()}"


def _age(select: Select, operator: str, left: Node, right: Node) -> str | None:
    """`now() - t op interval`."""
    sides = comparison(left)
    length = _interval(right)
    if sides is None or sides[0] != "-" or length is None:
        return None
    column = _moment(select, sides[2])
    name, arguments = call(sides[1])
    if column is None or column.type != "timestamptz" or name not in ("now", "transaction_timestamp") or arguments:
        return None
    return f"{column.written} {COMMUTED[operator]} {printed(sides[1])} - interval '{_hours(length)}'"


def _moment(select: Select, node: Node) -> Reference | None:
    found = select.find(node)
    fit = found is not None and found.select is select and found.type in ("timestamp", "timestamptz")
    return found if fit else None


def _interval(node: Node) -> str | None:
    """The text of an interval constant without months."""
    made = cast_of(node)
    text = constant(made[1]) if made and made[0] == "interval" else None
    return text if isinstance(text, str) and re.fullmatch(rf"(?:{_PART.pattern})+\s*", text, re.IGNORECASE) else None


def _hours(text: str) -> str:
    length = timedelta(seconds=sum(float(n) * _SECONDS[unit.lower()] for n, unit in _PART.findall(text)))
    seconds = length.total_seconds()
    return f"{seconds / 3600:g} hours" if seconds % 3600 == 0 else f"{seconds:g} seconds"


def _as(kind: str, node: Node) -> str | None:
    """What is compared with, of the column's type."""
    name, _ = call(node)
    made = cast_of(node)
    if (name == "now" and kind == "timestamptz") or (made and made[0] == kind):
        return printed(node)
    if "A_Const" in node or "ParamRef" in node:
        return f"{printed(node)}::{kind}"
    return f"CAST({printed(node)} AS {kind})"
