"""A VIRTUAL column with a constraint reads the whole table

## What it says

ADD COLUMN ... GENERATED ... VIRTUAL with NOT NULL or CHECK (PostgreSQL 18).

## Why it matters

The column alone is a change of the catalogue; its constraint is checked in every row under ACCESS EXCLUSIVE.

## What would make it false

The table is small, or new in this migration.

## How to mend it

Add the column alone, then a CHECK NOT VALID that is validated later.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddColumn,), since=18)


def check(site: Site) -> Iterator[Finding]:
    """A virtual column that is checked at once."""
    command = site.command
    assert isinstance(command, s.AddColumn)
    if command.column.generated != "virtual" or not site.effects_here("scan"):
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "scan")
    yield RULE.finding(
        site.ref(site.table, command.column.name),
        f"ADD COLUMN {command.column.name} VIRTUAL with a constraint {words}",
        site.position,
        severity=severity,
        facts=facts,
    )
