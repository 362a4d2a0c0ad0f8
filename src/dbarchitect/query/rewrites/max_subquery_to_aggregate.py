"""The largest of each group by one aggregate instead of one subquery a row.

## What it does

`t.x = (SELECT max(u.x) FROM u WHERE u.g = t.g)` becomes `(t.g, t.x) IN (SELECT u.g, max(u.x) FROM u GROUP BY u.g)`.
The same for min.

## When it holds

The subquery refers to the row around it only by equalities, which become the groups. NULLs in g are never equal in
either form; all rows that share the largest x stay.

## What a careless form does

`row_number() = 1` and DISTINCT ON keep one of the rows that share it.

## Why it pays

The groups are computed once; the subquery runs for each row.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.correlation import correlated
from dbarchitect.sql.layout import Edit
from dbarchitect.sql.nodes import call, equality, printed, steady, sublink
from dbarchitect.sql.selects import Statement
from dbarchitect.sql.tree import Node

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """Equalities with a correlated max or min."""
    for select in query.selects:
        for term in select.terms:
            for test, link in _both_ways(equality(term.node)):
                inner = query.select_of(sublink(link, "EXPR_SUBLINK") or {})
                found = correlated(inner) if inner is not None else None
                if inner is None or found is None or not steady({"SelectStmt": inner.fields}, query.schema):
                    continue
                name, arguments = call(inner.targets[0].node) if len(inner.targets) == 1 else ("", [])
                value = select.find(test)
                if name not in ("max", "min") or len(arguments) != 1 or value is None or value.select is not select:
                    continue
                groups = ", ".join(one.sql for one, _ in found.pairs)
                outer = ", ".join(printed(one) for _, one in found.pairs)
                shown = (
                    f"({outer}, {value.written}) IN (SELECT {groups}, {printed(inner.targets[0].node)} {found.source} "
                    f"GROUP BY {groups})"
                )
                yield Offer(query.edited(Edit(term.span, shown)), "the subquery refers to its row by equalities alone")


def _both_ways(sides: tuple[Node, Node] | None) -> Iterator[tuple[Node, Node]]:
    if sides:
        yield sides
        yield sides[1], sides[0]
