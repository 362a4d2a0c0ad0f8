"""ADD COLUMN whose default differs from row to row

## What it says

ADD COLUMN with a DEFAULT that calls a volatile function: random(), gen_random_uuid(), clock_timestamp(), nextval().

## Why it matters

The whole table is written anew, with all its indexes, under ACCESS EXCLUSIVE.

A constant default, and a stable function such as now(), is stored once in the catalogue and costs nothing.

## What would make it false

The function is declared stable or immutable, or the table is small.

## How to mend it

Add the column without a default, `ALTER COLUMN ... SET DEFAULT` for new rows, then fill the old ones in batches.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AddColumn,))


def check(site: Site) -> Iterator[Finding]:
    """The default, by the volatility of what it calls."""
    command = site.command
    assert isinstance(command, s.AddColumn)
    column = command.column
    if column.default is None or column.identity or column.type.is_serial or column.generated:
        return
    rewrites = [one for one in site.effects_here("rewrite") if "default calls" in one.why]
    if not rewrites:
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "rewrite")
    if not rewrites[0].sure:
        # Functions that users wrote are volatile unless they say otherwise; extensions mostly do say it.
        severity = min(severity, Severity.INFO, key=lambda one: one.rank)
    yield RULE.finding(
        site.ref(site.table, column.name),
        f"ADD COLUMN {column.name} {words}: {rewrites[0].why}",
        site.position,
        severity=severity,
        facts=facts,
    )
