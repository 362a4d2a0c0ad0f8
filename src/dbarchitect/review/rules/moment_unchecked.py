"""Moments as text that nothing checks

## What it says

A column of an SQLite table is named or declared as a date or a time, is kept as text, and no CHECK names it. Where
rows were read and they hold moments in several forms, the finding is a warning that counts them; else one note for
the schema.

## Why it matters

SQLite has no type for moments: 'tomorrow' is accepted, and two ways to write one compare as different texts.

'2026-11-26T10:00' is greater than '2026-11-26 23:00', because T is greater than a space; a number beside texts is less
than all of them. Ranges over a mixed column leave rows out.

## What would make it false

One library writes the column, always in one form.

## How to mend it

Choose a form (ISO 8601 as text, or seconds as INTEGER) and check it: CHECK (at IS strftime('%Y-%m-%d %H:%M:%S', at)).
Bring the others to it with `datetime(at)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, Column, Table
from dbarchitect.review.context import Context, base_type, column_ref, mentions
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="sqlite", certainty="likely", severity=Severity.INFO, engines=("sqlite",))

_DECLARED = ("DATE", "TIME", "TIMESTAMP")
_LAST = frozenset(("at", "date", "time", "datetime", "timestamp"))
_FEW = 0.001  # of the values in a second form: fewer may be what one import left


def check(review: Context) -> Iterator[Finding]:
    """Moments in several forms, and a note for the rest."""
    facts = review.facts.sqlite if review.facts else None
    rest: list[Finding] = []
    for table, column in review.columns():
        if not _is_moment(column) or _checked(table, column):
            continue
        seen = (
            next((one for one in facts.stored.get(str(table.name), ()) if one.column == column.name), None)
            if facts
            else None
        )
        forms: dict[str, int] = {}
        if seen is not None:
            forms = dict(seen.shapes)
            forms |= {f"a number ({kind})": seen.types[kind] for kind in ("integer", "real") if kind in seen.types}
            other = seen.types.get("text", 0) - sum(seen.shapes.values())
            if other > 0:
                forms["other text"] = other
        whole = sum(forms.values())
        several = {form: count for form, count in forms.items() if count >= whole * _FEW}
        if len(several) > 1:
            said = ", ".join(f"{count:,} as {form}" for form, count in sorted(several.items(), key=lambda one: -one[1]))
            yield RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} holds moments in {len(several)} forms: {said}",
                severity=Severity.WARNING,
                certainty="certain",
                facts={f"rows_as_{form}": count for form, count in several.items()},
                experiment=_any_text(review, table, column),
            )
        elif set(forms) <= {"a number (integer)", "a number (real)"} and forms:
            continue  # seconds, as numbers
        else:
            rest.append(
                RULE.finding(
                    column_ref(table, column),
                    f"{table.name.short}.{column.name} is a moment, kept as {column.type.sql or 'anything'} "
                    "without a CHECK",
                    facts={"type": column.type.sql},
                    experiment=_any_text(review, table, column),
                )
            )
    yield from roll_up(rest, f"{len(rest)} moments are kept as text without a CHECK", of=len(rest))


def _is_moment(column: Column) -> bool:
    if column.generated is not None:
        return False
    declared = column.type.sql.upper()
    if base_type(column) == "numeric" and any(word in declared for word in _DECLARED):
        return True
    return base_type(column) == "text" and bool(_LAST & {words(column.name)[-1]} if words(column.name) else False)


def _checked(table: Table, column: Column) -> bool:
    return any(isinstance(one, Check) and mentions(one.expression, column.name) for one in table.constraints)


def _any_text(review: Context, table: Table, column: Column) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table, {column.name: "'tomorrow'"}) is None:
        return None
    name = quote_identifier(column.name)
    return Accepted(
        script=(
            *rows.statements,
            f"SELECT {name}, datetime({name}) AS as_a_moment FROM {table.name} WHERE {name} = 'tomorrow'",
        ),
        shows="'tomorrow' is accepted, and no moment to SQLite's own functions",
    )
