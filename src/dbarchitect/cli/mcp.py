"""`dba mcp`."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError, SurroundingsError

from . import terminal
from .commands import PgBin, app

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@app.command
def mcp(
    *,
    source: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="NAME=SOURCE", help="What agents may ask about, by a name: a URL, a .sql file, a .twin. Repeatable."
        ),
    ] = (),
    transport: Annotated[Literal["stdio", "http"], Parameter(help="Default stdio.")] = "stdio",
    host: Annotated[str, Parameter(help="Of http. Default 127.0.0.1, and no other is taken.")] = "127.0.0.1",
    port: Annotated[int, Parameter(metavar="N", help="Of http. Default 8571.")] = 8571,
    pg_bin: PgBin = None,
) -> int:
    """Serve the architect to coding agents (Model Context Protocol). They name sources only by the names given here;
    nothing writes to a database of yours, and their free SQL runs on private copies alone."""
    sources = dict(map(_named, source))
    if transport == "http" and host not in _LOOPBACK:
        raise InputError(f"--host {host}: only this machine is served", hint="127.0.0.1, with a tunnel if need be")
    try:
        from dbarchitect.agent.desk import Desk
        from dbarchitect.agent.server import make_server, serve_http
    except ModuleNotFoundError as err:
        if err.name is None or err.name.partition(".")[0] not in ("mcp", "anyio", "pydantic"):
            raise
        raise SurroundingsError(
            "dba mcp needs the protocol's SDK, which is not installed", hint="pip install 'dbarchitect[mcp]'"
        ) from err
    with tempfile.TemporaryDirectory(prefix="dba-mcp-") as folder:
        desk = Desk(sources, Path(folder), clock=lambda: datetime.now(UTC), pg_bin=pg_bin, cache=terminal.cache())
        with closing(desk):
            server = make_server(desk)
            if transport == "stdio":
                server.run("stdio")
            else:
                token = secrets.token_urlsafe(32)
                terminal.note(f"http://{host}:{port}/mcp, with the header Authorization: Bearer {token}")
                serve_http(server, host, port, token)
    return 0


def _named(text: str) -> tuple[str, str]:
    name, sign, source = text.partition("=")
    if not sign or not name.isidentifier() or not source:
        raise InputError(f"--source {text}: no name", hint="--source app=postgresql://reader@db/app")
    return name, source
