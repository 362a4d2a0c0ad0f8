"""Vector too long for an index

## What it says

A vector column has more dimensions than pgvector's indexes take: 2,000 for `vector`, 4,000 for `halfvec`; and no index
over an expression (a cast to half precision, a part of it, its signs) makes up for it.

## Why it matters

However large the table gets, every search for neighbours will read all of it.

"up to 2,000 dimensions" and "up to 4,000 dimensions" (pgvector's README, "HNSW"). A limit of embedding models with
3,072 dimensions is met by the cast.

## What would make it false

The table stays small, or searches always narrow the rows by another index first.

## How to mend it

Up to 4,000 dimensions: an index over the column cast to `halfvec`, with the same cast in the queries. Beyond: fewer
dimensions, which many models can be asked for, or an index over `binary_quantize` and a second sort of its results.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddIndex
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Refused
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.vectors import LONGEST, distances, is_indexed, is_vector, vector_index

RULE = Rule(__name__, __doc__, area="extensions", severity=Severity.WARNING, harms_by="rows")


def check(review: Context) -> Iterator[Finding]:
    """Vector columns that no plain index can hold."""
    halves = any(one.name == "vector" and _version(one.version) >= (0, 7) for one in review.schema.extensions)
    for table, column in review.columns():
        if not is_vector(column) or column.type.modifier <= LONGEST[column.type.name] or is_indexed(table, column):
            continue
        used = distances(review, table, column)
        half = halves and column.type.name == "vector" and column.type.modifier <= LONGEST["halfvec"]
        distance = min(used, default="cosine")
        opclass = f"{quote_identifier(column.type.schema)}.{column.type.name}_{distance}_ops"
        yield RULE.finding(
            column_ref(table, column),
            f"{table.name.short}.{column.name} has {column.type.modifier:,} dimensions; an index on {column.type.name} "
            f"takes {LONGEST[column.type.name]:,}",
            facts={"dimensions": column.type.modifier, "longest": LONGEST[column.type.name]},
            fix=(AddIndex(index=vector_index(review, table, column, distance, half=True)),) if half else (),
            experiment=Refused(
                script=(
                    f'CREATE TEMPORARY TABLE "dba probe" (v {column.type.sql})',
                    f'CREATE INDEX ON "dba probe" USING hnsw (v {opclass})',
                ),
                shows="no index can be made on a column of this type",
            ),
        )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
