"""A column of type json

## What it says

A new column of type json.

## Why it matters

json has no equality: SELECT DISTINCT, GROUP BY and UNION over the column fail, also those that an ORM writes.

## What would make it false

The text must be kept exactly as it came: spaces, order of keys, keys that occur twice.

## How to mend it

`jsonb`, which is also faster to read.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site, new_columns
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateTable, s.AlterTable))


def check(site: Site) -> Iterator[Finding]:
    """New columns by their type."""
    for name, column in new_columns(site.action):
        if column.type.name == "json" and column.type.schema in ("", "pg_catalog"):
            yield RULE.finding(
                site.ref(site.picture.relation(name), column.name),
                f"{column.name} is json, which cannot be compared",
                site.position_at(column.at),
            )
