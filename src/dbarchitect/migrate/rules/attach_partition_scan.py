"""ATTACH PARTITION that reads tables

## What it says

ATTACH PARTITION of a table without a valid CHECK that says the partition's bound, or to a table whose DEFAULT
partition has none that excludes it.

## Why it matters

The new partition, and the DEFAULT partition, are locked ACCESS EXCLUSIVE and read whole: nobody can write what
belongs to DEFAULT.

## What would make it false

A valid CHECK with the bound (and NOT NULL of the key) exists on the table, and there is no DEFAULT partition or it
excludes the bound.

## How to mend it

ADD CHECK with the bound NOT VALID and VALIDATE it on the table, and the opposite on the DEFAULT partition; ATTACH;
drop the CHECKs.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.sql import statements as s

RULE = Rule(__name__, __doc__, on=(s.AttachPartition,))


def check(site: Site) -> Iterator[Finding]:
    """The tables that are read."""
    command = site.command
    assert isinstance(command, s.AttachPartition)
    if isinstance(site.action, s.AlterTable) and site.action.kind == "index":
        return
    child = site.picture.relation(command.partition)
    for cause in site.effects_here("scan"):
        if "bound" not in cause.why and "DEFAULT" not in cause.why:
            continue
        table = site.picture.relation(cause.table)
        severity, words, facts = site.burden(RULE.severity, table, "scan")
        if not cause.sure:
            severity = min(severity, Severity.INFO, key=lambda one: one.rank)
        yield RULE.finding(
            site.ref(table),
            f"ATTACH PARTITION {child.name.short} {words}: {cause.why}",
            site.position,
            severity=severity,
            facts=facts,
        )
