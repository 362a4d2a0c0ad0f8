"""Large B-tree on a column that the rows are ordered by

## What it says

A B-tree of 100 MB or more (`LARGE`) has one column of date, time or number that follows the order of the rows (by the
statistics, |correlation| at least 0.99) on a table of 1 GB or more. It is not unique and serves no foreign key. With a
workload the column must be asked for by ranges and never by equality or order; without one it is asked.

## Why it matters

A BRIN index on such a column finds ranges of rows nearly as well and is a thousandth of the size; inserts hardly notice
it.

Documentation, "BRIN Indexes": it is for "very large tables in which certain columns have some natural correlation with
their physical location". It keeps the smallest and the largest value of every 128 pages, so it answers a range with
whole page ranges, and gives no order and no single row.

## What would make it false

Single rows are looked up by it, or the newest rows are read with ORDER BY and LIMIT; updates or a refill will scatter
the rows.

## How to mend it

Build a BRIN index beside it, see that the plans of the range queries use it, then drop the B-tree.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddIndex, Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, Index, IndexKey, Table
from dbarchitect.review.context import Context, base_type, index_ref
from dbarchitect.review.mending import drop_index, free_name
from dbarchitect.review.overlap import obligations, serves_foreign_key, settled
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="indexes", certainty="likely", severity=Severity.INFO, needs="statistics")

LARGE = 100 * 2**20
_TABLE_PAGES = 131_072  # 1 GB
_IN_ORDER = 0.99
_CHANGED = 0.01  # of the rows inserted: updates and deletes scatter what is written next
_KINDS = frozenset(("date", "timestamp", "timestamptz", "int4", "int8", "numeric"))
_RANGES = frozenset(("<", ">", "<=", ">=", "between", "is not null"))


def check(review: Context) -> Iterator[Finding]:
    """B-trees that a thousandth of their size could replace."""
    asked = review.asked
    for table in review.all_tables:
        facts = review.table_facts(table)
        if table.kind != "ordinary" or facts is None or facts.pages < _TABLE_PAGES:
            continue
        inserted = review.counted(table, "inserted")
        changed = (review.counted(table, "updated") or 0) + (review.counted(table, "deleted") or 0)
        if inserted is not None and changed > _CHANGED * inserted:
            continue
        for index in table.indexes:
            column = _ordered(review, table, index)
            size = review.index_bytes(index)
            if column is None or size is None or size < LARGE:
                continue
            operators = asked.of(table).get(column.name, frozenset())
            if review.workload is not None and (not operators or not operators <= _RANGES):
                continue
            known = review.workload is not None
            yield RULE.finding(
                index_ref(index),
                f"{index.name.name} on {table.name.short} takes {size / 2**20:,.0f} MB, and the rows lie in the order "
                f"of {column.name}: a BRIN index would take a few"
                + ("" if known else "; is it asked for by ranges alone?"),
                facts={"bytes": size, "column": column.name, "pages": facts.pages},
                fix=_as_brin(review, table, index, column),
                asks=not known,
            )


def _ordered(review: Context, table: Table, index: Index) -> Column | None:
    """The only column of a plain B-tree, where the rows lie in its order."""
    column = table.column(index.keys[0].column) if len(index.keys) == 1 and index.keys[0].column else None
    if (
        column is None
        or base_type(column) not in _KINDS
        or index.method != "btree"
        or index.unique
        or index.predicate is not None
        or index.include
        or not settled(index)
        or obligations(review, table, index)
        or any(serves_foreign_key(index, key.columns) for key in table.foreign_keys)
    ):
        return None
    statistics = review.facts.column(str(table.name), column.name) if review.facts else None
    if statistics is None or statistics.correlation is None or abs(statistics.correlation) < _IN_ORDER:
        return None
    return column


def _as_brin(review: Context, table: Table, index: Index, column: Column) -> tuple[Change, ...]:
    brin = Index(
        name=Name(schema=table.name.schema, name=free_name(review, table, (column.name, "brin"))),
        table=table.name,
        method="brin",
        keys=(IndexKey(column=column.name),),
    )
    return AddIndex(index=brin), drop_index(table, index)
