"""Runs a finding's experiment on a private SQLite copy: the same experiments and proofs as on PostgreSQL.

What needs no rows runs on an empty copy, what is timed on a copy with the source's rows.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from msgspec.structs import replace

from dbarchitect.engines.sqlite.copies import empty, with_rows
from dbarchitect.engines.sqlite.ddl import ddl
from dbarchitect.engines.sqlite.source import SqliteSource
from dbarchitect.model.change import AddIndex
from dbarchitect.model.finding import Finding, Gap
from dbarchitect.model.proof import Accepted, Experiment, Proof, Refused, SamePlans, Scalar, Shown, TimedWithout
from dbarchitect.sql.sqlite import quoted

_REPEATS = 5  # the fastest of five: what is slower was disturbed
_FASTER, _NO_FASTER = 0.8, 0.95  # of the time before: a gain that is no noise; from where on there is none
_MEASURABLE_MS = 0.05  # below, the clock says more than the work: SQLite has no round trip


class SqliteBench:
    """Private copies of one source, each made when it is first asked for."""

    def __init__(self, source: SqliteSource) -> None:
        self._source = source
        self._stack = ExitStack()
        self._empty: sqlite3.Connection | None = None
        self._rows: sqlite3.Connection | None = None
        self._asked = False
        self.gaps: tuple[Gap, ...] = ()

    def close(self) -> None:
        """Remove the copies."""
        self._stack.close()

    def environment(self) -> dict[str, str]:
        """What ran."""
        return {"source": self._source.engine, "copy": f"SQLite {sqlite3.sqlite_version}"}

    def empty(self) -> sqlite3.Connection:
        """The copy without rows."""
        if self._empty is None:
            self._empty, self.gaps = self._stack.enter_context(empty(self._source))
        return self._empty

    def rows(self) -> sqlite3.Connection | None:
        """The copy with rows; None where there are none, or too many to copy."""
        if not self._asked:
            self._asked = True
            self._rows = self._stack.enter_context(with_rows(self._source))
        return self._rows


def demonstrate(finding: Finding, bench: SqliteBench, *, rerun: str) -> Proof:
    """The proof of one finding. `rerun`: the command that repeats it."""
    experiment = finding.experiment
    if experiment is None:
        return finding.proof
    try:
        proof = _run(experiment, bench)
    except sqlite3.Error as err:
        proof = _not_run(str(err))
    if proof.level == "asserted":
        return proof
    return replace(proof, environment=bench.environment(), rerun=rerun)


def _run(experiment: Experiment, bench: SqliteBench) -> Proof:
    match experiment:
        case TimedWithout():
            return _timed(experiment, bench)
        case SamePlans():
            return _same_plans(experiment, bench)
        case Accepted() | Refused():
            return _tried(experiment, bench)
        case Shown():
            return _shown(experiment, bench)


def _not_run(reason: str, script: str = "") -> Proof:
    return Proof(level="asserted", method=f"not proved: {reason}", script=script)


@contextmanager
def _undone(connection: sqlite3.Connection, setup: Sequence[str]) -> Generator[None]:
    """Within a transaction that is rolled back. PRAGMAs of `setup` run before it, where they have an effect; without
    any foreign keys are on, as a careful application has them."""
    pragmas = [one for one in setup if one.upper().startswith("PRAGMA")] or ["PRAGMA foreign_keys = ON"]
    for one in pragmas:
        connection.execute(one)
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA foreign_keys = OFF")  # as a connection is opened


def _rest(statements: Sequence[str]) -> list[str]:
    return [one for one in statements if not one.upper().startswith("PRAGMA")]


def _script(statements: Sequence[str]) -> str:
    pragmas = [f"{one};" for one in statements if one.upper().startswith("PRAGMA")] or ["PRAGMA foreign_keys = ON;"]
    return "\n".join([*pragmas, "BEGIN;", *(f"{one};" for one in _rest(statements)), "ROLLBACK;"])


def _evidence(cursor: sqlite3.Cursor, row: tuple[Any, ...], first: int = 0) -> dict[str, Scalar]:
    names = [column[0] for column in cursor.description]
    values = [one if isinstance(one, str | int | float) or one is None else str(one) for one in row]
    return dict(zip(names[first:], values[first:], strict=True))


def _tried(experiment: Accepted | Refused, bench: SqliteBench) -> Proof:
    connection, script = bench.empty(), _script(experiment.script)
    wants_refusal = isinstance(experiment, Refused)
    *setup, last = _rest(experiment.script)
    evidence: dict[str, Scalar] = {"accepted": True}
    with _undone(connection, experiment.script):
        try:
            for one in setup:
                connection.execute(one).fetchall()
        except sqlite3.Error as err:
            return _not_run(f"its preparation fails: {err}", script)
        try:
            cursor = connection.execute(last)
            row = cursor.fetchone() if cursor.description else None
            if row is not None:
                evidence |= _evidence(cursor, row)
        except sqlite3.IntegrityError as err:  # any other error says nothing about the schema
            after: dict[str, Scalar] = {"accepted": False, "sqlite": str(err)}
            return Proof(level="rehearsed", method=experiment.shows, holds=wants_refusal, after=after, script=script)
    return Proof(level="rehearsed", method=experiment.shows, holds=not wants_refusal, after=evidence, script=script)


def _shown(experiment: Shown, bench: SqliteBench) -> Proof:
    connection = bench.empty()
    script = _script([*experiment.setup, experiment.query])
    with _undone(connection, experiment.setup):
        for one in _rest(experiment.setup):
            connection.execute(one).fetchall()
        cursor = connection.execute(experiment.query)
        row = cursor.fetchone()
        if row is None:
            return _not_run("its query gave no row", script)
        evidence = _evidence(cursor, row, 1)
    return Proof(level="rehearsed", method=experiment.shows, holds=bool(row[0]), after=evidence, script=script)


def _timed(experiment: TimedWithout, bench: SqliteBench) -> Proof:
    connection = bench.rows()
    change = [line for one in experiment.change for line in ddl(one)]
    script = _script([*experiment.setup, experiment.sql, *change, experiment.sql])
    if connection is None:
        return _not_run("it is timed on rows, and there are none here or too many to copy", script)
    keys: dict[str, str] = {}
    if experiment.keys:
        cursor = connection.execute(experiment.keys)
        row = cursor.fetchone()
        if row is None:
            return _not_run("there is no row to try it on", script)
        keys = {column[0]: str(value) for column, value in zip(cursor.description, row, strict=True)}
    sql = experiment.sql
    for name, value in keys.items():
        sql = sql.replace("{" + name + "}", value)
    with _undone(connection, experiment.setup):
        for one in _rest(experiment.setup):
            connection.execute(one)
        before = _fastest_ms(connection, sql)
        if before < _MEASURABLE_MS:
            return _not_run(f"on these rows it takes {before:.3f} ms, too little to compare", script)
        for one in change:
            connection.execute(one)
        after = _fastest_ms(connection, sql)
        rows = sum(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in _tables(experiment))
    if before * _FASTER <= after < before * _NO_FASTER:
        return _not_run(f"{before:.2f} ms before and {after:.2f} ms after are too near to tell", script)
    return Proof(
        level="measured",
        method=f"{sql.split()[0]} timed on a private copy with its {rows:,} rows, fastest of {_REPEATS}",
        holds=after < before * _FASTER,
        before={"ms": round(before, 3)},
        after={"ms": round(after, 4)},
        script=script.replace(experiment.sql, sql),
    )


def _tables(experiment: TimedWithout) -> list[str]:
    return [quoted(one.index.table.name) for one in experiment.change if isinstance(one, AddIndex)]


def _fastest_ms(connection: sqlite3.Connection, sql: str) -> float:
    times: list[float] = []
    for _ in range(_REPEATS):
        connection.execute("SAVEPOINT timed")
        begun = time.perf_counter()
        connection.execute(sql).fetchall()
        times.append((time.perf_counter() - begun) * 1000)
        connection.execute("ROLLBACK TO timed")
        connection.execute("RELEASE timed")
    return min(times)


def _same_plans(experiment: SamePlans, bench: SqliteBench) -> Proof:
    """Whether the queries that an index is for are answered as well without it, by the planner's own words."""
    connection = bench.empty()
    change = [line for one in experiment.change for line in ddl(one)]
    script = "\n".join(f"{line};" for line in change)
    if not experiment.sql or not change:
        return _not_run(
            "there is no query whose plan could change" if change else "it takes a rebuild of the table", script
        )
    before = [_details(connection, sql) for sql in experiment.sql]
    with _undone(connection, ()):
        for one in change:
            connection.execute(one)
        after = [_details(connection, sql) for sql in experiment.sql]
    worse = [b for a, b in zip(before, after, strict=True) if _worse(a, b)]
    return Proof(
        level="planned",
        method=f"{len(before)} queries that it is for, planned with and without it",
        holds=not worse,
        before={"plan": "; ".join(before[0])},
        after={"plan": "; ".join(worse[0] if worse else after[0])},
        script=script,
    )


def _details(connection: sqlite3.Connection, sql: str) -> list[str]:
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]


def _worse(before: Sequence[str], after: Sequence[str]) -> bool:
    def scans(plan: Sequence[str]) -> int:
        return sum(one.startswith("SCAN ") or "TEMP B-TREE" in one for one in plan)

    return scans(after) > scans(before)
