"""Boolean that may be NULL

## What it says

A boolean column has no NOT NULL, so it has a third state. Where it has a default (`boolean DEFAULT false`) that state
is most likely an oversight; where it has none the rule asks.

Quiet where NULL is most likely an answer: a consent, a vote, a result that is not there yet, an override of what is
inherited; where the column is one of several typed values (`bool_value`); where a CHECK or the condition of an index
asks whether it is NULL; and where it is part of a unique key, in which only TRUE is to be compared.

## Why it matters

A row in which the flag is NULL is found neither by `WHERE flag` nor by `WHERE NOT flag`, and drops out of both counts.

SQL's three-valued logic: a condition that comes to NULL does not select. Of 42 real schemas 25 had such columns: 207 of
992 booleans.

## What would make it false

NULL is a third answer of its own ("not asked yet"), and every query reckons with it.

## How to mend it

Decide what the rows with NULL mean, update them, then `SET NOT NULL` with a default.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import AlterColumn
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, Column, Table
from dbarchitect.review.checked import rows_where
from dbarchitect.review.context import Context, base_type, column_ref, mentions
from dbarchitect.review.rows import NULL, Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import MANY, roll_up

RULE = Rule(__name__, __doc__, area="nullability", certainty="likely", harms_by="writes")

# Where "no answer" is an answer.
_ANSWERS = frozenset(
    """
    consent consented agree agreed agrees accepted approved approval opt opted optin subscribed confirmed answer
    answered correct passed success successful succeeded result outcome verdict vote voted upvote liked like helpful
    override overridden inherit inherited valid eligible matched resolved won pass attending rsvp satisfied
    """.split()  # noqa: SIM905
)
_ANSWER_TABLES = frozenset(
    """
    preference preferences override overrides answer answers response responses vote votes survey surveys
    result results feedback consent consents rsvp rsvps
    """.split()  # noqa: SIM905
)

_TYPE = frozenset({"bool", "boolean"})


def check(review: Context) -> Iterator[Finding]:
    """Booleans with a third state."""
    found: list[Finding] = []
    of = 0
    for table, column in review.columns():
        if base_type(column) != "bool" or column.type.is_array or column.generated is not None:
            continue
        of += 1
        if not column.not_null and not _is_answer(table, column) and not _asked_for_null(review, table, column):
            found.append(_found(review, table, column, shown=len(found) <= MANY))
    found.sort(key=lambda finding: finding.asks)
    message = f"{len(found)} of {of} booleans may be NULL"
    yield from roll_up(found, message, of=of, share=0)


def _is_answer(table: Table, column: Column) -> bool:
    name = words(column.name)
    if not _TYPE.isdisjoint(name):
        return True  # `bool_v` beside `str_v`: of several typed values one is given
    answer = not _ANSWERS.isdisjoint(name) or not _ANSWER_TABLES.isdisjoint(words(table.name.name))
    return answer and column.default is None


def _asked_for_null(review: Context, table: Table, column: Column) -> bool:
    """Whether something in the schema gives NULL a meaning of its own."""
    if any(column.name == key.column for index in table.indexes if index.unique for key in index.keys):
        return True
    declared = review.type(column.type.schema, column.type.name)
    if getattr(declared, "not_null", False):
        return True  # its domain refuses NULL
    texts = [one.expression for one in table.constraints if isinstance(one, Check)]
    texts += [index.predicate for index in table.indexes if index.predicate]
    return any(
        mentions(text, column.name) and (" IS NULL" in text or " IS NOT NULL" in text or "null" in text)
        for text in texts
    )


def _found(review: Context, table: Table, column: Column, *, shown: bool) -> Finding:
    quoted = quote_identifier(column.name)
    decided = column.default in ("true", "false")
    statistics = review.facts.column(str(table.name), column.name) if review.facts else None
    share = statistics.null_fraction if statistics else None
    message = f"{table.name.short}.{quoted} is a boolean that may be NULL"
    if decided:
        message += f", though it has a default ({column.default})"
    if share is not None:
        message += f"; NULL in {share:.1%} of the rows" if share else "; ANALYZE saw no NULL"
    after = msgspec.structs.replace(column, not_null=True, default=column.default or "false")
    return RULE.finding(
        column_ref(table, column),
        message,
        facts={"default": column.default, "null_fraction": share},
        fix=(AlterColumn(table=table.name, before=column, after=after),),
        offenders=rows_where(table.name, f"{quoted} IS NULL"),
        asks=not decided,
        experiment=_neither(review, table, column) if shown else None,
    )


def _neither(review: Context, table: Table, column: Column) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table, {column.name: NULL}) is None:
        return None
    quoted = quote_identifier(column.name)
    counts = (
        f"SELECT count(*) AS rows, count(*) FILTER (WHERE {quoted}) AS true, count(*) FILTER (WHERE NOT {quoted}) AS "
        f"false FROM {table.name}"
    )
    return Accepted(
        script=(*rows.statements, counts),
        shows="a row is accepted in which the flag is neither true nor false, and no condition on it finds the row",
    )
