"""NULL gets past a CHECK over several columns

## What it says

A CHECK over several columns asks of one whether it is NULL, so its author thought of missing values, but another of
its columns may be NULL too, and then the CHECK holds whatever the rest of the row says:
`CHECK (discount IS NULL OR percent > 0)` accepts a discount without a percent.

The condition is read in three-valued logic, and the rule speaks only where it is understood to the last part: with that
column NULL it is false for no row, and otherwise it is false for some.

## Why it matters

The CHECK refuses a wrong value and lets a missing one through: the row that it was written against gets in.

A CHECK refuses a row only where it is false; a comparison with NULL is NULL, and passes.

## What would make it false

A row without the value is meant to be free of the rule.

## How to mend it

Make the column NOT NULL, or say it in the CHECK: `discount IS NULL OR (percent IS NOT NULL AND percent > 0)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from dbarchitect.model.change import AddConstraint, DropConstraint
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, Table
from dbarchitect.review.checked import rows_where
from dbarchitect.review.context import Context, base_type, column_ref, constraint_ref
from dbarchitect.review.rows import NULL, Rows
from dbarchitect.review.rule import Rule
from dbarchitect.sql.expressions import expression_of
from dbarchitect.sql.truth import Opened, opened_by_null

RULE = Rule(__name__, __doc__, area="checks", certainty="possible", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """CHECKs that a NULL opens."""
    for table in review.tables:
        not_null = frozenset(column.name for column in table.columns if column.not_null)
        for one in table.constraints:
            if not isinstance(one, Check) or one.inherited or not one.enforced or " NULL" not in one.expression:
                continue
            expression = expression_of(one.expression)
            if expression is None:
                continue
            opened = opened_by_null(expression, not_null)
            if opened is not None:
                yield _found(review, table, one, opened)


def _found(review: Context, table: Table, one: Check, opened: Opened) -> Finding:
    column = table.column(opened.column)
    quoted = quote_identifier(opened.column)
    mended = msgspec.structs.replace(one, expression=f"({one.expression}) IS TRUE", definition="")
    return RULE.finding(
        constraint_ref(table, one.name),
        f"CHECK {one.name} of {table.name.short} holds wherever {quoted} is NULL: {one.expression}",
        also=[column_ref(table, column)] if column else [],
        facts={"column": opened.column, "expression": one.expression},
        fix=(DropConstraint(table=table.name, constraint=one), AddConstraint(table=table.name, constraint=mended)),
        offenders=rows_where(table.name, f"({one.expression}) IS NULL"),
        asks=True,
        experiment=_missing(review, table, one, opened),
    )


def _missing(review: Context, table: Table, one: Check, opened: Opened) -> Accepted | None:
    """A row that the CHECK refuses for some value of the column, without that value."""
    fixed = {opened.column: NULL}
    must: list[str] = []
    for name, value in opened.others.items():
        column = table.column(name)
        if value is None:
            fixed[name] = NULL
        elif isinstance(value, bool):  # any value will do, or it is a flag
            if column is not None and base_type(column) == "bool":
                fixed[name] = "true" if value else "false"
            else:
                must.append(name)
        else:
            fixed[name] = str(value) if isinstance(value, Decimal) else quote_literal(value)
    rest = tuple(other for other in table.constraints if other is not one)
    rows = Rows(review)
    if rows.add(msgspec.structs.replace(table, constraints=rest), fixed, must=must) is None:
        return None
    names = ", ".join(quote_identifier(name) for name in (opened.column, *opened.others))
    return Accepted(
        script=(*rows.statements, f"SELECT {names} FROM {table.name} WHERE ({one.expression}) IS NULL"),
        shows="a row without the value is accepted, though with some values it is refused",
    )
