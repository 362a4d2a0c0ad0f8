"""Amount of money in a binary float or in type money

## What it says

A column whose name says that it holds an amount of money (`price`, `total`, `fee`, `balance`, ...) is `real` or
`double precision` (`error`), or a column has the type `money` (`warning`). Rates, percentages, discounts and quantities
with a unit in their name are left out, and so are amounts that have a unit beside them (`amount_unit`).

## Why it matters

Binary floats cannot hold 0.10, so sums of money come out wrong and equal amounts compare as different.

`money` rounds every step to the cents of the server's `lc_monetary`, and its text changes with that setting; it knows
no currency. The PostgreSQL documentation ("Numeric Types") says to use `numeric` where exactness is required, the wiki
("Don't Do This") not to use `money`. Of 42 real schemas 6 had floats for amounts.

## What would make it false

The column holds an estimate or a measurement, not an amount that anyone is charged.

## How to mend it

Use `numeric`, or a whole number of the smallest unit, and say the currency in a column of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context, base_type, column_ref, is_amount
from dbarchitect.review.mending import NUMERIC, retype
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="types", certainty="likely", severity=Severity.ERROR)


def check(review: Context) -> Iterator[Finding]:
    """Amounts in types that do not fit them."""
    found: list[Finding] = []
    amounts = 0
    for table, column in review.columns():
        kind = base_type(column)
        if not (kind == "money" or is_amount(table, column)):
            continue
        amounts += 1
        if kind not in ("money", "float4", "float8"):
            continue
        found.append(
            RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} is an amount of money in {column.type.sql}",
                severity=Severity.WARNING if kind == "money" else None,
                fix=retype(
                    review,
                    table,
                    column,
                    NUMERIC,
                    using="{}::numeric",
                    back=f"{{}}::{column.type.sql}",
                    default=_plain(column.default),
                ),
                experiment=_shown(kind, column.type.sql),
            )
        )
    yield from roll_up(
        found, f"{len(found)} of {amounts} amounts of money are floats or of type money", of=amounts, share=0
    )


def _plain(default: str | None) -> str | None:
    """A default without its cast to the old type."""
    return (
        default.partition("::")[0].strip("()'")
        if default and default.partition("::")[0].strip("()'-.0123456789") == ""
        else None
    )


def _shown(kind: str, sql: str) -> Shown:
    if kind == "money":
        return Shown(
            query="SELECT '10.00'::money / 3 * 3 <> '10.00'::money, '10.00'::money / 3 * 3 AS a_third_three_times",
            shows="a third of 10.00, three times, is not 10.00",
        )
    return Shown(
        query=f"SELECT sum(tenth) <> 1, sum(tenth) FROM (SELECT 0.1::{sql} AS tenth FROM generate_series(1, 10)) AS t",
        shows="ten times 0.1 is not 1",
    )
