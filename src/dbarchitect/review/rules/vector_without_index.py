"""Vectors without an index

## What it says

A column of pgvector's types in a table of at least 10,000 rows is in no vector index. Where a workload is given and
compares the column with nothing, it is `info`. Columns too long for an index have a rule of their own.

## Why it matters

Every search for neighbours reads all vectors and computes the distance to each.

"By default, pgvector performs exact nearest neighbor search" (its README); 100,000 vectors of 1,536 dimensions are
600 MB to read for each search.

## What would make it false

Searches always narrow the rows by another index first, or must be exact.

## How to mend it

An HNSW index with the operator class of the distance that the queries use: `vector_cosine_ops` for `<=>`,
`vector_l2_ops` for `<->`, `vector_ip_ops` for `<#>`. The change given takes that of the workload, else the cosine's.
Build it after loading, with enough `maintenance_work_mem`, and CONCURRENTLY on a live server.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddIndex
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.vectors import LONGEST, distances, is_indexed, is_vector, timed_neighbours, vector_index

RULE = Rule(__name__, __doc__, area="extensions", severity=Severity.WARNING, harms_by="rows", needs="live")

_MANY_ROWS = 10_000


def check(review: Context) -> Iterator[Finding]:
    """Vector columns of large tables that no vector index holds."""
    for table, column in review.columns():
        rows = review.rows(table)
        if not is_vector(column) or rows is None or rows < _MANY_ROWS or is_indexed(table, column):
            continue
        if not 0 < column.type.modifier <= LONGEST[column.type.name]:
            continue
        used = distances(review, table, column)
        distance = min(used, default="cosine")
        fix = AddIndex(index=vector_index(review, table, column, distance))
        yield RULE.finding(
            column_ref(table, column),
            f"{table.name.short}.{column.name} ({column.type.modifier} dimensions, {rows:,.0f} rows) is in no vector "
            "index: every search for neighbours reads it all",
            severity=Severity.INFO if review.workload is not None and not used else None,
            facts={"rows": rows, "dimensions": column.type.modifier, "distance": distance if used else None},
            fix=(fix,),
            experiment=timed_neighbours(table, column, distance, fix),
        )
