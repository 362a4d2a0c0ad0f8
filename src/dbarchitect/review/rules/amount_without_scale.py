"""Amount of money as numeric without a scale

## What it says

Columns named like an amount of money are `numeric` without precision and scale. Where there are several it is one
finding. Amounts of currencies that divide further (wei, satoshi, tokens) are left out.

## Why it matters

Any number of digits is stored, so an amount of a fraction of a cent gets in and sums no longer agree with what is
printed.

Without a scale nothing rounds, and `NaN` and (PostgreSQL 14 and later) `Infinity` are values too. The PostgreSQL
documentation ("Arbitrary Precision Numbers") advises to "always specify the precision and scale" where portability
matters.

## What would make it false

Prices of a unit (per litre, per token) or amounts in several currencies need their own number of digits each.

## How to mend it

Say the digits that the currency has: `numeric(12, 2)`, or `numeric(19, 4)` where intermediate amounts are kept. That
rewrites the table and rounds what is there; how many digits there must be, only a person knows, so no change is
given.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef, quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref, is_amount
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="types", certainty="likely", severity=Severity.INFO)

_DIVIDES_FURTHER = frozenset(
    """
    wei gwei eth ether btc bitcoin satoshi satoshis sats crypto coin coins token tokens gas wallet wallets chain
    blockchain erc20 nft
    """.split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """Amounts that may have any number of digits."""
    found: list[Finding] = []
    scaled: list[ObjectRef] = []
    for table, column in review.columns():
        if base_type(column) != "numeric" or column.type.is_array or not is_amount(table, column):
            continue
        if not _DIVIDES_FURTHER.isdisjoint((*words(table.name.name), *words(column.name))):
            continue
        if review.modifier(column) >= 0:
            scaled.append(column_ref(table, column))
            continue
        found.append(
            RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} is an amount of money with any number of digits",
                experiment=_half_a_cent(review, table, column),
            )
        )
    of = len(found) + len(scaled)
    message = f"{len(found)} of {of} amounts of money are numeric without a scale"
    yield from roll_up(found, message, of=of, share=0, many=1, deviations=scaled)


def _half_a_cent(review: Context, table: Table, column: Column) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table, {column.name: "0.0050001"}) is None:
        return None
    name = quote_identifier(column.name)
    return Accepted(
        script=(*rows.statements, f"SELECT {name} FROM {table.name} WHERE {name} = 0.0050001"),
        shows="an amount of half a cent and a little is accepted and kept",
    )
