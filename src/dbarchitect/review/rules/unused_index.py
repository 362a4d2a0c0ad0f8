"""Unused index

## What it says

No query scanned an index since the counters began, at least 14 days ago (`MATURE_DAYS`), while its table was in use
(`BUSY`: a thousand scans or writes). Left out are unique indexes and those of constraints, the replica identity, the
only index that serves a foreign key, and indexes under 1 MB. With standbys attached it is a question: their scans are
not counted here.

## Why it matters

Each write to the table pays for it, each vacuum reads it, and updates of its columns cannot be heap-only.

PostgreSQL counts index scans in `pg_stat_user_indexes.idx_scan`. On an idle database every index is unused: a peer
reported 482 on one schema, which is why this rule waits until counters are old and the table is busy.

## What would make it false

A job that runs less often than the counters are old needs it, or a standby does, or the planner its expression's
statistics; or it was made a moment ago, which the catalogue does not tell.

## How to mend it

Drop it; on a live server with `DROP INDEX CONCURRENTLY`. Keep its definition: the finding's fix knows the way back.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Index, Table
from dbarchitect.review.context import Context, index_ref
from dbarchitect.review.mending import drop_index
from dbarchitect.review.overlap import obligations, same_plans_without, serves_foreign_key, settled
from dbarchitect.review.rule import REDUNDANT, Rule

RULE = Rule(
    __name__,
    __doc__,
    area="indexes",
    certainty="likely",
    severity=Severity.WARNING,
    needs="counters",
    yields_to=REDUNDANT,
)

SMALL_BYTES = 2**20  # below 1 MB there is nothing to win
BUSY = 1000  # scans and writes of the table: below that it is the table that is unused


def check(review: Context) -> Iterator[Finding]:
    """Indexes that nothing reads."""
    for table in review.tables:
        if not _busy(review, table):
            continue
        for index in table.indexes:
            if index.unique or not settled(index) or index.constraint or obligations(review, table, index):
                continue
            size = review.index_bytes(index)
            if review.index_scans(index) != 0 or size is None or size < SMALL_BYTES:
                continue
            others = [other for other in table.indexes if other is not index]
            if any(
                serves_foreign_key(index, key.columns)
                and not any(serves_foreign_key(other, key.columns) for other in others)
                for key in table.foreign_keys
            ):
                continue
            yield _found(review, table, index, size)


def _busy(review: Context, table: Table) -> bool:
    counts = [
        review.counted(table, "sequential_scans"),
        review.counted(table, "index_scans"),
        review.counted(table, "inserted"),
        review.counted(table, "updated"),
        review.counted(table, "deleted"),
    ]
    return sum(count or 0 for count in counts) >= BUSY


def _found(review: Context, table: Table, index: Index, size: int) -> Finding:
    days = review.counter_days or 0.0
    standbys = (review.facts.replicas if review.facts else None) or 0
    here = f" here ({standbys} standby{'s' if standbys > 1 else ''} not counted)" if standbys else ""
    return RULE.finding(
        index_ref(index),
        f"{index.name.name} on {table.name.short} was not used in {days:.0f} days{here}; "
        f"it takes {size / 2**20:,.1f} MB",
        severity=Severity.INFO if standbys else None,
        facts={"scans": 0, "bytes": size, "days": round(days, 1), "standbys": standbys},
        fix=(drop_index(table, index),),
        asks=bool(standbys),
        experiment=same_plans_without(table, index, typical=False),
    )
