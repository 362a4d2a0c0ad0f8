"""Collation whose library has changed

## What it says

A collation in use, or the database's own, was recorded with another version of its library (libc or ICU) than the one
that the server now runs with. The number of indexes that sort by it is given.

## Why it matters

If the order of texts has changed, indexes built in the old one miss rows, and unique keys let a value in twice.

It happens with an upgrade of the operating system, and glibc 2.28 is the known case (PostgreSQL wiki, "Locale data
changes"). The server warns, "database ... has a collation version mismatch", and goes on.

## What would make it false

The order of the characters that are stored is the same in both versions, or all indexes were rebuilt since.

## How to mend it

`REINDEX` what sorts texts, best the whole database, then `ALTER DATABASE ... REFRESH COLLATION VERSION` or `ALTER
COLLATION ... REFRESH VERSION`. Not the other way round: the refresh only records that it has been done.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.facts import OutdatedCollation
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.schema import Index, Table, View
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.ERROR, needs="server")


def check(review: Context) -> Iterator[Finding]:
    """Collations that are not what they were."""
    for one in review.facts.outdated_collations if review.facts else ():
        at = DATABASE
        name = "the database's collation"
        for collation in review.schema.collations:
            if str(collation.name) == one.name:
                at = ObjectRef(kind="collation", schema=collation.name.schema, name=collation.name.name)
        if one.name:
            name = f"collation {one.name}"
            at = at if at is not DATABASE else ObjectRef(kind="collation", name=one.name)
        relations = (*review.schema.tables, *review.schema.views)
        sorted_by = sum(_sorts_by(table, index, one) for table in relations for index in table.indexes)
        yield RULE.finding(
            at,
            f"{name} was made with version {one.recorded} and now has {one.actual}: {sorted_by} indexes sort by it and "
            "may be wrong",
            severity=None if sorted_by else Severity.WARNING,
            facts={"recorded": one.recorded, "actual": one.actual, "indexes": sorted_by},
        )


def _sorts_by(table: Table | View, index: Index, outdated: OutdatedCollation) -> bool:
    columns = {column.name: column for column in table.columns}
    for key in index.keys:
        column = columns.get(key.column or "")
        own = key.collation or (column.collation if column else None)
        text = column.type.category == "S" if column else True
        if (str(own) if own else "") == outdated.name and text and index.method in ("btree", "gist", "brin", "spgist"):
            return True
    return False
