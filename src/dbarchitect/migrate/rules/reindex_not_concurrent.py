"""REINDEX that blocks writers and readers

## What it says

A REINDEX without CONCURRENTLY. It takes SHARE on the table and ACCESS EXCLUSIVE on each index.

## Why it matters

Writers wait for the whole build, and so does every query for which the planner looks at the index.

## What would make it false

The table is small or nobody uses it while this runs. System catalogues cannot be reindexed concurrently.

## How to mend it

`REINDEX (CONCURRENTLY)`, from PostgreSQL 12 on, outside a transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Reindex,), since=12)


def check(site: Site) -> Iterator[Finding]:
    """The statement, where somebody else may use the table."""
    action = site.action
    assert isinstance(action, s.Reindex)
    if action.concurrently or action.kind == "system":
        return
    if action.kind == "index" and action.name is not None:
        table = site.picture.table_of_index(action.name)
    else:
        table = site.picture.relation(action.name) if action.kind == "table" and action.name is not None else None
    what = f"REINDEX {action.kind.upper()} {action.name or ''}".strip()
    if table is None:
        at = ObjectRef(kind="database", name=action.name.name if action.name else "")
        yield RULE.finding(at, f"{what} takes SHARE on each table for the builds of its indexes", site.position)
        return
    if site.unused(table):
        return
    severity, words, facts = site.burden(RULE.severity, table, "build", "SHARE")
    yield RULE.finding(site.ref(table), f"{what} {words}", site.position, severity=severity, facts=facts)


def fix(site: Site) -> Fix | None:
    """The same, concurrently."""
    if re.match(r"REINDEX\s*\(", site.sql, re.I):
        sql = re.sub(r"^REINDEX\s*\(", "REINDEX (CONCURRENTLY, ", site.sql, count=1, flags=re.I)
    else:
        sql = re.sub(r"^(REINDEX\s+\w+)\b", r"\1 CONCURRENTLY", site.sql, count=1, flags=re.I)
    return Fix((Piece(sql, apart=True),))
