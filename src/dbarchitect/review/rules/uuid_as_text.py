"""UUID in a text column

## What it says

A text column is called a UUID (`uuid`, `guid`) or has a UUID made for it by default. With column statistics the values
decide: where what ANALYZE saw are no UUIDs nothing is said. Where most columns of a schema that are called so are text
it is one finding: the schema is likely shared with a database that has no such type.

## Why it matters

A UUID as text takes 37 bytes instead of 16, in the table and in each index, and anything that is no UUID is accepted.

The same UUID in capitals is another text, so a unique key accepts it twice, and a look-up misses it. Of 42 real schemas
2 had it, 63 times.

## What would make it false

The ids are not UUIDs, or one schema has to serve a database without the type.

## How to mend it

Change the type to `uuid`, with the columns that refer to it in one go; it rewrites the table. Rows that hold no UUID
must be put right first; the finding's query lists them. Where foreign keys tie columns together there is no fix here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.change import Change
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table, Type
from dbarchitect.review.context import TEXTS, Context, base_type, column_ref
from dbarchitect.review.mending import referring_columns, retype
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.samples import sample
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="keys", certainty="likely", severity=Severity.WARNING, harms_by="rows")

_UUID = Type(sql="uuid", name="uuid", base="uuid", category="U", length=16)
_SHORTEST = 32  # characters of a UUID without its hyphens
_ENOUGH = 5  # sampled values
_PATTERN = r"^\s*\{?[0-9a-fA-F]{4}(-?[0-9a-fA-F]{4}){7}\}?\s*$"  # what uuid_in takes
_VALUE = re.compile(_PATTERN)
_MADE = re.compile(r"(?:\A|[(.])(gen_random_uuid|uuid_generate_v[147]|uuidv[47])\(\)")


def check(review: Context) -> Iterator[Finding]:
    """Text columns of UUIDs."""
    found: list[Finding] = []
    of = 0
    for table, column in review.columns():
        made = _MADE.search(column.default or "") is not None
        if not made and words(column.name)[-1:] not in (("uuid",), ("guid",)):
            continue
        of += base_type(column) in TEXTS or base_type(column) == "uuid"
        if base_type(column) not in TEXTS or column.type.is_array or column.type.kind == "domain":
            continue
        length = column.type.modifier - 4 if column.type.modifier > 4 else None
        if length is not None and length < _SHORTEST:
            continue
        statistics = review.facts.column(str(table.name), column.name) if review.facts else None
        values = sample(statistics) if statistics else []
        if len(values) >= _ENOUGH and not all(_VALUE.match(value) for value in values):
            continue
        found.append(_found(review, table, column, made, len(values)))
    yield from roll_up(found, f"{len(found)} of {of} columns of UUIDs are text", of=of)


def _found(review: Context, table: Table, column: Column, made: bool, sampled: int) -> Finding:
    name = quote_identifier(column.name)
    message = f"{table.name.short}.{column.name} is {column.type.sql}, and " + (
        "gets a UUID by default" if made else "is called a UUID"
    )
    if sampled >= _ENOUGH:
        message += f": all {sampled} sampled values are UUIDs"
    return RULE.finding(
        column_ref(table, column),
        message,
        facts={"type": column.type.sql, "sampled": sampled, "rows": review.rows(table)},
        fix=_typed(review, table, column),
        offenders=f"SELECT * FROM {table.name} WHERE {name}::text !~ '{_PATTERN}'",
        experiment=_anything(review, table, column),
    )


def _typed(review: Context, table: Table, column: Column) -> tuple[Change, ...]:
    tied = any(column.name in key.columns for key in table.foreign_keys) or referring_columns(review, table, column)
    default = column.default
    if tied or (default is not None and not _MADE.search(default)):
        return ()
    if default is not None:
        found = _MADE.search(default)
        default = f"{found[1]}()" if found else None
        if default is not None and default != "gen_random_uuid()" and not default.startswith("uuidv"):
            return ()  # an extension's function, in a schema of its own
    return retype(review, table, column, _UUID, using="{}::uuid", back=f"{{}}::{column.type.sql}", default=default)


def _anything(review: Context, table: Table, column: Column) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table, {column.name: "'no UUID at all'"}) is None:
        return None
    if any(column.name in key.columns for key in table.foreign_keys):
        return None
    name = quote_identifier(column.name)
    return Accepted(
        script=(*rows.statements, f"SELECT {name} FROM {table.name}"),
        shows="a text that is no UUID is accepted",
    )
