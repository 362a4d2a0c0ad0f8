"""Servers for every test. Each worker of a parallel run has its own; a server that cannot be had fails the test."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import postgres_servers
from dbarchitect.engines.postgres.server import Server, private_server


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests wait for servers and child processes more than they compute."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """The workers of a parallel run find where its clusters are in their environment."""
    if config.getoption("numprocesses", None):
        held = contextlib.ExitStack()
        held.enter_context(postgres_servers.clusters_in_memory())
        config.add_cleanup(held.close)


_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Database:
    """One database of one test. `connection` is the superuser's, in autocommit, closed at the test's end."""

    server: Server
    name: str
    connection: psycopg.Connection

    @property
    def url(self) -> str:
        return self.server.url(self.name)


@dataclass(frozen=True, slots=True)
class UserServer:
    """A server as users have it: TCP on 127.0.0.1, passwords, ordinary roles. `server` is its back door.

    Database `app` belongs to role `owner`; role `reader` may only read. Both have the password `PASSWORD`.
    """

    server: Server
    port: int

    PASSWORD = "s3cret horse"  # what must never be seen in any message

    def url(self, user: str = "reader", password: str | None = "s3cret%20horse", database: str = "app") -> str:
        secret = "" if password is None else f":{password}"
        return f"postgresql://{user}{secret}@127.0.0.1:{self.port}/{database}"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A private server of the embedded PostgreSQL 18."""
    with private_server(cache=postgres_servers.test_cache()) as running:
        yield running


@pytest.fixture(scope="session")
def old_server() -> Iterator[Callable[[int], Server]]:
    """`old_server(13)`: a private server of that major version, 11 to 17, started when first asked for."""
    with contextlib.ExitStack() as stack:
        running: dict[int, Server] = {}

        def start(major: int) -> Server:
            if major not in running:
                running[major] = stack.enter_context(
                    private_server(postgres_servers.binaries(major), cache=postgres_servers.test_cache())
                )
            return running[major]

        yield start


@pytest.fixture(scope="session")
def postgres15(old_server: Callable[[int], Server]) -> Server:
    """A private server of PostgreSQL 15."""
    return old_server(15)


@pytest.fixture
def database(server: Server) -> Iterator[Callable[..., Database]]:
    """`database("CREATE TABLE ...", ...)`: a fresh database with these statements run in it, dropped afterwards.

    `on=` names another server than the embedded 18, `locale=` another locale than C.UTF-8, `encoding=` another one than
    UTF8. Every call makes one.
    """
    with contextlib.ExitStack() as stack:

        def create(
            *statements: str, on: Server | None = None, locale: str | None = None, encoding: str = "UTF8"
        ) -> Database:
            home = on or server
            name = f"test {next(_numbers)}"
            home.create_database(name, locale=locale, encoding=encoding)
            stack.callback(home.drop_database, name)
            connection = stack.enter_context(contextlib.closing(psycopg.connect(home.url(name), autocommit=True)))
            for statement in statements:
                connection.execute(statement)
            return Database(home, name, connection)

        yield create


@pytest.fixture
def fresh_cache() -> Iterator[Path]:
    """An empty cache directory. Not pytest's own: that one is closed to the account that root's servers run as."""
    folder = Path(tempfile.mkdtemp(prefix="dbarchitect-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def user_server() -> Iterator[UserServer]:
    """A server that asks for passwords, PostgreSQL 18."""
    with _user_server(18) as running:
        yield running


@pytest.fixture(scope="session")
def user_server_11() -> Iterator[UserServer]:
    """The same of PostgreSQL 11, which is too old for us."""
    with _user_server(11) as running:
        yield running


@contextlib.contextmanager
def _user_server(major: int) -> Iterator[UserServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"listen_addresses": "127.0.0.1", "port": str(port), "password_encryption": "scram-sha-256"}
    with private_server(
        postgres_servers.binaries(major), cache=postgres_servers.test_cache(), settings=settings
    ) as running:
        (running.data / "pg_hba.conf").write_text(
            "local all postgres trust\n"
            "hostssl all encrypted 127.0.0.1/32 scram-sha-256\n"  # and no line for it without encryption
            "host all owner,reader 127.0.0.1/32 scram-sha-256\n"
        )
        running.create_database("app")
        with psycopg.connect(running.url("app"), autocommit=True) as connection:
            for role in ("owner", "reader", "encrypted"):
                connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{UserServer.PASSWORD}'")
            connection.execute("CREATE TABLE public.orders (id bigint PRIMARY KEY)")
            connection.execute("ALTER TABLE public.orders OWNER TO owner")
            connection.execute("GRANT SELECT ON public.orders TO reader")
            connection.execute("SELECT pg_reload_conf()")
        yield UserServer(running, port)
