"""Huge table that only grows

## What it says

A table of 100 GB or more (`HUGE`), with an indexed or at least NOT NULL column of date or time, is not partitioned.
Where counters are old enough it must be one that grows: updates and deletes are less than a tenth of the inserts.
Otherwise it is asked.

## Why it matters

Old rows can be taken away from it only by DELETE, which leaves the space and works through every index; dropping a
partition takes a moment.

Documentation, "Table Partitioning": the benefits are normally worthwhile when a table would otherwise be very large; "a
rule of thumb is that the size of the table should exceed the physical memory of the database server". Vacuum,
`REINDEX`, `CREATE INDEX` and a restore also take a partition at a time.

## What would make it false

Nothing is ever deleted, and the queries do not keep to a range of time. Then partitions cost planning time for nothing.

## How to mend it

A table partitioned by range of that column, filled from now on, with the old table attached as its first partition once
a validated CHECK bounds it. Every unique key must contain the column.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type
from dbarchitect.review.rule import Rule
from dbarchitect.review.storage import PAGE

RULE = Rule(__name__, __doc__, area="operations", certainty="likely", severity=Severity.INFO, needs="live")

HUGE = 100 * 2**30  # larger than the memory of most servers
_GROWS = 0.1
_TIMES = ("timestamp", "timestamptz", "date")


def check(review: Context) -> Iterator[Finding]:
    """Tables too large for a DELETE."""
    for table in review.tables:
        facts = review.table_facts(table)
        if table.kind != "ordinary" or facts is None or table.inherits:
            continue
        size = facts.heap_bytes if facts.heap_bytes is not None else facts.pages * PAGE
        column = _time(table) if size >= HUGE else None
        if column is None:
            continue
        inserted = review.counted(table, "inserted")
        changed = [review.counted(table, "updated"), review.counted(table, "deleted")]
        known = inserted is not None and None not in changed
        if known and sum(one or 0 for one in changed) >= _GROWS * (inserted or 0):
            continue
        keys = [index.name.name for index in table.indexes if index.unique and not _has(index.keys, column.name)]
        without = f"; {len(keys)} unique keys would have to take it in" if keys else ""
        grows = "only grows and is" if known else "is"
        yield RULE.finding(
            table.ref,
            f"{table.name.short} {grows} {size / 2**30:,.0f} GB and not partitioned: are old rows, by {column.name}, "
            f"ever deleted?{without}",
            facts={"bytes": size, "column": column.name, "inserted": inserted, "unique_keys": ", ".join(keys)},
            asks=True,
        )


def _has(keys: tuple[object, ...], column: str) -> bool:
    return any(getattr(key, "column", None) == column for key in keys)


def _time(table: Table) -> Column | None:
    """The column of time that rows are made with: indexed ones first, then those by the order of the table."""
    indexed = {index.keys[0].column for index in table.indexes if index.keys}
    times = [one for one in table.columns if base_type(one) in _TIMES and (one.not_null or one.name in indexed)]
    return min(times, key=lambda one: (one.name not in indexed, one.position), default=None)
