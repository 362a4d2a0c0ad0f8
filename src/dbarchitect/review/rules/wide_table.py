"""Very wide table

## What it says

A table has 50 columns or more, or its rows are on average wider than 2 kB by the column statistics: from there on
PostgreSQL moves values out of the row. Tables of facts and dimensions and other stars of a warehouse are left out.

## Why it matters

Every read fetches, and every update copies, the whole row for a few columns; often several things live in one table.

"TOAST_TUPLE_THRESHOLD" is 2 kB with pages of 8 kB (documentation, "TOAST"). Of 42 real schemas 5 had tables of 50
columns.

## What would make it false

All columns belong to one thing and are mostly read together.

## How to mend it

Columns that are NULL together, or that are written at another time than the rest, go to a table of their own with the
same key.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="structure", severity=Severity.INFO)

_COLUMNS = 50
_BYTES = 2032  # TOAST_TUPLE_THRESHOLD at 8 kB pages
_WIDE_BY_NATURE = frozenset({"fact", "facts", "dim", "dimension", "visibility", "flat", "report", "export", "raw"})


def check(review: Context) -> Iterator[Finding]:
    """Tables with many columns, or wide rows."""
    found: list[Finding] = []
    for table in review.tables:
        if not _WIDE_BY_NATURE.isdisjoint(words(table.name.name)):
            continue
        width = _width(review, table)
        said = [f"{len(table.columns)} columns"] if len(table.columns) >= _COLUMNS else []
        if width is not None and width > _BYTES:
            said.append(f"rows of {width:,} bytes on average")
        if said:
            facts = {"columns": len(table.columns), "average_bytes": width}
            found.append(RULE.finding(table.ref, f"{table.name.short} has {' and '.join(said)}", facts={**facts}))
    yield from roll_up(found, f"{len(found)} of {len(review.tables)} tables are very wide", of=len(found))


def _width(review: Context, table: Table) -> int | None:
    """The average width of a row in bytes, without its header."""
    statistics = [review.facts.column(str(table.name), column.name) for column in table.columns] if review.facts else []
    known = [one for one in statistics if one is not None]
    if not known or len(known) < len(table.columns):
        return None
    return round(sum(one.average_width * (1 - one.null_fraction) for one in known))
