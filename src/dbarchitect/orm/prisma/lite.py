"""The same for SQLite and Turso.

Prisma's check reads a few declared types, no generated column, and a primary key as its table has it, NULLs and all.
What it reads otherwise than it is stands in `tables.external` of the configuration: the client has the table as it is,
and the check leaves it alone. Measured with prisma 7.10.1 and its describer
(schema-engine/sql-schema-describer/src/sqlite.rs of prisma-engines).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dbarchitect.errors import InputError
from dbarchitect.model.schema import Column, Relational, Table, Type

from ..blueprint import Blueprint, Entity
from ..project import Ddl, File, Level, Project, Report, Settings
from ..sqlite import report_all
from . import migration
from .keys import keys_of
from .lite_scaffold import LITE_HOSTS, files
from .schema import Sketch, sketch, write
from .types import Scalar, Types, quoted

_RAW = "no word for it: the migration makes it"
LITE_CAPABILITIES: dict[str, tuple[Level, str]] = {
    "strict": ("raw", _RAW),
    "without rowid": ("raw", _RAW),
    "autoincrement": ("approximate", "`autoincrement()`, as of every INTEGER PRIMARY KEY"),
    "conflict clause": ("raw", _RAW),
    "primary key": ("native", "`@id`"),
    "composite primary key": ("native", "`@@id`"),
    "no primary key": ("approximate", "by a unique key that is NOT NULL, else @@ignore: the client leaves it out"),
    "any type": ("approximate", "Unsupported: the client neither reads nor writes it; use $queryRaw"),
    "date or time": (
        "approximate",
        "DateTime, written as 2026-11-27T09:30:00.000+00:00; TIME is a String, one that counts Unsupported",
    ),
    "generated column": ("approximate", "dbgenerated(): the client must leave it out, but its type allows a value"),
    "virtual generated column": (
        "approximate",
        "dbgenerated(): the client must leave it out, but its type allows a value",
    ),
    "collation": ("raw", _RAW),
    "default": ("native", "literals as they are, all else as dbgenerated()"),
    "check constraint": ("raw", _RAW),
    "unique": ("native", "`@unique`, `@@unique` with map:"),
    "foreign key": ("native", "`@relation` with onDelete and onUpdate"),
    "composite foreign key": ("native", "`@relation` over several fields"),
    "deferrable foreign key": ("approximate", "the relation is there, that it can be deferred is not"),
    "self reference": ("native", "a named `@relation`"),
    "index": ("native", "`@@index` with map:"),
    "partial index": ("native", "`where: raw(...)`, a preview feature"),
    "expression index": ("raw", _RAW),
    "descending index": ("native", "`sort: Desc`"),
    "index collation": ("raw", _RAW),
    "view": ("native", "`view`, a preview feature; its definition is in the migration"),
    "trigger": ("raw", _RAW),
    "virtual table": ("raw", f"{_RAW}; the client has no model of it"),
}  # fmt: skip

# What the describer takes a declared type for, in small letters and as it is written.
_DESCRIBED = {
    "int": "Int", "integer": "Int", "serial": "Int", "bigint": "BigInt", "real": "Float", "float": "Float",
    "double": "Float", "boolean": "Boolean", "text": "String", "date": "DateTime", "datetime": "DateTime",
    "timestamp": "DateTime", "binary": "Bytes", "blob": "Bytes", "jsonb": "Json",
}  # fmt: skip
_SCALARS = {
    "int8": "Int", "float8": "Float", "bool": "Boolean", "text": "String", "bytea": "Bytes", "json": "Json",
    "timestamp": "DateTime", "date": "DateTime", "time": "String",
}  # fmt: skip
_WHOLE = re.compile(r"-?\d{1,18}")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_STRING = re.compile(r"'((?:[^']|'')*)'")


def described(type_: Type) -> str:
    """The scalar that Prisma's describer has for a declared type; "" for none."""
    text = type_.sql.lower()
    if text in _DESCRIBED:
        return _DESCRIBED[text]
    if "char" in text:
        return "String"
    return "Decimal" if "numeric" in text or "decimal" in text else ""


class LiteTypes(Types):
    """The types of one SQLite schema: what the describer has where that holds the values, else what does."""

    def scalar(self, type_: Type) -> Scalar:
        """The type of a field."""
        found, held = described(type_), type_.name
        counts = found == "DateTime" and held == "float8"
        if held == "any" or counts:
            return Scalar(f"Unsupported({quoted(type_.sql.lower())})", known=False, base=held)
        return Scalar(found or _SCALARS[held], base=held)

    def default(self, column: Column, scalar: Scalar, values: Mapping[str, str]) -> str:
        """What stands in `@default(...)`; "" for none."""
        if column.identity is not None:
            return "autoincrement()"
        if column.generated is not None:
            return "dbgenerated()"
        text = column.default
        if text is None or text.upper() == "NULL":
            return ""
        match scalar.name:
            case "Int" | "BigInt" if _WHOLE.fullmatch(text):
                return str(int(text))
            case "Float" | "Decimal" if _NUMBER.fullmatch(text):
                return text
            case "Boolean" if text.lower() in ("0", "1", "true", "false"):
                return "true" if text.lower() in ("1", "true") else "false"
            case "String" if found := _STRING.fullmatch(text):
                return quoted(found[1].replace("''", "'"))
            case _:
                return "dbgenerated()"


def generate_lite(blueprint: Blueprint, ddl: Ddl, settings: Settings) -> Project:
    """The project. Raises `InputError` for a host that there is not."""
    if settings.host not in LITE_HOSTS:
        raise InputError(
            f"{settings.host} is PostgreSQL's, and this schema is SQLite's",
            hint="--host turso, or leave it out for a file",
        )
    source = ddl.of or blueprint.schema
    made = sketch(blueprint, LiteTypes)
    found = [File(path="prisma/schema.prisma", text=write(made))]
    if settings.scaffold:
        found += migration.files(ddl.up, ddl.down, "sqlite")
        found += migration.later(ddl.since) if ddl.since is not None else []
        found += files(made, settings, dict(_apart(made, source)), _virtual(source))
    report = Report(LITE_CAPABILITIES)
    report_all(source, report)
    commands = (
        "npm install", "cp .env.example .env", "npm run generate", "npm run migrate", "npm run drift", "npm run seed",
        "npm test",
    )  # fmt: skip
    return Project(
        target="prisma",
        files=tuple(found),
        losses=tuple(dict.fromkeys(report.losses)),
        next=commands if settings.scaffold else ("npx prisma generate",),
    )


def _virtual(source: Relational) -> list[str]:
    """Virtual tables and those that these keep."""
    found: list[str] = []
    for one in source.tables:
        if one.kind == "virtual":
            found += [one.name.name, *(one.sqlite.shadows if one.sqlite is not None else ())]
    return found


def _apart(made: Sketch, source: Relational) -> Iterator[tuple[str, str]]:
    """The tables of which Prisma's check reads something otherwise than it is, and what that is."""
    tables = {one.name: one for one in source.tables}
    for entity in made.entities:
        table = tables.get(entity.name)
        if table is not None and (reasons := list(_reasons(made, entity, table))):
            yield table.name.name, ", ".join(reasons)


def _reasons(made: Sketch, entity: Entity, table: Table) -> Iterator[str]:
    at = str(entity.name)
    key = table.primary_key.columns if table.primary_key is not None else ()
    for column in table.columns:
        scalar = made.scalars[at][column.name]
        never = column.not_null or (key == (column.name,) and column.type.sql.lower() == "integer")
        if column.generated is not None:
            yield f"{column.name} is generated"
        elif scalar.name != (described(column.type) or f"Unsupported({quoted(column.type.sql.lower())})"):
            yield f"{column.name} is {column.type.sql}"
        elif made.required[at][column.name] != never:
            yield f"{column.name} of the key may be NULL"
    said = {one.key.name for one in made.references if one.there.at == entity.name}
    for one in table.foreign_keys:
        if one.name not in said and any(other.name == one.target for other in made.entities):
            yield f"{', '.join(one.columns)} can be no relation"
    seen = {one.index.name for one in keys_of(table)}
    for index in table.indexes:
        columns = [one.column for one in index.keys]
        # It looks for the condition in the line of the statement that has the last WHERE.
        lines = index.predicate is not None and "\n" in index.definition
        if lines and index.name in seen:
            yield f"{index.name.name} has a condition in several lines"
        elif index.name not in seen and len(set(columns)) < len(columns) and None not in columns:
            yield f"{index.name.name} has a column twice"
