"""A schema as DBML (https://dbml.dbdiagram.io/docs/). What that cannot say (policies, triggers, ...) is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Check, Column, EnumType, ForeignKey, Index, Relational, Table, Unique

from ..untrusted import line
from .boxes import Implied, Link, content, roots_of, short_type

_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_TYPE = re.compile(r"[A-Za-z_]\w*(\(\d+(,\d+)?\))?", re.ASCII)
_METHODS = ("btree", "hash")  # that DBML knows


def dbml(schema: Relational, *, implied: Sequence[Implied] = ()) -> str:
    """The tables, enums and references, ending in a newline. References that only names imply are comments."""
    roots = roots_of(schema)
    enums = {one.name: one for one in schema.types if isinstance(one, EnumType) and one.labels}
    parts = ["\n".join(_enum(one)) for one in enums.values()]
    tables = {one.name: one for one in schema.tables if roots[one.name] == one.name}
    missing: dict[Name, dict[str, None]] = {}
    refs: dict[frozenset[tuple[Name, frozenset[str]]], str] = {}  # by what they join, whichever way
    shown = content(schema, implied=implied)
    keys = {(table.name, key.name): key for table in schema.tables for key in table.foreign_keys}
    for link in sorted(shown.links, key=lambda one: one.implied):
        child, parent = shown.boxes[link.child], shown.boxes[link.parent]
        joined = frozenset({(child.name, frozenset(link.columns)), (parent.name, frozenset(link.parent_columns))})
        # DBML refuses two references between the same columns, and one of columns to themselves.
        if joined in refs or len(joined) == 1:
            continue
        text = _ref(child.name, link, parent.name)
        if link.implied:
            refs[joined] = f"// {text}: {link.note}"
            continue
        key = keys.get((child.name, link.name))
        refs[joined] = text + (_settings(_actions(key)) if key else "")
        if not parent.known:
            missing.setdefault(parent.name, {}).update(dict.fromkeys(link.parent_columns))
    parts += ["\n".join(_table(one, enums)) for one in tables.values() if one.columns]
    for name, columns in missing.items():
        rows = [f"  {_quoted(column)} unknown" for column in columns]
        parts.append("\n".join([f"Table {_name(name)} [note: 'not in this schema'] {{", *rows, "}"]))
    parts += refs.values()
    return "\n\n".join(parts) + "\n"


def _enum(one: EnumType) -> Iterator[str]:
    yield f"Enum {_name(one.name)} {{"
    for label in one.labels:
        yield f"  {_quoted(label)}"
    yield "}"


def _table(table: Table, enums: dict[Name, EnumType]) -> Iterator[str]:
    yield f"Table {_name(table.name)} {{"
    primary = table.primary_key.columns if table.primary_key else ()
    alone = {one.columns for one in table.constraints if isinstance(one, Unique) and len(one.columns) == 1}
    for column in table.columns:
        notes = ["pk"] if primary == (column.name,) else []
        notes += ["not null"] if column.not_null else []
        notes += ["unique"] if (column.name,) in alone else []
        serial = (column.default or "").startswith("nextval(")
        notes += ["increment"] if column.identity or serial else []
        if column.default and not serial and column.generated is None and "`" not in column.default:
            notes.append(f"default: `{line(column.default)}`")
        notes += [f"note: {_text(column.comment)}"] if column.comment else []
        yield f"  {_quoted(column.name)} {_type(column, table, enums)}{_settings(notes)}"
    indexes = list(_indexes(table, primary))
    if indexes:
        yield from ("", "  indexes {", *(f"    {one}" for one in indexes), "  }")
    checks = [
        f"    `{line(one.expression)}`{_settings([f'name: {_text(one.name)}'])}"
        for one in table.constraints
        if isinstance(one, Check) and one.expression and "`" not in one.expression
    ]
    if checks:
        yield from ("", "  checks {", *checks, "  }")
    if table.comment:
        yield from ("", f"  Note: {_text(table.comment)}")
    yield "}"


def _indexes(table: Table, primary: tuple[str, ...]) -> Iterator[str]:
    if len(primary) > 1:
        yield f"({_listed(primary)}) [pk]"
    for one in table.constraints:
        if isinstance(one, Unique) and len(one.columns) > 1:
            yield f"({_listed(one.columns)}) [unique, name: {_text(one.name)}]"
    named = {one.name for one in table.constraints}
    for index in table.indexes:
        text = _index(index)
        if index.constraint is None and index.name.name not in named and text:
            yield text


def _index(index: Index) -> str:
    """An index that is no constraint's. One of some rows alone is not called unique: DBML has no predicates."""
    if any("`" in key.text for key in index.keys) or not index.keys:
        return ""
    keys = ", ".join(_quoted(key.column) if key.column is not None else f"`{line(key.text)}`" for key in index.keys)
    notes = ["unique"] if index.unique and index.predicate is None else []
    notes.append(f"name: {_text(index.name.name)}")
    notes += [f"type: {index.method}"] if index.method in _METHODS and index.method != "btree" else []
    said = [] if index.method in _METHODS else [index.method]
    if index.predicate is not None:
        said.append(f"{'unique ' if index.unique else ''}where {index.predicate}")
    notes += [f"note: {_text(', '.join(said))}"] if said else []
    return f"({keys}){_settings(notes)}"


def _ref(child: Name, link: Link, parent: Name) -> str:
    called = f" {_quoted(link.name)}" if link.name else ""
    ends = f"{_name(child)}.({_listed(link.columns)})", f"{_name(parent)}.({_listed(link.parent_columns)})"
    return f"Ref{called}: {ends[0]} {'-' if link.one else '>'} {ends[1]}"


def _actions(key: ForeignKey) -> list[str]:
    found = [f"delete: {key.on_delete.lower()}"] if key.on_delete != "NO ACTION" else []
    return found + ([f"update: {key.on_update.lower()}"] if key.on_update != "NO ACTION" else [])


def _type(column: Column, table: Table, enums: dict[Name, EnumType]) -> str:
    kind = column.type
    name = Name(schema=kind.schema, name=kind.element or kind.name)
    if name in enums:
        return _name(name) + ("[]" if kind.is_array else "")
    short = short_type(kind, table)
    return short if _TYPE.fullmatch(short) else _quoted(short)


def _settings(notes: Sequence[str]) -> str:
    return f" [{', '.join(notes)}]" if notes else ""


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_quoted, names))


def _name(name: Name) -> str:
    """`public` is the schema of names without one."""
    return _quoted(name.name) if name.schema in ("", "public") else f"{_quoted(name.schema)}.{_quoted(name.name)}"


def _quoted(name: str) -> str:
    if _PLAIN.fullmatch(name):
        return name
    return '"' + line(name).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(text: str) -> str:
    return "'" + line(text).replace("\\", "\\\\").replace("'", "\\'") + "'"
