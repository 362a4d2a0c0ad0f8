"""A change of storage that writes the table anew

## What it says

SET LOGGED, SET UNLOGGED, SET TABLESPACE or SET ACCESS METHOD.

## Why it matters

The whole table is copied under ACCESS EXCLUSIVE, and SET LOGGED writes all of it to the WAL.

## What would make it false

The table is small, or is stored like that already.

## How to mend it

Plan a window; or a new table filled in batches, and a swap of names.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.SetLogged, s.SetTablespace, s.SetAccessMethod))


def check(site: Site) -> Iterator[Finding]:
    """The table, where it really is copied."""
    if site.action.__class__ is not s.AlterTable or not site.effects_here("rewrite"):
        return
    command = site.command
    if isinstance(command, s.SetLogged):
        what = f"SET {'LOGGED' if command.logged else 'UNLOGGED'}"
    else:
        what = "SET TABLESPACE" if isinstance(command, s.SetTablespace) else "SET ACCESS METHOD"
    severity, words, facts = site.burden(RULE.severity, site.table, "rewrite")
    yield RULE.finding(site.ref(site.table), f"{what} {words}", site.position, severity=severity, facts=facts)
