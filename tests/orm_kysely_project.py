"""A project for Kysely as its user would have it: generated, migrated, checked, compiled, filled and taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psycopg
from msgspec.structs import replace

import postgres_servers
from dbarchitect.api import orm as api
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.standins import StandIns
from dbarchitect.migrate.compare import differences
from dbarchitect.model.schema import Relational
from dbarchitect.orm.project import Generated, Settings
from migration_tools import run

HISTORY = ("kysely_migration", "kysely_migration_lock")


@dataclass
class Made:
    """A project in `folder`, and the empty database that it is for."""

    folder: Path
    generated: Generated
    database: Any
    extensions: tuple[str, ...]
    wanted: Relational

    def files(self) -> dict[str, bytes]:
        """What the project consists of, by path."""
        found = (one for one in self.folder.rglob("*") if one.is_file() and "node_modules" not in one.parts)
        return {str(one.relative_to(self.folder)): one.read_bytes() for one in found if one.name != ".env"}

    def migrate(self, command: str) -> str:
        """`npm run migrate COMMAND`. Extensions that this server lacks are prepared, as a host has them."""
        if command in ("latest", "up"):
            prepare(self.database.connection, self.extensions)
        return run(self.folder, "node", "--import", "tsx", "scripts/migrate.ts", command)

    def run(self, *command: str) -> str:
        """A tool in the project's folder."""
        return run(self.folder, *command)

    def differences(self, wanted: Relational | None = None) -> tuple[object, ...]:
        """The database against the source's catalogue."""
        return differences(catalogue(self.database.connection), wanted or self.wanted, privileges=False)


def catalogue(connection: psycopg.Connection) -> Relational:
    """The schema of a database without Kysely's own tables."""
    found = inspect(connection, facts=False)
    return replace(found, tables=tuple(one for one in found.tables if one.name.name not in HISTORY))


def prepare(connection: psycopg.Connection, extensions: tuple[str, ...]) -> None:
    """Stand-ins for extensions that this server has not."""
    made = StandIns(connection, "postgres", superuser=True)
    for name in extensions:
        made.extension(name, "")


def make(
    database: Callable[..., Any],
    script: str,
    home: Path,
    *,
    extensions: tuple[str, ...] = (),
    settings: Settings | None = None,
    names: dict[str, str] | None = None,
    wanted: Relational | None = None,
) -> Made:
    """The project of a script, which is also loaded into a database of its own, for the comparison; not where `wanted`
    says what comes of it."""
    home.mkdir(parents=True, exist_ok=True)
    file = home / "schema.sql"
    file.write_text(script)
    if wanted is None:
        source = database()
        prepare(source.connection, extensions)
        source.connection.execute(script.encode())
        wanted = inspect(source.connection, facts=False)
    target = database()
    folder = home / "app"
    generated = generate(str(file), folder, settings=settings, names=names)
    (folder / ".env").write_text(f"DATABASE_URL={url(target.url)}\n")
    return Made(folder, generated, target, extensions, wanted)


def generate(
    source: str, folder: Path, *, settings: Settings | None = None, names: dict[str, str] | None = None, **more: Any
) -> Generated:
    """`dba orm SOURCE --to kysely -o FOLDER`."""
    cache = postgres_servers.test_cache()
    options = api.OrmOptions(settings=settings or Settings(), names=names or {}, cache=cache, **more)
    return api.orm(source, "kysely", folder, options)


def url(of: str) -> str:
    """The same database for node-postgres, which wants a socket's folder in another place."""
    start, _, options = of.partition("?")
    known = dict(one.split("=", 1) for one in options.split("&"))
    name = start.rsplit("/", 1)[1]
    return f"postgresql://postgres@localhost/{name}?host={unquote(known['host'])}&port={known['port']}"
