"""varchar with a limit

## What it says

A new column of type varchar(n).

## Why it matters

Another limit later needs DDL, and a shorter one rewrites the table; text is stored the same way.

## What would make it false

The limit is a rule of the business that shall be kept by the type.

## How to mend it

text, with a CHECK on its length where one is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site, new_columns
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateTable, s.AlterTable), severity=Severity.INFO, default=False)


def check(site: Site) -> Iterator[Finding]:
    """New columns."""
    for name, column in new_columns(site.action):
        if column.type.name == "varchar" and column.type.modifiers:
            yield RULE.finding(
                site.ref(site.picture.relation(name), column.name),
                f"{column.name} is {column.type}",
                site.position_at(column.at),
            )
