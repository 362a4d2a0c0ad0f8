"""Foreign key of another type than its target

## What it says

A column of a foreign key has another type than the column it refers to. An integer that is narrower than its target,
and a text that is shorter, are a `warning`; a wider integer is `info`; another family (`bigint` to `numeric`,
`char` to `varchar`) is a `warning`. `varchar` against `text`, a longer text, and a domain over the same type are
harmless and not reported.

## Why it matters

The narrower side cannot hold every key of the other: inserts start to fail when the parent's keys outgrow it.

Between families every check of the foreign key converts values, and a join may no longer use the index. Of 42 real
schemas 5 had the fault, 30 times.

## What would make it false

The parent's keys will never pass what the narrower column holds.

## How to mend it

Give the referencing column the type of its target. A wider integer type rewrites the table, a longer `varchar` does
not.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Column, ForeignKey, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import INTEGER_LIMITS, retype
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="foreign keys", severity=Severity.WARNING)

_WIDTH = {"int2": 2, "int4": 4, "int8": 8}


def check(review: Context) -> Iterator[Finding]:
    """Columns of foreign keys that differ in type from what they refer to."""
    for table in review.tables:
        for key in table.foreign_keys:
            parent = review.table(key.target)
            if parent is None or key.inherited:
                continue
            for name, target in zip(key.columns, key.target_columns, strict=True):
                column, referred = table.column(name), parent.column(target)
                if column is None or referred is None or column.inherited:
                    continue
                found = _difference(column, referred)
                if found is not None:
                    yield _found(review, table, key, column, parent, referred, *found)


def _difference(column: Column, target: Column) -> tuple[Severity, str] | None:
    """How bad the difference is and what follows; None where it does no harm."""
    own, other = base_type(column), base_type(target)
    if own in _WIDTH and other in _WIDTH:
        if _WIDTH[own] < _WIDTH[other]:
            return Severity.WARNING, f"it cannot hold a key above {INTEGER_LIMITS[own]:,}"
        return (Severity.INFO, "it is wider than it needs to be") if _WIDTH[own] > _WIDTH[other] else None
    if own == other == "varchar" or (own == "varchar" and other == "text"):
        limit = _length(column)
        if limit is not None and limit < (_length(target) or limit + 1):
            return Severity.WARNING, f"it cannot hold a key longer than {limit} characters"
        return None
    if own == other or {own, other} <= {"text", "varchar", "citext", "name"}:
        return None
    return Severity.WARNING, "each comparison converts between the two"


def _length(column: Column) -> int | None:
    modifier = column.type.modifier
    return modifier - 4 if base_type(column) == "varchar" and modifier > 4 else None


def _found(
    review: Context,
    table: Table,
    key: ForeignKey,
    column: Column,
    parent: Table,
    target: Column,
    severity: Severity,
    effect: str,
) -> Finding:
    return RULE.finding(
        column_ref(table, column),
        f"{table.name.short}.{column.name} is {column.type.sql}, but refers to {parent.name.short}.{target.name}, "
        f"which is {target.type.sql}: {effect}",
        severity=severity,
        also=(column_ref(parent, target),),
        facts={"type": column.type.sql, "target_type": target.type.sql, "constraint": key.name},
        fix=_same_type(review, table, column, target),
        experiment=_overflow(review, table, key, column, parent, target),
    )


def _same_type(review: Context, table: Table, column: Column, target: Column) -> tuple[Change, ...]:
    if column.identity is not None or review.sequence(table, column) is not None:
        return ()
    using = "" if target.type.category == column.type.category else f"{{}}::{target.type.sql}"
    back = "" if target.type.category == column.type.category else f"{{}}::{column.type.sql}"
    return retype(review, table, column, target.type, using=using, back=back)


def _overflow(
    review: Context, table: Table, key: ForeignKey, column: Column, parent: Table, target: Column
) -> Refused | None:
    """A parent whose key is one more than the child can hold, and a child that refers to it."""
    own, other = base_type(column), base_type(target)
    if own not in INTEGER_LIMITS or other not in _WIDTH or _WIDTH[own] >= _WIDTH[other] or len(key.columns) != 1:
        return None
    large = str(INTEGER_LIMITS[own] + 1)
    rows = Rows(review)
    if rows.add(parent, {target.name: large}) is None or rows.add(table, {column.name: large}) is None:
        return None
    return Refused(
        script=tuple(rows.statements),
        shows=f"a row cannot refer to {quote_identifier(parent.name.name)} {large}, which exists",
    )
