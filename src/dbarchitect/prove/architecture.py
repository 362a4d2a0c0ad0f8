"""A design proved before it is handed over: constraints tried, accesses planned at declared volumes, indexes chosen,
queries timed and sizes measured on made-up rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
from msgspec.structs import replace

from dbarchitect.design.asked import Asked
from dbarchitect.design.draft import Draft
from dbarchitect.design.statements import script
from dbarchitect.design.storage import size_of
from dbarchitect.design.volumes import Rows
from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.explain import run_explained
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.engines.postgres.twin import Twin, build
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.errors import InputError
from dbarchitect.index.candidates import Limits
from dbarchitect.model.advice import IndexAdvice
from dbarchitect.model.architecture import AskedPlan, NewIndex, Probe, TableSize, Trial
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.facts import TableFacts
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import quote_literal
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Index, Relational

from .advise import AdviceOptions, advise
from .constraints import Prober, make_tenant_role
from .declared import declared, expected, full_name, lab_rows
from .parameters import Filled, filled
from .partials import against_whole
from .workbench import Workbench

_RUNS, _LIMIT_S = 3, 20.0
_SAID_EVERY = 50  # accesses
_LARGE = 10_000.0  # rows from which reading a table whole is worth a word
_EMPTY, _EMPTY_BRIN = 8192, 3 * 8192  # bytes of an index without rows: a page that describes it; BRIN also maps


@dataclass(slots=True)
class Evidence:
    """What was shown. `schema` is the final script; `later` the snapshot at the volumes of two years; `trees` the plans
    of `plans` there, None for a query that was refused."""

    schema: str
    later: Snapshot
    probes: list[Probe] = field(default_factory=list[Probe])
    untried: list[str] = field(default_factory=list[str])
    plans: list[AskedPlan] = field(default_factory=list[AskedPlan])
    trees: list[QueryPlan | None] = field(default_factory=list[QueryPlan | None])
    advised: list[NewIndex] = field(default_factory=list[NewIndex])
    advice: IndexAdvice | None = None
    sizes: list[TableSize] = field(default_factory=list[TableSize])
    gaps: list[Gap] = field(default_factory=list[Gap])
    notes: list[str] = field(default_factory=list[str])


def prove(
    server: Server,
    snapshot: Snapshot,
    draft: Draft,
    title: str,
    rows: Mapping[str, Rows],
    asked: Sequence[Asked],
    workload: Workload | None,
    *,
    tenant: str,
    budget_rows: int,
    seed: int,
    rerun: str,
    progress: Callable[[str], None],
) -> Evidence:
    """Prove a design whose schema `snapshot` holds. Unindexed accesses get their indexes; the draft loses those of its
    own that these replace. `tenant`: the table of tenants; `budget_rows`: of the lab."""
    now = {name: one.now for name, one in rows.items()}
    later = {name: one.later for name, one in rows.items()}
    wanted = {full_name(name): count for name, count in lab_rows(now, budget_rows).items()}
    bench = Workbench(
        server,
        snapshot,
        rows=wanted,
        seed=seed,
        budget_rows=budget_rows,
        expected=expected(draft),
        derived=draft.fills,
        progress=progress,
    )
    with ExitStack() as stack:
        stack.callback(bench.close)
        connection = bench.empty()
        if tenant:
            make_tenant_role(server, "empty")
        prober = Prober(connection, draft, tenant, progress)
        probes = prober.probes()
        owner, guest = bench.lab()
        made = {name: float(_count(owner, name)) for name in draft.tables}
        first = bench.with_facts()
        scaled, capped = declared(first, draft, made, later)
        evidence = Evidence(schema=script(draft, title), later=scaled, probes=probes, untried=prober.untried)
        for name, count in capped.items():
            evidence.notes.append(f"{name} is planned with {count:,.0f} rows: more is larger than any table can be")
        if workload is not None:
            with closing(build(server, scaled, database="in two years, before", progress=progress)) as twin:
                _advised(evidence, twin, draft, title, workload, asked, rerun, progress)
        for one in evidence.advised:
            one_statement(owner, one.sql)
            for old in one.replaces:
                one_statement(owner, f"DROP INDEX IF EXISTS {old}")
        packed(owner)
        owner.execute("ANALYZE")
        with server.connect("lab") as admin:
            facts = inspect(admin)
        assert facts.facts is not None
        evidence.sizes = _sizes(draft, rows, made, facts)
        final = replace(
            first, schema=replace(facts, facts=replace(facts.facts, origin="declared")), script=evidence.schema
        )
        today, _ = declared(final, draft, made, now)
        evidence.later, _ = declared(final, draft, made, later)
        if workload is not None:
            with (
                closing(build(server, today, database="today", progress=progress)) as before,
                closing(build(server, evidence.later, database="in two years", progress=progress)) as after,
            ):
                forms: list[Filled | None] = []
                for number, (one, query) in enumerate(zip(asked, workload.queries, strict=False)):
                    if number % _SAID_EVERY == 0:
                        progress(
                            "planning the accesses at both volumes, and timing them on rows"
                            + (f": {number:,} of {len(asked):,}" if number else "")
                        )
                    planned, tree, form = _plan(one, query, before, after, guest if one.triggers else owner)
                    evidence.plans.append(planned)
                    evidence.trees.append(tree)
                    forms.append(form)
            _partials(evidence, draft, forms, owner, progress)
        evidence.gaps += bench.gaps
    return evidence


def packed(owner: psycopg.Connection[Any]) -> None:
    """Build B-trees anew: keys that were made up come in no order, and leave pages half empty that real ones fill. And
    GIN indexes: what was added last still waits outside of the tree."""
    found = owner.execute(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_am a ON a.oid = c.relam JOIN pg_namespace n "
        "ON n.oid = c.relnamespace WHERE c.relkind = 'i' AND a.amname IN ('btree', 'gin') AND n.nspname = 'public'"
    ).fetchall()
    for (name,) in found:
        one_statement(owner, f"REINDEX INDEX {name}")


def trials(probes: Sequence[Probe]) -> tuple[Trial, ...]:
    """What came of it, by kind."""
    held = Counter((one.kind, one.must) for one in probes if one.holds)
    failed = Counter(one.kind for one in probes if not one.holds)
    kinds = list(dict.fromkeys(one.kind for one in probes))
    return tuple(
        Trial(kind=kind, accepted=held[kind, "accepted"], refused=held[kind, "refused"], failed=failed[kind])
        for kind in kinds
    )


def _count(owner: psycopg.Connection[Any], table: str) -> int:
    row = one_statement(owner, f'SELECT count(*) FROM public."{table}"').fetchone()
    return int(row[0]) if row else 0


def _advised(
    evidence: Evidence,
    twin: Twin,
    draft: Draft,
    title: str,
    workload: Workload,
    asked: Sequence[Asked],
    rerun: str,
    progress: Callable[[str], None],
) -> None:
    try:
        advice = advise(twin, workload, AdviceOptions(limits=Limits(include=False), rerun=rerun), progress)
    except InputError as err:
        evidence.notes.append(f"no index was advised: {err.message}")
        return
    evidence.advice = advice
    texts = {" ".join(one.sql.split()): one.text for one in asked}
    own = {index.name: (table, index) for table in draft.tables.values() for index in table.indexes}
    gone = {one.index.name.name: one.instead for one in advice.drop if one.index.name.name in own}
    for one in advice.create:
        if _begun(draft, one.index):
            continue
        served = [advice.queries[number - 1] for number in one.queries]
        mine = tuple(name for name, instead in gone.items() if instead == one.index.name.name or name in one.replaces)
        evidence.advised.append(
            NewIndex(
                name=one.index.name.name,
                sql=create_index_sql(one.index),
                bytes=float(one.bytes),
                saves=one.saves,
                queries=tuple(dict.fromkeys(texts.get(" ".join(q.sql.split()), q.source or q.sql) for q in served)),
                replaces=mine,
            )
        )
    for name in {name for one in evidence.advised for name in one.replaces}:
        table, index = own[name]
        table.indexes.remove(index)
    for one in evidence.advised:
        draft.decide(
            "index",
            one.name,
            one.sql,
            f"{'; '.join(one.queries) or 'checks of references'}: it saves {one.saves:.0%} of what the workload of two "
            "years costs without it",
            instead="reading more rows than are wanted",
            unless="these accesses become rare, or the table is written far more often",
        )
    evidence.schema = script(draft, title, [one.sql for one in evidence.advised])


def _partials(
    evidence: Evidence,
    draft: Draft,
    forms: Sequence[Filled | None],
    owner: psycopg.Connection[Any],
    progress: Callable[[str], None],
) -> None:
    """Measure each partial index against the same over all rows, and say it in the record of decisions."""
    made = {} if evidence.advice is None else {one.index.name.name: one.index for one in evidence.advice.create}
    for at, one in enumerate(evidence.advised):
        index = made[one.name]
        if not index.predicate:
            continue
        progress(f"measuring {one.name} against the same over all rows")
        reads = [
            form
            for plan, form in zip(evidence.plans, forms, strict=True)
            if form is not None and one.name in plan.indexes and form.sql.lstrip()[:6].upper() in ("SELECT", "WITH R")
        ]
        timed = [partial(_milliseconds, owner, form) for form in reads]
        whole = against_whole(owner, index, timed)
        evidence.advised[at] = replace(one, whole=whole)
        for place, decision in enumerate(draft.decisions):
            if whole is not None and (decision.topic, decision.about) == ("index", one.name):
                draft.decisions[place] = replace(decision, instead=f"the same over all rows: {whole.said}")


def _milliseconds(owner: psycopg.Connection[Any], form: Filled) -> float | None:
    return _timed(owner, form.sql, form.parameters)[0]


def _begun(draft: Draft, index: Index) -> bool:
    """Whether a key of the design begins with the keys of an index: it does its work, if a little wider."""
    keys = [key.column or "" for key in index.keys]
    table = draft.tables.get(index.table.name)
    if table is None or index.method != "btree" or index.predicate or index.unique:
        return False
    wholes = [table.key, *(one.columns for one in table.uniques if not one.predicate and one.keys == one.columns)]
    return any(list(one[: len(keys)]) == keys for one in wholes)


def _plan(
    one: Asked, query: Query, today: Twin, later: Twin, session: psycopg.Connection[Any]
) -> tuple[AskedPlan, QueryPlan | None, Filled | None]:
    """An access planned at both volumes and run on the lab, its plan of two years, and how it was put. Triggers fire in
    a `session` of a guest, and not in one of the owner."""
    found = AskedPlan(
        text=one.text,
        sql=one.sql,
        per_second=one.per_second,
        said=one.said,
        latency_ms=one.latency_ms,
        parameters=one.parameters,
        note=one.note,
    )
    try:
        form = filled(later, replace(query, sql=_with_examples(query.sql, one.examples)))[0]
        after = later.explain(form.sql, form.parameters)
        before = today.explain(form.sql, form.parameters)
    except InputError as err:
        return replace(found, refused=err.message), None, None
    facts = later.schema.facts
    tables = {} if facts is None else facts.tables
    names = {one.name.name: str(one.name) for one in later.schema.tables}
    own = _from_rows(session, one)
    if own:
        form = filled(later, replace(query, sql=_with_examples(query.sql, one.examples | own)))[0]
    milliseconds, rows = _timed(session, form.sql, form.parameters)
    done = replace(
        found,
        cost_now=before.cost,
        cost_later=after.cost,
        shape=after.root.shape,
        rows_later=after.root.rows,
        reads=_reads(after, names, tables),
        indexes=tuple(dict.fromkeys(node.index for node in after.root.walk() if node.index)),
        lab_ms=milliseconds,
        lab_rows=rows,
    )
    return done, after, form


def _from_rows(session: psycopg.Connection[Any], one: Asked) -> dict[str, str]:
    """Values for `$n`s that belong together in the lab's rows, as SQL: of those that the statistics of each column by
    itself would pair, made-up rows have none."""
    found: dict[str, str] = {}
    for numbers, sql in one.values:
        try:
            row = one_statement(session, _with_examples(sql, found)).fetchone()
        except psycopg.Error:
            return found  # of a type that is not compared or grouped
        if row is not None:
            found |= {number: quote_literal(str(value)) for number, value in zip(numbers, row, strict=True)}
    return found


def _with_examples(sql: str, examples: Mapping[str, str]) -> str:
    """The query with values for what no column tells of: these are its last parameters."""
    return re.sub(r"\$\d+", lambda match: f"({examples[match[0]]})" if match[0] in examples else match[0], sql)


def _reads(
    plan: QueryPlan, names: Mapping[str, str], tables: Mapping[str, TableFacts]
) -> tuple[tuple[str, float], ...]:
    found: dict[str, float] = {}
    for node in plan.root.walk():
        size = tables.get(names.get(node.relation, ""))
        if node.type == "Seq Scan" and size is not None and (size.rows or 0) >= _LARGE:
            found[node.relation] = size.rows or 0.0
    return tuple(found.items())


def _timed(session: psycopg.Connection[Any], sql: str, parameters: Sequence[str]) -> tuple[float | None, float | None]:
    """(milliseconds of the fastest run, rows), each undone."""
    best: float | None = None
    rows: float | None = None
    for _ in range(_RUNS):
        try:
            plan = run_explained(session, sql, parameters, options="TIMING OFF", limit_s=_LIMIT_S)
        except psycopg.Error:
            return best, rows
        rows = plan.root.actual_rows
        if plan.execution_ms is not None and (best is None or plan.execution_ms < best):
            best = plan.execution_ms
    return best, rows


def _sizes(draft: Draft, rows: Mapping[str, Rows], made: Mapping[str, float], schema: Relational) -> list[TableSize]:
    """The lab's sizes, carried to the declared rows; and beside them what the types of the columns say. Pages that an
    index has without any row do not grow with the rows."""
    tables = schema.facts.tables if schema.facts is not None else {}
    empty = {
        str(one.name): sum(_EMPTY_BRIN if index.method == "brin" else _EMPTY for index in one.indexes)
        for one in schema.tables
    }
    found: list[TableSize] = []
    for table in draft.tables.values():
        parts = [
            table.name,
            *(name for name, _, _ in table.partitions),
            *([f"{table.name}_default"] if table.partitions else []),
        ]
        known = [tables[full_name(name)] for name in parts if full_name(name) in tables]
        heap = sum(one.heap_bytes or 0 for one in known)
        total = sum(one.total_bytes or one.heap_bytes or 0 for one in known)
        fixed = min(total, sum(empty.get(full_name(name), 0) for name in parts))
        count = max(made.get(table.name, 0.0), 1.0)
        one = rows[table.name]
        found.append(
            TableSize(
                table=table.name,
                rows_now=one.now,
                rows_later=one.later,
                said=one.said,
                lab_rows=int(made.get(table.name, 0)),
                lab_bytes=total,
                bytes_now=fixed + (total - fixed) / count * one.now,
                bytes_later=fixed + (total - fixed) / count * one.later,
                row_estimated=size_of(draft, table, made).row,
                lab_estimated=size_of(draft, table, made).total,
                row_measured=heap / count,
            )
        )
    return found
