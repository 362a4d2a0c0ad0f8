"""A generated project of SQLAlchemy, set up and run with its own tools."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from dbarchitect.api import orm as api
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.standins import StandIns
from dbarchitect.migrate.compare import differences, steady
from dbarchitect.model.schema import Relational
from dbarchitect.orm.project import Generated, Settings

ROWS = Path(__file__).with_name("orm_sqlalchemy_rows.py")


class Project:
    """A project in a folder, over the database of `url`."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.environment = os.environ | {"DATABASE_URL": url, "DIRECT_URL": url, "PYTHONPATH": str(folder)}
        self.environment |= {"PYTHONWARNINGS": "error", "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *command: str) -> str:
        """Run a tool; what it prints. Fails the test otherwise."""
        ran = subprocess.run(
            [sys.executable, "-m", *command], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout}{ran.stderr}"
        return ran.stdout + ran.stderr

    def rows(self) -> dict[str, object]:
        """A row in every model, read back: see `orm_sqlalchemy_rows`."""
        ran = subprocess.run(
            [sys.executable, str(ROWS)], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads(ran.stdout)


def generate(source: Path | str, folder: Path, server: str, **settings: str) -> Generated:
    """Run `dba orm` with the tests' server."""
    return api.orm(
        str(source), "sqlalchemy", folder, api.OrmOptions(settings=Settings(**settings), server=server)  # type: ignore[arg-type]
    )  # fmt: skip


def extensions(connection: psycopg.Connection, names: list[str]) -> None:
    """Have the extensions that the first revision asks for, or stand-ins."""
    stand_ins = StandIns(connection, "postgres", superuser=True)
    for one in names:
        if one != "plpgsql":
            stand_ins.extension(one, "public")
    connection.execute("RESET search_path")


def unlike(wanted: psycopg.Connection, made: psycopg.Connection) -> tuple[str, ...]:
    """How the catalogue of `made` differs from that of `wanted`; Alembic's own table aside."""
    left, right = (steady(_bare(inspect(one, facts=False))) for one in (wanted, made))
    return differences(left, right, privileges=False)


def _bare(schema: Relational) -> Relational:
    from msgspec.structs import replace

    return replace(schema, tables=tuple(one for one in schema.tables if one.name.name != "alembic_version"))
