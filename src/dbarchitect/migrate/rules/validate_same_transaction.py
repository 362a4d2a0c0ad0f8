"""VALIDATE in the transaction that added the constraint

## What it says

VALIDATE CONSTRAINT in the same transaction as the ADD CONSTRAINT ... NOT VALID.

## Why it matters

The strong lock of ADD CONSTRAINT is held while every row is checked: nothing is won by NOT VALID.

## What would make it false

The table is small, or new in this migration.

## How to mend it

COMMIT between them, or a migration of its own for the VALIDATE.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.mending import command_text, head, in_place_of_command
from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.ValidateConstraint,))


def check(site: Site) -> Iterator[Finding]:
    """A constraint that this transaction added."""
    command = site.command
    assert isinstance(command, s.ValidateConstraint)
    found = site.table.constraints.get(command.name)
    if found is None or found.since != site.picture.transaction or site.unused(site.table):
        return
    held = site.passage.held.get(site.table.name)
    severity, words, facts = site.burden(RULE.severity, site.table, "scan", held.lock if held else None)
    yield RULE.finding(
        site.ref(site.table, command.name, "constraint"),
        f"VALIDATE CONSTRAINT {command.name} {words}: the transaction still has the lock of ADD CONSTRAINT",
        site.position,
        severity=severity,
        facts=facts,
    )


def fix(site: Site) -> Fix | None:
    """VALIDATE in a transaction of its own."""
    return in_place_of_command(site, Piece(f"{head(site)} {command_text(site)}", apart=True))
