"""Rules that running code does not know yet

## What it says

NOT NULL, UNIQUE, CHECK, a foreign key, a shorter varchar or a narrower number on an existing column.

## Why it matters

Code that is still running, and may write what is now forbidden, starts to fail.

## What would make it false

Every writer already keeps to it.

## How to mend it

Deploy the writers first.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import constraint_name
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddConstraint, s.SetNotNull, s.SetType), severity=Severity.INFO, default=False)
_WIDTH = {"int2": 2, "int4": 4, "int8": 8}


def check(site: Site) -> Iterator[Finding]:
    """What becomes stricter."""
    if site.table.fresh:
        return
    command = site.command
    if isinstance(command, s.AddConstraint):
        spec = command.constraint
        if not spec.enforced or spec.kind == "primary key":
            return
        at, what = site.ref(site.table, constraint_name(site.table, spec), "constraint"), spec.kind.upper()
    elif isinstance(command, s.SetNotNull):
        at, what = site.ref(site.table, command.name), f"NOT NULL of {command.name}"
    else:
        assert isinstance(command, s.SetType)
        column = site.table.columns.get(command.name)
        old, new = (column.type if column else None), command.type
        if old is None:
            return
        shorter = old.name in ("varchar", "text") and new.name == "varchar" and new.modifiers
        shorter = shorter and (not old.modifiers or new.modifiers < old.modifiers)
        narrower = _WIDTH.get(new.name, 9) < _WIDTH.get(old.name, 0)
        if not shorter and not narrower:
            return
        at, what = site.ref(site.table, command.name), f"{new} instead of {old}"
    yield RULE.finding(at, f"writers of {site.table.name.short} must keep to {what} from now on", site.position)
