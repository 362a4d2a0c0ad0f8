"""Domain that says NOT NULL

## What it says

A column that may be NULL relies on its domain, which is declared NOT NULL.

## Why it matters

The domain's NOT NULL is checked when a value is converted, not when a row is stored: a sub-query without a row, or an
outer join, puts NULL into the column.

The PostgreSQL documentation ("CREATE DOMAIN", notes) advises to let the domain allow NULL and to declare the columns
NOT NULL. The planner also knows a column's NOT NULL, and does not know that of a domain.

## What would make it false

Every row is inserted with VALUES, and never from a query of another column of the same domain.

## How to mend it

`ALTER TABLE ... ALTER COLUMN ... SET NOT NULL`, which is refused where a NULL got in already: the query for such rows
is given. The domain can stay as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterColumn, Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, DomainType, Table
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="nullability", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Columns whose domain alone forbids NULL."""
    for table, column in review.columns():
        if column.type.kind != "domain" or column.not_null or column.generated is not None:
            continue
        domain = _strict(review, column)
        if domain is None:
            continue
        name = quote_identifier(column.name)
        yield RULE.finding(
            column_ref(table, column),
            f"{table.name.short}.{column.name} may be NULL, and its domain {domain.name.short} forbids it only half",
            fix=_not_null(table, column),
            offenders=f"SELECT * FROM {table.name} WHERE {name} IS NULL",
            experiment=_null_gets_in(review, table, column),
        )


def _strict(review: Context, column: Column) -> DomainType | None:
    """The domain of a column, or one under it, that is NOT NULL."""
    kind = column.type
    while kind.kind == "domain":
        domain = review.type(kind.schema, kind.name)
        if not isinstance(domain, DomainType) or domain.not_null:
            return domain if isinstance(domain, DomainType) else None
        kind = domain.type
    return None


def _not_null(table: Table, column: Column) -> tuple[Change, ...]:
    after = msgspec.structs.replace(column, not_null=True)
    return (AlterColumn(table=table.name, before=column, after=after),)


def _null_gets_in(review: Context, table: Table, column: Column) -> Accepted | None:
    """A row whose value is taken from a row that is not there."""
    rows = Rows(review)
    name = quote_identifier(column.name)
    nobody = f"(SELECT one.{name} FROM {table.name} AS one WHERE false)"
    if rows.add(table, {column.name: nobody}) is None:
        return None
    return Accepted(
        script=(*rows.statements, f"SELECT count(*) AS nulls FROM {table.name} WHERE {name} IS NULL"),
        shows="NULL is stored in a column whose domain forbids it",
    )
