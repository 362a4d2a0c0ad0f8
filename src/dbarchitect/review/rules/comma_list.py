"""List in a text column

## What it says

A text column holds a list of values: its name ends in `ids`, or in `tags`, `list`, `csv`. With column statistics the
values decide: at least half of what ANALYZE saw must be a list (`warning`), else nothing is said. Without them a
column of ids is a `warning` and the others are `info`. OAuth scopes, redirect URIs and the like are lists by
their standard, and left out.

## Why it matters

No foreign key, no unique key and no index reaches into the list, so ids in it may point nowhere and every look-up
reads the whole table.

Bill Karwin calls it "Jaywalking" ("SQL Antipatterns", 2010, chapter 2).

## What would make it false

The list is never searched or joined, only shown.

## How to mend it

Make it a table of pairs with foreign keys to both sides; where order matters and nothing refers, an array.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.samples import sample

RULE = Rule(
    __name__,
    __doc__,
    area="normal forms",
    certainty="likely",
    severity=Severity.WARNING,
    harms_by="rows",
    engines=("postgresql", "sqlite"),
)

_LISTS = frozenset(
    {"tags", "list", "csv", "labels", "keywords", "categories", "emails", "recipients", "members", "roles"}
)
_BY_STANDARD = frozenset(
    """
    scope scopes redirect uri uris url urls grant grants audience audiences origin origins response acr claims header
    headers cors allow allowed
    """.split()  # noqa: SIM905
)
_LIST = re.compile(r"\s*[^\s,;|]+(?:\s*([,;|])\s*[^\s,;|]+)(?:\s*\1\s*[^\s,;|]+)*\s*")
_MOSTLY = 0.5
_ENOUGH = 5  # sampled values


def check(review: Context) -> Iterator[Finding]:
    """Text columns named like lists."""
    for table, column in review.columns():
        if base_type(column) not in ("text", "varchar", "bpchar", "citext"):
            continue
        name = words(column.name)
        ids = name[-1:] in (("ids",), ("uuids",))
        if not (ids or (name and name[-1] in _LISTS)) or not _BY_STANDARD.isdisjoint(name):
            continue
        statistics = review.facts.column(str(table.name), column.name) if review.facts else None
        values = sample(statistics) if statistics else []
        listed = [value for value in values if _LIST.fullmatch(value)]
        if len(values) >= _ENOUGH and len(listed) < _MOSTLY * len(values):
            continue
        seen = len(values) >= _ENOUGH
        message = f"{table.name.short}.{column.name} is {column.type.sql} and " + (
            f"holds lists: {len(listed)} of {len(values)} sampled values" if seen else "is named like a list"
        )
        yield RULE.finding(
            column_ref(table, column),
            message,
            severity=None if ids or seen else Severity.INFO,
            facts={"sampled": len(values), "lists": len(listed)},
            asks=not seen,
            experiment=_nowhere(review, table, column) if ids else None,
        )


def _nowhere(review: Context, table: Table, column: Column) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table, {column.name: "'1,1,nobody'"}) is None:
        return None
    name = quote_identifier(column.name)
    return Accepted(
        script=(*rows.statements, f"SELECT {name} FROM {table.name} WHERE {name} = '1,1,nobody'"),
        shows="a list with a duplicate and an id of nothing is accepted",
    )
