"""View that passes by the row-level security of its tables

## What it says

A view reads a table with row-level security, is not a `security_invoker` view, and others than its owner may query it.
Left out are views whose own condition says whose rows they show (it asks `auth.uid()`, `current_user`,
`current_setting()` and the like), and those that say `security_invoker = false` or `security_barrier`: they are meant
to stand in for policies. A view that shows only a part of the columns is asked about, as it may be meant as a public
excerpt.

## Why it matters

The rows of a view are read with the rights of its owner, for whom policies do not hold: whoever may query the view
sees the rows that the policies of its table hide.

From PostgreSQL 15 on `security_invoker` makes a view ask as whoever uses it (CREATE VIEW). Supabase's linter reports
every view without it; its issues 98 and 103 are about views that are meant so. Where owner and table differ in their
owner, the policies for the view's owner are asked, so that is left out unless the owner is past them.

## What would make it false

The view is a deliberate projection: everybody may see these columns of all these rows.

## How to mend it

`ALTER VIEW ... SET (security_invoker = on)`; those who query it then need privileges on the tables too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import Alter
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Table, View
from dbarchitect.review.context import Context
from dbarchitect.review.reach import as_role, bases, listed, others, view_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="security", certainty="likely", severity=Severity.WARNING, since=15)

_PERSONAL = re.compile(
    r"\bauth\.(?:uid|jwt|role|email)\(|\bCURRENT_USER\b|\bCURRENT_ROLE\b|\bSESSION_USER\b|\bcurrent_setting\("
    r"|\bpg_has_role\(",
    re.IGNORECASE,
)


def check(review: Context) -> Iterator[Finding]:
    """Views that read as their owner what policies guard."""
    reads = bases(review.schema)
    views = {view.name: view for view in review.schema.views}
    for view in review.schema.views:
        grantees = others(view)
        if view.materialized or not grantees or _asks_itself(view):
            continue
        guarded = [table for table in _tables(review, view.name, reads, views) if _passes(review, view, table)]
        if guarded:
            yield _found(review, view, guarded, grantees, reads.get(view.name, ()))


def _asks_itself(view: View) -> bool:
    deliberate = "security_invoker" in view.options or "security_barrier" in view.options
    return deliberate or _PERSONAL.search(view.definition) is not None


def _tables(review: Context, start: Name, reads: dict[Name, tuple[Name, ...]], views: dict[Name, View]) -> list[Table]:
    """The tables that a view reads as its owner, through other views too."""
    found: dict[Name, Table] = {}
    todo, seen = [start], {start}
    while todo:
        for name in reads.get(todo.pop(), ()):
            inner = views.get(name)
            table = review.table(name)
            if table is not None:
                found[name] = table
            elif inner is not None and name not in seen and not _asks_itself(inner) and not inner.materialized:
                seen.add(name)
                todo.append(name)
    return list(found.values())


def _passes(review: Context, view: View, table: Table) -> bool:
    """Whether the owner of the view is past the table's policies."""
    if not table.row_security:
        return False
    facts = review.facts.roles.get(view.owner) if review.facts else None
    if facts is not None and (facts.superuser or facts.bypasses_row_security):
        return True
    return view.owner == table.owner and not table.row_security_forced


def _found(
    review: Context, view: View, guarded: list[Table], grantees: tuple[str, ...], sources: tuple[Name, ...]
) -> Finding:
    first = guarded[0]
    shown = {column.name for column in view.columns}
    excerpt = any(not {column.name for column in table.columns} <= shown for table in guarded)
    tables = ", ".join(table.name.short for table in guarded)
    after = msgspec.structs.replace(view, options={**view.options, "security_invoker": "on"})
    return RULE.finding(
        view_ref(view),
        f"{view.name.short} shows {listed(grantees)} rows of {tables} past the policies there"
        + (": is it meant as a public excerpt?" if excerpt else ""),
        also=[table.ref for table in guarded],
        facts={"tables": tables, "grantees": ", ".join(grantees)},
        fix=(Alter(before=view, after=after),),
        asks=excerpt,
        experiment=_seen(review, view, first) if sources == (first.name,) else None,
    )


def _seen(review: Context, view: View, table: Table) -> Shown | None:
    """As a role for which the table's policies hold: the view shows a row that somebody else wrote."""
    role = next(iter(review.reach.of(view)), None)
    plain = " JOIN " not in view.definition and " WHERE" not in view.definition.upper()
    rows = Rows(review)
    if role is None or not plain or rows.add(table) is None:
        return None
    return Shown(
        setup=(*rows.statements, as_role(role)),
        query=f"SELECT count(*) > 0, count(*) AS rows_seen, current_user::text AS role FROM {view.name}",
        shows=f"through the view {listed([role])} sees a row that another role wrote, and no policy was asked",
    )
