"""Table that has always been empty

## What it says

A table has no rows and no pages, and the counters, at least 14 days old, saw no row come in. It is one finding.

## Why it matters

What is never used misleads everybody who reads the schema, and every migration and review takes it along.

## What would make it false

The feature that fills it has not been switched on yet, or only runs at the end of a quarter or a year.

## How to mend it

Ask who is going to fill it; drop it, or say in its comment when it is used.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="structure", severity=Severity.INFO, certainty="possible", needs="counters")


def check(review: Context) -> Iterator[Finding]:
    """Tables into which nothing has come."""
    found = [
        RULE.finding(
            table.ref,
            f"{table.name.short} is empty, and no row came in for {review.counter_days:.0f} days: is it still needed?",
            facts={"days": None if review.counter_days is None else round(review.counter_days, 1)},
            asks=True,
        )
        for table in review.tables
        if _is_empty(review, table)
    ]
    of = len(review.tables)
    yield from roll_up(found, f"{len(found)} of {of} tables have always been empty", of=of, share=0, many=1)


def _is_empty(review: Context, table: Table) -> bool:
    leaves = review.leaves(table)
    facts = [review.table_facts(leaf) for leaf in leaves]
    return (
        bool(leaves)
        and all(one is not None and not one.rows and not one.live_rows and one.heap_bytes == 0 for one in facts)
        and review.counted(table, "inserted") == 0
    )
