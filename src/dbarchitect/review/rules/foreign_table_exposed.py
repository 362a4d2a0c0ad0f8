"""Foreign table that strangers reach

## What it says

A role that strangers act as has privileges on a foreign table, and may enter its schema.

## Why it matters

A foreign table cannot have row-level security, and what is done to it is done on the other server with the rights of
the user mapping: strangers read and write there.

`ALTER TABLE ... ENABLE ROW LEVEL SECURITY` is refused for it. Supabase's linter has this as `foreign_table_in_api`.

## What would make it false

All that the other server shows to that user mapping is public.

## How to mend it

Revoke the privileges, and serve what strangers may see through a view with a condition, or a table that is refreshed.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context
from dbarchitect.review.reach import COMMANDS, PUBLIC, listed, without
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="security", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Foreign tables with privileges of exposed roles."""
    for table in review.schema.tables:
        held = review.reach.of(table) if table.kind == "foreign" else {}
        if not held:
            continue
        can = [one for one in COMMANDS if any(one in privileges for privileges in held.values())]
        grantees = {PUBLIC, *held} & {grant.grantee for grant in table.grants}
        role, privileges = next(iter(held.items()))
        asked = "has_table_privilege" if "DELETE" in privileges else "has_any_column_privilege"
        what = "DELETE" if "DELETE" in privileges else sorted(privileges)[0]
        yield RULE.finding(
            table.ref,
            f"{listed(held)} may {', '.join(can)} foreign table {table.name.short}, which cannot have policies",
            facts={"roles": ", ".join(held), "privileges": ", ".join(can), "server": table.foreign_server},
            fix=(without(table.ref, table.owner, table.grants, grantees),),
            experiment=Shown(
                query=f"SELECT pg_catalog.{asked}({quote_literal(role)}, {quote_literal(str(table.name))}, '{what}')",
                shows=f"{listed([role])} has {what} on it",
            ),
        )
