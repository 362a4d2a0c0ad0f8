"""Privileges for PUBLIC on tables

## What it says

PUBLIC, which is every role there is and will be, has privileges on a table, view or sequence. What extensions bring is
left out, and so are USAGE on types and EXECUTE on functions, which PUBLIC has by default. It is `info` where PUBLIC may
only read, and for relations in a schema that PUBLIC may not enter. Where most tables are like that it is one finding.

## Why it matters

Every role that can connect has the privilege, also the one that is made next year for one report; no REVOKE from a
role takes it away.

The documentation: "PUBLIC can be thought of as an implicitly defined group that always includes all roles" (GRANT).

## What would make it false

The relation is meant for every role of the server, such as a list of versions or of countries.

## How to mend it

Revoke from PUBLIC and grant to the roles that need it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef, quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Sequence, Table, View
from dbarchitect.review.context import Context
from dbarchitect.review.reach import PUBLIC, view_ref, without
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", severity=Severity.WARNING)


def check(review: Context) -> Iterator[Finding]:
    """Relations that everybody may use."""
    for kind, relations in (
        ("tables", review.tables),
        ("views", review.schema.views),
        ("sequences", review.schema.sequences),
    ):
        found = [
            _found(review, one, held)
            for one in relations
            if (held := sorted({p for grant in one.grants if grant.grantee == PUBLIC for p in grant.privileges}))
        ]
        yield from roll_up(
            found, f"PUBLIC has privileges on {len(found)} of {len(relations)} {kind}", of=len(relations)
        )


def _found(review: Context, one: Table | View | Sequence, held: list[str]) -> Finding:
    at, kind = _ref(one)
    reached = review.reach.enters(PUBLIC, one.name.schema)
    severity = RULE.severity if reached and set(held) - {"SELECT", "REFERENCES"} else Severity.INFO
    where = quote_literal(str(one.name))
    asked = "sequence" if isinstance(one, Sequence) else "table"
    on_columns = all(grant.column for grant in one.grants if grant.grantee == PUBLIC)
    function = "has_any_column_privilege" if on_columns else f"has_{asked}_privilege"
    return RULE.finding(
        at,
        f"PUBLIC has {', '.join(held)} on {kind} {one.name.short}: every role has it",
        severity=severity,
        facts={"privileges": ", ".join(held)},
        fix=(without(at, one.owner, one.grants, {PUBLIC}),),
        experiment=Shown(
            query=f"SELECT pg_catalog.{function}('public', {where}, '{held[0]}')",
            shows=f"every role has {held[0]} on it, whatever is granted to the role itself",
        ),
    )


def _ref(one: Table | View | Sequence) -> tuple[ObjectRef, str]:
    if isinstance(one, Table):
        return one.ref, "table"
    if isinstance(one, View):
        return view_ref(one), "view"
    return ObjectRef(kind="sequence", schema=one.name.schema, name=one.name.name), "sequence"
