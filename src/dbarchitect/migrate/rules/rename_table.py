"""RENAME or SET SCHEMA of a table or view

## What it says

A table or view gets another name or schema.

## Why it matters

Running code that uses the old name breaks at once, and new code breaks until this has run.

## What would make it false

A view of the old name is made in the same transaction, or nothing uses the table yet.

## How to mend it

Rename it and create a view of the old name in the same transaction; drop the view when no code uses it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import Name
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Rename, s.SetSchema))


def check(site: Site) -> Iterator[Finding]:
    """The relation, unless its old name lives on."""
    action = site.action
    assert isinstance(action, s.Rename | s.SetSchema)
    if action.kind not in ("table", "view", "materialized view", "foreign table"):
        return
    table = site.picture.relation(action.name)
    if table.fresh or _stays(site, table.name):
        return
    new = action.new if isinstance(action, s.Rename) else f"{action.new}.{table.name.name}"
    yield RULE.finding(
        site.ref(table), f"code that uses {table.name.short} breaks: it is {new} from now on", site.position
    )


def _stays(site: Site, name: Name) -> bool:
    """Whether something of the old name is made, or renamed so, in the same transaction."""
    for unit in site.later():
        if unit.block != site.unit.block:
            return False
        action = unit.action
        if isinstance(action, s.CreateView | s.CreateTable):
            made = action.name if isinstance(action, s.CreateView) else action.table
            if site.picture.full(made) == name:
                return True
        if isinstance(action, s.Rename) and action.kind in ("table", "view") and action.new == name.name:
            return True
    return False
