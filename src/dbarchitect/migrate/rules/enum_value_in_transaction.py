"""A new enum value used in the transaction that adds it

## What it says

A statement uses a value that ALTER TYPE ... ADD VALUE added in the same transaction.

## Why it matters

PostgreSQL refuses it: "unsafe use of new value"; the migration fails.

## What would make it false

The type itself was made in the same transaction.

## How to mend it

COMMIT after ADD VALUE, or a migration of its own for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(
    __name__,
    __doc__,
    on=(s.Insert, s.Update, s.Delete, s.AlterTable, s.CreateTable, s.CreateIndex, s.Select, s.CreateView),
    severity=Severity.ERROR,
)


def check(site: Site) -> Iterator[Finding]:
    """Text constants that are values added in this transaction."""
    if not site.picture.added:
        return
    if isinstance(site.action, s.CreateTable | s.CreateView) and not _names_default(site):
        return
    for type_, value in sorted(site.picture.added):
        written = f"'{value.replace(chr(39), chr(39) * 2)}'"
        if written in site.sql and not _made_here(site, type_):
            yield RULE.finding(
                ObjectRef(kind="type", schema=type_.schema, name=type_.name),
                f"{written} of {type_.short} was added in this transaction: PostgreSQL refuses to use it before COMMIT",
                site.position,
            )


def _names_default(site: Site) -> bool:
    return "default" in site.sql.lower() or isinstance(site.action, s.CreateView)


def _made_here(site: Site, type_: Name) -> bool:
    return any(
        isinstance(unit.action, s.CreateEnum) and unit.action.name.name == type_.name
        for unit in site.same_transaction()
    )


def fix(site: Site) -> Fix | None:
    """ADD VALUE in a transaction of its own."""
    for number in site.passage.done:
        action = site.units[number].action
        if isinstance(action, s.AddEnumValue) and f"'{action.value}'" in site.sql:
            return Fix((Piece(site.units[number].parsed.text.sql, apart=True),), statement=number)
    return None
