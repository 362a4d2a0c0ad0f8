"""An index that another one has

## What it says

The keys of an index are the first keys of another one, in the same or the wholly reversed order. Both have the same
collation and filter; the shorter is neither unique, sparse, hidden nor a TTL index, the longer neither sparse
nor hidden.

## Why it matters

What the shorter serves the longer does too; each write pays for both, and both want memory.

## What would make it false

The longer has many more keys (one an element of an array), and queries by the first key alone are hot.

## How to mend it

Hide it first (`hideIndex`), look at the queries for a while, then drop it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.documents.rule import Rule, covers, index_ref, keys_text, shell
from dbarchitect.model.documents import Documents
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, needs=("indexes",))


def check(look: Documents) -> Iterator[Finding]:
    """Indexes whose keys begin those of another."""
    for one in look.collections:
        for at, index in enumerate(one.indexes):
            longer = next(
                (
                    other
                    for where, other in enumerate(one.indexes)
                    if where != at and covers(other, index) and (where < at or not covers(index, other))
                ),
                None,
            )
            if longer is None:
                continue
            size = f", {size_text(index.bytes)}" if index.bytes else ""
            yield RULE.finding(
                index_ref(one.name, index.name),
                f"{index.name} {keys_text(index.keys)} of {one.name} is the beginning of {longer.name} "
                f"{keys_text(longer.keys)}{size}",
                facts={"other": longer.name, "bytes": index.bytes, "uses": index.uses},
                fix=(f"{shell(one.name)}.hideIndex({index.name!r})", f"{shell(one.name)}.dropIndex({index.name!r})"),
                ask=(f"{shell(one.name)}.getIndexes()",),
            )
