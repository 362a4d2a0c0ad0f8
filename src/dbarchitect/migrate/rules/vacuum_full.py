"""VACUUM FULL or CLUSTER

## What it says

VACUUM FULL or CLUSTER of a table in use.

## Why it matters

The whole table is copied under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile.

## What would make it false

The table is small, or nobody uses it now.

## How to mend it

pg_repack or pg_squeeze copy it while it is used; plain VACUUM blocks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import ObjectRef
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.Vacuum, s.Cluster))


def check(site: Site) -> Iterator[Finding]:
    """The tables that are copied."""
    action = site.action
    if isinstance(action, s.Vacuum):
        if not action.full:
            return
        what, names = "VACUUM FULL", action.tables
    else:
        assert isinstance(action, s.Cluster)
        what, names = "CLUSTER", (action.table,) if action.table else ()
    if not names:
        yield RULE.finding(
            ObjectRef(kind="database"), f"{what} copies every table under ACCESS EXCLUSIVE", site.position
        )
    for name in names:
        table = site.picture.relation(name)
        if site.unused(table):
            continue
        severity, words, facts = site.burden(RULE.severity, table, "rewrite")
        yield RULE.finding(site.ref(table), f"{what} {words}", site.position, severity=severity, facts=facts)
