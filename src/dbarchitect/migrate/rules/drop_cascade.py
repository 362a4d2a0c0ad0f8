"""CASCADE drops what is not named

## What it says

DROP ... CASCADE, DROP COLUMN or CONSTRAINT ... CASCADE, TRUNCATE ... CASCADE.

## Why it matters

It removes objects, or rows of tables, that the author did not name and perhaps does not know.

## What would make it false

What depends on it is known, and shall go.

## How to mend it

Name what goes, in the order of dependencies; `dba migrate rehearse` lists it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Drop, s.Truncate, s.DropColumn, s.DropConstraint))


def check(site: Site) -> Iterator[Finding]:
    """The statement, with what is known to depend on it."""
    what = site.command or site.action
    if not getattr(what, "cascade", False):
        return
    if isinstance(what, s.Drop):
        names = [site.picture.full(one) for one in what.names]
        if what.kind in ("table", "view", "materialized view") and all(site.picture.relation(n).fresh for n in names):
            return
        at = ObjectRef(kind="table", schema=names[0].schema, name=names[0].name)
        if what.kind == "schema":
            at = ObjectRef(kind="schema", schema=what.names[0].name)
        label, also = f"DROP {what.kind.upper()} ... CASCADE", _dependents(site, names)
    elif isinstance(what, s.Truncate):
        names = [site.picture.full(one) for one in what.tables]
        at = site.ref(site.picture.relation(names[0]))
        label, also = "TRUNCATE ... CASCADE", _dependents(site, names, views=False)
    else:
        if site.table.fresh:
            return
        at = site.ref(site.table, getattr(what, "name"))  # noqa: B009
        label, also = "... CASCADE", ()
    of_tables = isinstance(what, s.Truncate) or (isinstance(what, s.Drop) and what.kind == "table")
    if site.picture.complete and of_tables and not also:
        return  # nothing hangs on it
    known = f": {', '.join(one.short for one in also[:6])}" if also else ""
    yield RULE.finding(at, f"{label} takes along what depends on it{known}", site.position, also=also)


def _dependents(site: Site, names: list[Name], *, views: bool = True) -> tuple[ObjectRef, ...]:
    found = [other.name for name in names for other, _, _ in site.picture.references(name) if other.name not in names]
    if views:
        found += [view.name for name in names for view in site.picture.views_over(name)]
    return tuple(site.ref(site.picture.relation(name)) for name in dict.fromkeys(found))
