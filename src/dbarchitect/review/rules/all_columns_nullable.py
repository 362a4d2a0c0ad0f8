"""Table in which everything may be missing

## What it says

A table has three or more columns besides its primary key, and none of them is NOT NULL: a row that says nothing is
accepted. Quiet where that is the table's purpose: staging and import tables; state beside a key (only times and flags);
values of several types of which one is given (`text_value`, `number_value`); tables with a CHECK that asks for a value.

## Why it matters

Rows without content get in, and every query and every type in the application has to reckon with NULL everywhere.

NOT NULL costs nothing that can be measured. Of 42 real schemas 15 had such tables, 65 in all.

## What would make it false

Each value arrives later and on its own: the rows are filled step by step.

## How to mend it

Name the columns without which a row means nothing, and make these NOT NULL. Only who knows the data can say which.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, Column, Table
from dbarchitect.review.context import Context, base_type
from dbarchitect.review.rows import NULL, Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(
    __name__,
    __doc__,
    area="nullability",
    severity=Severity.INFO,
    yields_to=("no-primary-key",),
    engines=("postgresql", "sqlite"),
)

_FEWEST = 3
_STAGING = frozenset(
    "staging stage stg import imports imported load landing raw tmp temp etl upload dump ingest".split()  # noqa: SIM905
)
_VALUES = (("v",), ("value",), ("val",))
_STATES = frozenset({"bool", "timestamp", "timestamptz", "date"})


def check(review: Context) -> Iterator[Finding]:
    """Tables without a single mandatory column."""
    found: list[Finding] = []
    of = 0
    for table in review.tables:
        columns = _own(table)
        if len(columns) < _FEWEST or table.inherits or table.of_type is not None:
            continue
        of += 1
        if any(column.not_null for column in columns) or _meant(review, table, columns):
            continue
        found.append(
            RULE.finding(
                table.ref,
                f"{table.name.short}: all {len(columns)} columns besides the key may be NULL"
                if table.primary_key
                else f"{table.name.short}: all {len(columns)} columns may be NULL",
                facts={"columns": len(columns)},
                asks=True,
                experiment=_empty_row(review, table, columns),
            )
        )
    yield from roll_up(found, f"in {len(found)} of {of} tables every column besides the key may be NULL", of=of)


def _own(table: Table) -> list[Column]:
    key = table.primary_key.columns if table.primary_key else ()
    return [column for column in table.columns if column.name not in key and column.generated is None]


def _meant(review: Context, table: Table, columns: list[Column]) -> bool:
    if not _STAGING.isdisjoint((*words(table.name.name), *words(table.name.schema))):
        return True
    if all(base_type(column) in _STATES for column in columns):
        return True
    if 2 * sum(words(column.name)[-1:] in _VALUES for column in columns) > len(columns):
        return True  # one of several typed values is given
    if any(getattr(review.type(one.type.schema, one.type.name), "not_null", False) for one in columns):
        return True  # a domain refuses NULL
    return any(
        isinstance(one, Check)
        and (" IS NOT NULL" in one.expression or "num_n" in one.expression or "COALESCE" in one.expression)
        for one in table.constraints
    )


def _empty_row(review: Context, table: Table, columns: list[Column]) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table, {column.name: NULL for column in columns}) is None:
        return None
    names = [quote_identifier(column.name) for column in columns]
    given = f"num_nonnulls({', '.join(names)})"
    if review.schema.family == "sqlite":
        given = " + ".join(f"({name} IS NOT NULL)" for name in names)
    return Accepted(
        script=(*rows.statements, f"SELECT {given} AS values_given FROM {table.name}"),
        shows="a row without any content is accepted",
    )
