"""End that may lie before its start

## What it says

Two columns of one type are by their names the start and the end of something (`starts_at`, `ends_at`; `valid_from`,
`valid_to`), and nothing keeps them in order: no CHECK over both, and no range made of them. An end that is not known
yet stays possible: with NULL the CHECK holds.

Times of day are left out (a night shift ends before it starts), and so are the last start and the last end of what
happens again and again, and ends whose default is a constant, which stands for "none yet".

## Why it matters

A period that ends before it starts is in no interval: it falls out of every overlap query, and durations are negative.

`tstzrange(start, end)` fails on such a row, also years later in a report. Of 42 real schemas 12 had such pairs, 23 in
all.

## What would make it false

The two times are measured by different clocks, 0 stands for an open end, or the two are no beginning and end of
one thing.

## How to mend it

`CHECK (end >= start)`, or one column of a range type, which cannot be the wrong way round.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Table
from dbarchitect.review.checked import new_check, rows_where
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.intervals import Interval, intervals, is_ordered
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import MANY, is_systemic, roll_up

RULE = Rule(__name__, __doc__, area="checks", certainty="likely", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """Pairs of a start and an end that nothing keeps in order."""
    pairs = [
        (table, pair)
        for table in review.tables
        for pair in intervals(table)
        if not pair.start.inherited and not pair.end.inherited
    ]
    of = len(pairs)
    free = [(table, pair) for table, pair in pairs if not is_ordered(table, pair)]
    shown = MANY if is_systemic(len(free), of) else len(free)
    found = [_found(review, table, pair, shown=place < shown) for place, (table, pair) in enumerate(free)]
    yield from roll_up(found, f"{len(found)} of {of} pairs of a start and an end may be the wrong way round", of=of)


def _found(review: Context, table: Table, pair: Interval, *, shown: bool) -> Finding:
    start, end = quote_identifier(pair.start.name), quote_identifier(pair.end.name)
    return RULE.finding(
        column_ref(table, pair.end),
        f"{table.name.short}.{end} may lie before {start}",
        also=[column_ref(table, pair.start)],
        facts={"start": pair.start.name, "end": pair.end.name},
        fix=(new_check(review, table, [pair.start, pair.end], f"{end} >= {start}"),),
        offenders=rows_where(table.name, f"{end} < {start}"),
        experiment=_backwards(review, table, pair) if shown else None,
    )


def _backwards(review: Context, table: Table, pair: Interval) -> Accepted | None:
    early, late = ("'2001-01-01'", "'2002-01-01'") if base_type(pair.start) != "int8" else ("1", "2")
    rows = Rows(review)
    if rows.add(table, {pair.start.name: late, pair.end.name: early}) is None:
        return None
    start, end = quote_identifier(pair.start.name), quote_identifier(pair.end.name)
    return Accepted(
        script=(*rows.statements, f"SELECT {start}, {end} FROM {table.name} WHERE {end} < {start}"),
        shows="a row that ends before it starts is accepted",
    )
