"""DBML (https://dbml.dbdiagram.io/docs/) as DDL of PostgreSQL. PyDBML parses it; the statements are ours, because its
own are those of no server: tables come in any order, and types and increments are as they were written."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.names import quote_identifier as q
from dbarchitect.model.names import quote_literal

# Types that dbdiagram.io takes and PostgreSQL calls otherwise.
_TYPES = {
    "datetime": "timestamptz", "string": "text", "longtext": "text", "mediumtext": "text", "tinytext": "text",
    "double": "double precision", "tinyint": "smallint", "mediumint": "integer", "int unsigned": "bigint",
    "blob": "bytea", "longblob": "bytea", "binary": "bytea", "varbinary": "bytea", "number": "numeric",
    "nvarchar": "varchar", "nchar": "char", "uniqueidentifier": "uuid", "bit": "boolean", "object": "jsonb",
    "year": "smallint", "long": "bigint",
}  # fmt: skip
_TYPE = re.compile(r"([A-Za-z_][\w ]*?)\s*(\(\s*\d+(?:\s*,\s*-?\d+)?\s*\))?((?:\[\])*)", re.ASCII)
_SERIAL = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}
_TABLE = re.compile(r"^\s*Table\s", re.IGNORECASE)
_CHECKS = re.compile(r"^\s*checks\s*\{\s*$", re.IGNORECASE)
_CHECK = re.compile(r"^\s*`(?P<condition>[^`]+)`\s*(?:\[\s*(?:name:\s*'(?P<name>[^']*)')?[^\]]*\])?\s*$", re.IGNORECASE)
_UNREAD = re.compile(r"^\s*(?:checks\s*\{|TablePartial\b|~\w+|records\b)|\bcheck:", re.MULTILINE | re.IGNORECASE)


def ddl_of(text: str, name: str) -> str:
    """The statements that make what a document in DBML describes. Raises `InputError` with the line of what is no DBML,
    `SurroundingsError` where PyDBML is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyDBML calls pyparsing by names of before
        text, checks = _without_checks(text)
        database = _parsed(text, name)
    if not database.tables:
        raise InputError(f"{name} has no tables", hint="a table: Table users { id integer [pk] }")
    return "".join(f"{one};\n" for one in (*_statements(database, name), *_checks(database, checks)))


def _without_checks(text: str) -> tuple[str, list[tuple[int, str, str]]]:
    """The text without its blocks of checks, which PyDBML does not know, its lines where they were; and these: the
    number of the table, the condition, its name. A block that says anything else stays, and is refused."""
    lines = text.splitlines(keepends=True)
    found: list[tuple[int, str, str]] = []
    table, at = -1, 0
    while at < len(lines):
        table += bool(_TABLE.match(lines[at]))
        if _CHECKS.match(lines[at]):
            end = next((one for one in range(at + 1, len(lines)) if lines[one].strip() == "}"), at)
            block = [_CHECK.match(one) for one in lines[at + 1 : end] if one.strip()]
            read = [one for one in block if one is not None]
            if end > at and len(read) == len(block):
                found += [(table, one["condition"], one["name"] or "") for one in read]
                lines[at : end + 1] = ["\n"] * (end + 1 - at)
        at += 1
    return "".join(lines), found


def _checks(database: Any, checks: list[tuple[int, str, str]]) -> Iterator[str]:
    for table, condition, name in checks:
        named = f"CONSTRAINT {q(name)} " if name else ""
        yield f"ALTER TABLE {_full(database.tables[table])} ADD {named}CHECK ({condition})"


def _parsed(text: str, name: str) -> Any:
    try:
        from pydbml import PyDBML  # pyright: ignore[reportMissingTypeStubs]
        from pydbml.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
            ColumnNotFoundError,
            DBMLError,
            TableNotFoundError,
        )
        from pyparsing import ParseBaseException
    except ImportError as err:
        raise SurroundingsError(f"{name} is DBML, which PyDBML reads", hint="pip install 'dbarchitect[dbml]'") from err
    if not text.strip():
        raise InputError(f"{name} is empty", hint="a table: Table users { id integer [pk] }")
    try:
        return PyDBML(text)
    except ParseBaseException as err:
        unread = _UNREAD.search(text)
        if unread is not None:
            line = text.count("\n", 0, unread.start() + len(unread[0]) - len(unread[0].lstrip())) + 1
            raise InputError(
                f"{name}:{line}: {unread[0].strip().rstrip('{ ')} is not read of DBML",
                hint="say the condition in the brief: Always `price > 0`.",
            ) from err
        at = f"{name}:{err.lineno}:{err.column}"
        raise InputError(f"{at}: no DBML: {err.line.strip()}", hint="dbdiagram.io shows it") from err
    except (TableNotFoundError, ColumnNotFoundError, DBMLError) as err:
        raise InputError(f"{name}: {err}", hint="what a Ref names must be a table and its columns") from err


def _statements(database: Any, name: str) -> Iterator[str]:
    for schema in dict.fromkeys(one.schema for one in (*database.tables, *database.enums)):
        if schema != "public":
            yield f"CREATE SCHEMA IF NOT EXISTS {q(schema)}"
    for enum in database.enums:
        values = ", ".join(quote_literal(item.name) for item in enum.items)
        yield f"CREATE TYPE {q(enum.schema)}.{q(enum.name)} AS ENUM ({values})"
    enums = {(one.schema, one.name) for one in database.enums}
    for table in database.tables:
        yield _table(table, enums, name)
        for index in table.indexes:
            if not index.pk:
                yield _index(table, index)
        if table.note and table.note.text:
            yield f"COMMENT ON TABLE {_full(table)} IS {quote_literal(table.note.text)}"
        for column in table.columns:
            if column.note and column.note.text:
                yield f"COMMENT ON COLUMN {_full(table)}.{q(column.name)} IS {quote_literal(column.note.text)}"
    for ref in database.refs:
        yield from _reference(ref)


def _full(table: Any) -> str:
    return f"{q(table.schema)}.{q(table.name)}"


def _table(table: Any, enums: set[tuple[str, str]], name: str) -> str:
    lines: list[str] = []
    keys = [column.name for column in table.columns if column.pk]
    for column in table.columns:
        kind, numbered = _type(column, enums, f"{name}: {table.name}.{column.name}")
        parts = [q(column.name), kind]
        parts += ["GENERATED BY DEFAULT AS IDENTITY"] if numbered or column.autoinc else []
        parts += ["NOT NULL"] if column.not_null else []
        parts += ["UNIQUE"] if column.unique else []
        parts += [f"DEFAULT {_default(column.default)}"] if column.default is not None else []
        lines.append(" ".join(parts))
    for index in table.indexes:
        if index.pk:
            keys = [one.name for one in index.subjects]
    lines += [f"PRIMARY KEY ({', '.join(map(q, keys))})"] if keys else []
    return f"CREATE TABLE {_full(table)} (\n    " + ",\n    ".join(lines) + "\n)"


def _type(column: Any, enums: set[tuple[str, str]], where: str) -> tuple[str, bool]:
    """(the type in SQL, whether it numbers rows)."""
    if not isinstance(column.type, str):
        return f"{q(column.type.schema)}.{q(column.type.name)}", False
    match = _TYPE.fullmatch(" ".join(column.type.split()))
    if match is None:
        schema, _, bare = column.type.rpartition(".")
        if (schema or "public", bare) in enums:
            return f"{q(schema or 'public')}.{q(bare)}", False
        raise InputError(f"{where}: {column.type} is no type", hint="text, integer, numeric(10,2), timestamptz, ...")
    word = match[1].lower()
    if word in _SERIAL:
        return _SERIAL[word], True
    made = _TYPES.get(word, match[1])
    sizes = match[2] or ""
    return f"{made}{sizes if made not in ('bytea', 'text', 'boolean', 'smallint', 'uuid') else ''}{match[3]}", False


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return "NULL" if value.upper() == "NULL" else quote_literal(value)
    return f"({value.text})"  # an expression in back quotes


def _index(table: Any, index: Any) -> str:
    keys = [f"({one.text})" if hasattr(one, "text") else q(getattr(one, "name", str(one))) for one in index.subjects]
    named = f" {q(index.name)}" if index.name else ""
    using = f" USING {index.type}" if index.type else ""
    return f"CREATE {'UNIQUE ' if index.unique else ''}INDEX{named} ON {_full(table)}{using} ({', '.join(keys)})"


def _reference(ref: Any) -> Iterator[str]:
    if ref.type == "<>":  # a table of pairs, as dbdiagram.io makes one
        first, second = ref.table1, ref.table2
        name = f"{first.name}_{second.name}"
        columns: list[str] = []
        keys: list[str] = []
        tails: list[str] = []
        for table, own in ((first, ref.col1), (second, ref.col2)):
            names = [f"{table.name}_{one.name}" for one in own]
            columns += [f"{q(one)} {_type(two, set(), name)[0]}" for one, two in zip(names, own, strict=True)]
            keys += names
            listed = ", ".join(q(one.name) for one in own)
            tails.append(
                f"FOREIGN KEY ({', '.join(map(q, names))}) REFERENCES {_full(table)} ({listed}) ON DELETE CASCADE"
            )
        body = ", ".join((*columns, f"PRIMARY KEY ({', '.join(map(q, keys))})", *tails))
        yield f"CREATE TABLE {q(first.schema)}.{q(name)} ({body})"
        return
    child, parent = ref.col1, ref.col2
    if ref.type == "<":
        child, parent = parent, child
    own, their = (", ".join(q(one.name) for one in side) for side in (child, parent))
    table = _full(child[0].table)
    if ref.type == "-" and not any(one.unique or one.pk for one in child):
        yield f"ALTER TABLE {table} ADD UNIQUE ({own})"
    actions = "".join(
        f" ON {event} {action.upper()}"
        for event, action in (("DELETE", ref.on_delete), ("UPDATE", ref.on_update))
        if action
    )
    named = f" CONSTRAINT {q(ref.name)}" if ref.name else ""
    yield f"ALTER TABLE {table} ADD{named} FOREIGN KEY ({own}) REFERENCES {_full(parent[0].table)} ({their}){actions}"
