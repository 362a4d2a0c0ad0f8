"""Timestamp rounded to whole seconds

## What it says

Columns are `timestamp(0)` or `timestamptz(0)`, or a time of day with `(0)`. Where there are several it is one finding
for the schema.

## Why it matters

The value is rounded, not cut: half of all moments are stored as a second that has not come yet, and the last half
second of a day, a month or a year falls into the next one.

Rows of the same second have no order among each other either. Nothing is saved: a timestamp takes 8 bytes whatever
its precision. The PostgreSQL wiki ("Don't Do This") says to use `date_trunc` where a value is to be cut. Of 42 real
schemas 4 had it, in 56 columns (one framework makes it by default).

## What would make it false

The application writes whole seconds only, so that nothing is ever rounded.

## How to mend it

Drop the precision: `ALTER COLUMN ... TYPE timestamptz`. Going to more digits rewrites nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import retype
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="types", severity=Severity.WARNING)

_TIMES = frozenset({"timestamp", "timestamptz", "time", "timetz"})
_NEXT_YEAR = Shown(
    query="SELECT moment::timestamp(0) > moment AND extract(year FROM moment::timestamp(0)) = 2027, "
    "moment::timestamp(0) AS stored FROM (SELECT timestamp '2026-12-31 23:59:59.7' AS moment) AS written",
    shows="a moment of 2026 is stored in 2027",
)


def check(review: Context) -> Iterator[Finding]:
    """Times with a precision of no digits."""
    found: list[Finding] = []
    times = 0
    for table, column in review.columns():
        if base_type(column) not in _TIMES:
            continue
        times += 1
        if review.modifier(column) != 0:
            continue
        plain = msgspec.structs.replace(column.type, sql=column.type.sql.replace("(0)", ""), modifier=-1)
        fix = retype(review, table, column, plain, using="", back="") if column.type.kind == "base" else ()
        found.append(
            RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} is {column.type.sql}: it rounds to the next second",
                fix=fix,
                experiment=_NEXT_YEAR,
            )
        )
    message = f"{len(found)} of {times} times are rounded to whole seconds"
    yield from roll_up(found, message, of=times, share=0, many=1)
