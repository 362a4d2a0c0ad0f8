"""Large binary values in a table

## What it says

The values of a `bytea` column are larger than a page (8 kB) on average. It is measured: the bytes of the table that
are outside its heap and its indexes (TOAST), divided by the rows that have a value. Where other columns of the table
may lie there too, the finding asks.

## Why it matters

Files in rows pass through shared memory and the write-ahead log, and stand in every backup, replica and dump; a
change of one byte writes the whole value anew.

`pg_stats.avg_width` does not show it: a value that was moved out of the row counts with the 18 bytes of its pointer.
A value is at most 1 GB, and is held in memory whole.

## What would make it false

The values must change in one transaction with the rest of the row, and there are few of them.

## How to mend it

Keep the file in an object store, and in the row its key, size and checksum. Where it has to stay, a table of its own
(with `STORAGE EXTERNAL` for what is compressed already) keeps it out of `SELECT *`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="types", certainty="likely", severity=Severity.INFO, needs="statistics")

_LARGE = 8192  # bytes: a page
_FEWEST = 10  # rows: below them the pages of an empty TOAST table and of free space weigh too much
_MAY_LIE_OUTSIDE = frozenset({"text", "varchar", "bpchar", "json", "jsonb", "xml", "hstore", "tsvector", "vector"})


def check(review: Context) -> Iterator[Finding]:
    """Binary columns whose values lie outside the rows."""
    for table in review.tables:
        binary = [column for column in table.columns if base_type(column) == "bytea" and not column.type.is_array]
        filled = [(column, rows) for column in binary if (rows := _filled(review, table, column)) >= _FEWEST]
        outside = _outside(review, table) if filled else None
        if outside is None:
            continue
        column, rows = max(filled, key=lambda one: one[1])
        average = outside / sum(rows for _, rows in filled)
        if average <= _LARGE:
            continue
        others = [one for one in table.columns if base_type(one) in _MAY_LIE_OUTSIDE or one.type.is_array]
        shared = _wide(review, table, others)
        yield RULE.finding(
            column_ref(table, column),
            f"{table.name.short}.{column.name} holds about {average / 1024:,.0f} kB a value outside its rows"
            + (f"; or is it {shared}?" if shared else ""),
            also=[column_ref(table, one) for one, _ in filled if one is not column],
            facts={"bytes_outside": outside, "values": round(rows), "average_bytes": round(average)},
            asks=bool(shared),
        )


def _filled(review: Context, table: Table, column: Column) -> float:
    """How many rows have a value."""
    statistics = review.facts.column(str(table.name), column.name) if review.facts else None
    rows = review.rows(table)
    return 0.0 if statistics is None or rows is None else rows * (1 - statistics.null_fraction)


def _outside(review: Context, table: Table) -> int | None:
    """The bytes of a table that are neither in its heap nor in its indexes, over all partitions."""
    total = 0
    for leaf in review.leaves(table):
        facts = review.table_facts(leaf)
        if facts is None or facts.total_bytes is None or facts.heap_bytes is None:
            return None
        sizes = [review.index_bytes(index) for index in leaf.indexes]
        if None in sizes:
            return None
        total += facts.total_bytes - facts.heap_bytes - sum(size or 0 for size in sizes)
    return total


def _wide(review: Context, table: Table, columns: list[Column]) -> str:
    """The first of `columns` whose values may lie outside the rows too: no statistics, or wider than a pointer."""
    for column in columns:
        statistics = review.facts.column(str(table.name), column.name) if review.facts else None
        if statistics is None or statistics.average_width >= _POINTER:
            return column.name
    return ""


_POINTER = 18  # bytes: what a value that was moved out of the row counts with in `avg_width`
