"""SET NULL on a column that may not be NULL

## What it says

A foreign key sets its columns to NULL (or to a default that is NULL) when the parent is deleted or its key changes, and
one of these columns is NOT NULL.

## Why it matters

The action can never succeed: every delete of a parent that has children fails, with an error about the child.

PostgreSQL takes such a key without a word and only fails when the action runs. In a key over tenant and id it is the
tenant that must not be NULL, while the id may; from PostgreSQL 15 the action can name the columns that it sets.

## What would make it false

Nothing is ever deleted from the parent, and its key never changes.

## How to mend it

Where some of the columns may be NULL, let the action set these alone. Where none may, the fix writes down what really
happens (RESTRICT); if the row should stay behind without its parent, drop the NOT NULL instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Action, ForeignKey, Table
from dbarchitect.review.context import Context, column_ref, constraint_ref
from dbarchitect.review.enforcing import replaced
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="foreign keys", severity=Severity.ERROR, engines=("postgresql", "sqlite"))

_SET_COLUMNS_SINCE = 15


def check(review: Context) -> Iterator[Finding]:
    """Actions of foreign keys that must fail."""
    for table in review.tables:
        for key in table.foreign_keys:
            if not key.enforced or key.inherited:
                continue
            deleted = _barred(table, key.on_delete, key.set_columns or key.columns)
            updated = _barred(table, key.on_update, key.columns)
            if deleted or updated:
                yield _found(review, table, key, deleted, updated)


def _barred(table: Table, action: Action, columns: tuple[str, ...]) -> list[str]:
    """The columns that the action would set to NULL and that may not be."""
    if action not in ("SET NULL", "SET DEFAULT"):
        return []
    found = [table.column(name) for name in columns]
    return [
        column.name
        for column in found
        if column is not None and column.not_null and (action == "SET NULL" or column.default is None)
    ]


def _found(review: Context, table: Table, key: ForeignKey, deleted: list[str], updated: list[str]) -> Finding:
    barred = ", ".join(quote_identifier(name) for name in deleted or updated)
    verb, action = ("delete from", key.on_delete) if deleted else ("change of a key in", key.on_update)
    return RULE.finding(
        constraint_ref(table, key.name),
        f"a {verb} {key.target.short} shall {action} in {table.name.short} ({barred}), which is NOT NULL: it fails",
        also=[column_ref(table, name) for name in deleted or updated],
        facts={"columns": barred, "on_delete": key.on_delete, "on_update": key.on_update},
        fix=_possible(review, table, key, deleted, updated),
        experiment=_fails(review, table, key) if deleted else None,
    )


def _possible(
    review: Context, table: Table, key: ForeignKey, deleted: list[str], updated: list[str]
) -> tuple[Change, ...]:
    changed: dict[str, object] = {"on_update": "NO ACTION"} if updated else {}
    if deleted:
        free = tuple(name for name in key.set_columns or key.columns if name not in deleted)
        since = review.schema.family == "postgresql" and review.schema.major >= _SET_COLUMNS_SINCE
        if free and key.on_delete == "SET NULL" and since and key.match == "SIMPLE":
            changed["set_columns"] = free
        else:
            changed |= {"on_delete": "RESTRICT", "set_columns": ()}
    return replaced(table, key, **changed)


def _fails(review: Context, table: Table, key: ForeignKey) -> Refused | None:
    """A parent, a child, and the delete of the parent."""
    parent = review.table(key.target)
    rows = Rows(review)
    if parent is None or parent.name == table.name:
        return None
    first = rows.add(parent, must=key.target_columns)
    if first is None:
        return None
    values = {name: first[target] for name, target in zip(key.columns, key.target_columns, strict=True)}
    if rows.add(table, values) is None:
        return None
    where = " AND ".join(f"{quote_identifier(name)} = {first[name]}" for name in key.target_columns)
    return Refused(
        script=(*rows.statements, f"DELETE FROM {parent.name} WHERE {where}"),
        shows="a parent that has a child cannot be deleted, though the key says what shall happen",
    )
