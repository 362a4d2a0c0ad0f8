"""An index with many columns

## What it says

A non-unique index with more than three key columns.

## Why it matters

Each further column makes the index larger and its maintenance dearer, and a query rarely uses more than three.

## What would make it false

Queries really filter or sort by all of them in this order.

## How to mend it

Keep the columns that select; put those that are only read into INCLUDE.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import index_name
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateIndex,), severity=Severity.INFO, default=False)
# Atlas and strong_migrations draw the line at the same number.
_MOST = 3


def check(site: Site) -> Iterator[Finding]:
    """The index, by the number of its keys."""
    action = site.action
    assert isinstance(action, s.CreateIndex)
    if action.unique or action.method not in ("btree", "hash") or len(action.keys) <= _MOST:
        return
    table = site.picture.relation(action.table)
    name = index_name(site.picture, action)
    yield RULE.finding(
        site.ref(table, name, "index"),
        f"{name} has {len(action.keys)} key columns",
        site.position,
        facts={"columns": len(action.keys)},
    )
