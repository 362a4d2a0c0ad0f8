"""Function without a search path of its own

## What it says

A function without SECURITY DEFINER names a table or view without its schema, and no `SET search_path` belongs to it:
it looks the name up in the search path of whoever calls it. The rule runs only where it is selected. Functions in C
and those whose body is SQL itself are left out. Where most functions are like that it is one finding.

## Why it matters

The same function means another table for a caller with another search path: in a restore, a logical replica or an
index rebuilt by maintenance, which run with an empty path, it fails.

Since PostgreSQL 17 maintenance (ANALYZE, REINDEX, REFRESH MATERIALIZED VIEW, ...) runs with a safe path (release
notes). Supabase's linter reports every function like this. A SET clause keeps a SQL function from being inlined, so the
mending has a price.

## What would make it false

Everything that calls it has the same search path, and it is used in no index, constraint or materialized view.

## How to mend it

Qualify the names in its body; or `ALTER FUNCTION ... SET search_path`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.reach import function_ref
from dbarchitect.review.routines import Names, has_search_path, misled, resolves_late
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", severity=Severity.INFO, default=False)


def check(review: Context) -> Iterator[Finding]:
    """Invoker functions that the caller's path leads to a table."""
    names = Names(review)
    plain = [one for one in review.schema.functions if not one.security_definer and resolves_late(one)]
    found = [
        RULE.finding(
            function_ref(function),
            f"{function.name.short} finds {relation.name} in the search path of its caller",
            fix=(names.pinned(function),),
            experiment=misled(relation),
        )
        for function in plain
        if not has_search_path(function) and (relation := names.relation(function)) is not None
    ]
    message = f"{len(found)} of {len(plain)} functions find tables in the search path of their caller"
    yield from roll_up(found, message, of=len(plain))
