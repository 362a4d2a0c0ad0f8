"""No creation time

## What it says

Tables of things (with a key and more than a few columns) do not record when a row was made: no column named like
`created_at`, and none that defaults to the present moment. It is one finding. Lists of codes, junction tables, events
and tables with a time of their own are left out. Where most tables have one, those that lack it are named.

## Why it matters

"Since when is it like this?" is the first question of every investigation, and afterwards it cannot be answered.

Incremental exports, retention and partitioning need the same column. Of 42 real schemas 41 had tables without one, so
it is said once and as `info`.

## What would make it false

The rows are never changed by the application, or another system records their history.

## How to mend it

Add `created_at timestamptz NOT NULL DEFAULT now()`; existing rows get the time of the change. From PostgreSQL 11 on
this does not rewrite the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dbarchitect.model.change import AddColumn
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type
from dbarchitect.review.mending import TIMESTAMPTZ
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import is_event_like

RULE = Rule(__name__, __doc__, area="structure", severity=Severity.INFO)

_MADE = frozenset(
    """
    created creation create inserted added registered recorded occurred entered joined ctime timestamp issued received
    submitted uploaded started start date datetime time at on day epoch millis updated modified changed
    """.split()  # noqa: SIM905
)
_TIMES = frozenset({"timestamptz", "timestamp", "date", "time", "timetz", "tstzrange", "tsrange", "daterange"})


def check(review: Context) -> Iterator[Finding]:
    """Tables that do not know when their rows were made."""
    things = [table for table in review.tables if _is_thing(review, table)]
    dated = [table for table in things if any(_tells_when(column) for column in table.columns)]
    known = {table.name for table in dated}
    name = _usual_name(dated)
    found = [
        RULE.finding(
            table.ref,
            f"{table.name.short} does not record when a row was made",
            fix=() if table.inherits else (AddColumn(table=table.name, column=_creation_time(table, name)),),
        )
        for table in things
        if table.name not in known
    ]
    message = f"{len(found)} of {len(things)} tables of things do not record when a row was made"
    yield from roll_up(found, message, of=len(things), share=0, many=1)


def _is_thing(review: Context, table: Table) -> bool:
    references = {name for key in table.foreign_keys for name in key.columns}
    own = [column for column in table.columns if column.name not in references]
    return (
        table.primary_key is not None
        and len(own) > 2
        and not review.is_lookup(table)
        and not is_event_like(table.name.name)
    )


def _tells_when(column: Column) -> bool:
    kind = base_type(column)
    if kind in _TIMES:
        return True
    return kind in ("int8", "int4", "numeric") and not _MADE.isdisjoint(
        words(column.name)[-1:] + words(column.name)[:1]
    )


def _usual_name(dated: list[Table]) -> str:
    """The name that this schema gives the column."""
    names = Counter(
        column.name
        for table in dated
        for column in table.columns
        if words(column.name)[:1] == ("created",) and base_type(column) in _TIMES
    )
    return min(names, key=lambda name: (-names[name], name)) if names else "created_at"


def _creation_time(table: Table, name: str) -> Column:
    position = max(column.position for column in table.columns) + 1
    return Column(name=name, position=position, type=TIMESTAMPTZ, not_null=True, default="now()")
