"""SECURITY DEFINER without a search path of its own

## What it says

A function runs with the rights of its owner (SECURITY DEFINER) and looks names up in the search path of whoever calls
it: no `SET search_path` belongs to it. It is `warning` where no table or view is named without its schema and nothing
is put together with EXECUTE. Left out are functions in C and those whose body is SQL itself (`BEGIN ATOMIC`), where
names are bound when the function is made.

## Why it matters

The caller makes a temporary table with the name of one that the function means, and the function reads or writes
that one with its owner's rights: it decides on data of the caller's making.

"Writing SECURITY DEFINER Functions Safely" in the documentation of CREATE FUNCTION says to set the path, with `pg_temp`
last, as temporary tables are searched first otherwise.

## What would make it false

Only roles that are trusted with the owner's rights anyway may call it.

## How to mend it

`ALTER FUNCTION ... SET search_path`. The change given names the schemas in which what the function names was found; the
strictest is `SET search_path = ''` with every name qualified.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.reach import PUBLIC, function_ref, others
from dbarchitect.review.routines import Names, has_search_path, misled, resolves_late
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", severity=Severity.ERROR)


def check(review: Context) -> Iterator[Finding]:
    """Definer functions that the caller's path leads."""
    names = Names(review)
    definers = [one for one in review.schema.functions if one.security_definer and resolves_late(one)]
    found: list[Finding] = []
    for function in definers:
        if has_search_path(function) or (function.grants and not others(function)):
            continue
        relation = names.relation(function)
        dynamic = "EXECUTE" in function.body.upper()
        means = f", where it looks for {relation.name}" if relation is not None else ""
        found.append(
            RULE.finding(
                function_ref(function),
                f"{function.name.short} runs as {function.owner} in the search path of its caller{means}",
                severity=RULE.severity if relation is not None or dynamic else Severity.WARNING,
                facts={"owner": function.owner, "public": not function.grants or PUBLIC in others(function)},
                fix=(names.pinned(function),),
                experiment=misled(relation) if relation is not None else None,
            )
        )
    message = f"{len(found)} of {len(definers)} SECURITY DEFINER functions run in the search path of their caller"
    yield from roll_up(found, message, of=len(definers))
