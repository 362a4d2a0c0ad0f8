"""ADD FOREIGN KEY that reads both tables

## What it says

A foreign key that is added to an existing table without NOT VALID, or with a new column that has a default.

## Why it matters

SHARE ROW EXCLUSIVE on both tables blocks all writers while every row of the child is looked up in the parent.

## What would make it false

Both tables are small, or the child is new in this migration.

## How to mend it

`ADD CONSTRAINT ... NOT VALID`, then `VALIDATE CONSTRAINT` in a transaction of its own, which lets writers in. On a
partitioned child NOT VALID needs PostgreSQL 18.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import constraint_name
from dbarchitect.migrate.mending import validated_later
from dbarchitect.migrate.rule import Fix, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddConstraint, s.AddColumn))


def check(site: Site) -> Iterator[Finding]:
    """A foreign key that is validated at once."""
    spec = _key(site)
    if spec is None or spec.target is None:
        return
    if site.unused(site.table) or not site.effects_here("scan"):
        return
    if isinstance(site.command, s.AddColumn) and site.command.column.default is None:
        return
    parent = site.picture.relation(spec.target)
    severity, words, facts = site.burden(RULE.severity, site.table, "scan")
    label = constraint_name(site.table, spec)
    facts["parent"] = str(parent.name)
    yield RULE.finding(
        site.ref(site.table, label, "constraint"),
        f"FOREIGN KEY {words}, and SHARE ROW EXCLUSIVE on {parent.name.short}{site.size_of(parent)} as long",
        site.position,
        severity=severity,
        facts=facts,
        also=(site.ref(parent),),
    )


def _key(site: Site) -> s.ConstraintSpec | None:
    command = site.command
    if isinstance(command, s.AddConstraint):
        spec = command.constraint
        return spec if spec.kind == "foreign key" and not spec.not_valid and spec.enforced else None
    assert isinstance(command, s.AddColumn)
    return next((one for one in command.column.constraints if one.kind == "foreign key"), None)


def fix(site: Site) -> Fix | None:
    """NOT VALID now, validated in another transaction."""
    if not isinstance(site.command, s.AddConstraint) or (site.table.kind == "partitioned" and site.version < 18):
        return None
    return validated_later(site, site.command.constraint)
