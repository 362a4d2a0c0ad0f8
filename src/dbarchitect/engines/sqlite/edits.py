"""Changes that SQLite cannot make in place, as another text of the CREATE TABLE: what a rebuild of the table builds.

The text is edited where it stands, so that comments, names and clauses of which a schema has no value (ON CONFLICT)
stay. Whether the text is right is asked of the engine: `SqliteJourney` makes it, and compares what it arrives at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbarchitect.errors import InputError
from dbarchitect.model.change import (
    AddConstraint,
    AddIndex,
    AlterColumn,
    AlterTable,
    Change,
    DropConstraint,
    DropIndex,
)
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Check, Column, Constraint, ForeignKey, PrimaryKey, Table, Unique
from dbarchitect.sql.sqlite import ConstraintText, TableText, quoted, read_index, read_table, tokens

from .ddl import create_index

_KINDS: dict[type, str] = {PrimaryKey: "PRIMARY KEY", Unique: "UNIQUE", Check: "CHECK", ForeignKey: "FOREIGN KEY"}
_TABLE = re.compile(r"CREATE\s+TABLE\b", re.IGNORECASE)
_INDEX = re.compile(r"CREATE\s+(?:UNIQUE\s+)?INDEX\b", re.IGNORECASE)


def edited(ddl: Sequence[str], changes: Sequence[Change]) -> tuple[str, ...]:
    """A schema's statements as they are after the changes. Raises `InputError` for a change that they cannot say."""
    found = list(ddl)
    for change in changes:
        match change:
            case AddIndex(index=index):
                if index.nulls_not_distinct:
                    raise InputError(f"{index.name.name}: SQLite has no NULLS NOT DISTINCT")
                found.append(create_index(index))
            case DropIndex(index=index) if index.constraint is None:
                name = index.name.name.lower()
                found = [one for one in found if not (_INDEX.match(one) and read_index(one).name.lower() == name)]
            case AlterColumn(table=table, before=before, after=after):
                place = _place(found, table)
                found[place] = _with_column(found[place], before, after)
            case AlterTable(before=before, after=after):
                place = _place(found, before.name)
                found[place] = _with_options(found[place], before, after)
            case AddConstraint(table=table, constraint=constraint):
                place = _place(found, table)
                found[place] = _with_constraint(found[place], constraint)
            case DropConstraint(table=table, constraint=constraint):
                place = _place(found, table)
                found[place] = _without_constraint(found[place], constraint)
            case _:
                raise InputError(f"{type(change).__name__} is no change of an SQLite table that this can make")
    return tuple(found)


def _place(ddl: Sequence[str], table: Name) -> int:
    wanted = table.name.lower()
    for place, sql in enumerate(ddl):
        if _TABLE.match(sql) and read_table(sql).name.lower() == wanted:
            return place
    raise InputError(f"there is no CREATE TABLE of {table.name}")


def _with_column(sql: str, before: Column, after: Column) -> str:
    text = read_table(sql)
    column = text.column(before.name)
    if column is None:
        raise InputError(f"{text.name} has no column {before.name}")
    if after.not_null and not column.not_null:
        end = column.start + len(column.text)
        sql = f"{sql[:end]} NOT NULL{sql[end:]}"
    if after.type.sql != before.type.sql:
        sql = _typed(sql, column.typed, after.type.sql)
    return sql


def _typed(sql: str, at: tuple[int, int], declared: str) -> str:
    start, end = at
    return f"{sql[:start]}{'' if start < end else ' '}{declared}{sql[end:]}"


def _with_options(sql: str, before: Table, after: Table) -> str:
    """STRICT, WITHOUT ROWID, AUTOINCREMENT, the types that columns have, and the column that becomes the rowid."""
    old, new = before.sqlite, after.sqlite
    if old is None or new is None:
        raise InputError(f"{before.name.short} is no table of SQLite")
    for column in after.columns:
        was = before.column(column.name)
        if was is not None and was != column:
            sql = _with_column(sql, was, column)
    if old.autoincrement and not new.autoincrement:
        sql = _without_word(sql, "AUTOINCREMENT")
    if new.rowid_alias and not old.rowid_alias:
        # Beside the column `INTEGER PRIMARY KEY DESC` is no rowid (sqlite.org/lang_createtable.html).
        sql = _without_word(sql, "DESC")
    if (old.strict, old.without_rowid) != (new.strict, new.without_rowid):
        end = read_table(sql).end + 1
        words = [word for word, has in (("STRICT", new.strict), ("WITHOUT ROWID", new.without_rowid)) if has]
        sql = f"{sql[:end]}{' ' if words else ''}{', '.join(words)}"
    return sql


def _without_word(sql: str, word: str) -> str:
    """The text without a word of its primary key."""
    key = next((one for one in read_table(sql).every if one.kind == "PRIMARY KEY"), None)
    for one in tokens(key.text) if key is not None else ():
        if one.upper == word and key is not None:
            start, end = key.start + one.start, key.start + one.end
            return f"{sql[:start].rstrip()}{sql[end:]}"
    return sql


def _with_constraint(sql: str, constraint: Constraint) -> str:
    text = read_table(sql)
    last = max(one.start + len(one.text) for one in (*text.columns, *text.constraints))
    return f"{sql[:last]}, {_said(constraint)}{sql[last:]}"


def _said(one: Constraint) -> str:
    columns = ", ".join(map(quoted, one.columns))
    named = f"CONSTRAINT {quoted(one.name)} "
    match one:
        case Check():
            return f"{named}CHECK ({one.expression})"
        case Unique() if not one.nulls_not_distinct:
            return f"{named}UNIQUE ({columns})"
        case ForeignKey():
            targets = ", ".join(map(quoted, one.target_columns))
            said = f"{named}FOREIGN KEY ({columns}) REFERENCES {quoted(one.target.name)} ({targets})"
            for event, action in (("UPDATE", one.on_update), ("DELETE", one.on_delete)):
                said += f" ON {event} {action}" if action != "NO ACTION" else ""
            return f"{said} DEFERRABLE INITIALLY DEFERRED" if one.initially_deferred else said
        case _:
            raise InputError(f"a constraint like {one.name} is not written for SQLite")


def _without_constraint(sql: str, constraint: Constraint) -> str:
    text = read_table(sql)
    one = _found(text, constraint)
    if one is None:
        raise InputError(f"{text.name} has no constraint that says: {constraint.definition or constraint.name}")
    start, end = one.start, one.start + len(one.text)
    if all(one is not other for other in text.constraints):  # beside its column
        return f"{sql[:start].rstrip()}{sql[end:]}"
    before = max(
        other.start + len(other.text) for other in (*text.columns, *text.constraints) if other.start < one.start
    )
    following = next((token.upper for token in tokens(sql[end:])), ")")
    return f"{sql[:before]}{'' if following in (',', ')') else ','}{sql[end:]}"


def _found(text: TableText, constraint: Constraint) -> ConstraintText | None:
    kind = _KINDS.get(type(constraint), "")
    columns = [one.lower() for one in constraint.columns]
    same = [one for one in text.every if one.kind == kind]
    said = [one for one in same if one.text == constraint.definition]
    if kind == "CHECK":
        return next(iter(said), None)
    # Of two that say the same the later one goes.
    over = [one for one in (said or same) if [name.lower() for name in one.columns] == columns]
    return over[-1] if over else None
