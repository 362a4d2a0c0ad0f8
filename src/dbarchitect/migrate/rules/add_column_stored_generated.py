"""A stored generated column is computed for every row

## What it says

ADD COLUMN ... GENERATED ALWAYS AS (...) STORED, or SET EXPRESSION on such a column.

## Why it matters

The table is written anew, with all its indexes, under ACCESS EXCLUSIVE.

## What would make it false

The table is small, or new in this migration.

## How to mend it

From PostgreSQL 18 on a VIRTUAL column is a change of the catalogue alone. Else a plain column, a trigger that keeps
it, and a backfill in batches.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddColumn, s.SetExpression))


def check(site: Site) -> Iterator[Finding]:
    """The column, where its values are stored."""
    command = site.command
    if isinstance(command, s.AddColumn):
        if command.column.generated != "stored":
            return
        name, what = command.column.name, "ADD COLUMN"
    else:
        assert isinstance(command, s.SetExpression)
        name, what = command.name, "SET EXPRESSION of"
    if not site.effects_here("rewrite"):
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "rewrite")
    yield RULE.finding(
        site.ref(site.table, name),
        f"{what} {name} {words}: it is computed for every row",
        site.position,
        severity=severity,
        facts=facts,
    )
