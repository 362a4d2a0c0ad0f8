"""Rows are written while a strong lock is held

## What it says

UPDATE, DELETE, MERGE, COPY or INSERT ... SELECT after DDL in the same transaction.

## Why it matters

The lock of the DDL is held until the last row is written: for minutes nobody gets at the table.

## What would make it false

The rows are few.

## How to mend it

COMMIT after the DDL; write the rows in batches, each in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.plan import LOCKS
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Update, s.Delete, s.Insert, s.Merge, s.Copy))


def check(site: Site) -> Iterator[Finding]:
    """DML beside locks that block others."""
    action = site.action
    assert isinstance(action, s.Update | s.Delete | s.Insert | s.Merge | s.Copy)
    if isinstance(action, s.Insert) and (action.rows or not action.reads):
        return
    if isinstance(action, s.Copy) and not action.into:
        return
    if getattr(action, "limited", False):
        return
    held = [
        (name, one)
        for name, one in site.passage.held.items()
        if LOCKS.index(one.lock) >= LOCKS.index("SHARE") and one.by < site.number
    ]
    if not held or action.table is None:
        return
    table = site.picture.relation(action.table)
    moved = [table] if not isinstance(action, s.Insert) else [site.picture.relation(one) for one in action.reads]
    if all(site.unused(one) for one in moved):
        return
    name, lock = held[0]
    severity, words, facts = site.weigh(RULE.severity, moved[0], "rewrite")
    verb = type(action).__name__.upper()
    begun = site.units[lock.by].parsed.text
    yield RULE.finding(
        site.ref(table),
        f"{verb} of {table.name.short}{words} while the transaction holds {lock.lock} on {name.short} since line "
        f"{begun.position.line}",
        site.position,
        severity=severity,
        facts={**facts, "held": lock.lock},
    )


def fix(site: Site) -> Fix | None:
    """The statement in a transaction of its own."""
    return Fix((Piece(site.sql, apart=True),))
