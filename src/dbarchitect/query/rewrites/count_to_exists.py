"""A count that is only compared with zero as EXISTS.

## What it does

`(SELECT count(*) FROM ...) > 0` becomes `EXISTS (SELECT 1 FROM ...)`, `= 0` becomes `NOT EXISTS`.

## When it holds

The count is of rows, `count(*)`, or of a column that is never NULL, without GROUP BY, HAVING or LIMIT.

## What a careless form does

`count(x)` leaves out NULLs, so rows may exist where it is 0.

## Why it pays

EXISTS stops at the first row, and the planner can make a semi join of it; the count is run to its end for each row.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.layout import Edit, Span
from dbarchitect.sql.nodes import compared, constant, sublink, walked
from dbarchitect.sql.selects import Statement

__all__ = ["offers"]

_ANY = {(">", 0), (">=", 1), ("<>", 0)}
_NONE = {("=", 0), ("<", 1), ("<=", 0)}


def offers(query: Statement) -> Iterator[Offer]:
    """Counts in subqueries, wherever they are compared."""
    for node in walked(query.root, "A_Expr"):
        for operator, left, right in compared(node):
            inner = query.select_of(sublink(left, "EXPR_SUBLINK") or {})
            value = constant(right)
            negated = (operator, value) in _NONE
            if inner is None or isinstance(value, bool) or not (negated or (operator, value) in _ANY):
                continue
            counted = inner.counts
            if counted is None or "from" not in inner.clauses:
                continue
            whole = query.span_of_parenthesis(left["SubLink"]["location"])
            other = query.token_at(right["A_Const"].get("location", 0))
            if whole is None or other is None:
                continue
            place = Span(min(whole.start, other.start), max(whole.end, other.end))
            target = inner.clauses["select"].body
            text = query.slice(Span(whole.start, target.start)) + "1" + query.slice(Span(target.end, whole.end))
            yield Offer(
                query.edited(Edit(place, f"{'NOT ' if negated else ''}EXISTS {text}")),
                "it counts rows" if counted == "" else f"{counted} is never NULL",
            )
