"""What statements really do to tables, seen on a private copy: locks, rewrites, scans, builds of indexes.

Nothing here knows what a statement ought to do. Seen are

    locks     pg_locks of the session, after each statement
    rewrites  tables that have another file (`relfilenode`) and rows in it; TRUNCATE, whose new file is empty, is none
    builds    tables with an index whose file was not there before; a type change that leaves an index as it is gives it
              a new oid and keeps its file
    scans     tables of which at least half of the rows were read in sequence, by the counters of the session. They are
              blind where an executor does not start on an empty table: the copy should have rows, and be analysed

Tables (and materialised views, foreign tables) are those that were there before; what the statements make themselves
nobody waits for. All is seen in one transaction, which then commits. A statement that refuses to run in one, or that
commits by itself, lets go of its locks before its end, so it is *held up*: other sessions hold the tables in every
mode, the statement has to wait for each lock in sight of a watcher, and what it waits for is handed over mode by mode.
Of a statement that is refused in a transaction no locks are seen: the server has let go of them.

Statements run in the caller's session, which should be of an ordinary role: they are somebody else's.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.errors import SurroundingsError
from dbarchitect.model.names import Name
from dbarchitect.model.plan import LOCKS, Effects, Lock
from dbarchitect.model.rehearsal import Observed, Refusal, Trace

Connect = Callable[[], psycopg.Connection[Any]]
# A statement, or what runs several of them in the session, below the words that it is shown by.
Work = str | tuple[str, Callable[[psycopg.Connection[Any]], object]]

# Tables that can be held at a time, each by a session of its own.
_MOST_HELD = 20
_POLL_S = 0.001
_LONGEST = 100_000  # characters of a message: RAISE may write any number
_NOT_WAITED = "55P03"  # NOWAIT, or a lock_timeout of its own: then it is only looked at, as often as can be
# Servers before 15 send their counters at most every half second.
_OLD_COUNTERS_S = 0.6

_TABLES = """
select c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relfilenode::bigint,
       greatest(c.reltuples, 0)::float8
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm', 'f') and c.relpersistence <> 't'
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""
_INDEXES = """
select c.relname, c.relfilenode::bigint, i.indrelid::bigint
from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
where c.relkind = 'i' and i.indrelid = any(%s::bigint[]::oid[])
"""
_FILES = """
select oid::bigint, relfilenode::bigint
from pg_catalog.pg_class where oid = any(%s::bigint[]::oid[]) and relkind in ('r', 'm')
"""
# Locks what it measures: only for files that are new.
_SIZES = "select oid::bigint, pg_catalog.pg_relation_size(oid) from pg_catalog.unnest(%s::bigint[]::oid[]) oid"
# {}: "xact_" for the transaction of the session itself, "" for what sessions have reported.
_COUNTERS = """
select oid::bigint, pg_catalog.pg_stat_get_{0}numscans(oid), pg_catalog.pg_stat_get_{0}tuples_returned(oid)
from pg_catalog.unnest(%s::bigint[]::oid[]) oid
"""
_HELD = """
select l.relation::bigint, l.mode, l.granted, l.locktype
from pg_catalog.pg_locks l
where l.pid = %s and (l.locktype = 'relation' or not l.granted)
"""
_RELATIVES = """
with recursive tree as (
    select oid from pg_catalog.unnest(%s::bigint[]::oid[]) oid
    union
    select case when i.inhparent = t.oid then i.inhrelid else i.inhparent end
    from tree t join pg_catalog.pg_inherits i on t.oid in (i.inhparent, i.inhrelid))
select oid::bigint from tree
"""

# Which modes, from the weakest on, another session may hold without keeping a request from being granted.
_ADMITS: dict[Lock, int] = {
    "ACCESS SHARE": 7,
    "ROW SHARE": 6,
    "ROW EXCLUSIVE": 4,
    "SHARE UPDATE EXCLUSIVE": 3,
    "SHARE": 2,
    "SHARE ROW EXCLUSIVE": 2,
    "EXCLUSIVE": 1,
    "ACCESS EXCLUSIVE": 0,
}


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    bare: str
    kind: str
    file: int
    rows: float


@dataclass(slots=True)
class _Scene:
    """The tables as they are before a statement, and what was seen of it."""

    tables: dict[int, _Table]
    index_files: set[int]
    index_names: dict[str, int]  # to the table
    counters: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    locks: dict[int, set[Lock]] = field(default_factory=dict[int, set[Lock]])

    def saw(self, relation: int | None, mode: str) -> None:
        if relation in self.tables:
            self.locks.setdefault(relation, set()).add(_lock(mode))

    def effects(
        self,
        locks: dict[int, set[Lock]],
        files: Iterable[tuple[int, int, int]],
        indexes: Iterable[tuple[str, int, int]],
        counters: dict[int, tuple[int, int]],
    ) -> Effects:
        strongest: dict[str, Lock] = {}
        for oid, modes in locks.items():
            top = max(modes, key=LOCKS.index)
            if top != "ACCESS SHARE":
                strongest[self.tables[oid].name] = top
        rewritten: set[int] = set()
        emptied: set[int] = set()
        for oid, _, size in files:
            (rewritten if size or not self.tables[oid].rows else emptied).add(oid)
        built = {oid for _, file, oid in indexes if file not in self.index_files} - emptied
        return Effects(
            locks=dict(sorted(strongest.items())),
            rewrites=self._names(rewritten),
            scans=self._names(oid for oid, now in counters.items() if self._scanned(oid, now)),
            builds=self._names(built),
        )

    def _scanned(self, oid: int, now: tuple[int, int]) -> bool:
        scans, rows = (after - before for after, before in zip(now, self.counters.get(oid, (0, 0)), strict=True))
        return scans > 0 and rows >= self.tables[oid].rows / 2

    def _names(self, oids: Iterable[int]) -> tuple[str, ...]:
        return tuple(sorted(self.tables[oid].name for oid in oids))


def observe(
    connection: psycopg.Connection[Any],
    statements: Sequence[Work],
    *,
    connect: Connect,
    transactional: bool = True,
    keep: bool = True,
) -> Trace:
    """Run the statements of one step and see what they do; those after one that is refused are not run.

    connection     an idle session in autocommit
    connect        opens further sessions on the same database: of a superuser, or of who owns the tables
    transactional  all in one transaction; else each by itself, outside of one where it has to be
    keep           commit; False: roll back, for statements that can run in a transaction
    """
    connection.execute("SET max_parallel_workers_per_gather = 0")  # a worker's counters are not the session's
    connection.execute("SET max_parallel_maintenance_workers = 0")
    with closing(connect()) as watcher:
        if transactional:
            return Trace(statements=tuple(_inside(connection, statements, watcher, keep=keep)))
        seen: list[Observed] = []
        for statement in statements:
            attempt = _inside(connection, [statement], watcher, keep=keep)
            if isinstance(statement, str) and _wants_outside(attempt):
                attempt = [_outside(connection, statement, watcher, connect, hold=True)]
                if (refused := attempt[-1].refused) and refused.sqlstate == _NOT_WAITED:
                    attempt = [_outside(connection, statement, watcher, connect, hold=False)]
            seen += attempt
            if seen[-1].refused:
                break
        return Trace(statements=tuple(seen))


def refusal(err: psycopg.Error) -> Refusal:
    """The server's error as a value."""
    diag = err.diag
    return Refusal(
        sqlstate=err.sqlstate or "",
        message=(diag.message_primary or str(err).strip() or type(err).__name__)[:_LONGEST],
        detail=(diag.message_detail or "")[:_LONGEST],
        schema=diag.schema_name or "",
        table=diag.table_name or "",
        column=diag.column_name or "",
        constraint=diag.constraint_name or "",
    )


def _wants_outside(attempt: Sequence[Observed]) -> bool:
    refused = attempt[-1].refused
    # active_sql_transaction; invalid_transaction_termination: a COMMIT of its own, in a DO block or a procedure
    return refused is not None and refused.sqlstate in ("25001", "2D000")


def _inside(
    connection: psycopg.Connection[Any], statements: Sequence[Work], watcher: psycopg.Connection[Any], *, keep: bool
) -> list[Observed]:
    scene = _scene(watcher)
    seen: list[Observed] = []
    with suppress(_TakenBackError), connection.transaction():
        for statement in (*statements, "SET CONSTRAINTS ALL IMMEDIATE"):
            scene.counters = _counters(connection, scene, "xact_")
            begun = time.perf_counter()
            refused = _run(connection, statement)
            milliseconds = (time.perf_counter() - begun) * 1000
            held = _held(connection, scene, watcher)
            new = {oid: fresh for oid, modes in held.items() if (fresh := modes - scene.locks.get(oid, set()))}
            scene.locks = held
            if refused:
                effects = scene.effects(new, (), (), {})
            else:
                files, indexes = _files(connection, scene)
                effects = scene.effects(new, files, indexes, _counters(connection, scene, "xact_"))
                _remember(scene, files, indexes)
            if len(seen) < len(statements) or refused or effects != Effects():
                seen.append(
                    Observed(
                        sql=_shown(statement) if len(seen) < len(statements) else "COMMIT",
                        effects=effects,
                        milliseconds=round(milliseconds, 3),
                        refused=refused,
                    )
                )
            if refused:
                raise _TakenBackError
        if not keep:
            raise _TakenBackError
    return seen


class _TakenBackError(Exception):
    """Ends a transaction that is rolled back."""


def _shown(work: Work) -> str:
    return work if isinstance(work, str) else work[0]


def _run(connection: psycopg.Connection[Any], work: Work) -> Refusal | None:
    try:
        if isinstance(work, str):
            one_statement(connection, work)
        else:
            work[1](connection)
    except psycopg.Error as err:
        if connection.closed:
            raise SurroundingsError(
                f"the session ended while it ran: {_shown(work)[:100]}",
                hint="what ends sessions (pg_terminate_backend) or the server's memory cannot be rehearsed",
            ) from err
        return refusal(err)
    return None


def _outside(
    connection: psycopg.Connection[Any],
    statement: str,
    watcher: psycopg.Connection[Any],
    connect: Connect,
    *,
    hold: bool,
) -> Observed:
    scene = _scene(watcher)
    _report_counters(connection)
    scene.counters = _counters(watcher, scene, "")
    result: list[Refusal | psycopg.Error | None] = []

    def work() -> None:
        try:
            result.append(_run(connection, statement))
        except psycopg.Error as err:  # the session is lost: raised where it is waited for
            result.append(err)

    pid = connection.info.backend_pid
    begun = time.perf_counter()
    held = _candidates(scene, statement, watcher) if hold else []
    with _held_up(scene, held, connect) as holders:
        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        try:
            while worker.is_alive():
                for relation, mode, granted, kind in watcher.execute(_HELD, [pid]).fetchall():
                    if kind == "relation":
                        scene.saw(relation, mode)
                        if not granted and relation in holders:
                            holders[relation].admit(_lock(mode))
                    elif not granted and kind == "virtualxid":
                        _let_pass(holders, watcher, pid)
                worker.join(_POLL_S)
        finally:
            if worker.is_alive():  # we were interrupted
                connection.cancel()
    worker.join()
    milliseconds = (time.perf_counter() - begun) * 1000
    outcome = result[0]
    if isinstance(outcome, psycopg.Error):
        raise outcome
    _report_counters(connection)
    files, indexes = _files(watcher, scene)
    effects = scene.effects(scene.locks, files, indexes, _counters(watcher, scene, ""))
    return Observed(sql=statement, effects=effects, milliseconds=round(milliseconds, 3), refused=outcome)


# --- holding up -------------------------------------------------------------------------------------------------------


class _Holder:
    """A session that holds one table in every mode, and lets go of it from the strongest on."""

    def __init__(self, session: psycopg.Connection[Any], table: str) -> None:
        self.session = session
        self.pid = session.info.backend_pid
        self._kept = 0
        session.execute("BEGIN")
        for number, mode in enumerate(LOCKS):
            session.execute(f"SAVEPOINT s{number}".encode())
            session.execute(f"LOCK TABLE ONLY {table} IN {mode} MODE".encode())
            self._kept = number + 1

    def admit(self, mode: Lock) -> None:
        """Keep only what does not stand in the way of `mode`: a stronger one has to wait again."""
        if (kept := _ADMITS[mode]) < self._kept:
            self._kept = kept
            self.session.execute(f"ROLLBACK TO SAVEPOINT s{kept}".encode())

    def end(self) -> None:
        """Let go of the table: somebody waits for the transaction itself."""
        if self._kept >= 0:
            self._kept = -1
            self.session.execute("ROLLBACK")


@contextmanager
def _held_up(scene: _Scene, tables: Sequence[int], connect: Connect) -> Generator[dict[int, _Holder]]:
    with ExitStack() as stack:
        holders: dict[int, _Holder] = {}
        for oid in tables:
            session = stack.enter_context(closing(connect()))
            session.execute("SET lock_timeout = '2s'")
            with suppress(psycopg.errors.LockNotAvailable):  # somebody else's: then it is only looked at
                holders[oid] = _Holder(session, scene.tables[oid].name)
        yield holders


def _candidates(scene: _Scene, statement: str, watcher: psycopg.Connection[Any]) -> list[int]:
    """The tables to hold: all, or where these are too many those that the text may mean, with their partitions."""
    lockable = [oid for oid, table in scene.tables.items() if table.kind in "rp"]
    if len(lockable) <= _MOST_HELD:
        return lockable
    words = {word.lower() for word in re.findall(r"\w+", statement)}
    meant = {oid for oid in lockable if scene.tables[oid].bare.lower() in words}
    meant |= {oid for index, oid in scene.index_names.items() if index.lower() in words}
    tree = [oid for (oid,) in watcher.execute(_RELATIVES, [list(meant)]).fetchall()] if meant else []
    chosen = [oid for oid in (*sorted(meant), *sorted(tree)) if oid in lockable]
    return list(dict.fromkeys(chosen))[:_MOST_HELD]


def _let_pass(holders: dict[int, _Holder], watcher: psycopg.Connection[Any], pid: int) -> None:
    row = watcher.execute("select pg_catalog.pg_blocking_pids(%s)", [pid]).fetchone()
    for holder in holders.values():
        if row and holder.pid in row[0]:
            holder.end()


# --- looking ----------------------------------------------------------------------------------------------------------


def _lock(mode: str) -> Lock:
    """`AccessExclusiveLock` as SQL says it."""
    words = re.findall(r"[A-Z][a-z]+", mode.removesuffix("Lock"))
    name = " ".join(words).upper()
    return next(lock for lock in LOCKS if lock == name)


def _scene(watcher: psycopg.Connection[Any]) -> _Scene:
    tables = {
        oid: _Table(name=str(Name(schema=schema, name=name)), bare=name, kind=kind, file=file, rows=rows)
        for oid, schema, name, kind, file, rows in watcher.execute(_TABLES).fetchall()
    }
    indexes = watcher.execute(_INDEXES, [list(tables)]).fetchall()
    return _Scene(
        tables=tables,
        index_files={file for _, file, _ in indexes},
        index_names={name: oid for name, _, oid in indexes},
    )


def _held(connection: psycopg.Connection[Any], scene: _Scene, watcher: psycopg.Connection[Any]) -> dict[int, set[Lock]]:
    found: dict[int, set[Lock]] = {oid: set(modes) for oid, modes in scene.locks.items()}
    for relation, mode, granted, kind in watcher.execute(_HELD, [connection.info.backend_pid]).fetchall():
        if kind == "relation" and granted and relation in scene.tables:
            found.setdefault(relation, set()).add(_lock(mode))
    return found


def _files(
    connection: psycopg.Connection[Any], scene: _Scene
) -> tuple[list[tuple[int, int, int]], list[tuple[str, int, int]]]:
    """Tables with a new file, as (oid, file, bytes); all indexes, as (name, file, oid of the table)."""
    oids = list(scene.tables)
    files = dict(connection.execute(_FILES, [oids]).fetchall())
    new = [oid for oid, file in files.items() if file != scene.tables[oid].file]
    sizes = connection.execute(_SIZES, [new]).fetchall() if new else []
    indexes: list[tuple[str, int, int]] = connection.execute(_INDEXES, [oids]).fetchall()
    return [(oid, files[oid], size) for oid, size in sizes], indexes


def _remember(scene: _Scene, files: Iterable[tuple[int, int, int]], indexes: Iterable[tuple[str, int, int]]) -> None:
    """What the next statement finds."""
    for oid, file, _ in files:
        table = scene.tables[oid]
        scene.tables[oid] = _Table(name=table.name, bare=table.bare, kind=table.kind, file=file, rows=table.rows)
    scene.index_files |= {file for _, file, _ in indexes}


def _counters(connection: psycopg.Connection[Any], scene: _Scene, whose: str) -> dict[int, tuple[int, int]]:
    query = _COUNTERS.format(whose).encode()
    return {oid: (scans, rows) for oid, scans, rows in connection.execute(query, [list(scene.tables)]).fetchall()}


def _report_counters(connection: psycopg.Connection[Any]) -> None:
    """Have the session report its counters now."""
    if connection.info.server_version >= 150000:
        connection.execute("select pg_catalog.pg_stat_force_next_flush()")
    else:
        time.sleep(_OLD_COUNTERS_S)
        connection.execute("select 1")
        time.sleep(_OLD_COUNTERS_S)
