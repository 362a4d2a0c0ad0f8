"""Creation time that may be missing

## What it says

A column named like `created_at` may be NULL and has no default, so that a row can come in without it: a `warning`. It
is `info` where one of the two is given: a default, which an explicit NULL still passes by, or NOT NULL, which leaves
it to every writer to give the time. Where most such columns of a schema are alike, which is usual where an
object-relational mapper writes them, it is one finding.

## Why it matters

A row without its time falls out of every report by date, and when it was made cannot be found out afterwards.

Scripts, imports and second applications do not run the code that fills it. Of 42 real schemas 17 had such columns, 402
of them.

## What would make it false

The time is that of something else than the row, such as an outside record, and may really be unknown.

## How to mend it

`SET DEFAULT now()`, then fill the gaps, then `SET NOT NULL`. On a large table add `CHECK (... IS NOT NULL) NOT VALID`
first and validate it: SET NOT NULL then needs no scan under its lock.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterColumn
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import is_creation_time

RULE = Rule(__name__, __doc__, area="structure", certainty="likely", severity=Severity.WARNING)

_NOW = {"timestamptz": "now()", "timestamp": "now()", "date": "CURRENT_DATE"}


def check(review: Context) -> Iterator[Finding]:
    """Creation times that nothing fills."""
    found: list[Finding] = []
    of = 0
    for table, column in review.columns():
        if base_type(column) not in _NOW or column.generated is not None or not is_creation_time(column.name):
            continue
        of += 1
        if not column.not_null or column.default is None:
            found.append(_found(review, table, column))
    message = f"{len(found)} of {of} columns for the time of creation may be NULL or have no default"
    yield from roll_up(found, message, of=of, share=0.5)


def _found(review: Context, table: Table, column: Column) -> Finding:
    quoted = quote_identifier(column.name)
    unset = not column.not_null and column.default is None
    if unset:
        gap = "may be NULL and has no default"
    else:
        gap = "has no default" if column.default is None else "has a default, but may be NULL"
    declared = column.type.base not in ("", column.type.name)  # a domain brings its own
    after = msgspec.structs.replace(column, not_null=True, default=column.default or _NOW[base_type(column)])
    return RULE.finding(
        column_ref(table, column),
        f"{table.name.short}.{column.name} {gap}",
        severity=RULE.severity if unset else Severity.INFO,
        facts={"not_null": column.not_null, "default": column.default},
        fix=() if declared or table.of_type else (AlterColumn(table=table.name, before=column, after=after),),
        offenders="" if column.not_null else f"SELECT * FROM {table.name} WHERE {quoted} IS NULL",
        experiment=None if column.not_null else _timeless(review, table, column),
    )


def _timeless(review: Context, table: Table, column: Column) -> Accepted | None:
    rows = Rows(review)
    made = rows.add(table, {column.name: "NULL"})
    if made is None:
        return None
    return Accepted(
        script=(*rows.statements, f"SELECT count(*) FROM {table.name} WHERE {quote_identifier(column.name)} IS NULL"),
        shows="a row without its time of creation is accepted",
    )
