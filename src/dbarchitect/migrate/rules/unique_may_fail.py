"""A new constraint that existing rows may break

## What it says

A UNIQUE, PRIMARY KEY, EXCLUDE or CHECK constraint, a unique index or NOT NULL on a table that has rows.

## Why it matters

It works on test data and fails in production, where some old row breaks it, perhaps after a long build.

## What would make it false

The rows have been checked: the query in the finding lists those that stand in the way.

## How to mend it

Run the query on production (or `dba migrate rehearse --measure`), mend what it lists, then migrate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.migrate.picture import Relation
from dbarchitect.migrate.rule import Rule
from dbarchitect.migrate.site import Site
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.sql import statements as s
from dbarchitect.sql.spans import condition_after

RULE = Rule(__name__, __doc__, on=(s.AddConstraint, s.SetNotNull, s.CreateIndex), severity=Severity.INFO)


def check(site: Site) -> Iterator[Finding]:
    """What existing rows have to satisfy, with a query for those that do not."""
    action = site.action
    what = site.command or action
    table = site.picture.relation(getattr(action, "table"))  # noqa: B009
    if site.unused(table):
        return
    if isinstance(what, s.CreateIndex):
        if not what.unique or not what.columns or what.where is not None:
            return
        query, words, at = _twice(table, what.columns), f"({', '.join(what.columns)}) unique", table
    elif isinstance(what, s.SetNotNull):
        if table.proves_not_null(what.name):
            return
        query, words, at = _null(table, what.name), f"{what.name} NOT NULL", table
    elif isinstance(what, s.AddConstraint):
        spec = what.constraint
        if spec.not_valid or not spec.enforced or spec.using_index:
            return
        if spec.kind in ("unique", "primary key"):
            query, words, at = _twice(table, spec.columns), f"({', '.join(spec.columns)}) unique", table
        elif spec.kind == "check" and spec.expression is not None:
            start = re.search(r"\bCHECK\b", site.sql[max(spec.at, 0) :], re.I)
            condition = condition_after(site.sql, max(spec.at, 0) + (start.end() if start else 0))
            query, words, at = f"SELECT * FROM {table.name} WHERE NOT {condition}", condition, table
        else:
            return
    else:
        return
    yield RULE.finding(
        site.ref(at),
        f"fails if a row of {table.name.short}{site.size_of(table)} breaks {words}",
        site.position,
        facts={"query": query},
    )


def _twice(table: Relation, columns: tuple[str, ...]) -> str:
    listed = ", ".join(quote_identifier(one) for one in columns)
    set_ = " AND ".join(f"{quote_identifier(one)} IS NOT NULL" for one in columns)
    return f"SELECT {listed}, count(*) FROM {table.name} WHERE {set_} GROUP BY {listed} HAVING count(*) > 1"


def _null(table: Relation, column: str) -> str:
    return f"SELECT * FROM {table.name} WHERE {quote_identifier(column)} IS NULL"
