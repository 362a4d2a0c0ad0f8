"""A name without its schema

## What it says

A table that a statement makes or changes, written without a schema.

## Why it matters

Where it is made or found depends on the search_path of whoever runs the migration.

## What would make it false

Every role that runs migrations has the same search_path.

## How to mend it

`public.orders`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateTable, s.AlterTable, s.CreateIndex), severity=Severity.INFO, default=False)


def check(site: Site) -> Iterator[Finding]:
    """The statement's table."""
    name: Name = getattr(site.action, "table")  # noqa: B009
    if not name.schema and not getattr(site.action, "temporary", False):
        yield RULE.finding(
            site.ref(site.picture.relation(name)), f"{name.name} is written without its schema", site.position
        )
