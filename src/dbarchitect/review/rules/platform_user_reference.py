"""Reference to a platform's user that keeps it from being deleted

## What it says

On Supabase, a foreign key refers to a table that the platform manages (usually `auth.users`) without saying what is to
happen when the row is deleted; or it refers to other columns than that table's primary key. Supabase is known by its
schemas or by its roles `anon`, `authenticated` and `service_role`.

## Why it matters

The user cannot be deleted, neither in the dashboard nor by the API, while a row of yours refers to it.

Supabase's guide "User Management" says: "Specify `on delete cascade` in the reference", and "Only use primary keys as
foreign key references for schemas and tables like `auth.users` which are managed by Supabase", because everything else
there may change at any time.

## What would make it false

Your own code removes or moves the rows before it deletes a user.

## How to mend it

`ON DELETE CASCADE` for what belongs to the user, `ON DELETE SET NULL` for what must outlive it.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AddConstraint, DropConstraint
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import ForeignKey, Table
from dbarchitect.review.context import Context, constraint_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="platforms", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Foreign keys that leave the user's own schemas."""
    if review.platform != "supabase":
        return
    for table in review.tables:
        for key in table.foreign_keys:
            parent = review.table(key.target)
            if key.target.schema not in review.managed_schemas or parent is None or key.inherited or not key.enforced:
                continue
            primary = parent.primary_key
            at = constraint_ref(table, key.name)
            if primary is not None and set(key.target_columns) != set(primary.columns):
                yield RULE.finding(
                    at,
                    f"{table.name.short} refers to {key.target.short} ({', '.join(key.target_columns)}), not to its "
                    "primary key: the platform may change it",
                    facts={"target": str(key.target), "columns": ", ".join(key.target_columns)},
                )
            elif key.on_delete in ("NO ACTION", "RESTRICT"):
                cascade = msgspec.structs.replace(key, on_delete="CASCADE", definition="")
                nullable = all((column := table.column(name)) and not column.not_null for name in key.columns)
                after = msgspec.structs.replace(cascade, on_delete="SET NULL") if nullable else cascade
                yield RULE.finding(
                    at,
                    f"{table.name.short} ({', '.join(key.columns)}) keeps rows of {key.target.short} from being "
                    f"deleted: ON DELETE {'SET NULL or CASCADE' if nullable else 'CASCADE'}?",
                    facts={"target": str(key.target), "on_delete": key.on_delete},
                    fix=(
                        DropConstraint(table=table.name, constraint=key),
                        AddConstraint(table=table.name, constraint=after),
                    ),
                    asks=True,
                    experiment=_kept(review, table, key, parent),
                )


def _kept(review: Context, table: Table, key: ForeignKey, parent: Table) -> Refused | None:
    rows = Rows(review)
    if rows.add(table, must=key.columns) is None:
        return None
    return Refused(
        script=(*rows.statements, f"DELETE FROM {parent.name}"),
        shows=f"a row of {parent.name.short} cannot be deleted",
    )
