"""A function names what goes

## What it says

A table or column is dropped or renamed whose name stands in the body of a function.

## Why it matters

PostgreSQL does not know what bodies name: the migration works, and the function fails when it is called.

## What would make it false

The name in the body means something else.

## How to mend it

Change the function in the same migration; `dba migrate rehearse --workload` runs what calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.migrate.picture import Relation
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Drop, s.Rename, s.DropColumn, s.SetSchema))


def check(site: Site) -> Iterator[Finding]:
    """Bodies that name the object."""
    if not site.picture.bodies:
        return
    what = site.command or site.action
    names: list[tuple[Relation, str]] = []
    if isinstance(what, s.Drop) and what.kind in ("table", "view", "materialized view"):
        names = [(site.picture.relation(one), "") for one in what.names]
    elif isinstance(what, s.DropColumn):
        names = [(site.table, what.name)]
    elif isinstance(what, s.Rename) and what.kind in ("table", "view", "column"):
        names = [(site.picture.relation(what.name), what.sub)]
    elif isinstance(what, s.SetSchema) and what.kind in ("table", "view"):
        names = [(site.picture.relation(what.name), "")]
    for table, column in names:
        if table.fresh:
            continue
        wanted = [re.compile(rf"\b{re.escape(one)}\b", re.I) for one in (table.name.name, column) if one]
        using = [
            key
            for key, body in site.picture.bodies.items()
            if body and all(one.search(body) for one in wanted) and not _replaced(site, key)
        ]
        if using:
            yield RULE.finding(
                site.ref(table, column),
                f"{using[0]} names {table.name.short}{'.' + column if column else ''} in its body"
                + (f", and {len(using) - 1} more functions do" if len(using) > 1 else ""),
                site.position,
            )


def _replaced(site: Site, key: str) -> bool:
    """Whether the script makes the function anew, or drops it."""
    bare = key.partition("(")[0].rpartition(".")[2].strip('"')
    for number, unit in enumerate(site.units):
        action = unit.action
        if number > site.number and isinstance(action, s.CreateFunction) and action.name.name == bare:
            return True
        routine = isinstance(action, s.Drop) and action.kind in ("function", "procedure", "routine")
        if isinstance(action, s.Drop) and routine and any(one.name == bare for one in action.names):
            return True
    return False
