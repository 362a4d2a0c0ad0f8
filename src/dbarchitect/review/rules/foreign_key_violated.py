"""Rows that refer to nothing

## What it says

`PRAGMA foreign_key_check` found rows of a table whose foreign key names a parent that is not there. One finding a
foreign key, with the number of rows.

## Why it matters

What joins the parent loses these rows, what counts them does not, and a restore that checks foreign keys fails on them.

SQLite checks foreign keys on connections that asked for it alone (see `foreign-keys-not-enforced`), so such rows get in
unseen, and `ON DELETE CASCADE` did not run. They also stop a migration that ends with a check.

## What would make it false

The parents were deleted on purpose, and the reference is kept as a record: then it is no foreign key.

## How to mend it

List them with `PRAGMA foreign_key_check(child)`; delete them, set the reference to NULL, or bring the parents back.
Then see that each connection turns foreign keys on.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef, quote_identifier
from dbarchitect.model.proof import Proof
from dbarchitect.review.context import Context, constraint_ref
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="sqlite", severity=Severity.ERROR, needs="rows", engines=("sqlite",))


def check(review: Context) -> Iterator[Finding]:
    """Foreign keys that rows break."""
    facts = review.facts.sqlite if review.facts else None
    tables = {str(table.name): table for table in review.tables}
    for name, constraint, count in (facts.violations or ()) if facts else ():
        table = tables.get(name)
        if table is None:
            continue
        key = next((one for one in table.foreign_keys if one.name == constraint), None)
        at: ObjectRef = constraint_ref(table, constraint) if key else table.ref
        columns = ", ".join(map(quote_identifier, key.columns)) if key else ""
        target = key.target.short if key else "their parent"
        rows = "1 row refers" if count == 1 else f"{count:,} rows refer"
        found = RULE.finding(
            at,
            f"{table.name.short} ({columns}): {rows} to rows of {target} that are not there",
            facts={"rows": count, "columns": columns, "parent": target},
            offenders=f"PRAGMA foreign_key_check({quote_identifier(table.name.name)})",
        )
        proof = Proof(
            level="measured", method="PRAGMA foreign_key_check read all rows", holds=True, after={"rows": count}
        )
        yield replace(found, proof=proof)
