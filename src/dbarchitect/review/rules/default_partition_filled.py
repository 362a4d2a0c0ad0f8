"""Default partition with rows

## What it says

The default partition of a table holds rows: values came for which nobody had made a partition.

## Why it matters

A partition for these values cannot be made any more while their rows stand in the default one.

Even where none of them is in the way, each new partition reads the whole default partition first, under an ACCESS
EXCLUSIVE lock, unless a CHECK excludes its range ("Table Partitioning", documentation).

## What would make it false

The default partition is meant for the rest that never gets its own.

## How to mend it

Detach the default partition, make the missing ones, insert its rows into the table again, and attach it empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.WARNING, needs="live")


def check(review: Context) -> Iterator[Finding]:
    """Default partitions that are not empty."""
    for table in review.tables:
        for partition in review.partitions.get(table.name, ()):
            rows = _rows(review, partition)
            if partition.partition_of is None or partition.partition_of.bound != "DEFAULT" or not rows:
                continue
            yield RULE.finding(
                partition.ref,
                f"{partition.name.short}, the default partition of {table.name.short}, holds {rows:,.0f} rows",
                also=(table.ref,),
                facts={"rows": rows, "partitions": len(review.partitions[table.name])},
            )


def _rows(review: Context, partition: Table) -> float:
    facts = [review.table_facts(leaf) for leaf in review.leaves(partition)]
    return sum(one.rows or one.live_rows or 0 for one in facts if one is not None)
