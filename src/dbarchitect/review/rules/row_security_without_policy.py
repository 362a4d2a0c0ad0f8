"""Row-level security without a policy

## What it says

Row-level security is enabled on a table that has no permissive policy. Where there are more than five such tables it
is one finding.

## Why it matters

Nobody but the owner and roles past row security sees a row, and nothing says so: queries come back empty instead of
failing, and inserts are refused.

Closing a table to all but the service's own role this way is a common and sound habit, so it is `info`. The
documentation calls it "a default-deny policy" ("Row Security Policies").

## What would make it false

Only the owner, or a role past row security (`BYPASSRLS`, `service_role`), is meant to use the table.

## How to mend it

Write the policies; or, where nobody else is to use the table, revoke the privileges too, so that a mistake is an error
and not an empty answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.reach import as_role, listed
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """Tables with row security that lets nobody in."""
    secured = [table for table in review.tables if table.row_security]
    found = [_found(review, table) for table in secured if not any(policy.permissive for policy in table.policies)]
    message = f"{len(found)} tables have row-level security and no policy: only owners see a row"
    yield from roll_up(found, message, of=len(found))


def _found(review: Context, table: Table) -> Finding:
    held = review.reach.of(table)
    who = f": {listed(held)} may query it and never {'see' if len(held) > 1 else 'sees'} a row" if held else ""
    return RULE.finding(
        table.ref,
        f"{table.name.short} has row-level security and no policy{who or ': only its owner sees a row'}",
        facts={"roles": ", ".join(held)},
        experiment=_empty(review, table, held),
    )


def _empty(review: Context, table: Table, held: dict[str, frozenset[str]]) -> Shown | None:
    reader = next((role for role, privileges in held.items() if "SELECT" in privileges), None)
    rows = Rows(review)
    if reader is None or rows.add(table) is None:
        return None
    return Shown(
        setup=(*rows.statements, as_role(reader)),
        query=f"SELECT count(*) = 0, count(*) AS rows_read, current_user::text AS role FROM {table.name}",
        shows=f"there is a row, and {listed([reader])} gets an empty answer",
    )
