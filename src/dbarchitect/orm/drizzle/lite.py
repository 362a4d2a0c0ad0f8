"""The same for SQLite and Turso, over libSQL's driver."""

from __future__ import annotations

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.orm.blueprint import Blueprint, distinct
from dbarchitect.orm.project import Ddl, File, Level, Project, Report, Settings
from dbarchitect.orm.sqlite import report_all

from . import migration
from .lite_schema import LiteWriter
from .lite_types import LiteTypes
from .names import Names, names_of
from .relations import cyclic_tables, relations_text
from .scaffold import HEADER, lite_around, scaffold
from .typescript import Entry, Object, declared

LITE_HOSTS = ("server", "turso")
LITE_CAPABILITIES: dict[str, tuple[Level, str]] = {
    "strict": ("raw", "the migration has STRICT"),
    "without rowid": ("raw", "the migration has WITHOUT ROWID"),
    "autoincrement": ("native", "`primaryKey({ autoIncrement: true })`"),
    "conflict clause": ("raw", "the migration has ON CONFLICT"),
    "primary key": ("native", "`primaryKey()`"),
    "composite primary key": ("native", "`primaryKey({ columns })`"),
    "no primary key": ("native", "a table without one"),
    "any type": ("native", "a union of what SQLite keeps"),
    "date or time": ("native", "the text that it is; a number where its default is one"),
    "generated column": ("native", "`generatedAlwaysAs`, stored"),
    "virtual generated column": ("native", "`generatedAlwaysAs`, virtual"),
    "collation": ("native", "in the text of a custom type"),
    "default": ("native", "a value, or SQL as it is"),
    "check constraint": ("native", "`check`"),
    "unique": ("approximate", "`unique`, which drizzle-kit takes for an index: to drop one later, rebuild its table"),
    "foreign key": ("native", "`foreignKey` and a relation in both directions"),
    "composite foreign key": ("native", "`foreignKey`"),
    "deferrable foreign key": ("raw", "the migration has DEFERRABLE"),
    "self reference": ("native", "`foreignKey`; its two relations have a `relationName`"),
    "index": ("native", "`index`, `uniqueIndex`"),
    "partial index": ("native", "`where`"),
    "expression index": ("native", "a key as SQL"),
    "descending index": ("native", "a key as SQL"),
    "index collation": ("native", "a key as SQL"),
    "view": ("raw", "`sqliteView(...).existing()` to read from; the migration makes it"),
    "trigger": ("raw", "the migration makes it"),
    "virtual table": ("raw", "the migration makes it; schema.ts has no table for it"),
}
_EXACT = """\
// Relational queries nest rows as JSON, which holds no blob: SQLite refuses one
// there. Spread the constant of a table where it is nested:
// with: { orders: { ...exactOrders } }"""


def generate_lite(blueprint: Blueprint, ddl: Ddl, settings: Settings) -> Project:
    """The project. Raises `InputError` for a variant or a host that there is not."""
    if settings.variant:
        raise InputError(
            f"for SQLite Drizzle is written for 0.45, not for {settings.variant}", hint="leave --variant out"
        )
    if settings.host not in LITE_HOSTS:
        raise InputError(
            f"{settings.host} is PostgreSQL's, and this schema is SQLite's",
            hint="--host turso, or leave it out for a file",
        )
    names = names_of(blueprint, ())
    types = LiteTypes(schema=blueprint.schema, enums={}, taken=set(names.taken), imports=set())
    writer = LiteWriter(blueprint=blueprint, names=names, types=types, cyclic=cyclic_tables(blueprint))
    exact, constants = _exact(blueprint, names, types)
    files = [
        File(path="src/db/schema.ts", text=writer.text(HEADER)),
        File(path="src/db/relations.ts", text=relations_text(blueprint, names, HEADER)),
        File(path="src/db/exact.ts", text=exact),
    ]
    if settings.scaffold:
        files += _migration(ddl, writer, "turso" if settings.host == "turso" else "sqlite")
    around = lite_around(settings)
    made, commands = scaffold(blueprint, names, types, settings, writer.json_keys, constants, HEADER, around)
    report = Report(LITE_CAPABILITIES)
    report_all(ddl.of or blueprint.schema, report)
    losses = tuple(dict.fromkeys(report.losses))
    return Project(target="drizzle", files=(*files, *made), losses=losses, next=commands)


def _exact(blueprint: Blueprint, names: Names, types: LiteTypes) -> tuple[str, dict[Name, str]]:
    """exact.ts: what a table is nested without; and the constants by table."""
    blobs: dict[Name, list[str]] = {}
    refs: list[tuple[str, ObjectRef]] = []
    for entity in blueprint.entities:
        own = names.columns[entity.name]
        found = [
            own[one.column.name]
            for one in entity.attributes
            if types.built(one.column, exact_time=False).data in ("bytes", "other")
        ]
        if found and entity.table is not None:
            blobs[entity.name] = found
            refs.append(
                (f"exact{names.tables[entity.name][:1].upper()}{names.tables[entity.name][1:]}", entity.table.ref)
            )
    given = distinct(refs, taken=names.tables.values())
    constants = dict(zip(blobs, given, strict=True))
    if not constants:
        return f"{HEADER}\nexport {{}};\n", {}
    parts = [HEADER, f"{_EXACT}\n"]
    for table, const in constants.items():
        columns = Object(tuple(Entry(one, "false") for one in blobs[table]))
        made = declared(f"export const {const}", Object((Entry("columns", columns),), open=True))
        parts.append(made.replace(";\n", " as const;\n"))
    return "\n".join(parts), constants


def _migration(ddl: Ddl, writer: LiteWriter, dialect: str) -> list[File]:
    """drizzle-kit adds to its folder, so that all of it is the author's from the first migration on."""
    texts = {
        f"{migration.TAG}.sql": migration.script(ddl.up),
        f"{migration.TAG}.down.sql": migration.script(ddl.down, down=True),
        "meta/_journal.json": migration.journal(dialect),
        "meta/0000_snapshot.json": migration.snapshot(writer.snapshot),
    }
    return [File(path=f"drizzle/{name}", text=text, owned=False) for name, text in texts.items()]
