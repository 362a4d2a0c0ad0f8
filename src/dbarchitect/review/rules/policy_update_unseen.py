"""Rows that may be changed and not be found

## What it says

A table has policies for UPDATE or DELETE for a role, and none for SELECT (or ALL) that this role is asked.

## Why it matters

An UPDATE or DELETE with a condition reads the rows first, and rows are read through the policies for SELECT: without
one it changes nothing, and says so with no error at all, `UPDATE 0`.

"Typically an UPDATE command also needs to read data from columns in the relation being updated (e.g., in a WHERE
clause or a RETURNING clause ...). In this case, SELECT rights are also required" (CREATE POLICY).

## What would make it false

The role only ever changes all of its rows at once, with neither a condition nor RETURNING.

## How to mend it

Add a policy for SELECT with the same condition.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import Create
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Policy, Table
from dbarchitect.review.context import Context
from dbarchitect.review.reach import PUBLIC, policy_ref
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="security", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Policies for changing rows that nobody who they are for can see."""
    for table in review.tables:
        for policy in table.policies if table.row_security else ():
            blind = _blind(table, policy)
            if not blind:
                continue
            names = {one.name for one in table.policies}
            name = next(one for one in (f"{policy.name}_read", *(f"{policy.name}_read{n}" for n in range(2, 99)))
                        if one not in names)  # fmt: skip
            seen = msgspec.structs.replace(policy, name=name, command="SELECT", check=None, comment=None)
            yield RULE.finding(
                policy_ref(table, policy),
                f"policy {policy.name} lets {', '.join(blind)} {policy.command} rows of {table.name.short} that no "
                "policy lets them see: a condition finds none",
                facts={"roles": ", ".join(blind), "command": policy.command},
                fix=(Create(object=seen, on=table.name),),
            )


def _blind(table: Table, policy: Policy) -> list[str]:
    """The roles of a policy for changing rows that no policy for reading is for."""
    if not policy.permissive or policy.command not in ("UPDATE", "DELETE") or policy.using is None:
        return []
    reading = [one for one in table.policies if one.permissive and one.command in ("SELECT", "ALL")]
    seeing = {role for one in reading for role in one.roles}
    return [] if PUBLIC in seeing else [role for role in policy.roles if role not in seeing]
