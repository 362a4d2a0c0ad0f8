"""A type or collation change that builds indexes anew

## What it says

A change of type that leaves the table as it is and not its indexes: another collation, another operator class, or an
index with an expression or a predicate on the column.

## Why it matters

Those indexes are built anew under ACCESS EXCLUSIVE.

## What would make it false

The indexes are small.

## How to mend it

Drop the indexes concurrently before and build them concurrently afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.SetType,))


def check(site: Site) -> Iterator[Finding]:
    """Indexes of the column, where the table is not rewritten."""
    command = site.command
    assert isinstance(command, s.SetType)
    if any(one.what == "rewrite" for one in site.claims.causes if one.command == site.command_number):
        return
    builds = site.effects_here("build")
    if not builds:
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "build")
    names = sorted({one.why.split(" is built")[0] for one in builds})
    facts["indexes"] = ", ".join(names)
    yield RULE.finding(
        site.ref(site.table, command.name),
        f"changing {command.name} to {command.type} {words}: {builds[0].why}",
        site.position,
        severity=severity,
        facts=facts,
    )
