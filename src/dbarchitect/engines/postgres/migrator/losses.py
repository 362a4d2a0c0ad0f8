"""Tables whose data a migration can destroy, found in its SQL and resolved against the schema before it.

A column or table that the migration itself makes holds nothing yet. SQL that a DO block or a function puts together is
not seen; `Step.loses` names tables for people only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import Relational, Table
from dbarchitect.sql import statements as s
from dbarchitect.sql.reading import read_statements

_SEARCHED = ("public",)  # where names without a schema are looked for first; then anywhere, if there is one of the name
_FOLLOWS = ("CASCADE", "SET NULL", "SET DEFAULT")

# Types to which every value goes, and from which it comes back: changing to them loses nothing.
_WIDER = {
    "int2": {"int4", "int8", "numeric"},
    "int4": {"int8", "numeric"},
    "int8": {"numeric"},
    "float4": {"float8"},
    "varchar": {"text"},
    "date": {"timestamp"},
    "cidr": {"inet"},
}


def endangered(steps: Sequence[Step], schema: Relational) -> dict[Name, str]:
    """The tables whose rows or values `steps` can destroy, with why in words."""
    found: dict[Name, str] = {}
    for step in steps:
        if step.backfill is not None:
            update = s.Update(table=step.backfill.table, columns=tuple(step.backfill.assignments))
            pairs = list(_of(update, schema))
        else:
            pairs = [pair for sql in step.sql for pair in _of(_action(sql), schema)]
        for table, why in pairs:
            if table.kind != "foreign":
                found.setdefault(table.name, why)
    return found


def _action(sql: str) -> s.Action:
    try:
        read = read_statements(sql, "")
    except InputError:
        return s.Other(word="")  # the server will say what is wrong with it
    return read[0].action if read else s.Other(word="")


def _of(action: s.Action, schema: Relational) -> Iterator[tuple[Table, str]]:
    match action:
        case s.Drop(kind="table" | "foreign table"):
            for name in action.names:
                for table in _whole(schema, _found(schema, name)):
                    yield table, f"DROP TABLE {name}"
        case s.Drop(kind="schema"):
            names = {name.name for name in action.names}
            for table in schema.tables:
                if table.name.schema in names:
                    yield table, f"DROP SCHEMA {table.name.schema}"
        case s.Drop(kind="type" | "domain" | "extension", cascade=True):
            for table in schema.tables:
                for column in table.columns:
                    if any(column.type.name == name.name for name in action.names):
                        yield table, f"DROP {action.kind.upper()} ... CASCADE, of {column.name}'s type"
        case s.AlterTable(kind="table"):
            table = _found(schema, action.table)
            if table is not None:
                yield from _altered(action, table, schema)
        case s.Truncate():
            for name in action.tables:
                for table in _whole(schema, _found(schema, name)):
                    yield table, f"TRUNCATE {name}"
                    if action.cascade:
                        for other in _followers(schema, table, every=True):
                            yield other, f"TRUNCATE {name} CASCADE"
        case s.Delete():
            for table in _whole(schema, _found(schema, action.table)):
                yield table, f"DELETE FROM {action.table}"
                for other in _followers(schema, table, every=False):
                    yield other, f"DELETE FROM {action.table}, by a foreign key"
        case s.Update():
            table = _found(schema, action.table)
            if table is not None and (not action.columns or any(map(table.column, action.columns))):
                for one in _whole(schema, table):
                    yield one, f"UPDATE {action.table}"
        case s.Merge():
            for table in _whole(schema, _found(schema, action.table)):
                yield table, f"MERGE INTO {action.table}"
        case _:
            return


def _altered(action: s.AlterTable, table: Table, schema: Relational) -> Iterator[tuple[Table, str]]:
    for command in action.commands:
        if isinstance(command, s.DropColumn) and table.column(command.name) is not None:
            for one in _whole(schema, table):
                yield one, f"DROP COLUMN {command.name} of {action.table}"
        if isinstance(command, s.SetType):
            column = table.column(command.name)
            if column is None:
                continue
            wider = command.using is None and command.type.name in _WIDER.get(column.type.name, set())
            same = command.type.name == column.type.name and not command.type.modifiers and command.using is None
            if not (wider and not command.type.modifiers) and not same:
                for one in _whole(schema, table):
                    yield one, f"TYPE {command.type} for {command.name} of {action.table}"


def _found(schema: Relational, name: Name) -> Table | None:
    if name.schema:
        return schema.table(name)
    for place in _SEARCHED:
        if (table := schema.table(Name(schema=place, name=name.name))) is not None:
            return table
    named = [table for table in schema.tables if table.name.name == name.name]
    return named[0] if len(named) == 1 else None


def _whole(schema: Relational, table: Table | None) -> Iterator[Table]:
    """The table with its partitions and inheriting children, at every depth."""
    if table is None:
        return
    yield table
    for one in schema.tables:
        parent = one.partition_of.parent if one.partition_of is not None else None
        if parent == table.name or table.name in one.inherits:
            yield from _whole(schema, one)


def _followers(schema: Relational, table: Table, *, every: bool) -> list[Table]:
    """Tables whose rows go with those of `table`: by every foreign key (TRUNCATE CASCADE), or by those that say so."""
    found: list[Table] = []
    open_ = [table]
    while open_:
        target = open_.pop()
        for one in schema.tables:
            if one is table or one in found:
                continue
            keys = [key for key in one.foreign_keys if key.target == target.name]
            if any(every or key.on_delete in _FOLLOWS for key in keys):
                found.append(one)
                open_.append(one)
    return found
