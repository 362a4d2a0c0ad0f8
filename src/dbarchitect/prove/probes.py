"""Who has to wait: small reads and writes of tables, again and again, while something else runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Literal

import psycopg

from dbarchitect.model.rehearsal import Wait

_MOST_TABLES = 8  # each has two sessions
_PAUSE_S = 0.002
# A write of no row asks for the same lock as one of many, and changes nothing.
_PROBES: dict[Literal["read", "write"], str] = {
    "read": "SELECT FROM {} LIMIT 1",
    "write": "DELETE FROM {} WHERE false",
}


@contextmanager
def probing(connect: Callable[[], psycopg.Connection[Any]], tables: Sequence[str]) -> Generator[list[Wait]]:
    """Within, every table (the first eight) is read and written by a session each; the list is filled on leaving."""
    waits: list[Wait] = []
    enough = threading.Event()
    probes = [_Probe(connect, table, kind, enough) for table in tables[:_MOST_TABLES] for kind in _PROBES]
    for probe in probes:
        probe.thread.start()
    for probe in probes:
        probe.ready.wait()
    try:
        yield waits
    finally:
        enough.set()
        for probe in probes:
            probe.thread.join()
        waits += [probe.wait for probe in probes]


class _Probe:
    """One kind of question to one table, in a thread of its own."""

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        table: str,
        kind: Literal["read", "write"],
        enough: threading.Event,
    ) -> None:
        self._connect = connect
        self._table = table
        self._kind: Literal["read", "write"] = kind
        self._enough = enough
        self._longest = 0.0
        self._tries = 0
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    @property
    def wait(self) -> Wait:
        """What it saw."""
        return Wait(table=self._table, kind=self._kind, milliseconds=round(self._longest * 1000, 3), tries=self._tries)

    def _run(self) -> None:
        try:
            with closing(self._connect()) as session:
                question = _PROBES[self._kind].format(self._table).encode()
                session.execute(question)  # the first one loads the catalogue into the session
                self.ready.set()
                while not self._enough.is_set():
                    begun = time.perf_counter()
                    session.execute(question)
                    self._longest = max(self._longest, time.perf_counter() - begun)
                    self._tries += 1
                    self._enough.wait(_PAUSE_S)
        except psycopg.Error:  # the step dropped or renamed the table: what was seen before counts
            pass
        finally:
            self.ready.set()
