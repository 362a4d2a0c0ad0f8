"""timestamp without a time zone

## What it says

A new column of type timestamp without time zone.

## Why it matters

It says what a clock on some wall showed, not when it was.

## What would make it false

It is the time of a wall clock that is meant, as of an opening hour.

## How to mend it

`timestamptz`, which keeps the instant.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site, new_columns
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateTable, s.AlterTable), severity=Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """New columns."""
    for name, column in new_columns(site.action):
        if column.type.name == "timestamp":
            yield RULE.finding(
                site.ref(site.picture.relation(name), column.name),
                f"{column.name} is timestamp without time zone",
                site.position_at(column.at),
            )
