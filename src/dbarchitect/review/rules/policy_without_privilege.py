"""Policy for a role that may not use the table

## What it says

Policies of a table are for roles that strangers act as (`anon`, `authenticated`, ...), and none of these roles holds
a privilege on it for the command. It is silent about schemas without their privileges, unless the schema is for
Supabase, where every privilege on a new table has to be granted.

## Why it matters

A policy lets no one in: it only narrows what a privilege allows. The API answers with "permission denied" (42501),
however good the policy is.

Since 30 October 2026 Supabase grants nothing on tables that are made in `public`, in old projects too
(supabase.com/changelog/45329): migrations that relied on it work where their tables are there already, and fail on a
branch, in a new project and on a developer's machine.

## What would make it false

The privileges are granted elsewhere: by a script that is not here, or by default privileges of the database.

## How to mend it

Grant what the policies are for: `GRANT SELECT, INSERT ON notes TO authenticated`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Grant, Table
from dbarchitect.review.context import Context
from dbarchitect.review.reach import COMMANDS, PUBLIC, applies, granted, listed
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="platforms", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Tables whose policies name roles without a privilege."""
    if not review.reach.has_grants and review.platform != "supabase":
        return
    secured = [table for table in review.tables if table.row_security and table.policies]
    found = [_found(review, table, lacking) for table in secured if (lacking := _lacking(review, table))]
    message = f"{len(found)} of {len(secured)} tables have policies for roles that hold no privilege on them"
    yield from roll_up(found, message, of=len(secured))


def _lacking(review: Context, table: Table) -> dict[str, tuple[str, ...]]:
    """The roles that policies name and that hold nothing on the table, with the commands that the policies are for."""
    held = {
        grant.grantee
        for grant in table.grants
        if grant.privileges and review.reach.enters(grant.grantee, table.name.schema)
    }
    found: dict[str, tuple[str, ...]] = {}
    for role in review.reach.roles:
        named = [one for one in table.policies if role in one.roles]  # one for PUBLIC is for whoever has a privilege
        if named and role != table.owner and not {role, PUBLIC} & held:
            found[role] = tuple(command for command in COMMANDS if any(applies(one, role, command) for one in named))
    return found


def _found(review: Context, table: Table, lacking: dict[str, tuple[str, ...]]) -> Finding:
    role, commands = next(iter(lacking.items()))
    enters = all(review.reach.enters(one, table.name.schema) for one in lacking)
    schema = "" if enters else f", nor USAGE on schema {table.name.schema}"
    hold = "hold" if len(lacking) > 1 else "holds"
    who = f"{quote_literal(role)}, {quote_literal(str(table.name))}"
    more = [Grant(grantee=one, privileges=what) for one, what in lacking.items()]
    return RULE.finding(
        table.ref,
        f"{table.name.short} has policies for {listed(lacking)}, who {hold} no privilege on it{schema}",
        facts={"roles": ", ".join(lacking), "commands": ", ".join(commands)},
        fix=(granted(table.ref, table.owner, table.grants, more),) if enters else (),
        experiment=Shown(
            query=f"SELECT NOT pg_catalog.has_table_privilege({who}, 'SELECT, INSERT, UPDATE, DELETE') AND NOT "
            f"pg_catalog.has_any_column_privilege({who}, 'SELECT, INSERT, UPDATE'), {quote_literal(role)} AS role",
            shows=f"{listed([role])} may not use the table, whatever its policies say",
        ),
    )
