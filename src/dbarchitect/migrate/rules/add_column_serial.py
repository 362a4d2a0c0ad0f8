"""ADD COLUMN that numbers the rows there are

## What it says

ADD COLUMN with serial, bigserial or GENERATED ... AS IDENTITY on an existing table.

## Why it matters

Every row gets its number now: the table is written anew, with all its indexes, under ACCESS EXCLUSIVE.

## What would make it false

The table is small, or new in this migration.

## How to mend it

Add a plain bigint column; a sequence, and nextval() as its default; fill it in batches; then NOT NULL and, where it
is the key, a unique index built concurrently.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddColumn,))


def check(site: Site) -> Iterator[Finding]:
    """A column that brings a sequence."""
    command = site.command
    assert isinstance(command, s.AddColumn)
    column = command.column
    if not (column.identity or column.type.is_serial) or not site.effects_here("rewrite"):
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "rewrite")
    yield RULE.finding(
        site.ref(site.table, column.name),
        f"ADD COLUMN {column.name} {words}: every row gets a number",
        site.position,
        severity=severity,
        facts=facts,
    )
