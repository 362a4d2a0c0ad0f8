"""Expressions of pipelines and sorts as SQL: values of one type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from dbarchitect.model.names import quote_literal

from .conditions import literal
from .places import NotTranslatedError, Place, Scope
from .shape import NUMBERS

_KINDS = {
    "string": "text", "objectId": "hex", "date": "timestamptz", "bool": "boolean", "int": "numeric", "long": "numeric",
    "double": "numeric", "decimal": "numeric",
}  # fmt: skip
_CASTS = {"timestamptz": "document_moment({})", "boolean": "({})::boolean", "numeric": "({})::numeric"}
_ARITHMETIC = {"$add": "+", "$multiply": "*", "$subtract": "-", "$divide": "/"}
_PARTS = {"$year": "YEAR", "$month": "MONTH", "$dayOfMonth": "DAY", "$hour": "HOUR", "$minute": "MINUTE"}
_FORMATS = {"%Y": "YYYY", "%m": "MM", "%d": "DD", "%H": "HH24", "%M": "MI", "%S": "SS"}


def scalar(place: Place, scope: Scope) -> tuple[str, str, bool]:
    """(SQL of the one value at a place, its type, whether it may be NULL)."""
    if place.how == "nothing":
        return "NULL::text", "text", True
    if place.through or place.how == "array" or scope.many(place.path):
        raise NotTranslatedError(f"{place.path}: an array as one value")
    if place.how == "column":
        return place.sql, place.kind, place.nullable
    types = scope.types(place.path) - {"null", "undefined"}
    kinds = {_KINDS.get(one, "") for one in types}
    if len(kinds) != 1 or "" in kinds:
        raise NotTranslatedError(f"{place.path}: values of several types or of one that has no order here")
    kind = next(iter(kinds))
    if not place.rest:
        text = f"{place.sql} #>> '{{}}'"
    else:
        *before, last = place.rest
        text = place.sql + "".join(f" -> {quote_literal(one)}" for one in before) + f" ->> {quote_literal(last)}"
    made = _CASTS.get(kind, '({}) COLLATE "C"').format(text)
    return made, kind, True


def order_by(sort: Mapping[str, Any], scope: Scope) -> list[str]:
    """ORDER BY of a sort: null and what is missing come first, as in MongoDB."""
    made: list[str] = []
    for path, way in sort.items():
        if not isinstance(way, int | float) or isinstance(way, bool):
            raise NotTranslatedError(f"a sort by {path} that is no direction")
        sql, kind, nullable = scalar(scope.place(path), scope)
        if kind == "json":
            raise NotTranslatedError(f"{path}: a sort of values of several types")
        made.append(
            sql + (" DESC" if way < 0 else "") + ("" if not nullable else " NULLS LAST" if way < 0 else " NULLS FIRST")
        )
    return made


def expression(value: Any, scope: Scope) -> tuple[str, str]:
    """(SQL, its type) of an expression: a path, a number, arithmetic, a part of a date."""
    match value:
        case str() if value.startswith("$") and not value.startswith("$$"):
            sql, kind, _ = scalar(scope.place(value[1:]), scope)
            return sql, kind
        case bool():
            raise NotTranslatedError("a constant that is no number")
        case int() | float():
            return literal(value, "numeric") or "0", "numeric"
        case Mapping():
            (operator, asked), *more = cast("Mapping[str, Any]", value).items() or [("", None)]
            if not more and operator in _ARITHMETIC:
                return _arithmetic(operator, asked, scope), "numeric"
            if not more and operator in _PARTS:
                return f"EXTRACT({_PARTS[operator]} FROM {_utc(asked, scope)})", "numeric"
            if not more and operator == "$dateToString" and isinstance(asked, Mapping):
                return _formatted(cast("Mapping[str, Any]", asked), scope), "text"
            raise NotTranslatedError(f"the expression {operator or 'of nothing'}")
        case _:
            raise NotTranslatedError("an expression of this form")


def number(value: Any, scope: Scope) -> str:
    """SQL of an expression that is a number. A text there is an error or counts nothing in MongoDB, by the operator."""
    sql, kind = expression(value, scope)
    if kind not in NUMBERS:
        raise NotTranslatedError(f"{value if isinstance(value, str) else 'an expression'}: not only numbers")
    return sql


def _arithmetic(operator: str, asked: Any, scope: Scope) -> str:
    if not isinstance(asked, list) or len(cast("list[Any]", asked)) < 2:
        raise NotTranslatedError(f"{operator} of this form")
    parts = [number(one, scope) for one in cast("Sequence[Any]", asked)]
    if operator == "$divide":
        parts[0] = f"({parts[0]})::numeric"
    return "(" + f" {_ARITHMETIC[operator]} ".join(parts) + ")"


def _utc(asked: Any, scope: Scope) -> str:
    sql, kind = expression(asked, scope)
    if kind != "timestamptz":
        raise NotTranslatedError("a part of what is no date")
    return f"({sql} AT TIME ZONE 'UTC')"


def _formatted(asked: Mapping[str, Any], scope: Scope) -> str:
    wanted: Any = asked.get("format")
    if not isinstance(wanted, str) or set(asked) - {"format", "date"}:
        raise NotTranslatedError("$dateToString with more than a format")
    parts = re.findall(r"%.|[^%]+", wanted)
    if any(part.startswith("%") and part not in _FORMATS for part in parts) or "%" in parts:
        raise NotTranslatedError(f"$dateToString with {wanted}")
    made = "".join(_FORMATS.get(part, f'"{part}"') for part in parts)
    return f"to_char({_utc(asked['date'], scope)}, {quote_literal(made)})"
