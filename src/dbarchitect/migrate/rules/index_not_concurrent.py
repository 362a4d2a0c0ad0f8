"""CREATE INDEX that blocks writers

## What it says

A CREATE INDEX without CONCURRENTLY on a table that exists already. It takes SHARE on the table for the whole build.

## Why it matters

SHARE blocks every INSERT, UPDATE and DELETE on the table until the index is built, and what waits behind it.

Reads go on. On a table of some gigabytes the build takes minutes.

## What would make it false

The table is small, new in this migration, or nobody writes to it while it runs.

## How to mend it

`CREATE INDEX CONCURRENTLY`, outside a transaction. It takes longer and blocks nobody. If it fails it leaves an
INVALID index, which has to be dropped before the next attempt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.migrate.follow import index_name
from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateIndex,))


def check(site: Site) -> Iterator[Finding]:
    """The index, where others may write to its table."""
    action = site.action
    assert isinstance(action, s.CreateIndex)
    table = site.picture.relation(action.table)
    if action.concurrently or table.kind == "partitioned" or site.unused(table):
        return
    if action.if_not_exists and action.name in table.indexes:
        return
    severity, words, facts = site.burden(RULE.severity, table, "build", "SHARE")
    name = index_name(site.picture, action)
    yield RULE.finding(
        site.ref(table, name, "index"),
        f"CREATE INDEX {words}; writers wait until {name} is built",
        site.position,
        severity=severity,
        facts=facts,
    )


def fix(site: Site) -> Fix | None:
    """The same index, built concurrently."""
    sql = re.sub(r"^(CREATE\s+(?:UNIQUE\s+)?INDEX)\b", r"\1 CONCURRENTLY", site.sql, count=1, flags=re.I)
    return Fix((Piece(sql, apart=True),))
