"""Columnstore without segments

## What it says

The columnstore of a hypertable is enabled and no `segmentby` column is set.

## Why it matters

Batches of 1,000 rows then hold rows of every device, customer or sensor. A query of one of them has to unpack them all,
where with segments it reads the batches of that one.

## What would make it false

No query asks for one device alone, or each has fewer than 100 rows in a chunk: then segments make it larger.

## How to mend it

`ALTER TABLE ... SET (timescaledb.segmentby = '...')`: it holds for chunks that are converted from then on. `dba
timeseries` names the column, by the workload.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.series import hypertable_refs

RULE = Rule(__name__, __doc__, area="operations", certainty="possible", severity=Severity.INFO, needs="live")


def check(review: Context) -> Iterator[Finding]:
    """Hypertables whose batches are cut by time alone."""
    for one, table in hypertable_refs(review):
        if one.columnstore and not one.segment_by:
            yield RULE.finding(
                table.ref,
                f"the columnstore of {table.name.short} has no segments: do queries ask for one device, customer or "
                "sensor at a time?",
                facts={"chunks": one.chunks, "converted": one.compressed},
                asks=True,
            )
