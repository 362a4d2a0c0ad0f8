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


def _by_protocol(clients: _Clients) -> dict[str, str | bool]:
    """What a driver prepares without a word of SQL: a statement is named on one server and run on another."""
    clients.mine.prepare_threshold = 0
    clients.mine.execute("SELECT 1 + %s", (1,))
    clients.apart()
    try:
        clients.mine.execute("SELECT 1 + %s", (1,))
    except psycopg.Error as err:
        return {"broken": True, "server": err.diag.message_primary or str(err).strip()}
    return {"broken": False}


def _at_startup(clients: _Clients) -> dict[str, str | bool]:
    """A setting in the URL."""
    try:
        psycopg.connect(clients.mine.info.dsn, options="-c statement_timeout=5s").close()
    except psycopg.OperationalError as err:
        return {"broken": True, "pooler": " ".join(str(err).split()).rpartition("ERROR: ")[2]}
    return {"broken": False}


def _set_local(clients: _Clients) -> dict[str, str | bool]:
    with clients.mine.transaction():
        clients.mine.execute("SET LOCAL work_mem = '78MB'")
        within = clients.mine.execute("SHOW work_mem").fetchone()
    outside = clients.other.execute("SHOW work_mem").fetchone()
    assert within is not None and outside is not None
    held = within[0] == "78MB" and outside[0] != "78MB"
    return {"broken": not held, "within": str(within[0]), "the other client": str(outside[0])}


def _transaction_lock(clients: _Clients) -> dict[str, str | bool]:
    with clients.mine.transaction():
        clients.mine.execute("SELECT pg_advisory_xact_lock(2)")
        during = clients.other.execute("SELECT pg_try_advisory_xact_lock(2)").fetchone()
    after = clients.other.execute("SELECT pg_try_advisory_xact_lock(2)").fetchone()
    assert during is not None and after is not None
    return {"broken": bool(during[0]) or not after[0], "the other client got it meanwhile": bool(during[0])}


def _concurrently(clients: _Clients) -> dict[str, str | bool]:
    clients.mine.execute("CREATE TABLE IF NOT EXISTS of_the_trial (a int)")
    found = _fails(clients, "CREATE INDEX CONCURRENTLY ON of_the_trial (a)")
    clients.mine.execute("DROP TABLE of_the_trial")
    return found


# What no statement's text shows, and what is written in place of the habits.
_AROUND: tuple[tuple[str, Callable[[_Clients], dict[str, str | bool]]], ...] = (
    ("statements that a driver prepares by the protocol", _by_protocol),
    ("settings in the URL (options=-c ...)", _at_startup),
    ("SET LOCAL", _set_local),
    ("pg_advisory_xact_lock", _transaction_lock),
    ("CREATE INDEX CONCURRENTLY, as a statement of its own", _concurrently),
)


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
    return _run(url, _EXPERIMENTS[kind])


def around(url: str) -> tuple[tuple[str, Proof], ...]:
    """What happens to what no text shows, and to what is written instead, behind the pooler at `url`."""
    return tuple((what, _run(url, experiment)) for what, experiment in _AROUND)


def _run(url: str, experiment: Callable[[_Clients], dict[str, str | bool]]) -> Proof:
    """`holds`: that it broke."""
    with ExitStack() as stack:
        mine, other = (
            stack.enter_context(psycopg.connect(url, autocommit=True, prepare_threshold=None)) for _ in range(2)
        )
        evidence = experiment(_Clients(mine, other))
        broken = evidence.pop("broken")
    return Proof(
        level="rehearsed",
        method="two clients behind a PgBouncer in transaction mode",
        holds=bool(broken),
        after=dict(evidence),
    )
