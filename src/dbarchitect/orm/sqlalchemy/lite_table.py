"""What an SQLite table has besides its columns, as arguments of `sa.Table`. Constraints without a name keep none."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    Check,
    Column,
    Constraint,
    ForeignKey,
    Index,
    IndexKey,
    PrimaryKey,
    Table,
    Unique,
)
from dbarchitect.orm.project import Report
from dbarchitect.orm.sqlite import collates, default_text, written_name
from dbarchitect.sql.sqlite import quoted

from .names import Named
from .python import Code, Item, call, expression, names, sql, string

_WHOLE_KEY = re.compile(r'\bFOREIGN\s+KEY\b.*\bREFERENCES\s+(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|\w+)\s*\(', re.I | re.S)


def arguments(one: Named, column: Column, known: Mapping[Name, Named]) -> tuple[list[Code], list[Item]]:
    """What stands after the name and the type of a column: constraints, then options."""
    table = one.entity.table
    found: list[Code] = []
    named: list[Item] = []
    primary = table is None or table.primary_key is not None
    for key in table.foreign_keys if table is not None else ():
        if key.columns == (column.name,) and _inline(key, known):
            target = string(f"{known[key.target].table}.{key.target_columns[0]}")
            found.append(call("sa.ForeignKey", target, **_options_of_key(one, key)))
    if column.generated is not None:
        stored = "True" if column.generated.stored else "False"
        found.append(call("sa.Computed", expression(column.generated.expression), persisted=stored))
    if column.name in one.identity and primary:
        named.append(Item("primary_key=", "True"))
        if column.identity is None and len(one.identity) == 1 and column.type.base == "integer":
            named.append(Item("autoincrement=", "False"))
    if column.default is not None and column.generated is None:
        named.append(Item("server_default=", sql(default_text(column.default))))
    return found, named


def constraints(one: Named, known: Mapping[Name, Named], report: Report) -> list[Code]:
    """Keys and checks that stand for the table as a whole."""
    table = one.entity.table
    found: list[Code] = []
    for each in table.constraints if table is not None else ():
        assert table is not None
        at = ObjectRef(kind="constraint", name=table.name.name, sub=each.name)
        if isinstance(each, ForeignKey):
            if each.target not in known or not all(each.target_columns):
                report.lose(at, "foreign key", "its target is not there, or has no such key", "raw")
            elif not _inline(each, known):
                targets = [f"{known[each.target].table}.{column}" for column in each.target_columns]
                options = _options_of_key(one, each)
                found.append(call("sa.ForeignKeyConstraint", names(each.columns), names(targets), **options))
        elif (code := _constraint(table, each)) is not None:
            found.append(code)
    return found


def indexes(table: Table) -> list[Code]:
    """`sa.Index(...)` of every index that serves no constraint."""
    return [_index(table, one) for one in table.indexes if one.constraint is None]


def options(table: Table) -> list[tuple[str, Code]]:
    """The options of a table."""
    own = table.sqlite
    if own is None:
        return []
    found: list[tuple[str, Code]] = []
    if own.autoincrement:
        found.append(("sqlite_autoincrement", "True"))
    if own.strict:
        found.append(("sqlite_strict", "True"))
    if own.without_rowid:
        found.append(("sqlite_with_rowid", "False"))
    return found


def read_back(table: Table, one: Index) -> bool:
    """Whether SQLAlchemy reads an index back as the models say it: no expressions, no order of its own."""
    return all(key.column and not key.descending and not collates(table, key) for key in one.keys)


def key_read_back(key: ForeignKey) -> bool:
    """Whether SQLAlchemy reads a foreign key back as the models say it: its actions only out of a FOREIGN KEY (...)
    REFERENCES target (...)."""
    plain = key.on_update == key.on_delete == "NO ACTION" and not key.deferrable
    return plain or bool(_WHOLE_KEY.search(key.definition))


def _inline(key: ForeignKey, known: Mapping[Name, Named]) -> bool:
    dotted = "." in key.target.name or any("." in one for one in key.target_columns)
    return len(key.columns) == 1 and key.target in known and all(key.target_columns) and not dotted


def _options_of_key(holder: Named, key: ForeignKey) -> dict[str, Code | None]:
    name = written_name(key)
    return {
        "name": string(name) if name else None,
        "onupdate": string(key.on_update) if key.on_update != "NO ACTION" else None,
        "ondelete": string(key.on_delete) if key.on_delete != "NO ACTION" else None,
        "deferrable": "True" if key.deferrable else None,
        "initially": '"DEFERRED"' if key.initially_deferred else None,
        "use_alter": "True" if key.name in holder.late else None,
    }


def _constraint(table: Table, one: Constraint) -> Code | None:
    written = written_name(one)
    name = string(written) if written else None
    if isinstance(one, PrimaryKey):
        in_order = tuple(column.name for column in table.columns if column.name in one.columns)
        if name is None and in_order == one.columns:
            return None
        return call("sa.PrimaryKeyConstraint", *(string(column) for column in one.columns), name=name)
    if isinstance(one, Unique):
        return call("sa.UniqueConstraint", *(string(column) for column in one.columns), name=name)
    if isinstance(one, Check):
        return call("sa.CheckConstraint", expression(one.expression), name=name)
    return None


def _index(table: Table, one: Index) -> Code:
    return call(
        "sa.Index",
        string(one.name.name),
        *(_key(table, key) for key in one.keys),
        unique="True" if one.unique else None,
        sqlite_where=sql(one.predicate) if one.predicate else None,
    )


def _key(table: Table, key: IndexKey) -> Code:
    apart = collates(table, key)
    if key.column is not None and not apart and not key.descending:
        return string(key.column)
    text = quoted(key.column) if key.column is not None else key.expression or ""
    if apart and key.collation is not None:
        text += f" COLLATE {quoted(key.collation.name)}"
    return sql(text + (" DESC" if key.descending else ""))
