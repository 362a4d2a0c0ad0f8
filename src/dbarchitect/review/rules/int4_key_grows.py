"""Integer key on a table that grows

## What it says

A primary key numbers its rows with `integer` (or `smallint`). It is a `warning` where the counters say that the type
lasts for less than ten years at the present rate, or where the table's name says that it records events (a history
aside, which grows as fast as people work); else `info`.
Lists of codes are left out, and so is what the counters give more than a century. What is past half of its range
belongs to `int4-key-near-limit`.

## Why it matters

`integer` ends at 2,147,483,647, and `bigint` costs four bytes a row now instead of a rewrite of the table under an
exclusive lock later.

A thousand rows a second exhaust it in 25 days, ten a second in seven years; rolled back inserts and `ON CONFLICT DO
NOTHING` use up numbers too. Often alignment makes the four bytes free. Of 42 real schemas 25 had such keys.

## What would make it false

The table stays small: a list of settings, countries, plans.

## How to mend it

Make the key, and every column that refers to it, `bigint` while the tables are small.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import INTEGER_LIMITS, widen_key
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import is_event_like

RULE = Rule(__name__, __doc__, area="keys", severity=Severity.INFO)

SOON_YEARS = 10.0  # the life of a schema: what lasts longer is the next one's affair
NEVER_YEARS = 100.0
_BY_HAND = frozenset({"history", "histories"})  # with ten changes a second it lasts for seven years
_HALF = 0.5  # beyond it `int4-key-near-limit` speaks


def check(review: Context) -> Iterator[Finding]:
    """Numbered primary keys narrower than bigint."""
    found: list[Finding] = []
    numbered = 0
    for table in review.tables:
        key = table.primary_key
        column = table.column(key.columns[0]) if key and len(key.columns) == 1 else None
        if column is None or review.sequence(table, column) is None:
            continue
        numbered += 1
        if base_type(column) not in INTEGER_LIMITS or review.is_lookup(table):
            continue
        finding = _judged(review, table, column, INTEGER_LIMITS[base_type(column)])
        if finding is not None and finding.severity is Severity.WARNING:
            yield finding
        elif finding is not None:
            found.append(finding)
    yield from roll_up(
        found,
        f"{len(found)} of {numbered} numbered primary keys are narrower than bigint",
        of=numbered,
        share=0,
        many=1,
    )


def _judged(review: Context, table: Table, column: Column, limit: int) -> Finding | None:
    sequence = review.sequence(table, column)
    known = review.facts.sequences.get(str(sequence.name)) if review.facts and sequence else None
    last = (known.last_value if known else None) or 0
    inserted, days = review.counted(table, "inserted"), review.counter_days
    if last > _HALF * limit:
        return None
    years = None
    if inserted is not None and days:
        years = (limit - last) / (inserted / days) / 365 if inserted else float("inf")
        if years > NEVER_YEARS:
            return None
    name = f"{table.name.short}.{column.name}"
    if years is not None:
        severity = Severity.WARNING if years < SOON_YEARS else Severity.INFO
        message = f"{name} is {column.type.sql}: at the present rate its numbers last {years:,.1f} years"
    elif is_event_like(table.name.name) and _BY_HAND.isdisjoint(words(table.name.name)):
        severity, message = Severity.WARNING, f"{name} numbers events with {column.type.sql}, which ends at {limit:,}"
    else:
        severity, message = Severity.INFO, f"{name} is {column.type.sql}, which ends at {limit:,}"
    return RULE.finding(
        column_ref(table, column),
        message,
        severity=severity,
        facts={"limit": limit, "last_value": last or None, "years_left": None if years is None else round(years, 1)},
        fix=widen_key(review, table, column),
    )
