"""Whole migrations, there and back: what the journal has of them begins, runs and ends here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.migrator.journal import Circumstances, Notebook
from dbarchitect.engines.postgres.migrator.runner import Runner
from dbarchitect.engines.postgres.migrator.session import Session
from dbarchitect.errors import SurroundingsError
from dbarchitect.model.journal import Journal, MigrationResult, Run
from dbarchitect.model.plan import Migration
from dbarchitect.model.schema import Relational

NumbersBack = Callable[[Run, Migration], tuple[int, ...]]


def refuse_readonly(session: Session) -> None:
    """Raise `SurroundingsError` for a standby, and for a database or role that is set to read only."""
    row = session.connection.execute(
        "select pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('default_transaction_read_only') = 'on'"
    ).fetchone()
    assert row is not None
    if row[0]:
        raise SurroundingsError(
            f"{session.name} is a standby, which cannot be written to", hint="name the primary server in --to"
        )
    if row[1]:
        raise SurroundingsError(
            f"{session.name} is set to read only (default_transaction_read_only)",
            hint="name a role that may write, or ALTER DATABASE ... RESET default_transaction_read_only",
        )


def schema_of(session: Session) -> Relational:
    """The schema as it is now, without sizes."""
    return inspect(session.connection, facts=False)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What carries migrations: a session that holds the lock, its journal, its runner."""

    session: Session
    notebook: Notebook
    runner: Runner


def carry_out(
    vehicle: Vehicle, migrations: Sequence[Migration], circumstances: Circumstances, *, backup: str
) -> Iterator[MigrationResult]:
    """Apply a plan, or go on with it where the journal has it already; each migration is told when it is finished.

    Raises `StoppedError`; the journal then has what is done, and calling it again goes on.
    """
    session, notebook, steady = vehicle.session, vehicle.notebook, vehicle.runner.steady
    journal = steady(notebook.read)
    if not any(one.plan == circumstances.plan and one.state != "done" for one in journal.standing):
        notebook.plan(migrations, circumstances)  # nothing is lost where it fails: it was one transaction
        journal = steady(notebook.read)
    elif journal.begun is not None and (circumstances.forced or backup):
        notebook.resume(journal.begun, forced=circumstances.forced, backup=backup)
    unfinished = {one.id: one for one in journal.standing if one.state != "done"}
    for migration in migrations:
        run = unfinished[migration.id]
        if run.state == "planned":
            steady(lambda run=run: notebook.begin(run, schema_of(session), backup))
        result = vehicle.runner.run(run, range(1, len(migration.up) + 1), migration.up)
        steady(lambda run=run: notebook.finish(run, schema_of(session)))
        yield result


def carry_back(
    vehicle: Vehicle,
    up: Run,
    migration: Migration,
    circumstances: Circumstances,
    numbers_back: NumbersBack,
    *,
    backup: str,
) -> MigrationResult:
    """Take one migration back, or go on with that. Raises `StoppedError` like `carry_out`.

    What the run upwards had only started is settled first: it is then done, or nothing of it is left.
    """
    session, notebook, runner, steady = vehicle.session, vehicle.notebook, vehicle.runner, vehicle.runner.steady
    back = _returning(steady(notebook.read), up)
    if back is None:
        for record in up.records:
            if record.state == "started" and record.position is None:
                runner.settle(up, record.number, migration.up)
        number = notebook.plan_back(up, migration, circumstances)
        back = steady(notebook.read).run(number)
    if back.state == "planned":
        steady(lambda: notebook.begin(back, schema_of(session), backup))
    numbers = numbers_back(steady(notebook.read).run(up.number), migration)
    result = runner.run(back, numbers, migration.down or ())
    steady(lambda: notebook.finish(back, schema_of(session)))
    return result


def _returning(journal: Journal, up: Run) -> Run | None:
    return next((one for one in journal.runs if one.undoes == up.number and one.state in ("planned", "running")), None)
