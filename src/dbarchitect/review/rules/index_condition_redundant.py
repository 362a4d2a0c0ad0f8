"""Index condition that every row meets

## What it says

A partial index asks for `column IS NOT NULL` of a column that is NOT NULL: the condition leaves no row out. A NOT NULL
that is NOT VALID does not count.

It is a warning where the index is unique, otherwise `info`.

## Why it matters

The index is as large as a whole one and can do less: `ON CONFLICT (columns)` does not find a partial unique index, no
foreign key can refer to it, and it cannot be the replica identity.

Documentation of INSERT ("ON CONFLICT Clause"): a partial unique index is inferred only where the statement repeats its
condition; of CREATE TABLE: a foreign key refers to "the columns of a non-deferrable unique or primary key constraint or
... of a non-partial unique index".

## What would make it false

The column is to become nullable again soon.

## How to mend it

Build the index without the term, then drop the old one.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dbarchitect.model.change import AddIndex, Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import Refused, SamePlans
from dbarchitect.model.schema import Index, Table
from dbarchitect.review.context import Context, index_ref, mentions
from dbarchitect.review.mending import drop_index, free_name
from dbarchitect.review.overlap import never_null, settled
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import REDUNDANT, Rule
from dbarchitect.sql.implication import always_true, without

RULE = Rule(__name__, __doc__, area="indexes", severity=Severity.WARNING, yields_to=REDUNDANT)


def check(review: Context) -> Iterator[Finding]:
    """Partial indexes of which a term says nothing."""
    for table in review.tables:
        for index in table.indexes:
            if index.predicate is None or not settled(index):
                continue
            predicate = index.predicate
            if "IS NOT NULL" not in predicate:
                continue
            sure = frozenset(name for name in never_null(table) if mentions(predicate, name))
            terms = always_true(predicate, sure) if sure else ()  # to read a condition takes its time
            if not terms:
                continue
            rest = without(predicate, terms)
            fix = _replaced(review, table, index, rest)
            yield RULE.finding(
                index_ref(index),
                f"{index.name.name} on {table.name.short} asks for {' and '.join(terms)}, which holds for every row"
                + ("; as it is partial, ON CONFLICT and foreign keys cannot use it" if _hidden(index, rest) else ""),
                severity=None if _hidden(index, rest) else Severity.INFO,
                facts={"condition": predicate, "left": rest},
                fix=fix,
                experiment=_not_inferred(review, table, index) if _hidden(index, rest) else _same(table, index, fix),
            )


def _same(table: Table, index: Index, fix: tuple[Change, ...]) -> SamePlans:
    """Pages in the order of the index, under its own condition: what it is made for."""
    key = index.keys[0]
    first = key.text if key.column is None else quote_identifier(key.column)
    query = f"SELECT * FROM {table.name} WHERE {index.predicate} ORDER BY {first} LIMIT 10"
    return SamePlans(change=fix, sql=(query,))


def _hidden(index: Index, rest: str | None) -> bool:
    return index.unique and rest is None


def _replaced(review: Context, table: Table, index: Index, predicate: str | None) -> tuple[Change, ...]:
    name = free_name(review, table, (*(key.column or "expr" for key in index.keys), "idx"))
    whole = replace(
        index,
        name=Name(schema=table.name.schema, name=name),
        predicate=predicate,
        definition="",
        clustered=False,
        comment=None,
    )
    return AddIndex(index=whole), drop_index(table, index)


def _not_inferred(review: Context, table: Table, index: Index) -> Refused | None:
    """An INSERT ... ON CONFLICT (keys), which does not find the index."""
    columns = [key.column for key in index.keys if key.column is not None]
    if len(columns) < len(index.keys) or any(
        other.unique and other.predicate is None and {key.column for key in other.keys} == set(columns)
        for other in table.indexes
    ):
        return None
    rows = Rows(review)
    if rows.add(table, must=columns) is None:
        return None
    target = ", ".join(map(quote_identifier, columns))
    *parents, insert = rows.statements
    return Refused(
        script=(*parents, insert, f"{insert.rstrip(';')} ON CONFLICT ({target}) DO NOTHING"),
        shows="ON CONFLICT does not find the unique index, though it covers every row",
    )
