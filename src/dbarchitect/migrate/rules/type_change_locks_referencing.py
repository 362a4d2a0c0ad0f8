"""A type change of a column that foreign keys point at

## What it says

ALTER COLUMN ... TYPE on a column that foreign keys of other tables reference, or that references another table.

## Why it matters

Those tables are locked ACCESS EXCLUSIVE too, and every row is looked up again: int to bigint on a primary key stops
all its children.

## What would make it false

The children are small.

## How to mend it

Expand and contract: `dba migrate diff --online`; or drop the foreign keys before and add them NOT VALID afterwards,
then VALIDATE.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import Name
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.SetType,))


def check(site: Site) -> Iterator[Finding]:
    """The tables at the other end of foreign keys."""
    command = site.command
    assert isinstance(command, s.SetType)
    seen: set[Name] = set()
    for cause in site.effects_here("lock"):
        if cause.table == site.table.name or "foreign key" not in cause.why or cause.table in seen:
            continue
        seen.add(cause.table)
        other = site.picture.relation(cause.table)
        scanned = any(one.table == other.name for one in site.effects_here("scan"))
        severity, words, facts = site.burden(RULE.severity, other, "scan", "ACCESS EXCLUSIVE")
        if not scanned:
            words = f"takes ACCESS EXCLUSIVE on {other.name.short}{site.size_of(other)}"
        yield RULE.finding(
            site.ref(site.table, command.name),
            f"changing {command.name} to {command.type} {words}: {cause.why}",
            site.position,
            severity=severity,
            facts=facts,
            also=(site.ref(other),),
        )
