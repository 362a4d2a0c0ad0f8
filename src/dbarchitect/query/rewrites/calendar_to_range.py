"""A part of a moment compared with a constant as a range of moments.

## What it does

`date_trunc('day', t) = '2024-01-15'`, `t::date = ...`, `extract(year from t) = 2024` and `to_char(t, 'YYYY-MM') =
...` become `t >= ... AND t < ...`: from the first moment to the first one after. So do `t::date >= ...` and its like.

## When it holds

t is a date or a timestamp, with or without time zone, and the constant is a whole unit. Days are those of the
calendar in the session's time zone, on both sides.

## What a careless form does

`BETWEEN ... AND '23:59:59'` loses the last second; adding 24 hours is wrong on two days of the year.

## Why it pays

An index on t serves the range, and none the function; and the planner knows how many rows there are.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.layout import Edit
from dbarchitect.sql.nodes import call, cast_of, compared, constant, printed
from dbarchitect.sql.selects import Piece, Reference, Select, Statement
from dbarchitect.sql.tree import Node

__all__ = ["offers"]

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)( 00:00(:00(\.0+)?)?)?\Z")
_UNITS = ("day", "week", "month", "quarter", "year")
_PATTERNS = {"YYYY-MM-DD": "day", "YYYY-MM": "month", "YYYY": "year"}
_BC = "years before Christ, which to_char prints without a sign, are not looked for"


def offers(query: Statement) -> Iterator[Offer]:
    """All such comparisons at once."""
    for pattern in (False, True):
        edits = [
            edit
            for select in query.selects
            for edit in select.rewritten_terms(partial(_range, select=select, pattern=pattern))
        ]
        if not pattern:
            edits = [edit for select in query.selects for edit in _months(select)] or edits
        if edits:
            because = "the range is the same days of the calendar"
            yield Offer(query.edited(*edits), because, _BC if pattern else "")


def _range(node: Node, select: Select, pattern: bool) -> str | None:
    for operator, left, right in compared(node):
        found = _by_pattern(select, operator, left, right) if pattern else (
            _by_truncation(select, operator, left, right)
            or _by_day(select, operator, left, right)
            or _by_year(select, operator, left, right)
        )  # fmt: skip
        if found:
            return found
    return None


def _by_truncation(select: Select, operator: str, left: Node, right: Node) -> str | None:
    name, arguments = call(left)
    unit = constant(arguments[0]) if name == "date_trunc" and len(arguments) == 2 else None
    column = _moment(select, arguments[1]) if unit in _UNITS else None
    start = _day(right)
    if column is None or start is None or start != first_of(str(unit), start):
        return None
    return _between(column, operator, start, after(str(unit), start))


def _by_day(select: Select, operator: str, left: Node, right: Node) -> str | None:
    made = cast_of(left)
    inner = made[1] if made and made[0] == "date" else None
    called, arguments = call(left)
    if called == "date" and len(arguments) == 1:
        inner = arguments[0]
    column = _moment(select, inner) if inner else None
    if column is None or column.type == "date":
        return None
    start = _day(right)
    if start is not None:
        return _between(column, operator, start, start + timedelta(days=1))
    shown = _some_day(right)
    if shown is None:
        return None
    name = column.written
    texts = {"=": f"{name} >= {shown} AND {name} < {shown} + 1", ">=": f"{name} >= {shown}",
             ">": f"{name} >= {shown} + 1", "<": f"{name} < {shown}", "<=": f"{name} < {shown} + 1"}  # fmt: skip
    return texts.get(operator)


def _by_year(select: Select, operator: str, left: Node, right: Node) -> str | None:
    unit, column = _extracted(select, left)
    year = constant(right)
    if unit != "year" or column is None or not isinstance(year, int) or not 1 <= year < 9999:
        return None
    return _between(column, operator, date(year, 1, 1), date(year + 1, 1, 1))


def _by_pattern(select: Select, operator: str, left: Node, right: Node) -> str | None:
    name, arguments = call(left)
    unit = _PATTERNS.get(str(constant(arguments[1]))) if name == "to_char" and len(arguments) == 2 else None
    column = _moment(select, arguments[0]) if unit else None
    text = str(constant(right))
    parts = [*text.split("-"), "01", "01"][:3]
    if column is None or operator != "=" or not re.fullmatch(r"\d{4}(-\d\d){0,2}", text):
        return None
    if len(text) != {"year": 4, "month": 7, "day": 10}[str(unit)]:
        return None
    try:
        start = date(*map(int, parts))
    except ValueError:
        return None
    return _between(column, "=", start, after(str(unit), start))


def _months(select: Select) -> Iterator[Edit]:
    """A year and a month of one column, each compared with a constant: the range of the month."""
    found: dict[tuple[str, tuple[str, str]], tuple[Piece, int, Reference]] = {}
    for term in select.terms:
        for operator, left, right in compared(term.node):
            unit, column = _extracted(select, left)
            value = constant(right)
            if operator == "=" and column is not None and type(value) is int:
                found[unit, column.key] = (term, value, column)
    for (unit, key), (term, year, column) in found.items():
        month = found.get(("month", key))
        if unit == "year" and month and 1 <= month[1] <= 12 and 1 <= year < 9999:
            start = date(year, month[1], 1)
            yield Edit(term.span, _between(column, "=", start, after("month", start)) or "")
            yield select.without_term(month[0])


def _extracted(select: Select, node: Node) -> tuple[str, Reference | None]:
    name, arguments = call(node)
    if name not in ("extract", "date_part") or len(arguments) != 2:
        return "", None
    return str(constant(arguments[0])).lower(), _moment(select, arguments[1])


def _moment(select: Select, node: Node) -> Reference | None:
    found = select.find(node)
    return found if found is not None and found.type in ("date", "timestamp", "timestamptz") else None


def _day(node: Node) -> date | None:
    """A constant that is midnight of a day, by itself or cast to a type of moments."""
    made = cast_of(node)
    if made and made[0] in ("date", "timestamp", "timestamptz"):
        node = made[1]
    text = constant(node)
    match = _ISO.match(text) if isinstance(text, str) else None
    try:
        found = date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None
    return found if found and found.year < 9000 else None


def _some_day(node: Node) -> str | None:
    """A date that is not known here, as SQL: CURRENT_DATE, with days added, or a parameter."""
    if node.get("SQLValueFunction", {}).get("op") == "SVFOP_CURRENT_DATE":
        return "current_date"
    if "ParamRef" in node:
        return f"{printed(node)}::date"
    made = cast_of(node)
    if made and made[0] == "date" and "ParamRef" in made[1]:
        return printed(node)
    sides = node.get("A_Expr", {})
    inner = _some_day(sides["lexpr"]) if sides.get("kind") == "AEXPR_OP" and "lexpr" in sides else None
    if inner == "current_date" and isinstance(constant(sides.get("rexpr")), int):
        return f"({printed(node)})"
    return None


def _between(column: Reference, operator: str, start: date, end: date) -> str | None:
    low, high = f"'{start.isoformat()}'", f"'{end.isoformat()}'"
    return {
        "=": f"{column.written} >= {low} AND {column.written} < {high}",
        ">=": f"{column.written} >= {low}",
        ">": f"{column.written} >= {high}",
        "<": f"{column.written} < {low}",
        "<=": f"{column.written} < {high}",
    }.get(operator)


def first_of(unit: str, day: date) -> date:
    """The first day of the unit that a day is in."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def after(unit: str, day: date) -> date:
    """The first day after the unit that begins with a day."""
    if unit in ("day", "week"):
        return day + timedelta(days=7 if unit == "week" else 1)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    number = day.year * 12 + day.month - 1 + months
    last = calendar.monthrange(number // 12, number % 12 + 1)[1]
    return date(number // 12, number % 12 + 1, min(day.day, last))
