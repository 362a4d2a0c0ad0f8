"""TRUNCATE

## What it says

TRUNCATE of a table that was there before the migration.

## Why it matters

All its rows are gone, and it is locked ACCESS EXCLUSIVE.

## What would make it false

Its rows can be made again.

## How to mend it

Keep a copy; delete in batches where the table is in use.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Truncate,))


def check(site: Site) -> Iterator[Finding]:
    """Each table that has or may have rows."""
    action = site.action
    assert isinstance(action, s.Truncate)
    for name in action.tables:
        table = site.picture.relation(name)
        if site.unused(table):
            continue
        rows = f" ({table.rows:,.0f})" if table.rows else ""
        yield RULE.finding(
            site.ref(table), f"all rows of {table.name.short}{site.size_of(table)}{rows} are gone", site.position
        )
