"""Column of type hstore

## What it says

A column is of type `hstore`, keys and values of an extension.

## Why it matters

Every value is text and nothing nests: numbers compare as text, true is a word, and a list has no place; the extension
must be there on every server that the database moves to.

`jsonb` came with PostgreSQL 9.4 and has types, nesting, SQL/JSON paths and GIN indexes without an extension.

## What would make it false

All values are text for good, and the size counts: an hstore of flat texts can be smaller than the same jsonb.

## How to mend it

`ALTER COLUMN ... TYPE jsonb USING hstore_to_jsonb(...)`, which rewrites the table; queries use other operators then.
The change given cannot be taken back by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import JSONB, retype
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="types", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """All columns of type hstore."""
    found: list[Finding] = []
    for table, column in review.columns():
        if base_type(column) != "hstore" or column.type.is_array:
            continue
        found.append(
            RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} is hstore: every value is text",
                fix=_as_jsonb(review, table, column),
                experiment=_as_text(column) if column.type.kind == "base" else None,
            )
        )
    yield from roll_up(found, f"{len(found)} columns are hstore", of=len(found), share=0)


def _as_jsonb(review: Context, table: Table, column: Column) -> tuple[Change, ...]:
    if column.type.kind != "base" or column.default is not None or _indexed(table, column):
        return ()
    convert = Name(schema=column.type.schema, name="hstore_to_jsonb")
    return retype(review, table, column, JSONB, using=f"{convert}({{}})", back=None, checks=True)


def _indexed(table: Table, column: Column) -> bool:
    return any(key.column == column.name for index in table.indexes for key in index.keys)


def _as_text(column: Column) -> Shown:
    schema = quote_identifier(column.type.schema)
    return Shown(
        query=f"SELECT ten < nine, ten, nine FROM (SELECT number OPERATOR({schema}.->) 'ten' AS ten, "
        f"number OPERATOR({schema}.->) 'nine' AS nine FROM "
        f"(SELECT 'ten=>10, nine=>9'::{schema}.hstore AS number) AS kept) AS read",
        shows="the number 10 sorts before 9",
    )
