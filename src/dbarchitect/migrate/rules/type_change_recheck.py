"""A type change under a CHECK or a view

## What it says

ALTER COLUMN ... TYPE on a column that a CHECK names, which is checked again, or that a view reads, which PostgreSQL
refuses.

## Why it matters

A CHECK is checked in every row under ACCESS EXCLUSIVE although no value changes; a view makes the migration fail.

## What would make it false

The view does not read this column, or is dropped before.

## How to mend it

Drop the CHECK and add it again NOT VALID, validated later. Drop views before, in the order of their dependencies, and
make them again with owner, grants and comments.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.picture import Relation
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.SetType,))


def check(site: Site) -> Iterator[Finding]:
    """What hangs on the column."""
    command = site.command
    assert isinstance(command, s.SetType)
    views = [one for one in site.picture.views_over(site.table.name) if _reads(one, command.name)]
    if views:
        sure = command.name in views[0].outputs
        yield RULE.finding(
            site.ref(site.table, command.name),
            f"{views[0].kind} {views[0].name.short} reads {site.table.name.short}: PostgreSQL refuses another type for "
            f"a column that a view uses",
            site.position,
            severity=Severity.ERROR if sure else Severity.INFO,
            also=tuple(site.ref(one) for one in views),
        )
    if any(one.what == "rewrite" for one in site.claims.causes if one.command == site.command_number):
        return
    checks = [one for one in site.effects_here("scan") if one.why.startswith("the CHECK")]
    if checks:
        severity, words, facts = site.burden(RULE.severity, site.table, "scan")
        yield RULE.finding(
            site.ref(site.table, command.name),
            f"changing {command.name} to {command.type} {words}: {checks[0].why}",
            site.position,
            severity=severity,
            facts=facts,
        )


def _reads(view: Relation, column: str) -> bool:
    """Whether a view may use the column: its outputs are known and have it, or they are not known."""
    return not view.outputs or column in view.outputs
