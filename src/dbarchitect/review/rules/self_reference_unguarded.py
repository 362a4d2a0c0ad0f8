"""Row that may be its own parent

## What it says

A foreign key refers to its own table (`parent_id`), may be NULL, so that a root has none, and no CHECK keeps a row from
referring to itself. Quiet where the column is NOT NULL (there the root refers to itself), and for columns in which that
is meant (`root_id`, `thread_id`, `created_by`, ...).

## Why it matters

A row that is its own parent is found by no walk from the roots, and a recursive query over it never ends.

`WITH RECURSIVE` with UNION ALL runs until it is out of memory or time; the documentation under "Cycle Detection" has
the CYCLE clause against it. A CHECK sees one row, so it stops the shortest circle and no longer one.

## What would make it false

A root refers to itself by design, or a trigger guards the tree.

## How to mend it

Add `CHECK (parent_id <> id)`; a NULL in it passes. Longer circles need a trigger, or CYCLE in the queries.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddConstraint
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, ForeignKey, Table
from dbarchitect.review.context import Context, base_type, constraint_ref, mentions
from dbarchitect.review.enforcing import constraint_name
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(
    __name__, __doc__, area="foreign keys", certainty="likely", severity=Severity.INFO, engines=("postgresql", "sqlite")
)

_MAY_BE_ITSELF = frozenset(
    """
    root top thread conversation group head canonical origin original first current latest main master primary created
    updated modified deleted approved verified owner version
    """.split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """References to the own table that may be to the own row."""
    found: list[Finding] = []
    for table in review.tables:
        for key in table.foreign_keys:
            if key.target != table.name or not key.enforced or key.inherited:
                continue
            pairs = [(a, b) for a, b in zip(key.columns, key.target_columns, strict=True) if a != b]
            column = table.column(pairs[0][0]) if len(pairs) == 1 else None
            if column is None or column.not_null or not _MAY_BE_ITSELF.isdisjoint(words(column.name)):
                continue
            if not _guarded(table, pairs[0]):
                found.append(_found(review, table, key, *pairs[0]))
    message = f"{len(found)} references of a table to itself accept a row that is its own parent"
    yield from roll_up(found, message, of=len(found))


def _guarded(table: Table, pair: tuple[str, str]) -> bool:
    return any(
        isinstance(constraint, Check) and all(mentions(constraint.expression, name) for name in pair)
        for constraint in table.constraints
    )


def _found(review: Context, table: Table, key: ForeignKey, column: str, target: str) -> Finding:
    name, own = quote_identifier(column), quote_identifier(target)
    guard = Check(
        name=constraint_name(table, (column, "check")), columns=(column, target), expression=f"{name} <> {own}"
    )
    return RULE.finding(
        constraint_ref(table, key.name),
        f"a row of {table.name.short} may be its own {column}",
        facts={"column": column, "rows": review.rows(table)},
        fix=(AddConstraint(table=table.name, constraint=guard),),
        offenders=f"SELECT * FROM {table.name} WHERE {name} = {own}",
        experiment=_itself(review, table, column, target),
    )


def _itself(review: Context, table: Table, column: str, target: str) -> Accepted | None:
    types = [base_type(one) for one in table.columns if one.name in (column, target)]
    if len(set(types)) != 1:
        return None  # the own key may be beyond what the reference holds
    rows = Rows(review)
    first = rows.add(table, must=(target,))
    if first is None:
        return None
    name, own = quote_identifier(column), quote_identifier(target)
    return Accepted(
        script=(
            *rows.statements,
            f"UPDATE {table.name} SET {name} = {own} WHERE {own} = {first[target]}",
            f"SELECT {own}, {name} FROM {table.name} WHERE {name} = {own}",
        ),
        shows="a row that refers to itself is accepted",
    )
