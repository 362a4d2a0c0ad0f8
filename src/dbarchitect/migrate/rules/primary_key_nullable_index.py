"""PRIMARY KEY USING INDEX over a column that may be NULL

## What it says

ADD PRIMARY KEY USING INDEX where a column of the index is not NOT NULL yet.

## Why it matters

The table is read whole under ACCESS EXCLUSIVE to look for NULL: the scan that USING INDEX should spare.

## What would make it false

The columns are NOT NULL already, or a valid CHECK says so.

## How to mend it

Make them NOT NULL first: a CHECK NOT VALID, VALIDATE, SET NOT NULL; on 18 ADD NOT NULL NOT VALID and VALIDATE.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.mending import command_text, head, in_place_of_command, not_null_later
from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddConstraint,))


def check(site: Site) -> Iterator[Finding]:
    """The columns of the index that are known to be nullable."""
    command = site.command
    assert isinstance(command, s.AddConstraint)
    spec = command.constraint
    if spec.kind != "primary key" or not spec.using_index or site.unused(site.table):
        return
    index = site.table.indexes.get(spec.using_index)
    if index is None:
        return  # nothing is known about its columns
    doubtful = [
        one
        for one in index.keys
        if not site.table.proves_not_null(one) and (site.table.known or _said_nullable(site, one))
    ]
    if not doubtful:
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "scan")
    yield RULE.finding(
        site.ref(site.table, doubtful[0]),
        f"ADD PRIMARY KEY USING INDEX {words}: {', '.join(doubtful)} may be NULL",
        site.position,
        severity=severity,
        facts=facts,
    )


def _said_nullable(site: Site, column: str) -> bool:
    found = site.table.columns.get(column)
    return found is not None and found.not_null is False


def fix(site: Site) -> Fix | None:
    """NOT NULL first."""
    command = site.command
    assert isinstance(command, s.AddConstraint)
    index = site.table.indexes[command.constraint.using_index]
    nullable = [one for one in index.keys if not site.table.proves_not_null(one)]
    before = tuple(piece for column in nullable for piece in not_null_later(site, column))
    return in_place_of_command(site, *before, Piece(f"{head(site)} {command_text(site)}", apart=True))
