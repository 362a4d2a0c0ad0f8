"""Text with a length limit

## What it says

Columns are `varchar(n)`. It is one finding for the schema, with the number of those limited to 255 (or 191), which is
nobody's limit but an old habit. Left out are keys and what an index holds (a limit keeps their entries below the
2,704 bytes that a B-tree takes), and what has a limit by a standard (codes, hashes, numbers of phones and accounts).

## Why it matters

A value that is one character too long fails the whole statement, on the day that a real name or address is that long,
and a limit in a type is harder to change than one in a CHECK.

The PostgreSQL documentation ("Character Types") says that there is no performance difference between the types. A
longer limit needs ALTER COLUMN TYPE, which views and rules on the column refuse. Of 42 real schemas 29 had limits, in
1,429 columns, 441 of them of 255.

## What would make it false

The limit is a rule of the business or of another system that reads the values.

## How to mend it

Make it `text`; where a length matters, say so with a CHECK (`char_length(name) <= 80`). The change rewrites nothing.
It is given for the limits of 255 and 191, not for those that someone chose.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import Change
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import TEXT, retype
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="types", certainty="likely", severity=Severity.INFO)

_HABITS = frozenset({255, 191})  # the longest with one length byte in MySQL; the longest key there with four-byte UTF-8
_BY_STANDARD = frozenset(
    """
    code hash md5 sha sha1 sha256 sha512 digest checksum uuid guid ulid iban bic swift isbn issn ean gtin vin imei phone
    mobile fax zip zipcode postal postcode currency country locale language lang timezone tz iso mac ip token key
    fingerprint initials abbreviation abbr
    """.split()  # noqa: SIM905
)
_LENGTH_HEADER = 4


def check(review: Context) -> Iterator[Finding]:
    """All columns of type varchar(n) as one finding."""
    limited: list[tuple[Table, Column]] = []
    free: list[ObjectRef] = []
    for table in review.tables:
        indexed = _indexed(review, table)
        for column in table.columns:
            if (
                column.inherited
                or base_type(column) not in ("varchar", "text")
                or not _BY_STANDARD.isdisjoint(words(column.name))
            ):
                continue
            if base_type(column) == "text" or review.modifier(column) <= _LENGTH_HEADER:
                free.append(column_ref(table, column))
            elif column.name not in indexed:
                limited.append((table, column))
    if limited:
        yield _found(review, limited, free)


def _indexed(review: Context, table: Table) -> set[str]:
    """The columns that an index holds or a key names."""
    held = {name for index in table.indexes for name in (*index.include, *(key.column or "" for key in index.keys))}
    return held | {column.name for column in table.columns if review.in_foreign_key(table, column.name)}


def _found(review: Context, limited: list[tuple[Table, Column]], free: list[ObjectRef]) -> Finding:
    habits = [(table, column) for table, column in limited if _limit(review, column) in _HABITS]
    fix: list[Change] = []
    for table, column in habits:
        if column.type.kind == "base":
            default = (column.default or "").replace("::character varying", "::text") or None
            fix += retype(review, table, column, TEXT, using="", back="", default=default)
    of = len(limited) + len(free)
    message = f"{len(limited)} of {of} columns of text have a length limit"
    if habits:
        message += f", {len(habits)} of them 255 or 191"
    if fix and len(fix) < len(limited):
        message += f"; the changes given mend {len(fix)} of them"
    if len(limited) == 1:
        table, column = limited[0]
        message = f"{table.name.short}.{column.name} is limited to {_limit(review, column)} characters"
    return RULE.finding(
        column_ref(*limited[0]) if len(limited) == 1 else DATABASE,
        message,
        also=[] if len(limited) == 1 else [column_ref(table, column) for table, column in limited],
        facts={"limited": len(limited), "of": of, "habits": len(habits), "mended": len(fix)},
        fix=fix,
        experiment=next((shown for table, column in habits if (shown := _too_long(review, table, column))), None),
    )


def _limit(review: Context, column: Column) -> int:
    return review.modifier(column) - _LENGTH_HEADER


def _too_long(review: Context, table: Table, column: Column) -> Refused | None:
    """A row whose value is one character longer than the habit allows."""
    rows = Rows(review)
    length = _limit(review, column) + 1
    if column.type.is_array or rows.add(table, {column.name: f"repeat('x', {length})"}) is None:
        return None
    return Refused(script=tuple(rows.statements), shows=f"a value of {length} characters is refused")
