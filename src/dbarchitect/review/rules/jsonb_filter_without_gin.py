"""Documents searched without an index

## What it says

A query of the workload asks a jsonb column for what is inside (`@>`, `?`, `?|`, `?&`, `@?`, `@@`, or a key taken out
with `->` or `->>` and compared), and no index helps: no GIN index has the column, no index an expression of it. Tables
of up to ten pages are left out where sizes are known, and queries that name the row by a unique key as well.

Without a workload it says nothing: most documents are never searched.

## Why it matters

Every such query reads all rows and takes every document apart, the large ones out of their TOAST table.

Documentation, "jsonb Indexing": GIN serves `@>`, `?` and `@?`; a key taken out by `->>` needs a B-tree on that very
expression.

## What would make it false

Another condition leaves so few rows that reading their documents is nothing, or the query is rare.

## How to mend it

For `@>` and its like a GIN index (`jsonb_path_ops` is smaller where `?` is not asked); for one key a B-tree on the
expression; for a key that every document has, a column. `dba index` weighs them against the workload.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddIndex
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import Column, Index, IndexKey, Table
from dbarchitect.review.context import SMALL_PAGES, Context, base_type, column_ref, mentions
from dbarchitect.review.mending import free_name
from dbarchitect.review.overlap import settled
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="indexes", certainty="likely", severity=Severity.INFO, harms_by="rows")

_BY_GIN = frozenset(("@>", "?", "?|", "?&", "@?", "@@"))
_TAKEN_OUT = frozenset(("->", "->>", "#>", "#>>"))
_POINTING = frozenset(("=", "in"))


def check(review: Context) -> Iterator[Finding]:
    """Columns whose documents are searched one by one."""
    if review.workload is None:
        return
    asked = review.asked
    for table in review.tables:
        documents = [one for one in table.columns if base_type(one) == "jsonb"]
        pages = review.pages(table)
        if not documents or (pages is not None and pages <= SMALL_PAGES):
            continue
        for column in documents:
            operators: set[str] = set()
            calls = 0.0
            for query, columns in asked.queries(table):
                found = columns.get(column.name, frozenset()) & (_BY_GIN | _TAKEN_OUT)
                if found and not _by_key(table, columns):
                    operators |= found
                    calls += query.calls
            if operators and not _helped(table, column, operators):
                yield _found(review, table, column, operators, calls)


def _by_key(table: Table, columns: dict[str, frozenset[str]]) -> bool:
    """Whether the query names its row by a unique key."""
    pinned = {name for name, operators in columns.items() if not _POINTING.isdisjoint(operators)}
    return any(index.unique and index.keys and {key.column for key in index.keys} <= pinned for index in table.indexes)


def _helped(table: Table, column: Column, operators: set[str]) -> bool:
    for index in table.indexes:
        if not settled(index):
            continue
        if index.method == "gin" and any(key.column == column.name for key in index.keys):
            return True
        if any(key.expression and mentions(key.expression, column.name) for key in index.keys):
            return True  # of one key of the document: most likely the one that is asked for
    # A document that generated columns take apart is searched by those.
    return operators <= _TAKEN_OUT and any(
        one.generated is not None and mentions(one.generated.expression, column.name) for one in table.columns
    )


def _found(review: Context, table: Table, column: Column, operators: set[str], calls: float) -> Finding:
    by_gin = sorted(operators & _BY_GIN)
    listed = ", ".join(by_gin or sorted(operators))
    cure = "no GIN index has it" if by_gin else "no index has an expression of it"
    return RULE.finding(
        column_ref(table, column),
        f"{table.name.short}.{quote_identifier(column.name)} is searched by {listed} ({calls:,.0f} calls), and {cure}",
        facts={"operators": listed, "calls": calls, "rows": review.rows(table)},
        fix=(_gin(review, table, column, by_gin),) if by_gin else (),
    )


def _gin(review: Context, table: Table, column: Column, operators: list[str]) -> AddIndex:
    paths = not any(one.startswith("?") for one in operators)
    key = IndexKey(column=column.name)
    if paths:
        key = IndexKey(
            column=column.name, opclass=Name(schema="pg_catalog", name="jsonb_path_ops"), opclass_default=False
        )
    name = Name(schema=table.name.schema, name=free_name(review, table, (column.name, "gin")))
    return AddIndex(index=Index(name=name, table=table.name, method="gin", keys=(key,)))
