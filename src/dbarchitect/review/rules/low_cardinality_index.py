"""Index on a column with few values

## What it says

A B-tree on a single column of a table with at least 10,000 rows has, by the column's statistics, so few values that
even the rarest is in 5 % of the rows or more (`RARE`): whatever is looked for, the planner reads the table instead.
Left out are unique indexes, indexes with a condition, those that serve a foreign key, columns with a rare value (the
index is good for that one), rare NULLs or rare values among NULLs, physically ordered columns, and indexes that the
counters saw in use.

## Why it matters

The index costs every write and answers no look-up faster than reading the table does.

At 5 % of the rows and 100 rows a page nearly every page holds one, and reading pages in random order costs four times
a sequential one (`random_page_cost` 4, `seq_page_cost` 1).

## What would make it false

Queries need the index only, such as `count(*)` by value, or read rows in its order with a LIMIT.

## How to mend it

Drop it, or replace it by a partial index over the rows that are looked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.facts import ColumnStatistics
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context, index_ref
from dbarchitect.review.mending import drop_index
from dbarchitect.review.overlap import obligations, same_plans_without, serves_foreign_key, settled
from dbarchitect.review.rule import REDUNDANT, Rule

RULE = Rule(
    __name__,
    __doc__,
    area="indexes",
    certainty="likely",
    severity=Severity.INFO,
    needs="statistics",
    yields_to=REDUNDANT,
)

MANY_ROWS = 10_000
RARE = 0.05
_ORDERED = 0.9  # |correlation|: the rows of a value lie together, so an index pays again


def check(review: Context) -> Iterator[Finding]:
    """Indexes whose every look-up would return a large part of the table."""
    for table in review.tables:
        rows = review.rows(table)
        if rows is None or rows < MANY_ROWS:
            continue
        for index in table.indexes:
            column = index.keys[0].column if index.keys else None
            if (
                column is None
                or len(index.keys) > 1
                or index.include
                or index.unique
                or index.method != "btree"
                or index.predicate is not None
                or not settled(index)
                or obligations(review, table, index)
                or any(serves_foreign_key(index, key.columns) for key in table.foreign_keys)
                or (not review.counters_unfit and review.index_scans(index))
            ):
                continue
            rarest = _rarest(review, table, column)
            if rarest is None or rarest < RARE:
                continue
            yield RULE.finding(
                index_ref(index),
                f"{index.name.name} on {table.name.short} finds {rarest:.0%} of {rows:,.0f} rows even for the rarest "
                f"value of {column}",
                facts={"rows": rows, "rarest_share": round(rarest, 4), "bytes": review.index_bytes(index)},
                fix=(drop_index(table, index),),
                experiment=same_plans_without(table, index, typical=False),
            )


def _rarest(review: Context, table: Table, column: str) -> float | None:
    """The share of the rarest value, NULL among them; None where the statistics do not say."""
    statistics: ColumnStatistics | None = review.facts.column(str(table.name), column) if review.facts else None
    if statistics is None or statistics.n_distinct <= 0 or abs(statistics.correlation or 0.0) > _ORDERED:
        return None
    shares = statistics.most_common_frequencies or ()
    if not shares or len(shares) < statistics.n_distinct:
        return None  # a value that is not common is rare
    nulls = (statistics.null_fraction,) if statistics.null_fraction else ()
    return min(*shares, *nulls, 1.0)
