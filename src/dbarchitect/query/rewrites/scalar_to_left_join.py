"""A value looked up for each row as a LEFT JOIN.

## What it does

`SELECT o.id, (SELECT c.name FROM c WHERE c.id = o.c)` becomes `SELECT o.id, c.name FROM o LEFT JOIN c ON c.id = o.c`.

## When it holds

The subquery finds one row at most: its equalities hold a whole key of its table.

## What a careless form does

Without the key the join gives a row for each that is found, where the subquery would fail; an inner join loses the
rows that find none.

## Why it pays

A join can be hashed or merged; the subquery is a nested loop, always.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.names import quote_identifier
from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.correlation import correlated_targets
from dbarchitect.sql.keys import keys_of
from dbarchitect.sql.layout import Edit, Span
from dbarchitect.sql.nodes import output_name, printed
from dbarchitect.sql.selects import Statement

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """Lookups among the targets."""
    for select, target, inner, found in correlated_targets(query):
        if not inner.plain or len(inner.relations) != 1:
            continue
        (relation,) = inner.relations.values()
        named = {one.name for one, _ in found.pairs}
        if relation.table is None or not any(set(key) <= named for key in keys_of(relation.table, not_null=False)):
            continue
        value, rest = inner.qualified(inner.targets[0].node), [inner.qualified(one) for one in found.rest]
        if value is None or None in rest:
            continue
        alias, text = relation.alias, query.slice(inner.span_of_item(relation))
        if alias in select.relations:  # the same table twice: another name
            continue
        conditions = [f"{one.sql} = {printed(other)}" for one, other in found.pairs]
        conditions += [f"({printed(one)})" if "BoolExpr" in one else printed(one) for one in rest if one]
        shown = printed(value)
        if output_name({"val": value}) != target.name:
            shown = f"{shown} AS {quote_identifier(target.name)}"
        end = select.clauses["from"].whole.end
        yield Offer(
            query.edited(
                Edit(target.span, shown),
                Edit(Span(end, end), f" LEFT JOIN {text} ON {' AND '.join(conditions)}"),
            ),
            f"{', '.join(sorted(named))} of {alias} is a key: one row at most is found",
        )
