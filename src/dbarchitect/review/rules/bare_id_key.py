"""Primary key named id

## What it says

Tables have a primary key of one column that is called just `id`. It is one finding. The rule is off unless it is
selected: most schemas and mappers name their keys so.

## Why it matters

In a join every key is called the same: `a.id = b.id` reads well and is wrong, USING and NATURAL JOIN cannot be used,
and results need aliases.

Karwin ("SQL Antipatterns", "ID Required") advises a name that says of what; most frameworks expect `id`.

## What would make it false

The framework expects `id`, or the convention of the house does.

## How to mend it

Name the key like the columns that refer to it (`order_id`), table by table, with the code that reads it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="naming", severity=Severity.INFO, default=False)


def check(review: Context) -> Iterator[Finding]:
    """Keys that do not say of what."""
    found: list[Finding] = []
    named: list[ObjectRef] = []
    for table in review.tables:
        key = table.primary_key
        if key is None or len(key.columns) != 1:
            continue
        if key.columns[0].lower() == "id":
            message = f"the key of {table.name.short} is called {key.columns[0]}"
            found.append(RULE.finding(column_ref(table, key.columns[0]), message))
        else:
            named.append(table.ref)
    of = len(found) + len(named)
    message = f"{len(found)} of {of} keys of one column are called id"
    yield from roll_up(found, message, of=of, share=0, many=1, deviations=named)
