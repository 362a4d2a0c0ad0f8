"""SECURITY DEFINER with the rights of a superuser

## What it says

A function runs with the rights of its owner (SECURITY DEFINER), that owner is a superuser, and others may call it. What
extensions bring and trigger functions are left out. Where most such functions are like that it is one finding.

## Why it matters

A mistake in it, an unquoted word in EXECUTE or a name looked up in the wrong schema, gives its caller the whole
server: every database, files and programs of the machine.

## What would make it false

It does what only a superuser can do, and its text has been read with that in mind.

## How to mend it

Give it to a role that has just the privileges that it needs: `ALTER FUNCTION ... OWNER TO`. Which role that is, only
you know.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.reach import PUBLIC, function_ref, listed, others
from dbarchitect.review.routines import is_trigger
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", severity=Severity.WARNING, needs="live")


def check(review: Context) -> Iterator[Finding]:
    """Definer functions of superusers."""
    roles = review.facts.roles if review.facts else {}
    definers = [one for one in review.schema.functions if one.security_definer and not is_trigger(one)]
    found: list[Finding] = []
    for function in definers:
        callers = (PUBLIC,) if not function.grants else others(function)
        owner = roles.get(function.owner)
        if owner is None or not owner.superuser or not callers:
            continue
        if callers == (PUBLIC,) and not review.reach.entered_by_others(function.name.schema, function.owner):
            continue
        found.append(
            RULE.finding(
                function_ref(function),
                f"{function.name.short} runs as superuser {function.owner} for {listed(callers)}",
                facts={"owner": function.owner, "callers": ", ".join(callers)},
            )
        )
    message = f"{len(found)} of {len(definers)} SECURITY DEFINER functions run as a superuser for others"
    yield from roll_up(found, message, of=len(definers))
