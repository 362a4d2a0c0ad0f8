"""Defaults of columns, as values where they are ones, with what drizzle-kit's snapshot has for them."""

from __future__ import annotations

import re

from .types import Built
from .typescript import Call, string, template

_NUMBER = re.compile(r"\(?(-?\d+(?:\.\d+)?)\)?(?:::[a-z ]+(?:\(\d+(?:,\d+)?\))?)?|'(-?\d+(?:\.\d+)?)'::[a-z ]+")
_STRING = re.compile(r"'((?:[^']|'')*)'::(?P<type>.+)", re.DOTALL)
_SAFE = 2**53


def default_of(expression: str, built: Built, type_sql: str) -> tuple[Call, str | int | float | bool]:
    """The call that sets a default that PostgreSQL prints as `expression`, and the snapshot's value.

    type_sql  the column's type as PostgreSQL prints it
    """
    if built.array:
        if re.fullmatch(r"'\{\}'::.*\[\]", expression):
            return Call("default", ("[]",)), "'{}'"
        return _raw(expression)
    if expression == "gen_random_uuid()" and built.builder == "uuid":
        return Call("defaultRandom"), expression
    if expression == "now()" and built.builder in ("date", "time", "timestamp"):
        return Call("defaultNow"), expression
    if built.data == "boolean" and built.native and expression in ("true", "false"):
        return Call("default", (expression,)), expression == "true"
    if built.data in ("number", "float", "numeric") and built.native:
        return _number(expression, built) or _raw(expression)
    if built.data == "string" and (built.native or built.enum_schema is not None):
        found = _STRING.fullmatch(expression)
        if found and _means_the_same(found["type"], type_sql, built):
            text = found[1].replace("''", "'")
            return Call("default", (string(text),)), "'" + text.replace("'", "''") + "'"
    return _raw(expression)


def _raw(expression: str) -> tuple[Call, str]:
    return Call("default", (template(expression),)), expression


def _number(expression: str, built: Built) -> tuple[Call, str | int | float] | None:
    found = _NUMBER.fullmatch(expression)
    if found is None:
        return None
    text: str = found[1] or found[2]
    if built.data == "numeric":
        return Call("default", (string(text),)), f"'{text}'"
    if abs(float(text)) >= _SAFE or (built.data == "number" and "." in text):
        return None
    value = float(text) if "." in text else int(text)
    if isinstance(value, float) and repr(value) != text:
        return None
    return Call("default", (text,)), value


def _means_the_same(cast: str, type_sql: str, built: Built) -> bool:
    """Whether a string literal with this cast is what the bare string is for the column."""
    if cast == type_sql or built.enum_schema is not None:
        return True
    bare = re.sub(r"\(.*\)", "", type_sql)
    return built.builder in ("text", "varchar", "char") and cast in (bare, "text", "bpchar", "character varying")
