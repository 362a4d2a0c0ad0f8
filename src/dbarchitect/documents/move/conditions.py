"""Filters of `find` and `$match` as SQL. Each says of a document what MongoDB says of it, or is not translated."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from dbarchitect.model.documents_move import Constant
from dbarchitect.model.names import quote_literal

from .places import NotTranslatedError, Place, Scope, asks_json
from .shape import NUMBERS, sql_type

_COMPARE = {"$eq": "=", "$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}
_JSON_COMPARE = {**_COMPARE, "$eq": "=="}
# What means the same in PCRE and in PostgreSQL's expressions: letters, digits, anchors, classes, simple repeats.
_SAME_REGEX = re.compile(r"(?:\\[.^$*+?()\[\]{}|/\\-]|[^\\()\[\]{}|*+?]|\[[\w .,:;/-]+\]|\.[*+]?|[*+?](?![*+?]))*\Z")
_PREFIX = re.compile(r"\^((?:[\w @:,;=/-]|\\[.\-/])+)\Z")


def filter_sql(found: Mapping[str, Any], scope: Scope) -> str:
    """The condition of a filter, "" for none. Raises `NotTranslatedError`."""
    parts: list[str] = []
    for key, value in found.items():
        if key in ("$and", "$or", "$nor"):
            branches = [filter_sql(_fields(one), scope) or "true" for one in _list(value, key)]
            joined = (" AND " if key == "$and" else " OR ").join(f"({one})" for one in branches)
            parts.append(f"NOT COALESCE(({joined}), false)" if key == "$nor" else f"({joined})")
        elif key == "$comment":
            continue
        elif key.startswith("$"):
            raise NotTranslatedError(f"{key} in a filter")
        elif isinstance(value, Mapping) and any(str(one).startswith("$") for one in cast("Mapping[Any, Any]", value)):
            parts += _operators(key, _fields(value), scope)
        else:
            parts.append(_one(key, "$regex" if _is_regex(value) else "$eq", value, scope))
    return " AND ".join(parts)


def _operators(path: str, asked: Mapping[str, Any], scope: Scope) -> list[str]:
    parts: list[str] = []
    for operator, value in asked.items():
        match operator:
            case "$options" if "$regex" in asked:
                continue
            case "$regex":
                given = value if isinstance(value, Constant) else Constant(type="regex", text=str(value))
                options = str(asked.get("$options", given.options))
                parts.append(_one(path, "$regex", Constant(type="regex", text=given.text, options=options), scope))
            case "$not":
                inner = (
                    [_one(path, "$regex", value, scope)]
                    if _is_regex(value)
                    else _operators(path, _fields(value), scope)
                )
                parts.append(f"NOT COALESCE(({' AND '.join(inner)}), false)")
            case "$ne":
                parts.append(_unlike(path, [value], scope))
            case "$nin":
                parts.append(_unlike(path, _list(value, operator), scope))
            case "$all":
                values = _list(value, operator)
                parts += [_one(path, "$eq", one, scope) for one in values] or ["false"]
            case "$elemMatch":
                parts.append(_element(path, _fields(value), scope))
            case _:
                parts.append(_one(path, operator, value, scope))
    return parts


def _one(path: str, operator: str, value: Any, scope: Scope) -> str:
    place = scope.place(path)
    if operator == "$in":
        values = _list(value, operator)
        rest = [one for one in values if one is not None]
        parts = [_null(place, scope)] if len(rest) < len(values) else []
        parts += [place.within(_in(place, rest))] if rest else []
        return f"({' OR '.join(parts)})" if len(parts) > 1 else (parts or ["false"])[0]
    if operator == "$exists":
        return _exists(place, bool(value), scope)
    if operator == "$size":
        return _size(place, value)
    if value is None and operator in ("$eq", "$gte", "$lte"):
        return _null(place, scope)
    if value is None:
        return "false"
    if operator == "$regex":
        return place.within(_regex(place, value))
    if operator == "$mod":
        divisor, rest = _list(value, operator)
        if place.how != "column" or place.kind != "bigint":
            raise NotTranslatedError(f"{path}: $mod of what is no whole number")
        return place.within(f"{place.sql} % {int(divisor)} = {int(rest)}")
    if operator not in _COMPARE:
        raise NotTranslatedError(f"{path}: {operator}")
    return place.within(_compared(place, operator, value))


def _compared(place: Place, operator: str, value: Any) -> str:
    match place.how:
        case "nothing":
            return "false"
        case "json":
            if isinstance(value, Mapping | list):
                if operator != "$eq" or isinstance(value, list):
                    raise NotTranslatedError(f"{place.path}: {operator} of an object or an array")
                return f"{_descended(place)} = {quote_literal(json.dumps(_in_json(value)))}::jsonb"
            return asks_json(place, f"@ {_JSON_COMPARE[operator]} {json_literal(value)}")
        case _:
            if isinstance(value, Mapping | list):
                raise NotTranslatedError(f"{place.path}: {operator} of an object or an array")
            constant = literal(value, place.kind)
            if constant is None:  # of another type: nothing meets it
                return "false"
            if place.how == "array":
                if operator == "$eq":
                    return f"{place.sql} @> ARRAY[{constant}]::{sql_type(place.kind)}[]"
                return _any_element(place, f"{_element_sql(place)} {_COMPARE[operator]} {constant}")
            return f"{place.sql} {_COMPARE[operator]} {constant}"


def _any_element(place: Place, condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM unnest({place.sql}) AS e(v) WHERE {condition})"


def _element_sql(place: Place) -> str:
    return 'e.v COLLATE "C"' if place.kind == "text" else "e.v"


def _in(place: Place, values: Sequence[Any]) -> str:
    if place.how == "json":
        return asks_json(place, " || ".join(f"@ == {json_literal(one)}" for one in values))
    if place.how == "nothing":
        return "false"
    if any(_is_regex(one) for one in values):
        raise NotTranslatedError(f"{place.path}: an expression within $in")
    constants = [constant for one in values if (constant := literal(one, place.kind)) is not None]
    if not constants:
        return "false"
    if place.how == "array":
        return f"{place.sql} && ARRAY[{', '.join(constants)}]::{sql_type(place.kind)}[]"
    return f"{place.sql} IN ({', '.join(constants)})"


def _unlike(path: str, values: Sequence[Any], scope: Scope) -> str:
    """$ne and $nin: also where there is nothing."""
    place = scope.place(path)
    if place.how == "column" and not place.through and values:
        rest = [constant for one in values if one is not None and (constant := literal(one, place.kind)) is not None]
        if None in values:
            return " AND ".join(
                [f"{place.sql} IS NOT NULL", *([f"{place.sql} NOT IN ({', '.join(rest)})"] if rest else [])]
            )
        if not rest:
            return "true"
        if len(rest) == 1:
            return f"{place.sql} {'IS DISTINCT FROM' if place.nullable else '<>'} {rest[0]}"
        unlike = f"{place.sql} NOT IN ({', '.join(rest)})"
        return f"({place.sql} IS NULL OR {unlike})" if place.nullable else unlike
    return f"NOT COALESCE({_one(path, '$in', list(values), scope)}, false)"


def _null(place: Place, scope: Scope) -> str:
    """Missing or null."""
    if place.through:
        raise NotTranslatedError(f"{place.path}: null within an array")
    match place.how:
        case "nothing":
            return "true"
        case "json":
            if scope.many(place.path):
                raise NotTranslatedError(f"{place.path}: null within an array")
            return f"(NOT COALESCE({asks_json(place)}, false) OR {asks_json(place, '@ == null')})"
        case "array":
            return f"({place.sql} IS NULL OR array_position({place.sql}, NULL) IS NOT NULL)"
        case _:
            return f"{place.sql} IS NULL" if place.nullable else "false"


def _exists(place: Place, wanted: bool, scope: Scope) -> str:
    if place.how == "nothing":
        return "false" if wanted else "true"
    if place.document:
        place = Place("json", place.document, rest=tuple(place.path.split(".")), path=place.path)
    if place.how == "json" and (place.rest or place.through):
        there = place.within(asks_json(place))
        return there if wanted else f"NOT COALESCE({there}, false)"
    if place.through:
        raise NotTranslatedError(f"{place.path}: $exists within an array")
    if scope.has_null(place.path):
        raise NotTranslatedError(f"{place.path}: $exists, where null stands too: a column does not tell them apart")
    if not place.nullable:
        return "true" if wanted else "false"
    return f"{place.sql} IS {'NOT NULL' if wanted else 'NULL'}"


def _size(place: Place, value: Any) -> str:
    if not isinstance(value, int) or place.through:
        raise NotTranslatedError(f"{place.path}: $size")
    if place.how == "array":
        return f"cardinality({place.sql}) = {value}"
    if place.how == "json":
        inner = _descended(place)
        return f"CASE jsonb_typeof({inner}) WHEN 'array' THEN jsonb_array_length({inner}) = {value} ELSE false END"
    if place.how == "nothing":
        return "false"
    raise NotTranslatedError(f"{place.path}: $size")


def _element(path: str, asked: Mapping[str, Any], scope: Scope) -> str:
    """$elemMatch: one element meets all."""
    if any(key.startswith("$") for key in asked):
        place = scope.place(path)
        if place.how == "array" and not place.through:
            column = Place("column", _element_sql(place), place.kind, path=path)
            parts = [_compared(column, operator, value) for operator, value in asked.items() if operator in _COMPARE]
            if len(parts) == len(asked):
                return _any_element(place, " AND ".join(parts))
        if place.how == "json":
            return place.within(asks_json(place, " && ".join(_json_part("@", *one) for one in asked.items())))
        raise NotTranslatedError(f"{path}: $elemMatch of {', '.join(asked)}")
    inner = {f"{path}.{key}": value for key, value in asked.items()}
    places = [scope.place(one) for one in inner]
    if places and all(one.how == "json" for one in places):
        place = scope.place(path)
        parts = [part for key, value in asked.items() for part in _json_parts(key, value)]
        elements = Place("json", place.sql, rest=place.rest, path=path, through=place.through)
        return elements.within(asks_json(elements, " && ".join(parts)))
    through = next((one.through for one in places if one.through), ())
    if len(through) != 1:
        raise NotTranslatedError(f"{path}: $elemMatch here")
    table, join = through[0]
    alias = table.rpartition(" ")[2]
    bound: list[str] = []
    for one, value in inner.items():
        place = scope.place(one)
        if place.how == "nothing" or len(place.through) != 1:
            raise NotTranslatedError(f"{one}: $elemMatch here")
        column = Place(
            place.how, alias + "." + place.sql.partition(".")[2], place.kind, place.nullable, place.rest, one
        )
        asked_of = _fields(value) if _is_asked(value) else {"$eq": value}
        for operator, each in asked_of.items():
            if operator == "$in":
                bound.append(_in(column, _list(each, operator)))
            elif operator in _COMPARE and each is not None:
                bound.append(_compared(column, operator, each))
            else:
                raise NotTranslatedError(f"{one}: {operator} within $elemMatch")
    return f"EXISTS (SELECT 1 FROM {table} WHERE {join} AND {' AND '.join(bound)})"


def _json_parts(key: str, value: Any) -> list[str]:
    at = "@" + "".join("." + json.dumps(part) for part in key.split("."))
    asked = _fields(value) if _is_asked(value) else {"$eq": value}
    return [_json_part(at, operator, each) for operator, each in asked.items()]


def _json_part(at: str, operator: str, value: Any) -> str:
    if operator == "$in":
        return "(" + " || ".join(f"{at} == {json_literal(one)}" for one in _list(value, operator)) + ")"
    if operator not in _JSON_COMPARE or value is None:
        raise NotTranslatedError(f"{operator} within $elemMatch")
    return f"{at} {_JSON_COMPARE[operator]} {json_literal(value)}"


def _regex(place: Place, value: Any) -> str:
    if not isinstance(value, Constant):
        raise NotTranslatedError(f"{place.path}: an expression that is none")
    insensitive = value.options == "i"
    if value.options not in ("", "i") or not _SAME_REGEX.match(value.text):
        raise NotTranslatedError(f"{place.path}: an expression that PostgreSQL may read otherwise")
    if place.how == "json":
        flag = ' flag "i"' if insensitive else ""
        return asks_json(place, f"@ like_regex {json.dumps(value.text, ensure_ascii=False)}{flag}")
    if place.how == "nothing" or place.kind != "text":
        return "false"
    target = place.sql
    prefix = _PREFIX.match(value.text)
    if prefix and not insensitive and place.how == "column":
        plain = re.sub(r"\\(.)", r"\1", prefix[1])
        pattern = re.sub(r"([%_\\])", r"\\\1", plain) + "%"
        return f"{target} LIKE {quote_literal(pattern)}"
    operator = "~*" if insensitive else "~"
    if place.how == "array":
        return _any_element(place, f"e.v {operator} {quote_literal(value.text)}")
    return f"{target} {operator} {quote_literal(value.text)}"


def _descended(place: Place) -> str:
    sql = place.sql
    for part in place.rest:
        sql += f" -> {quote_literal(part)}"
    return f"({sql})" if place.rest else sql


# --- values ---------------------------------------------------------------------------------------------------------


def literal(value: Any, kind: str) -> str | None:
    """A value as a constant of a column's type, None where it is of a type that does not compare with it."""
    match value:
        case bool():
            return str(value).lower() if kind == "boolean" else None
        case int() | float() | Decimal():
            if kind not in NUMBERS:
                return None
            if not math.isfinite(value):
                raise NotTranslatedError("a number that is not finite")
            whole = isinstance(value, int) or value == int(value)
            return str(int(value)) if whole else f"{value:f}" if isinstance(value, Decimal) else repr(value)
        case str():
            return quote_literal(value) if kind == "text" else None
        case Constant():
            return _constant(value, kind)
        case _:
            return None


def _constant(value: Constant, kind: str) -> str | None:
    match value.type, kind:
        case "objectid", "objectid":
            return f"'\\x{value.text}'::bytea"
        case "objectid", "hex":
            return quote_literal(value.text)
        case "timestamptz", "timestamptz":
            return f"timestamptz {quote_literal(value.text)}"
        case "uuid", "uuid":
            return f"uuid {quote_literal(value.text)}"
        case "regex" | "other", _:
            raise NotTranslatedError(f"a value of type {value.type}")
        case _:
            return None


def json_literal(value: Any) -> str:
    """A value as jsonpath has it, by the form that documents are stored in."""
    if isinstance(value, Constant):
        if value.type not in ("objectid", "timestamptz", "uuid"):
            raise NotTranslatedError(f"a value of type {value.type}")
        return json.dumps(value.text)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping | list):
        raise NotTranslatedError("an object or an array to compare with")
    return json.dumps(value, ensure_ascii=False)


def _in_json(value: Any) -> Any:
    if isinstance(value, Constant):
        return json.loads(json_literal(value))
    if isinstance(value, Mapping):
        return {key: _in_json(one) for key, one in _fields(value).items()}
    if isinstance(value, list):
        return [_in_json(one) for one in cast("list[Any]", value)]
    return value


def _is_regex(value: Any) -> bool:
    return isinstance(value, Constant) and value.type == "regex"


def _is_asked(value: Any) -> bool:
    return isinstance(value, Mapping) and any(key.startswith("$") for key in _fields(value))


def _fields(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NotTranslatedError("an object is expected")
    return cast("Mapping[str, Any]", value)


def _list(value: Any, operator: str) -> list[Any]:
    if not isinstance(value, list):
        raise NotTranslatedError(f"{operator} without an array")
    return cast("list[Any]", value)
