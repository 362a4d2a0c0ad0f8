"""Name cut off at 63 bytes

## What it says

A table, column, constraint, index or trigger has a name of 63 bytes that ends in the middle: whoever chose it wrote a
longer one. Names that PostgreSQL or a framework makes are left out: those are shortened before their ending
(`_fkey`, `_idx`, `_not_null`) or end in a checksum.

## Why it matters

PostgreSQL cuts a longer name with no more than a notice: two names that differ only after the 63rd byte are the same,
and the second one is refused, or with IF NOT EXISTS silently never made.

The length is that of NAMEDATALEN, in bytes: names with other letters than those of ASCII are cut earlier.

## What would make it false

The name is meant to be 63 bytes long, and nobody wrote a longer one.

## How to mend it

Rename it to something shorter, and shorten it in the migrations and the code that say it in full. What it should be
called only a person knows, so no change is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef, quote_identifier
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import NotNull, Table
from dbarchitect.review.context import Context, column_ref, constraint_ref, index_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="naming", certainty="likely", severity=Severity.WARNING)

_LONGEST = 63  # bytes: NAMEDATALEN - 1
_WIDEST = 3  # bytes by which a name falls short where its next character would not fit any more

# How PostgreSQL (makeObjectName), Rails, Django, Laravel, Prisma, Hibernate and others end a name that they shortened.
_MADE = re.compile(
    r"(?:_(?:pkey|fkey|key|idx|index|ix|ux|pk|fk|uk|uq|uniq|unique|foreign|check|chk|ck|excl|exclude|seq|not_null|trigger)"
    r"\d*|_(?=[a-f]*\d)[0-9a-f]{6,}(?:_(?:fk|uniq|idx|like|check)\w*)?)\Z",
    re.IGNORECASE,
)


def check(review: Context) -> Iterator[Finding]:
    """Names that end where PostgreSQL cuts."""
    found: list[Finding] = []
    names = 0
    for table in review.tables:
        for ref, name in _names(table):
            names += 1
            if _is_cut(name):
                found.append(
                    RULE.finding(
                        ref,
                        f"{ref.kind} {quote_identifier(name)} was cut off after {len(name.encode())} bytes",
                        experiment=_second(table, ref, name),
                    )
                )
    yield from roll_up(found, f"{len(found)} names are cut off at 63 bytes", of=names, share=0)


def _names(table: Table) -> Iterator[tuple[ObjectRef, str]]:
    yield table.ref, table.name.name
    for column in table.columns:
        if not column.inherited:
            yield column_ref(table, column), column.name
    for constraint in table.constraints:
        if not constraint.inherited and not isinstance(constraint, NotNull):
            yield constraint_ref(table, constraint.name), constraint.name
    for index in table.indexes:
        if index.constraint is None:
            yield index_ref(index), index.name.name
    for trigger in table.triggers:
        yield ObjectRef(kind="trigger", schema=table.name.schema, name=table.name.name, sub=trigger.name), trigger.name


def _is_cut(name: str) -> bool:
    size = len(name.encode())
    full = size == _LONGEST or (size >= _LONGEST - _WIDEST + 1 and not name.isascii())
    return full and _MADE.search(name) is None


def _second(table: Table, ref: ObjectRef, name: str) -> Refused | None:
    """Another name that differs only where PostgreSQL no longer looks."""
    other = quote_identifier(f"{name}_another")
    make = {
        "table": f"CREATE TABLE {quote_identifier(table.name.schema)}.{other} (id integer)",
        "column": f"ALTER TABLE {table.name} ADD COLUMN {other} integer",
        "constraint": f"ALTER TABLE {table.name} ADD CONSTRAINT {other} CHECK (true)",
    }.get(ref.kind)
    if make is None:
        return None
    return Refused(script=(f"SELECT 1 FROM {table.name}", make), shows="a longer name is taken for the same")
