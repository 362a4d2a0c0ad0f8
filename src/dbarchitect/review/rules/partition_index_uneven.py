"""Index on some partitions only

## What it says

At least half of the partitions of a table, and at least two, have an index that the others lack, and the partitioned
table itself has none like it. Compared are method, keys, condition and uniqueness.

## Why it matters

The same query is fast in one period and slow in the next, and every new partition is made without the index.

An index on the partitioned table is made on all partitions, also on those to come (documentation, "Table
Partitioning").

## What would make it false

The index is for the present period alone, and is dropped from closed ones on purpose.

## How to mend it

`CREATE INDEX ... ON ONLY` the partitioned table, then `CREATE INDEX CONCURRENTLY` on the partitions that lack it, then
`ALTER INDEX ... ATTACH PARTITION` for each. The change given makes the missing ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AddIndex
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Index, Table
from dbarchitect.review.context import Context, index_ref
from dbarchitect.review.mending import free_name
from dbarchitect.review.overlap import key_signature
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.INFO)

_FEWEST = 2


def check(review: Context) -> Iterator[Finding]:
    """Indexes that most partitions have and some have not."""
    for table in review.tables:
        leaves = review.leaves(table) if table.kind == "partitioned" else []
        having: dict[tuple[object, ...], list[Index]] = defaultdict(list)
        for leaf in leaves:
            for signature, index in {_signature(one): one for one in leaf.indexes if one.valid}.items():
                having[signature].append(index)
        for indexes in having.values():
            # With a parent it is on all partitions, or will be; one of a constraint belongs to its table.
            loose = all(one.parent is None and one.constraint is None for one in indexes)
            if not loose or not max(_FEWEST, len(leaves) / 2) <= len(indexes) < len(leaves):
                continue
            own = {index.table for index in indexes}
            lacking = [leaf for leaf in leaves if leaf.name not in own and leaf.kind == "ordinary"]
            if not lacking:
                continue
            keys = ", ".join(key.text for key in indexes[0].keys)
            names = ", ".join(leaf.name.short for leaf in lacking[:3]) + (", ..." if lacking[3:] else "")
            yield RULE.finding(
                index_ref(indexes[0]),
                f"{len(indexes)} of {len(leaves)} partitions of {table.name.short} have an index on ({keys}); not so: "
                f"{names}",
                also=[leaf.ref for leaf in lacking],
                facts={"having": len(indexes), "of": len(leaves)},
                fix=[AddIndex(index=_like(review, leaf, indexes[0])) for leaf in lacking],
            )


def _signature(index: Index) -> tuple[object, ...]:
    return index.method, key_signature(index), tuple(index.include), index.predicate, index.unique


def _like(review: Context, leaf: Table, index: Index) -> Index:
    name = free_name(review, leaf, (*(key.column or "expr" for key in index.keys), "idx"))
    return msgspec.structs.replace(
        index,
        name=Name(schema=leaf.name.schema, name=name),
        table=leaf.name,
        definition="",
        clustered=False,
        replica_identity=False,
        comment=None,
    )
