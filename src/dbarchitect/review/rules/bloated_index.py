"""B-tree that is mostly empty space

## What it says

An estimate: the entries of a B-tree, as wide as the column statistics say, would fit into less than half its pages, and
more than 10 MB would be won (`SHARE`, `BYTES`): the limits of the most widely used public query (pgexperts,
`index_bloat_check.sql`). Where values repeat, PostgreSQL 13 and later keep them once; that is not taken off, so the
estimate is on the side of silence there.

It is silent about indexes with expressions or a condition (the statistics are not those of their entries), under
10 MB, and where the statistics are old, as `bloated-table` is.

## Why it matters

A look-up reads no more pages for it, but scans of ranges do, and the cache and every vacuum hold all of them.

Entries in random order leave B-tree pages about 69 % full (Yao, 1978): a third of empty space is the normal state, half
is not. It comes of deleted ranges whose pages stay half empty, and of updates that a late vacuum cleans too late.

## What would make it false

The index has just been emptied and will be full again. `SELECT * FROM pgstatindex('index')` (extension pgstattuple)
measures what is only estimated here: `avg_leaf_density`.

## How to mend it

`REINDEX INDEX CONCURRENTLY`; if it comes back, see what keeps vacuum from its work.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Index, Table
from dbarchitect.review.context import Context, index_ref
from dbarchitect.review.overlap import settled
from dbarchitect.review.rule import REDUNDANT, Rule
from dbarchitect.review.storage import BTREE_SPECIAL, PAGE, PAGE_HEADER, entry_bytes, fill_factor, trusted

RULE = Rule(
    __name__,
    __doc__,
    area="operations",
    certainty="likely",
    severity=Severity.WARNING,
    needs="statistics",
    yields_to=REDUNDANT,
)

SHARE = 0.5
BYTES = 10 * 2**20
_FILL = 90  # BTREE_DEFAULT_FILLFACTOR


def check(review: Context) -> Iterator[Finding]:
    """B-trees that would fit into half their pages."""
    for table in review.all_tables:
        facts = review.table_facts(table)
        if table.kind != "ordinary" or facts is None or not trusted(facts) or facts.rows is None:
            continue
        for index in table.indexes:
            own = review.facts.indexes.get(str(index.name)) if review.facts else None
            if own is None or own.bytes is None or own.bytes < BYTES or not _plain(index):
                continue
            needed = _needed(review, table, index, facts.rows)
            spare = own.bytes - needed if needed is not None else 0.0
            if needed is None or spare < BYTES or spare < SHARE * own.bytes:
                continue
            yield RULE.finding(
                index_ref(index),
                f"about {spare / own.bytes:.0%} of {index.name.name} on {table.name.short} is empty: "
                f"{spare / 2**20:,.0f} of {own.bytes / 2**20:,.0f} MB, an estimate; pgstatindex measures it",
                facts={"bytes": own.bytes, "estimated_bytes": round(needed), "share": round(spare / own.bytes, 3)},
            )


def _plain(index: Index) -> bool:
    return index.method == "btree" and index.predicate is None and (settled(index) or index.parent is not None)


def _needed(review: Context, table: Table, index: Index, rows: float) -> float | None:
    """The bytes of a freshly built one, without its inner pages (under one in a hundred)."""
    width = entry_bytes(review, table, index)
    if width is None:
        return None
    room = (PAGE - PAGE_HEADER - BTREE_SPECIAL) * fill_factor(index.options, _FILL)
    return rows * width / room * PAGE
