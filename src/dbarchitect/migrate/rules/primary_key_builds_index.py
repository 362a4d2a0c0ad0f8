"""ADD PRIMARY KEY that builds its index under an exclusive lock

## What it says

ADD PRIMARY KEY without USING INDEX on an existing table.

## Why it matters

ACCESS EXCLUSIVE blocks readers and writers while the columns are checked for NULL and the index is built.

## What would make it false

The table is small, or new in this migration.

## How to mend it

Make the columns NOT NULL safely, `CREATE UNIQUE INDEX CONCURRENTLY`, then `ADD PRIMARY KEY USING INDEX`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import constraint_name
from dbarchitect.migrate.mending import in_place_of_command, key_from_index, not_null_later
from dbarchitect.migrate.rule import Fix, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddConstraint,))


def check(site: Site) -> Iterator[Finding]:
    """A primary key that builds its index."""
    command = site.command
    assert isinstance(command, s.AddConstraint)
    spec = command.constraint
    if spec.kind != "primary key" or spec.using_index or site.unused(site.table):
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "build")
    label = constraint_name(site.table, spec)
    yield RULE.finding(
        site.ref(site.table, label, "constraint"),
        f"ADD PRIMARY KEY {words}",
        site.position,
        severity=severity,
        facts=facts,
    )


def fix(site: Site) -> Fix | None:
    """NOT NULL and the index first, without blocking; only where the columns are known."""
    command = site.command
    assert isinstance(command, s.AddConstraint)
    spec = command.constraint
    pieces = key_from_index(site, spec)
    if not pieces or not site.table.known or site.table.kind == "partitioned":
        return None
    nullable = [one for one in spec.columns if not site.table.proves_not_null(one)]
    before = tuple(piece for column in nullable for piece in not_null_later(site, column))
    return in_place_of_command(site, *before, *pieces)
