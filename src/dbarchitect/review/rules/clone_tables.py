"""Tables that differ in their name alone

## What it says

Three or more tables of a schema have the very same columns, and names that differ in a number or a year
(`orders_2023`, `orders_2024`, `orders_2025`) or, as a question and `info`, in their last word (`orders_acme`,
`orders_globex`) while they refer to the same tables. Partitions and children of another table are left out, as are
lists of codes, and names that say that a copy is meant: history, archive, staging, backup, log.

## Why it matters

A query over all of them must name each, every change must be made in each, and nothing keeps one key from standing in
two of them.

Bill Karwin calls it "Metadata Tribbles": a value of the data has become a part of a name ("SQL Antipatterns", 2010,
chapter 9).

## What would make it false

The tables are never read together and may go different ways, or a tool outside makes and drops them.

## How to mend it

One table with the number, year or owner as a column; where it must be split for its size or its retention, partition
it by that column: the tables can be attached as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import COPIES

RULE = Rule(__name__, __doc__, area="structure", certainty="likely", severity=Severity.WARNING)

_FEWEST_TABLES = 3
_FEWEST_COLUMNS = 3


def check(review: Context) -> Iterator[Finding]:
    """Groups of tables with the same columns and nearly the same name."""
    alike: dict[tuple[object, ...], list[Table]] = defaultdict(list)
    for table in review.tables:
        if len(table.columns) < _FEWEST_COLUMNS or table.inherits or not COPIES.isdisjoint(words(table.name.name)):
            continue
        columns = frozenset((column.name, column.type.sql) for column in table.columns)
        alike[table.name.schema, columns].append(table)
    for tables in alike.values():
        if len(tables) < _FEWEST_TABLES:
            continue
        told: set[str] = set()
        for numbered in (True, False):
            groups: dict[tuple[object, ...], list[Table]] = defaultdict(list)
            for table in tables:
                stem = _stem(table, numbered=numbered)
                if stem and table.name.name not in told:
                    # Tables with words of their own that refer to different ones relate different things.
                    targets = frozenset((key.columns, key.target) for key in table.foreign_keys)
                    groups[(*stem, None if numbered else targets)].append(table)
            for group in groups.values():
                if len(group) < _FEWEST_TABLES or (not numbered and review.is_lookup(group[0])):
                    continue
                told |= {table.name.name for table in group}
                yield _found(review, group, numbered=numbered)


def _stem(table: Table, *, numbered: bool) -> tuple[str, ...]:
    """What is left of a name without its numbers or, else, its last word; empty where nothing was taken away."""
    parts = words(table.name.name)
    rest = tuple(part for part in parts if not part.isdigit()) if numbered else parts[:-1]
    return rest if len(rest) < len(parts) else ()


def _found(review: Context, tables: list[Table], *, numbered: bool) -> Finding:
    names = ", ".join(table.name.short for table in tables[:4]) + (", ..." if tables[4:] else "")
    return RULE.finding(
        tables[0].ref,
        f"{len(tables)} tables have the same {len(tables[0].columns)} columns and differ in their name alone: {names}",
        severity=RULE.severity if numbered else Severity.INFO,
        also=[table.ref for table in tables[1:]],
        facts={"tables": len(tables), "columns": len(tables[0].columns)},
        asks=not numbered,
        experiment=_same_key(review, tables[0], tables[1]),
    )


def _same_key(review: Context, one: Table, other: Table) -> Accepted | None:
    """The same key in two of the tables."""
    key = one.primary_key
    if key is None or other.primary_key is None or set(other.primary_key.columns) != set(key.columns):
        return None
    rows = Rows(review)
    first = rows.add(one, must=key.columns)
    if first is None or rows.add(other, {name: first[name] for name in key.columns}) is None:
        return None
    return Accepted(script=tuple(rows.statements), shows="two of the tables hold a row with the same key")
