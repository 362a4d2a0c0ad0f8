"""SECURITY DEFINER that everybody may call

## What it says

PUBLIC may execute a function that runs with the rights of its owner (SECURITY DEFINER), and others than the owner may
enter its schema. EXECUTE for PUBLIC is what a new function has by default. Left out are trigger functions, which cannot
be called. It is `warning` where the database knows no role that strangers act as, and `info`, without a change, where a
policy, view, default, check or index calls the function: whoever uses those must be able to call it.

## Why it matters

Every role, and behind an API every visitor (`/rpc/...`), does what the function does with its owner's rights, past
all privileges and policies.

The documentation of CREATE FUNCTION says to revoke the default from PUBLIC and to grant to whom it is for, in the same
transaction. Supabase's linter has this for `anon` and `authenticated`.

## What would make it false

It is a public entrance on purpose, such as a contact form, and checks what it is given.

## How to mend it

`REVOKE EXECUTE ... FROM PUBLIC`, and grant it to the roles that call it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import SetGrants
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef, quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Function, Grant
from dbarchitect.review.context import Context
from dbarchitect.review.reach import PUBLIC, function_ref, listed, others, signature, without
from dbarchitect.review.routines import is_trigger
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", severity=Severity.ERROR)

_CALLERS = frozenset({"policy", "view", "rule", "table", "column", "constraint", "index", "domain"})


def check(review: Context) -> Iterator[Finding]:
    """Definer functions with EXECUTE for PUBLIC."""
    callers: dict[ObjectRef, ObjectRef] = {}
    for one in review.schema.dependencies:
        if one.on.kind == "function" and one.of.kind in _CALLERS:
            callers.setdefault(one.on, one.of)
    definers = [one for one in review.schema.functions if one.security_definer and not is_trigger(one)]
    found = [
        _found(review, function, callers.get(function_ref(function)))
        for function in definers
        if (not function.grants or PUBLIC in others(function))
        and review.reach.entered_by_others(function.name.schema, function.owner)
    ]
    message = f"everybody may call {len(found)} of {len(definers)} SECURITY DEFINER functions"
    yield from roll_up(found, message, of=len(definers))


def _found(review: Context, function: Function, caller: ObjectRef | None) -> Finding:
    at = function_ref(function)
    exposed = review.reach.roles
    severity = RULE.severity if exposed else Severity.WARNING
    message = f"everybody may call {function.name.short}, which runs as {function.owner}"
    if exposed:
        message += f": {listed(exposed)} too"
    if caller is not None:
        severity, message = Severity.INFO, f"{message}; {caller.kind} {caller.short} needs it to be callable"
    return RULE.finding(
        at,
        message,
        severity=severity,
        facts={"owner": function.owner, "called_by": "" if caller is None else str(caller)},
        fix=() if caller is not None else (_revoked(at, function),),
        experiment=Shown(
            query="SELECT pg_catalog.has_function_privilege('public', "
            f"{quote_literal(signature(function))}::regprocedure, 'EXECUTE')",
            shows="every role may execute it, whatever is granted to the role itself",
        ),
    )


def _revoked(at: ObjectRef, function: Function) -> SetGrants:
    if function.grants:
        return without(at, function.owner, function.grants, {PUBLIC})
    return SetGrants(at=at, owner=function.owner, after=(Grant(grantee="", privileges=("EXECUTE",)),))
