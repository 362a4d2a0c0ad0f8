"""Several permissive policies for the same role and command

## What it says

More than one permissive policy answers for the same role and command on a table with row-level security. It is
`warning` where one of them is always true and for all that another one is for, which then means nothing. Two that say
the same but for their condition come with the change that makes one of them.

## Why it matters

Permissive policies are combined with OR: a row passes if any of them lets it, so one that was meant to narrow another
only adds to it, and all are evaluated for every row.

"All permissive policies which are applicable to a given query will be combined together using the Boolean OR operator"
(CREATE POLICY). Supabase's linter has this as `multiple_permissive_policies`.

## What would make it false

Each lets in other people on purpose, and is easier to read by itself.

## How to mend it

Make one policy of them, with OR between the conditions; where one was meant to narrow, make it `AS RESTRICTIVE`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import Alter, Change, Drop
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Policy, Table
from dbarchitect.review.acting import read_as
from dbarchitect.review.context import Context
from dbarchitect.review.reach import COMMANDS, PUBLIC, applies, policy_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """Tables with policies that add to each other."""
    secured = [table for table in review.tables if table.row_security and table.policies]
    found = [one for table in secured if (one := _found(review, table)) is not None]
    worst = [one for one in found if one.severity is not RULE.severity]
    yield from worst
    rest = [one for one in found if one.severity is RULE.severity]
    message = f"{len(rest)} of {len(secured)} tables have several permissive policies for the same role and command"
    yield from roll_up(rest, message, of=len(secured))


def _found(review: Context, table: Table) -> Finding | None:
    permissive = [policy for policy in table.policies if policy.permissive]
    roles = dict.fromkeys(role for policy in permissive for role in policy.roles)
    together: dict[tuple[str, ...], list[str]] = {}
    involved: dict[str, Policy] = {}
    for role in roles:
        for command in COMMANDS:
            asked = [policy for policy in permissive if applies(policy, role, command)]
            if len(asked) > 1:
                together.setdefault(tuple(policy.name for policy in asked), []).append(f"{role} {command}")
                involved |= {policy.name: policy for policy in asked}
    if not together:
        return None
    names, cases = next(iter(together.items()))
    message = f"{len(names)} permissive policies of {table.name.short} answer for {cases[0]}: {', '.join(names)}"
    void = next((pair for pair in itertools.permutations(involved.values(), 2) if _makes_void(*pair)), None)
    if void is not None:
        open_, vain = void
        message = f"policy {open_.name} of {table.name.short} is always true: beside it {vain.name} means nothing"
    return RULE.finding(
        table.ref,
        message,
        severity=Severity.WARNING if void is not None else RULE.severity,
        also=[policy_ref(table, policy) for policy in involved.values()],
        facts={"policies": len(involved), "combinations": sum(map(len, together.values()))},
        fix=_merged(table, list(involved.values())) if void is None else (),
        experiment=_passed(review, table, void[0]) if void is not None else None,
    )


def _passed(review: Context, table: Table, open_: Policy) -> Shown | None:
    """A row that somebody else wrote, read as a role for which the open policy speaks."""
    held = {
        role: privileges
        for role, privileges in review.reach.of(table).items()
        if "SELECT" in privileges and applies(open_, role, "SELECT")
    }
    return read_as(review, table, held) if held else None


def _makes_void(open_: Policy, vain: Policy) -> bool:
    """Whether one policy lets in everything, to all and for all that the other one is for."""
    always = open_.using == "true" if open_.command != "INSERT" else open_.check == "true"
    covered = open_.command in ("ALL", vain.command) and (PUBLIC in open_.roles or set(vain.roles) <= set(open_.roles))
    return always and open_.check in (None, "true") and covered


def _merged(table: Table, policies: list[Policy]) -> tuple[Change, ...]:
    """One policy of two that are for the same roles and command."""
    if len(policies) != 2:
        return ()
    first, second = policies
    if (first.command, first.roles) != (second.command, second.roles) or first.comment or second.comment:
        return ()
    if (first.using is None) != (second.using is None) or (first.check is None) != (second.check is None):
        return ()
    one = msgspec.structs.replace(
        first, using=_either(first.using, second.using), check=_either(first.check, second.check)
    )
    return Alter(before=first, after=one, on=table.name), Drop(object=second, on=table.name)


def _either(one: str | None, other: str | None) -> str | None:
    return None if one is None or other is None else f"({one}) OR ({other})"
