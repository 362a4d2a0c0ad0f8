"""No partition for the coming period

## What it says

A table is partitioned by the range of a time, has no default partition, and its last partition ends before one more
period has passed: `error` where it has ended already, else a question. Tables whose last partition ended more than
three periods before the source was read are left out: they hold the past.

## Why it matters

From that moment on every insert of a new row fails: "no partition of relation ... found for row".

A period is as long as the last partition is.

## What would make it false

A job makes partitions just before they are needed, or no new rows come.

## How to mend it

Make the next partitions now, and have a job make them well ahead (pg_partman, pg_cron). A default partition takes what
nobody made room for, but it must be emptied before the right partition can be made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_literal
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.periods import has_default, periods, time_column
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.WARNING, certainty="possible", needs="live")

_PAST = 3  # periods after which a table holds the past


def check(review: Context) -> Iterator[Finding]:
    """Tables whose partitions end now or soon."""
    taken = review.facts.taken_at if review.facts else ""
    if not taken:
        return
    now = datetime.fromisoformat(taken)
    for table in review.tables:
        column = time_column(table)
        if not column or has_default(review, table):
            continue
        found = periods(review, table)
        if not found:
            continue
        last = found[-1]
        period = last.end - last.start
        if last.end > now + period or last.end < now - _PAST * period:
            continue
        ended = last.end <= now
        yield RULE.finding(
            table.ref,
            f"the last partition of {table.name.short} {'ended' if ended else 'ends'} at {last.end_text}: "
            + ("new rows have no place" if ended else "is the next one made in time?"),
            severity=Severity.ERROR if ended else None,
            also=(last.partition.ref,),
            facts={"ends": last.end_text, "period_days": period.total_seconds() / 86400},
            asks=True,
            experiment=_homeless(review, table, column, last.end_text),
        )


def _homeless(review: Context, table: Table, column: str, end: str) -> Refused | None:
    """A row of the first moment after the last partition."""
    rows = Rows(review)
    if rows.add(table, {column: quote_literal(end)}) is None:
        return None
    return Refused(script=tuple(rows.statements), shows=f"a row of {end} has no partition to go to")
