"""ADD EXCLUDE that builds its index under an exclusive lock

## What it says

ADD CONSTRAINT ... EXCLUDE on an existing table.

## Why it matters

ACCESS EXCLUSIVE blocks readers and writers until the index is built and checked; there is no concurrent form.

## What would make it false

The table is small, or new in this migration.

## How to mend it

A planned window; or a new table with the constraint, filled in batches while a trigger keeps it up to date, and a
swap of names.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import constraint_name
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddConstraint,))


def check(site: Site) -> Iterator[Finding]:
    """An exclusion constraint on a table in use."""
    command = site.command
    assert isinstance(command, s.AddConstraint)
    spec = command.constraint
    if spec.kind != "exclude" or site.unused(site.table):
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "build")
    label = constraint_name(site.table, spec)
    yield RULE.finding(
        site.ref(site.table, label, "constraint"), f"ADD EXCLUDE {words}", site.position, severity=severity, facts=facts
    )
