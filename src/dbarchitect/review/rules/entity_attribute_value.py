"""Entity, attribute, value

## What it says

A table of at most eight columns holds the attributes of another one as rows: a mandatory foreign key to the entity, a
column that names the attribute, and a column for the value, or one for each type of value. With a name like
`attribute` or `property`, or several value columns, it is a `warning`. It is a question and `info` with other names,
and where a key keeps every attribute to one text of each entity: then it is a list of names and texts that may be meant
for what the application does not know. Settings, preferences, labels,
translations and other plain lists of keys and values are left out.

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

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, ForeignKey, Table
from dbarchitect.review.checked import is_checked
from dbarchitect.review.context import TEXTS, Context, base_type, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(
    __name__, __doc__, area="structure", certainty="likely", severity=Severity.WARNING, engines=("postgresql", "sqlite")
)

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


def check(review: Context) -> Iterator[Finding]:
    """Tables that keep another table's attributes as rows."""
    for table in review.tables:
        if len(table.columns) > _MOST_COLUMNS or not _LISTS_BY_NATURE.isdisjoint(words(table.name.name)):
            continue
        for key in table.foreign_keys:
            found = _attribute(table, key) if _mandatory(table, key) else None
            if found is not None:
                yield _found(review, table, key, *found)
                break


def _mandatory(table: Table, entity: ForeignKey) -> bool:
    return all((column := table.column(name)) is not None and column.not_null for name in entity.columns)


def _attribute(table: Table, entity: ForeignKey) -> tuple[Column, list[Column], bool] | None:
    """The column that names the attribute, those that hold its value, and whether their names leave no doubt."""
    for column in table.columns:
        name = words(column.name)
        if column.name in entity.columns or not name:
            continue
        plain = name[:-1] if name[-1] in ("id", "name", "key", "type", "code") else name
        strong = not _STRONG.isdisjoint(plain)
        if not strong and (name[-1] not in _WEAK or base_type(column) not in TEXTS):
            continue
        values = [other for other in table.columns if _is_value(words(other.name), plain)]
        if any(base_type(value) in TEXTS for value in values):
            several = len({base_type(value) for value in values}) > 1
            return column, values, several or (strong and not _is_map(table, entity, column))
    return None


def _is_map(table: Table, entity: ForeignKey, attribute: Column) -> bool:
    """Whether each entity has one value of each attribute, and the attributes are listed nowhere."""
    whole = {*entity.columns, attribute.name}
    listed = any(attribute.name in key.columns for key in table.foreign_keys)
    return not listed and any(index.unique and {key.column for key in index.keys} == whole for index in table.indexes)


def _is_value(name: tuple[str, ...], attribute: tuple[str, ...]) -> bool:
    """`value`, `value_text`, or the attribute's own: `parameter_name` and `parameter_value`."""
    if not name or name[-1] in ("id", "at", "type"):
        return False
    return name[0] in _VALUE or (name[-1] in _VALUE and name[:-1] == attribute)


def _found(
    review: Context, table: Table, entity: ForeignKey, attribute: Column, values: list[Column], strong: bool
) -> Finding:
    of = entity.target.short
    columns = ", ".join(value.name for value in values)
    return RULE.finding(
        table.ref,
        f"{table.name.short} keeps attributes of {of} as rows: {attribute.name} names them, {columns} holds them"
        + ("" if strong else ": does the application know them beforehand?"),
        severity=None if strong else Severity.INFO,
        also=(column_ref(table, attribute), *(column_ref(table, value) for value in values)),
        facts={"entity": str(entity.target), "rows": review.rows(table), "value_columns": len(values)},
        asks=not strong,
        experiment=_unknown(review, table, attribute, values),
    )


def _unknown(review: Context, table: Table, attribute: Column, values: list[Column]) -> Accepted | None:
    """A row with an attribute that is defined nowhere."""
    if any(attribute.name in key.columns for key in table.foreign_keys) or base_type(attribute) not in TEXTS:
        return None
    if is_checked(review, table, attribute):
        return None
    rows = Rows(review)
    names = (attribute.name, *(value.name for value in values if base_type(value) in TEXTS))
    if rows.add(table, must=names) is None:
        return None
    return Accepted(
        script=(*rows.statements, f"SELECT {', '.join(map(quote_identifier, names))} FROM {table.name}"),
        shows="an attribute that is defined nowhere is accepted, with any text for a value",
    )
