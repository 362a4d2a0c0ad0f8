"""Sequence that counts further than its column

## What it says

The sequence that numbers a column goes on beyond what the column's type holds. For `integer` with a sequence of its own
it is `info` (the `serial` of old servers and many tools is made so); for `smallint`, and where the sequence's own limit
was chosen, a `warning`. More than five of the first kind are one finding.

## Why it matters

The sequence says that it has quintillions of numbers left; inserts fail long before, with "integer out of range".

Monitoring that compares a sequence with its own maximum sees nothing coming. Since PostgreSQL 10 `serial` makes a
sequence of the column's type. Of 42 real schemas 2 had such sequences, 23 in all.

## What would make it false

The column is about to be widened, and the sequence was made for that.

## How to mend it

Give the sequence the column's type (`ALTER SEQUENCE ... AS integer`), so that both end together; or widen the column.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import Alter
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef, quote_literal
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Column, Sequence, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import INTEGER_LIMITS
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="keys", severity=Severity.WARNING)

_SQL = {"int2": "smallint", "int4": "integer"}
_WIDEST = 2**63 - 1


def check(review: Context) -> Iterator[Finding]:
    """Sequences that outlast their columns."""
    found: list[Finding] = []
    of = 0
    for table, column in review.columns():
        limit = INTEGER_LIMITS.get(base_type(column))
        sequence = review.sequence(table, column) if limit is not None else None
        if sequence is None or limit is None:
            continue
        of += 1
        if sequence.increment > 0 and sequence.maximum > limit:
            found.append(_found(review, table, column, sequence, limit))
    usual = [one for one in found if one.severity is Severity.INFO]
    yield from (one for one in found if one.severity is not Severity.INFO)
    yield from roll_up(usual, f"{len(usual)} of {of} sequences count further than their columns hold", of=of, share=0)


def _found(review: Context, table: Table, column: Column, sequence: Sequence, limit: int) -> Finding:
    usual = base_type(column) == "int4" and sequence.maximum == _WIDEST
    return RULE.finding(
        column_ref(table, column),
        f"{sequence.name.short} counts to {sequence.maximum:,}, but {table.name.short}.{column.name} is "
        f"{column.type.sql} and ends at {limit:,}",
        severity=Severity.INFO if usual else None,
        also=(ObjectRef(kind="sequence", schema=sequence.name.schema, name=sequence.name.name),),
        facts={"maximum": sequence.maximum, "limit": limit},
        fix=_same_end(column, sequence, limit),
        experiment=_too_far(review, table, column, sequence, limit),
    )


def _same_end(column: Column, sequence: Sequence, limit: int) -> tuple[Alter, ...]:
    if sequence.start > limit or sequence.minimum < -limit - 1 or column.identity is not None:
        return ()
    after = msgspec.structs.replace(sequence, type=_SQL[base_type(column)], maximum=limit)
    return (Alter(before=sequence, after=after),)


def _too_far(review: Context, table: Table, column: Column, sequence: Sequence, limit: int) -> Refused | None:
    """The sequence is moved to where the column ends; the next row is refused."""
    rows = Rows(review)
    if rows.add(table, omit=(column.name,)) is None:
        return None
    place = f"SELECT pg_catalog.setval({quote_literal(str(sequence.name))}::regclass, {limit})"
    return Refused(
        script=(*rows.statements[:-1], place, rows.statements[-1]),
        shows=f"the sequence has a number for the next row, and {table.name.short} cannot hold it",
    )
