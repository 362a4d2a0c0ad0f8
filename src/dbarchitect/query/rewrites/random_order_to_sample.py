"""Some rows by chance without sorting all of them.

## What it does

`SELECT ... FROM t ORDER BY random() LIMIT n` draws from a sample of the table's rows. The meaning changes, and it
says so.

## When it holds

Any rows will do, the table is large, and no condition leaves only few of its rows.

## What a careless form does

TABLESAMPLE SYSTEM takes whole pages: rows that were stored together come together.

## Why it pays

ORDER BY random() computes a number for every row of the table and sorts by it; the sample reads a share.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.layout import Edit, Span
from dbarchitect.sql.nodes import call
from dbarchitect.sql.selects import Statement

__all__ = ["offers"]

_PERCENT = 1


def offers(query: Statement) -> Iterator[Offer]:
    """A query of one table, without a condition, ordered by chance and cut."""
    for select in query.selects:
        sorts = select.fields.get("sortClause", ())
        if select.role != "top" or len(sorts) != 1 or "limit" not in select.clauses or "where" in select.clauses:
            continue
        if call(sorts[0]["SortBy"]["node"])[0] != "random" or len(select.relations) != 1:
            continue
        (relation,) = select.relations.values()
        if relation.table is None or relation.table.kind != "ordinary":
            continue
        end = select.span_of_item(relation).end
        yield Offer(
            query.edited(Edit(Span(end, end), f" TABLESAMPLE BERNOULLI ({_PERCENT})")),
            "both draw by chance",
            f"it draws from {_PERCENT}% of the rows: perhaps too few, and a row's chance differs from draw to draw",
        )
