"""`dba query`: what a plan says, of a query that was planned on a twin, run on rows, or explained elsewhere."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from dbarchitect.engines.postgres.connection import connect, redacted_url
from dbarchitect.engines.postgres.explain import explain_analyze
from dbarchitect.engines.postgres.server.host import owner_session
from dbarchitect.errors import InputError
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.finding import Gap
from dbarchitect.model.proof import Proof
from dbarchitect.model.query_advice import NodeTime, QueryReview
from dbarchitect.model.schema import Relational
from dbarchitect.prove.workbench import Workbench
from dbarchitect.query.findings import Reading, misjudged, read
from dbarchitect.sources import open_source
from dbarchitect.sql.explained import read_plan
from dbarchitect.sql.script import decode_script, split_script

from .surroundings import nothing, open_workshop, words_of_rows, words_of_server

_LAB_ROWS = 2_000_000  # over all tables: with fewer, plans are not those of the source
_AGAIN_MS = 10_000.0  # a query that took less is run once more, from a warm cache

__all__ = ["QueryOptions", "query", "query_plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOptions:
    """Options of `query`. `parameters`: SQL literals for `$1`, `$2`...; `measure`: run it, on made-up rows or those
    that `data` loaded; `copy`: run it there; `limit_s`: for at most so many seconds."""

    parameters: tuple[str, ...] = ()
    measure: bool = False
    copy: str | None = None
    limit_s: float = 60.0
    data: bool = False
    rows: Mapping[str, int] | None = None
    seed: int = 0
    pg_bin: Path | None = None
    server: str | None = None
    cache: Path | None = None
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    progress: Callable[[str], None] = nothing


def query_plan(data: bytes, name: str, *, schema: Relational | None = None) -> QueryReview:
    """What the plan in a text says. Raises `InputError` where there is none."""
    plan = read_plan(decode_script(data, name))
    notes: tuple[str, ...] = ()
    if plan.others:
        notes = (f"{plan.others:,} more plans in the same text were not looked at",)
    if not plan.executed:
        notes += ("the plan was not run (EXPLAIN without ANALYZE): rows are estimates, and little can be said of it",)
    proof = Proof(
        level="measured" if plan.executed else "planned",
        method="read from the plan that was given" if plan.executed else "the plan that was given; it was not run",
        rerun="" if name == "-" else shlex.join(["dba", "query", "--plan", name]),
    )
    return _review(plan, schema, plan.sql, name, proof, notes=notes)


def query(source: str, text: str, name: str, options: QueryOptions) -> QueryReview:
    """What the plan of one statement says: on the source's twin, or run as the options have it.

    Raises `InputError` for SQL that is not one statement, or that the server refuses.
    """
    sql = _one(text, name)
    with open_workshop(options.pg_bin, options.cache, options.progress, scratch=options.server) as workshop:
        opened = open_source(source, workshop, data=options.data)
        snapshot = opened.snapshot(now=options.now)
        bench = Workbench(
            workshop.host,
            snapshot,
            rows=options.rows,
            seed=options.seed,
            budget_rows=_LAB_ROWS,
            progress=options.progress,
        )
        rerun = shlex.join(_command(opened.name, name, sql, options))
        with closing(bench):
            if options.copy is not None:
                with closing(connect(options.copy)) as connection:
                    plan = _run(connection, sql, options)
                    proof = _measured(connection, "run on the copy that was named", rerun)
            elif options.measure and options.data and opened.database is not None:
                with closing(owner_session(workshop.host, opened.database)) as connection:
                    connection.execute("ANALYZE")
                    plan = _run(connection, sql, options)
                    proof = _measured(connection, "run on the rows of the script", rerun)
            elif options.measure:
                owner, _ = bench.lab()
                owner.execute("ANALYZE")
                plan = _run(owner, sql, options)
                proof = _measured(owner, "run on made-up rows that follow the source's statistics", rerun)
            else:
                twin = bench.twin()
                plan = twin.explain(sql, options.parameters, verbose=True)
                proof = Proof(
                    level="planned",
                    method="planned on the twin; not run",
                    environment=twin.environment,
                    rerun=rerun,
                )
            schema = opened.schema if options.copy is not None else bench.with_facts().schema
            gaps = tuple(dict.fromkeys((*opened.gaps, *bench.gaps)))
            return _review(plan, schema, sql, opened.name, proof, gaps=gaps)


def _review(
    plan: QueryPlan,
    schema: Relational | None,
    sql: str,
    source: str,
    proof: Proof,
    *,
    notes: tuple[str, ...] = (),
    gaps: tuple[Gap, ...] = (),
) -> QueryReview:
    reading = Reading(plan, schema, sql)
    return QueryReview(
        sql=sql,
        source=source,
        plan=plan,
        times=tuple(
            NodeTime(own=round(one.own, 4), whole=round(one.whole, 4), off=misjudged(one)) for one in reading.spots
        ),
        timed=reading.timed,
        total=round(reading.total, 4),
        findings=read(reading),
        notes=notes,
        gaps=gaps,
        proof=proof,
    )


def _one(text: str, name: str) -> str:
    try:
        statements = split_script(text, name)
    except InputError as err:
        message = err.message.replace("is not an SQL script", "is not SQL")
        raise InputError(message, hint="one statement of SQL, or a file that holds it") from err
    if len(statements) != 1:
        raise InputError(
            f"{name} holds {len(statements):,} statements, and this looks at one", hint="name one query at a time"
        )
    return statements[0].sql


def _run(connection: psycopg.Connection[Any], sql: str, options: QueryOptions) -> QueryPlan:
    options.progress("running the query")
    first = explain_analyze(connection, sql, options.parameters, limit_s=options.limit_s)
    if (first.execution_ms or 0.0) > _AGAIN_MS:
        return first
    second = explain_analyze(connection, sql, options.parameters, limit_s=options.limit_s)
    return min(first, second, key=lambda one: one.execution_ms or 0.0)


def _measured(connection: psycopg.Connection[Any], method: str, rerun: str) -> Proof:
    version = connection.info.server_version
    named = f"PostgreSQL {version // 10000}.{version % 10000}"
    return Proof(level="measured", method=method, environment={"server": named}, rerun=rerun)


def _command(source: str, name: str, sql: str, options: QueryOptions) -> list[str]:
    words = ["dba", "query", source, name if Path(name).is_file() else sql]
    for value in options.parameters:
        words += ["--parameter", value]
    words += [flag for flag, given in (("--measure", options.measure), ("--data", options.data)) if given]
    if options.copy is not None:
        words += ["--copy", redacted_url(options.copy)]
    words += words_of_rows(options.rows, options.seed)
    return words + words_of_server(options.pg_bin, options.server)
