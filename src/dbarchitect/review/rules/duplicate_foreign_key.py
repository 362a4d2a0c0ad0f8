"""The same foreign key twice

## What it says

Two foreign keys of a table have the same columns and refer to the same columns of the same table. Where they agree in
what happens on a delete or an update it is a `warning`; where they differ, an `error`.

## Why it matters

Every insert and delete is checked twice, and where the two differ, what happens depends on the order of their names.

The triggers behind foreign keys run in the order of their names, so with one key that cascades and one that restricts a
delete works or fails by the numbers that the server gave them.

## What would make it false

One of the two is about to be dropped by a migration.

## How to mend it

Drop one of them: the one that is not validated, or came last. Where they differ, only you can know which one is right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.change import DropConstraint
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import ForeignKey, Table
from dbarchitect.review.context import Context, constraint_ref
from dbarchitect.review.enforcing import both_checked
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="foreign keys", severity=Severity.WARNING, engines=("postgresql", "sqlite"))


def check(review: Context) -> Iterator[Finding]:
    """Foreign keys that are there twice."""
    for table in review.tables:
        alike: dict[object, list[ForeignKey]] = defaultdict(list)
        for key in table.foreign_keys:
            if key.enforced and not key.inherited:
                pairs = frozenset(zip(key.columns, key.target_columns, strict=True))
                alike[key.target, pairs, key.period].append(key)
        for keys in alike.values():
            if len(keys) > 1:
                yield _found(review, table, keys)


def _effect(key: ForeignKey) -> tuple[object, ...]:
    return key.on_delete, key.on_update, key.set_columns, key.match, key.deferrable, key.initially_deferred


def _found(review: Context, table: Table, keys: list[ForeignKey]) -> Finding:
    # The validated one stays, then the one whose name the server gave or that sorts first.
    keep, *others = sorted(keys, key=lambda key: (not key.validated, len(key.name), key.name))
    differ = any(_effect(key) != _effect(keep) for key in others)
    names = ", ".join(quote_identifier(name) for name in keep.columns)
    twice = "twice" if len(keys) == 2 else f"{len(keys)} times"
    message = f"{table.name.short} ({names}) refers to {keep.target.short} {twice}"
    if differ:
        message += ", and the foreign keys differ: " + "; ".join(f"{key.name} {_said(key)}" for key in keys)
    return RULE.finding(
        constraint_ref(table, others[0].name),
        message,
        severity=Severity.ERROR if differ else None,
        also=[constraint_ref(table, key.name) for key in (keep, *others[1:])],
        facts={"kept": None if differ else keep.name, "columns": names},
        fix=() if differ else tuple(DropConstraint(table=table.name, constraint=key) for key in others),
        experiment=both_checked(table, keys) if review.schema.family == "postgresql" else None,
    )


def _said(key: ForeignKey) -> str:
    words = [f"ON DELETE {key.on_delete}"]
    if key.on_update != "NO ACTION":
        words.append(f"ON UPDATE {key.on_update}")
    if key.match != "SIMPLE":
        words.append(f"MATCH {key.match}")
    if key.deferrable:
        words.append("DEFERRABLE" + (" INITIALLY DEFERRED" if key.initially_deferred else ""))
    return " ".join(words)
