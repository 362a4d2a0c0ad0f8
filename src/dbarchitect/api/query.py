"""`dba query`: what the plan and the text of a query say, and which forms of it cost less.

The plan is a twin's, or one that was run on rows, or one that was explained elsewhere.
"""

from __future__ import annotations

import shlex
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres.connection import connect, redacted_url
from dbarchitect.engines.postgres.explain import explain_analyze
from dbarchitect.engines.postgres.platforms import refuse_pooler
from dbarchitect.engines.postgres.server.host import owner_session
from dbarchitect.engines.sqlite.source import sqlite_given
from dbarchitect.errors import InputError
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.finding import Gap
from dbarchitect.model.proof import ASSERTED, Proof
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.query_advice import NodeTime, QueryFinding, QueryReview, WorkloadReview
from dbarchitect.model.rewrite import Rewritten
from dbarchitect.model.schema import Relational
from dbarchitect.prove.equivalence import Effort
from dbarchitect.prove.parameters import filled
from dbarchitect.prove.rewriting import RewriteOptions, improve
from dbarchitect.prove.workbench import Workbench
from dbarchitect.query.findings import RULES, Reading, misjudged, read
from dbarchitect.query.patterns import pages as pattern_pages
from dbarchitect.query.patterns import patterns, unsaid
from dbarchitect.query.rewrite import rewrites
from dbarchitect.query.sqlite import PAGES as SQLITE_PAGES
from dbarchitect.sources import Source, open_source
from dbarchitect.sql.explained import read_plan
from dbarchitect.sql.parameters import has_parameters
from dbarchitect.sql.parse import statement_kind
from dbarchitect.sql.script import decode_script, split_script

from .kinds import admit
from .schema import RulePage
from .sqlite import SqliteOptions, queries_sqlite, query_sqlite
from .surroundings import WorkOptions, open_workshop, words_of_rows, words_of_server, workload_of

_LAB_ROWS = 2_000_000  # over all tables: with fewer, plans are not those of the source
_AGAIN_MS = 10_000.0  # a query that took less is run once more, from a warm cache

__all__ = [
    "QueryDesk",
    "QueryOptions",
    "one_statement",
    "queries",
    "queries_opened",
    "query",
    "query_desk",
    "query_pages",
    "query_plan",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOptions(WorkOptions):
    """Options of `query`. `parameters`: SQL literals for `$1`, `$2`...; `measure`: run it, on made-up rows or those
    that `data` loaded; `copy`: run it there; `limit_s`: for at most so many seconds;
    `rewrites`: look for forms that cost less."""

    parameters: tuple[str, ...] = ()
    measure: bool = False
    copy: str | None = None
    limit_s: float = 60.0
    rewrites: bool = True


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
    """What the plan and the text of one statement say, and which forms of it cost less: on the source's twin, or run as
    the options have it.

    Raises `InputError` for SQL that is not one statement, or that the server refuses.
    """
    admit("query", source, engine=options.engine)
    if sqlite_given(source, options.engine):
        return query_sqlite(source, text, name, _of_sqlite(options))
    sql = one_statement(text, name)
    with _opened(source, options) as opened, query_desk(opened, options) as desk:
        return desk.asked(sql, name)


def queries(source: str, workload: Path | None, options: QueryOptions) -> WorkloadReview:
    """The same of each query of a workload: of a file, or of what the source has counted or holds.

    Raises `InputError` where there is none.
    """
    admit("query", source, engine=options.engine)
    if sqlite_given(source, options.engine):
        return queries_sqlite(source, workload, _of_sqlite(options))
    given = workload_of(workload)
    with _opened(source, options) as opened:
        found = given or opened.counted()
        if found is None:
            raise InputError(
                "there is neither a query nor a workload",
                hint='"SELECT ..." in quotes, a file that holds it, or --workload FILE',
            )
        return queries_opened(opened, found, workload, options)


def queries_opened(opened: Source, found: Workload, file: Path | None, options: QueryOptions) -> WorkloadReview:
    """The same of a source that has been opened. `file`: the one that the workload came from."""
    with query_desk(opened, options) as desk:
        left_out = [Gap(kind="workload", name=where, effect=f"left out: {why}") for where, why in found.rejected]
        words = ["--workload", str(file)] if file is not None else []
        rerun = shlex.join(_command(desk.name, words, options))
        reviews: list[QueryReview] = []
        for number, one in enumerate(found.queries):
            if number % 10 == 0:
                options.progress(f"looking at {len(found.queries):,} queries" + (f": {number:,}" if number else ""))
            try:
                reviews.append(desk.review(one, rerun))
            except InputError as err:
                shown = str(one.position or " ".join(one.sql.split())[:80])
                left_out.append(Gap(kind="workload", name=shown, effect=f"left out: {err.message}"))
        telling = [one for one in reviews if one.to_improve or one.rewrites]
        return WorkloadReview(
            source=desk.name,
            reviews=tuple(sorted(telling, key=lambda one: -one.saves)),
            fine=len(reviews) - len(telling),
            left_out=(*desk.gaps, *left_out),
            proof=replace(reviews[0].proof, rerun=rerun) if reviews else ASSERTED,
        )


def _of_sqlite(options: QueryOptions) -> SqliteOptions:
    if options.copy is not None:
        raise InputError("--copy is for servers", hint="--measure runs it on a private copy of the file")
    return SqliteOptions(
        engine=options.engine,
        data=options.data,
        parameters=options.parameters,
        measure=options.measure,
        now=options.now,
        progress=options.progress,
    )


def query_pages() -> tuple[RulePage, ...]:
    """The pages of what is said about queries: findings of plans, patterns of texts, rewrites."""
    found = [RulePage(id=one.id, severity="warning", needs="a plan", text=one.page) for one in RULES.values()]
    found += [
        RulePage(id=name, severity="warning", needs="a query", text=text) for name, text in pattern_pages().items()
    ]
    found += [RulePage(id=name, severity="warning", needs="a plan", text=text) for name, text in SQLITE_PAGES.items()]
    found += [RulePage(id=one.id, severity="info", needs="a query", text=one.page or "") for one in rewrites()]
    return tuple(found)


@contextmanager
def _opened(source: str, options: QueryOptions) -> Generator[Source]:
    with open_workshop(
        options.pg_bin, options.cache, options.progress, scratch=options.server, redacted=options.redacted
    ) as workshop:
        yield open_source(source, workshop, data=options.data)


@contextmanager
def query_desk(opened: Source, options: QueryOptions) -> Generator[QueryDesk]:
    """A source that has been opened, laid out for questions about its queries while the context lasts."""
    with ExitStack() as stack:
        bench = Workbench(
            opened.workshop.host,
            opened.snapshot(now=options.now),
            rows=options.rows,
            seed=options.seed,
            budget_rows=_LAB_ROWS,
            prefix="queries ",
            progress=options.progress,
        )
        stack.enter_context(closing(bench))
        yield QueryDesk(opened, bench, options, *_rows(opened, bench, options, stack))


def _rows(
    opened: Source, bench: Workbench, options: QueryOptions, stack: ExitStack
) -> tuple[psycopg.Connection[Any] | None, str]:
    """(a session where queries may run, what its rows are); None where they are only planned."""
    if options.copy is not None:
        refuse_pooler(options.copy, "a query that is run on --copy")
        return stack.enter_context(closing(connect(options.copy))), "run on the copy that was named"
    if not options.measure:
        return None, "planned on the twin; not run"
    if options.data and opened.database is not None:
        session = stack.enter_context(closing(owner_session(opened.workshop.host, opened.database)))
        session.execute("ANALYZE")
        return session, "run on the rows of the script"
    session, _ = bench.lab()
    session.execute("ANALYZE")
    return session, "run on made-up rows that follow the source's statistics"


class QueryDesk:
    """One source, laid out for questions about its queries. `bench`: its private copies."""

    def __init__(
        self,
        opened: Source,
        bench: Workbench,
        options: QueryOptions,
        rows: psycopg.Connection[Any] | None,
        method: str,
    ) -> None:
        self.opened = opened
        self.name = opened.name
        self.bench = bench
        self._options = options
        self._rows = rows
        self._method = method
        self._schema = opened.schema if options.copy is not None else bench.with_facts().schema

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What could not be carried over."""
        return tuple(dict.fromkeys((*self.opened.gaps, *self.bench.gaps)))

    def asked(self, sql: str, name: str) -> QueryReview:
        """The same of one statement. `name`: its file's, if it came from one. Raises `InputError`."""
        rerun = shlex.join(_command(self.name, [name if Path(name).is_file() else sql], self._options))
        return self.review(Query(id="", sql=sql, calls=1.0, parameters=self._options.parameters), rerun)

    def review(self, query: Query, rerun: str) -> QueryReview:
        """All that is said of one query. Raises `InputError` where the server refuses it."""
        notes: list[str] = []
        sql, parameters = query.sql, query.parameters
        if has_parameters(sql) and not parameters:
            form = filled(self.bench.twin(), query)[0]
            sql, parameters = form.sql, form.parameters
            notes += [text for text in (form.how, *form.repairs) if text]
        if self._rows is not None:
            plan = _run(self._rows, sql, parameters, self._options)
            proof = _measured(self._rows, self._method, rerun)
        else:
            twin = self.bench.twin()
            plan = twin.explain(sql, parameters, verbose=True)
            proof = Proof(level="planned", method=self._method, environment=twin.environment, rerun=rerun)
        found = _review(plan, self._schema, query.sql, self.name, proof, notes=tuple(notes), gaps=self.gaps)
        return replace(found, calls=query.calls, rewrites=self._rewrites(sql, parameters, rerun))

    def _rewrites(self, sql: str, parameters: Sequence[str], rerun: str) -> tuple[Rewritten, ...]:
        if not self._options.rewrites or statement_kind(sql) != "select":
            return ()
        return improve(
            self.bench.twin(),
            self.bench.owned(),
            sql,
            parameters=parameters,
            rows=self._rows,
            options=RewriteOptions(test=Effort(rerun=rerun), limit_s=self._options.limit_s),
            progress=self._options.progress,
        )


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
    findings = read(reading)
    return QueryReview(
        sql=sql,
        source=source,
        plan=plan,
        times=tuple(
            NodeTime(own=round(one.own, 4), whole=round(one.whole, 4), off=misjudged(one)) for one in reading.spots
        ),
        timed=reading.timed,
        total=round(reading.total, 4),
        findings=findings,
        patterns=unsaid(_said(sql, schema), findings),
        notes=notes,
        gaps=gaps,
        proof=proof,
    )


def _said(sql: str, schema: Relational | None) -> tuple[QueryFinding, ...]:
    try:
        return patterns(sql, schema) if sql else ()
    except InputError:  # the text beside a plan may be cut off, or another dialect's
        return ()


def one_statement(text: str, name: str) -> str:
    """The one statement of a text. Raises `InputError` where it is none, or more."""
    try:
        statements = split_script(text, name)
    except InputError as err:
        message = err.message.replace("is not an SQL script", "is not SQL")
        raise InputError(message, hint="one statement of SQL, or a file that holds it") from err
    if len(statements) != 1:
        raise InputError(
            f"{name} holds {len(statements):,} statements, and this looks at one",
            hint="one query at a time, or --workload FILE for all of them",
        )
    return statements[0].sql


def _run(
    connection: psycopg.Connection[Any], sql: str, parameters: Sequence[str], options: QueryOptions
) -> QueryPlan:  # fmt: skip
    options.progress("running the query")
    first = explain_analyze(connection, sql, parameters, limit_s=options.limit_s)
    if (first.execution_ms or 0.0) > _AGAIN_MS:
        return first
    second = explain_analyze(connection, sql, parameters, limit_s=options.limit_s)
    return min(first, second, key=lambda one: one.execution_ms or 0.0)


def _measured(connection: psycopg.Connection[Any], method: str, rerun: str) -> Proof:
    version = connection.info.server_version
    named = f"PostgreSQL {version // 10000}.{version % 10000}"
    return Proof(level="measured", method=method, environment={"server": named}, rerun=rerun)


def _command(source: str, what: Sequence[str], options: QueryOptions) -> list[str]:
    words = ["dba", "query", source, *what]
    for value in options.parameters:
        words += ["--parameter", value]
    words += [flag for flag, given in (("--measure", options.measure), ("--data", options.data)) if given]
    if options.copy is not None:
        words += ["--copy", redacted_url(options.copy)]
    if not options.rewrites:
        words.append("--no-rewrites")
    words += words_of_rows(options.rows, options.seed)
    return words + words_of_server(options.pg_bin, options.server)
