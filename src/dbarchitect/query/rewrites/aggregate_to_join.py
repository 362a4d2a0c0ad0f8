"""An aggregate computed for each row of the result as one join with the groups.

## What it does

`SELECT c.id, (SELECT count(*) FROM o WHERE o.c = c.id)` becomes a LEFT JOIN with `SELECT o.c, count(*) ... GROUP BY
o.c`, and the count that is missing is 0.

## When it holds

The subquery refers to the row around it only by equalities. The groups are one row a key, so the join multiplies
nothing.

## What a careless form does

An inner join loses the rows without any; a count without COALESCE is NULL there instead of 0.

## Why it pays

The groups are computed once. Where few rows are asked for, the subquery is the better form: the costs decide.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.names import quote_identifier
from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.correlation import correlated_targets
from dbarchitect.sql.layout import Edit, Span
from dbarchitect.sql.nodes import call, printed
from dbarchitect.sql.selects import Statement

__all__ = ["offers"]

_EMPTY = {"count": "0", "sum": "", "max": "", "min": "", "avg": "", "bool_and": "", "bool_or": ""}


def offers(query: Statement) -> Iterator[Offer]:
    """Correlated aggregates among the targets."""
    for select, target, inner, found in correlated_targets(query):
        name, _ = call(inner.targets[0].node)
        if name not in _EMPTY:
            continue
        alias = query.fresh("grouped")
        keys = ", ".join(f"{one.sql} AS key{number}" for number, (one, _) in enumerate(found.pairs, 1))
        groups = ", ".join(one.sql for one, _ in found.pairs)
        on = " AND ".join(f"{alias}.key{n} = {printed(one)}" for n, (_, one) in enumerate(found.pairs, 1))
        join = (
            f" LEFT JOIN (SELECT {keys}, {printed(inner.targets[0].node)} AS value {found.source} "
            f"GROUP BY {groups}) {alias} ON {on}"
        )
        value = f"COALESCE({alias}.value, {_EMPTY[name]})" if _EMPTY[name] else f"{alias}.value"
        end = select.clauses["from"].whole.end
        yield Offer(
            query.edited(Edit(target.span, f"{value} AS {quote_identifier(target.name)}"), Edit(Span(end, end), join)),
            "the subquery refers to its row by equalities alone, and its groups are one row a key",
        )
