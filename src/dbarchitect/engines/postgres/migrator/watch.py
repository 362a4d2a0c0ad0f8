"""A second look at a statement that takes its time: for whom it waits, and how far an index build is."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator

import psycopg

from dbarchitect.engines.postgres.connection import connect
from dbarchitect.errors import SurroundingsError

_BLOCKERS = """
select a.pid, coalesce(a.usename, '?'), coalesce(nullif(a.application_name, ''), 'no name'), coalesce(a.state, '?'),
       coalesce(extract(epoch from pg_catalog.clock_timestamp() - a.xact_start), 0)::int, coalesce(a.query, '')
from pg_catalog.unnest(pg_catalog.pg_blocking_pids(%s)) b(pid) join pg_catalog.pg_stat_activity a using (pid)
order by a.xact_start limit 1
"""
_BUILD = """
select phase, case when blocks_total > 0 then 100 * blocks_done / blocks_total end
from pg_catalog.pg_stat_progress_create_index where pid = %s
"""
_EVERY_S = 1.0
_QUERY = 120  # characters of a blocker's query that are shown


class Watch:
    """What was seen last: `blocker` in words, "" where nobody was in the way."""

    def __init__(self) -> None:
        """Nobody yet."""
        self.blocker = ""


@contextlib.contextmanager
def watching(url: str, pid: int, *, patience_s: float, say: Callable[[str], None]) -> Generator[Watch]:
    """Look at the server's process `pid` from a session of its own while the context lasts, once `patience_s` seconds
    have passed. Where there is no second session to be had nothing is seen."""
    watch = Watch()
    ended = threading.Event()

    def look() -> None:
        if ended.wait(patience_s):
            return
        # It only looks: a server without a free connection, or one that goes down, is the runner's affair.
        with contextlib.suppress(psycopg.Error, SurroundingsError), contextlib.closing(_session(url)) as session:
            while True:
                blocker = session.execute(_BLOCKERS, (pid,)).fetchone()
                if blocker is not None:
                    watch.blocker = _words(*blocker)
                    say(f"waiting for {watch.blocker}")
                elif session.info.server_version >= 120000:
                    build = session.execute(_BUILD, (pid,)).fetchone()
                    if build is not None:
                        say(build[0] if build[1] is None else f"{build[0]}: {build[1]} %")
                if ended.wait(_EVERY_S):
                    return

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        ended.set()
        thread.join(timeout=5.0)


def _session(url: str) -> psycopg.Connection:
    return connect(url, application_name="dba migrate: watch")


def _words(pid: int, role: str, program: str, state: str, seconds: int, query: str) -> str:
    last = " ".join(query.split())
    last = last if len(last) <= _QUERY else f"{last[: _QUERY - 3]}..."
    since = f", in a transaction for {seconds:,} s" if seconds else ""
    return f"process {pid} ({program}, role {role}, {state}{since}): {last}"
