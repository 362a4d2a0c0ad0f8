"""From serial to identity and back."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl.columns import alter_column, identity_clause
from dbarchitect.engines.postgres.ddl.objects import create
from dbarchitect.model.change import AlterColumn, SwapIdentity
from dbarchitect.model.names import Name, quote_identifier, quote_literal


def swap_identity(change: SwapIdentity, major: int) -> Iterable[str]:
    """From a default over an owned sequence to identity or back; the count moves from one sequence to the other."""
    table, before, after = change.table, change.before, change.after
    target = f"ALTER TABLE {table} ALTER COLUMN {quote_identifier(after.name)}"
    old = before.identity.sequence if before.identity is not None else change.sequence.name
    aside = Name(schema=old.schema, name=f"{old.name[:48]}__before")
    if after.identity is not None:
        yield f"{target} DROP DEFAULT"
        yield f"ALTER SEQUENCE {old} OWNED BY NONE"
        yield f"ALTER SEQUENCE {old} RENAME TO {quote_identifier(aside.name)}"
        if not before.not_null:
            yield f"{target} SET NOT NULL"
        yield f"{target} ADD {identity_clause(after, after.identity, table)}"
        own = quote_literal(str(after.identity.sequence))
        yield f"SELECT pg_catalog.setval({own}, last_value, is_called) FROM {aside}"
        yield f"DROP SEQUENCE {aside}"
    else:
        new = change.sequence
        yield f"ALTER SEQUENCE {old} RENAME TO {quote_identifier(aside.name)}"
        yield from create(replace(new, owned_by=None), None, major)
        yield f"SELECT pg_catalog.setval({quote_literal(str(new.name))}, last_value, is_called) FROM {aside}"
        yield f"{target} DROP IDENTITY"
        yield f"{target} SET DEFAULT {after.default}"
        yield f"ALTER SEQUENCE {new.name} OWNED BY {table}.{quote_identifier(after.name)}"
    rest = replace(before, identity=after.identity, default=after.default, not_null=before.not_null or after.not_null)
    yield from alter_column(AlterColumn(table=table, before=rest, after=after), major)
