"""DROP TABLE

## What it says

A table is dropped.

## Why it matters

Its rows are gone, running code that uses it breaks, and every table that its foreign keys point at is locked too.

## What would make it false

Nothing uses the table any more and its rows are kept elsewhere.

## How to mend it

Rename it first and drop it a release later; drop its foreign keys in a transaction of their own before. `dba migrate
apply` backs it up.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Drop,))


def check(site: Site) -> Iterator[Finding]:
    """Each table that was there before the migration."""
    action = site.action
    assert isinstance(action, s.Drop)
    if action.kind not in ("table", "foreign table"):
        return
    for name in action.names:
        table = site.picture.relation(name)
        if table.fresh or table.persistence == "temporary":
            continue
        if site.picture.complete and site.picture.get(name) is None:
            continue  # there is no such table
        rows = f" ({table.rows:,.0f} rows)" if table.rows else ""
        yield RULE.finding(
            site.ref(table),
            f"{table.name.short}{site.size_of(table)} and its rows{rows} are gone",
            site.position,
            facts={"rows": table.rows} if table.rows is not None else None,
        )
