"""Unique key that contains another unique key

## What it says

A unique index has all keys of another unique index of its table and more: it can never refuse a row that the smaller
one accepts. Compared are columns or expressions, operator classes and collations, whatever the order; NULLs, conditions
and deferral are taken into account. Quiet where a foreign key relies on the wider key (a key over tenant and id is made
for that), and where it is the replica identity. Where the wider one is the primary key, the finding asks.

## Why it matters

The wider key enforces nothing, costs every write a second index, and hides which columns really identify a row.

Of 42 real schemas 13 had such keys, 28 in all. An `ON CONFLICT` that names the wider key must name the smaller one once
it is gone.

## What would make it false

A foreign key is about to refer to the wider key, or an `ON CONFLICT` names it.

## How to mend it

Drop the wider key. Where its first column is none of the smaller key's it may serve look-ups: the fix keeps a plain
index in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AddIndex, Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Index, PrimaryKey, Table
from dbarchitect.review.context import Context, constraint_ref, index_ref
from dbarchitect.review.mending import drop_index, free_name
from dbarchitect.review.overlap import enforces, key_signature, obligations, settled
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="keys", severity=Severity.INFO, engines=("postgresql", "sqlite"))


def check(review: Context) -> Iterator[Finding]:
    """Unique keys that a smaller one makes superfluous."""
    found: list[Finding] = []
    of = 0
    for table in review.tables:
        keys = [index for index in table.indexes if index.unique and settled(index) and index.method == "btree"]
        for wide in keys:
            of += len(wide.keys) > 1
            narrow = next((one for one in keys if one is not wide and _implies(table, one, wide)), None)
            if narrow is None:
                continue
            primary = any(isinstance(c, PrimaryKey) and c.name == wide.constraint for c in table.constraints)
            if not primary and obligations(review, table, wide):
                continue
            if primary and ((table.name, wide.name.name) in review.referenced_indexes or _nullable(table, narrow)):
                continue
            found.append(_found(review, table, wide, narrow, primary))
    yield from roll_up(found, f"{len(found)} of {of} unique keys of several columns contain smaller ones", of=of)


def _implies(table: Table, narrow: Index, wide: Index) -> bool:
    """Whether rows that `narrow` keeps apart can never meet in `wide`."""
    if len(narrow.keys) >= len(wide.keys) or not enforces(table, narrow):
        return False
    if narrow.predicate is not None and narrow.predicate != wide.predicate:
        return False
    if wide.nulls_not_distinct and not narrow.nulls_not_distinct and _nullable(table, narrow):
        return False
    return _compared(narrow) < _compared(wide)


def _compared(index: Index) -> set[tuple[object, ...]]:
    """The keys without the order in which they are read."""
    return {signature[:5] for signature in key_signature(index)}


def _nullable(table: Table, index: Index) -> bool:
    columns = [table.column(key.column) if key.column else None for key in index.keys]
    return any(column is None or not column.not_null for column in columns)


def _found(review: Context, table: Table, wide: Index, narrow: Index, primary: bool) -> Finding:
    keys, fewer = (", ".join(key.text for key in index.keys) for index in (wide, narrow))
    message = f"{table.name.short} ({keys}) is unique, but ({fewer}) is so already: {wide.name.name} refuses nothing"
    if primary:
        message = f"{table.name.short} ({keys}) is the primary key, but ({fewer}) is unique already: is it the key?"
    return RULE.finding(
        constraint_ref(table, wide.constraint) if wide.constraint else index_ref(wide),
        message,
        also=(index_ref(narrow),),
        facts={"keys": keys, "unique": fewer, "bytes": review.index_bytes(wide), "scans": review.index_scans(wide)},
        fix=() if primary else _plain(review, table, wide, narrow),
        asks=primary,
        experiment=_no_more(review, table, wide, narrow),
    )


def _plain(review: Context, table: Table, wide: Index, narrow: Index) -> tuple[Change, ...]:
    dropped = drop_index(table, wide)
    if _compared(msgspec.structs.replace(wide, keys=wide.keys[:1])) <= _compared(narrow):
        return (dropped,)
    name = free_name(review, table, (*(key.column or "expr" for key in wide.keys), "idx"))
    plain = Index(
        name=Name(schema=table.name.schema, name=name),
        table=table.name,
        keys=wide.keys,
        include=wide.include,
        predicate=wide.predicate,
        options=wide.options,
        tablespace=wide.tablespace,
    )
    return AddIndex(index=plain), dropped


def _no_more(review: Context, table: Table, wide: Index, narrow: Index) -> Refused | None:
    """Two rows that only the smaller key keeps apart: what the wider one alone would accept."""
    names = [key.column for key in narrow.keys if key.column is not None]
    more = [key.column for key in wide.keys if key.column is not None]
    if len(names) < len(narrow.keys) or len(more) < len(wide.keys) or narrow.predicate is not None:
        return None
    rows = Rows(review)
    first = rows.add(table, must=more)
    second = None if first is None else rows.add(table, {name: first[name] for name in names}, must=more)
    if first is None or second is None or all(first[name] == second[name] for name in more):
        return None
    return Refused(
        script=tuple(rows.statements),
        shows="rows that differ in the wider key and not in the smaller one, which the wider one is for, are refused",
    )
