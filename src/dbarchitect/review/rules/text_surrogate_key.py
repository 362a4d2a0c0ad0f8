"""Made-up key in a text column

## What it says

A primary key is one text column called `id`: a value that a program makes (cuid, nanoid), not one that people know.
Left out are lists of codes, short texts (up to 12 characters: codes of standards), keys that are a foreign key too or
are UUIDs by their default (another rule has these), and, with column statistics, keys that are shorter than 16 bytes on
average. More than five are one finding.

## Why it matters

A made-up text takes 25 bytes and more where `uuid` takes 16 and `bigint` 8, in the table, in its index and in every
child; and any text is accepted, an empty one too.

Comparisons go through the collation unless it is "C". Of 42 real schemas 32 had such keys, 525 in all, most of them by
an object mapper's default.

## What would make it false

The id is one that another system gave, or a name that people know.

## How to mend it

For new tables take `uuid` (version 7 keeps the order of creation) or `bigint`. Existing keys are seldom worth the
change.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import TEXTS, Context, base_type, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="keys", certainty="likely", severity=Severity.INFO)

_CODES = 12  # characters: the longest codes in common use (ISIN; BIC has 11, EAN 13 is digits)
_UUID_BYTES = 16


def check(review: Context) -> Iterator[Finding]:
    """Primary keys of text that a program makes."""
    found: list[Finding] = []
    of = 0
    for table in review.tables:
        key = table.primary_key
        column = table.column(key.columns[0]) if key is not None and len(key.columns) == 1 else None
        if column is None or column.inherited:
            continue
        of += 1
        if column.name.lower() == "id" and base_type(column) in TEXTS and not _is_known(review, table, column):
            found.append(_found(review, table, column))
    yield from roll_up(found, f"{len(found)} of {of} primary keys are made-up texts", of=of, share=0)


def _is_known(review: Context, table: Table, column: Column) -> bool:
    """Whether the key is most likely one that people, other tables or another rule know."""
    if "uuid" in (column.default or ""):
        return True  # the rule about UUIDs in texts has it
    if 4 < column.type.modifier <= _CODES + 4 or review.is_lookup(table):
        return True
    if any(column.name in key.columns for key in table.foreign_keys):
        return True
    statistics = review.facts.column(str(table.name), column.name) if review.facts else None
    return statistics is not None and 0 < statistics.average_width < _UUID_BYTES


def _found(review: Context, table: Table, column: Column) -> Finding:
    return RULE.finding(
        column_ref(table, column),
        f"{table.name.short}.{column.name} is a primary key of {column.type.sql}",
        facts={"type": column.type.sql, "rows": review.rows(table), "references": len(review.references(table))},
        experiment=_empty(review, table, column),
    )


def _empty(review: Context, table: Table, column: Column) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table, {column.name: "''"}) is None:
        return None
    name = quote_identifier(column.name)
    return Accepted(
        script=(*rows.statements, f"SELECT {name} AS key, length({name}) AS length FROM {table.name}"),
        shows="an empty text is accepted as a key",
    )
