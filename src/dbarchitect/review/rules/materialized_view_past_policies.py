"""Materialized view that shows strangers what policies guard

## What it says

A role that strangers act as may read a materialized view whose query reads a table with row-level security.

## Why it matters

A materialized view keeps the rows that its owner saw when it was refreshed, and has no row-level security of its own:
all who may read it see them all.

`security_invoker` is for plain views alone. Supabase's linter reports every materialized view that its API serves.

## What would make it false

It holds sums and counts in which nobody's row can be told, or rows that are public anyway.

## How to mend it

Revoke the privilege, and serve it through a view or function that says whose rows are shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.review.context import Context
from dbarchitect.review.reach import PUBLIC, bases, listed, view_ref, without
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="security", certainty="likely", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Materialized views of guarded tables that exposed roles read."""
    reads = bases(review.schema)
    for view in review.schema.views:
        readers = [role for role, held in review.reach.of(view).items() if "SELECT" in held]
        if not view.materialized or not readers:
            continue
        guarded = sorted(name for name in _read(view.name, reads) if (t := review.table(name)) and t.row_security)
        if not guarded:
            continue
        tables = ", ".join(name.short for name in guarded)
        at = view_ref(view)
        grantees = {PUBLIC, *readers} & {grant.grantee for grant in view.grants}
        role = quote_literal(readers[0])
        yield RULE.finding(
            at,
            f"{listed(readers)} may read {view.name.short}, which keeps rows of {tables} past the policies there",
            facts={"roles": ", ".join(readers), "tables": tables},
            fix=(without(at, view.owner, view.grants, grantees, only=("SELECT",)),),
            experiment=Shown(
                query=f"SELECT pg_catalog.has_any_column_privilege({role}, {quote_literal(str(view.name))}, 'SELECT') "
                "AND (SELECT relrowsecurity FROM pg_catalog.pg_class "
                f"WHERE oid = {quote_literal(str(guarded[0]))}::regclass)",
                shows=f"{listed(readers[:1])} may read it, though {guarded[0].short} has row-level security",
            ),
        )


def _read(start: Name, reads: dict[Name, tuple[Name, ...]]) -> set[Name]:
    """All that a view reads, through other views too."""
    found: set[Name] = set()
    todo = [start]
    while todo:
        new = [name for name in reads.get(todo.pop(), ()) if name not in found]
        found.update(new)
        todo += new
    return found
