"""States as a set of booleans

## What it says

Three or more columns of a table are flags (`is_draft`, `published`, `archived`) or times (`approved_at`,
`rejected_at`, `cancelled_at`) that look like states of which only one can hold. Flags that do not exclude each other
(`is_admin`, `is_staff`, settings) do not count, nor do tables with a CHECK over them or with a status column, beside
which they tell what happened on the way. Nothing but the names tells that, so it is `info`.

## Why it matters

Three flags have eight combinations where three or four states were meant, and the database accepts them all.

Every query must repeat which combination means what; a new state changes all of them.

## What would make it false

The flags are independent: a row may well be in two of these states at once.

## How to mend it

One status column with a CHECK or an enum; as a first step a CHECK that at most one of them holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddConstraint
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, Column, Table
from dbarchitect.review.context import Context, base_type, column_ref, mentions
from dbarchitect.review.mending import free_name
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="structure", certainty="likely", severity=Severity.INFO)

_FEWEST = 3

# Each line is one life: of its states a row is in one at a time.
_LIVES = [
    frozenset(line.split())
    for line in (
        "draft pending submitted approved rejected declined published unpublished archived withdrawn",
        "open opened closed resolved reopened cancelled canceled",
        "new placed ordered paid unpaid shipped delivered returned refunded cancelled canceled",
        "queued scheduled running started finished completed succeeded failed aborted cancelled canceled",
        "trial active inactive suspended expired terminated cancelled canceled",
        "invited accepted declined rejected revoked expired pending",
    )
]
_HAPPENED = frozenset({"at", "on", "date", "time"})
_PREFIXES = frozenset({"is", "was", "has", "been"})


def check(review: Context) -> Iterator[Finding]:
    """Tables whose state is spread over several columns."""
    for table in review.tables:
        flags = {name: column for column in table.columns if (name := _state(column)) and base_type(column) == "bool"}
        times = {name: column for column in table.columns if (name := _state(column)) and base_type(column) != "bool"}
        if any(words(column.name)[-1:] in (("status",), ("state",), ("stage",)) for column in table.columns):
            continue  # the state has its column; the others say what happened on the way
        for states in (flags, times):
            found = _one_life(states)
            if len(found) >= _FEWEST and not _checked(table, found):
                yield _found(review, table, found)
                break


def _state(column: Column) -> str:
    """The state that a flag or a time stands for; "" for any other column."""
    name = words(column.name)
    if base_type(column) == "bool":
        rest = [word for word in name if word not in _PREFIXES]
        return rest[0] if len(rest) == 1 else ""
    if base_type(column) in ("timestamp", "timestamptz", "date") and len(name) == 2 and name[1] in _HAPPENED:
        return name[0] if not column.not_null else ""
    return ""


def _one_life(states: dict[str, Column]) -> list[Column]:
    """The columns of the life that has most of them."""
    best = max(_LIVES, key=lambda life: len(life & states.keys()))
    return [column for state, column in states.items() if state in best]


def _checked(table: Table, columns: list[Column]) -> bool:
    return any(
        isinstance(constraint, Check) and sum(mentions(constraint.expression, c.name) for c in columns) > 1
        for constraint in table.constraints
    )


def _found(review: Context, table: Table, columns: list[Column]) -> Finding:
    names = ", ".join(column.name for column in columns)
    return RULE.finding(
        table.ref,
        f"{table.name.short} spreads one state over {len(columns)} columns ({names}): {2 ** len(columns)} combinations",
        also=[column_ref(table, column) for column in columns],
        facts={"columns": names, "combinations": 2 ** len(columns)},
        fix=(AddConstraint(table=table.name, constraint=_at_most_one(review, table, columns)),),
        asks=True,
        experiment=_contradiction(review, table, columns),
    )


def _at_most_one(review: Context, table: Table, columns: list[Column]) -> Check:
    quoted = [quote_identifier(column.name) for column in columns]
    if base_type(columns[0]) == "bool":
        terms = " + ".join(f"coalesce({one}, false)::integer" for one in quoted)
    else:
        terms = f"num_nonnulls({', '.join(quoted)})"
    name = free_name(review, table, ("one", "state", "check"))
    return Check(name=name, columns=tuple(column.name for column in columns), expression=f"{terms} <= 1")


def _contradiction(review: Context, table: Table, columns: list[Column]) -> Accepted | None:
    value = "true" if base_type(columns[0]) == "bool" else "now()"
    rows = Rows(review)
    if rows.add(table, {column.name: value for column in columns}) is None:
        return None
    names = ", ".join(quote_identifier(column.name) for column in columns)
    return Accepted(
        script=(*rows.statements, f"SELECT {names} FROM {table.name}"),
        shows="a row in all of these states at once is accepted",
    )
