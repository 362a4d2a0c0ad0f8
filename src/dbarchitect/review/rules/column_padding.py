"""Columns in an order that leaves gaps

## What it says

In another order of its columns a table's rows would be smaller by more than a tenth (`SHARE`): values of eight bytes
first, then of four, two and one, then what has no fixed length. A value without fixed length is taken for one of
eight bytes, and stands last in the better order. With statistics the row's average width is what the gaps are compared
with.

It runs only where it is selected: never rewrite a table for this alone.

## Why it matters

A value of eight bytes begins at a multiple of eight; after a flag of one byte seven stay empty, in every row.

Documentation, "Database Page Layout": each column starts at its type's alignment (`typalign`), and the row's end is
padded to eight.

## What would make it false

The order is one that people read, and the table is small.

## How to mend it

Declare the columns of a new table in that order. There is no ALTER TABLE for an old one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Column
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.storage import aligned, alignment, row_bytes

RULE = Rule(__name__, __doc__, area="structure", severity=Severity.INFO, default=False, harms_by="rows")

SHARE = 0.1
_HEADER = 24
_SHORT_TEXT = 8  # what a value of variable length is taken for where nothing is known


def check(review: Context) -> Iterator[Finding]:
    """Tables whose rows shrink when their columns change places."""
    for table in review.tables:
        stored = [one for one in table.columns if one.generated is None or one.generated.stored]
        columns = sorted(stored, key=lambda one: one.position)
        if len(columns) < 2 or table.inherits or table.of_type is not None:
            continue
        better = sorted(columns, key=_rank)
        now, then = _size(columns), _size(better)
        width = row_bytes(review, table) or now
        if now - then <= SHARE * max(width, now):
            continue
        listed = ", ".join(quote_identifier(one.name) for one in better)
        yield RULE.finding(
            table.ref,
            f"{table.name.short} loses {now - then:.0f} bytes a row to gaps that the order {listed} would not have",
            facts={"bytes": now, "better_bytes": then, "order": listed},
            experiment=_measured(columns, better),
        )


def _rank(column: Column) -> tuple[int, int]:
    return (-alignment(column.type) if column.type.length > 0 else 0, column.position)


def _size(columns: Sequence[Column]) -> float:
    """Bytes of a row whose values of variable length are short ones."""
    size = float(_HEADER)
    for column in columns:
        if column.type.length > 0:
            size = aligned(size, alignment(column.type)) + column.type.length
        else:
            size += _SHORT_TEXT
    return aligned(size, 8)


_SAMPLES = {
    "bool": "true", "int2": "1::int2", "int4": "1", "int8": "1::int8", "float4": "1::float4", "float8": "1::float8",
    "date": "'2001-01-01'::date", "time": "'12:00'::time", "timestamp": "'2001-01-01'::timestamp",
    "timestamptz": "'2001-01-01'::timestamptz", "interval": "'1 day'::interval",
    "uuid": "'00000000-0000-4000-8000-000000000000'::uuid", "money": "1::money", "oid": "1::oid",
    "timetz": "'12:00'::timetz",
}  # fmt: skip


def _measured(columns: Sequence[Column], better: Sequence[Column]) -> Shown | None:
    """Both orders of the columns as rows, measured by the server."""
    values: dict[str, str] = {}
    for column in columns:
        base = column.type.base or column.type.name
        sample = "'1234567'::text" if column.type.length < 0 else _SAMPLES.get(base)
        if sample is None:
            return None
        values[column.name] = sample
    first, second = (", ".join(values[one.name] for one in order) for order in (columns, better))
    return Shown(
        query=f"SELECT ceil(now / 8.0) > ceil(later / 8.0), now AS bytes, later AS bytes_in_the_other_order FROM ("
        f"SELECT pg_column_size(ROW({first})) AS now, pg_column_size(ROW({second})) AS later) AS measured",
        shows="the same values take more bytes in this order",
    )
