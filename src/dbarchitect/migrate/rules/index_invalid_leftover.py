"""An INVALID index that IF NOT EXISTS would step over

## What it says

CREATE INDEX IF NOT EXISTS where an index of that name exists and is INVALID, the leftover of a concurrent build that
failed. Without a catalogue: a concurrent build with IF NOT EXISTS that nothing cleans up before.

## Why it matters

IF NOT EXISTS looks at the name alone: the migration reports success and the index is never used, or never unique.

## What would make it false

The index that exists is valid.

## How to mend it

`DROP INDEX CONCURRENTLY IF EXISTS name` first, then create it without IF NOT EXISTS; or `REINDEX INDEX CONCURRENTLY
name`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateIndex,))


def check(site: Site) -> Iterator[Finding]:
    """The index, where what is there is known to be broken, or may be."""
    action = site.action
    assert isinstance(action, s.CreateIndex)
    if not action.if_not_exists or not action.name:
        return
    table = site.picture.relation(action.table)
    existing = table.indexes.get(action.name)
    at = site.ref(table, action.name, "index")
    if existing is not None and not existing.valid and not existing.fresh and table.kind != "partitioned":
        yield RULE.finding(
            at,
            f"{action.name} exists and is INVALID: IF NOT EXISTS leaves it so",
            site.position,
            severity=Severity.ERROR,
        )
    elif action.concurrently and not site.picture.complete and not _cleaned(site, action.name):
        yield RULE.finding(
            at,
            f"a build of {action.name} that failed before leaves it INVALID, and IF NOT EXISTS steps over it",
            site.position,
            severity=Severity.INFO,
        )


def _cleaned(site: Site, name: str) -> bool:
    dropped = (unit.action for unit in site.units[: site.number] if isinstance(unit.action, s.Drop))
    return any(one.name == name for action in dropped if action.kind == "index" for one in action.names)
