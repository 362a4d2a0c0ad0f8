"""Vector index for a distance that no query asks for

## What it says

Queries of the workload sort a vector column by a distance, and no vector index of the column is for that distance.
Without a workload the rule has nothing to say.

## Why it matters

The planner cannot use an index of another operator class: the searches read the whole table, and every insert still
pays for the index.

"Add an index for each distance function you want to use" (pgvector's README, "HNSW").

## What would make it false

Queries that the workload does not hold use the index.

## How to mend it

An index with the operator class of the operator in the queries; drop the other one if nothing else uses it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddIndex
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context, column_ref, index_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.vectors import (
    LONGEST,
    OPERATORS,
    distance_of,
    distances,
    is_vector,
    timed_neighbours,
    vector_index,
    vector_indexes,
)

RULE = Rule(__name__, __doc__, area="extensions", certainty="likely", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Vector columns whose indexes serve none of the distances that are asked for."""
    if review.workload is None:
        return
    for table, column in review.columns():
        indexes = vector_indexes(table, column) if is_vector(column) else []
        served = {distance_of(index) for index in indexes}
        asked = distances(review, table, column)
        missing = sorted(asked - served)
        if not indexes or "" in served or not missing:
            continue
        longest = LONGEST[column.type.name]
        fits = 0 < column.type.modifier <= longest
        fix = [AddIndex(index=vector_index(review, table, column, one)) for one in missing] if fits else []
        yield RULE.finding(
            column_ref(table, column),
            f"queries sort {table.name.short}.{column.name} by {', '.join(OPERATORS[one] for one in missing)}, but its "
            f"indexes are for {', '.join(OPERATORS[one] for one in sorted(served))}",
            also=[index_ref(index) for index in indexes],
            facts={"asked": ", ".join(missing), "served": ", ".join(sorted(served))},
            fix=fix,
            experiment=timed_neighbours(table, column, missing[0], fix[0]) if fix else None,
        )
