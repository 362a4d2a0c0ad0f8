"""`dba mcp`."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError, SurroundingsError

from . import terminal
from .commands import app
from .options import PgBin

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
    host: Annotated[
        str, Parameter(metavar="ADDRESS", help="Of http. Default 127.0.0.1, and no other is taken.")
    ] = "127.0.0.1",
    port: Annotated[int, Parameter(metavar="N", help="Of http. Default 8571.")] = 8571,
    apply_to: Annotated[
        str | None,
        Parameter(metavar="NAME", help="Let agents apply what they rehearsed to this source, by a plan's id alone."),
    ] = None,
    applied_dir: Annotated[
        Path,
        Parameter(metavar="DIR", help="Where --apply-to keeps what was applied, and backups. Default ./dba-applied."),
    ] = Path("dba-applied"),
    pg_bin: PgBin = None,
) -> int:
    """Serve the architect to coding agents (Model Context Protocol). They name sources only by the names given here;
    nothing writes to a database of yours without --apply-to, and their free SQL runs on private copies alone."""
    sources = dict(map(_named, source))
    if len(sources) != len(source):
        raise InputError("two --source have one name", hint="--source app=... --source old=...")
    if apply_to is not None:
        _refuse_target(apply_to, sources, transport)
    if transport == "http" and host not in _LOOPBACK:
        raise InputError(f"--host {host}: only this machine is served", hint="127.0.0.1, with a tunnel if need be")
    try:
        from dbarchitect.agent.desk import Desk
        from dbarchitect.agent.plans import Target
        from dbarchitect.agent.server import make_server, serve_http
    except ModuleNotFoundError as err:
        if err.name is None or err.name.partition(".")[0] not in ("mcp", "anyio", "pydantic"):
            raise
        raise SurroundingsError(
            "dba mcp needs the protocol's SDK, which is not installed", hint="pip install 'dbarchitect[mcp]'"
        ) from err
    with _at_once(), tempfile.TemporaryDirectory(prefix="dba-mcp-") as folder:
        target = None
        if apply_to is not None:
            target = Target(
                source=apply_to,
                url=sources[apply_to],
                folder=applied_dir.absolute(),
                client=terminal.account(),
            )
        desk = Desk(
            sources,
            Path(folder),
            clock=lambda: datetime.now(UTC),
            pg_bin=pg_bin,
            cache=terminal.cache(),
            target=target,
        )
        with closing(desk):
            server = make_server(desk)
            if transport == "stdio":
                _serve(lambda: server.run("stdio"))
            else:
                token = secrets.token_urlsafe(32)
                terminal.note(f"http://{host}:{port}/mcp, with the header Authorization: Bearer {token}")
                _serve(lambda: serve_http(server, host, port, token))
    return 0


def _serve(work: Callable[[], None]) -> None:
    """Serve in a thread, so that Ctrl-C reaches this one while that one waits for a client or works for it."""
    failed: list[BaseException] = []

    def serve() -> None:
        try:
            try:
                work()
            except* BrokenPipeError:  # the client has gone while it was answered
                pass
        except BaseException as err:  # noqa: BLE001 - raised below, where it can be told
            failed.append(err)

    thread = threading.Thread(target=serve, name="server", daemon=True)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


@contextmanager
def _at_once() -> Generator[None]:
    """What interrupts inside ends the process, after everything inside was closed: Python would wait for the thread
    that reads standard input, and for calls that are at work. Their private servers end with the process."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as err:
        code = err.code if isinstance(err, SystemExit) else 130
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 130)


def _refuse_target(name: str, sources: dict[str, str], transport: str) -> None:
    if name not in sources:
        hint = f"sources: {', '.join(sources)}" if sources else f"--source {name}=postgresql://owner@db/app"
        raise InputError(f"--apply-to {name}: there is no such source", hint=hint)
    if not sources[name].lower().startswith(("postgresql://", "postgres://")):
        raise InputError(f"--apply-to {name}: it is no PostgreSQL database", hint="a source that is a URL")
    if transport != "stdio":
        raise InputError(
            "--apply-to is for stdio: over HTTP several agents share a session", hint="leave --transport out"
        )


def _named(text: str) -> tuple[str, str]:
    name, sign, source = text.partition("=")
    if not sign or not name.isidentifier() or not source:
        raise InputError(f"--source {text}: no name", hint="--source app=postgresql://reader@db/app")
    return name, source
