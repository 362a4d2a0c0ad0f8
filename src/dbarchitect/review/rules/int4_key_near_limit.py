"""Integer key near its limit

## What it says

The sequence of a `smallint` or `integer` column, or the largest value that ANALYZE saw in such a key, has passed 50 %
of what the type or the sequence can hold (`warning`), or 75 % (`error`). Foreign keys that are narrower than the key
they refer to are held against their own limit. Where the counters are mature the days left at the present rate are
given. Sequences that cycle are left out.

## Why it matters

At the limit every insert fails, at once and for good, until the table has been rewritten with a wider key.

`integer` ends at 2,147,483,647. Widening it rewrites the table and its indexes under an ACCESS EXCLUSIVE lock, so it
is cheap early and an outage late. Peers warn from 50 % (postgres_dba, pghero) to 90 % (pg-index-health).

## What would make it false

Nothing is inserted any more, or the values above the highest one are taken in jumps that will not come again.

## How to mend it

Change the key and every column that refers to it to `bigint`. On a large table do it beside the running system: a new
`bigint` column kept equal by a trigger, back-filled in batches, then swapped.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import BIGINT, INTEGER_LIMITS, referring_columns, retype, widen_key
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="keys", severity=Severity.WARNING, needs="live")

WARN = 0.50
FAIL = 0.75


def check(review: Context) -> Iterator[Finding]:
    """Keys, and the columns that refer to them, past half of their type."""
    for table, column in review.columns():
        last = _last(review, table, column)
        if last is None:
            continue
        limit = _limit(review, table, column)
        children = referring_columns(review, table, column)
        if last > WARN * limit:
            yield _found(review, table, column, last, limit, [column_ref(*child) for child in children])
        for child, child_column in children:
            child_limit = INTEGER_LIMITS.get(base_type(child_column))
            if child_limit is not None and child_limit < limit and last > WARN * child_limit:
                yield _narrow(review, child, child_column, last, child_limit, f"{table.name.short}.{column.name}")


def _last(review: Context, table: Table, column: Column) -> int | None:
    """The highest value so far: of the sequence, else of a key's statistics."""
    sequence = review.sequence(table, column)
    facts = review.facts
    if facts is None:
        return None
    if sequence is not None:
        known = facts.sequences.get(str(sequence.name))
        return None if known is None or sequence.cycle or sequence.increment < 1 else known.last_value
    key = table.primary_key
    if key is None or key.columns != (column.name,) or base_type(column) not in INTEGER_LIMITS:
        return None
    statistics = facts.column(str(table.name), column.name)
    bounds = (statistics.histogram_bounds or "") if statistics else ""
    last = bounds.strip("{}").rpartition(",")[2]
    return int(last) if last.lstrip("-").isdigit() else None


def _limit(review: Context, table: Table, column: Column) -> int:
    sequence = review.sequence(table, column)
    ends = [2**63 - 1 if sequence is None else sequence.maximum, INTEGER_LIMITS.get(base_type(column), 2**63 - 1)]
    return min(ends)


def _found(review: Context, table: Table, column: Column, last: int, limit: int, children: list[ObjectRef]) -> Finding:
    share = last / limit
    days = _days_left(review, table, column, last, limit)
    left = "" if days is None else f"; at the present rate it is full in {days:,.0f} days"
    return RULE.finding(
        column_ref(table, column),
        f"{table.name.short}.{column.name} has used {share:.0%} of its numbers: {last:,} of {limit:,}{left}",
        severity=Severity.ERROR if share > FAIL else None,
        also=children,
        facts={"last_value": last, "limit": limit, "share": round(share, 4), "days_left": days},
        fix=widen_key(review, table, column),
        experiment=_overflow(review, table, column),
    )


def _narrow(review: Context, child: Table, column: Column, last: int, limit: int, parent: str) -> Finding:
    share = last / limit
    return RULE.finding(
        column_ref(child, column),
        f"{child.name.short}.{column.name} is {column.type.sql} and refers to {parent}, which has come to {last:,}: "
        f"{share:.0%} of what this column can hold",
        severity=Severity.ERROR if share > FAIL else None,
        facts={"last_value": last, "limit": limit, "share": round(share, 4)},
        fix=retype(review, child, column, BIGINT, using="", back=""),
    )


def _days_left(review: Context, table: Table, column: Column, last: int, limit: int) -> float | None:
    inserted, days, sequence = review.counted(table, "inserted"), review.counter_days, review.sequence(table, column)
    if not inserted or not days:
        return None
    step = sequence.increment if sequence else 1
    return round((limit - last) / (inserted / days * step), 1)


def _overflow(review: Context, table: Table, column: Column) -> Refused | None:
    """Set the sequence to its end and insert once more."""
    sequence = review.sequence(table, column)
    rows = Rows(review)
    if sequence is None or rows.add(table, omit=(column.name,)) is None:
        return None
    end = _limit(review, table, column)
    place = str(sequence.name).replace("'", "''")
    *parents, insert = rows.statements
    return Refused(
        script=(*parents, f"SELECT pg_catalog.setval('{place}', {end})", insert),
        shows=f"after {end:,} no row can be inserted",
    )
