"""A cast taken from the column to what it is compared with.

## What it does

`id::text = '42'` becomes `id = 42`, `id::bigint = $1` becomes `id = $1::bigint`, and a whole number that is compared
with `42.0` is compared with `42`.

## When it holds

The cast loses nothing, and the constant is exactly what the column's value is printed as.

## What a careless form does

`code::int = 7`, where the code is a text, also finds '007'; `code = '7'` does not.

## Why it pays

An index on the column serves the comparison with the column alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.nodes import cast_of, compared, constant, printed
from dbarchitect.sql.selects import Reference, Select, Statement
from dbarchitect.sql.tree import Node

__all__ = ["offers"]

_LIMITS = {"int2": 1 << 15, "int4": 1 << 31, "int8": 1 << 63}
_WIDER = {"int2": ("int4", "int8"), "int4": ("int8",)}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_TEXTS = ("text", "varchar")


def offers(query: Statement) -> Iterator[Offer]:
    """All such comparisons at once."""
    edits = [edit for select in query.selects for edit in select.rewritten_terms(partial(_bare, select=select))]
    if edits:
        yield Offer(query.edited(*edits), "the cast loses nothing")


def _bare(node: Node, select: Select) -> str | None:
    for operator, left, right in compared(node):
        made = cast_of(left)
        column = select.find(made[1] if made else left)
        if column is None or column.select is not select:
            continue
        found = _uncast(column, made[0], operator, right) if made else None
        found = found or _whole(column, made[0] if made else "", operator, right)
        if found:
            return found
    return None


def _uncast(column: Reference, kind: str, operator: str, right: Node) -> str | None:
    text = constant(right)
    if kind in _TEXTS and isinstance(text, str) and operator in ("=", "<>"):
        if column.type in _LIMITS and re.fullmatch(r"0|-?[1-9]\d*", text) and abs(int(text)) < _LIMITS[column.type]:
            return f"{column.written} {operator} {text}"
        if column.type == "uuid" and _UUID.match(text):
            return f"{column.written} {operator} '{text}'"
    if kind in _WIDER.get(column.type, ()) and ("ParamRef" in right or type(text) is int):
        return f"{column.written} {operator} {printed(right)}::{'bigint' if kind == 'int8' else 'integer'}"
    return None


def _whole(column: Reference, kind: str, operator: str, right: Node) -> str | None:
    """A whole number compared with a number that is whole too, and is written as numeric."""
    text = right.get("A_Const", {}).get("fval", {}).get("fval", "")
    if column.type not in _LIMITS or kind not in ("", "numeric"):
        return None
    if kind == "numeric" and type(constant(right)) is int:
        return f"{column.written} {operator} {constant(right)}"
    if re.fullmatch(r"\d+\.0*", text) and int(text.split(".")[0]) < _LIMITS[column.type]:
        return f"{column.written} {operator} {text.split('.')[0]}"
    return None
