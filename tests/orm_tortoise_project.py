"""Projects for Tortoise, made and run by its own tools."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace

import postgres_servers
from dbarchitect.api.orm import OrmOptions, orm
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.migrate.compare import differences
from dbarchitect.model.schema import Relational
from dbarchitect.orm.project import Generated, Host, Settings

HISTORY = "tortoise_migrations"  # the table in which Tortoise keeps what was applied


def make(source: str, folder: Path, *, host: Host = "server") -> Generated:
    """The project of a source."""
    return orm(
        source, "tortoise", folder, OrmOptions(settings=Settings(host=host), cache=postgres_servers.test_cache())
    )


def run(folder: Path, url: str, *command: str, fails: bool = False) -> str:
    """Run a command of this environment in the project; what it prints. Fails the test unless it ends as it should."""
    environment = os.environ | {"DATABASE_URL": url, "DIRECT_URL": url, "PYTHONPATH": str(folder), "NO_COLOR": "1"}
    program = str(Path(sys.executable).with_name(command[0]))
    ran = subprocess.run([program, *command[1:]], cwd=folder, env=environment, capture_output=True, text=True)
    if bool(ran.returncode) != fails:
        pytest.fail(f"{' '.join(command)[:200]}\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}", pytrace=False)
    return ran.stdout + ran.stderr


def tortoise(folder: Path, url: str, *arguments: str) -> str:
    """Tortoise's own command."""
    return run(folder, url, "tortoise", *arguments)


def python(folder: Path, url: str, program: str) -> str:
    """Run the body of an asynchronous function in the project, the database open."""
    body = "".join(f"        {line}\n" for line in program.strip("\n").split("\n"))
    text = (
        "import asyncio\nfrom app.db.session import database, transaction\n"
        f"async def main():\n    async with database():\n{body}\nasyncio.run(main())\n"
    )
    return run(folder, url, "python", "-W", "error::RuntimeWarning", "-c", text)


def catalogue(connection: psycopg.Connection) -> Relational:
    """The schema of a database without Tortoise's own table."""
    found = inspect(connection, facts=False)
    return replace(
        found,
        tables=tuple(one for one in found.tables if one.name.name != HISTORY),
        sequences=tuple(one for one in found.sequences if one.name.name != f"{HISTORY}_id_seq"),
    )


def differs(connection: psycopg.Connection, wanted: Relational) -> tuple[str, ...]:
    """How a migrated database differs from what was wanted."""
    return differences(wanted, catalogue(connection), privileges=False)
