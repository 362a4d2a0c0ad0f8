"""Time of day with time zone

## What it says

A column is `time with time zone` (`timetz`), an hour with an offset but without a date.

## Why it matters

An offset without a date says too little: the offset of a zone changes with the season, and two equal times with
different offsets are not equal.

The PostgreSQL documentation ("Date/Time Types") advises against the type: it "is defined by the SQL standard, but the
definition exhibits properties which lead to questionable usefulness". The wiki ("Don't Do This") says the same.

## What would make it false

The values come from a system that knows only times with offsets, and are kept as they came.

## How to mend it

A moment belongs in `timestamptz`; a time of the local clock (opening hours) in `time`, with the name of the zone
(`Europe/Berlin`) in a column beside it. Which of the two is meant only a person knows, so no change is given.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="types", severity=Severity.WARNING)

_EQUAL = Shown(
    query="SELECT berlin <> utc AND berlin AT TIME ZONE 'UTC' = utc, berlin, utc "
    "FROM (SELECT timetz '12:00+02' AS berlin, timetz '10:00+00' AS utc) AS the_same_time",
    shows="the same time of day, written with two offsets, is not equal to itself",
)


def check(review: Context) -> Iterator[Finding]:
    """All columns of type timetz."""
    found: list[Finding] = []
    times = 0
    for table, column in review.columns():
        kind = base_type(column)
        times += kind in ("time", "timetz")
        if kind == "timetz":
            message = f"{table.name.short}.{column.name} is a time of day with an offset, but without a date"
            found.append(RULE.finding(column_ref(table, column), message, experiment=_EQUAL))
    message = f"{len(found)} of {times} times of day have an offset, but no date"
    yield from roll_up(found, message, of=times, share=0)
