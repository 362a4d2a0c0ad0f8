"""Readers and writers that wait for each other

## What it says

An SQLite file with rows is in a rollback-journal mode (`delete`, `truncate`, `persist`), not in WAL.

## Why it matters

A writer that commits waits for every reader, and readers wait for it: an application of several threads meets "database
is locked".

In WAL mode readers see the state before the writer's and nobody waits for the other; there is still one writer at a
time (sqlite.org/wal.html). The mode is kept in the file: it is said once.

## What would make it false

The file is on a network drive, on read-only media, or has one connection at a time; or it is sent around as one file.

## How to mend it

`PRAGMA journal_mode = WAL` once, and `PRAGMA busy_timeout = 5000` on each connection.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import Statements
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="sqlite", severity=Severity.INFO, needs="live", engines=("sqlite",))


def check(review: Context) -> Iterator[Finding]:
    """One finding for a file."""
    mode = review.schema.settings.get("journal_mode", "")
    filled = any((review.rows(table) or 0) > 0 for table in review.tables)
    if filled and mode in ("delete", "truncate", "persist"):
        yield RULE.finding(
            DATABASE,
            f"the journal mode is {mode}: a writer waits for all readers, and they for it",
            facts={"journal_mode": mode},
            fix=(Statements(sql=("PRAGMA journal_mode = WAL",), undo=(f"PRAGMA journal_mode = {mode.upper()}",)),),
        )
