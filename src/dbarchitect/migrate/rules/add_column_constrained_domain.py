"""ADD COLUMN of a domain that has constraints

## What it says

ADD COLUMN whose type is a domain with a CHECK or NOT NULL, with or without a default.

## Why it matters

The whole table is written anew, with all its indexes, under ACCESS EXCLUSIVE (seen on PostgreSQL 15 and 18).

A domain without constraints is a change of the catalogue alone.

## What would make it false

The table is small, or new in this migration.

## How to mend it

Use the base type, and add the condition as a CHECK NOT VALID that is validated later.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddColumn,))


def check(site: Site) -> Iterator[Finding]:
    """The column, by its type."""
    command = site.command
    assert isinstance(command, s.AddColumn)
    column = command.column
    domain = site.picture.domain(column.type) if not column.type.arrays else None
    if domain is None or not domain.constrained or not site.effects_here("rewrite"):
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "rewrite")
    yield RULE.finding(
        site.ref(site.table, column.name),
        f"ADD COLUMN {column.name} {words}: the domain {column.type} has constraints",
        site.position,
        severity=severity,
        facts=facts,
    )
