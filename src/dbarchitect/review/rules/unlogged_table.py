"""Unlogged table

## What it says

A table is UNLOGGED. Tables whose names say that their rows may go are left out: caches, sessions, locks, queues,
staging.

## Why it matters

It is emptied after every crash, is not on standbys, and is in no backup that is made of the write-ahead log.

"an unlogged table is automatically truncated after a crash or unclean shutdown. The contents of an unlogged table are
also not replicated to standby servers" (documentation of CREATE TABLE). On Neon they do not survive a restart of the
compute, nor its going idle ("Postgres compatibility"). Of 42 real schemas 3 had one.

## What would make it false

Its rows can be made again from others at any time.

## How to mend it

`ALTER TABLE ... SET LOGGED`; it writes the table once to the write-ahead log, under an ACCESS EXCLUSIVE lock.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterTable
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import words

RULE = Rule(__name__, __doc__, area="structure", severity=Severity.WARNING)

_MAY_GO = frozenset(
    """
    cache caches cached session sessions lock locks leader queue queues staging stage stg tmp temp temporary import
    imports buffer scratch work presence online rate limit limits heartbeat heartbeats nonce nonces job jobs
    """.split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """Tables that a crash empties."""
    for table in review.tables:
        leaves = [one for one in review.leaves(table) if one.persistence == "unlogged"]
        if not leaves or not _MAY_GO.isdisjoint(words(table.name.name)):
            continue
        event = "every restart of the compute" if review.platform == "neon" else "a crash"
        lost = [reference.table.name for reference in review.references(table)]
        yield RULE.finding(
            table.ref,
            f"{table.name.short} is unlogged: {event} empties it" + (", though others refer to it" if lost else ""),
            also=[one.ref for one in leaves if one is not table],
            fix=_logged(review, table, leaves),
        )


def _logged(review: Context, table: Table, leaves: list[Table]) -> tuple[AlterTable, ...]:
    """Nothing where it refers to another unlogged table, which must be logged first."""
    targets = [review.table(key.target) for key in table.foreign_keys if key.target != table.name]
    if any(target is not None and target.persistence == "unlogged" for target in targets):
        return ()
    if any(one.table.persistence == "unlogged" for one in review.references(table) if one.table is not table):
        # A logged table may be referred to by unlogged ones, not the other way round: the way back would be refused.
        return ()
    return tuple(AlterTable(before=one, after=msgspec.structs.replace(one, persistence="permanent")) for one in leaves)
