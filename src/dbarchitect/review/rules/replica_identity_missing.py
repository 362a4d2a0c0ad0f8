"""Published table whose rows cannot be told apart

## What it says

A publication sends updates or deletes of a table that has no replica identity: no primary key and none set, `REPLICA
IDENTITY NOTHING`, or an index that is gone. Publications of all tables and of whole schemas count; for a partitioned
table its partitions do. Unlogged tables are not published.

## Why it matters

Every UPDATE and DELETE of the table fails on the publisher, from the moment that it is published.

"A published table must have a replica identity configured in order to be able to replicate UPDATE and DELETE
operations", otherwise they "will cause an error on the publisher" (documentation, "Logical Replication: Publication").

## What would make it false

Rows of the table are only ever inserted.

## How to mend it

Give the table a primary key, or name a unique index over NOT NULL columns with `REPLICA IDENTITY USING INDEX`.
`REPLICA IDENTITY FULL` works at once, but sends every old row whole, and the subscriber looks it up by all columns.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterTable
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Publication, Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.ERROR)


def check(review: Context) -> Iterator[Finding]:
    """Tables that are published without a replica identity."""
    sending = [one for one in review.schema.publications if not {"update", "delete"}.isdisjoint(one.operations)]
    found: list[Finding] = []
    of = 0
    for table in review.tables if sending else ():
        leaves = [leaf for leaf in review.leaves(table) if leaf.persistence == "permanent"]
        by = next((one for one in sending if any(_publishes(review, one, leaf) for leaf in leaves)), None)
        if by is None:
            continue
        of += 1
        bare = [leaf for leaf in leaves if not _identified(leaf) and _publishes(review, by, leaf)]
        if bare:
            found.append(_found(review, table, bare, by))
    yield from roll_up(found, f"{len(found)} of {of} published tables have no replica identity", of=of)


def _publishes(review: Context, publication: Publication, table: Table) -> bool:
    if publication.all_tables:
        return True
    listed = {one.table for one in publication.tables}
    at: Table | None = table
    while at is not None:
        if at.name in listed or at.name.schema in publication.schemas:
            return True
        at = review.table(at.partition_of.parent) if at.partition_of else None
    return False


def _identified(table: Table) -> bool:
    if table.replica_identity == "default":
        return table.primary_key is not None
    if table.replica_identity == "index":
        return any(index.replica_identity for index in table.indexes)
    return table.replica_identity == "full"


def _found(review: Context, table: Table, bare: list[Table], by: Publication) -> Finding:
    sent = " and ".join(one for one in ("update", "delete") if one in by.operations)
    return RULE.finding(
        table.ref,
        f"{table.name.short} has no replica identity, but publication {quote_identifier(by.name)} sends its {sent}s: "
        "they fail",
        also=[leaf.ref for leaf in bare if leaf is not table],
        facts={"publication": by.name},
        fix=[AlterTable(before=leaf, after=msgspec.structs.replace(leaf, replica_identity="full")) for leaf in bare],
    )
