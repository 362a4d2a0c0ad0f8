"""Sequence of a key that starts again

## What it says

A sequence that numbers a unique column begins anew when it has come to its end (`CYCLE`).

## Why it matters

After the last number it gives one that is taken: from then on inserts fail here and there, for no reason that their
writer can see.

Without CYCLE the server says at once what is wrong: "nextval: reached maximum value of sequence".

## What would make it false

Old rows are always deleted long before their numbers come again.

## How to mend it

`NO CYCLE`, and a `bigint` column and sequence where the end is near.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import Alter, AlterColumn, Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Column, Sequence, Table
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Unique columns whose numbers come again."""
    for table, column in review.columns():
        sequence = review.sequence(table, column)
        if sequence is None or not sequence.cycle or not _unique_alone(table, column):
            continue
        last = sequence.maximum if sequence.increment > 0 else sequence.minimum
        yield RULE.finding(
            column_ref(table, column),
            f"{table.name.short}.{column.name} is numbered by {sequence.name.short}, which starts again after {last}",
            facts={"sequence": str(sequence.name), "last": last},
            fix=(_no_cycle(table, column, sequence),),
            experiment=_again(sequence, last),
        )


def _unique_alone(table: Table, column: Column) -> bool:
    return any(
        index.unique and index.predicate is None and [key.column for key in index.keys] == [column.name]
        for index in table.indexes
    )


def _no_cycle(table: Table, column: Column, sequence: Sequence) -> Change:
    if column.identity is not None:
        identity = msgspec.structs.replace(column.identity, cycle=False)
        return AlterColumn(table=table.name, before=column, after=msgspec.structs.replace(column, identity=identity))
    return Alter(before=sequence, after=msgspec.structs.replace(sequence, cycle=False))


def _again(sequence: Sequence, last: int) -> Shown:
    name = quote_literal(str(sequence.name))
    first = sequence.minimum if sequence.increment > 0 else sequence.maximum
    return Shown(
        query=f"SELECT nextval({name}) = {first} AS starts_again, {last} AS last "
        f"FROM (SELECT setval({name}, {last}) OFFSET 0) AS at_its_end",
        shows=f"after {last} it gives {first} again",
    )
