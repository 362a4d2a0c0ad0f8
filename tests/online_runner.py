"""Runs steps one after another, with something else going on between any two of them and between any two batches."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import psycopg
from psycopg import sql

from dbarchitect.model.names import quote_identifier
from dbarchitect.model.plan import Backfill, Step


def run(
    connection: psycopg.Connection,
    steps: Sequence[Step],
    *,
    between: Callable[[], None] = lambda: None,
    batch: int | None = None,
) -> None:
    """All steps; `between` is called before each step, between batches, and at the end. `batch`: rows of each."""
    for step in steps:
        between()
        run_step(connection, step, between=between, batch=batch)
    between()


def run_step(
    connection: psycopg.Connection,
    step: Step,
    *,
    between: Callable[[], None] = lambda: None,
    batch: int | None = None,
    batches: int | None = None,
) -> None:
    """One step; of a backfill only the first `batches`, where that is given."""
    if step.backfill is not None:
        _fill(connection, step.backfill, batch or step.backfill.batch, batches, between)
    elif step.transactional:
        _transaction(connection, step)
    else:
        (statement,) = step.sql
        connection.execute(statement)  # type: ignore[arg-type]


def _transaction(connection: psycopg.Connection, step: Step) -> None:
    """All statements in one transaction, again and again while others hold what it needs."""
    limit = 500 if step.lock_timeout_ms is None else step.lock_timeout_ms
    for attempt in itertools.count():
        try:
            with connection.transaction():
                connection.execute(f"SET LOCAL lock_timeout = {limit}")  # type: ignore[arg-type]
                for statement in step.sql:
                    connection.execute(statement)  # type: ignore[arg-type]
            return
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            if attempt == 100:
                raise


def _fill(
    connection: psycopg.Connection,
    backfill: Backfill,
    size: int,
    batches: int | None,
    between: Callable[[], None],
) -> None:
    key = sql.SQL(", ").join(map(sql.Identifier, backfill.key))
    table = sql.SQL(str(backfill.table))  # type: ignore[arg-type]
    assignments = ", ".join(f"{quote_identifier(c)} = {e}" for c, e in backfill.assignments.items())
    last: tuple[object, ...] | None = None
    done = 0
    while batches is None or done < batches:
        after = sql.SQL("") if last is None else sql.SQL("WHERE ({}) > ({})").format(key, sql.SQL(", ").join(last))
        found = connection.execute(
            sql.SQL("SELECT {} FROM {} {} ORDER BY {} LIMIT {}").format(key, table, after, key, size)
        ).fetchall()
        if not found:
            return
        first, last = found[0], found[-1]
        connection.execute(
            sql.SQL("UPDATE {} SET {} WHERE ({}) BETWEEN ({}) AND ({}) AND ({})").format(
                table,
                sql.SQL(assignments),  # type: ignore[arg-type]
                key,
                sql.SQL(", ").join(first),
                sql.SQL(", ").join(last),
                sql.SQL(backfill.where or "true"),  # type: ignore[arg-type]
            )
        )
        done += 1
        between()


def way_back(down: Sequence[Step], done: int) -> list[Step]:
    """The steps that take back the first `done` steps of the way up."""
    return [step for step in down if step.undoes <= done]
