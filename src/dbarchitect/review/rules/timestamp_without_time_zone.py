"""Timestamp without time zone

## What it says

Columns are `timestamp` (without time zone). It is one finding for a schema, however many columns it has. Columns whose
name says that they hold a local or civil time (`local`, `birth`, `wall`) are left out, and so is a `visit_datetime`
beside a `visit_date`, which says whose day it is.

## Why it matters

The column does not say which moment it means: `now()` written by two sessions in different time zones gives two
values, and an hour of every autumn is there twice.

The PostgreSQL wiki ("Don't Do This") advises against it for moments; `timestamptz` takes the same 8 bytes. Of 42 real
schemas 27 had it, in 2,424 columns.

## What would make it false

Every writer and reader agrees on UTC for good (Rails and Prisma do by default), or the columns hold local times, or
days that were shifted on purpose to hide people.

## How to mend it

Change the type with `USING column AT TIME ZONE 'UTC'`, if UTC is what was written. That rewrites the table; without
USING, in a session with `SET timezone = 'UTC'`, the same change rewrites nothing (PostgreSQL 12 and later).
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import TIMESTAMPTZ, retype
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="types", severity=Severity.WARNING)

_CIVIL = frozenset({"local", "birth", "birthday", "birthdate", "wall", "civil", "dob"})

_TWO_CLOCKS = Shown(
    query="SELECT berlin <> new_york, berlin, new_york FROM (SELECT "
    "timestamptz '2026-07-01 12:00+00' AT TIME ZONE 'Europe/Berlin' AS berlin, "
    "timestamptz '2026-07-01 12:00+00' AT TIME ZONE 'America/New_York' AS new_york) AS the_same_moment",
    shows="the same moment, stored by sessions in two time zones, becomes two values",
)


def check(review: Context) -> Iterator[Finding]:
    """All columns of type timestamp."""
    found: list[Finding] = []
    aware: list[ObjectRef] = []
    for table, column in review.columns():
        if base_type(column) == "timestamptz":
            aware.append(column_ref(table, column))
        if base_type(column) != "timestamp" or _is_civil(table, column):
            continue
        fix = retype(
            review,
            table,
            column,
            TIMESTAMPTZ,
            using="{} AT TIME ZONE 'UTC'",
            back="{} AT TIME ZONE 'UTC'",
            default="now()" if _is_now(column.default or "") else None,
        )
        found.append(
            RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} is timestamp without time zone",
                facts={"entangled_with": review.entangled(table, column) or None},
                fix=fix,
                experiment=_TWO_CLOCKS,
            )
        )
    of = len(found) + len(aware)
    message = f"{len(found)} of {of} timestamp columns have no time zone"
    yield from roll_up(found, message, of=of, share=0, many=1, deviations=aware)


def _is_civil(table: Table, column: Column) -> bool:
    """Whether a column holds a local time: by its name, or because the local day stands beside it."""
    name = words(column.name)
    if not _CIVIL.isdisjoint(name):
        return True
    day = (*name[:-1], "date")
    return name[-1:] == ("datetime",) and any(
        words(other.name) == day and base_type(other) == "date" for other in table.columns
    )


def _is_now(default: str) -> bool:
    """Whether a default is the present moment in some zone: as timestamptz it needs none."""
    return "now()" in default or "CURRENT_TIMESTAMP" in default or "LOCALTIMESTAMP" in default
