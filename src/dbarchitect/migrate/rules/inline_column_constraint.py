"""ADD COLUMN with a constraint that is checked at once

## What it says

ADD COLUMN with CHECK, UNIQUE or PRIMARY KEY written beside the column.

## Why it matters

It looks like a change of the catalogue, and reads every row or builds an index under ACCESS EXCLUSIVE.

A CHECK is checked in every row even where the column has no default (seen on PostgreSQL 15 and 18).

## What would make it false

The table is small, or new in this migration.

## How to mend it

Add the column alone; then the CHECK as NOT VALID and VALIDATE, a key by an index built concurrently.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddColumn,))


def check(site: Site) -> Iterator[Finding]:
    """Constraints beside a new column that work on the rows there are."""
    command = site.command
    assert isinstance(command, s.AddColumn)
    kinds = [one.kind for one in command.column.constraints if one.kind in ("check", "unique", "primary key")]
    if not kinds or command.column.generated == "virtual" or site.unused(site.table):
        return
    if command.if_not_exists and command.column.name in site.table.columns:
        return
    if any(one.what == "rewrite" for one in site.effects_here("rewrite")):
        return  # the rewrite is what costs
    severity, words, facts = site.burden(RULE.severity, site.table, "scan" if kinds == ["check"] else "build")
    yield RULE.finding(
        site.ref(site.table, command.column.name),
        f"ADD COLUMN {command.column.name} with {kinds[0].upper()} {words}",
        site.position,
        severity=severity,
        facts=facts,
    )
