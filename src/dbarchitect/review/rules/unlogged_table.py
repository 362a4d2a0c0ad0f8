"""Unlogged table

## What it says

A table is UNLOGGED. It is `info` where its name says that its rows are meant to be lost (a cache, locks, sessions, a
queue's leases, staging), a warning otherwise. On a standby of it nothing can be read.

## Why it matters

After a crash, an immediate shutdown or a failover to a standby the table is empty: its rows are in no log and no
physical backup.

Documentation, CREATE TABLE: an unlogged table is "automatically truncated after a crash or unclean shutdown", and its
contents "are also not replicated to standby servers".

## What would make it false

What is in it can be made again at any time.

## How to mend it

`ALTER TABLE ... SET LOGGED`; it rewrites the table under an exclusive lock.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dbarchitect.model.change import AlterTable
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import TRANSIENT

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Tables that a crash empties."""
    for table in review.all_tables:
        if table.persistence != "unlogged" or table.kind != "ordinary":
            continue
        meant = not TRANSIENT.isdisjoint(words(table.name.name))
        referring = len(review.references(table))
        also = f"; {referring} foreign key{'s lead' if referring > 1 else ' leads'} to it" if referring else ""
        yield RULE.finding(
            table.ref,
            f"{table.name.short} is unlogged: a crash or a failover empties it{also}",
            severity=Severity.INFO if meant else None,
            facts={"rows": review.rows(table), "meant": meant},
            fix=(AlterTable(before=table, after=replace(table, persistence="permanent")),)
            if _can_be_logged(review, table)
            else (),
            experiment=Shown(
                query="SELECT relpersistence = 'u', relpersistence, pg_catalog.pg_relation_filenode(oid) AS filenode "
                f"FROM pg_catalog.pg_class WHERE oid = {quote_literal(str(table.name))}::regclass",
                shows="its changes are in no log, so a crash empties it",
            ),
        )


def _can_be_logged(review: Context, table: Table) -> bool:
    """PostgreSQL refuses while the table refers to one that is unlogged itself."""
    for key in table.foreign_keys:
        target = review.table(key.target)
        if target is None or (target.persistence == "unlogged" and target.name != table.name):
            return False
    return True
