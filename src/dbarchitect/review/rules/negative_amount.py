"""Price or quantity that may be negative

## What it says

A column whose name says that it holds a price, a fee, a wage or a quantity has no CHECK: less than nothing is accepted.
Left out are names and tables of what goes both ways (refunds, credits, adjustments, differences, ledgers, movements of
stock), and columns in which ANALYZE saw a negative value. Many of them are one finding.

## Why it matters

A negative quantity turns an invoice into a payment, and a minus sign that slipped in is found at the end of the year.

Of 42 real schemas 10 had such columns, 118 in all.

## What would make it false

Returns and corrections are kept as negative rows.

## How to mend it

`CHECK (price >= 0)`; on a large live table NOT VALID first, then VALIDATE.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.checked import is_checked, new_check, rows_where
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.samples import sample
from dbarchitect.review.systemic import MANY, roll_up

RULE = Rule(__name__, __doc__, area="checks", certainty="likely", severity=Severity.INFO)

_NUMBERS = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8"})
_AMOUNTS = frozenset(
    """
    price prices msrp fee fees salary wage wages rent freight quantity quantities qty cost costs
    """.split()  # noqa: SIM905
)
_BOTH_WAYS = frozenset(
    """
    refund refunds refunded credit credits adjustment adjustments adjusted adjust change changes changed delta diff
    difference discount discounts correction corrections variance margin net return returns returned reversal rebate
    movement movements ledger journal entry entries transaction transactions transfer transfers balance balances log
    deviation offset id code type concept key unit units version index rank ratio rate factor percent percentage
    source raw text
    """.split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """Prices and quantities without a lower bound."""
    found: list[Finding] = []
    of = 0
    for table, column in review.columns():
        if not _is_amount(table, column):
            continue
        of += 1
        if not is_checked(review, table, column) and not _seen_negative(review, table, column):
            found.append(_found(review, table, column, shown=len(found) <= MANY))
    message = f"{len(found)} of {of} prices and quantities may be negative"
    yield from roll_up(found, message, of=of, share=0)


def _is_amount(table: Table, column: Column) -> bool:
    name = words(column.name)
    strange = _BOTH_WAYS.intersection(name)
    if strange and not (strange <= {"unit", "units"} and not {"price", "cost"}.isdisjoint(name)):
        return False
    return (
        not _AMOUNTS.isdisjoint(name)
        and base_type(column) in _NUMBERS
        and not column.type.is_array
        and column.generated is None
        and _BOTH_WAYS.isdisjoint(words(table.name.name))
    )


def _seen_negative(review: Context, table: Table, column: Column) -> bool:
    statistics = review.facts.column(str(table.name), column.name) if review.facts else None
    return statistics is not None and any(one.startswith("-") for one in sample(statistics))


def _found(review: Context, table: Table, column: Column, *, shown: bool) -> Finding:
    quoted = quote_identifier(column.name)
    return RULE.finding(
        column_ref(table, column),
        f"{table.name.short}.{quoted} may be negative",
        fix=(new_check(review, table, [column], f"{quoted} >= 0"),),
        offenders=rows_where(table.name, f"{quoted} < 0"),
        experiment=_less_than_nothing(review, table, column) if shown else None,
    )


def _less_than_nothing(review: Context, table: Table, column: Column) -> Accepted | None:
    modifier = column.type.modifier - 4 if base_type(column) == "numeric" and column.type.modifier >= 4 else None
    if modifier is not None and modifier >> 16 & 0xFFFF <= modifier & 0x7FF:
        return None  # no room before the point
    rows = Rows(review)
    if rows.add(table, {column.name: "-1"}) is None:
        return None
    quoted = quote_identifier(column.name)
    return Accepted(
        script=(*rows.statements, f"SELECT {quoted} FROM {table.name} WHERE {quoted} < 0"),
        shows="a negative amount is accepted",
    )
