"""Primary key of four columns or more

## What it says

A primary key has four columns or more (`WIDE`). It runs only where it is selected: a wide key is right where the
columns are what names a row, as in tables of measurements.

## Why it matters

Every table that refers to it carries all the columns, in its rows and its indexes, and every join compares them all.

## What would make it false

Nothing refers to the table, or the columns of the key are those by which it is read.

## How to mend it

Where several tables refer to it, give it a number of its own as primary key and keep the columns as a unique key.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context, constraint_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="keys", severity=Severity.INFO, default=False)

WIDE = 4


def check(review: Context) -> Iterator[Finding]:
    """Primary keys of many columns."""
    found: list[Finding] = []
    of = 0
    for table in review.tables:
        key = table.primary_key
        if key is None or key.inherited:
            continue
        of += 1
        if len(key.columns) >= WIDE:
            references = len(review.references(table))
            found.append(
                RULE.finding(
                    constraint_ref(table, key.name),
                    f"the primary key of {table.name.short} has {len(key.columns)} columns, "
                    f"and {references} foreign keys refer to the table",
                    facts={"columns": len(key.columns), "references": references},
                )
            )
    yield from roll_up(found, f"{len(found)} of {of} primary keys have {WIDE} columns or more", of=of, share=0)
