"""Several kinds of thing in one table

## What it says

By the column statistics, at least two groups of columns are filled only for one value each of a column such as `type`
or `kind`: the share of rows in which a group is filled is that of the value. The values and their columns are named.
Groups of fewer than two columns do not count.

## Why it matters

The columns of one kind cannot be NOT NULL for it and absent for the others unless a CHECK says so.

It is single table inheritance (Fowler, "Patterns of Enterprise Application Architecture", 2002); the database then
knows nothing of the kinds.

## What would make it false

The shares agree by chance: ANALYZE sees a sample, and never which columns are filled together.

## How to mend it

A CHECK for each kind (`type <> 'card' OR card_number IS NOT NULL`, and the reverse), or a table for each kind with the
key of this one.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, Column, Table
from dbarchitect.review.context import Context, column_ref, mentions
from dbarchitect.review.rows import NULL, Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.samples import array_items

RULE = Rule(__name__, __doc__, area="structure", certainty="likely", severity=Severity.INFO, needs="statistics")

_KINDS = frozenset({"type", "kind", "category", "class", "subtype", "variant"})
_MANY_ROWS = 10_000
_NEAR = 0.01  # ANALYZE's sample of 30,000 rows has a standard error of at most 0.3 %: three of them
_FEWEST_COLUMNS = 2
_FEWEST_GROUPS = 2
_LEAST_SHARE = 0.03  # below it every sparse column would agree with some rare value
_MOST_VALUES = 12


def check(review: Context) -> Iterator[Finding]:
    """Tables whose columns fall into groups by a kind."""
    for table in review.tables:
        rows = review.rows(table)
        if rows is None or rows < _MANY_ROWS:
            continue
        for column in table.columns:
            if words(column.name)[-1:] and words(column.name)[-1] in _KINDS:
                groups = _groups(review, table, column)
                if len(groups) >= _FEWEST_GROUPS and not _told(table, column):
                    yield _found(review, table, column, groups)
                    break


def _told(table: Table, kind: Column) -> bool:
    """Whether a CHECK already binds columns to the kind."""
    return any(
        isinstance(one, Check) and len(one.columns) > 1 and mentions(one.expression, kind.name)
        for one in table.constraints
    )


def _groups(review: Context, table: Table, kind: Column) -> dict[str, list[Column]]:
    """The columns by the value for which they seem to be filled."""
    own = review.facts.column(str(table.name), kind.name) if review.facts else None
    if review.facts is None or own is None or not own.most_common_values or not own.most_common_frequencies:
        return {}
    values = list(array_items(own.most_common_values))
    shares = [share for share in own.most_common_frequencies if share >= _LEAST_SHARE]
    if len(values) > _MOST_VALUES or len(values) != len(own.most_common_frequencies):
        return {}
    if any(abs(one - other) <= 2 * _NEAR for place, one in enumerate(shares) for other in shares[:place]):
        return {}  # two kinds of the same share: nothing tells which of them it is
    groups: dict[str, list[Column]] = {}
    for column in table.columns:
        statistics = review.facts.column(str(table.name), column.name)
        if column.not_null or column is kind or statistics is None:
            continue
        filled = 1 - statistics.null_fraction
        for value, share in zip(values, own.most_common_frequencies, strict=True):
            if share >= _LEAST_SHARE and abs(filled - share) <= _NEAR and share <= 1 - 2 * _NEAR:
                groups.setdefault(value, []).append(column)
    return {value: columns for value, columns in groups.items() if len(columns) >= _FEWEST_COLUMNS}


def _found(review: Context, table: Table, kind: Column, groups: dict[str, list[Column]]) -> Finding:
    said = "; ".join(
        f"{', '.join(one.name for one in columns[:3])}{', ...' if columns[3:] else ''} for {value!r}"
        for value, columns in list(groups.items())[:3]
    )
    return RULE.finding(
        table.ref,
        f"{table.name.short} seems to hold {len(groups)} kinds of thing by {kind.name}: {said}",
        also=[column_ref(table, one) for columns in groups.values() for one in columns],
        facts={"groups": len(groups), "columns": sum(map(len, groups.values()))},
        asks=True,
        experiment=_mixed(review, table, kind, groups),
    )


def _mixed(review: Context, table: Table, kind: Column, groups: dict[str, list[Column]]) -> Accepted | None:
    """A row of one kind with a column of another, and without its own."""
    (value, own), (_, others), *_ = groups.items()
    rows = Rows(review)
    fixed = {kind.name: quote_literal(value), **{column.name: NULL for column in own}}
    if rows.add(table, fixed, must=[others[0].name]) is None:
        return None
    names = ", ".join(quote_identifier(one.name) for one in (kind, own[0], others[0]))
    return Accepted(
        script=(*rows.statements, f"SELECT {names} FROM {table.name}"),
        shows="a row of one kind is accepted with the columns of another, and without its own",
    )
