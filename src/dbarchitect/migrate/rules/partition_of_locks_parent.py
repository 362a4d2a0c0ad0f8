"""CREATE TABLE ... PARTITION OF locks the whole table

## What it says

CREATE TABLE ... PARTITION OF a table that is in use.

## Why it matters

ACCESS EXCLUSIVE on the parent stops all queries on all its partitions, and a DEFAULT partition is read meanwhile.

CREATE TABLE and ATTACH PARTITION take SHARE UPDATE EXCLUSIVE on the parent, which stops nobody (PostgreSQL 12 and
newer).

## What would make it false

The table is hardly used, or new in this migration.

## How to mend it

`CREATE TABLE new (LIKE parent INCLUDING ...)`, then `ALTER TABLE parent ATTACH PARTITION new ...`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateTable,))
_BOUND = re.compile(
    r"\bPARTITION\s+OF\s+(?P<parent>(?:\"(?:[^\"]|\"\")+\"|[\w$.])+)\s+(?P<bound>FOR\s+VALUES\b.*|DEFAULT\s*)$",
    re.I | re.S,
)


def check(site: Site) -> Iterator[Finding]:
    """The parent, where others use it."""
    action = site.action
    assert isinstance(action, s.CreateTable)
    if action.partition_of is None:
        return
    parent = site.picture.relation(action.partition_of)
    if site.unused(parent) or (action.if_not_exists and site.picture.get(action.table) is not None):
        return
    yield RULE.finding(
        site.ref(parent),
        f"CREATE TABLE {action.table.name} PARTITION OF takes ACCESS EXCLUSIVE on {parent.name.short}",
        site.position,
        facts={"lock": "ACCESS EXCLUSIVE", "table": str(parent.name)},
    )


def fix(site: Site) -> Fix | None:
    """A table of its own, attached."""
    action = site.action
    assert isinstance(action, s.CreateTable)
    bound = _BOUND.search(site.sql)
    if bound is None or action.partitioned or action.columns or action.constraints or action.if_not_exists:
        return None
    parent, own = bound["parent"], str(action.table)
    return Fix(
        (
            Piece(f"CREATE TABLE {own} (LIKE {parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)"),
            Piece(f"ALTER TABLE {parent} ATTACH PARTITION {own} {bound['bound'].strip()}"),
        )
    )
