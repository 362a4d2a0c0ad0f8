"""The verbs that read queries, on SQLite: a query's plan, a workload's, and advice on indexes."""

from __future__ import annotations

import dataclasses
import shlex
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from dbarchitect.engines.sqlite.copies import with_rows
from dbarchitect.engines.sqlite.explain import Estimator
from dbarchitect.engines.sqlite.source import SqliteSource, open_sqlite
from dbarchitect.engines.sqlite.twin import Twin, twin_of, with_literals, write_twin
from dbarchitect.errors import InputError, unreadable
from dbarchitect.model.advice import IndexAdvice
from dbarchitect.model.finding import Gap
from dbarchitect.model.proof import ASSERTED, Proof
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.query_advice import QueryReview, WorkloadReview
from dbarchitect.prove.sqlite_advise import SqliteAdviceOptions, advise
from dbarchitect.query.sqlite import findings, times
from dbarchitect.sql.script import decode_script
from dbarchitect.sql.sqlite import split_sqlite
from dbarchitect.sql.workload import read_sqlite_workload

_LIMIT_ROWS = 1_000_000  # of a result that is only read to be timed


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteOptions:
    """`engine`: of a script; `data`: its rows too; `parameters`: SQL literals for `?`, `:name`; `measure`: run it on a
    private copy with the source's rows."""

    engine: str | None = None
    data: bool = False
    parameters: tuple[str, ...] = ()
    measure: bool = False
    now: datetime
    progress: Callable[[str], None]


def workload_of_sqlite(path: Path | None) -> Workload:
    """The workload in a file. Raises `InputError` where none is named."""
    if path is None:
        raise InputError(
            "there is no workload: SQLite counts no queries", hint="--workload FILE: SQL with `-- calls: N` above each"
        )
    try:
        return read_sqlite_workload(decode_script(path.read_bytes(), str(path)), str(path))
    except OSError as err:
        raise unreadable(path, err, what="the workload") from err


def query_sqlite(given: str, text: str, name: str, options: SqliteOptions) -> QueryReview:
    """What SQLite's plan of one statement says. Raises `InputError` for SQL that is not one, or that it refuses."""
    statements = split_sqlite(text, name)
    if len(statements) != 1:
        raise InputError(
            f"{name} holds {len(statements):,} statements, and this looks at one",
            hint="one query at a time, or --workload FILE for all of them",
        )
    source = _opened(given, options)
    words = ["dba", "query", given, name if Path(name).is_file() else statements[0].sql]
    query = Query(id="", sql=statements[0].sql, calls=1.0, parameters=options.parameters)
    with closing(twin_of(source)) as twin:
        return reviewed(source, twin, query, options, shlex.join(_command(words, options)))


def queries_sqlite(given: str, workload: Path | None, options: SqliteOptions) -> WorkloadReview:
    """The same of each query of a workload."""
    found = workload_of_sqlite(workload)
    return queries_opened(_opened(given, options), found, workload, options)


def queries_opened(
    source: SqliteSource, found: Workload, workload: Path | None, options: SqliteOptions
) -> WorkloadReview:
    """The same of a source that has been opened. `workload`: the file that it came from."""
    rerun = shlex.join(_command(["dba", "query", source.name, "--workload", str(workload)], options))
    left_out = [Gap(kind="workload", name=where, effect=f"left out: {why}") for where, why in found.rejected]
    reviews: list[QueryReview] = []
    with closing(twin_of(source)) as twin:
        for one in found.queries:
            try:
                reviews.append(reviewed(source, twin, one, options, rerun))
            except InputError as err:
                shown = str(one.position or " ".join(one.sql.split())[:80])
                left_out.append(Gap(kind="workload", name=shown, effect=f"left out: {err.message}"))
        gaps = (*source.gaps, *twin.gaps)
    telling = [one for one in reviews if one.to_improve]
    return WorkloadReview(
        source=source.name,
        reviews=tuple(sorted(telling, key=lambda one: -one.saves)),
        fine=len(reviews) - len(telling),
        left_out=(*gaps, *left_out),
        proof=replace(reviews[0].proof, rerun=rerun) if reviews else ASSERTED,
    )


def index_sqlite(given: str, workload: Path | None, options: SqliteOptions, advice: SqliteAdviceOptions) -> IndexAdvice:
    """Advice on indexes for a workload."""
    found = workload_of_sqlite(workload)
    return index_opened(_opened(given, options), found, workload, options, advice)


def index_opened(
    source: SqliteSource,
    found: Workload,
    workload: Path | None,
    options: SqliteOptions,
    advice: SqliteAdviceOptions,
) -> IndexAdvice:
    """The same for a source that has been opened."""
    words = ["dba", "index", source.name, "--workload", str(workload)]
    rerun = shlex.join(_command(words, options))
    return advise(source, found, dataclasses.replace(advice, rerun=rerun), options.progress)


def twin_sqlite(given: str, target: Path, options: SqliteOptions) -> tuple[SqliteSource, tuple[Gap, ...]]:
    """Write a source's twin, an SQLite file without rows."""
    source = _opened(given, options)
    return source, write_twin(source, target)


def _opened(given: str, options: SqliteOptions) -> SqliteSource:
    return open_sqlite(given, engine=options.engine, data=options.data, now=options.now, progress=options.progress)


def reviewed(source: SqliteSource, twin: Twin, query: Query, options: SqliteOptions, rerun: str) -> QueryReview:
    """What the plan of a query of an opened source says. Raises `InputError` for SQL that SQLite refuses."""
    sql = with_literals(query.sql, query.parameters)
    estimator = Estimator(source.schema, source.statistics)
    plan = estimator.plan(sql, twin.query_plan(sql))
    notes = ["SQLite prints no figures: costs are rows that are read, by tables' sizes and sqlite_stat1"]
    if not source.statistics.stat1:
        notes.append("nobody ran ANALYZE on it, so the planner goes by rules of thumb")
    proof = Proof(
        level="planned",
        method="planned on the twin; not run",
        environment={"source": source.engine, "planner": twin.session.name},
        rerun=rerun,
    )
    if options.measure:
        ms = _timed(source, sql)
        notes.append(f"run on a private copy with its rows: {ms:,.2f} ms")
        proof = replace(
            proof,
            level="measured",
            method="planned on the twin, and run on a private copy with its rows",
            after={"ms": round(ms, 3)},
        )
    found = findings(plan, sql)
    return QueryReview(
        sql=query.sql,
        source=source.name,
        calls=query.calls,
        plan=plan,
        times=times(plan),
        total=plan.root.total_cost,
        findings=found,
        notes=tuple(notes),
        gaps=(*source.gaps, *twin.gaps),
        proof=proof,
    )


def _timed(source: SqliteSource, sql: str) -> float:
    """Milliseconds of the faster of two runs, which are taken back."""
    with with_rows(source) as copy:
        if copy is None:
            raise InputError(f"{source.name} has no rows to run it on, or too many to copy", hint="leave --measure out")
        found: list[float] = []
        for _ in range(2):
            copy.execute("BEGIN")
            begun = time.perf_counter()
            try:
                for _ in zip(range(_LIMIT_ROWS), copy.execute(sql), strict=False):
                    pass
            except sqlite3.Error as err:
                raise InputError(
                    f"SQLite does not run it: {err}", hint="--parameter gives values for ? and :name"
                ) from err
            found.append((time.perf_counter() - begun) * 1000)
            copy.execute("ROLLBACK")
    return min(found)


def _command(words: Sequence[str], options: SqliteOptions) -> list[str]:
    found = list(words)
    for value in options.parameters:
        found += ["--parameter", value]
    if options.engine is not None:
        found += ["--engine", options.engine]
    return found + [flag for flag, given in (("--measure", options.measure), ("--data", options.data)) if given]
