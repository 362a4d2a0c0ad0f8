"""A script outside of transactions that cannot run twice

## What it says

A statement that makes or drops something, without IF [NOT] EXISTS, in a script whose statements do not share a
transaction.

## Why it matters

If a later statement fails, the script cannot be run again: this one fails then.

## What would make it false

The tool remembers which statements ran (`dba migrate apply` does).

## How to mend it

IF NOT EXISTS, IF EXISTS; before a concurrent build a DROP INDEX CONCURRENTLY IF EXISTS.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.script import is_marked
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(
    __name__, __doc__, on=(s.CreateIndex, s.Drop, s.CreateTable, s.AlterTable), severity=Severity.INFO, default=False
)


def check(site: Site) -> Iterator[Finding]:
    """The statement, where it is on its own among others."""
    if len(site.units) < 2 or site.unit.shared or is_marked(site.script.text):
        return
    action = site.action
    guarded = getattr(action, "if_not_exists", None) or getattr(action, "if_exists", None)
    if isinstance(action, s.AlterTable):
        guarded = all(
            getattr(one, "if_not_exists", None) or getattr(one, "if_exists", None)
            for one in action.commands
            if isinstance(one, s.AddColumn | s.DropColumn | s.AddConstraint | s.DropConstraint)
        )
    if not guarded:
        name = getattr(action, "table", None)
        at = site.ref(site.picture.relation(name)) if isinstance(name, Name) else ObjectRef(kind="database")
        yield RULE.finding(at, "fails when the script is run again after a later statement failed", site.position)
