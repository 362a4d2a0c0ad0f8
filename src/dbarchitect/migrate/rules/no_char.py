"""char(n)

## What it says

A new column of type char(n).

## Why it matters

Values are padded with spaces to n, which comparisons ignore and functions do not.

## What would make it false

An old system needs fixed widths.

## How to mend it

text, or varchar(n).
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
        if column.type.name == "bpchar" and column.type.modifiers:
            yield RULE.finding(
                site.ref(site.picture.relation(name), column.name),
                f"{column.name} is {column.type}",
                site.position_at(column.at),
            )
