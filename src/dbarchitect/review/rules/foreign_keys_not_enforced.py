"""Foreign keys that a connection has to ask for

## What it says

An SQLite schema declares foreign keys. SQLite checks none of them, and runs none of their actions, on a connection that
did not say `PRAGMA foreign_keys = ON`; the file cannot say it. One finding for the schema. libSQL, whose connections
have it on, is left out.

## Why it matters

A row that refers to nothing is accepted, and a delete leaves its children behind, in every program that forgot one
line.

The setting is off unless SQLite was compiled otherwise ("Foreign key constraints are disabled by default (for backwards
compatibility), so must be enabled separately for each database connection", sqlite.org/foreignkeys.html). It is not
kept in the file, and inside a transaction the pragma does nothing. The shell, a job, a migration tool and the
application each have to say it.

## What would make it false

Every program that opens the file turns them on, or its library does (as Django and better-sqlite3's wrappers do).

## How to mend it

Say `PRAGMA foreign_keys = ON` when a connection is opened: an event listener in SQLAlchemy, an `after_connect` hook,
the first line of each script. Look for rows that slipped in meanwhile: `PRAGMA foreign_key_check`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import ForeignKey, Table
from dbarchitect.review.context import Context, constraint_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="sqlite", severity=Severity.INFO, engines=("sqlite",))


def check(review: Context) -> Iterator[Finding]:
    """One finding for a schema with foreign keys."""
    keys = [(table, key) for table in review.tables for key in table.foreign_keys]
    if not keys or review.schema.engine == "libsql":
        return
    found = "1 foreign key holds" if len(keys) == 1 else f"{len(keys)} foreign keys hold"
    yield RULE.finding(
        DATABASE,
        f"{found} only on connections that say PRAGMA foreign_keys = ON",
        also=[constraint_ref(table, key.name) for table, key in keys],
        facts={"foreign_keys": len(keys)},
        experiment=next((one for table, key in keys if (one := _orphan(review, table, key)) is not None), None),
    )


def _orphan(review: Context, table: Table, key: ForeignKey) -> Accepted | None:
    """A row that refers to nothing, on a connection as it is opened."""
    if review.table(key.target) is None:
        return None
    rows = Rows(review)
    if rows.add(table, loose=(key.name,), must=key.columns) is None:
        return None
    return Accepted(
        script=("PRAGMA foreign_keys", *rows.statements),
        shows=f"a row of {table.name.short} that refers to nothing is accepted by a connection as it is opened",
    )
