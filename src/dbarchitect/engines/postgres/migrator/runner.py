"""Runs the steps of migrations, each done exactly once whatever happens to the client, the connection or the server.

A step inside a transaction has its row of the journal in that transaction. A step outside is `started`, then run, then
`done`; found `started`, the catalogue says what became of it (`outside`). A backfill keeps its position with each
batch. So after any end, killed or refused, running again goes on where it stopped, and the way back knows what there is
to undo.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import psycopg

from dbarchitect.engines.postgres.migrator import outside
from dbarchitect.engines.postgres.migrator.backfill import batches
from dbarchitect.engines.postgres.migrator.journal import Notebook
from dbarchitect.engines.postgres.migrator.lag import Lag
from dbarchitect.engines.postgres.migrator.session import Session
from dbarchitect.engines.postgres.migrator.watch import watching
from dbarchitect.errors import DbaError, InputError, SurroundingsError
from dbarchitect.model.journal import Failure, FailureKind, MigrationResult, Progressed, Run, StepRecord
from dbarchitect.model.plan import Backfill, Migration, Step
from dbarchitect.sql import statements as s
from dbarchitect.sql.transactions import control_of, is_setting, stands_outside

T = TypeVar("T")

_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 30.0
_PATIENCE_S = 1.0  # before somebody looks what a statement waits for

_FROM_CLIENT = re.compile(r"\s*copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_AGAIN = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """How a run behaves.

    lock_timeout_ms  how long a step waits for locks, while others queue behind it
    retries          how often a step is tried again after a lock timeout, a deadlock or a lost connection
    max_lag_s        of standbys before the next batch of a backfill; 0: no matter
    batch_pause_s    between two batches
    random           numbers from 0 to 1, for delays that differ between clients
    offenders        the query for the rows in the way of a step that failed with this error, after what earlier ones
                     have set for the session
    """

    lock_timeout_ms: int = 2_000
    retries: int = 10
    max_lag_s: float = 10.0
    batch_pause_s: float = 0.0
    random: Callable[[], float]
    offenders: Callable[[Step, Sequence[str], psycopg.Error], str] = lambda step, _, __: step.offenders
    say: Callable[[str], None] = lambda _: None


@dataclass(slots=True)
class _Count:
    did: int = 0
    retries: int = 0
    rows: int = 0
    began: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class _Task:
    """One step of a run: its number in the list of steps that it comes from."""

    run: Run
    number: int
    step: Step
    steps: Sequence[Step]

    @property
    def title(self) -> str:
        """For people."""
        back = "" if self.run.direction == "up" else "back, "
        does = f": {self.step.does}" if self.step.does else ""
        return f"{self.run.id} {back}step {self.number} of {len(self.steps)}{does}"


PAST = "the server itself in --to (its own port, mostly 5432), or the pooler in session mode"


class StoppedError(Exception):
    """A run has stopped at a step; what was done before it stays done."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def check_runnable(migration: Migration, *, pooled: bool, past: str = PAST) -> None:
    """Raise `InputError` for a migration that cannot be run step by step, or not through a pooler in transaction mode:
    before anything is done. `past`: the way past that pooler, in words."""
    for direction, steps in (("up", migration.up), ("down", migration.down or ())):
        for number, step in enumerate(steps, 1):
            where = f"{migration.id}, {direction}, step {number}"
            where = f"{step.position} ({where})" if step.position else where
            if step.transactional and step.backfill is None:
                ending = next((one for one in step.sql if control_of(one) in ("begin", "commit", "rollback")), None)
                if ending is not None:
                    raise InputError(
                        f"{where}: `{ending}` inside a step that is one transaction already", hint="take it out"
                    )
            for statement in step.sql if step.backfill is None else ():
                if _FROM_CLIENT.match(statement):
                    raise InputError(f"{where}: the rows of COPY ... FROM stdin are not sent", hint="write INSERTs")
            if not step.transactional and len(step.sql) != 1 and step.backfill is None:
                raise InputError(
                    f"{where}: {len(step.sql)} statements in a step outside a transaction", hint="one step for each"
                )
            if pooled:
                _check_poolable(where, step, past)


def _check_poolable(where: str, step: Step, past: str) -> None:
    why = ""
    if _stands_alone(step):
        why = "it stands outside a transaction"
    elif any(_outlives(one) for one in step.sql):
        why = "it changes its session, which the pooler would give to other clients"
    if why:
        raise SurroundingsError(
            f"{where} cannot run through a pooler in transaction mode: {why}",
            hint=f"name {past}",
        )


def _outlives(sql: str) -> bool:
    """Whether a statement leaves something in its session that the end of the transaction does not take away."""
    match outside.action_of(sql):
        case s.Select(settings=settings):
            return bool(settings)
        case s.CreateTable(temporary=temporary):
            return temporary
        case s.Other(word="Listen" | "Prepare" | "Discard" | "Load"):
            return True
        case _:
            return is_setting(sql)


def _stands_alone(step: Step) -> bool:
    """Whether a step runs without a transaction around: only if it has to. What may run in one is safer there."""
    if step.backfill is not None or step.transactional:
        return False
    action = outside.action_of(step.sql[0])
    return stands_outside(step.sql[0]) or step.sql[0].lstrip()[:4].upper() == "CALL" or outside.waits_gently(action)


class Runner:
    """Runs what the journal has planned, through one session that it makes anew when it is lost."""

    def __init__(self, session: Session, notebook: Notebook, conduct: Conduct) -> None:
        """Nothing runs yet."""
        self._session = session
        self._notebook = notebook
        self._conduct = conduct
        self._prepared = -1  # generation of the session for which the settings of earlier steps were said
        self._count = _Count()
        self.lag = Lag(conduct.max_lag_s, conduct.say)

    def run(self, run: Run, numbers: Sequence[int], steps: Sequence[Step]) -> MigrationResult:
        """Run those of the steps with these `numbers` (from 1, in the list `steps`) that are not done, in this order.

        Raises `StoppedError`; whatever ends it, the journal is true.
        """
        self._count = _Count()
        self._session.clean()
        done = set(run.done)
        for number in numbers:
            if number not in done:
                self._step(_Task(run, number, steps[number - 1], steps))
        self.steady(self._session.clean)
        return MigrationResult(
            id=run.id,
            name=run.name,
            direction=run.direction,
            did=self._count.did,
            found_done=len(done & set(numbers)),
            steps=len(numbers),
            rows=self._count.rows,
            retries=self._count.retries,
            seconds=round(time.monotonic() - self._count.began, 3),
        )

    def settle(self, run: Run, number: int, steps: Sequence[Step]) -> bool:
        """Whether a step that was `started` outside a transaction is done; if not, nothing of it is left, and the
        journal has forgotten it. Raises `StoppedError` where that cannot be told."""
        task = _Task(run, number, steps[number - 1], steps)
        self._prepare(task)
        record = self._notebook.record(run.number, number)
        assert record is not None
        verdict = self._settled(task, record.before)
        if verdict == "unknown":
            raise StoppedError(self._cannot_tell(task))
        if verdict == "done":
            self._notebook.finished(run.number, number)
        else:
            self._notebook.forget(run.number, number)
        return verdict == "done"

    def steady(self, call: Callable[[], T]) -> T:
        """What `call` gives, called again in another session where the connection is lost: it must be repeatable.

        Raises `SurroundingsError` where the server does not come back, or somebody keeps the journal locked.
        """
        attempt, lost = 0, False
        while True:
            attempt += 1
            try:
                if lost:
                    self._session.reconnect()
                return call()
            except psycopg.Error as err:
                lost = self._session.lost(err)
                if not lost and not isinstance(err, _AGAIN):
                    raise
                problem = SurroundingsError(
                    f"the connection to {self._session.name} was lost and does not come back"
                    if lost
                    else f"another session keeps the history of migrations locked: {err}",
                    hint="run the command again: it goes on where it stopped",
                )
            except SurroundingsError as err:
                lost, problem = self._session.connection.closed, err
            if attempt > self._conduct.retries:
                raise problem
            self._wait("the journal", attempt, problem.message, "")

    # --- one step -----------------------------------------------------------------------------------------------------

    def _step(self, task: _Task) -> None:
        conduct, session = self._conduct, self._session
        conduct.say(task.title)
        attempt, blocker = 0, ""
        position: Progressed | None = None
        while True:
            attempt += 1
            try:
                self._prepare(task)
                record = self._notebook.record(task.run.number, task.number)
                if record is not None and record.state == "done":
                    self._count.did += 1  # the answer to its COMMIT was lost with the connection
                    return
                if record is not None and record.position != position:
                    # Every batch has tries of its own: a backfill of a day meets more locks than one statement.
                    attempt, position = 1, record.position
                with watching(
                    session.url,
                    session.pid,
                    patience_s=min(_PATIENCE_S, (self._timeout(task.step) or 2_000) / 2_000),
                    say=lambda words: conduct.say(f"{task.title}: {words}"),
                ) as watch:
                    try:
                        self._once(task, record, attempt)
                    finally:
                        blocker = watch.blocker or blocker
                self._count.did += 1
                return
            except (KeyboardInterrupt, SystemExit):
                session.cancel()
                raise
            except DbaError as err:
                raise StoppedError(self._failed("outside", task, err.message, hint=err.hint)) from err
            except psycopg.Error as err:
                lost = session.lost(err)
                if not lost and not isinstance(err, _AGAIN):
                    raise StoppedError(self._failure("sql", task, err, attempt)) from err
                if attempt > conduct.retries:
                    kind: FailureKind = "connection" if lost else "lock"
                    raise StoppedError(self._failure(kind, task, err, attempt, blocker)) from err
                self._count.retries += 1
                self._wait(task.title, attempt, "the connection was lost" if lost else _reason(err), blocker)
                if lost:
                    self._reconnect(task, attempt)

    def _once(self, task: _Task, record: StepRecord | None, attempt: int) -> None:
        if task.step.backfill is not None:
            self._backfill(task, task.step.backfill, record)
        elif _stands_alone(task.step):
            self._alone(task, record)
        else:
            with self._session.transaction(self._timeout(task.step)) as connection:
                for statement in task.step.sql:
                    connection.execute(statement.encode())
                self._notebook.step_done(task.run.number, task.number, task.step, attempt)

    def _alone(self, task: _Task, record: StepRecord | None) -> None:
        connection, run, number, statement = (
            self._session.connection, task.run.number, task.number, task.step.sql[0],
        )  # fmt: skip
        action = outside.action_of(statement)
        if record is not None:
            verdict = self._settled(task, record.before)
            if verdict == "unknown":
                raise StoppedError(self._cannot_tell(task))
            if verdict == "done":
                self._notebook.finished(run, number)
                return
        else:
            outside.make_room(connection, action, self._conduct.say)
        remembered = record.before if record is not None else outside.before(connection, action)
        self._notebook.started(run, number, task.step, before=remembered)
        connection.execute(f"set lock_timeout = {self._timeout(task.step)}".encode())
        try:
            connection.execute(statement.encode())
        except psycopg.Error as err:
            # A refused statement has done nothing that lasts, but for what `settle` knows to remove; unless it ends
            # transactions itself.
            if not self._session.lost(err) and self._settled(task, remembered) == "not done":
                self._notebook.forget(run, number)
            raise
        connection.execute("reset lock_timeout")
        self._notebook.finished(run, number)

    def _settled(self, task: _Task, remembered: str) -> outside.Verdict:
        return outside.settle(self._session.connection, task.step.sql[0], remembered, self._conduct.say)

    def _backfill(self, task: _Task, backfill: Backfill, record: StepRecord | None) -> None:
        session, conduct = self._session, self._conduct
        run, number, timeout = task.run.number, task.number, self._timeout(task.step)
        plan = batches(session.connection, backfill)
        position = record.position if record is not None else None
        if position is None:
            with session.transaction(timeout) as connection:
                position = plan.start(connection)
            self._notebook.started(run, number, task.step, position=position)
        began, seen = time.monotonic(), position.seen
        while True:
            if not session.pooled:
                self.lag.wait(session.connection)
            with session.transaction(timeout) as connection:
                moved = plan.run(connection, position)
                self._notebook.moved(run, number, moved or position, done=moved is None)
            if moved is None:
                return
            self._count.rows += moved.rows - position.rows
            position = moved
            elapsed = max(time.monotonic() - began, 1e-6)
            conduct.say(f"{task.title}: {_pace(position, plan.estimate, (position.seen - seen) / elapsed)}")
            if conduct.batch_pause_s:
                time.sleep(conduct.batch_pause_s)

    # --- around it ----------------------------------------------------------------------------------------------------

    def _prepare(self, task: _Task) -> None:
        """In a session that is new or clean, say again what earlier steps have set for the rest of it."""
        if self._prepared == self._session.generation:
            return
        for statement in _settings_before(task):
            self._session.connection.execute(statement.encode())
        self._prepared = self._session.generation

    def _timeout(self, step: Step) -> int:
        if step.lock_timeout_ms is not None:
            return step.lock_timeout_ms
        if _stands_alone(step) and outside.waits_gently(outside.action_of(step.sql[0])):
            return 0
        return self._conduct.lock_timeout_ms

    def _wait(self, title: str, attempt: int, reason: str, blocker: str) -> None:
        """Exponential backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS 2015)."""
        delay = self._conduct.random() * min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2 ** (attempt - 1))
        behind = f" behind {blocker}" if blocker else ""
        self._conduct.say(
            f"{title}: {reason}{behind}; try {attempt + 1} of {self._conduct.retries + 1} in {delay:.1f} s"
        )
        time.sleep(delay)

    def _reconnect(self, task: _Task, attempt: int) -> None:
        while True:
            try:
                self._session.reconnect()
            except (SurroundingsError, psycopg.Error) as err:
                attempt += 1
                if attempt > self._conduct.retries:
                    words = err.message if isinstance(err, SurroundingsError) else str(err)
                    raise StoppedError(self._failed("connection", task, words, attempts=attempt)) from err
                self._wait(task.title, attempt, "the server cannot be reached", "")
            else:
                return

    # --- what went wrong ----------------------------------------------------------------------------------------------

    def _failure(self, kind: FailureKind, task: _Task, err: psycopg.Error, attempts: int, blocker: str = "") -> Failure:
        words = " ".join(part for part in (err.diag.message_primary, err.diag.message_detail) if part) or str(err)
        hint = err.diag.message_hint or ""
        if kind == "lock":
            words = f"{words}; in the way: {blocker}" if blocker else words
            hint = "run the command again when the lock is free, or with a longer --lock-timeout or more --retries"
        offenders = self._conduct.offenders(task.step, _settings_before(task), err) if kind == "sql" else ""
        return self._failed(
            kind, task, words, sqlstate=err.sqlstate or "", attempts=attempts, offenders=offenders, hint=hint
        )

    def _cannot_tell(self, task: _Task) -> Failure:
        row = f"WHERE run = {task.run.number} AND number = {task.number}"
        return self._failed(
            "outside",
            task,
            "this statement outside a transaction was started and cut off, and the catalogue does not show whether it "
            "was done",
            hint="look yourself; if it was done: UPDATE dbarchitect.steps SET state = 'done', finished = now() "
            f"{row}; if it is to run again: DELETE FROM dbarchitect.steps {row}; then run the command again",
        )

    @staticmethod
    def _failed(
        kind: FailureKind,
        task: _Task,
        message: str,
        *,
        sqlstate: str = "",
        attempts: int = 1,
        offenders: str = "",
        hint: str = "",
    ) -> Failure:
        return Failure(
            kind=kind,
            migration=task.run.id,
            direction=task.run.direction,
            step=task.number,
            of=len(task.steps),
            does=task.step.does,
            statement=";\n".join(task.step.sql),
            message=" ".join(message.split()),
            sqlstate=sqlstate,
            attempts=attempts,
            offenders=offenders,
            hint=hint,
        )


def _settings_before(task: _Task) -> list[str]:
    return [sql for step in task.steps[: task.number - 1] for sql in step.sql if is_setting(sql)]


def _reason(err: psycopg.Error) -> str:
    if isinstance(err, psycopg.errors.LockNotAvailable):
        return "no lock in time"
    if isinstance(err, psycopg.errors.DeadlockDetected):
        return "a deadlock"
    return "a conflict with another transaction"


def _pace(position: Progressed, estimate: int, rate: float) -> str:
    """`12,000 of about 1,000,000 rows, 8,100 rows/s, 2 min left`."""
    if estimate <= position.seen:
        return f"{position.seen:,} rows, {rate:,.0f} rows/s"
    left = (estimate - position.seen) / max(rate, 1e-6)
    shown = f"{left:.0f} s" if left < 90 else f"{left / 60:.0f} min" if left < 5400 else f"{left / 3600:.1f} h"
    return f"{position.seen:,} of about {estimate:,} rows, {rate:,.0f} rows/s, {shown} left"
