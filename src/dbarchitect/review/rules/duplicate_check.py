"""CHECK that says what another constraint says

## What it says

Two CHECKs of a table have the same condition, however it is spelt (order and parentheses do not count), or a valid
CHECK asks no more than that a column IS NOT NULL, which the column is declared to be. The first in order of name, or
the NOT NULL, stays. CHECKs that come from a parent table are left out, and so are such that were never validated.

## Why it matters

Every insert and update evaluates both, and who changes the rule changes one of them and wonders why rows are refused.

The second form is what remains of setting NOT NULL without a long lock: the helper CHECK is to be dropped at the end.

## What would make it false

A tool looks for the constraint by its name.

## How to mend it

Drop one of the two; the other goes on refusing the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import DropConstraint
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Check, Table
from dbarchitect.review.context import Context, constraint_ref
from dbarchitect.review.rule import Rule
from dbarchitect.sql.expressions import columns_in, expression_of, requires, same, terms
from dbarchitect.sql.statements import Expression

RULE = Rule(__name__, __doc__, area="checks", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """CHECKs that another constraint makes superfluous."""
    for table in review.tables:
        kept: dict[frozenset[str], list[tuple[Check, Expression]]] = {}
        for one in sorted(_own(table), key=lambda check: check.name):
            expression = expression_of(one.expression)
            if expression is None:
                continue
            columns = columns_in(expression)
            if _is_not_null(table, expression, columns):
                yield _found(table, one, f"which {columns[0]}, being NOT NULL, does anyway", Severity.INFO)
                continue
            alike = kept.setdefault(frozenset(columns), [])
            twin = next((other for other, condition in alike if same(condition, expression)), None)
            if twin is None:
                alike.append((one, expression))
            else:
                yield _found(table, one, f"as {twin.name} does", None, twin)


def _own(table: Table) -> list[Check]:
    return [
        one
        for one in table.constraints
        if isinstance(one, Check) and not one.inherited and one.validated and one.enforced and not one.no_inherit
    ]


def _is_not_null(table: Table, expression: Expression, columns: tuple[str, ...]) -> bool:
    column = table.column(columns[0]) if len(columns) == 1 else None
    return (
        column is not None
        and column.not_null
        and len(terms(expression)) == 1
        and requires(expression, column.name)
        and next(iter(expression.tree)) == "NullTest"
    )


def _found(table: Table, one: Check, why: str, severity: Severity | None, twin: Check | None = None) -> Finding:
    return RULE.finding(
        constraint_ref(table, one.name),
        f"CHECK {one.name} of {table.name.short} asks for {one.expression}, {why}",
        severity=severity,
        also=[constraint_ref(table, twin.name)] if twin else [],
        facts={"expression": one.expression, "twin": twin.name if twin else None},
        fix=(DropConstraint(table=table.name, constraint=one),),
    )
