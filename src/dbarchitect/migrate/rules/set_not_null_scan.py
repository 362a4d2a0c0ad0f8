"""SET NOT NULL that reads the whole table

## What it says

ALTER COLUMN ... SET NOT NULL where no valid CHECK (column IS NOT NULL) is known; on 18 also ADD CONSTRAINT ... NOT
NULL without NOT VALID.

## Why it matters

Nobody reads or writes the table until every row has been checked for NULL.

## What would make it false

A valid CHECK (column IS NOT NULL) exists: then PostgreSQL 12 and newer skip the scan. Or the table is small.

## How to mend it

ADD CHECK (column IS NOT NULL) NOT VALID; VALIDATE it in another transaction; SET NOT NULL; drop the CHECK. From
PostgreSQL 18 on: ADD CONSTRAINT ... NOT NULL column NOT VALID, then VALIDATE.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.mending import head, in_place_of_command, not_null_later, validated_later
from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import quote_identifier
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.SetNotNull, s.AddConstraint))


def check(site: Site) -> Iterator[Finding]:
    """A column that is looked through for NULL."""
    column = _column(site)
    if not column:
        return
    scans = site.effects_here("scan")
    if not scans:
        return
    if not scans[0].sure and _earlier_proof(site):
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "scan")
    doubt = "" if scans[0].sure else ", unless a valid CHECK says already that it has no NULL"
    yield RULE.finding(
        site.ref(site.table, column),
        f"SET NOT NULL on {column} {words}{doubt}",
        site.position,
        severity=severity,
        facts=facts,
    )


def _column(site: Site) -> str:
    command = site.command
    if isinstance(command, s.SetNotNull):
        return command.name
    assert isinstance(command, s.AddConstraint)
    spec = command.constraint
    return spec.columns[0] if spec.kind == "not null" and not spec.not_valid and spec.columns else ""


def _earlier_proof(site: Site) -> bool:
    """Whether the script drops a constraint of the table afterwards, as the recipe ends: its CHECK was made before."""
    for unit in site.later():
        action = unit.action
        if isinstance(action, s.AlterTable) and site.picture.full(action.table) == site.table.name:
            for command in action.commands:
                if isinstance(command, s.DropConstraint) and command.name not in site.table.constraints:
                    return True
    return False


def fix(site: Site) -> Fix | None:
    """The check first."""
    column = _column(site)
    marked = site.table.unvalidated_not_null(column)
    if marked:
        validate = Piece(f"{head(site)} VALIDATE CONSTRAINT {quote_identifier(marked)}", apart=True)
        return in_place_of_command(site, validate)
    command = site.command
    if isinstance(command, s.AddConstraint):
        return validated_later(site, command.constraint)
    return in_place_of_command(site, *not_null_later(site, column))
