"""A database with every object kind and feature that the model carries: `tests/schemas/everything.sql`, any server."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg

from dbarchitect.engines.postgres.inspect import for_major
from dbarchitect.engines.postgres.server import Server

MAJORS = (18, 15, 12, 13, 14, 16, 17)
ROLES = ("everything_reader", "everything_writer")

_numbers = itertools.count(1)


@contextlib.contextmanager
def empty_database(server: Server) -> Iterator[psycopg.Connection]:
    """A fresh database and the superuser's connection to it; dropped afterwards."""
    name = f"everything {next(_numbers)}"
    server.create_database(name)
    try:
        with contextlib.closing(psycopg.connect(server.url(name), autocommit=True)) as connection:
            yield connection
            connection.execute("RESET ROLE")
            connection.execute("DROP SUBSCRIPTION IF EXISTS feed")  # it would keep the database from being dropped
    finally:
        server.drop_database(name)


@contextlib.contextmanager
def everything(server: Server) -> Iterator[psycopg.Connection]:
    """A database made by the script, with the lines for the server's version."""
    with empty_database(server) as connection:
        for role in ROLES:
            if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                connection.execute(f"CREATE ROLE {role}")
        script = Path(__file__).with_name("schemas") / "everything.sql"
        connection.execute(for_major(script.read_text(encoding="utf-8"), server.binaries.major))
        yield connection
