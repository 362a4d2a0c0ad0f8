"""RENAME COLUMN

## What it says

A column is renamed.

## Why it matters

Running code that uses the old name breaks at once, and new code breaks until this has run.

## What would make it false

No running code uses the table.

## How to mend it

A new column beside it, kept equal by a trigger, until all code uses the new name; or a view that has both names.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import Name
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Rename,))


def check(site: Site) -> Iterator[Finding]:
    """A column of a table or view that others use."""
    action = site.action
    assert isinstance(action, s.Rename)
    if action.kind != "column":
        return
    table = site.picture.relation(action.name)
    column = table.columns.get(action.sub)
    if table.fresh or (column is not None and column.fresh) or action.name in _types(site):
        return
    yield RULE.finding(
        site.ref(table, action.sub),
        f"code that uses {table.name.short}.{action.sub} breaks: it is {action.new} from now on",
        site.position,
    )


def _types(site: Site) -> set[Name]:
    """Composite types that the script makes: their attributes are no columns that code names."""
    return {unit.action.name for unit in site.units if isinstance(unit.action, s.CreateType)}
