"""Foreign key of several columns that a NULL switches off

## What it says

A foreign key of several columns with MATCH SIMPLE, the default, has columns that may be NULL: where one of them is,
none of them is checked. It is a `warning` where a row can name a parent that way and not be checked: all the columns
may be NULL one by one, or the one that may is not the one that names the parent. Where only the column that names the
parent may be NULL and the others (the tenant) belong to the row anyway, it is the usual way to write an optional
reference, and `info`.

Quiet with MATCH FULL, and where a CHECK ties the columns together.

## Why it matters

A row with half a reference is accepted whatever the other half says: it looks checked and points at nothing.

The documentation says under "Foreign Keys" that with MATCH SIMPLE "if any of the referencing columns are null, the row
is not required to have a match". Of 42 real schemas 2 had such keys, 4 in all.

## What would make it false

The application always writes all the columns or none of them.

## How to mend it

MATCH FULL where all may be NULL together: then all or none are. Where only some may be NULL, make these NOT NULL.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterColumn, Change
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, ForeignKey, Table
from dbarchitect.review.context import Context, column_ref, constraint_ref, mentions
from dbarchitect.review.enforcing import distinguishes, replaced
from dbarchitect.review.rows import NULL, Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import TENANTS

RULE = Rule(__name__, __doc__, area="foreign keys", severity=Severity.WARNING, harms_by="writes")


def check(review: Context) -> Iterator[Finding]:
    """Foreign keys of several columns that half a NULL switches off."""
    for table in review.tables:
        for key in table.foreign_keys:
            if len(key.columns) < 2 or key.match != "SIMPLE" or not key.enforced or key.inherited or key.period:
                continue
            open_ones = [name for name in key.columns if (c := table.column(name)) is not None and not c.not_null]
            if open_ones and not _tied(table, key):
                yield _found(review, table, key, open_ones, optional=_is_optional(review, table, key, open_ones))


def _tied(table: Table, key: ForeignKey) -> bool:
    """Whether a CHECK speaks about more than one of the columns."""
    return any(
        isinstance(constraint, Check) and sum(mentions(constraint.expression, name) for name in key.columns) > 1
        for constraint in table.constraints
    )


def _is_optional(review: Context, table: Table, key: ForeignKey, open_ones: list[str]) -> bool:
    """Whether the one column that may be NULL is the one that names the parent: it alone tells one parent from all
    others, or the rest belongs to the row anyway."""
    if len(open_ones) > 1 or not TENANTS.isdisjoint(words(open_ones[0])):
        return False
    target = key.target_columns[key.columns.index(open_ones[0])]
    parent = review.table(key.target)
    if parent is not None and distinguishes(parent, (target,)):
        return True
    rest = set(key.columns) - set(open_ones)
    own = set(table.primary_key.columns if table.primary_key else ())
    elsewhere = {name for other in table.foreign_keys if other is not key for name in other.columns}
    return all(name in own or name in elsewhere or not TENANTS.isdisjoint(words(name)) for name in rest)


def _found(review: Context, table: Table, key: ForeignKey, open_ones: list[str], *, optional: bool) -> Finding:
    names = ", ".join(quote_identifier(name) for name in key.columns)
    nullable = ", ".join(quote_identifier(name) for name in open_ones)
    message = f"{table.name.short} ({names}) refers to {key.target.short}, and is not checked where {nullable} is NULL"
    everything = len(open_ones) == len(key.columns)
    if everything:
        message = (
            f"{table.name.short} ({names}) refers to {key.target.short}, and is not checked where one of them is NULL"
        )
    return RULE.finding(
        constraint_ref(table, key.name),
        message,
        severity=Severity.INFO if optional else None,
        also=[column_ref(table, name) for name in open_ones],
        facts={"columns": names, "nullable": nullable},
        fix=() if optional else _whole(table, key, open_ones),
        offenders="" if optional else _halves(table, key, open_ones),
        asks=optional,
        experiment=None if optional else _half(review, table, key, open_ones),
    )


def _whole(table: Table, key: ForeignKey, open_ones: list[str]) -> tuple[Change, ...]:
    if len(open_ones) == len(key.columns):
        return () if key.set_columns else replaced(table, key, match="FULL")
    if "SET NULL" in (key.on_delete, key.on_update) and (not key.set_columns or set(key.set_columns) & set(open_ones)):
        return ()
    columns = [table.column(name) for name in open_ones]
    return tuple(
        AlterColumn(table=table.name, before=column, after=msgspec.structs.replace(column, not_null=True))
        for column in columns
        if column is not None and not column.inherited
    )


def _halves(table: Table, key: ForeignKey, open_ones: list[str]) -> str:
    quoted = [quote_identifier(name) for name in key.columns]
    if len(open_ones) < len(key.columns):
        return f"SELECT * FROM {table.name} WHERE " + " OR ".join(
            f"{quote_identifier(name)} IS NULL" for name in open_ones
        )
    return f"SELECT * FROM {table.name} WHERE num_nulls({', '.join(quoted)}) BETWEEN 1 AND {len(quoted) - 1}"


def _half(review: Context, table: Table, key: ForeignKey, open_ones: list[str]) -> Accepted | None:
    """A row whose other columns name nothing that exists."""
    missing = open_ones[:1] if len(open_ones) == len(key.columns) else open_ones
    rest = [name for name in key.columns if name not in missing]
    others = [one for one in table.foreign_keys if one is not key and set(one.columns) & set(rest)]
    rows = Rows(review)
    if others or rows.add(table, dict.fromkeys(missing, NULL), loose=(key.name,), must=rest) is None:
        return None
    names = ", ".join(quote_identifier(name) for name in key.columns)
    return Accepted(
        script=(*rows.statements, f"SELECT {names} FROM {table.name}"),
        shows="a row whose reference is half NULL is accepted, and the other half names nothing",
    )
