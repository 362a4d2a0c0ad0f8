"""A new table without a primary key

## What it says

CREATE TABLE without a primary key, which the script does not add later either.

## Why it matters

Logical replication cannot say which row changed, and nothing keeps a row from being there twice.

## What would make it false

The table only takes in what another process moves on.

## How to mend it

A primary key, if need be a column that only serves as one.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import ScriptSite
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__)


def finish(end: ScriptSite) -> Iterator[Finding]:
    """New tables as the script leaves them."""
    for site in end.sites:
        action = site.action
        if not isinstance(action, s.CreateTable) or action.partition_of or action.temporary or action.foreign:
            continue
        if action.likes or action.inherits or action.typed:
            continue
        table = end.picture.get(action.table)
        if table is None or not table.fresh or table.primary_key() is not None or table.parents:
            continue
        yield RULE.finding(site.ref(table), f"{table.name.short} has no primary key", site.position)
