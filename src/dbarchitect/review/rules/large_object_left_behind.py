"""Large object that outlives its row

## What it says

A column refers to large objects (`oid` with a name like `data` or `content`, or the type `lo`), and no trigger of the
table removes the object when its row goes.

## Why it matters

The column holds only a number: deleting or changing the row leaves the object behind, where nothing refers to it, and
the database grows.

The documentation of the `lo` extension describes these orphans, and `vacuumlo` removes them. Large objects also have
grants of their own, stay behind when a table is copied, and are not replicated logically. Hibernate makes such columns
from `@Lob` on PostgreSQL.

## What would make it false

The numbers are those of catalogue rows, the application removes the objects itself, or `vacuumlo` runs regularly.

## How to mend it

For values of some megabytes use `bytea` (`lo_get(data)` reads the object), for larger ones an object store. Where they
stay, a trigger with `lo_manage(data)` of the extension `lo` removes them. Which, a person decides, so no change is
given.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="types", certainty="likely", severity=Severity.INFO)

_VALUES = frozenset(
    """
    data content contents blob clob lob file image photo picture avatar logo document attachment payload body bytes
    binary value audio video media archive package thumbnail text xml json report message
    """.split()  # noqa: SIM905
)
_A_NUMBER = 4_200_000_001  # of the object in the demonstration: below 2^32, and far from those that a new cluster gives


def check(review: Context) -> Iterator[Finding]:
    """Columns that refer to large objects nobody removes."""
    for table, column in review.columns():
        if base_type(column) != "oid" or column.type.is_array or not _is_object(column):
            continue
        if not _is_removed(review, table):
            yield RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} refers to large objects, which stay when their rows are deleted",
                experiment=_orphan(review, table, column),
            )


def _is_object(column: Column) -> bool:
    name = words(column.name)
    return column.type.name == "lo" or (name[-1:] != ("oid",) and not _VALUES.isdisjoint(name))


def _is_removed(review: Context, table: Table) -> bool:
    """Whether a trigger of the table calls what removes large objects."""
    called = {trigger.function.partition("(")[0].rpartition(".")[2].strip('"') for trigger in table.triggers}
    removing = {one.name.name for one in review.schema.functions if "lo_unlink" in one.body.lower()}
    return not called.isdisjoint(removing | {"lo_manage"})


def _orphan(review: Context, table: Table, column: Column) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table, {column.name: f"pg_catalog.lo_create({_A_NUMBER})"}) is None:
        return None
    return Accepted(
        script=(
            *rows.statements,
            f"DELETE FROM {table.name}",
            f"SELECT oid AS left_behind FROM pg_catalog.pg_largeobject_metadata WHERE oid = {_A_NUMBER}",
        ),
        shows="the row is gone, and its object is still there",
    )
