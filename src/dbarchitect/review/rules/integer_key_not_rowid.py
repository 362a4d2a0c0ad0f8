"""Whole-number key that is not the rowid

## What it says

The primary key of an SQLite table is one column of integer affinity, and yet no other name of the rowid: its type is
not exactly `INTEGER` (`INT`, `BIGINT`, `INTEGER(11)`), or it is declared `INTEGER PRIMARY KEY DESC`. Tables WITHOUT
ROWID are left out.

## Why it matters

Each row is kept twice, under the rowid and in an index of the key, and a row without a key gets NULL, not a number.

"A column only becomes an integer primary key if the declared type name is exactly INTEGER"
(sqlite.org/lang_createtable). A look-up by such a key reads two trees, an insert writes two, and in a table that is
not STRICT the key accepts NULL, any number of times.

## What would make it false

The application gives the numbers itself, and the second tree is paid for on purpose.

## How to mend it

Declare the column `INTEGER PRIMARY KEY`. That takes a rebuild of the table, which `dba check --fix` writes.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.lite import as_rowid
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="sqlite", severity=Severity.WARNING, engines=("sqlite",))


def check(review: Context) -> Iterator[Finding]:
    """Keys of one whole number that have an index of their own."""
    for table in review.tables:
        key, lite = table.primary_key, table.sqlite
        if key is None or lite is None or lite.without_rowid or len(key.columns) != 1 or not key.index:
            continue
        column = table.column(key.columns[0])
        if column is None or base_type(column) != "integer":
            continue
        size = review.facts.indexes.get(key.index) if review.facts else None
        used = size.bytes if size is not None else None
        more = f"; its index takes {used / 2**20:,.1f} MB" if used and used >= 2**20 else ""
        yield RULE.finding(
            column_ref(table, column),
            f"{table.name.short}.{column.name} is {column.type.sql} PRIMARY KEY and not the rowid{more}",
            facts={"type": column.type.sql, "index": key.index, "index_bytes": used, "rows": review.rows(table)},
            fix=(as_rowid(table, column),),
            offenders=f"SELECT * FROM {table.name} WHERE typeof({quote_identifier(column.name)}) <> 'integer'",
            experiment=Shown(
                query=f"SELECT count(*) > 0, min(name) AS its_own_index FROM pragma_index_list("
                f"{quote_literal(table.name.name).strip()}) WHERE origin = 'pk'",
                shows="the key has an index of its own beside the table",
            ),
        )
