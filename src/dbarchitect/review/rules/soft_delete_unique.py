"""Unique key that deleted rows still hold

## What it says

A table marks rows as deleted (`deleted_at`, `is_deleted`) and has a unique key over what people choose (an email, a
name, a number) or over a pair of references, without a condition: a deleted row keeps the value taken. Keys of ids,
tokens and hashes are left out, as are keys that a foreign key relies on and keys that name the mark themselves. It is
`info` for slugs and domains, which are often kept for good.

## Why it matters

Who deletes an account cannot register again, and who leaves a group cannot come back: the insert fails.

Of 42 real schemas 17 had such keys; about half of those were meant to last, so the rule asks.

## What would make it false

The value is never given again, or the application revives the old row instead of inserting.

## How to mend it

Replace the key by a unique index over the living rows: `... WHERE deleted_at IS NULL`. An `ON CONFLICT` that names
the key must then repeat the condition.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddIndex, Change
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Column, Index, Table
from dbarchitect.review.checked import living
from dbarchitect.review.context import Context, base_type, constraint_ref, index_ref, mentions
from dbarchitect.review.mending import drop_index, free_name
from dbarchitect.review.overlap import obligations, settled
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import SOFT_DELETE

RULE = Rule(__name__, __doc__, area="uniqueness", certainty="likely", severity=Severity.WARNING, harms_by="writes")

_CHOSEN = frozenset(
    """
    email mail username login name title phone mobile handle nickname sku number code slug domain subdomain path
    """.split()  # noqa: SIM905
)
_OFTEN_KEPT = frozenset({"slug", "domain", "subdomain", "path", "code", "number"})
_NEVER_AGAIN = frozenset({"token", "hash", "secret", "uuid", "guid", "external", "key", "sha", "digest", "session"})


def check(review: Context) -> Iterator[Finding]:
    """Unique keys over all rows of a table that only marks its deletions."""
    for table in review.tables:
        mark = next((column for column in table.columns if _is_mark(column)), None)
        if mark is None:
            continue
        for index in table.indexes:
            if not index.unique or not settled(index) or index.predicate is not None:
                continue
            if obligations(review, table, index) or any(mentions(key.text, mark.name) for key in index.keys):
                continue
            severity = _judged(table, index)
            if severity is not None:
                yield _found(review, table, index, mark, severity)


def _is_mark(column: Column) -> bool:
    kind = base_type(column)
    return column.name.lower() in SOFT_DELETE and (kind in ("timestamp", "timestamptz") or kind == "bool")


def _judged(table: Table, index: Index) -> Severity | None:
    """How bad it is that these keys stay taken; None where that is most likely meant."""
    named = [words(key.text) for key in index.keys]
    if any(not _NEVER_AGAIN.isdisjoint(name) for name in named):
        return None
    references = {name for key in table.foreign_keys for name in key.columns}
    if len(index.keys) > 1 and all(key.column in references for key in index.keys):
        return Severity.WARNING
    chosen = [name for name in named if not _CHOSEN.isdisjoint(name)]
    if not chosen:
        return None
    return Severity.INFO if all(not _OFTEN_KEPT.isdisjoint(name) for name in chosen) else Severity.WARNING


def _found(review: Context, table: Table, index: Index, mark: Column, severity: Severity) -> Finding:
    keys = ", ".join(key.text for key in index.keys)
    return RULE.finding(
        constraint_ref(table, index.constraint) if index.constraint else index_ref(index),
        f"{table.name.short} ({keys}) is unique over deleted rows too: {mark.name} does not free the value",
        severity=severity,
        facts={"keys": keys, "mark": mark.name},
        fix=_living_only(review, table, index, mark),
        asks=True,
        experiment=_again(review, table, index, mark),
    )


def _living_only(review: Context, table: Table, index: Index, mark: Column) -> tuple[Change, ...]:
    name = free_name(review, table, (*(key.column or "expr" for key in index.keys), "living"))
    partial = Index(
        name=Name(schema=table.name.schema, name=name),
        table=table.name,
        keys=index.keys,
        include=index.include,
        predicate=living(mark),
        unique=True,
        nulls_not_distinct=index.nulls_not_distinct,
    )
    return AddIndex(index=partial), drop_index(table, index)


def _again(review: Context, table: Table, index: Index, mark: Column) -> Refused | None:
    """A deleted row, and a new one that takes its value again."""
    columns = [key.column for key in index.keys]
    if any(column is None for column in columns):
        return None
    names = [column for column in columns if column is not None]
    rows = Rows(review)
    gone, lives = ("true", "false") if base_type(mark) == "bool" else ("now()", "NULL")
    if base_type(mark) != "bool" and mark.not_null:
        return None
    first = rows.add(table, {mark.name: gone}, must=names)
    if first is None or rows.add(table, {mark.name: lives, **{name: first[name] for name in names}}) is None:
        return None
    return Refused(script=tuple(rows.statements), shows="the value of a deleted row cannot be taken again")
