"""Duplicate index

## What it says

Two indexes of a table have the same access method, keys, operator classes, collations, order, condition and
included columns, and one of them adds nothing: it is not unique, or the other one enforces the same uniqueness.
Expressions are compared as the server prints them; storage parameters that shape what an index finds
(`pages_per_range`, those of vector indexes) must agree. An order and its whole reverse count as one order, because a
B-tree is read both ways.

## Why it matters

Every write maintains both, every vacuum cleans both, and both compete for the same memory.

The PostgreSQL wiki ("Index Maintenance") keeps a query for it. An insert pays for every index of its table, an update
that is not heap-only too, and the planner weighs each of them for every query.

## What would make it false

The second one is the replica identity, is what a foreign key relies on, or is named in `ON CONFLICT ON CONSTRAINT`.

The first two are checked; the last is in the application's text and only you can see it.

## How to mend it

Drop the one that carries less; on a live server with `DROP INDEX CONCURRENTLY`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Index, Table
from dbarchitect.review.context import Context, index_ref
from dbarchitect.review.mending import drop_index
from dbarchitect.review.overlap import enforces, is_beginning, key_signature, obligations, same_plans_without, settled
from dbarchitect.review.rule import Rule

RULE = Rule(
    __name__, __doc__, area="indexes", severity=Severity.WARNING, harms_by="rows", engines=("postgresql", "sqlite")
)


def check(review: Context) -> Iterator[Finding]:
    """Indexes that repeat another one."""
    for table in review.tables:
        groups: dict[object, list[Index]] = defaultdict(list)
        for index in table.indexes:
            if settled(index):
                carried = frozenset(index.include)
                groups[index.method, key_signature(index), carried, index.predicate, _kind(index)].append(index)
        for group in groups.values():
            if len(group) > 1:
                yield from _within(review, table, group)


# Storage parameters that change how an index is kept, not what it answers how well (documentation, CREATE INDEX).
_UPKEEP = frozenset(
    ("fillfactor", "deduplicate_items", "fastupdate", "gin_pending_list_limit", "buffering", "autosummarize")
)


def _kind(index: Index) -> frozenset[tuple[str, str]]:
    """The storage parameters that make two indexes different ones: pages_per_range of BRIN, lists, m..."""
    return frozenset(one for one in index.options.items() if one[0] not in _UPKEEP)


def _within(review: Context, table: Table, group: list[Index]) -> Iterator[Finding]:
    """All but the one that carries most, where it can stand in for them."""
    group = sorted(group, key=lambda index: (*_worth(review, table, index), index.name))
    keep = group[-1]
    for index in group[:-1]:
        if obligations(review, table, index) or not _stands_in(table, keep, index):
            continue
        if not index.unique and any(settled(wide) and is_beginning(index, wide) for wide in table.indexes):
            continue  # both are superfluous: `prefix-redundant-index` says so of each
        size = review.index_bytes(index)
        saved = f"; dropping it frees {size_text(size)}" if size else ""
        yield RULE.finding(
            index_ref(index),
            f"{index.name.name} repeats {keep.name.name} on {table.name.short}{saved}",
            also=(index_ref(keep),),
            facts={"kept": keep.name.name, "bytes": size, "scans": review.index_scans(index)},
            fix=(drop_index(table, index),),
            experiment=same_plans_without(table, index),
        )


def _worth(review: Context, table: Table, index: Index) -> tuple[bool, bool, bool, bool]:
    return (
        bool(obligations(review, table, index)),
        enforces(table, index),
        index.unique,
        index.constraint is not None,
    )


def _stands_in(table: Table, keep: Index, index: Index) -> bool:
    if not index.unique:
        return True
    return keep.unique and keep.nulls_not_distinct == index.nulls_not_distinct and enforces(table, keep)
