"""Index of which most entries are NULL

## What it says

By the statistics more than nine rows in ten (`MOSTLY`) have no value in the only column of a B-tree over the whole
table. Left out are unique indexes, indexes under 1 MB, and columns that the workload asks for with `IS NULL`.

## Why it matters

A B-tree has an entry for every NULL. Each insert writes one, and the index is many times as large as the values in it
need.

Documentation, "Index Types": a B-tree stores NULLs and serves `IS NULL`, and nothing but that reads these entries. An
index `WHERE column IS NOT NULL` answers every comparison with a value, the check of a foreign key among them, because
all of these imply the condition.

## What would make it false

Queries look for the rows without a value through this index, or read the table in its order.

## How to mend it

Build it anew with `WHERE column IS NOT NULL`, then drop the old one.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dbarchitect.model.change import AddIndex, Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import SamePlans
from dbarchitect.model.schema import Index, Table
from dbarchitect.review.context import Context, index_ref
from dbarchitect.review.mending import drop_index, free_name
from dbarchitect.review.overlap import obligations, settled
from dbarchitect.review.rule import REDUNDANT, Rule

RULE = Rule(
    __name__,
    __doc__,
    area="indexes",
    certainty="likely",
    severity=Severity.INFO,
    needs="statistics",
    harms_by="writes",
    yields_to=REDUNDANT,
)

MOSTLY = 0.9
_SMALL_BYTES = 2**20  # as `unused-index`: below 1 MB there is nothing to win


def check(review: Context) -> Iterator[Finding]:
    """Indexes over the rows without a value."""
    asked = review.asked
    for table in review.tables:
        for index in table.indexes:
            column = index.keys[0].column if len(index.keys) == 1 else None
            if (
                column is None
                or index.method != "btree"
                or index.unique
                or index.predicate is not None
                or not settled(index)
                or obligations(review, table, index)
            ):
                continue
            statistics = review.facts.column(str(table.name), column) if review.facts else None
            size = review.index_bytes(index)
            if statistics is None or statistics.null_fraction <= MOSTLY or size is None or size < _SMALL_BYTES:
                continue
            if "is null" in asked.of(table).get(column, ()):
                continue
            yield _found(review, table, index, column, statistics.null_fraction, size)


def _found(review: Context, table: Table, index: Index, column: str, nulls: float, size: int) -> Finding:
    quoted = quote_identifier(column)
    partial = replace(
        index,
        name=Name(schema=table.name.schema, name=free_name(review, table, (column, "idx"))),
        predicate=f"{quoted} IS NOT NULL",
        definition="",
        comment=None,
    )
    fix: tuple[Change, ...] = (AddIndex(index=partial), drop_index(table, index))
    look_up = f"SELECT * FROM {table.name} WHERE {quoted} = "
    look_up += f"(SELECT {quoted} FROM {table.name} WHERE {quoted} IS NOT NULL LIMIT 1)"
    return RULE.finding(
        index_ref(index),
        f"{nulls:.1%} of the entries of {index.name.name} on {table.name.short} are NULL; over the values alone it "
        f"would be about {max(size * (1 - nulls) / 2**20, 0.1):,.1f} MB instead of {size / 2**20:,.1f} MB",
        facts={"null_share": round(nulls, 4), "bytes": size},
        fix=fix,
        experiment=SamePlans(change=fix, sql=(look_up,)),
    )
