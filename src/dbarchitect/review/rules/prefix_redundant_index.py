"""Index that is the beginning of another

## What it says

A B-tree index that is not unique has keys with which a wider index of the same table begins: same columns or
expressions, operator classes, collations and order, the same condition, and every included column found in the wider
one. What reads the narrow index can read the wide one. A hash index is reported likewise beside a B-tree that begins
with its column: that answers the equality too.

It is `info` where the wide one is more than twice as large (without sizes: where it adds two texts or more to
keys without any), or includes columns beyond its keys, because then the narrow one may well be the cheaper to read.

## Why it matters

The narrow index costs every write and every vacuum a second time, and answers no query that the wide one cannot.

Measured by peers on real databases it is the most common dead weight after unused indexes; one widely used tool found
103 such pairs of which 88 could be dropped, the others because it compared texts.

## What would make it false

The wide index is much larger than the narrow one and the narrow one is read very often, or only it stays in memory.

## How to mend it

Drop the narrow index; on a live server with `DROP INDEX CONCURRENTLY`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Index, Table
from dbarchitect.review.context import Context, index_ref
from dbarchitect.review.mending import drop_index
from dbarchitect.review.overlap import answers_equality, is_beginning, obligations, same_plans_without, settled
from dbarchitect.review.rule import Rule

RULE = Rule(
    __name__, __doc__, area="indexes", severity=Severity.WARNING, harms_by="rows", engines=("postgresql", "sqlite")
)

# The wide one costs so many times the pages where all of the narrow one is read (`benchmarks.index_redundancy`).
_MUCH_LARGER = 2.0


def check(review: Context) -> Iterator[Finding]:
    """Indexes that a wider one makes superfluous."""
    for table in review.tables:
        indexes = [index for index in table.indexes if settled(index) and index.method == "btree"]
        hashes = [index for index in table.indexes if settled(index) and index.method == "hash"]
        for index in (*indexes, *hashes):
            if index.unique or obligations(review, table, index):
                continue
            wider = [other for other in indexes if is_beginning(index, other) or answers_equality(index, other)]
            if wider:
                # Of what stays: an index that is itself superfluous is none to rely on.
                staying = [one for one in wider if not any(is_beginning(one, other) for other in indexes)]
                keep = min(
                    staying, key=lambda other: (not other.unique, len(other.keys), len(other.include), other.name)
                )
                yield _found(review, table, index, keep)


def _found(review: Context, table: Table, index: Index, keep: Index) -> Finding:
    size, kept = review.index_bytes(index), review.index_bytes(keep)
    if size is None or kept is None:
        bulky = _texts(table, keep, len(index.keys)) > 1 and _texts(table, index, 0) == 0
    else:
        bulky = size > 0 and kept > _MUCH_LARGER * size
    if index.method == "hash":
        bulky = bulky or _texts(table, index, 0) > 0  # its entries are 4 bytes whatever the value is
    sizes = f" ({size_text(size)}, the other {size_text(kept)})" if size and kept else ""
    return RULE.finding(
        index_ref(index),
        f"{index.name.name} is the beginning of {keep.name.name} on {table.name.short}{sizes}"
        if index.method == "btree"
        else f"{index.name.name} on {table.name.short} is a hash of what {keep.name.name} begins with{sizes}",
        severity=Severity.INFO if bulky or keep.include else None,
        also=(index_ref(keep),),
        facts={"kept": keep.name.name, "bytes": size, "kept_bytes": kept, "scans": review.index_scans(index)},
        fix=(drop_index(table, index),),
        experiment=same_plans_without(table, index),
    )


def _texts(table: Table, index: Index, start: int) -> int:
    """How many keys from `start` on have no fixed width."""
    columns = [table.column(key.column) if key.column else None for key in index.keys[start:]]
    return sum(column is None or column.type.length < 0 for column in columns)
