"""Table without the tenant that most others have

## What it says

Two thirds of the tables of things, and at least six, carry the same column for the tenant (`tenant_id`,
`organization_id`, `workspace_id`); this one does not. Left out are the table of tenants itself, tables without any
foreign key to a table of a tenant (they may be global), lists of codes, and tables above the tenant, to which the
tenant refers.

## Why it matters

Rows cannot be kept apart by tenant without a join: a row-level policy, an export or a deletion of one tenant needs it.

The rows of a child follow their parent's tenant only as long as nobody moves one; with the column in a composite
foreign key the database keeps it so.

## What would make it false

The table is global on purpose, or is only ever reached through its parent.

## How to mend it

Add the column, fill it from the parent, and put it into the foreign key: `FOREIGN KEY (tenant_id, parent_id)
REFERENCES parent (tenant_id, id)`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import OWNERS

RULE = Rule(__name__, __doc__, area="structure", certainty="likely", severity=Severity.INFO)

_SHARE = 2 / 3
_FEWEST = 6


def check(review: Context) -> Iterator[Finding]:
    """Tables that are not told apart by tenant, though most are."""
    things = [table for table in review.tables if not review.is_lookup(table)]
    having: dict[str, list[Table]] = defaultdict(list)
    for table in things:
        for column in table.columns:
            parts = words(column.name)
            if len(parts) == 2 and parts[1] in ("id", "uuid", "key") and parts[0] in OWNERS:
                having[column.name].append(table)
    name = max(having, key=lambda one: (len(having[one]), one), default="")
    if len(having.get(name, ())) < max(_FEWEST, _SHARE * len(things)):
        return
    own = {table.name for table in having[name]}
    tenant = words(name)[0]
    found = [
        RULE.finding(
            table.ref,
            f"{table.name.short} has no {quote_identifier(name)}, as {len(own)} of {len(things)} tables have: is it "
            "told apart by its parent alone?",
            asks=True,
        )
        for table in things
        if table.name not in own
        and not (words(table.name.name) and singular(words(table.name.name)[-1]) == tenant)
        and any(key.target in own for key in table.foreign_keys)
    ]
    message = f"{len(found)} of {len(things)} tables have no {name}, though their parents do"
    yield from roll_up(found, message, of=len(things), share=0)
