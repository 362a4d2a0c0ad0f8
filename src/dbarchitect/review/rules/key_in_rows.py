"""Values that never repeat and no key that says so

## What it says

All rows of a table were read, at least 300, and a column that names things (an email, a code, a number, a slug), or a
reference together with another such column, never repeats and is never NULL, though no unique key covers it. Of a pair
it speaks only if by chance ten repetitions were to be expected. Columns of tokens and hashes, which are
unique by how they are made, logs and tables that already have such a key beside their id are left out.

## Why it matters

What is looked up as if it were unique will one day be there twice: two requests at the same moment suffice, and a check
in the application cannot see the other's row.

PostgreSQL documentation, "Unique Constraints": only a unique index refuses the second of two concurrent inserts.

## What would make it false

The values may repeat, and have not yet: names, or numbers that are given anew each year.

## How to mend it

Add the unique constraint; on a large table build the unique index concurrently first. Where deleted rows are kept, let
it cover only the living.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbarchitect.model.change import AddConstraint
from dbarchitect.model.english import split as words
from dbarchitect.model.facts import SeenKey
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table, Unique
from dbarchitect.normal.violations import enforced_keys
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import free_name
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import SOFT_DELETE, is_event_like

RULE = Rule(
    __name__, __doc__, area="uniqueness", severity=Severity.INFO, needs="rows", yields_to=("identity-not-unique",)
)

_NAMES_A_THING = frozenset(
    """
    email mail username login code number sku isbn iban ean barcode slug domain subdomain handle nickname reference
    abbreviation iso serial plate vin
    """.split()  # noqa: SIM905
)
_WITH_A_REFERENCE = _NAMES_A_THING | frozenset("name title position line rank day date year month version".split())  # noqa: SIM905
_MADE_UNIQUE = frozenset("token hash secret uuid guid digest session nonce sha md5 checksum".split())  # noqa: SIM905
_COMPARED = frozenset({"text", "varchar", "bpchar", "citext", "int2", "int4", "int8", "uuid", "date"})


def check(review: Context) -> Iterator[Finding]:
    """Columns that are unique in all rows and by no constraint."""
    if review.facts is None:
        return
    for table in review.tables:
        read = review.facts.read.get(str(table.name))
        if read is None or not read.keys or is_event_like(table.name.name) or table.partition_key is not None:
            continue
        enforced = enforced_keys(table)
        if any(not _is_surrogate(review, table, key) for key in enforced):
            continue
        covered = [frozenset(key.column for key in index.keys) for index in table.indexes if index.unique]
        seen = [one for one in read.keys if not any(key <= set(one.columns) for key in covered)]
        singles = [one for one in seen if len(one.columns) == 1 and _names(table, one)]
        for one in singles or [one for one in seen if len(one.columns) == 2 and _refers(table, one)][:1]:
            yield _found(review, table, one)


def _is_surrogate(review: Context, table: Table, key: frozenset[str]) -> bool:
    """Whether a key is one column that is made: an identity, a sequence, a UUID, or plainly an id."""
    if len(key) != 1:
        return False
    column = table.column(next(iter(key)))
    if column is None:
        return False
    made = column.identity is not None or review.sequence(table, column) is not None or base_type(column) == "uuid"
    last = words(column.name)[-1:]
    return made or last in (("id",), ("uuid",), ("guid",), ("pk",)) or not _MADE_UNIQUE.isdisjoint(words(column.name))


def _columns(table: Table, seen: SeenKey) -> list[Column]:
    found = [table.column(name) for name in seen.columns]
    return [one for one in found if one is not None and base_type(one) in _COMPARED and not one.generated]


def _names(table: Table, seen: SeenKey) -> bool:
    """Whether the column names things by itself."""
    columns = _columns(table, seen)
    if len(columns) != 1:
        return False
    name = words(columns[0].name)
    return not _NAMES_A_THING.isdisjoint(name[-1:]) and _MADE_UNIQUE.isdisjoint(name)


def _refers(table: Table, seen: SeenKey) -> bool:
    """Whether it is a reference with another one, or with what names a thing within it."""
    columns = _columns(table, seen)
    bound = {name for key in table.foreign_keys for name in key.columns}
    references = [column for column in columns if column.name in bound]
    others = [column for column in columns if column.name not in bound]
    return (
        len(columns) == 2
        and bool(references)
        and all(not _WITH_A_REFERENCE.isdisjoint(words(column.name)[-1:]) for column in others)
    )


def _found(review: Context, table: Table, seen: SeenKey) -> Finding:
    listed = ", ".join(map(quote_identifier, seen.columns))
    keeps_deleted = any(column.name.lower() in SOFT_DELETE for column in table.columns)
    name = free_name(review, table, (*seen.columns, "key"))
    return RULE.finding(
        column_ref(table, seen.columns[0]),
        f"in all {seen.rows:,} rows of {table.name.short} ({listed}) never repeats, and no key says so: is it unique?",
        also=tuple(column_ref(table, name) for name in seen.columns[1:]),
        facts={"columns": listed, "rows": seen.rows},
        fix=()
        if keeps_deleted or table.kind != "ordinary" or table.inherits
        else (AddConstraint(table=table.name, constraint=Unique(name=name, columns=seen.columns)),),
        offenders=f"SELECT {listed}, count(*) FROM {table.name} GROUP BY {listed} HAVING count(*) > 1",
        asks=True,
        experiment=_twice(review, table, seen.columns),
    )


def _twice(review: Context, table: Table, columns: Sequence[str]) -> Accepted | None:
    rows = Rows(review)
    first = rows.add(table, must=columns)
    if first is None or rows.add(table, {name: first[name] for name in columns}) is None:
        return None
    same = " AND ".join(f"{quote_identifier(name)} = {first[name]}" for name in columns)
    return Accepted(
        script=(*rows.statements, f"SELECT count(*) FROM {table.name} WHERE {same}"),
        shows="two rows with the same values are accepted",
    )
