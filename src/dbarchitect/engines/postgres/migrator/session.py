"""The session that a migration runs in: alone by an advisory lock, and made again when the connection drops.

A pooler in transaction mode hands out a server per transaction. Nothing that belongs to a session is safe behind it
(the lock, SET, statements outside a transaction), so it is recognised, and then only transactions are used, each of
which takes the lock for itself.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg
from psycopg import pq

from dbarchitect.engines.postgres.connection import connect, redacted_url
from dbarchitect.errors import SurroundingsError

APPLICATION = "dba migrate"
_LOCK = 0x6462615F6D696772  # "dba_migr": the key of the advisory lock, which is one for each database
_POLL_S = 0.25

# Limits that a role or a database has for ordinary work; a migration has its own. And where the server can tell, it
# notices in seconds that we are gone, instead of holding our locks until the statement ends.
_SETTINGS = {
    "client_encoding": "UTF8",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
_NEWER = ((140000, "idle_session_timeout", "0"), (170000, "transaction_timeout", "0"))
_NOTICE_OUR_END = "set client_connection_check_interval = '2s'"

_HOLDER = """
select a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), coalesce(host(a.client_addr), 'a socket'),
       to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC'
from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.granted and l.objsubid = 1
  and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
  and (l.classid::bigint << 32) | l.objid::bigint = %s
"""

# What conflicts with the journal's own statements must not lead them astray, whatever a step has set.
_AS_OURSELVES = """
set local session authorization default;
set local role to default;
set local search_path to pg_catalog;
"""


class Session:
    """One migrator's session on the user's database.

    connection  in autocommit
    generation  grows whenever the session is another one or was made clean: settings of statements before are gone
    proxied     whether a pooler of any kind stands between
    pooled      whether one in transaction mode does
    """

    def __init__(self, url: str, *, lock_wait_s: float, say: Callable[[str], None]) -> None:
        """Connect; the lock is taken by `lock`. Raises `SurroundingsError` where the server cannot be reached."""
        self._url = url
        self._lock_wait_s = lock_wait_s
        self._say = say
        self._locked = False
        self.generation = 0
        self.proxied = False
        self.pooled = False
        self.connection = connect(url, application_name=APPLICATION)
        try:
            # A pooler gives process numbers of its own to its clients.
            self.proxied = self.pid != self.connection.info.backend_pid
            self.pooled = self.proxied and self._changes_servers()
            self._begin()
        except BaseException:
            self.connection.close()
            raise

    @property
    def version(self) -> int:
        """server_version_num, 180006 style."""
        return self.connection.info.server_version

    @property
    def name(self) -> str:
        """The database for people: its URL without a password."""
        return redacted_url(self._url)

    @property
    def url(self) -> str:
        """As it was given, with a password if it has one."""
        return self._url

    @property
    def pid(self) -> int:
        """The server's process of this session (behind a pooler of this moment)."""
        row = self.connection.execute("select pg_catalog.pg_backend_pid()").fetchone()
        assert row is not None
        return row[0]

    def lock(self) -> None:
        """Be the only migrator of the database for as long as the session lasts.

        Waits `lock_wait_s` for another one: that of a client that died is gone in seconds. Never in a statement that
        waits, whose snapshot CREATE INDEX CONCURRENTLY of the other would wait for. Raises `SurroundingsError`.
        """
        if self.pooled:
            return  # each transaction takes it
        deadline = time.monotonic() + self._lock_wait_s
        told = False
        while not self._one("select pg_catalog.pg_try_advisory_lock(%s)", _LOCK):
            if time.monotonic() > deadline:
                raise self.occupied()
            if not told:
                self._say("another migration runs on this database: waiting for its end")
                told = True
            time.sleep(_POLL_S)
        self._locked = True

    def clean(self) -> None:
        """Forget what statements have set in this session."""
        if not self.pooled:
            self.connection.execute("reset session authorization; reset all; reset role; discard temp")
        self._begin()

    @contextlib.contextmanager
    def transaction(self, lock_timeout_ms: int) -> Generator[psycopg.Connection[Any]]:
        """A transaction whose waits for locks are limited (0: not). Behind a pooler it takes the migrator's lock."""
        with self.connection.transaction():
            self.connection.execute(f"set local lock_timeout = {lock_timeout_ms}".encode())
            if self.pooled:
                for name, value in self._settings():
                    self.connection.execute(f"set local {name} = '{value}'".encode())
                if not self._one("select pg_catalog.pg_try_advisory_xact_lock(%s)", _LOCK):
                    raise self.occupied()
            yield self.connection

    def as_ourselves(self) -> None:
        """For the rest of this transaction: the role that connected, and PostgreSQL's own functions and operators."""
        self.connection.execute(_AS_OURSELVES)

    def lost(self, err: psycopg.Error) -> bool:
        """Whether `err` says that the connection is no more."""
        return (
            self.connection.closed
            or self.connection.pgconn.status != pq.ConnStatus.OK
            or isinstance(
                err,
                psycopg.errors.AdminShutdown
                | psycopg.errors.CrashShutdown
                | psycopg.errors.CannotConnectNow
                | psycopg.errors.IdleInTransactionSessionTimeout,
            )
        )

    def reconnect(self) -> None:
        """Another session instead of one that is gone, with the lock if that had it. Raises `SurroundingsError`."""
        self.connection.close()
        self.connection = connect(self._url, application_name=APPLICATION)
        try:
            self._begin()
            if self._locked:
                self.lock()
        except BaseException:  # without the lock it must not be used
            self.connection.close()
            raise

    def cancel(self) -> None:
        """End the statement that runs, so that the server is at rest before we leave."""
        connection = self.connection
        if connection.closed or connection.pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
            return
        with contextlib.suppress(psycopg.Error, OSError):
            connection.cancel_safe(timeout=5.0)
        # Whatever it answers is of no interest any more; closing tells the server that nobody is there.
        connection.close()

    def close(self) -> None:
        """End the session, and with it the lock."""
        self.connection.close()

    def _begin(self) -> None:
        """A session as every migration finds it. Behind a pooler settings would be those of others: none is made."""
        self.generation += 1
        if self.pooled:
            return
        if self.version >= 140000:
            with contextlib.suppress(psycopg.errors.InvalidParameterValue):  # a system that cannot tell
                self.connection.execute(_NOTICE_OUR_END)
        for name, value in self._settings():
            self.connection.execute(f"set {name} = '{value}'".encode())

    def _settings(self) -> list[tuple[str, str]]:
        newer = [(name, value) for since, name, value in _NEWER if self.version >= since]
        return [*_SETTINGS.items(), *newer]

    def _changes_servers(self) -> bool:
        """Whether servers change between the transactions of a session, as they do behind a pooler in that mode.

        One in session mode is as good as a direct way. Two sessions ask alternately for their server's number: that of
        a session stays the same and is its own.
        """
        with contextlib.closing(connect(self._url, application_name=APPLICATION)) as other:

            def asked(connection: psycopg.Connection) -> int:
                row = connection.execute("select pg_catalog.pg_backend_pid()").fetchone()
                assert row is not None
                return row[0]

            ours, theirs = self.connection, other
            first = [asked(one) for one in (ours, ours, theirs, theirs, ours)]
        return len(set(first[:2] + first[4:])) > 1 or bool(set(first[:2]) & set(first[2:4]))

    def _one(self, query: str, *values: Any) -> Any:
        row = self.connection.execute(query.encode(), values).fetchone()
        assert row is not None
        return row[0]

    def occupied(self) -> SurroundingsError:
        """The error that says who else migrates this database."""
        row = self.connection.execute(_HOLDER, (_LOCK,)).fetchone()
        if row is None:
            return SurroundingsError("another migration runs on this database", hint="run the command again")
        pid, role, program, where, since = row
        return SurroundingsError(
            f"another migration runs on this database: process {pid} ({program or 'no name'}, role {role}, "
            f"from {where}, since {since})",
            hint="wait for its end, then run the command again; if its client is dead: "
            f"SELECT pg_terminate_backend({pid})",
        )
