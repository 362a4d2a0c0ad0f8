"""Array of ids instead of a table of pairs

## What it says

An array column is called like the keys of a table (`tag_ids`). It is a `warning` where a table of that name has keys of
the array's element type, else a question and `info`.

## Why it matters

No foreign key reaches into an array: ids of rows that are gone stay in it, the same id is in it twice, and nothing of a
pair can be said.

PostgreSQL has no foreign key over array elements. A GIN index finds the rows that hold an id; a join from the other
side reads them all. Of 42 real schemas 10 had such columns, 33 in all.

## What would make it false

It is a short list in an order of its own that nobody joins, or a copy that is kept for searching.

## How to mend it

Make it a table of pairs with foreign keys to both sides, and the order as a column where it matters.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.enforcing import family
from dbarchitect.review.implied import ELSEWHERE, Meant, Names
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="foreign keys", certainty="likely", severity=Severity.WARNING)

_ENDINGS = frozenset({"ids", "uuids"})
_TWICE = {
    "integer": "'{1,1}'",
    "numeric": "'{1,1}'",
    "uuid": "'{00000000-0000-4000-8000-000000000001,00000000-0000-4000-8000-000000000001}'",
    "text": "'{x,x}'",
}


def check(review: Context) -> Iterator[Finding]:
    """Arrays that are called like keys."""
    names = Names(review)
    for table, column in review.columns():
        kind, name = family(column.type.element), words(column.name)
        if not column.type.is_array or kind not in _TWICE or len(name) < 2 or name[-1] not in _ENDINGS:
            continue
        if not ELSEWHERE.isdisjoint(name[:1]) or column.generated:
            continue
        meant = names.meant(table, column, _ENDINGS)
        target = meant.table.column(meant.column) if meant is not None else None
        if target is not None and (family(base_type(target)) != kind or target.type.is_array):
            continue
        yield _found(review, table, column, meant, _TWICE[kind])


def _found(review: Context, table: Table, column: Column, meant: Meant | None, twice: str) -> Finding:
    message = f"{table.name.short}.{column.name} is {column.type.sql}, "
    if meant is not None:
        message += f"and is called like keys of {meant.table.name.short}, which no foreign key can check"
    else:
        message += "and is called like a list of ids: of which table?"
    return RULE.finding(
        column_ref(table, column),
        message,
        severity=None if meant is not None else Severity.INFO,
        also=(column_ref(meant.table, meant.column),) if meant is not None else (),
        facts={"type": column.type.sql, "rows": review.rows(table)},
        asks=meant is None,
        experiment=_nowhere(review, table, column, twice),
    )


def _nowhere(review: Context, table: Table, column: Column, twice: str) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table, {column.name: twice}) is None:
        return None
    return Accepted(
        script=(*rows.statements, f"SELECT {quote_identifier(column.name)} FROM {table.name}"),
        shows="the same id of a row that does not exist is accepted, two times",
    )
