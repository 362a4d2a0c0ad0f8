"""Table that is not STRICT

## What it says

Tables of an SQLite schema are not STRICT. One finding for the schema; those that are STRICT are named. It needs SQLite
3.37 in every program that opens the file.

## Why it matters

A column takes a value of any type, whatever its declaration says, and nobody is told.

In a STRICT table a value that cannot be converted is refused, types are INT, INTEGER, REAL, TEXT, BLOB or ANY, and
PRIMARY KEY means NOT NULL (sqlite.org/stricttables.html).

## What would make it false

A program that opens the file has an SQLite before 3.37 (November 2021): it could not read the schema at all.

## How to mend it

Add STRICT behind the closing bracket of CREATE TABLE. An existing table takes a rebuild, which `dba check --fix`
writes, with the types that STRICT knows; it leaves tables that hold values of other types, and lists them.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AlterTable
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context, base_type
from dbarchitect.review.lite import as_strict, loose_values
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="sqlite", severity=Severity.INFO, engines=("sqlite",))


def check(review: Context) -> Iterator[Finding]:
    """One finding for all tables that take values of any type."""
    loose = [table for table in review.tables if table.sqlite is not None and not table.sqlite.strict]
    if not loose:
        return
    held = [table.name.short for table in review.tables if table.sqlite is not None and table.sqlite.strict]
    mended = [(table, strict) for table in loose if (strict := as_strict(table, review.facts)) is not None]
    in_the_way = loose_values(loose, review.facts)
    but = f"; STRICT are {', '.join(held[:3])}{' and more' if len(held) > 3 else ''}" if held else ""
    yield RULE.finding(
        DATABASE if len(loose) > 1 else loose[0].ref,
        f"{len(loose)} of {len(review.tables)} tables are not STRICT{but}",
        also=[table.ref for table in loose] if len(loose) > 1 else (),
        facts={"tables": len(loose), "of": len(review.tables), "found": len(loose), "mended": len(mended)},
        fix=tuple(AlterTable(before=table, after=strict) for table, strict in mended),
        offenders=in_the_way if not mended else "",
        experiment=next((one for table in loose if (one := _text_in_number(review, table)) is not None), None),
    )


def _text_in_number(review: Context, table: Table) -> Accepted | None:
    """A text in a column for numbers that is in no key and no CHECK."""
    key = table.primary_key.columns if table.primary_key else ()
    for column in table.columns:
        if base_type(column) not in ("integer", "real") or column.generated or column.name in key:
            continue
        if review.in_foreign_key(table, column.name):
            continue
        rows = Rows(review)
        if rows.add(table, {column.name: "'no number'"}) is None:
            continue
        return Accepted(
            script=tuple(rows.statements),
            shows=f"a text is accepted in {table.name.short}.{column.name}, which is {column.type.sql}",
        )
    return None
