"""DROP NOT NULL

## What it says

NOT NULL is taken off a column.

## Why it matters

Code that reads the column as always having a value meets NULL.

## What would make it false

All readers handle NULL already.

## How to mend it

Release the readers first.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.DropNotNull,), severity=Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """The column, where it is NOT NULL."""
    command = site.command
    assert isinstance(command, s.DropNotNull)
    column = site.table.columns.get(command.name)
    if site.table.fresh or (column is not None and (column.not_null is False or column.fresh)):
        return
    yield RULE.finding(
        site.ref(site.table, command.name),
        f"readers of {site.table.name.short}.{command.name} may meet NULL from now on",
        site.position,
    )
