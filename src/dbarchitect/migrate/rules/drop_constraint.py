"""DROP CONSTRAINT

## What it says

A constraint is dropped.

## Why it matters

What it kept true is no longer kept; without a primary key, logical replication and upserts stop working.

## What would make it false

It is replaced in the same script, or served only to make SET NOT NULL cheap.

## How to mend it

Say so in the migration; where it is replaced, add the new one first.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import constraint_name
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import expressions
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.DropConstraint,), severity=Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """The constraint, unless it is made again or was a helper."""
    command = site.command
    assert isinstance(command, s.DropConstraint)
    table, name = site.table, command.name
    if table.fresh or _made_again(site, name):
        return
    found = table.constraints.get(name)
    if found is not None and found.kind == "check" and found.columns:
        column = table.columns.get(found.columns[0])
        says = found.expression is not None and expressions.requires(found.expression, found.columns[0])
        if says and column is not None and column.not_null:
            return  # the recipe of SET NOT NULL ends so
    kind = found.kind if found is not None else ""
    key = kind == "primary key" or (not kind and name.endswith("_pkey"))
    yield RULE.finding(
        site.ref(table, name, "constraint"),
        f"drops {(kind.upper() + ' ') if kind else ''}{name} of {table.name.short}",
        site.position,
        severity=Severity.WARNING if key else RULE.severity,
    )


def _made_again(site: Site, name: str) -> bool:
    for unit in site.units:
        action = unit.action
        if isinstance(action, s.AlterTable) and site.picture.full(action.table) == site.table.name:
            for one in action.commands:
                if isinstance(one, s.AddConstraint) and constraint_name(site.table, one.constraint).startswith(name):
                    return True
                if isinstance(one, s.SetNotNull) and name.startswith(site.table.name.name):
                    return name not in site.table.constraints
    return False
