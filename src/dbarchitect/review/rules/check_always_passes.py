"""CHECK that refuses nothing

## What it says

A CHECK is false for no row. It holds by its form (`x > 0 OR x <= 0`, `1 = 1`, `x IS NOT NULL OR true`), or it comes to
NULL where it should be false: `x = NULL`, or a list that has a NULL in it, `status IN ('new', 'done', NULL)`.

Conditions are read in SQL's three-valued logic. What is not understood (a call, a subexpression) may come to anything,
so the rule speaks only where no value whatever could make the CHECK false. It is for such CHECKs that a table or a
domain has of its own.

## Why it matters

The constraint is there, readers rely on it, and every row passes.

A CHECK refuses a row only where it is false; NULL passes, as the SQL standard says. `x IN (a, NULL)` is true or NULL,
and never false.

## What would make it false

Nothing: the condition was asked for all values.

## How to mend it

Where a NULL stands in a list, take it out: NULL passes without it. Otherwise say what was meant, or drop the CHECK.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AddConstraint, Change, DropConstraint
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef, quote_identifier, quote_literal
from dbarchitect.model.proof import Accepted, Experiment
from dbarchitect.model.schema import Check, DomainType, Table
from dbarchitect.review.checked import rows_where
from dbarchitect.review.context import Context, base_type, constraint_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.sql.expressions import columns_in, expression_of
from dbarchitect.sql.truth import always_passes, without_nulls_in_lists

RULE = Rule(__name__, __doc__, area="checks", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """CHECKs that are never false."""
    for table in review.tables:
        for one in table.constraints:
            if isinstance(one, Check) and not one.inherited and one.enforced:
                expression = expression_of(one.expression)
                # What a NOT NULL column makes superfluous is another rule's.
                if expression is not None and always_passes(expression):
                    yield _found(review, table, one)
    for domain in review.schema.types:
        for one in domain.constraints if isinstance(domain, DomainType) else ():
            expression = expression_of(one.expression) if isinstance(one, Check) else None
            if isinstance(one, Check) and expression is not None and always_passes(expression):
                at = ObjectRef(kind="domain", schema=domain.name.schema, name=domain.name.name, sub=one.name)
                yield RULE.finding(
                    at,
                    f"CHECK {one.name} of domain {domain.name.short} refuses nothing: {one.expression}",
                    facts={"expression": one.expression},
                )


def _found(review: Context, table: Table, one: Check) -> Finding:
    strict = without_nulls_in_lists(one.expression)
    fix: tuple[Change, ...] = ()
    offenders = ""
    if strict:
        mended = msgspec.structs.replace(one, expression=strict, definition="")
        fix = (DropConstraint(table=table.name, constraint=one), AddConstraint(table=table.name, constraint=mended))
        offenders = rows_where(table.name, f"NOT ({strict})")
    elif not one.no_inherit:
        fix = (DropConstraint(table=table.name, constraint=one),)
    message = f"CHECK {one.name} of {table.name.short} refuses nothing: {one.expression}"
    if strict:
        message += "; with a NULL in the list it comes to NULL where it should be false"
    return RULE.finding(
        constraint_ref(table, one.name),
        message,
        facts={"expression": one.expression},
        fix=fix,
        offenders=offenders,
        experiment=_strange_value(review, table, one) if strict else None,
    )


def _strange_value(review: Context, table: Table, one: Check) -> Experiment | None:
    """A value that stands in none of the lists."""
    expression = expression_of(one.expression)
    names = columns_in(expression) if expression is not None else ()
    column = table.column(names[0]) if len(names) == 1 else None
    if column is None:
        return None
    number = base_type(column) in ("int2", "int4", "int8", "numeric")
    if not number and base_type(column) not in ("text", "varchar"):
        return None
    length = column.type.modifier - 4 if column.type.modifier > 4 else 99
    value = "-32000" if number else quote_literal("no such value"[: min(length, 13)])
    rest = tuple(other for other in table.constraints if other is not one)
    rows = Rows(review)
    if rows.add(msgspec.structs.replace(table, constraints=rest), {column.name: value}) is None:
        return None
    quoted = quote_identifier(column.name)
    return Accepted(
        script=(*rows.statements, f"SELECT {quoted} FROM {table.name} WHERE {quoted} = {value}"),
        shows="a value that is not in the list is accepted",
    )
