"""Time series in a plain table beside TimescaleDB

## What it says

TimescaleDB is installed, and a table whose name says that it records what happens (readings, metrics, events) and that
has a mandatory time is an ordinary table: no chunks hang on it. Tables known to have fewer than 100,000 rows are left
out. Unique keys without the time are named: a hypertable cannot have them.

## Why it matters

The table gets nothing of what the extension is there for: chunks by time, retention by dropping them, compression,
continuous aggregates.

"unique indexes must include all the columns that are used as partitioning dimensions" (TimescaleDB documentation,
"Enforce constraints with unique indexes on hypertables").

## What would make it false

The table is small or short-lived, or it must have a unique key without the time.

## How to mend it

`create_hypertable` with `migrate_data`, after the time has been added to the unique keys that are named. Migrating
locks the table for as long as it takes to copy it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, column_ref, index_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.series import FEWEST_ROWS, hypertables, keys_without, series_times
from dbarchitect.review.vocabulary import is_event_like

RULE = Rule(__name__, __doc__, area="extensions", certainty="possible", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """Plain tables that look like time series, where TimescaleDB is installed."""
    if not any(one.name == "timescaledb" for one in review.schema.extensions):
        return
    chunked = hypertables(review.schema)
    for table in review.tables:
        time = _time(table) if _is_plain(table, chunked) else None
        rows = review.rows(table)
        if time is None or (rows is not None and rows < FEWEST_ROWS):
            continue
        timeless = keys_without(table, time.name)
        keys = ", ".join(one.name.name for one in timeless)
        yield RULE.finding(
            table.ref,
            f"{table.name.short} is a plain table: should it be a hypertable by {time.name}?"
            + (f" {keys} would have to contain {time.name}" if timeless else ""),
            also=[column_ref(table, time), *(index_ref(one) for one in timeless)],
            facts={"rows": rows, "keys_without_time": len(timeless)},
            asks=True,
        )


def _is_plain(table: Table, chunked: set[Name]) -> bool:
    plain = table.kind == "ordinary" and not table.inherits and table.name not in chunked
    return plain and is_event_like(table.name.name)


def _time(table: Table) -> Column | None:
    return next(iter(series_times(table)), None)
