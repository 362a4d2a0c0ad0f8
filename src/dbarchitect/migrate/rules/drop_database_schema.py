"""DROP DATABASE or DROP SCHEMA

## What it says

A database or a schema is dropped.

## Why it matters

Everything in it is gone at once.

## What would make it false

The schema is empty, or made by this migration.

## How to mend it

Drop its tables one by one, each when it is no longer used.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Drop, s.DropDatabase), severity=Severity.ERROR)


def check(site: Site) -> Iterator[Finding]:
    """The database or the schemas."""
    action = site.action
    if isinstance(action, s.DropDatabase):
        at = ObjectRef(kind="database", name=action.name)
        yield RULE.finding(at, f"the database {action.name} is gone", site.position)
        return
    assert isinstance(action, s.Drop)
    if action.kind != "schema":
        return
    for one in action.names:
        inside = [relation for name, relation in site.picture.relations.items() if name.schema == one.name]
        made = any(
            isinstance(unit.action, s.CreateSchema) and unit.action.name == one.name
            for unit in site.units[: site.number]
        )
        if made or (not inside and site.picture.complete) or not (action.cascade or site.picture.complete):
            continue  # without CASCADE it goes only if it is empty
        many = f" with {len(inside):,} relations" if inside else ""
        at = ObjectRef(kind="schema", schema=one.name)
        yield RULE.finding(at, f"the schema {one.name}{many} is gone", site.position)
