"""Strong locks on many tables in one transaction

## What it says

A transaction takes locks that block writers on three or more tables that are in use.

## Why it matters

Each waits for its own queue while the others are held: the wait adds up, and two such transactions deadlock.

## What would make it false

The tables are hardly used while this runs.

## How to mend it

One table a transaction, in the same order everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import Name
from dbarchitect.sql import statements as s

RULE = Rule(
    __name__,
    __doc__,
    on=(s.AlterTable, s.CreateTable, s.CreateIndex, s.Drop, s.Rename, s.CreateTrigger, s.CreatePolicy, s.LockTables),
)
# One is needed, two are a foreign key.
_MOST = 2


def check(site: Site) -> Iterator[Finding]:
    """The statement that takes the third."""
    roots = {name: _root(site, name) for name in site.passage.held if _strong(site.passage.held[name].lock)}
    before = set(roots.values())
    here = {_root(site, one.table) for one in site.effects_here("lock") if one.lock is not None and _strong(one.lock)}
    if len(before) > _MOST or len(before | here) <= _MOST or not site.passage.done:
        return
    names = sorted(before | here)
    yield RULE.finding(
        site.ref(site.picture.relation(names[0])),
        f"one transaction locks {len(names)} tables against writers: {', '.join(one.short for one in names[:6])}",
        site.position,
        facts={"tables": len(names)},
    )


def _strong(lock: str) -> bool:
    return lock in ("SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE")


def _root(site: Site, name: Name) -> Name:
    """The table that a partition belongs to: a tree counts once."""
    relation = site.picture.get(name)
    while relation is not None and relation.parents:
        name = relation.parents[0]
        relation = site.picture.get(name)
    return name
