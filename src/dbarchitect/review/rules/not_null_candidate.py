"""Column that is never NULL

## What it says

A column may be NULL, but ANALYZE found no NULL in a table of at least 10,000 rows (`MANY_ROWS`; its sample has
30,000 rows at the default target). Columns whose name says that something may still happen (`ended_at`, `deleted_at`,
`parent_id`, `next_...`) are left out, so are references that are emptied when their parent is deleted (ON DELETE SET
NULL) and booleans, which have a rule of their own. Many of them are one finding.

## Why it matters

Where NULL is impossible the declaration says so to everyone: to readers, to ORMs, and to the planner.

With NOT NULL a `NOT IN` can become an anti-join, unique keys cannot be opened by a NULL, and generated types lose
their `| null`. PostgreSQL checks it at no cost that can be measured.

## What would make it false

The value is optional and has been given in every row so far, or the few NULLs were not in the sample.

## How to mend it

On a large live table: `ADD CONSTRAINT ... CHECK (column IS NOT NULL) NOT VALID`, `VALIDATE`, then `SET NOT NULL`, which
then needs no scan (PostgreSQL 12 and later), and drop the CHECK.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterColumn
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.checked import rows_where
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rows import NULL, Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import SOFT_DELETE

RULE = Rule(
    __name__,
    __doc__,
    area="nullability",
    certainty="likely",
    severity=Severity.INFO,
    needs="statistics",
    yields_to=("creation-time-unset",),
)

MANY_ROWS = 10_000
_LATER = frozenset(
    """
    end ended ends until expires expired expiry closed finished completed cancelled canceled parent next previous
    superseded replaced optional middle second revoked archived left
    """.split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """Nullable columns in which ANALYZE found no NULL."""
    found: list[Finding] = []
    of = 0
    for table, column in review.columns():
        rows = review.rows(table)
        if column.not_null or column.generated is not None or rows is None or rows < MANY_ROWS:
            continue
        of += 1
        statistics = review.facts.column(str(table.name), column.name) if review.facts else None
        if statistics is None or statistics.null_fraction > 0:
            continue
        if base_type(column) == "bool" or _set_null(table, column):
            continue  # nullable-boolean speaks of the one; the other is emptied when its parent goes
        if column.name.lower() in SOFT_DELETE or not _LATER.isdisjoint(words(column.name)):
            continue
        after = msgspec.structs.replace(column, not_null=True)
        found.append(
            RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} may be NULL, but in {rows:,.0f} rows ANALYZE found none",
                facts={"rows": rows},
                fix=(AlterColumn(table=table.name, before=column, after=after),),
                offenders=rows_where(table.name, f"{quote_identifier(column.name)} IS NULL"),
                asks=True,
                experiment=_without(review, table, column),
            )
        )
    message = f"{len(found)} of {of} nullable columns of large tables are never NULL"
    yield from roll_up(found, message, of=of, share=0)


def _set_null(table: Table, column: Column) -> bool:
    return any(
        column.name in (key.set_columns or key.columns) and "SET NULL" in (key.on_delete, key.on_update)
        for key in table.foreign_keys
    )


def _without(review: Context, table: Table, column: Column) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table, {column.name: NULL}) is None:
        return None
    missing = f"SELECT count(*) AS rows_without FROM {table.name} WHERE {quote_identifier(column.name)} IS NULL"
    return Accepted(script=(*rows.statements, missing), shows="a row without the value is accepted")
