"""Status as text that nothing checks

## What it says

A text column whose name says that it holds a status, a state, a kind or a role accepts any text: it has no CHECK, no
foreign key and no enum, nor a domain with a CHECK. Names that end in `type`, `kind`, `role`, `priority` or `mode` alone
are `info`, unless the column has a constant default or ANALYZE saw a list of values; a bare `type` or `kind` without
either is as likely to be what users call their things, and is left out, as is a kind that is part of the primary key.

Left out: MIME types, class names that an ORM writes (single-table inheritance), the type of a polymorphic reference,
a provider's values, the state of an address, keys of lists of codes, and columns in which ANALYZE saw more than 48
values (`LIST_ENDS`). Where at least 300 rows (`ROWS_TO_TELL`) hold at most 12 values (`MOST_VALUES`) the fix is a CHECK
over those that were seen; others may be allowed and have not come up.

## Why it matters

A misspelt status is accepted, and the row drops out of every query that asks for one of the right ones.

Of 42 real schemas 34 had such columns, 322 in all.

## What would make it false

The values come from outside (a provider, a plug-in, a user), or the list changes too often to be declared.

## How to mend it

A CHECK over the values; a foreign key to a table of them where the list grows or has attributes of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.proof import Accepted
from dbarchitect.review.checked import new_check, rows_where
from dbarchitect.review.context import TEXTS, Context, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.statuses import (
    MOST_VALUES,
    ROWS_TO_TELL,
    Status,
    among,
    class_names,
    status_columns,
    usual_value,
    values_seen,
)
from dbarchitect.review.systemic import MANY, is_systemic, roll_up

RULE = Rule(__name__, __doc__, area="checks", certainty="likely", harms_by="writes", engines=("postgresql", "sqlite"))

_BARE = (("type",), ("kind",))


def check(review: Context) -> Iterator[Finding]:
    """Status columns that accept any text."""
    free: list[tuple[Status, list[str] | None]] = []
    held: list[Status] = []
    for status in status_columns(review, TEXTS):
        statistics = review.facts.column(str(status.table.name), status.column.name) if review.facts else None
        seen = values_seen(statistics)
        if not status.checked:
            if seen == [] or (seen is not None and class_names(seen)):
                continue  # too many for a status; or what an ORM calls its classes
            if words(status.column.name) in _BARE and seen is None and usual_value(status.column) is None:
                continue  # as likely a name that users give
            if (
                status.named == "kind"
                and status.table.primary_key
                and status.column.name in status.table.primary_key.columns
            ):
                continue  # it tells rows apart: given, like a name
            free.append((status, seen))
        held.append(status)
    shown = MANY if is_systemic(len(free), len(held)) else len(free)
    found = [_found(review, status, seen, shown=place < shown) for place, (status, seen) in enumerate(free)]
    yield from roll_up(
        found,
        f"{len(found)} of {len(held)} status columns are text that nothing checks",
        of=len(held),
        deviations=[column_ref(status.table, status.column) for status in held if status.checked],
    )


def _found(review: Context, status: Status, seen: list[str] | None, *, shown: bool) -> Finding:
    table, column = status.table, status.column
    quoted = quote_identifier(column.name)
    default, rows = usual_value(column), review.rows(table)
    message = f"{table.name.short}.{quoted} is text, and nothing checks its values"
    listed = seen is not None and len(seen) <= MOST_VALUES and (rows or 0) >= ROWS_TO_TELL
    condition = among(quoted, sorted({*(seen or ()), *((default,) if default else ())})) if listed else ""
    if seen is not None and rows is not None:
        examples = ", ".join(quote_literal(one).strip() for one in seen[:MOST_VALUES])
        message += f"; in {rows:,.0f} rows ANALYZE saw {len(seen)}: {examples}"
        message += ", ..." if len(seen) > MOST_VALUES else ""
    elif default:
        message += f"; its default is {quote_literal(default).strip()}"
    weak = status.named == "kind" and default is None and seen is None
    return RULE.finding(
        column_ref(table, column),
        message,
        severity=Severity.INFO if weak else None,
        certainty="possible" if weak else None,
        facts={"default": default, "values_seen": None if seen is None else len(seen), "rows": rows},
        fix=(new_check(review, table, [column], condition),) if listed else (),
        offenders=rows_where(table.name, f"NOT ({condition})") if listed else "",
        experiment=_unknown(review, status) if shown else None,
    )


def _unknown(review: Context, status: Status) -> Accepted | None:
    """A row with a status that nobody ever defined."""
    table, column = status.table, status.column
    length = column.type.modifier - 4 if column.type.modifier > 4 else 99
    rows = Rows(review)
    value = quote_literal("no such value"[: min(length, 13)])
    if rows.add(table, {column.name: value}) is None:
        return None
    quoted = quote_identifier(column.name)
    return Accepted(
        script=(*rows.statements, f"SELECT {quoted} FROM {table.name} WHERE {quoted} = {value}"),
        shows="a row with a value that means nothing is accepted",
    )
