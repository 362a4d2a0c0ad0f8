"""Table inheritance

## What it says

A table has children by INHERITS (not partitions). The finding stands at the parent and names the children.

## Why it matters

Keys stop at each table: the same primary key may stand in the parent and in a child, and a foreign key to the parent
does not find the rows of its children.

The PostgreSQL documentation ("Inheritance", "Caveats") calls this "a serious limitation of the inheritance feature".
UNIQUE and FOREIGN KEY are not inherited, and a query of the parent checks the grants of the parent alone. Declarative
partitioning (PostgreSQL 10 and later) has keys over all partitions.

## What would make it false

The children hold archived or routed rows that nothing refers to, and their keys come from one sequence.

## How to mend it

To divide one table by time or tenant, partition it. For kinds of a thing, give each kind a table whose key refers to
the common one. Either moves rows, so no change is given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="structure", severity=Severity.INFO)

_MANAGED = "_timescaledb"  # its chunks inherit; the extension keeps their keys apart


def check(review: Context) -> Iterator[Finding]:
    """Parents of inheriting tables."""
    children: dict[Name, list[Table]] = defaultdict(list)
    for table in review.tables:
        for parent in table.inherits:
            if not table.name.schema.startswith(_MANAGED):
                children[parent].append(table)
    found: list[Finding] = []
    for table in review.tables:
        heirs = children.get(table.name)
        if heirs:
            named = ", ".join(heir.name.short for heir in heirs[:3]) + (", ..." if len(heirs) > 3 else "")
            found.append(
                RULE.finding(
                    table.ref,
                    f"{table.name.short} has tables that inherit from it ({named}): no key spans them",
                    also=[heir.ref for heir in heirs],
                    facts={"children": len(heirs)},
                    experiment=_twice(review, table, heirs[0]),
                )
            )
    yield from roll_up(found, f"{len(found)} tables have tables that inherit from them", of=len(found), share=0)


def _twice(review: Context, parent: Table, child: Table) -> Accepted | None:
    """A row of the parent, and one of the child with the same key."""
    key = parent.primary_key
    if key is None:
        return None
    rows = Rows(review)
    first = rows.add(parent)
    if first is None or rows.add(child, {name: first[name] for name in key.columns}) is None:
        return None
    where = " AND ".join(f"{quote_identifier(name)} = {first[name]}" for name in key.columns)
    return Accepted(
        script=(*rows.statements, f"SELECT count(*) AS rows_with_one_key FROM {parent.name} WHERE {where}"),
        shows="the primary key of the parent is there twice",
    )
