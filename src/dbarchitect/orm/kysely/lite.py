"""The same for SQLite and Turso, over libSQL's driver: types are what the driver gives, a boolean is a number."""

from __future__ import annotations

from collections.abc import Sequence

from dbarchitect.errors import InputError
from dbarchitect.model.schema import Type
from dbarchitect.orm.blueprint import Attribute, Blueprint, Entity
from dbarchitect.orm.project import Ddl, File, Level, Project, Report, Settings
from dbarchitect.orm.sqlite import report_all

from .columns import Reading, Types, addressable
from .migration import PATH, migration, next_migration
from .repositories import Repository, qualified, repositories
from .scaffold import assembled, package_file, template
from .seed import Seed
from .types_file import HEADER, catalogue_file, types_file
from .typescript import text

LITE_HOSTS = ("server", "turso")
_RAW = "Kysely has no schema: the migration makes it"
LITE_CAPABILITIES: dict[str, tuple[Level, str]] = {
    "strict": ("raw", _RAW),
    "without rowid": ("raw", _RAW),
    "autoincrement": ("native", "`Generated`"),
    "conflict clause": ("raw", _RAW),
    "primary key": ("native", "the key of the repositories"),
    "composite primary key": ("native", "the key of the repositories"),
    "no primary key": ("native", "a repository that inserts"),
    "any type": ("native", "a union of what SQLite keeps"),
    "date or time": ("native", "the text that it is; a number where its default is one"),
    "generated column": ("native", "`GeneratedAlways`"),
    "virtual generated column": ("native", "`GeneratedAlways`"),
    "collation": ("raw", _RAW),
    "default": ("native", "`Generated`"),
    "check constraint": ("raw", _RAW),
    "unique": ("raw", _RAW),
    "foreign key": ("native", "relations as JSON in one query"),
    "composite foreign key": ("native", "relations as JSON in one query"),
    "deferrable foreign key": ("raw", _RAW),
    "self reference": ("native", "relations as JSON in one query"),
    "index": ("raw", _RAW),
    "partial index": ("raw", _RAW),
    "expression index": ("raw", _RAW),
    "descending index": ("raw", _RAW),
    "index collation": ("raw", _RAW),
    "view": ("native", "types to read from"),
    "trigger": ("raw", _RAW),
    "virtual table": ("raw", f"{_RAW}; it has no types"),
}
_READINGS = {
    "int8": "number", "float8": "number", "bool": "number", "bytea": "ArrayBuffer",
    "any": "string | number | ArrayBuffer",
}  # fmt: skip
_SAMPLES = {
    "int8": "1", "float8": "1", "bool": "1", "json": '"{}"', "bytea": "new Uint8Array([1]).buffer", "any": '"example"',
}  # fmt: skip


class LiteTypes(Types):
    """The types of one SQLite schema."""

    def reading(self, kind: Type, *, at: str = "") -> Reading:
        """What the driver gives for what the column holds: moments and documents as the text that they are."""
        return Reading(_READINGS.get(kind.name, "string"))

    def sample(self, kind: Type) -> str | None:
        """A value."""
        return _SAMPLES.get(kind.name)


class LiteRepository(Repository):
    """The file of one table."""

    HELPERS = "kysely/helpers/sqlite"

    def _type_said(self, attribute: Attribute) -> str:
        return ""

    def _selected(self, target: Entity, alias: str) -> str:
        """The columns of a row inside JSON, one by one as Kysely wants them; JSON holds no blob."""
        lines: list[str] = []
        for one in target.attributes:
            name = one.column.name
            if one.column.type.name in ("bytea", "any"):
                continue
            reference = qualified(alias, name)
            if not addressable(name):
                row = self.types.entities[target.name].row
                self._others.add(row)
                reference = f"sql<{row}[{text(name)}]>`${{{reference}}}`.as({text(name)})"
            lines.append(reference)
        return "select((_row) => [\n" + "".join(f"  {one},\n" for one in lines) + "])"


def generate_lite(blueprint: Blueprint, ddl: Ddl, settings: Settings) -> Project:
    """The project. Raises `InputError` for a host that there is not."""
    if settings.host not in LITE_HOSTS:
        raise InputError(
            f"{settings.host} is PostgreSQL's, and this schema is SQLite's",
            hint="--host turso, or leave it out for a file",
        )
    types = LiteTypes(blueprint)
    files = [File(path="src/db/types.ts", text=types_file(blueprint, types))]
    if settings.scaffold:
        made = repositories(blueprint, types, LiteRepository)
        files.append(File(path="src/db/catalogue.ts", text=catalogue_file(blueprint, types)))
        files.append(File(path=PATH, text=migration(ddl, own_transaction=True), owned=False))
        if ddl.since is not None:
            files.append(next_migration(ddl.since))
        files += [File(path=one.path, text=one.text()) for one in made]
        files += _scaffold(blueprint, types, made, settings)
    found = Report(LITE_CAPABILITIES)
    report_all(ddl.of or blueprint.schema, found)
    commands = (
        "npm install", "cp .env.example .env", "npm run migrate latest", "npm run db:check",
        "npm run typecheck && npm test",
    )  # fmt: skip
    losses = tuple(dict.fromkeys(found.losses))
    return Project(target="kysely", files=tuple(files), losses=losses, next=commands if settings.scaffold else ())


def _scaffold(blueprint: Blueprint, types: LiteTypes, made: Sequence[Repository], settings: Settings) -> list[File]:
    turso = settings.host == "turso"
    url = "libsql://NAME-ORGANISATION.turso.io\nTURSO_AUTH_TOKEN=" if turso else f"file:{settings.package}.db"
    readme = _README.replace("{package}", settings.package).replace("{host}", _TURSO if turso else _FILE)
    driver = {"@libsql/client": "^0.17.0"}
    return assembled(
        Seed(blueprint, types),
        made,
        begun={
            "src/db/index.ts": template("lite_index.ts"),
            "src/env.ts": template("lite_env.ts"),
            "kysely.config.ts": template("lite_config.ts"),
            "package.json": package_file(settings, ">=20.12", driver, {"@types/node": "^20.19.0"}),
            ".env.example": f"DATABASE_URL={url}\n",
            ".gitignore": "node_modules/\n.env\n*.db\n*.db-*\n",
            "README.md": readme,
        },
        owned={
            "src/db/libsql.ts": HEADER + "\n" + template("lite_libsql.ts"),
            "scripts/check.ts": HEADER + template("lite_check.ts"),
        },
    )


_FILE = "the file is in WAL mode, and foreign keys are enforced on every connection."
_TURSO = (
    "Turso: `turso db show NAME --url` and `turso db tokens create NAME` say what `.env` wants. With\n"
    "`DATABASE_URL=file:local.db` everything runs on a file."
)
_README = """# {package}

Kysely on SQLite, over libSQL's driver: {host}

    npm install
    cp .env.example .env        # and fill it in
    npm run migrate latest      # also: up, down, reset, status
    npm run seed
    npm run db:check            # whether the database is as src/db/types.ts says
    npm run typecheck && npm test

| file | what |
|---|---|
| `src/db/types.ts` | `Database`, and for each table a row, what is inserted and what is updated |
| `src/db/index.ts` | yours: the connection |
| `src/db/libsql.ts` | the dialect: Kysely over `@libsql/client` |
| `src/db/repositories/` | for each table: find, page by key, insert, update, delete, relations as JSON in one query |
| `migrations/` | yours: `0001_init.ts` is the whole schema; each is one transaction |
| `migrations/schema.sql` | what they make together |
| `seeds/`, `test/` | yours |

Values are the driver's: a boolean is 0 or 1, DATETIME and JSON are text, an integer beyond 2^53 is an error. Relations
come as JSON, which holds no blob: these columns are left out there.

Migrations of a file run with foreign keys off, because a table that is rebuilt would take its children's rows with it.
Turso's HTTP sessions keep them on: there drop and rebuild in the order of the references.
"""
