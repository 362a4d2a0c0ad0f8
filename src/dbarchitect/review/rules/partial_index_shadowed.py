"""Partial index that a wider one covers

## What it says

A partial B-tree that is not unique has the keys with which another B-tree of the table begins, and every row that
meets its condition is in the other one too: that has no condition, or one that follows from it. So whatever reads the
partial index can read the other.

It is said only where the partial index is no real saving: its condition asks no more than that its own leading column
has a value, or the other index has all columns of the condition and the partial one at least four fifths of its
entries. A partial index that leaves most rows out is smaller on purpose, and one whose condition is about a column that
no other index has answers counts without the table.

## Why it matters

Both are maintained by every write of a row that is in both, and the planner weighs both for every query.

PostgreSQL uses a partial index only for queries whose condition implies the index's own (documentation, "Partial
Indexes"); the entries of the wider one answer the same look-ups. NULLs stand at one end of a B-tree, so a range of
values is as dense with them as without.

## What would make it false

The partial index answers a hot query from memory that the whole one would not fit into.

## How to mend it

Drop the partial one; or, if no query looks for the rows that it leaves out, drop the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Index, Table
from dbarchitect.review.context import Context, index_ref
from dbarchitect.review.mending import drop_index
from dbarchitect.review.overlap import begins_alike, never_null, obligations, same_plans_without, settled
from dbarchitect.review.rule import Rule
from dbarchitect.sql.implication import implied
from dbarchitect.sql.parse import columns_of

RULE = Rule(__name__, __doc__, area="indexes", severity=Severity.INFO, harms_by="writes")

_SAVES_NOTHING = 0.8  # of the other's entries: below, its size may be the reason that it is there


def check(review: Context) -> Iterator[Finding]:
    """Partial indexes whose rows and order another index has as well."""
    for table in review.tables:
        partial = [one for one in table.indexes if one.predicate is not None and one.method == "btree"]
        if not partial:
            continue
        sure = never_null(table)
        for index in partial:
            if index.unique or not settled(index) or obligations(review, table, index):
                continue
            wider = [
                one
                for one in table.indexes
                if settled(one)
                and one.predicate != index.predicate
                and begins_alike(index, one)
                and implied(one.predicate, by=index.predicate, not_null=sure)
                and not (one.name > index.name and _same_rows(index, one, sure))
            ]
            wider = [one for one in wider if _no_saving(review, index, one)]
            if wider:
                keep = min(wider, key=lambda one: (one.predicate is not None, len(one.keys), one.name))
                yield _found(review, table, index, keep)


def _same_rows(index: Index, other: Index, sure: frozenset[str]) -> bool:
    """Two conditions that say the same in different words: of such a pair one is enough."""
    return other.predicate is not None and implied(index.predicate, by=other.predicate, not_null=sure)


def _no_saving(review: Context, index: Index, wide: Index) -> bool:
    column = index.keys[0].column
    if column is not None and implied(index.predicate, by=f"{quote_identifier(column)} IS NOT NULL"):
        return True
    held = {key.column for key in wide.keys} | set(wide.include)
    if not set(columns_of(index.predicate or "")) <= held:
        return False  # the other one would look each row up to see the condition
    own, other = review.index_rows(index), review.index_rows(wide)
    return own is not None and other is not None and 0 < _SAVES_NOTHING * other <= own


def _found(review: Context, table: Table, index: Index, keep: Index) -> Finding:
    size = review.index_bytes(index)
    saved = f"; dropping it frees {size / 2**20:,.1f} MB" if size else ""
    return RULE.finding(
        index_ref(index),
        f"{index.name.name} on {table.name.short} holds nothing that {keep.name.name} does not hold in the same "
        f"order{saved}",
        also=(index_ref(keep),),
        facts={
            "kept": keep.name.name,
            "condition": index.predicate,
            "rows": review.index_rows(index),
            "kept_rows": review.index_rows(keep),
            "bytes": size,
        },
        fix=(drop_index(table, index),),
        experiment=same_plans_without(table, index),
    )
