"""Materialised view without a unique index

## What it says

A materialised view has no unique index over all its rows: one on plain columns, without a condition. Without it
`REFRESH MATERIALIZED VIEW CONCURRENTLY` is refused.

## Why it matters

Every refresh takes an ACCESS EXCLUSIVE lock: nobody reads the view while it is made anew.

CONCURRENTLY "is only allowed if there is at least one UNIQUE index on the materialized view which uses only column
names and includes all rows" (documentation of REFRESH MATERIALIZED VIEW).

## What would make it false

The view is refreshed only when nobody reads it, or so fast that nobody notices.

## How to mend it

`CREATE UNIQUE INDEX` on the columns that tell its rows apart, usually those of its GROUP BY or the key of its first
table; then refresh it CONCURRENTLY.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Index, View
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.WARNING)

_SMALL_ROWS = 10_000  # made anew in some milliseconds, if its query is no dearer than its rows


def check(review: Context) -> Iterator[Finding]:
    """Materialised views that cannot be refreshed concurrently."""
    views = [view for view in review.schema.views if view.materialized]
    found = [_found(review, view) for view in views if not any(_identifies(index) for index in view.indexes)]
    message = f"{len(found)} of {len(views)} materialised views have no unique index: no CONCURRENTLY when refreshed"
    yield from roll_up(found, message, of=len(views))


def _identifies(index: Index) -> bool:
    return index.unique and index.valid and index.predicate is None and all(key.column for key in index.keys)


def _found(review: Context, view: View) -> Finding:
    facts = review.facts.tables.get(str(view.name)) if review.facts else None
    rows = facts.rows if facts else None
    size = "" if rows is None else f" of {rows:,.0f} rows"
    return RULE.finding(
        ObjectRef(kind="view", schema=view.name.schema, name=view.name.name),
        f"{view.name.short}{size} has no unique index: it cannot be read while it is refreshed",
        severity=Severity.INFO if rows is not None and rows < _SMALL_ROWS else None,
        facts={"rows": rows},
        experiment=Refused(
            script=(f"REFRESH MATERIALIZED VIEW {view.name}", f"REFRESH MATERIALIZED VIEW CONCURRENTLY {view.name}"),
            shows="the view cannot be refreshed without shutting its readers out",
        ),
    )
