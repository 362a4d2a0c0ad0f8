"""A statement that refuses to run in a transaction

## What it says

CREATE or DROP INDEX CONCURRENTLY, REINDEX CONCURRENTLY, DETACH PARTITION CONCURRENTLY, VACUUM, CREATE DATABASE or
ALTER SYSTEM between BEGIN and COMMIT, or in a script that its tool runs in one transaction.

## Why it matters

PostgreSQL refuses it there, so the migration fails; what ran before in other transactions stays.

## What would make it false

The tool runs this script statement by statement, without a transaction around it.

## How to mend it

Give it a transaction of its own: end the block before it, or write a migration of its own that the tool is told to
run outside a transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.script import stands_outside
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(
    __name__,
    __doc__,
    on=(s.CreateIndex, s.Drop, s.Reindex, s.AlterTable, s.Vacuum, s.DropDatabase, s.Cluster, s.Other),
    severity=Severity.ERROR,
)


def check(site: Site) -> Iterator[Finding]:
    """The statement, where it shares a transaction."""
    if not site.in_transaction or not stands_outside(site.action):
        return
    action = site.action
    words = " ".join(site.sql.split()[:3]).upper()
    table = getattr(action, "table", None)
    at = site.ref(site.picture.relation(table)) if isinstance(table, Name) else ObjectRef(kind="database")
    where = "between BEGIN and COMMIT" if site.unit.explicit else "in a script that runs as one transaction"
    yield RULE.finding(at, f"{words} ... stands {where}: PostgreSQL refuses it there", site.position)


def fix(site: Site) -> Fix | None:
    """The statement outside of the transaction."""
    return Fix((Piece(site.sql, apart=True),))
