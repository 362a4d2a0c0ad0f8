"""SET or DROP DEFAULT

## What it says

The default of an existing column is changed or dropped.

## Why it matters

Running code that leaves the column out of its INSERT writes another value from now on, or none.

## What would make it false

All writers name the column.

## How to mend it

Keep the default until such code is gone.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.SetDefault,), severity=Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """The column, unless it is new or had no default."""
    command = site.command
    assert isinstance(command, s.SetDefault)
    column = site.table.columns.get(command.name)
    if site.table.fresh or (column is not None and column.fresh):
        return
    had = column.has_default if column is not None else None
    if command.default is None and had is False:
        return
    what = "loses its default" if command.default is None else "gets another default" if had else "gets a default"
    yield RULE.finding(
        site.ref(site.table, command.name), f"{site.table.name.short}.{command.name} {what}", site.position
    )
