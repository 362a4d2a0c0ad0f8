"""Enum with many values

## What it says

A column has an enum type of more than 12 values (`MOST_VALUES`). Lists that others keep and that hardly change
(countries, currencies, languages, time zones, units) are left out.

## Why it matters

An enum can only grow: a value that is no longer used cannot be removed, and a label or a description has no place.

`ALTER TYPE` has ADD VALUE and RENAME VALUE; to take a value away the type has to be made anew and every column
converted, which rewrites the tables. A table of the values takes an UPDATE, and has room for a label, an order and a
date until which the value may be used.

## What would make it false

The set is fixed by what it describes and will not change.

## How to mend it

A table of the values with a foreign key: new rows refer to it, the enum goes when no column uses it any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef, quote_literal
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import EnumType
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.statuses import MOST_VALUES

RULE = Rule(__name__, __doc__, area="checks", certainty="possible", severity=Severity.INFO)

_STANDARD = frozenset(
    """
    country currency language locale lang timezone zone unit month weekday iso continent element mime encoding charset
    """.split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """Enums that a table would serve better."""
    uses: dict[Name, list[ObjectRef]] = defaultdict(list)
    for table, column in review.columns():
        uses[Name(schema=column.type.schema, name=column.type.element or column.type.name)].append(
            column_ref(table, column)
        )
    for one in review.schema.types:
        if not isinstance(one, EnumType) or len(one.labels) <= MOST_VALUES or one.name not in uses:
            continue
        if not _STANDARD.isdisjoint(singular(word) for word in words(one.name.name)):
            continue
        used = uses[one.name]
        columns = f"{len(used)} columns" if len(used) > 1 else used[0].short
        yield RULE.finding(
            ObjectRef(kind="type", schema=one.name.schema, name=one.name.name),
            f"enum {one.name.short} of {columns} has {len(one.labels)} values: will the list change?",
            also=used,
            facts={"values": len(one.labels), "columns": len(used)},
            asks=True,
            experiment=Refused(
                script=(f"ALTER TYPE {one.name} DROP VALUE {quote_literal(one.labels[-1]).strip()}",),
                shows="a value of an enum cannot be removed",
            ),
        )
