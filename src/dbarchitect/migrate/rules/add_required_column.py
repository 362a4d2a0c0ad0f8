"""ADD COLUMN NOT NULL without a default

## What it says

ADD COLUMN ... NOT NULL without DEFAULT on a table that may have rows.

## Why it matters

PostgreSQL refuses it as soon as there is one row, and code that does not know the column can no longer insert.

## What would make it false

The table is empty wherever this runs.

## How to mend it

Add the column nullable, fill it in batches, then set NOT NULL safely; or give it a constant DEFAULT, which costs
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import expressions
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddColumn,), severity=Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """A column that existing rows cannot have."""
    command = site.command
    assert isinstance(command, s.AddColumn)
    column = command.column
    if not column.not_null or column.generated or column.identity or column.type.is_serial:
        return
    if not expressions.is_null(column.default) or site.table.fresh or site.table.empty:
        return
    domain = site.picture.domain(column.type)
    if domain is not None and not site.picture.complete:
        return  # the domain may have a default
    if command.if_not_exists and column.name in site.table.columns:
        return
    rows = site.table.rows
    facts = {"rows": rows} if rows is not None else None
    having = f" has {rows:,.0f} rows and" if rows else ""
    yield RULE.finding(
        site.ref(site.table, column.name),
        f"{site.table.name.short}{having} gets {column.name} NOT NULL without a default: it fails if there is a row",
        site.position,
        facts=facts,
    )
