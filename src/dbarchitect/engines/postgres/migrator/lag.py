"""How far standbys are behind, in seconds.

Measured with marks of our own: the lag of `pg_stat_replication` stands still where a standby does, because it is what
the last answer said. Here a standby is as far behind as the oldest mark in the log that it has not replayed is old.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import psycopg

# Only whoever may read all of pg_stat_replication (pg_monitor) is shown positions.
_NOW = """
select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0')::bigint,
       (select pg_catalog.min(pg_catalog.pg_wal_lsn_diff(replay_lsn, '0/0'))::bigint
        from pg_catalog.pg_stat_replication where state in ('streaming', 'catchup')),
       (select pg_catalog.count(*) from pg_catalog.pg_stat_replication where state is null)
"""
_MARKS = 10_000  # more than enough for one a batch while one is behind; older ones go


class Lag:
    """Asked before each batch; waits while the slowest standby is further behind than `limit_s` seconds (0: never)."""

    def __init__(self, limit_s: float, say: Callable[[str], None]) -> None:
        """Nothing is asked yet."""
        self._limit_s = limit_s
        self._say = say
        self._marks: deque[tuple[float, int]] = deque(maxlen=_MARKS)
        self.hidden = False  # standbys exist whose position this role is not shown

    def wait(self, connection: psycopg.Connection[Any]) -> None:
        """Return when no standby is too far behind."""
        if self._limit_s <= 0:
            return
        while (behind := self._seconds(connection)) > self._limit_s:
            self._say(f"waiting for a standby that is {behind:.0f} s behind (--max-lag {self._limit_s:g}s)")
            time.sleep(min(1.0, self._limit_s))

    def _seconds(self, connection: psycopg.Connection[Any]) -> float:
        row = connection.execute(_NOW).fetchone()
        assert row is not None
        written, replayed, hidden = row
        now = time.monotonic()
        self.hidden = self.hidden or bool(hidden)
        self._marks.append((now, written))
        while self._marks and (replayed is None or self._marks[0][1] <= replayed):
            self._marks.popleft()
        return now - self._marks[0][0] if self._marks else 0.0
