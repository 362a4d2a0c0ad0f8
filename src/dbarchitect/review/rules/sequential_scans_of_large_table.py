"""Large table that is read whole again and again

## What it says

A table of 10 MB or more (`LARGE_PAGES`) is read in sequence at least a hundred times a day (`A_DAY`), more than half of
its rows each time, by the counters of at least 14 days. It says that something is missing, not what: an index, a
condition, a LIMIT.

## Why it matters

Each such scan reads every page of the table. What a query needs of it is mostly a few rows, which an index finds in as
many pages.

The documentation of the statistics system ("pg_stat_all_tables"): `seq_scan` and `seq_tup_read` count scans and the
rows that they read, by any query, a backup by `pg_dump` among them; scans that stop early read less, which is why half
of the rows are asked for.

## What would make it false

Reports need all rows, or a job does it: a scan every few minutes is one.

## How to mend it

Find the queries (`pg_stat_statements`, or `dba workload`) and let `dba index` look for the indexes that they need.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="indexes", certainty="likely", severity=Severity.INFO, needs="counters")

LARGE_PAGES = 1280  # 10 MB: what fits in a few milliseconds from memory is left out
A_DAY = 100  # a job that runs every quarter of an hour stays below
_WHOLE = 0.5


def check(review: Context) -> Iterator[Finding]:
    """Tables whose scans cost more than the rows they give."""
    days = review.counter_days or 0.0
    for table in review.tables:
        pages, rows = review.pages(table), review.rows(table)
        if pages is None or not rows or pages < LARGE_PAGES:
            continue
        scans, read = review.counted(table, "sequential_scans"), review.counted(table, "sequential_rows")
        leaves = len(review.leaves(table))  # each is scanned for itself
        if not scans or read is None or scans / leaves < A_DAY * days or read / scans < _WHOLE * rows / leaves:
            continue
        by_index = review.counted(table, "index_scans") or 0
        yield RULE.finding(
            table.ref,
            f"{table.name.short} ({rows:,.0f} rows, {pages / 128:,.0f} MB) is read whole {scans / leaves / days:,.0f} "
            f"times a day; `dba index` finds what its queries need",
            facts={
                "rows": rows,
                "pages": pages,
                "scans_a_day": round(scans / leaves / days, 1),
                "rows_a_scan": round(read / scans),
                "index_scans": by_index,
            },
        )
