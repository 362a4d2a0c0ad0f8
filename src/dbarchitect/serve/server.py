"""The server: it listens on one address until Ctrl-C, and takes all that it started with it.

Only this module and `site` import what the extra `serve` brings, and only `dba serve` imports this module.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import uvicorn

from dbarchitect.errors import SurroundingsError

from .guard import ENTRANCE, Guard
from .messages import Surroundings
from .site import Pages

_CONNECTIONS = 64  # at once; a browser opens six
_LAST_S = 3  # for answers that are on their way when the server ends


class _Server(uvicorn.Server):
    """Ends streams when it is told to end: a page that waits for news would keep it."""

    def __init__(self, config: uvicorn.Config, pages: Pages) -> None:
        super().__init__(config)
        self._pages = pages
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On Ctrl-C or SIGTERM."""
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._pages.jobs.stop)


def serve(given: Surroundings, folders: Sequence[Path], *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C. `host`: an address; `port`: 0 for any; `ready` is told the address to open, with its token.

    Raises `SurroundingsError` where it cannot listen there.
    """
    listening = _listening(host, port)
    with contextlib.closing(listening):
        port = listening.getsockname()[1]
        token = secrets.token_urlsafe(32)
        pages = Pages(given, folders)
        config = uvicorn.Config(
            Guard(pages.application(), address=host, port=port, token=token),
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="none",
            lifespan="on",
            proxy_headers=False,
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=_LAST_S,
        )
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{port}{ENTRANCE}?token={token}")
        _Server(config, pages).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
    except OSError as err:
        made.close()
        hint = "another --port, or --port 0 for any" if err.errno == errno.EADDRINUSE else "--host 127.0.0.1 --port 0"
        raise SurroundingsError(f"cannot listen on {host} port {port}: {err.strerror or err}", hint=hint) from err
    return made
