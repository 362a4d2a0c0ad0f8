"""ADD UNIQUE that builds its index under an exclusive lock

## What it says

ADD CONSTRAINT ... UNIQUE without USING INDEX on an existing table.

## Why it matters

ACCESS EXCLUSIVE blocks readers and writers until the index is built.

## What would make it false

The table is small, or new in this migration.

## How to mend it

`CREATE UNIQUE INDEX CONCURRENTLY`, then `ADD CONSTRAINT ... UNIQUE USING INDEX`, which is done at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import constraint_name
from dbarchitect.migrate.mending import in_place_of_command, key_from_index
from dbarchitect.migrate.rule import Fix, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddConstraint,))


def check(site: Site) -> Iterator[Finding]:
    """A unique constraint that builds its index."""
    command = site.command
    assert isinstance(command, s.AddConstraint)
    spec = command.constraint
    if spec.kind != "unique" or spec.using_index or site.unused(site.table):
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "build")
    label = constraint_name(site.table, spec)
    yield RULE.finding(
        site.ref(site.table, label, "constraint"), f"ADD UNIQUE {words}", site.position, severity=severity, facts=facts
    )


def fix(site: Site) -> Fix | None:
    """The index first, without blocking."""
    command = site.command
    assert isinstance(command, s.AddConstraint)
    if site.table.kind == "partitioned":
        return None  # no concurrent build there
    pieces = key_from_index(site, command.constraint)
    return in_place_of_command(site, *pieces) if pieces else None
