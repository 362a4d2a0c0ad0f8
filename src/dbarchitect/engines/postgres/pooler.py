"""A PgBouncer of our own before a private server: how a pooler in transaction mode behaves is seen, not remembered."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from dbarchitect.errors import SurroundingsError

from .server import Server

_PLACES = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")  # where packages put it, beside the path
_START_S = 20.0


@contextmanager
def private_pooler(server: Server, database: str, mode: str = "transaction") -> Generator[str]:
    """PgBouncer before a database of a private server; the URL of the pooler, for its superuser.

    Raises `SurroundingsError` where there is no PgBouncer, or it does not start.
    """
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path=os.pathsep.join(_PLACES))
    if program is None:
        raise SurroundingsError(
            "there is no pgbouncer here", hint="apt-get install pgbouncer, or brew install pgbouncer"
        )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with server.connect(database) as connection:
        behind = connection.info.port
    folder = Path(tempfile.mkdtemp(prefix="dba-pooler-"))
    try:
        (folder / "ini").write_text(
            f"[databases]\napp = host={server.sockets} port={behind} dbname='{database}' user=postgres\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\npool_mode = {mode}\n"
            f"unix_socket_dir =\nlogfile = {folder}/log\npidfile = {folder}/pid\n"
        )
        root = os.geteuid() == 0  # which it refuses to run as
        if root:
            os.chown(folder, server.uid, -1)
        running = subprocess.Popen(
            [program, "-q", folder / "ini"], user=server.uid if root else None, stderr=subprocess.DEVNULL
        )
        url = f"postgresql://postgres@127.0.0.1:{port}/app"
        try:
            _await(url, running)
            yield url
        finally:
            running.terminate()
            running.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await(url: str, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError as err:
            if running.poll() is not None or time.monotonic() > deadline:
                raise SurroundingsError(
                    f"PgBouncer did not start: {str(err).strip()}", hint="see that `pgbouncer --version` works"
                ) from err
            time.sleep(0.05)
        else:
            return
