"""The words for both sides of a difference (`drift`)."""

from __future__ import annotations

from typing import cast

from dbarchitect.migrate.alike import key_of
from dbarchitect.migrate.objects import ref_of
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, Constraint, EnumType, Function, Index, SchemaObject, Sequence, Table, View


def kind_words(table: Table) -> str:
    """What kind of table it is."""
    return f"partitioned by {key_of(table)}" if table.partition_key is not None else f"{table.kind} table"


def table_words(table: Table) -> str:
    """A table and its columns."""
    named = ", ".join(column.name for column in table.columns)
    return f"columns {named}" if table.kind == "ordinary" else f"{kind_words(table)}, columns {named}"


def column_words(column: Column) -> str:
    """A column's type and what it demands: "varchar(20) NOT NULL DEFAULT 'x'::text"."""
    words = [column.type.sql]
    if column.not_null:
        words.append("NOT NULL")
    if column.identity is not None:
        words.append(f"GENERATED {'ALWAYS' if column.identity.always else 'BY DEFAULT'} AS IDENTITY")
    if column.generated is not None:
        words.append(f"GENERATED ALWAYS AS ({column.generated.expression})")
    if column.default is not None:
        words.append(f"DEFAULT {column.default}")
    return " ".join(words)


def part_words(one: Constraint | Index, *, named: bool) -> str:
    """A constraint or an index as the server prints it, with its name or without."""
    if isinstance(one, Index):
        _, _, rest = one.definition.partition(" USING ")
        name = f" {one.name.name}" if named else ""
        return f"{'unique ' if one.unique else ''}index{name} {rest or one.definition}"
    return f"{one.name} {one.definition}" if named else one.definition


def setting_words(words: str, value: object) -> str:
    """A setting of a table, "" for what is off."""
    if not value:
        return ""
    if isinstance(value, dict):
        settings = cast("dict[str, str]", value)
        return f"{words} " + ", ".join(f"{key}={one}" for key, one in settings.items())
    if isinstance(value, tuple):
        names = cast("tuple[Name, ...]", value)
        return f"{words} of " + ", ".join(one.short for one in names)
    return words if value is True else f"{words} {value!r}"


def object_words(one: SchemaObject) -> str:
    """An object that is no table, in a line."""
    match one:
        case EnumType(labels=labels):
            return "enum of " + ", ".join(repr(label) for label in labels)
        case View(materialized=materialized, definition=definition):
            return f"{'materialised ' if materialized else ''}{' '.join(definition.split())[:200]}"
        case Function(kind=kind):
            return kind
        case Sequence(owned_by=owned):
            return f"sequence of {owned[0].short}.{owned[1]}" if owned is not None else "sequence"
        case _:
            definition = getattr(one, "definition", "")
            return " ".join(str(definition).split())[:200] or ref_of(one).kind
