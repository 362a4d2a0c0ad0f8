"""A limit of time for work on private servers: SQL of somebody else's may wait for ever, and catch what cancels it.

What holds for every session, whatever the SQL in it does, is that it ends with its server. So a limit ends the servers:
those that are started within it (in the same thread or task), and those that are put under it.
"""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar, Token
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from .server import Server

_AGAIN_S = 0.2  # a server that was just being started when the time was up is ended then

_limit: ContextVar[TimeLimit | None] = ContextVar("limit", default=None)


class TimeLimit:
    """A context manager, for one use. Within it whatever needs its servers fails once `seconds` are over, or `end` was
    called from elsewhere; `over` tells that it was so, whatever came of the work."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.over = False
        self._servers: list[Server] = []
        self._done = False
        self._wake = threading.Event()
        self._watch = threading.Thread(target=self._run, name="time limit", daemon=True)
        self._token: Token[TimeLimit | None] | None = None

    def end(self) -> None:
        """The time is up now. From any thread; after the work it does nothing."""
        self._wake.set()

    def put(self, server: Server) -> None:
        """From now to the end of the work, `server` is under this limit."""
        self._servers.append(server)

    def __enter__(self) -> Self:
        self._token = _limit.set(self)
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._token is not None
        _limit.reset(self._token)
        self._done = True
        self._wake.set()
        self._watch.join()

    def _run(self) -> None:
        self._wake.wait(self.seconds)
        while not self._done:
            self.over = True
            for server in tuple(self._servers):
                server.abort()
            time.sleep(_AGAIN_S)


def put_under_limit(server: Server) -> None:
    """Put a server under the limit that this work has, if it has one."""
    if (limit := _limit.get()) is not None:
        limit.put(server)
