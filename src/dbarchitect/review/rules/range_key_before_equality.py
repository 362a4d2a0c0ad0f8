"""Index whose range stands before its equality

## What it says

A B-tree that is not unique begins with a date or a time and goes on with a column that is compared by equality. With a
workload: a query asks for a range of the first and a value of a later one, and none sorts by the first or asks it for a
value. Without a workload it is a question, and only where all the later columns are foreign keys, flags or enumerated
types: an index such as (published_at, id) is the order of a feed.

## Why it matters

Only the first range of a B-tree narrows what is read: all entries of the period are walked through, whatever they have
in the next column.

Documentation, "Multicolumn Indexes": "equality constraints on leading columns, plus any inequality constraints on the
first column that does not have an equality constraint, will always be used to limit the portion of the index that is
scanned". The skip scan of PostgreSQL 18 does not help: it needs few values in the leading column.

## What would make it false

The index gives the order of the time to queries with a LIMIT, or ranges are so short that they hold a few rows.

## How to mend it

The columns compared by equality first, the range last.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddIndex, Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import TimedWithout
from dbarchitect.model.schema import Index, Table
from dbarchitect.review.asked import Asked
from dbarchitect.review.context import Context, base_type, index_ref
from dbarchitect.review.mending import drop_index, free_name
from dbarchitect.review.overlap import begins_alike, obligations, settled
from dbarchitect.review.rule import REDUNDANT, Rule

RULE = Rule(
    __name__, __doc__, area="indexes", certainty="likely", severity=Severity.INFO, harms_by="rows", yields_to=REDUNDANT
)

_TIMES = frozenset(("date", "timestamp", "timestamptz"))
_RANGES = frozenset(("<", ">", "<=", ">=", "between"))
_POINTS = frozenset(("=", "in"))


def check(review: Context) -> Iterator[Finding]:
    """Indexes that are read over a whole period for the rows of one value."""
    asked = review.asked
    for table in review.tables:
        for index in table.indexes:
            columns = [table.column(key.column) if key.column else None for key in index.keys]
            named = [one for one in columns if one is not None]
            if (
                len(named) < 2
                or len(named) < len(columns)
                or base_type(named[0]) not in _TIMES
                or index.method != "btree"
                or index.unique
                or not settled(index)
                or obligations(review, table, index)
            ):
                continue
            first, later = named[0].name, [one.name for one in named[1:]]
            if review.workload is not None:
                pointed = _pointed(asked, table, first, later)
            else:
                references = {name for key in table.foreign_keys for name in key.columns}
                points = all(
                    one.name in references or base_type(one) == "bool" or one.type.kind == "enum" for one in named[1:]
                )
                pointed = later if points else []
            fix = _reordered(review, table, index, pointed)
            if fix is not None:
                yield _found(table, index, first, pointed, fix, asks=review.workload is None)


def _pointed(asked: Asked, table: Table, first: str, later: list[str]) -> list[str]:
    """The later columns that queries give a value for together with a range of the first; none where the order of the
    first, or a value of it, is what some query wants."""
    if not asked.of(table).get(first, frozenset()) <= _RANGES:
        return []
    found: list[str] = []
    for _, operators in asked.queries(table):
        if not _RANGES.isdisjoint(operators.get(first, ())):
            found += [name for name in later if not _POINTS.isdisjoint(operators.get(name, ())) and name not in found]
    return found


def _reordered(review: Context, table: Table, index: Index, points: list[str]) -> tuple[Change, ...] | None:
    """The same index with `points` first; None where there is none to move, or where such an index is there."""
    if not points:
        return None
    keys = sorted(index.keys, key=lambda key: points.index(key.column) if key.column in points else len(points))
    better = Index(
        name=Name(schema=table.name.schema, name=free_name(review, table, (*(key.text for key in keys), "idx"))),
        table=table.name,
        keys=tuple(keys),
        include=index.include,
        predicate=index.predicate,
        options=index.options,
    )
    if any(begins_alike(better, other) and other.predicate in (None, index.predicate) for other in table.indexes):
        return None
    return AddIndex(index=better), drop_index(table, index)


def _found(
    table: Table, index: Index, first: str, points: list[str], fix: tuple[Change, ...], *, asks: bool
) -> Finding:
    names = ", ".join(points)
    told = f"{index.name.name} on {table.name.short} has {first} before {names}: a query for one {names} walks through "
    told += "the whole period"
    quoted, one = quote_identifier(first), quote_identifier(points[0])
    return RULE.finding(
        index_ref(index),
        told + ("; do queries ask for a range of the one and a value of the other?" if asks else ""),
        facts={"range": first, "equality": names},
        fix=fix,
        asks=asks,
        experiment=TimedWithout(
            sql=f"SELECT count(*) FROM {table.name} WHERE {one} = {{value}} AND {quoted} >= {{since}}",
            keys=f"SELECT quote_literal({one}::text) AS value, quote_literal(min({quoted})::text) AS since "
            f"FROM {table.name} WHERE {one} IS NOT NULL AND {quoted} IS NOT NULL GROUP BY {one} LIMIT 1",
            change=fix,
        ),
    )
