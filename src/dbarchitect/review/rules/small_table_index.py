"""Index on a small table

## What it says

A table fits into ten pages (`SMALL_PAGES`) and hardly grows (less than a tenth of its rows were inserted since the
counters began, at least 14 days ago), yet has an index that is neither unique nor serves a foreign key.

## Why it matters

Reading a few pages is as fast as going through an index, so the index only costs its upkeep and planning time.

The planner charges 4 for a page read through an index and 1 for one read in sequence (`random_page_cost`,
`seq_page_cost`): on ten pages the index rarely wins.

## What would make it false

The table will grow soon, or a nested loop looks into it so often that even ten pages are too many.

## How to mend it

Drop the index, or leave it: this is the smallest of savings.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import SMALL_PAGES, Context, index_ref
from dbarchitect.review.mending import drop_index
from dbarchitect.review.overlap import obligations, same_plans_without, serves_foreign_key, settled
from dbarchitect.review.rule import REDUNDANT, Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="indexes", severity=Severity.INFO, needs="counters", yields_to=REDUNDANT)

_GROWTH = 0.1  # of its rows in at least 14 days


def check(review: Context) -> Iterator[Finding]:
    """Plain indexes on tables that are read whole anyway."""
    found: list[Finding] = []
    of = 0
    for table in review.tables:
        pages, rows, inserted = review.pages(table), review.rows(table), review.counted(table, "inserted")
        of += sum(not index.unique for index in table.indexes)
        if pages is None or not rows or inserted is None or pages > SMALL_PAGES or inserted > _GROWTH * rows:
            continue
        for index in table.indexes:
            if index.unique or not settled(index) or index.constraint or obligations(review, table, index):
                continue
            if review.index_scans(index) or any(serves_foreign_key(index, key.columns) for key in table.foreign_keys):
                continue
            found.append(
                RULE.finding(
                    index_ref(index),
                    f"{index.name.name} serves a table of {pages} pages ({rows:,.0f} rows), {table.name.short}",
                    facts={"pages": pages, "rows": rows},
                    fix=(drop_index(table, index),),
                    experiment=same_plans_without(table, index, typical=False),
                )
            )
    yield from roll_up(found, f"{len(found)} indexes serve tables of at most {SMALL_PAGES} pages", of=of, share=0)
