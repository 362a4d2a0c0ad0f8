"""Policy whose column no index begins with

## What it says

A policy of a table with row-level security compares a column with who asks (`auth.uid()`, `current_setting()`), and
no index of the table begins with that column. Left out are policies with OR, which need more than one index.

## Why it matters

The condition of the policy is part of every query: without an index each of them reads the whole table to find the
rows of one user.

On 200,000 rows a count took 702 ms with `auth.uid()` called per row, 51 ms with `(SELECT auth.uid())`, and 1 ms with
an index beside (measured on PostgreSQL 18). The finding's proof times it.

## What would make it false

Queries always bring a condition of their own that an index serves and that leaves few rows.

## How to mend it

Create the index: `CREATE INDEX ON notes (user_id)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.change import Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.proof import TimedWithout
from dbarchitect.model.schema import Policy, Table
from dbarchitect.review.context import Context
from dbarchitect.review.mending import new_index
from dbarchitect.review.reach import applies, as_role, policy_ref
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="security", severity=Severity.WARNING, harms_by="rows")

_SETTING = r"current_setting\('((?:[^']|'')+)'::text(?:, true)?\)"
_ASKED = re.compile(rf"(?:\( ?SELECT )?\(*(?:auth\.uid\(\)|{_SETTING})\)*(?:::\w+)?\)*(?: AS \w+\)?)?", re.IGNORECASE)
_SOMEBODY = "00000000-0000-4000-8000-000000000001"


def check(review: Context) -> Iterator[Finding]:
    """Columns of policies that begin no index."""
    for table in review.tables:
        told: set[str] = set()
        for policy in table.policies if table.row_security else ():
            column = _column(table, policy)
            if column is None or column in told or _begins(table, column):
                continue
            told.add(column)
            rows = review.rows(table)
            size = "" if rows is None else f" ({rows:,.0f} rows)"
            fix = new_index(review, table, (column,))
            yield RULE.finding(
                policy_ref(table, policy),
                f"policy {policy.name} of {table.name.short} asks for {column}, which no index begins with: every "
                f"query reads all of it{size}",
                facts={"column": column, "rows": rows},
                fix=(fix,),
                experiment=_timed(review, table, policy, fix),
            )


def _column(table: Table, policy: Policy) -> str | None:
    """The column that a policy compares with who asks, where that decides which rows are read."""
    text = policy.using or ""
    if policy.command == "INSERT" or not policy.permissive or re.search(r"\bOR\b", text):
        return None
    for match in _ASKED.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        for column in table.columns:
            name = re.escape(quote_identifier(column.name))
            if re.match(rf"\s*= {name}(?![\w$\".(])", after) or re.search(rf"(?<![\w$\".]){name} = \(*$", before):
                return column.name
    return None


def _begins(table: Table, column: str) -> bool:
    return any(index.keys[0].column == column and index.predicate is None for index in table.indexes)


def _timed(review: Context, table: Table, policy: Policy, fix: Change) -> TimedWithout | None:
    """Count the rows as somebody who has none."""
    held = review.reach.of(table)
    role = next((one for one in held if "SELECT" in held[one] and applies(policy, one, "SELECT")), None)
    setting = re.search(rf"{_SETTING}\)*(?:::(\w+))?", policy.using or "")
    if role is None:
        return None
    name, value = (
        (setting[1], _SOMEBODY if setting[2] == "uuid" else "1")
        if setting
        else ("request.jwt.claims", f'{{"sub": "{_SOMEBODY}"}}')
    )
    return TimedWithout(
        setup=(f"SELECT pg_catalog.set_config({quote_literal(name)}, '{value}', true)", as_role(role)),
        sql=f"SELECT count(*) FROM {table.name}",
        change=(fix,),
    )
