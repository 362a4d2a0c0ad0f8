"""AUTOINCREMENT where the rowid counts anyway

## What it says

Tables of an SQLite schema number their rows with AUTOINCREMENT. One finding for the schema.

## Why it matters

Each insert also reads and writes the table `sqlite_sequence`, and the key counts by itself without it.

"The AUTOINCREMENT keyword imposes extra CPU, memory, disk space, and disk I/O overhead and should be avoided if not
strictly needed. It is usually not needed" (sqlite.org/autoinc.html). What it adds: the number of a row that was
deleted is never given again, where a plain INTEGER PRIMARY KEY may give the largest one twice.

## What would make it false

Numbers leave the database (URLs, invoices, another system's copies), so that one that was deleted must not come back.

## How to mend it

Leave the keyword out: a rebuild of the table, which `dba migrate diff` writes. Keep it where numbers are public.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dbarchitect.model.change import AlterTable
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_literal
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="sqlite", severity=Severity.INFO, engines=("sqlite",))


def check(review: Context) -> Iterator[Finding]:
    """One finding for all tables that say it."""
    found = [table for table in review.tables if table.sqlite is not None and table.sqlite.autoincrement]
    if not found:
        return
    names = ", ".join(table.name.short for table in found[:3]) + (", ..." if len(found) > 3 else "")
    yield RULE.finding(
        DATABASE if len(found) > 1 else found[0].ref,
        f"{len(found)} of {len(review.tables)} tables count with AUTOINCREMENT ({names}): "
        "must a number never come twice?",
        also=[table.ref for table in found] if len(found) > 1 else (),
        facts={"tables": len(found)},
        fix=tuple(
            AlterTable(before=table, after=replace(table, sqlite=replace(table.sqlite, autoincrement=False)))
            for table in found
            if table.sqlite is not None
        ),
        asks=True,
        experiment=next((one for table in found if (one := _second_write(review, table)) is not None), None),
    )


def _second_write(review: Context, table: Table) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table) is None:
        return None
    name = quote_literal(table.name.name).strip()
    return Accepted(
        script=(
            *rows.statements,
            f"SELECT count(*) AS rows_in_sqlite_sequence FROM sqlite_sequence WHERE name = {name}",
        ),
        shows="an insert wrote sqlite_sequence too",
    )
