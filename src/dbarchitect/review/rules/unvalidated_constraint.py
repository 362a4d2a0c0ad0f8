"""Constraint that was never validated

## What it says

A foreign key, CHECK or NOT NULL is NOT VALID: it holds for rows written since, and nobody checked the rows before.
Constraints that are NOT ENFORCED (PostgreSQL 18) are a different thing, and left out.

## Why it matters

Rows that break the rule may be there, and the planner does not rely on a constraint that is not valid.

NOT VALID is the first half of adding a constraint without a long lock; the second half, VALIDATE, is what gets
forgotten. Of 42 real schemas 3 had such constraints.

## What would make it false

The migration that added it is still under way.

## How to mend it

Find and mend the rows that break it, then `VALIDATE CONSTRAINT`, which lets reads and writes go on.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import ValidateConstraint
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, Constraint, ForeignKey, NotNull, Table
from dbarchitect.review.context import Context, constraint_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="checks", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Constraints that are enforced but not valid."""
    for table in review.tables:
        for constraint in table.constraints:
            if constraint.validated or not constraint.enforced or constraint.inherited:
                continue
            what = _kind(constraint)
            rows = review.rows(table)
            size = "" if rows is None else f" ({rows:,.0f} rows)"
            yield RULE.finding(
                constraint_ref(table, constraint.name),
                f"{what} {constraint.name} on {table.name.short}{size} was never validated",
                facts={"rows": rows, "kind": what},
                fix=(ValidateConstraint(table=table.name, constraint=constraint),),
                experiment=_orphan(review, table, constraint),
            )


def _kind(constraint: Constraint) -> str:
    match constraint:
        case ForeignKey():
            return "foreign key"
        case Check():
            return "CHECK"
        case NotNull():
            return "NOT NULL"
        case _:
            return "constraint"


def _orphan(review: Context, table: Table, constraint: Constraint) -> Accepted | None:
    """How such a constraint comes to stand over rows that break it: the row first, then the constraint."""
    if not isinstance(constraint, ForeignKey) or not constraint.definition.endswith("NOT VALID"):
        return None
    rows = Rows(review)
    if rows.add(table, loose=(constraint.name,), must=constraint.columns) is None:
        return None
    name = quote_identifier(constraint.name)
    columns = ", ".join(quote_identifier(column) for column in constraint.columns)
    return Accepted(
        script=(
            f"ALTER TABLE {table.name} DROP CONSTRAINT {name}",
            *rows.statements,
            f"ALTER TABLE {table.name} ADD CONSTRAINT {name} {constraint.definition}",
            f"SELECT {columns} FROM {table.name}",
        ),
        shows="the constraint stands over a row that refers to nothing",
    )
