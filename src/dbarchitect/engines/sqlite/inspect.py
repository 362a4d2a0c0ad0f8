"""An SQLite database as a `Relational` value: pragmas say what there is, the catalogue's texts how it was said.

Names have no schema; what a file's `sqlite_` tables and the shadow tables of virtual ones hold is no table of its own.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import cast

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name
from dbarchitect.model.schema import (
    Action,
    Check,
    Column,
    Constraint,
    ForeignKey,
    Generated,
    Index,
    IndexKey,
    NotNull,
    PrimaryKey,
    Relational,
    SqliteTable,
    Table,
    Trigger,
    Type,
    Unique,
    View,
)
from dbarchitect.sql.sqlite import ConstraintText, TableText, read_index, read_table, read_trigger

_PRAGMAS = ("journal_mode", "auto_vacuum", "page_size", "encoding", "user_version", "application_id")
_OLDEST = (3, 37, 0)  # PRAGMA table_list, which tells STRICT and WITHOUT ROWID


def affinity(declared: str) -> str:
    """The affinity of a declared type, in lower case (sqlite.org/datatype3.html, 3.1)."""
    text = declared.upper()
    if "INT" in text:
        return "integer"
    if any(word in text for word in ("CHAR", "CLOB", "TEXT")):
        return "text"
    if not text or "BLOB" in text:
        return "blob"
    if any(word in text for word in ("REAL", "FLOA", "DOUB")):
        return "real"
    return "numeric"


def inspect(connection: sqlite3.Connection, *, engine: str = "sqlite", database: str = "") -> Relational:
    """The schema of the session's main database, without facts. Names in `engine` are of `model.sqlite`."""
    if sqlite3.sqlite_version_info < _OLDEST:
        raise InputError(
            f"Python's SQLite is {sqlite3.sqlite_version}, and this needs {'.'.join(map(str, _OLDEST))}",
            hint="a newer Python, or one that is linked with a newer SQLite",
        )
    kinds = {
        name: (kind, bool(without), bool(strict))
        for name, kind, without, strict in connection.execute(
            "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main'"
        )
    }
    texts = list(
        connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
    )
    shadows = {name for name, (kind, _, _) in kinds.items() if kind == "shadow"}
    triggers: dict[str, list[Trigger]] = {}
    for kind, name, on, sql in texts:
        if kind == "trigger":
            triggers.setdefault(on.lower(), []).append(_trigger(name, sql))
    tables: list[Table] = []
    views: list[View] = []
    for kind, name, _, sql in texts:
        if kind == "table" and name not in shadows:
            what = kinds.get(name, ("table", False, False))
            tables.append(_table(connection, name, sql or "", what, shadows, triggers.get(name.lower(), [])))
        elif kind == "view":
            views.append(_view(connection, name, sql or "", triggers.get(name.lower(), [])))
    by_name = {table.name.name.lower(): table for table in tables}
    tables = [_with_targets(table, by_name) for table in tables]
    settings = {name: str(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in _PRAGMAS}
    return Relational(
        engine=engine,
        version=sqlite3.sqlite_version_info[0] * 1_000_000
        + sqlite3.sqlite_version_info[1] * 1_000
        + sqlite3.sqlite_version_info[2],
        version_text=sqlite3.sqlite_version,
        database=database,
        encoding=settings.pop("encoding"),
        settings=settings,
        tables=tuple(sorted(tables, key=lambda one: one.name)),
        views=tuple(sorted(views, key=lambda one: one.name)),
    )


def _name(text: str) -> Name:
    return Name(schema="", name=text)


def _table(
    connection: sqlite3.Connection,
    name: str,
    sql: str,
    what: tuple[str, bool, bool],
    shadows: set[str],
    triggers: Sequence[Trigger],
) -> Table:
    kind, without_rowid, strict = what
    text = read_table(sql)
    columns = _columns(connection, name, text)
    constraints, alias = _constraints(connection, name, text, columns, without_rowid=without_rowid)
    primary = next((one for one in text.every if one.kind == "PRIMARY KEY"), None)
    indexes = () if kind == "virtual" else _indexes(connection, name, constraints)
    return Table(
        name=_name(name),
        kind="virtual" if kind == "virtual" else "ordinary",
        columns=columns,
        constraints=constraints,
        indexes=indexes,
        triggers=tuple(sorted(triggers, key=lambda one: one.name)),
        access_method=text.module or ("without rowid" if without_rowid else "rowid"),
        sqlite=SqliteTable(
            strict=strict,
            without_rowid=without_rowid,
            rowid_alias=alias,
            autoincrement=primary is not None and primary.autoincrement,
            module=text.module,
            arguments=text.arguments,
            shadows=tuple(sorted(one for one in shadows if kind == "virtual" and one.startswith(f"{name}_"))),
            sql=sql,
        ),
    )


def _columns(connection: sqlite3.Connection, name: str, text: TableText) -> tuple[Column, ...]:
    found: list[Column] = []
    rows = connection.execute(
        'SELECT cid, name, type, "notnull", dflt_value, hidden FROM pragma_table_xinfo(?)', (name,)
    )
    for place, column, declared, not_null, default, hidden in rows:
        if hidden == 1:  # a virtual table's own: rank, the table's name
            continue
        said = text.column(column)
        generated = None
        if hidden in (2, 3):
            generated = Generated(expression=(said.generated if said else None) or "", stored=hidden == 3)
        collation = said.collation if said is not None and said.collation.lower() not in ("", "binary") else None
        # Before a GENERATED ALWAYS the type's last words are GENERATED ALWAYS.
        declared = re.sub(r"\s*GENERATED ALWAYS\s*$", "", declared or "", flags=re.I)
        found.append(
            Column(
                name=column,
                position=place + 1,
                type=Type(sql=declared, schema="", name=declared, base=affinity(declared)),
                not_null=bool(not_null),
                default=default,
                generated=generated,
                collation=None if collation is None else _name(collation),
            )
        )
    return tuple(found)


def _constraints(
    connection: sqlite3.Connection, name: str, text: TableText, columns: Sequence[Column], *, without_rowid: bool
) -> tuple[tuple[Constraint, ...], str]:
    """The constraints, and the column that is the rowid by another name ("" where none is)."""
    found: list[Constraint] = []
    alias = ""
    keys = [
        row[0] for row in connection.execute("SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk", (name,))
    ]
    indexes = _constraint_indexes(connection, name)
    if keys and not text.module:
        said = next((one for one in text.every if one.kind == "PRIMARY KEY"), None)
        index = next((own for own, (origin, _) in indexes.items() if origin == "pk"), "")
        if len(keys) == 1 and not index and not without_rowid:
            alias = keys[0]
        found.append(
            PrimaryKey(
                name=(said.name if said else "") or f"{name}_pkey",
                columns=tuple(keys),
                definition=said.text if said else "",
                index=index,
            )
        )
    uniques = [one for one in text.every if one.kind == "UNIQUE"]
    for own, (origin, over) in indexes.items():
        if origin == "u":
            said = next((one for one in uniques if _same(one.columns, over)), None)
            named = (said.name if said else "") or "_".join((name, *over, "key"))
            found.append(Unique(name=named, columns=over, definition=said.text if said else "", index=own))
    found += _foreign_keys(connection, name, [one for one in text.every if one.kind == "FOREIGN KEY"])
    for number, one in enumerate(one for one in text.every if one.kind == "CHECK"):
        own = next((c.name for c in text.columns if one in c.constraints), "")
        named = one.name or "_".join(part for part in (name, own, "check", str(number) if number else "") if part)
        found.append(Check(name=named, columns=(own,) if own else (), definition=one.text, expression=one.expression))
    found += [
        NotNull(name=f"{name}_{one.name}_not_null", columns=(one.name,))
        for one in columns
        if one.not_null and one.name not in keys
    ]
    return tuple(sorted(found, key=lambda one: (type(one).__name__, one.name))), alias


def _same(said: Sequence[str], over: Sequence[str]) -> bool:
    return [one.lower() for one in said] == [one.lower() for one in over]


def _constraint_indexes(connection: sqlite3.Connection, name: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The indexes of PRIMARY KEY and UNIQUE: origin and columns by name, in the order of the text."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for index, origin in connection.execute("SELECT name, origin FROM pragma_index_list(?) ORDER BY seq DESC", (name,)):
        if origin in ("pk", "u"):
            keys = connection.execute("SELECT name FROM pragma_index_info(?) ORDER BY seqno", (index,))
            found[index] = (origin, tuple(row[0] for row in keys))
    return found


def _foreign_keys(connection: sqlite3.Connection, name: str, said: Sequence[ConstraintText]) -> list[ForeignKey]:
    rows = connection.execute(
        'SELECT id, seq, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?) '
        "ORDER BY id DESC, seq",
        (name,),
    )
    keys: dict[int, list[tuple[str, str, str | None, str, str]]] = {}
    for number, _, target, column, to, on_update, on_delete in rows:
        keys.setdefault(number, []).append((target, column, to, on_update, on_delete))
    found: list[ForeignKey] = []
    for place, parts in enumerate(keys.values()):  # the pragma counts from the last one back
        one = said[place] if place < len(said) else None
        columns = tuple(part[1] for part in parts)
        target, _, _, on_update, on_delete = parts[0]
        deferred = one is not None and one.reference is not None and one.reference.deferred
        found.append(
            ForeignKey(
                name=(one.name if one else "") or "_".join((name, *columns, "fkey")),
                columns=columns,
                definition=one.text if one else "",
                target=_name(target),
                target_columns=tuple(part[2] or "" for part in parts),
                on_update=cast("Action", on_update),
                on_delete=cast("Action", on_delete),
                deferrable=deferred,
                initially_deferred=deferred,
            )
        )
    return found


def _with_targets(table: Table, by_name: dict[str, Table]) -> Table:
    """The table with the targets of its foreign keys as they are called, their columns, and the index that finds them.

    A key without columns means the target's primary key.
    """
    constraints: list[Constraint] = []
    for one in table.constraints:
        if isinstance(one, ForeignKey):
            target = by_name.get(one.target.name.lower())
            if target is not None:
                key = target.primary_key
                columns = one.target_columns
                if not any(columns):
                    columns = key.columns if key else columns
                columns = tuple(
                    next((own.name for own in target.columns if own.name.lower() == column.lower()), column)
                    for column in columns
                )
                index = next((i.name.name for i in target.indexes if i.unique and _covers(i, columns)), "")
                one = replace(one, target=target.name, target_columns=columns, target_index=index)
        constraints.append(one)
    return replace(table, constraints=tuple(constraints))


def _covers(index: Index, columns: Sequence[str]) -> bool:
    return index.predicate is None and {key.column for key in index.keys} == set(columns)


def _indexes(connection: sqlite3.Connection, name: str, constraints: Sequence[Constraint]) -> tuple[Index, ...]:
    serves = {one.index: one.name for one in constraints if isinstance(one, PrimaryKey | Unique) and one.index}
    found: list[Index] = []
    rows = list(connection.execute('SELECT name, "unique", origin, partial FROM pragma_index_list(?)', (name,)))
    for index, unique, origin, _partial in rows:
        sql = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", (index,)).fetchone()
        text = read_index(sql[0]) if sql and sql[0] else None
        keys: list[IndexKey] = []
        info = connection.execute(
            'SELECT seqno, cid, name, "desc", coll FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno', (index,)
        )
        for seqno, cid, column, descending, collation in info:
            expression: str | None = None
            if cid == -2:
                expression = text.keys[int(seqno)] if text is not None and seqno < len(text.keys) else ""
            keys.append(
                IndexKey(
                    column=column if cid >= 0 else "rowid" if cid == -1 else None,
                    expression=expression,
                    collation=None if collation == "BINARY" else _name(collation),
                    descending=bool(descending),
                )
            )
        found.append(
            Index(
                name=_name(index),
                table=_name(name),
                keys=tuple(keys),
                predicate=text.predicate if text else None,
                unique=bool(unique),
                constraint=serves.get(index) if origin in ("pk", "u") else None,
                definition=sql[0] if sql and sql[0] else "",
            )
        )
    return tuple(sorted(found, key=lambda one: one.name))


def _trigger(name: str, sql: str) -> Trigger:
    text = read_trigger(sql)
    return Trigger(
        name=name,
        function="",
        definition=sql,
        timing=text.timing,
        events=(text.event,),
        columns=text.columns,
    )


def _view(connection: sqlite3.Connection, name: str, sql: str, triggers: Sequence[Trigger]) -> View:
    columns: tuple[Column, ...] = ()
    try:
        columns = _columns(connection, name, TableText(name))
    except sqlite3.Error:  # a view of what is no longer there stays in the catalogue
        columns = ()
    return View(
        name=_name(name), definition=sql, columns=columns, triggers=tuple(sorted(triggers, key=lambda one: one.name))
    )
