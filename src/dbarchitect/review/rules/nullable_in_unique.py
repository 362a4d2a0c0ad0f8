"""Nullable column in a unique key of several columns

## What it says

A unique key over several columns contains one that may be NULL, and NULLs count as distinct: two rows that agree in
everything else are both accepted where it is NULL.

Quiet where that is most likely meant: a single optional column; a key whose columns all may be NULL; an optional
identifier within its owner (`tenant_id, external_id`); a column whose NULL case has a unique index of its own
(`... WHERE column IS NULL`); NULLS NOT DISTINCT; an exclusive arc (a CHECK that ties several columns together, or the
same key once more with another nullable column).

## Why it matters

The key does not do what it seems to: duplicates get in as soon as one part of it is missing.

It is how SQL defines UNIQUE; PostgreSQL 15 added NULLS NOT DISTINCT for the other meaning. With `deleted_at` in the
key it is worse: NULL marks the rows that live, so no two living rows are ever compared. Of 42 real schemas 23 had
such keys, 110 in all.

## What would make it false

NULL means "not known yet" and several such rows are wanted.

## How to mend it

Say NULLS NOT DISTINCT (PostgreSQL 15 and later), make the column NOT NULL, or add a second unique index for the
rows where it is NULL.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AddConstraint, AddIndex, Change
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, Column, Index, Table, Unique
from dbarchitect.review.context import INSTANTS, Context, base_type, column_ref, constraint_ref, index_ref, mentions
from dbarchitect.review.mending import drop_index, new_index
from dbarchitect.review.overlap import obligations, settled
from dbarchitect.review.rows import NULL, Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import SOFT_DELETE

RULE = Rule(
    __name__, __doc__, area="uniqueness", severity=Severity.WARNING, harms_by="writes", engines=("postgresql", "sqlite")
)


def check(review: Context) -> Iterator[Finding]:
    """Unique keys that a NULL opens."""
    for table in review.tables:
        for index in table.indexes:
            if not index.unique or not settled(index) or index.predicate is not None or index.nulls_not_distinct:
                continue
            columns = [found for key in index.keys if (found := table.column(key.column or "")) is not None]
            if len(columns) < 2 or len(columns) < len(index.keys):
                continue  # one optional column is right as it is; expressions hide their NULLs
            open_ones = [column for column in columns if not column.not_null]
            if open_ones and not _meant(table, index, columns, open_ones):
                yield _found(review, table, index, columns, open_ones)


def _meant(table: Table, index: Index, columns: list[Column], open_ones: list[Column]) -> bool:
    """Whether NULLs are most likely wanted to be distinct here."""
    names = {column.name for column in open_ones}
    if any(name.lower() in SOFT_DELETE for name in names):
        return False
    if len(open_ones) == len(columns):
        return True
    references = {name for key in table.foreign_keys for name in key.columns}
    fixed = [column for column in columns if column.not_null]
    identifier = all(column.name not in references and base_type(column) not in INSTANTS for column in open_ones)
    if identifier and all(column.name in references or words(column.name)[-1:] in _SCOPES for column in fixed):
        return True
    for other in table.indexes:
        if other.unique and any(mentions(other.predicate or "", name) for name in names):
            return True
    if any(_other_arc(table, index, other, names) for other in table.indexes):
        return True
    return any(
        isinstance(constraint, Check)
        and any(mentions(constraint.expression, name) for name in names)
        and sum(mentions(constraint.expression, column.name) for column in table.columns if not column.not_null) > 1
        for constraint in table.constraints
    )


def _other_arc(table: Table, index: Index, other: Index, open_ones: set[str]) -> bool:
    """Whether `other` is the same key with another nullable column: of the two, a row has one."""
    mine, theirs = ({key.column for key in one.keys} for one in (index, other))
    instead = theirs - mine
    column = table.column(next(iter(instead)) or "") if len(instead) == 1 else None
    return other.unique and column is not None and not column.not_null and mine - theirs == open_ones


_SCOPES = frozenset({("id",), ("uuid",), ("tenant",), ("type",), ("provider",), ("source",), ("kind",)})


def _found(review: Context, table: Table, index: Index, columns: list[Column], open_ones: list[Column]) -> Finding:
    names = ", ".join(quote_identifier(column.name) for column in columns)
    nullable = ", ".join(quote_identifier(column.name) for column in open_ones)
    living = any(column.name.lower() in SOFT_DELETE for column in open_ones)
    effect = (
        f"rows that are not deleted have no {nullable}, so none of them is compared"
        if living
        else f"rows without {nullable} may repeat"
    )
    fix = () if living else _not_distinct(review, table, index, columns, open_ones)
    at = constraint_ref(table, index.constraint) if index.constraint else index_ref(index)
    return RULE.finding(
        at,
        f"{table.name.short} ({names}) is unique, but {effect}",
        also=[column_ref(table, column) for column in open_ones],
        facts={"columns": names, "nullable": nullable},
        fix=fix,
        offenders=_same(table, columns) if fix else "",
        asks=not living,
        experiment=_twice(review, table, columns, open_ones),
    )


def _same(table: Table, columns: list[Column]) -> str:
    """The rows that are equal in the key, NULLs counting as equal, to another one; only those can be that have one."""
    keys = ", ".join(quote_identifier(column.name) for column in columns)
    names = ", ".join(quote_identifier(column.name) for column in table.columns)
    counted = f"SELECT {names}, count(*) OVER (PARTITION BY {keys}) AS alike FROM {table.name}"
    return f"SELECT * FROM ({counted}) AS counted WHERE alike > 1"


def _not_distinct(
    review: Context, table: Table, index: Index, columns: list[Column], open_ones: list[Column]
) -> tuple[Change, ...]:
    if review.schema.family == "sqlite":
        return _beside(review, table, columns, open_ones)
    if review.schema.major < 15 or obligations(review, table, index):
        return ()
    dropped = drop_index(table, index)
    for constraint in table.constraints:
        if isinstance(constraint, Unique) and constraint.name == index.constraint:
            strict = msgspec.structs.replace(constraint, nulls_not_distinct=True, definition="")
            return dropped, AddConstraint(table=table.name, constraint=strict)
    return dropped, AddIndex(index=msgspec.structs.replace(index, nulls_not_distinct=True, definition=""))


def _beside(review: Context, table: Table, columns: list[Column], open_ones: list[Column]) -> tuple[Change, ...]:
    """SQLite has no NULLS NOT DISTINCT: a second key, of the rows without the one column that may be missing."""
    if len(open_ones) != 1:
        return ()
    names = [column.name for column in columns if column not in open_ones]
    index = new_index(review, table, tuple(names)).index
    condition = f"{quote_identifier(open_ones[0].name)} IS NULL"
    return (AddIndex(index=msgspec.structs.replace(index, unique=True, predicate=condition)),)


def _twice(review: Context, table: Table, columns: list[Column], open_ones: list[Column]) -> Accepted | None:
    """Two rows that are equal in the key, with NULL in its nullable columns."""
    rows = Rows(review)
    missing = {column.name: NULL for column in open_ones}
    first = rows.add(table, missing, must=[column.name for column in columns if column.not_null])
    if first is None:
        return None
    same = {column.name: first[column.name] for column in columns}
    if rows.add(table, same) is None:
        return None
    where = " AND ".join(
        f"{quote_identifier(name)} " + ("IS NULL" if value == NULL else f"= {value}") for name, value in same.items()
    )
    return Accepted(
        script=(*rows.statements, f"SELECT count(*) AS rows FROM {table.name} WHERE {where}"),
        shows="two rows that are equal in the unique key are accepted",
    )
