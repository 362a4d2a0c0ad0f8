"""Column that repeats what others say

## What it says

A column can be computed from others, by their names: `full_name` beside `first_name` and `last_name`; a line's total
beside a quantity and a unit price; `age` beside a date of birth; a counter such as `comments_count` in a table to
which `comments` refers. Generated columns are left out, and so is what a trigger of the table, or for a counter of the
counted table, may keep. It is a question.

## Why it matters

Two places say the same, and nothing keeps them from saying different things after the next update.

Counters are wrong as soon as two transactions count at once without a lock, or rows go by CASCADE.

## What would make it false

It is a snapshot (a price at the time of sale), it holds more than the others tell (a discount), or it was measured
that computing it is too slow and its upkeep is looked after.

## How to mend it

A generated column for what comes from the same row, a view for what comes from others. Where a counter must be stored,
keep it by a trigger on the counted table.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import TEXTS, Context, base_type, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="structure", certainty="likely", severity=Severity.INFO)

_NUMBERS = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8"})
_FULL = frozenset({("full", "name"), ("fullname",), ("display", "name"), ("name",)})
_FIRST = frozenset({("first", "name"), ("firstname",), ("given", "name"), ("forename",)})
_LAST = frozenset({("last", "name"), ("lastname",), ("family", "name"), ("surname",)})
_QUANTITY = frozenset({("quantity",), ("qty",)})
_PRICE = frozenset({("unit", "price"), ("unitprice",), ("price",), ("price", "per", "unit"), ("unit", "cost")})
_TOTAL = frozenset({("total",), ("line", "total"), ("total", "price"), ("subtotal",), ("sub", "total")})
_BIRTH = frozenset({("birth", "date"), ("date", "of", "birth"), ("birthdate",), ("dob",), ("birthday",)})
_AGE = frozenset({("age",)})
_COUNT = frozenset({"count", "counter", "counts"})


def check(review: Context) -> Iterator[Finding]:
    """Columns whose value others give."""
    found: list[Finding] = []
    for table in review.tables:
        if any("UPDATE" in one.events or "INSERT" in one.events for one in table.triggers if one.enabled != "disabled"):
            continue
        found += (*_of_the_row(review, table), *_counters(review, table))
    message = f"{len(found)} columns repeat what others say"
    yield from roll_up(found, message, of=len(review.tables))


def _of_the_row(review: Context, table: Table) -> Iterator[Finding]:
    first, last = _named(table, _FIRST, TEXTS), _named(table, _LAST, TEXTS)
    full = _named(table, _FULL, TEXTS)
    if first and last and full:
        values = {first.name: "'Ada'", last.name: "'Lovelace'", full.name: "'Grace'"}
        yield _found(review, table, full, (first, last), values)
    quantity, price, total = (_named(table, one, _NUMBERS) for one in (_QUANTITY, _PRICE, _TOTAL))
    if quantity and price and total:
        values = {quantity.name: "2", price.name: "3", total.name: "5"}
        yield _found(review, table, total, (quantity, price), values)
    birth, age = _named(table, _BIRTH, frozenset({"date", "timestamp", "timestamptz"})), _named(table, _AGE, _NUMBERS)
    if birth and age:
        yield _found(review, table, age, (birth,), {birth.name: "'2000-01-01'", age.name: "5"})


def _named(table: Table, names: frozenset[tuple[str, ...]], types: frozenset[str]) -> Column | None:
    return next(
        (
            column
            for column in table.columns
            if words(column.name) in names and base_type(column) in types and column.generated is None
        ),
        None,
    )


def _counters(review: Context, table: Table) -> Iterator[Finding]:
    counted: dict[str, Table] = {}
    for child, key in review.references(table):
        if child is not table and key.columns:
            counted.setdefault(singular(words(child.name.name)[-1] if words(child.name.name) else ""), child)
    for column in table.columns:
        name = words(column.name)
        if column.generated or base_type(column) not in _NUMBERS or len(name) < 2:
            continue
        what = name[-2] if name[-1] in _COUNT else name[-1] if name[0] in ("num", "number", "count", "n") else ""
        child = counted.get(singular(what)) if what else None
        if child is None or any(not {"INSERT", "DELETE"}.isdisjoint(one.events) for one in child.triggers):
            continue
        yield _found(review, table, column, (), {column.name: "5"}, child)


def _found(
    review: Context,
    table: Table,
    column: Column,
    sources: tuple[Column, ...],
    values: dict[str, str],
    child: Table | None = None,
) -> Finding:
    what = f"the rows of {child.name.short}" if child else " and ".join(one.name for one in sources)
    rows = Rows(review)
    experiment = None
    if rows.add(table, values) is not None:
        names = ", ".join(quote_identifier(name) for name in values)
        shown = f"{names}, (SELECT count(*) FROM {child.name}) AS counted" if child else names
        experiment = Accepted(
            script=(*rows.statements, f"SELECT {shown} FROM {table.name}"),
            shows=f"a row is accepted whose {column.name} is not what {what} give",
        )
    return RULE.finding(
        column_ref(table, column),
        f"{table.name.short}.{column.name} repeats what {what} say, and nothing keeps the two alike",
        also=[child.ref] if child else [column_ref(table, one) for one in sources],
        facts={"from": str(child.name) if child else ", ".join(one.name for one in sources)},
        asks=True,
        experiment=experiment,
    )
