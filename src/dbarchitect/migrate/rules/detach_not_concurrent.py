"""DETACH PARTITION that locks the whole table

## What it says

DETACH PARTITION without CONCURRENTLY.

## Why it matters

ACCESS EXCLUSIVE on the parent, the partition and the DEFAULT partition stops all queries on all partitions.

## What would make it false

The table is hardly used while this runs.

## How to mend it

`DETACH PARTITION ... CONCURRENTLY` (PostgreSQL 14 and newer), outside a transaction; not where there is a DEFAULT
partition. After a crash: FINALIZE. It leaves a CHECK with the bound on what was the partition.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.mending import command_text, head, in_place_of_command
from dbarchitect.migrate.rule import Fix, Piece, Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.DetachPartition,), since=14)


def check(site: Site) -> Iterator[Finding]:
    """The parent, where others use it."""
    command = site.command
    assert isinstance(command, s.DetachPartition)
    if command.concurrently or command.finalize or site.unused(site.table):
        return
    default = site.picture.default_partition(site.table.name)
    more = f"; {default.name.short} is its DEFAULT partition, with which CONCURRENTLY is refused" if default else ""
    yield RULE.finding(
        site.ref(site.table),
        f"DETACH PARTITION takes ACCESS EXCLUSIVE on {site.table.name.short} and all that it reaches{more}",
        site.position,
        severity=Severity.INFO if default else RULE.severity,
        facts={"lock": "ACCESS EXCLUSIVE", "table": str(site.table.name)},
    )


def fix(site: Site) -> Fix | None:
    """Concurrently, where no DEFAULT partition is known."""
    if site.picture.default_partition(site.table.name) is not None:
        return None
    return in_place_of_command(site, Piece(f"{head(site)} {command_text(site)} CONCURRENTLY", apart=True))
