"""Tables and columns without a comment

## What it says

How many tables and columns have a comment in the database, in percent: one finding, with the tables that have none.
The rule is off unless it is selected; objects of extensions are not counted.

## Why it matters

What a column means, in which unit and since when, is known to those who made it; a comment stands where every tool
and every newcomer looks.

A share that may only rise is a better goal than a list of everything that is missing.

## What would make it false

The meaning is written down elsewhere (a data catalogue, the mapper's classes), and people look there.

## How to mend it

`COMMENT ON TABLE ... IS '...'` and `COMMENT ON COLUMN ...`, the tables first, with each migration that touches them.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="naming", severity=Severity.INFO, default=False)


def check(review: Context) -> Iterator[Finding]:
    """The share of what is described."""
    tables = review.tables
    columns = [column for _, column in review.columns()]
    bare = [table for table in tables if not table.comment]
    described = sum(bool(column.comment) for column in columns)
    if not bare and described == len(columns):
        return
    yield RULE.finding(
        DATABASE,
        f"{_percent(len(tables) - len(bare), len(tables))} of {len(tables)} tables and "
        f"{_percent(described, len(columns))} of {len(columns)} columns have a comment",
        also=[table.ref for table in bare],
        facts={
            "tables": len(tables),
            "tables_described": len(tables) - len(bare),
            "columns": len(columns),
            "columns_described": described,
        },
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part // max(whole, 1)} %"
