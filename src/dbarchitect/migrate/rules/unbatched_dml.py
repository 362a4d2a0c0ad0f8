"""UPDATE or DELETE of a whole table

## What it says

UPDATE or DELETE without WHERE, or with a condition that is always true.

## Why it matters

Every row is locked until it commits, written again with its index entries, and sent to the replicas in one piece.

## What would make it false

The table is small.

## How to mend it

Batches by key, each with its COMMIT and a pause: `dba migrate diff --online` writes such backfills. To empty a table:
TRUNCATE.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import expressions
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Update, s.Delete))
# What is written within a second on ordinary hardware; batches of backfills are a tenth of it.
_FEW = 10_000


def check(site: Site) -> Iterator[Finding]:
    """The statement, by its condition and the size of its table."""
    action = site.action
    assert isinstance(action, s.Update | s.Delete)
    if action.where is not None and not expressions.is_true(action.where):
        return
    table = site.picture.relation(action.table)
    if site.unused(table):
        return
    severity = RULE.severity
    if table.rows is not None and table.rows <= _FEW:
        severity = Severity.INFO
    rows = f" ({table.rows:,.0f})" if table.rows is not None else ""
    verb = "UPDATE" if isinstance(action, s.Update) else "DELETE"
    yield RULE.finding(
        site.ref(table),
        f"{verb} touches every row of {table.name.short}{site.size_of(table)}{rows} at once",
        site.position,
        severity=severity,
        facts={"rows": table.rows} if table.rows is not None else None,
    )
