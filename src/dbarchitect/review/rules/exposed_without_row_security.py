"""Table that strangers reach without row-level security

## What it says

A role that strangers act as (`anon`, `authenticated`, `web_anon`, and those that `exposed-roles` in the configuration
names) has privileges on a table without row-level security, by name or through PUBLIC, and may enter its schema. It is
`warning` where that role may only read a table with the shape of a list of codes. Where most tables are like that it is
one finding.

## Why it matters

Whoever finds the address of the API reads, and with the privilege also changes, every row: the key of such a role is
in every copy of the front end.

PostgREST's documentation has the database decide what a role sees; Supabase's linter has this as
`rls_disabled_in_public`. Roles that hold a privilege through membership are not seen here.

## What would make it false

Everything in the table is meant for everybody, or the schema is not one that the API serves.

## How to mend it

Enable row-level security, and then write the policies: until there is one, only the table's owner and roles past row
security see a row. Where strangers have no business here at all, revoke the privileges instead.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterTable
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Table
from dbarchitect.review.acting import read_as
from dbarchitect.review.context import Context
from dbarchitect.review.reach import COMMANDS, listed
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", severity=Severity.ERROR)


def check(review: Context) -> Iterator[Finding]:
    """Tables that exposed roles reach and that have no row security."""
    exposed = [(table, held) for table in review.tables if (held := review.reach.of(table))]
    open_ = [(table, held) for table, held in exposed if not table.row_security]
    found = [_found(review, table, held) for table, held in open_]
    closed = [table.ref for table, _ in exposed if table.row_security]
    message = f"{len(found)} of {len(exposed)} tables that strangers reach have no row-level security"
    yield from roll_up(found, message, of=len(exposed), deviations=closed)


def _found(review: Context, table: Table, held: dict[str, frozenset[str]]) -> Finding:
    can = [one for one in COMMANDS if any(one in privileges for privileges in held.values())]
    severity = Severity.WARNING if can == ["SELECT"] and review.is_lookup(table) else RULE.severity
    return RULE.finding(
        table.ref,
        f"{listed(held)} may {', '.join(can)} every row of {table.name.short}: it has no row-level security",
        severity=severity,
        facts={"roles": ", ".join(held), "privileges": ", ".join(can)},
        fix=(AlterTable(before=table, after=msgspec.structs.replace(table, row_security=True)),),
        experiment=read_as(review, table, held),
    )
