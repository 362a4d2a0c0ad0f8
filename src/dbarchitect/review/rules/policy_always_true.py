"""Policy that lets everybody write every row

## What it says

A permissive policy for INSERT, UPDATE, DELETE or ALL is always true (`USING (true)` or `WITH CHECK (true)`) for PUBLIC
or for a role that strangers act as, row-level security is enabled, and no restrictive policy of the same command
narrows it. Policies for a named role of a service are left out, as are those for reading alone.

## Why it matters

Row-level security looks enabled, and whoever may use the table at all changes or deletes the rows of all others.

Permissive policies are combined with OR, so one that is always true makes every other for that command void ("Row
Security Policies" in the documentation). Supabase's linter has this as `rls_policy_always_true`.

## What would make it false

Everybody is meant to write here, such as into the inbox of a contact form, or the role has no privilege to do so.

## How to mend it

Say who may: `USING (owner = (SELECT auth.uid()))`, or for a service its role, `TO service_role`. A form that only takes
in needs a policy for INSERT alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Policy, Table
from dbarchitect.review.context import Context
from dbarchitect.review.platforms import policed
from dbarchitect.review.reach import PUBLIC, applies, as_role, listed, policy_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", severity=Severity.WARNING)

_ALWAYS = frozenset({"true", "(true)", "(1 = 1)", "('a'::text = 'a'::text)", "(true = true)"})


def check(review: Context) -> Iterator[Finding]:
    """Policies for writing that ask nothing."""
    found: list[Finding] = []
    of = 0
    for table in policed(review.tables, review.schema, review.platform):
        if not table.row_security:
            continue
        of += len(table.policies)
        held = review.reach.of(table)
        for policy in table.policies:
            commands = _open_commands(policy)
            roles = _strangers(review, policy)
            if not roles or not commands:
                continue
            if review.reach.has_grants and review.reach.roles:
                reach = {role: privileges & set(commands) for role, privileges in held.items()}
                roles = [role for role in review.reach.roles if reach.get(role) and applies(policy, role, commands[0])]
                commands = [one for one in commands if any(one in reach[role] for role in roles)]
            commands = [one for one in commands if not _narrowed(table, roles, one)]
            if roles and commands:
                found.append(_found(review, table, policy, roles, commands))
    message = f"{len(found)} of {of} policies let everybody write every row"
    yield from roll_up(found, message, of=of)


def _open_commands(policy: Policy) -> list[str]:
    """The commands for writing that the policy allows on every row."""
    if not policy.permissive:
        return []
    using, check = policy.using in _ALWAYS, policy.check in _ALWAYS
    if policy.command == "INSERT":
        return ["INSERT"] if check else []
    if policy.command == "UPDATE":
        return ["UPDATE"] if using and (check or policy.check is None) else []
    if policy.command == "DELETE":
        return ["DELETE"] if using else []
    if policy.command == "ALL" and using:
        return ["INSERT", "UPDATE", "DELETE"] if check or policy.check is None else ["DELETE"]
    return []


def _strangers(review: Context, policy: Policy) -> list[str]:
    known = [role for role in review.reach.roles if role in policy.roles]
    return [PUBLIC] if PUBLIC in policy.roles else known


def _narrowed(table: Table, roles: list[str], command: str) -> bool:
    return all(any(not one.permissive and applies(one, role, command) for one in table.policies) for role in roles)


def _found(review: Context, table: Table, policy: Policy, roles: list[str], commands: list[str]) -> Finding:
    return RULE.finding(
        policy_ref(table, policy),
        f"policy {policy.name} lets {'everybody' if PUBLIC in roles else listed(roles)} {', '.join(commands)} "
        f"every row of {table.name.short}",
        facts={"roles": ", ".join(roles), "commands": ", ".join(commands)},
        asks=commands == ["INSERT"],
        experiment=_written(review, table, roles, commands),
    )


def _written(review: Context, table: Table, roles: list[str], commands: list[str]) -> Shown | None:
    """A row that somebody else wrote, deleted as an exposed role."""
    held = review.reach.of(table)
    role = next((one for one in roles if {"DELETE", "SELECT"} <= held.get(one, frozenset())), None)
    rows = Rows(review)
    if role is None or "DELETE" not in commands or rows.add(table) is None:
        return None
    return Shown(
        setup=(*rows.statements, as_role(role)),
        query=f"WITH gone AS (DELETE FROM {table.name} RETURNING 1) "
        "SELECT count(*) > 0, count(*) AS rows_deleted, current_user::text AS role FROM gone",
        shows=f"{listed([role])} deletes a row that another role wrote",
    )
