"""ADD CHECK that reads the whole table

## What it says

ADD CONSTRAINT ... CHECK without NOT VALID. All rows are checked under ACCESS EXCLUSIVE.

## Why it matters

Nobody reads or writes the table until every row has been checked.

## What would make it false

The table is small, or new in this migration.

## How to mend it

`ADD CONSTRAINT ... NOT VALID`, which is done at once and holds for new rows, then `VALIDATE CONSTRAINT` in a
transaction of its own: it lets readers and writers in.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import constraint_name
from dbarchitect.migrate.mending import validated_later
from dbarchitect.migrate.rule import Fix, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddConstraint,))


def check(site: Site) -> Iterator[Finding]:
    """A CHECK that is validated at once."""
    command = site.command
    assert isinstance(command, s.AddConstraint)
    spec = command.constraint
    if spec.kind != "check" or spec.not_valid or not spec.enforced or not site.effects_here("scan"):
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "scan")
    label = constraint_name(site.table, spec)
    yield RULE.finding(
        site.ref(site.table, label, "constraint"),
        f"ADD CHECK {words}: {label} is checked in every row",
        site.position,
        severity=severity,
        facts=facts,
    )


def fix(site: Site) -> Fix | None:
    """NOT VALID now, validated in another transaction."""
    command = site.command
    assert isinstance(command, s.AddConstraint)
    return validated_later(site, command.constraint)
