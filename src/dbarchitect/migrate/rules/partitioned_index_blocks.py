"""CREATE INDEX on a partitioned table

## What it says

A CREATE INDEX on a partitioned table that builds the index on all partitions at once, or that asks for CONCURRENTLY,
which PostgreSQL refuses there.

## Why it matters

SHARE on the parent and on every partition blocks all writers until the last partition's index is built.

## What would make it false

All partitions are small or empty, or have the index already: then it is only attached.

## How to mend it

`CREATE INDEX ON ONLY parent` first, which is invalid until it is complete; `CREATE INDEX CONCURRENTLY` on each
partition; `ALTER INDEX parent_index ATTACH PARTITION partition_index` for each.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.follow import index_name
from dbarchitect.migrate.picture import Relation
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.CreateIndex,))


def check(site: Site) -> Iterator[Finding]:
    """The index, with the partitions on which it would be built."""
    action = site.action
    assert isinstance(action, s.CreateIndex)
    table = site.picture.relation(action.table)
    if table.kind != "partitioned" or action.only or site.unused(table):
        return
    at = site.ref(table, index_name(site.picture, action), "index")
    if action.concurrently:
        yield RULE.finding(
            at,
            f"{table.name.short} is partitioned: CREATE INDEX CONCURRENTLY is refused on it",
            site.position,
            severity=Severity.ERROR,
        )
        return
    built = [one for one in site.effects_here("build") if one.table != table.name]
    if not built and site.picture.children(table.name):
        return
    parts = site.picture.children(table.name)
    sizes = [one.bytes for one in parts]
    severity = RULE.severity
    if parts and all(size is not None for size in sizes):
        whole = Relation(name=table.name, bytes=sum(size or 0 for size in sizes), known=True)
        severity, _, _ = site.weigh(severity, whole, "build")
    many = f" and its {len(parts):,} partitions" if parts else " and every partition"
    yield RULE.finding(
        at,
        f"CREATE INDEX takes SHARE on {table.name.short}{many} until the last index is built",
        site.position,
        severity=severity,
        facts={"lock": "SHARE", "table": str(table.name), "partitions": len(parts)},
    )
