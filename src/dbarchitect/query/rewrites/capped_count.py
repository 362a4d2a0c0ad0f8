"""A count that stops at a bound.

## What it does

`SELECT count(*) FROM ... WHERE ...` becomes the count of at most 1,001 of these rows: what a page needs to say "more
than 1,000". The meaning changes, and it says so.

## When it holds

Nobody needs the exact number above the bound.

## What a careless form does

A LIMIT beside the count limits the one row of the result, and nothing is saved.

## Why it pays

The count reads all the rows that it counts; this reads no more than the bound.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.layout import Edit
from dbarchitect.sql.nodes import call
from dbarchitect.sql.selects import Statement

__all__ = ["offers"]

_BOUND = 1_001


def offers(query: Statement) -> Iterator[Offer]:
    """A query that is a count of rows."""
    for select in query.selects:
        if select.role != "top" or set(select.clauses) - {"select", "from", "where"} or len(select.targets) != 1:
            continue
        name, _ = call(select.targets[0].node)
        if name != "count" or select.counts != "":
            continue
        inner = f"SELECT 1 {query.slice(select.clauses['from'].whole)}"
        if "where" in select.clauses:
            inner = f"{inner} {query.slice(select.clauses['where'].whole)}"
        target = query.slice(select.clauses["select"].whole)
        yield Offer(
            query.edited(Edit(select.span, f"{target} FROM ({inner} LIMIT {_BOUND}) AS counted")),
            "it counts the same rows, up to a bound",
            f"it counts no further than {_BOUND:,}: whoever needs the exact number cannot use it",
        )
