"""Experiments as another role: a row that somebody else wrote, read by a stranger."""

from __future__ import annotations

from dbarchitect.model.names import quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Table

from .context import Context
from .reach import as_role, listed
from .rows import Rows


def read_as(review: Context, table: Table, held: dict[str, frozenset[str]]) -> Shown:
    """A row that somebody else wrote, read as an exposed role; without that privilege or such a row: that it may."""
    reader = next((role for role, privileges in held.items() if "SELECT" in privileges), None)
    rows = Rows(review)
    if reader is not None and rows.add(table) is not None:
        return Shown(
            setup=(*rows.statements, as_role(reader)),
            query=f"SELECT count(*) > 0, count(*) AS rows_read, current_user::text AS role FROM {table.name}",
            shows=f"a row that another role wrote is read as {listed([reader])}",
        )
    role, privileges = next(iter(held.items()))
    name, at = quote_literal(role), quote_literal(str(table.name))
    asked = " OR ".join(
        f"pg_catalog.has_any_column_privilege({name}, {at}, '{one}')"
        if one != "DELETE"
        else f"pg_catalog.has_table_privilege({name}, {at}, 'DELETE')"
        for one in sorted(privileges)
    )
    return Shown(query=f"SELECT {asked}", shows=f"{listed([role])} has the privilege, and no policy is asked")
