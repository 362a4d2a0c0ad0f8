"""Numbers that are kept as text

## What it says

All values of a text column, in at least 100 rows of an SQLite table, are numbers without leading zeros, and the
column is not called a code, a phone, a version or the like, nor part of a key.

## Why it matters

Texts compare letter by letter: '10' is less than '9', so ranges, orders, min and max over the column are wrong.

Affinity works one way: a number that is written into a TEXT column becomes a text. Beside an INTEGER column in a join
SQLite converts first, but an index on the text then serves no comparison with a number in an expression.

## What would make it false

The digits are a name (an article number, a code) that nobody counts with.

## How to mend it

Declare the column INTEGER or REAL, or NUMERIC for both: a rebuild, in which SQLite converts the values itself.
`dba check --fix` writes it, and only where every value comes back as the text that it was.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.lite import declared
from dbarchitect.review.rule import Rule

RULE = Rule(
    __name__, __doc__, area="sqlite", certainty="likely", severity=Severity.WARNING, needs="rows", engines=("sqlite",)
)

_ENOUGH = 100  # rows: fewer may be numbers by chance
_NAMES = frozenset(
    """code phone tel telephone fax zip postal postcode version isbn ean gtin sku serial number no nr ref reference key
    token external uid uuid slug account iban vat hash""".split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """Text columns that hold nothing but numbers."""
    facts = review.facts.sqlite if review.facts else None
    if facts is None:
        return
    for table, column in review.columns():
        seen = next((one for one in facts.stored.get(str(table.name), ()) if one.column == column.name), None)
        texts = seen.types.get("text", 0) if seen else 0
        key = table.primary_key.columns if table.primary_key else ()
        if seen is None or base_type(column) != "text" or texts < _ENOUGH or seen.numbers < texts:
            continue
        if not _NAMES.isdisjoint(words(column.name)) or column.name in key or review.in_foreign_key(table, column.name):
            continue
        yield RULE.finding(
            column_ref(table, column),
            f"{table.name.short}.{column.name} is {column.type.sql}, and all {texts:,} values that were read are "
            "numbers",
            facts={"rows": facts.read.get(str(table.name), 0), "numbers": seen.numbers},
            fix=(declared(table, column, "INTEGER" if table.sqlite and table.sqlite.strict else "NUMERIC"),),
            experiment=Shown(
                setup=(
                    f"CREATE TEMP TABLE dba_probe (value {column.type.sql})",
                    "INSERT INTO dba_probe VALUES (9), (10)",
                ),
                query="SELECT max(value) = '9', max(value) AS largest_of_9_and_10 FROM dba_probe",
                shows="of 9 and 10 the column finds 9 the larger",
            ),
        )
