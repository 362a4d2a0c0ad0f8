"""A foreign key locks the table that it points at

## What it says

A foreign key is added to, made with, or dropped with a table, and the table it points at is in use: SHARE ROW
EXCLUSIVE there when it is made, ACCESS EXCLUSIVE when it goes.

## Why it matters

A statement about one table stops the writers (or all users) of another, perhaps the busiest of all.

The lock is short, but it waits for the longest transaction on the parent, and everybody waits behind it.

## What would make it false

The parent is hardly used while this runs.

## How to mend it

A `lock_timeout` with retries, one foreign key a transaction; drop the foreign key in a transaction of its own before
its table.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateTable, s.AddConstraint, s.Drop, s.DropConstraint), severity=Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """Tables that are locked because a foreign key points at them."""
    own = _own(site)
    seen: set[Name] = set()
    for cause in site.effects_here("lock"):
        if cause.table in own or cause.table in seen or cause.lock not in ("SHARE ROW EXCLUSIVE", "ACCESS EXCLUSIVE"):
            continue
        if "foreign key" not in cause.why and "referenced" not in cause.why:
            continue
        seen.add(cause.table)
        parent = site.picture.relation(cause.table)
        yield RULE.finding(
            site.ref(parent),
            f"{parent.name.short}{site.size_of(parent)} is locked {cause.lock} too: it {cause.why}",
            site.position,
            severity=Severity.WARNING if cause.lock == "ACCESS EXCLUSIVE" else RULE.severity,
            facts={"lock": cause.lock, "table": str(parent.name)},
        )


def _own(site: Site) -> set[Name]:
    action = site.action
    if isinstance(action, s.AlterTable):
        tree = site.picture.descendants(site.table.name)
        return {site.table.name, *(one.name for one in tree)}
    if isinstance(action, s.Drop):
        return {site.picture.full(one) for one in action.names}
    return set()
