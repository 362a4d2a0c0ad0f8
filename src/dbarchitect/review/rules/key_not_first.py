"""Primary key that is not the first column

## What it says

The columns of a primary key do not stand at the head of their table. It runs only where it is selected: PostgreSQL does
not care.

## Why it matters

People look for the key first: in the head of `SELECT *`, of a dump, of an import. It is a matter of style.

## What would make it false

The columns were ordered by their width to save padding, or the key was added later.

## How to mend it

For a new table write the key first. An existing one is not worth a rewrite.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="keys", severity=Severity.INFO, default=False)


def check(review: Context) -> Iterator[Finding]:
    """Primary keys behind other columns."""
    found: list[Finding] = []
    of = 0
    for table in review.tables:
        key = table.primary_key
        if key is None:
            continue
        of += 1
        head = [column.name for column in table.columns[: len(key.columns)]]
        late = next((name for name in key.columns if name not in head), None)
        if late is not None:
            found.append(
                RULE.finding(
                    column_ref(table, late),
                    f"{table.name.short}.{late} belongs to the primary key and stands behind {head[-1]}",
                    facts={"columns": len(key.columns)},
                )
            )
    yield from roll_up(found, f"{len(found)} of {of} primary keys do not stand first in their tables", of=of, share=0)
