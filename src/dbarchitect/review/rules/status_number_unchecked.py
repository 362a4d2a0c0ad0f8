"""Status as a number that nothing checks

## What it says

An integer column whose name says that it holds a status, a state or a kind accepts any number: it has no CHECK and no
foreign key. It is `info` where a comment on the column explains the numbers, and for a type or a role without a default
of which ANALYZE saw nothing. Ranks (priorities, levels, severities), modes of files and codes of other systems
(`http_status`) are left out. Where ANALYZE saw at most 12 different values in at least 300 rows the fix is a CHECK over
those that were seen; others may be allowed and have not come up.

## Why it matters

7 is accepted where the application knows 0 to 3, and whoever reads the database cannot tell what any of them means.

ORMs that keep enumerations as integers hold the meaning in code alone. Of 42 real schemas 12 had such columns, 71 in
all.

## What would make it false

The numbers are defined elsewhere (a protocol, a device) and any of them may come.

## How to mend it

A CHECK over the values, and a COMMENT that says what each means; or a table of them with a foreign key.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.review.checked import new_check, rows_where
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.statuses import (
    MOST_VALUES,
    ROWS_TO_TELL,
    Status,
    among,
    status_columns,
    usual_value,
    values_seen,
)
from dbarchitect.review.systemic import MANY, is_systemic, roll_up

RULE = Rule(__name__, __doc__, area="checks", certainty="likely", harms_by="writes")

_NUMBERS = frozenset({"int2", "int4", "int8"})
_RANKS = frozenset({"priority", "severity", "mode", "stage", "phase"})


def check(review: Context) -> Iterator[Finding]:
    """Status columns that accept any number."""
    free: list[tuple[Status, list[str] | None]] = []
    held = [status for status in status_columns(review, _NUMBERS, without=_RANKS) if status.column.identity is None]
    for status in held:
        if status.checked:
            continue
        statistics = review.facts.column(str(status.table.name), status.column.name) if review.facts else None
        seen = values_seen(statistics)
        if seen != []:
            free.append((status, seen))
    shown = MANY if is_systemic(len(free), len(held)) else len(free)
    found = [_found(review, status, seen, shown=place < shown) for place, (status, seen) in enumerate(free)]
    yield from roll_up(
        found,
        f"{len(found)} of {len(held)} status columns are numbers that nothing checks",
        of=len(held),
        deviations=[column_ref(status.table, status.column) for status in held if status.checked],
    )


def _found(review: Context, status: Status, seen: list[str] | None, *, shown: bool) -> Finding:
    table, column = status.table, status.column
    quoted = quote_identifier(column.name)
    default, rows = usual_value(column), review.rows(table)
    numbers = sorted({int(one) for one in (*(seen or ()), *((default,) if default else ())) if _is_whole(one)})
    listed = seen is not None and bool(numbers) and len(numbers) <= MOST_VALUES and (rows or 0) >= ROWS_TO_TELL
    condition = among(quoted, [str(one) for one in numbers], numbers=True) if listed else ""
    message = f"{table.name.short}.{quoted} is a status as {column.type.sql}, and nothing checks or explains its values"
    explained = column.comment is not None and any(character.isdigit() for character in column.comment)
    if explained:
        message = f"{table.name.short}.{quoted} is a status as {column.type.sql}; its comment explains the values, and "
        message += "nothing checks them"
    if seen is not None and rows is not None:
        message += f"; in {rows:,.0f} rows ANALYZE saw {', '.join(str(one) for one in numbers[:MOST_VALUES])}"
        message += ", ..." if len(numbers) > MOST_VALUES else ""
    return RULE.finding(
        column_ref(table, column),
        message,
        severity=Severity.INFO if explained or (status.named == "kind" and seen is None and default is None) else None,
        facts={"default": default, "values_seen": None if seen is None else len(seen), "rows": rows},
        fix=(new_check(review, table, [column], condition),) if listed else (),
        offenders=rows_where(table.name, f"NOT ({condition})") if listed else "",
        experiment=_unknown(review, status) if shown else None,
    )


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isdigit()


def _unknown(review: Context, status: Status) -> Accepted | None:
    """A row with a number that nobody ever gave a meaning."""
    table, column = status.table, status.column
    rows = Rows(review)
    if rows.add(table, {column.name: "-32000"}) is None:
        return None
    quoted = quote_identifier(column.name)
    return Accepted(
        script=(*rows.statements, f"SELECT {quoted} FROM {table.name} WHERE {quoted} = -32000"),
        shows="a row with a number that means nothing is accepted",
    )
