"""Policies that the application's own role passes by

## What it says

Row-level security is enabled on a table, its policies are for everybody (PUBLIC), it is not forced, and nobody but the
table's owner has a privilege on it: as far as privileges show, the application connects as the owner, for whom no
policy holds. Left out are schemas whose policies ask what PostgREST or Supabase say of a request (`auth.uid()`), as
these act as other roles. Schemas without any privileges of others are asked about as `info`, as the script may just
leave them out. Where most secured tables are like that it is one question.

## Why it matters

The policies look as if they kept tenants apart, and they are never asked: the owner of a table is past row-level
security.

"Table owners normally bypass row security as well, though a table owner can choose to be subject to row security with
ALTER TABLE ... FORCE ROW LEVEL SECURITY" ("Row Security Policies"). Superusers and roles with BYPASSRLS are past it
even then.

## What would make it false

The application connects as another role, which gets its privileges through membership or outside this script.

## How to mend it

Let the application connect as a role that owns nothing; or `FORCE ROW LEVEL SECURITY`, which then holds for migrations
and dumps by the owner too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterTable
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.reach import PUBLIC, others
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", certainty="possible", severity=Severity.WARNING)

# The API of Supabase or PostgREST asks as a role of its own.
_WEB = re.compile(r"\bauth\.(?:uid|jwt|role|email)\(|\brequest\.jwt\b")


def check(review: Context) -> Iterator[Finding]:
    """Tables whose policies nobody is subject to."""
    secured = [table for table in review.tables if table.row_security and table.policies]
    if any(_WEB.search(f"{one.using} {one.check}") for table in secured for one in table.policies):
        return
    severity = RULE.severity if review.reach.has_grants else Severity.INFO
    found = [
        RULE.finding(
            table.ref,
            f"does the application connect as {table.owner}, the owner of {table.name.short}? No policy holds for it",
            severity=severity,
            facts={"owner": table.owner, "policies": len(table.policies)},
            fix=(AlterTable(before=table, after=msgspec.structs.replace(table, row_security_forced=True)),),
            asks=True,
        )
        for table in secured
        if not table.row_security_forced and not others(table) and all(PUBLIC in one.roles for one in table.policies)
    ]
    message = (
        f"does the application connect as the owner of its tables? The policies of {len(found)} do not hold for it"
    )
    yield from roll_up(found, message, of=len(secured))
