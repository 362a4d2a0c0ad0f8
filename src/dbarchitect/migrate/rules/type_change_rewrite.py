"""A type change that writes the table anew

## What it says

ALTER COLUMN ... TYPE where stored values change: int to bigint, a shorter or another length, json to jsonb, another
scale, char to text, timestamp to timestamptz outside of UTC, USING with an expression.

## Why it matters

The table and all its indexes are written anew under ACCESS EXCLUSIVE; nobody reads or writes meanwhile.

The catalogue alone changes for a longer varchar, varchar to text, more numeric digits of the same scale, cidr to
inet, and a higher precision of times.

## What would make it false

The type before makes it a change of the catalogue, or the table is small.

## How to mend it

A new column of the new type, kept up to date by a trigger, filled in batches, then a swap of names: `dba migrate diff
--online` plans that.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate import retype
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.SetType,))


def check(site: Site) -> Iterator[Finding]:
    """The conversion, as far as the type before is known."""
    command = site.command
    assert isinstance(command, s.SetType)
    answer, why = retype.rewrites(site.picture, site.table.columns.get(command.name), command)
    if answer == "no" or site.unused(site.table):
        return
    severity, words, facts = site.burden(RULE.severity, site.table, "rewrite")
    if answer == "unknown":
        severity = min(severity, Severity.INFO, key=lambda one: one.rank)
        message = f"changing {command.name} to {command.type} may rewrite {site.table.name.short}: {why}"
    else:
        message = f"changing {command.name} to {command.type} {words}: {why}"
    facts["certain"] = answer == "yes"
    yield RULE.finding(site.ref(site.table, command.name), message, site.position, severity=severity, facts=facts)
