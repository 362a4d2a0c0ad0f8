"""A LEFT JOIN that looks for missing rows as NOT EXISTS.

## What it does

`a LEFT JOIN b ON ... WHERE b.x IS NULL` becomes `a WHERE NOT EXISTS (SELECT FROM b WHERE ...)`.

## When it holds

b.x is NOT NULL in its table, so that it is NULL only where no row of b was found, and nothing else of b is used.

## What a careless form does

Where b.x can be NULL, the join also gives the rows that were found with a NULL.

## Why it pays

The planner recognises the join as an anti join only where it can see it; written as NOT EXISTS it always does, and
stops at the first row found.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.layout import Edit
from dbarchitect.sql.nodes import null_test
from dbarchitect.sql.selects import Statement

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """Joins whose right side is tested for NULL."""
    for select in query.selects:
        for term in select.terms:
            tested = null_test(term.node)
            reference = select.find(tested) if tested else None
            if reference is None or reference.select is not select:
                continue
            column, relation = reference.column, reference.relation
            join, place = select.join_of(relation), select.join_span(relation)
            if not (column and column.not_null and join and place) or join.get("jointype") != "JOIN_LEFT":
                continue
            condition = select.on_text(relation)
            if not condition or select.uses(relation, besides=(place, term.span)):
                continue
            source = query.slice(select.span_of_item(relation))
            yield Offer(
                query.edited(
                    Edit(place, ""), Edit(term.span, f"NOT EXISTS (SELECT 1 FROM {source} WHERE {condition})")
                ),
                f"{reference.sql} is NOT NULL: it is NULL only where no row of {relation.alias} was found",
            )
