"""Foreign key that a wider one to the same table implies

## What it says

Two foreign keys of a table refer to the same table, the columns of the one are part of the other's, and they pair with
the same columns there (`customer_id` beside `tenant_id, customer_id`). All columns of the wider key are NOT NULL, so
that it checks every row. Keys that share columns and refer to different tables are quiet: a key to the tenants beside
one over tenant and id is right.

## Why it matters

The narrower key refuses nothing that the wider one accepts, and costs every insert, update and delete a second look-up.

## What would make it false

A tool needs the narrower key to find its way, as many object mappers do.

## How to mend it

Drop the narrower key. Where the two differ in what a delete does, only you can know which one is right.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import DropConstraint
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import ForeignKey, Table
from dbarchitect.review.context import Context, constraint_ref
from dbarchitect.review.enforcing import both_checked
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="foreign keys", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """Foreign keys within others."""
    found: list[Finding] = []
    for table in review.tables:
        keys = [key for key in table.foreign_keys if key.enforced and not key.inherited and not key.period]
        for narrow in keys:
            wide = next((key for key in keys if key.target == narrow.target and _within(table, narrow, key)), None)
            if wide is not None:
                found.append(_found(table, narrow, wide))
    message = f"{len(found)} foreign keys are implied by wider ones to the same tables"
    yield from roll_up(found, message, of=len(found))


def _within(table: Table, narrow: ForeignKey, wide: ForeignKey) -> bool:
    pairs = [set(zip(key.columns, key.target_columns, strict=True)) for key in (narrow, wide)]
    mandatory = all((column := table.column(name)) is not None and column.not_null for name in wide.columns)
    return pairs[0] < pairs[1] and mandatory and wide.validated and (narrow.deferrable or not wide.deferrable)


def _found(table: Table, narrow: ForeignKey, wide: ForeignKey) -> Finding:
    alike = (narrow.on_delete, narrow.on_update) == (wide.on_delete, wide.on_update)
    names, more = (", ".join(quote_identifier(name) for name in key.columns) for key in (narrow, wide))
    message = f"{table.name.short} ({names}) refers to {narrow.target.short}, and so does ({more})"
    if not alike:
        message += f"; on a delete they differ: {narrow.on_delete} and {wide.on_delete}"
    return RULE.finding(
        constraint_ref(table, narrow.name),
        message,
        also=(constraint_ref(table, wide.name),),
        facts={"columns": names, "wider": more},
        fix=(DropConstraint(table=table.name, constraint=narrow),) if alike else (),
        asks=not alike,
        experiment=both_checked(table, (narrow, wide)),
    )
