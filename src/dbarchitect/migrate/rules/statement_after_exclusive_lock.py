"""Long work while ACCESS EXCLUSIVE is held

## What it says

A statement that reads, rewrites or indexes a table comes after another one took ACCESS EXCLUSIVE in the same
transaction.

## Why it matters

The first lock is held until the long work is done: it stops a table that would have been free at once.

## What would make it false

The work is short because the tables are small.

## How to mend it

One such statement a transaction; what only changes the catalogue may share one.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AlterTable, s.CreateIndex, s.RefreshView, s.CreateTableAs))


def check(site: Site) -> Iterator[Finding]:
    """Work of the statement beside what the transaction holds."""
    held = [
        (name, one)
        for name, one in site.passage.held.items()
        if one.lock == "ACCESS EXCLUSIVE" and one.by < site.number
    ]
    work = [one for one in site.effects_here("rewrite", "scan", "build") if one.sure]
    if not held or not work or _validates(site):
        return
    name, lock = next((one for one in held if one[0] != work[0].table), held[0])
    table = site.picture.relation(work[0].table)
    severity, words, facts = site.weigh(RULE.severity, table, work[0].what)
    size = site.size_of(table)
    line = site.units[lock.by].parsed.text.position.line
    yield RULE.finding(
        site.ref(site.picture.relation(name)),
        f"{name.short} stays locked ACCESS EXCLUSIVE since line {line} while {table.name.short}{size}"
        f"{',' if size else ''} is worked on{words}",
        site.position,
        severity=severity,
        facts=facts,
    )


def _validates(site: Site) -> bool:
    """Whether the rule `validate-same-transaction` speaks of it."""
    return isinstance(site.action, s.AlterTable) and all(
        isinstance(one, s.ValidateConstraint) for one in site.action.commands
    )


def fix(site: Site) -> Fix | None:
    """The statement in a transaction of its own."""
    return Fix((Piece(site.sql, apart=True),))
