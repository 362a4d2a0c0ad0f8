"""A COALESCE taken from the column's side of a comparison.

## What it does

`COALESCE(x, 0) = 5` becomes `x = 5`; `COALESCE(x, 0) = 0` becomes `(x = 0 OR x IS NULL)`.

## When it holds

Both are constants, so that it is known whether a missing x passes; or x is NOT NULL, so that it is never missing.

## What a careless form does

It loses the rows without a value where the replacement passes.

## Why it pays

An index on x serves the comparison with x alone.
"""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.nodes import compared, constant, printed
from dbarchitect.sql.selects import Select, Statement
from dbarchitect.sql.tree import Node

__all__ = ["offers"]

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operators.eq, "<>": operators.ne, "<": operators.lt, "<=": operators.le, ">": operators.gt, ">=": operators.ge,
}  # fmt: skip
_COMPARED_ALIKE = ("int2", "int4", "int8", "bool", "text", "varchar")


def offers(query: Statement) -> Iterator[Offer]:
    """All such comparisons at once."""
    edits = [edit for select in query.selects for edit in select.rewritten_terms(partial(_bare, select=select))]
    if edits:
        yield Offer(query.edited(*edits), "it is known whether a missing value passes")


def _bare(node: Node, select: Select) -> str | None:
    for operator, left, right in compared(node):
        arguments = left.get("CoalesceExpr", {}).get("args", ())
        column = select.find(arguments[0]) if len(arguments) == 2 else None
        if column is None or column.select is not select:
            continue
        shown = f"{column.written} {operator} {printed(right)}"
        if not column.nullable:
            return shown
        instead, value = constant(arguments[1]), constant(right)
        if instead is None or type(instead) is not type(value) or column.type not in _COMPARED_ALIKE:
            continue
        known = column.column
        if isinstance(value, str) and (operator not in ("=", "<>") or (known is not None and known.collation)):
            # the order of texts is the collation's, and which are equal another one's than the usual
            continue
        return f"({shown} OR {column.written} IS NULL)" if _TESTS[operator](instead, value) else shown
    return None
