"""Several ALTER TABLE that could be one

## What it says

Two ALTER TABLE of the same table follow each other in one transaction.

## Why it matters

Each reads or rewrites the table for itself where one would do it once.

## What would make it false

One of them needs what the other made.

## How to mend it

One ALTER TABLE with several commands.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AlterTable,), severity=Severity.INFO, default=False)


def check(site: Site) -> Iterator[Finding]:
    """The statement after one of the same table."""
    action = site.action
    assert isinstance(action, s.AlterTable)
    if not site.passage.done or site.table.fresh:
        return
    before = site.units[site.passage.done[-1]].action
    if isinstance(before, s.AlterTable) and site.picture.full(before.table) == site.table.name:
        commands = (*before.commands, *action.commands)
        if not any(isinstance(one, s.ValidateConstraint | s.AttachPartition | s.DetachPartition) for one in commands):
            yield RULE.finding(
                site.ref(site.table),
                f"could be one statement with the ALTER TABLE {site.table.name.short} before it",
                site.position,
            )
