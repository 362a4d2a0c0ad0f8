"""IVFFlat index made for another number of rows

## What it says

An IVFFlat index stands on a table of fewer rows than ten for each of its lists, so that most lists were made from
next to nothing; or it has less than a tenth of the lists that its rows call for.

## Why it matters

IVFFlat learns its lists from the rows that are there when it is built: made too early, searches miss neighbours for
good; with too few lists each search reads a large part of the table.

Its README says: "Create the index after the table has some data", and "a good place to start is rows / 1000 for up to
1M rows and sqrt(rows) for over 1M rows".

## What would make it false

Recall was measured on the real data and is good enough.

## How to mend it

An HNSW index, which needs no data to learn from; or build the IVFFlat index again, once the rows are there, with the
number of lists that fits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AddIndex
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Index, Table
from dbarchitect.review.context import Context, index_ref
from dbarchitect.review.mending import drop_index, free_name
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="extensions", certainty="likely", severity=Severity.WARNING, needs="live")

_LISTS = 100  # pgvector's own choice where none is given
_LEAST_A_LIST = 10
_FACTOR = 10


def check(review: Context) -> Iterator[Finding]:
    """IVFFlat indexes whose lists do not fit their rows."""
    for table in review.tables:
        rows = review.rows(table)
        for index in table.indexes if rows is not None else ():
            if index.method != "ivfflat" or index.parent is not None or rows is None:
                continue
            lists = int(index.options.get("lists", str(_LISTS)))
            wanted = max(1, round(rows / 1000 if rows <= 1e6 else math.sqrt(rows)))
            early = rows < _LEAST_A_LIST * lists
            if not early and lists * _FACTOR >= wanted:
                continue
            so = "nearly all were made from nothing" if early else f"{wanted:,} would fit"
            yield RULE.finding(
                index_ref(index),
                f"{index.name.name} on {table.name.short} has {lists:,} lists for {rows:,.0f} rows: {so}",
                facts={"lists": lists, "rows": rows, "wanted": wanted},
                fix=(AddIndex(index=_graph(review, table, index)), drop_index(table, index)),
            )


def _graph(review: Context, table: Table, index: Index) -> Index:
    """The same as HNSW."""
    key = index.keys[0]
    name = free_name(review, table, (key.column or "expr", "hnsw", "idx"))
    keys = (msgspec.structs.replace(key, opclass_default=False),)  # of another method: it must be named
    return Index(
        name=Name(schema=table.name.schema, name=name),
        table=table.name,
        method="hnsw",
        keys=keys,
        predicate=index.predicate,
    )
