"""A limit of time for work on private copies: SQL of somebody else's may wait for ever, and catch what cancels it.

So a limit does not ask the SQL: it ends what runs it, a whole server or a statement of SQLite's. That is told here by
whoever starts one (`put_under_limit`), in the thread or task that works under the limit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self

_AGAIN_S = 0.2  # what was only being started when the time was up is ended then

_limit: ContextVar[TimeLimit | None] = ContextVar("limit", default=None)


class TimeLimit:
    """A context manager, for one use. Within it what is under the limit fails once `seconds` are over, or `end` was
    called from elsewhere; `over` tells that it was so, whatever came of the work."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._seconds = seconds
        self._ends: list[Callable[[], object]] = []
        self._done = False
        self._wake = threading.Event()
        self._watch = threading.Thread(target=self._run, name="time limit", daemon=True)
        self._token: Token[TimeLimit | None] | None = None

    def end(self) -> None:
        """The time is up now. From any thread; after the work it does nothing."""
        self._wake.set()

    def put(self, end: Callable[[], object]) -> None:
        """`end` ends a part of the work; it is called from another thread, and again until the work has ended."""
        self._ends.append(end)

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
        self._wake.wait(self._seconds)
        while not self._done:
            self.over = True
            for end in tuple(self._ends):
                end()
            time.sleep(_AGAIN_S)


def put_under_limit(end: Callable[[], object]) -> None:
    """Put what `end` ends under the limit that this work has, if it has one."""
    if (limit := _limit.get()) is not None:
        limit.put(end)
