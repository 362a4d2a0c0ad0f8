"""Table of pairs without a unique key over the pair

## What it says

A table has foreign keys to two others, at most five columns, and no unique key that touches either reference: the same
pair can be there twice. It is a `warning` where the table has the names of both parents in its own, or holds nothing
but the pair (a place in an order and times of creation aside); with a number of its own, one more value, or where other
tables refer to it, it is a question and `info`.

Quiet for tables with texts, documents or times of their own (they are things, not pairs), for references that may both
be NULL, for a reference to the tenant, for tables of events and histories, and where a key with one of the references
in it shows that somebody chose.

## Why it matters

The same pair gets in twice, then joins and counts see it twice, and who removes it must remove it twice.

Two requests at the same time are enough: what an application looks up before it inserts, another one inserts in
between; only the database's key can refuse it. Of 42 real schemas 21 had such tables, 42 in all.

## What would make it false

A pair may be there several times: the table records what happened, or holds a history.

## How to mend it

Make the pair the primary key, or a unique key where the table has one of its own. Rows that are there twice must go
first; the finding's query lists them.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddConstraint, AddIndex, Change
from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, ForeignKey, Index, IndexKey, PrimaryKey, Table
from dbarchitect.review.checked import living
from dbarchitect.review.context import INSTANTS, Context, base_type
from dbarchitect.review.enforcing import duplicates, unique
from dbarchitect.review.mending import free_name
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import BOOKKEEPING, SOFT_DELETE, TENANTS, is_event_like

RULE = Rule(__name__, __doc__, area="keys", certainty="likely", severity=Severity.WARNING, harms_by="writes")

_MOST_COLUMNS = 5
_OF_THINGS = frozenset({"text", "varchar", "citext", "json", "jsonb", "bytea", "xml", "tsvector", *INSTANTS})


def check(review: Context) -> Iterator[Finding]:
    """Tables of pairs that accept the same pair twice."""
    for table in review.tables:
        pair = _pair(table)
        if pair is None or is_event_like(table.name.name):
            continue
        columns = tuple(dict.fromkeys(name for key in pair for name in key.columns))
        if any(index.unique and any(key.column in columns for key in index.keys) for index in table.indexes):
            continue
        mark = next((c for c in table.columns if c.name.lower() in SOFT_DELETE and c.name not in columns), None)
        payload = [c for c in table.columns if c.name not in columns and c is not mark and not _is_aside(table, c)]
        named = all(_words_of(key) <= {singular(word) for word in words(table.name.name)} for key in pair)
        if not named and any(not TENANTS.isdisjoint(words(name)) for name in columns):
            continue  # a thing of one parent, and its owner
        referred = bool(review.references(table))
        if any(base_type(c) in _OF_THINGS or c.type.is_array for c in payload) or len(payload) > 1:
            continue
        optional = [name for name in columns if (c := table.column(name)) is not None and not c.not_null]
        if all(any(name in optional for name in key.columns) for key in pair) and (payload or not named):
            continue
        bare = table.primary_key is None and not payload and not optional
        sure = (named or bare) and not referred
        yield _found(review, table, columns, mark, sure)


def _pair(table: Table) -> tuple[ForeignKey, ForeignKey] | None:
    """The two references that a table of pairs consists of."""
    if len(table.columns) > _MOST_COLUMNS or any(column.inherited for column in table.columns):
        return None
    keys = {key.columns: key for key in table.foreign_keys if key.enforced and key.target != table.name}
    if len(keys) != 2 or len(keys) != len({frozenset(columns) for columns in keys}):
        return None
    one, other = keys.values()
    if set(one.columns) <= set(other.columns) or set(other.columns) <= set(one.columns):
        return None
    return one, other


def _words_of(key: ForeignKey) -> set[str]:
    return {singular(word) for word in words(key.target.name)[-1:]}


def _is_aside(table: Table, column: Column) -> bool:
    """Whether a column says nothing about the pair: its number, its place, when it came."""
    if table.primary_key is not None and table.primary_key.columns == (column.name,):
        return True
    return not BOOKKEEPING.isdisjoint(words(column.name)) and base_type(column) not in ("text", "json", "jsonb")


def _found(review: Context, table: Table, columns: tuple[str, ...], mark: Column | None, sure: bool) -> Finding:
    names = ", ".join(quote_identifier(name) for name in columns)
    alive = living(mark) if mark is not None else ""
    message = f"{table.name.short} holds pairs ({names}), and nothing keeps the same pair from being there twice"
    return RULE.finding(
        table.ref,
        message if sure else f"{message}: may it be?",
        severity=None if sure else Severity.INFO,
        facts={"columns": names, "rows": review.rows(table)},
        fix=_key(review, table, columns, alive),
        offenders=duplicates(table, columns, alive),
        asks=not sure,
        experiment=_twice(review, table, columns, mark),
    )


def _key(review: Context, table: Table, columns: tuple[str, ...], alive: str) -> tuple[Change, ...]:
    added = unique(review, table, columns)
    if added is None:
        return ()
    if alive:
        name = Name(schema=table.name.schema, name=free_name(review, table, (*columns, "living")))
        keys = tuple(IndexKey(column=column) for column in columns)
        return (AddIndex(index=Index(name=name, table=table.name, keys=keys, predicate=alive, unique=True)),)
    mandatory = all((column := table.column(name)) is not None and column.not_null for name in columns)
    if table.primary_key is None and mandatory:
        key = PrimaryKey(name=free_name(review, table, ("pkey",)), columns=columns)
        return (AddConstraint(table=table.name, constraint=key),)
    return (added,)


def _twice(review: Context, table: Table, columns: tuple[str, ...], mark: Column | None) -> Accepted | None:
    rows = Rows(review)
    lives = {mark.name: "NULL"} if mark is not None and base_type(mark) != "bool" and not mark.not_null else {}
    first = rows.add(table, lives, must=columns)
    if first is None or rows.add(table, {**lives, **{name: first[name] for name in columns}}) is None:
        return None
    names = ", ".join(quote_identifier(name) for name in columns)
    return Accepted(
        script=(*rows.statements, f"SELECT {names}, count(*) AS rows FROM {table.name} GROUP BY {names}"),
        shows="the same pair is accepted twice",
    )
