"""Long lists in $in

## What it says

A query of the profiler or the file has more than 200 values in one `$in`.

## Why it matters

Each value is a search of its own in the index. Up to 200 of them an index can give in the order of a sort (the server
merges them); with more it sorts in memory (`internalQueryMaxScansToExplode`).

## What would make it false

The query wants no order and most of the listed documents.

## How to mend it

Ask by what the values have in common (a field that all of them share), by `$lookup` from where they came, or in parts.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.documents.rule import Rule, asked_text, path_ref, query_source, shell
from dbarchitect.model.documents import Documents
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, needs=("queries",))

MOST = 200  # internalQueryMaxScansToExplode


def check(look: Documents) -> Iterator[Finding]:
    """Queries with long lists."""
    for query in look.queries:
        if query.longest_in is None or query.longest_in[1] <= MOST:
            continue
        path, values = query.longest_in
        yield RULE.finding(
            path_ref(query.collection, path),
            f"{asked_text(query)} has up to {values:,} values in the $in of {path}"
            f"{', and sorts' if query.sort else ''}",
            facts={"form": query.form, "values": values, "calls": query.calls, "sorts": bool(query.sort)},
            ask=(f"{shell(query.collection)}.find(FILTER).explain('executionStats')",),
            read=f"read from {query_source(query)}",
        )
