"""Entity, attribute, value

## What it says

A table of at most eight columns holds the attributes of another one as rows: a foreign key to the entity, a column
that names the attribute, and a column for the value, or one for each type of value. With a name like `attribute` or
`property`, or several value columns, it is a `warning`, else `info`. Settings, preferences, labels, translations and
other plain lists of keys and values are left out.

## Why it matters

No attribute can have its own type, NOT NULL, CHECK or foreign key, and each one that a query needs costs a join.

Bill Karwin calls it "Entity-Attribute-Value" ("SQL Antipatterns", 2010, chapter 6). Of 42 real schemas 15 had such
tables.

## What would make it false

Users themselves invent the attributes, and nothing in the database depends on a particular one.

## How to mend it

Make the known attributes columns; put what users invent into one `jsonb` column of the entity, with a GIN index where
it is searched.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...model.finding import Finding, Severity
from ...model.schema import Column, ForeignKey, Table
from ..context import Context, base_type, column_ref
from ..rule import Rule
from ..vocabulary import words

RULE = Rule(__name__, __doc__, severity=Severity.WARNING)

_MOST_COLUMNS = 8
_STRONG = frozenset({"attribute", "attr", "property", "characteristic", "feature"})
_WEAK = frozenset({"key", "field", "name", "param", "parameter"})
_VALUE = frozenset({"value", "val", "data"})
_LISTS_BY_NATURE = frozenset(
    """
    setting settings config configs configuration preference preferences option options metadata meta label labels tag
    tags header headers translation translations i18n locale locales state states flag flags cache storage env
    environment variable variables secret secrets log logs history audit event events queue limit limits quota quotas
    """.split()  # noqa: SIM905
)
_TEXTS = frozenset({"text", "varchar", "bpchar", "citext"})


def check(review: Context) -> Iterator[Finding]:
    """Tables that keep another table's attributes as rows."""
    for table in review.tables:
        if len(table.columns) > _MOST_COLUMNS or not _LISTS_BY_NATURE.isdisjoint(words(table.name.name)):
            continue
        values = [column for column in table.columns if _is_value(column)]
        if not values or not any(base_type(column) in _TEXTS for column in values):
            continue
        for key in table.foreign_keys:
            found = _attribute(table, key, values)
            if found is not None:
                attribute, strong = found
                yield _found(review, table, key, attribute, values, strong)
                break


def _is_value(column: Column) -> bool:
    name = words(column.name)
    return bool(name) and (name[-1] in _VALUE or name[0] in _VALUE) and name[-1] not in ("id", "at", "type")


def _attribute(table: Table, entity: ForeignKey, values: list[Column]) -> tuple[Column, bool] | None:
    """The column that names the attribute, and whether its name or the values leave no doubt."""
    for column in table.columns:
        name = words(column.name)
        if column.name in entity.columns or column in values or not name:
            continue
        plain = name[:-1] if name[-1] in ("id", "name", "key", "type", "code") else name
        if not _STRONG.isdisjoint(plain):
            return column, True
        if name[-1] in _WEAK and base_type(column) in _TEXTS:
            return column, len({base_type(value) for value in values}) > 1
    return None


def _found(
    review: Context, table: Table, entity: ForeignKey, attribute: Column, values: list[Column], strong: bool
) -> Finding:
    of = entity.target.short
    columns = ", ".join(value.name for value in values)
    return RULE.finding(
        table.ref,
        f"{table.name.short} keeps attributes of {of} as rows: {attribute.name} names them, {columns} holds them",
        severity=None if strong else Severity.INFO,
        also=(column_ref(table, attribute), *(column_ref(table, value) for value in values)),
        facts={"entity": str(entity.target), "rows": review.rows(table), "value_columns": len(values)},
        asks=not strong,
    )
