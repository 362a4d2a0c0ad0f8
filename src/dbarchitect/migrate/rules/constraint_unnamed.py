"""A constraint without a name

## What it says

A constraint, or a foreign key, whose name PostgreSQL chooses.

## Why it matters

The name may differ between databases, and a later migration has to name it to change or drop it.

## What would make it false

Names are never used, or your tools derive the same ones.

## How to mend it

`CONSTRAINT orders_total_positive CHECK (...)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site, new_constraints
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateTable, s.AlterTable), severity=Severity.INFO, default=False)


def check(site: Site) -> Iterator[Finding]:
    """Each constraint of a new table or an ALTER TABLE."""
    for name, spec in new_constraints(site.action):
        if spec.name or spec.kind == "not null" or spec.using_index:
            continue
        table = site.picture.relation(name)
        yield RULE.finding(
            site.ref(table),
            f"{spec.kind.upper()} of {table.name.short} has no name",
            site.position_at(spec.at),
        )
