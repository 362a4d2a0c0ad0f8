"""Primary key that accepts NULL

## What it says

A column of a PRIMARY KEY of an SQLite table is not NOT NULL, and the table is neither STRICT nor WITHOUT ROWID, nor is
the column another name of the rowid. A key of one whole number is left to `integer-key-not-rowid`.

## Why it matters

Rows without a key get in, any number of them, and nothing tells them apart.

The SQL standard says that PRIMARY KEY implies NOT NULL. "Unfortunately, due to a bug in some early versions, this is
not the case in SQLite" (sqlite.org/lang_createtable.html), and it stays so for the sake of old files.

## What would make it false

The application never leaves the key out, and nobody else writes.

## How to mend it

Say NOT NULL beside the key's columns, or make the table STRICT or WITHOUT ROWID. That takes a rebuild of the table,
which `dba check --fix` writes.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dbarchitect.model.change import AlterColumn
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context, base_type, constraint_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="sqlite", severity=Severity.WARNING, engines=("sqlite",))


def check(review: Context) -> Iterator[Finding]:
    """Keys that a NULL gets into."""
    found: list[Finding] = []
    of = 0
    for table in review.tables:
        key, lite = table.primary_key, table.sqlite
        if key is None or lite is None or lite.without_rowid or lite.strict or lite.rowid_alias:
            continue
        of += 1
        columns = [column for name in key.columns if (column := table.column(name)) is not None]
        if len(columns) == 1 and base_type(columns[0]) == "integer":
            continue  # `integer-key-not-rowid` says so
        free = [column.name for column in columns if not column.not_null]
        if free:
            names = ", ".join(map(quote_identifier, free))
            found.append(
                RULE.finding(
                    constraint_ref(table, key.name),
                    f"the primary key of {table.name.short} accepts NULL in {names}",
                    facts={"columns": names, "rows": review.rows(table)},
                    fix=tuple(
                        AlterColumn(table=table.name, before=column, after=replace(column, not_null=True))
                        for column in columns
                        if column.name in free
                    ),
                    offenders=f"SELECT * FROM {table.name} WHERE "
                    + " OR ".join(f"{quote_identifier(name)} IS NULL" for name in free),
                    experiment=_twice(review, table, free[0]),
                )
            )
    yield from roll_up(found, f"{len(found)} of {of} primary keys accept NULL", of=of)


def _twice(review: Context, table: Table, column: str) -> Accepted | None:
    rows = Rows(review)
    for _ in range(2):
        if rows.add(table, {column: "NULL"}) is None:
            return None
    name = quote_identifier(column)
    return Accepted(
        script=(*rows.statements, f"SELECT count(*) AS rows_without_a_key FROM {table.name} WHERE {name} IS NULL"),
        shows="two rows without a key are accepted",
    )
