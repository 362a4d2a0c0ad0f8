"""Each kind of session state tried behind a real pooler, by two clients."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psycopg

from dbarchitect.model.pooler import Habit
from dbarchitect.model.proof import Proof

Session = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class _Clients:
    """`mine` does what it counts on; `other` is somebody else. Both in autocommit."""

    mine: Session
    other: Session

    def apart(self) -> None:
        """Let the other client hold the server that mine had last, so that mine gets another one."""
        self.other.execute("BEGIN")
        self.other.execute("SELECT 1")


def _fails(clients: _Clients, sql: str) -> dict[str, str | bool]:
    try:
        clients.mine.execute(sql.encode())
    except psycopg.Error as err:
        return {"broken": True, "server": err.diag.message_primary or str(err).strip()}
    return {"broken": False}


def _prepared(clients: _Clients) -> dict[str, str | bool]:
    clients.mine.execute("PREPARE p AS SELECT 1")
    clients.apart()
    return _fails(clients, "EXECUTE p")


def _temporary(clients: _Clients) -> dict[str, str | bool]:
    clients.mine.execute("CREATE TEMP TABLE mine (a int)")
    clients.apart()
    return _fails(clients, "SELECT * FROM mine")


def _held(clients: _Clients) -> dict[str, str | bool]:
    with clients.mine.transaction():
        clients.mine.execute("DECLARE c CURSOR WITH HOLD FOR SELECT 1")
    clients.apart()
    return _fails(clients, "FETCH c")


def _listened(clients: _Clients) -> dict[str, str | bool]:
    clients.mine.execute("LISTEN news")
    clients.apart()
    with psycopg.connect(clients.mine.info.dsn, autocommit=True, prepare_threshold=None) as third:
        third.execute("NOTIFY news, 'x'")
    clients.mine.execute("SELECT 1")
    came = list(clients.mine.notifies(timeout=0.5, stop_after=1))
    return {"broken": not came, "notifications": str(len(came))}


def _locked(clients: _Clients) -> dict[str, str | bool]:
    clients.mine.execute("SELECT pg_advisory_lock(1)")
    row = clients.other.execute("SELECT pg_try_advisory_lock(1)").fetchone()
    assert row is not None
    return {"broken": bool(row[0]), "the other client holds it too": bool(row[0])}


def _set(clients: _Clients) -> dict[str, str | bool]:
    clients.mine.execute("SET work_mem = '77MB'")
    row = clients.other.execute("SHOW work_mem").fetchone()
    assert row is not None
    return {"broken": row[0] == "77MB", "work_mem of the other client": str(row[0])}


def _valued(clients: _Clients) -> dict[str, str | bool]:
    clients.mine.execute("CREATE SEQUENCE IF NOT EXISTS numbers")
    clients.mine.execute("SELECT nextval('numbers')")
    clients.apart()
    return _fails(clients, "SELECT currval('numbers')")


_EXPERIMENTS: dict[Habit, Callable[[_Clients], dict[str, str | bool]]] = {
    "prepared statement": _prepared,
    "temporary table": _temporary,
    "held cursor": _held,
    "listen": _listened,
    "session lock": _locked,
    "session setting": _set,
    "session value": _valued,
}


def tried(url: str, kind: Habit) -> Proof:
    """What happens to one kind of session state behind the pooler at `url`; nothing stays on its servers."""
    with ExitStack() as stack:
        mine, other = (
            stack.enter_context(psycopg.connect(url, autocommit=True, prepare_threshold=None)) for _ in range(2)
        )
        evidence = _EXPERIMENTS[kind](_Clients(mine, other))
        broken = evidence.pop("broken")
    return Proof(
        level="rehearsed",
        method="two clients behind a PgBouncer in transaction mode",
        holds=bool(broken),
        after=dict(evidence),
    )
