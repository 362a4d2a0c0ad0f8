"""Advice on indexes for a workload on SQLite: chosen on the twin by rows that are read, then measured on a copy.

Every candidate is built on a private copy with the source's rows and analysed, so that the twin knows what
`sqlite_stat1` would say of it; a choice of candidates is then asked for on the twin, where an index takes no time. What
is chosen is built on the copy once more, alone, and each query is run there: the cost is counted in instructions of
SQLite's machine, which are the same in each run, and an index whose queries do not gain is left out. Without rows, or
with more than can be copied, the advice rests on the twin.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from dbarchitect.engines.sqlite.copies import with_rows
from dbarchitect.engines.sqlite.ddl import create_index
from dbarchitect.engines.sqlite.explain import Estimator
from dbarchitect.engines.sqlite.needs import Listener, marked
from dbarchitect.engines.sqlite.source import SqliteSource
from dbarchitect.engines.sqlite.twin import (
    Session,
    Twin,
    open_session,
    size_of_index,
    stat_of,
    statistics_of,
    twin_of,
    with_literals,
)
from dbarchitect.errors import InputError
from dbarchitect.index.search import Bounds, Known, choose, explore
from dbarchitect.index.sqlite import proposed
from dbarchitect.model.advice import AdvisedIndex, IndexAdvice, QueryVerdict
from dbarchitect.model.finding import Gap
from dbarchitect.model.plan import Step
from dbarchitect.model.proof import Proof
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Index
from dbarchitect.sql.sqlite import quoted, tokens

_MOST_STEPS = 400_000_000  # instructions of a query that is measured: some ten seconds
_MOST_CANDIDATES = 100  # that are built on the copy
_PAYS = 0.97  # of the workload's cost with an index that stays: less is not worth a file that grows


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteAdviceOptions:
    """`budget`: bytes of new indexes; `most`: how many; `width`: columns of a key; `include`: whether an index may
    carry columns along; `questions`: plans a query; `rerun`: the command that repeats it."""

    budget: int | None = None
    most: int | None = None
    width: int = 4
    include: bool = True
    questions: int = 40
    rerun: str = ""


@dataclass(slots=True)
class _Candidate:
    index: Index
    sql: str
    stat: str = ""
    bytes: int = 0


def advise(
    source: SqliteSource,
    workload: Workload,
    options: SqliteAdviceOptions,
    progress: Callable[[str], None] = lambda _: None,
) -> IndexAdvice:
    """Which indexes make the workload cheapest. Raises `InputError` where no query can be planned."""
    begun = time.monotonic()
    with ExitStack() as stack:
        twin = stack.enter_context(closing(twin_of(source)))
        listener = stack.enter_context(closing(Listener(source.schema)))
        estimator = Estimator(source.schema, source.statistics)
        queries, left_out = plannable(twin, workload)
        if not queries:
            raise InputError("no query of the workload can be planned", hint="dba query shows why of each")
        copy = measured_copy(source, stack)
        queries = [(query, _with_values(sql, listener, copy)) for query, sql in queries]
        before: list[float] = []
        if copy is not None:  # from here on the planner knows the rows; what that alone brings is told
            progress("running the queries on a private copy")
            before = [_steps(copy, sql) for _, sql in queries]
            copy.rows("ANALYZE")
            known = statistics_of(copy)
            twin = stack.enter_context(closing(Twin(source.ddl, known)))
            estimator = Estimator(source.schema, known)
        base = [estimator.plan(sql, twin.query_plan(sql)).cost for _, sql in queries]
        before = before or base
        offered, candidates = _candidates(source, listener, queries, base, options)
        if copy is not None:
            progress(f"building {len(candidates):,} candidates on a private copy")
            candidates = _built(copy, candidates)
        offered = [[n for n in one if n in candidates] for one in offered]
        for one in candidates.values():
            estimator.know(one.index, one.stat)
        progress(f"asking for plans of {len(queries):,} queries")
        chosen, asked = _chosen(twin, estimator, queries, base, offered, candidates, options)
        return _advice(
            _Work(source, twin, estimator, queries, before, copy),
            [candidates[n] for n in sorted(chosen)],
            options,
            left_out=(*source.gaps, *twin.gaps, *left_out),
            considered=len(candidates),
            asked=asked,
            begun=begun,
            progress=progress,
        )


def plannable(twin: Twin, workload: Workload) -> tuple[list[tuple[Query, str]], list[Gap]]:
    """The queries that can be planned, with their statements, and what is left out."""
    queries: list[tuple[Query, str]] = []
    left_out = [Gap(kind="workload", name=where, effect=f"left out: {why}") for where, why in workload.rejected]
    for query in workload.queries:
        sql = with_literals(query.sql, query.parameters)
        try:
            twin.query_plan(sql)
        except InputError as err:
            name = str(query.position or " ".join(query.sql.split())[:80])
            left_out.append(Gap(kind="workload", name=name, effect=f"left out: {err.message}"))
        else:
            queries.append((query, sql))
    return queries, left_out


def _with_values(sql: str, listener: Listener, copy: Session | None) -> str:
    """A statement whose parameters are values of the columns that they are compared with, from the middle of the table;
    1 where that is not known (a LIMIT), NULL without rows."""
    if not any(one.kind == "parameter" for one in tokens(sql)):
        return sql
    listener.of(sql)
    values: dict[int, str] = {}
    for number, (table, column) in listener.parameters.items():
        name = quoted(column)
        found = (
            copy.rows(
                f"SELECT quote({name}) FROM {quoted(table)} WHERE {name} IS NOT NULL "
                f"LIMIT 1 OFFSET (SELECT count({name}) / 2 FROM {quoted(table)})"
            )
            if copy is not None
            else []
        )
        values[number] = str(found[0][0]) if found else "NULL"
    count = sum(one.kind == "parameter" for one in tokens(sql))
    return marked(sql, {number: values.get(number, "1") for number in range(1, count + 1)})


def _candidates(
    source: SqliteSource,
    listener: Listener,
    queries: Sequence[tuple[Query, str]],
    base: Sequence[float],
    options: SqliteAdviceOptions,
) -> tuple[list[list[int]], dict[int, _Candidate]]:
    """The candidates of each query by number. Where there are too many each query has its first ones, in turn, the
    dearest query first."""
    wanted: list[list[Index]] = [[] for _ in queries]
    taken = {index.name.name for table in source.schema.tables for index in table.indexes}
    order = sorted(range(len(queries)), key=lambda n: -queries[n][0].calls * base[n])
    facts = source.schema.facts
    for place in order:
        for needs in listener.of(queries[place][1]):
            table = listener.table(needs.table)
            distinct = {one.column: one.n_distinct for one in (facts.columns.get(str(table.name), ()) if facts else ())}
            for index in proposed(
                table,
                equal={name: (one.collation, one.constant) for name, one in needs.equal.items()},
                ranged={name: one.collation for name, one in needs.ranged.items()},
                orders=needs.orders,
                used=sorted(needs.used),
                expressions=needs.expressions,
                distinct=distinct,
                width=options.width,
                include=options.include,
            ):
                if index.name.name not in taken:
                    wanted[place].append(index)
    numbers: dict[str, int] = {}
    found: dict[int, _Candidate] = {}
    for turn in range(max(map(len, wanted))):
        for place in order:
            if turn < len(wanted[place]) and len(found) < _MOST_CANDIDATES:
                index = wanted[place][turn]
                if index.name.name not in numbers:
                    numbers[index.name.name] = len(numbers)
                    found[numbers[index.name.name]] = _Candidate(index, create_index(index))
    offered = [[numbers[index.name.name] for index in one if index.name.name in numbers] for one in wanted]
    return offered, found


def measured_copy(source: SqliteSource, stack: ExitStack) -> Session | None:
    """A session on a copy with the source's rows, by the driver that plans; None where there are none."""
    rows = stack.enter_context(with_rows(source))
    if rows is None:
        return None
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dba-sqlite-")))
    path = folder / "measured.db"
    with closing(sqlite3.connect(path)) as target:
        rows.backup(target)
    session = open_session(path)
    stack.callback(session.close)
    for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "cache_size = -262144"):
        session.rows(f"PRAGMA {pragma}")
    return session


def _built(copy: Session, candidates: Mapping[int, _Candidate]) -> dict[int, _Candidate]:
    """The candidates that SQLite takes, with what ANALYZE says of them and their sizes; the copy is as it was."""
    found: dict[int, _Candidate] = {}
    copy.rows("SAVEPOINT built")
    for number, one in candidates.items():
        try:
            copy.rows(one.sql)
        except InputError:  # not deterministic, or a column that the expression only seems to name
            continue
        found[number] = one
    for table in {one.index.table.name for one in found.values()}:
        copy.rows(f"ANALYZE {quoted(table)}")
    for one in found.values():
        one.stat = stat_of(copy, one.index.name.name)
        one.bytes = size_of_index(copy, one.index.name.name)
    copy.rows("ROLLBACK TO built")
    copy.rows("RELEASE built")
    copy.rows("ANALYZE sqlite_schema")
    return found


def _chosen(
    twin: Twin,
    estimator: Estimator,
    queries: Sequence[tuple[Query, str]],
    base: Sequence[float],
    offered: Sequence[Sequence[int]],
    candidates: Mapping[int, _Candidate],
    options: SqliteAdviceOptions,
) -> tuple[frozenset[int], int]:
    asked = 0
    by_name = {one.index.name.name: number for number, one in candidates.items()}

    def ask(query: int, these: frozenset[int]) -> tuple[float, frozenset[int]]:
        nonlocal asked
        asked += 1
        sql = queries[query][1]
        try:
            with twin.supposing([(c.index.name.name, c.sql, c.stat) for n in these if (c := candidates[n])]):
                plan = estimator.plan(sql, twin.query_plan(sql))
        except InputError:  # one of them is none to SQLite
            return base[query], frozenset()
        used = {by_name[node.index] for node in plan.root.walk() if node.index in by_name}
        return plan.cost, frozenset(used)

    known = [Known(weight=query.calls, base=cost) for (query, _), cost in zip(queries, base, strict=True)]
    for number, one in enumerate(known):
        mine = [n for n in offered[number] if n in candidates]
        groups = [[n] for n in mine]
        explore(number, one, mine, ask, groups=groups, most=max(options.questions, len(mine) + 8))
    writes: dict[str, float] = {}
    for query, sql in queries:
        words = sql.split()
        if words and words[0].upper() in ("INSERT", "REPLACE", "DELETE", "UPDATE"):
            for one in candidates.values():
                if one.index.table.name.lower() in sql.lower():
                    writes[one.index.name.name] = writes.get(one.index.name.name, 0.0) + query.calls
    sizes = {n: float(max(one.bytes, 4096)) for n, one in candidates.items()}
    upkeep = {n: writes.get(one.index.name.name, 0.0) for n, one in candidates.items()}
    choice = choose(known, sizes, upkeep, Bounds(budget=options.budget, most=options.most))
    return choice.indexes, asked


@dataclass(frozen=True, slots=True)
class _Work:
    source: SqliteSource
    twin: Twin
    estimator: Estimator
    queries: Sequence[tuple[Query, str]]
    before: Sequence[float]
    copy: Session | None


def _advice(
    work: _Work,
    chosen: list[_Candidate],
    options: SqliteAdviceOptions,
    *,
    left_out: tuple[Gap, ...],
    considered: int,
    asked: int,
    begun: float,
    progress: Callable[[str], None],
) -> IndexAdvice:
    before = work.before
    measured = work.copy is not None
    progress("running the queries with what is chosen" if measured else "planning with what is chosen")
    statistics_alone = _sum(work, _with(work, ())[0])
    after, used = _with(work, chosen)
    while chosen:  # what does not pay goes, the least useful first
        total = _sum(work, after)
        progress(f"running the queries without each of {len(chosen)} indexes")
        costs = {n: _sum(work, _with(work, chosen[:n] + chosen[n + 1 :])[0]) for n in range(len(chosen))}
        worst = min(costs, key=lambda n: costs[n])
        if total < costs[worst] * _PAYS:
            break
        del chosen[worst]
        after, used = _with(work, chosen)
    verdicts = _verdicts(work, before, after, used)
    whole = max(_sum(work, before), 1.0)
    create: list[AdvisedIndex] = []
    for place, one in enumerate(chosen):
        name = one.index.name.name
        without = _sum(work, _with(work, chosen[:place] + chosen[place + 1 :])[0])
        up = Step(sql=(one.sql,), does=f"create index {name}")
        down = Step(sql=(f"DROP INDEX {quoted(name)}",), does=f"drop index {name}")
        create.append(
            AdvisedIndex(
                index=one.index,
                sql=one.sql,
                bytes=one.bytes,
                queries=tuple(n for n, verdict in enumerate(verdicts, 1) if name in verdict.used),
                saves=max((without - _sum(work, after)) / whole, 0.0),
                steps=(up,),
                undo=(down,),
            )
        )
    geometric = 1.0
    for one in verdicts:
        geometric *= max(one.change, 1e-9) ** (1 / len(verdicts))
    notes: list[str] = []
    if measured and statistics_alone < whole * _PAYS:
        notes.append(f"ANALYZE alone, without any index, brings the workload to {statistics_alone / whole:.1%}: run it")
    elif create and measured:
        notes.append("after building them run ANALYZE: the costs here are those of a planner that knows them")
    if not measured:
        notes.append("there were no rows to measure on: costs are rows that are read, by the planner's statistics")
    return IndexAdvice(
        create=tuple(create),
        queries=tuple(verdicts),
        before=_sum(work, before),
        after=_sum(work, after),
        geometric=geometric,
        bytes=sum(one.bytes for one in chosen),
        budget=options.budget,
        candidates=considered,
        questions=asked,
        seconds=time.monotonic() - begun,
        left_out=left_out,
        notes=tuple(notes),
        proof=Proof(
            level="measured" if measured else "planned",
            method="run on a private copy with the source's rows; costs are instructions of SQLite's machine"
            if measured
            else "planned on the twin; costs are rows that are read",
            holds=True if create else None,
            environment={"source": work.source.engine, "planner": work.twin.session.name},
            rerun=options.rerun,
        ),
    )


def _sum(work: _Work, costs: Sequence[float]) -> float:
    return sum(query.calls * cost for (query, _), cost in zip(work.queries, costs, strict=True))


def _with(work: _Work, chosen: Sequence[_Candidate]) -> tuple[list[float], list[frozenset[str]]]:
    """What each query costs with these indexes, and which of them it takes."""
    if work.copy is None:
        session_plans: list[tuple[float, frozenset[str]]] = []
        with work.twin.supposing([(one.index.name.name, one.sql, one.stat) for one in chosen]):
            for _, sql in work.queries:
                plan = work.estimator.plan(sql, work.twin.query_plan(sql))
                names = {one.index.name.name for one in chosen}
                session_plans.append((plan.cost, frozenset(n.index for n in plan.root.walk() if n.index in names)))
        return [cost for cost, _ in session_plans], [names for _, names in session_plans]
    copy = work.copy
    copy.rows("SAVEPOINT chosen")
    try:
        for one in chosen:
            copy.rows(one.sql)
        for table in {one.index.table.name for one in chosen}:
            copy.rows(f"ANALYZE {quoted(table)}")
        costs = [_steps(copy, sql) for _, sql in work.queries]
        used: list[frozenset[str]] = []
        for _, sql in work.queries:
            text = " ".join(row[3] for row in copy.rows(f"EXPLAIN QUERY PLAN {sql}")) + " "
            used.append(frozenset(n for one in chosen if f" {(n := one.index.name.name)} " in text))
    finally:
        copy.rows("ROLLBACK TO chosen")
        copy.rows("RELEASE chosen")
        copy.rows("ANALYZE sqlite_schema")
    return costs, used


def _steps(copy: Session, sql: str) -> float:
    """The instructions of one run, which is taken back."""
    copy.rows("SAVEPOINT run")
    try:
        copy.rows(f"EXPLAIN {sql}")  # the schema is read before anything is counted
        found = copy.steps(sql, _MOST_STEPS)
    except InputError:  # a constraint refuses the example's values
        found = 0
    finally:
        copy.rows("ROLLBACK TO run")
        copy.rows("RELEASE run")
    return float(_MOST_STEPS if found is None else max(found, 50))


def _verdicts(
    work: _Work, before: Sequence[float], after: Sequence[float], used: Sequence[frozenset[str]]
) -> list[QueryVerdict]:
    found: list[QueryVerdict] = []
    for (query, sql), old, new, names in zip(work.queries, before, after, used, strict=True):
        why = ""
        if not names:
            texts = [text for _, _, text in work.twin.query_plan(sql)]
            scans = [text for text in texts if text.startswith("SCAN") and "INDEX" not in text]
            why = "no index that was tried saves enough" if scans else "its plan looks up what it needs already"
        found.append(
            QueryVerdict(
                id=query.id,
                sql=query.sql,
                calls=query.calls,
                before=old,
                after=new,
                used=tuple(sorted(names)),
                why=why,
                position=query.position,
                source=query.source,
                parameters=query.parameters,
            )
        )
    return found
