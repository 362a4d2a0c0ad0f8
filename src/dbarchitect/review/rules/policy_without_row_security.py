"""Policies on a table without row-level security

## What it says

A table has policies, and row-level security is not enabled on it: none of them is ever asked. A partition whose root is
secured is left out, as only queries of the partition itself pass it by.

## Why it matters

Somebody wrote down who may see which row, and everybody with a privilege on the table sees them all.

CREATE POLICY says nothing about it; the documentation: "row-level security must be enabled on the table ... in order
for created policies to be applied" (CREATE POLICY).

## What would make it false

The policies are prepared for a day on which row-level security will be enabled.

## How to mend it

`ALTER TABLE ... ENABLE ROW LEVEL SECURITY`. From then on roles that no policy names see nothing, so check first that
all that use the table are named. Else drop the policies.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterTable
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Table
from dbarchitect.review.acting import read_as
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="security", severity=Severity.ERROR)


def check(review: Context) -> Iterator[Finding]:
    """Tables whose policies sleep."""
    for table in review.tables:
        if table.policies and not table.row_security:
            names = ", ".join(policy.name for policy in table.policies[:3])
            more = f" and {len(table.policies) - 3} more" if len(table.policies) > 3 else ""
            yield RULE.finding(
                table.ref,
                f"{table.name.short} has policies that are never asked ({names}{more}): row-level security is off",
                facts={"policies": len(table.policies)},
                fix=(AlterTable(before=table, after=msgspec.structs.replace(table, row_security=True)),),
                experiment=_unasked(review, table),
            )


def _unasked(review: Context, table: Table) -> Shown:
    held = review.reach.of(table)
    if any("SELECT" in privileges for privileges in held.values()):
        return read_as(review, table, held)
    at = quote_literal(str(table.name))
    return Shown(
        query=f"SELECT NOT c.relrowsecurity, (SELECT count(*) FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid) "
        f"AS policies FROM pg_catalog.pg_class c WHERE c.oid = {at}::regclass",
        shows="there are policies, and row-level security is off",
    )
