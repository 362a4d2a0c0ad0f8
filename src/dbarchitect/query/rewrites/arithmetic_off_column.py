"""Arithmetic taken from the column's side of a comparison to the other.

## What it does

`x + 5 > 10` becomes `x > 5`, `x * 2 > 9` becomes `x > 4`, `x - 1 = $1` becomes `x = $1 + 1`.

## When it holds

x is a whole number and so is what is moved; a factor is positive, and the quotient is rounded to the side on which no
whole number lies between. Sums and differences also for numeric.

## What a careless form does

Dividing whole numbers cuts off: `x * 2 > 9` is not `x > 9 / 2` when it is written with >=, and `x / 2 = 3` holds for
two numbers.

## Why it pays

An index on x serves the comparison with x alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import partial

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.nodes import compared, comparison, constant, printed
from dbarchitect.sql.selects import Select, Statement
from dbarchitect.sql.tree import Node

__all__ = ["offers"]

_WHOLE = {"int2": 1 << 15, "int4": 1 << 31, "int8": 1 << 63}


def offers(query: Statement) -> Iterator[Offer]:
    """All such comparisons at once."""
    edits = [edit for select in query.selects for edit in select.rewritten_terms(partial(_moved, select=select))]
    if edits:
        yield Offer(query.edited(*edits), "no whole number lies between the two forms")


def _moved(node: Node, select: Select) -> str | None:
    for operator, left, right in compared(node):
        sides = comparison(left)
        if sides is None or sides[0] not in ("+", "-", "*"):
            continue
        sign, first, second = sides
        if sign != "-" and select.find(first) is None:
            first, second = second, first
        column = select.find(first)
        if column is None or column.select is not select:
            continue
        if column.type == "numeric" and sign in ("+", "-"):
            moved, bound = _number(second), _number(right)
            if moved is not None and bound is not None:
                return f"{column.written} {operator} {bound - moved if sign == '+' else bound + moved}"
        elif column.type in _WHOLE:
            found = _whole(operator, sign, second, right, _WHOLE[column.type], small=column.type != "int8")
            if found:
                return f"{column.written} {found}"
    return None


def _whole(operator: str, sign: str, second: Node, right: Node, limit: int, *, small: bool) -> str | None:
    """The comparison with the column alone, for whole numbers."""
    moved, bound = constant(second), constant(right)
    if type(moved) is not int:
        return None
    if type(bound) is int:
        if sign in ("+", "-"):
            value = bound - moved if sign == "+" else bound + moved
            return f"{operator} {value}" if abs(value) < limit else None
        return _quotient(operator, moved, bound)
    if "ParamRef" in right and sign in ("+", "-") and small:  # as bigint it cannot overflow
        return f"{operator} {printed(right)}::bigint {'-' if sign == '+' else '+'} {moved}"
    return None


def _quotient(operator: str, factor: int, bound: int) -> str | None:
    if factor <= 0:
        return None
    down, rest = divmod(bound, factor)
    if operator in ("=", "<>"):
        return f"{operator} {down}" if rest == 0 else None
    up = down + (rest > 0)
    return f"{operator} {down if operator in ('>', '<=') else up}"


def _number(node: Node) -> Decimal | None:
    fields = node.get("A_Const", {})
    text = fields["fval"].get("fval") if "fval" in fields else str(constant(node)) if "ival" in fields else None
    try:
        return Decimal(text) if text is not None else None
    except InvalidOperation:
        return None
