"""Table that belongs to another role than its neighbours

## What it says

At least four fifths of the tables of a schema, and no fewer than five, belong to one role, and this one to another.

## Why it matters

Only its owner may alter a table: the next migration fails on this one, and a foreign key, view or policy that spans
both needs privileges that nobody thought of.

It is usually left behind by a table that somebody made by hand, as another user.

## What would make it false

The table is another service's on purpose, and only lives in this schema.

## How to mend it

`ALTER TABLE ... OWNER TO`. Privileges that the old owner granted stay.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from dbarchitect.model.change import SetOwner
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import MANY, SHARE

RULE = Rule(__name__, __doc__, area="security", certainty="likely", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """Tables of a minority of owners."""
    by_schema: dict[str, list[Table]] = defaultdict(list)
    for table in review.tables:
        by_schema[table.name.schema].append(table)
    for schema, tables in by_schema.items():
        owner, count = Counter(table.owner for table in tables).most_common(1)[0]
        if count < MANY or count < SHARE * len(tables):
            continue
        for table in tables:
            if table.owner != owner and not owner.startswith("dbarchitect") and owner:
                yield _found(schema, table, owner, count)


def _found(schema: str, table: Table, owner: str, count: int) -> Finding:
    return RULE.finding(
        table.ref,
        f"{table.name.short} belongs to {table.owner}; {count} tables of schema {schema} belong to {owner}",
        facts={"owner": table.owner, "usual": owner},
        fix=(SetOwner(at=table.ref, before=table.owner, after=owner),),
    )
