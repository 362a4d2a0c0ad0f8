"""`dba query keyset`: the pages of a query by the keys of its order."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from msgspec.structs import replace

from dbarchitect.engines.sqlite.source import open_sqlite, sqlite_given
from dbarchitect.engines.sqlite.twin import twin_of
from dbarchitect.model.keyset import Keyset
from dbarchitect.model.proof import Proof
from dbarchitect.prove.keyset import measure, plan
from dbarchitect.prove.keyset_sqlite import measure as measure_sqlite
from dbarchitect.prove.keyset_sqlite import plan as plan_sqlite
from dbarchitect.prove.workbench import Workbench
from dbarchitect.query.keyset import pages
from dbarchitect.query.keyset_idioms import idioms
from dbarchitect.query.keyset_sqlite import pages_sqlite
from dbarchitect.sources import open_source

from .kinds import admit
from .surroundings import WorkOptions, open_workshop, words_of_rows, words_of_server

__all__ = ["KeysetOptions", "keyset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysetOptions(WorkOptions):
    """Options of `keyset`. `page`: the one whose cost is compared; `measure`: run it on made-up rows."""

    page: int = 1000
    measure: bool = False


def keyset(source: str, sql: str, options: KeysetOptions) -> Keyset:
    """First, next and previous page of a query, with the index for them, planned on the twin, measured on request.

    Raises `InputError` for what is no query over the source; where it has no such pages, `refused` says why.
    """
    admit("query keyset", source, engine=options.engine)
    if sqlite_given(source, options.engine):
        return _of_sqlite(source, sql, options)
    with open_workshop(options.pg_bin, options.cache, options.progress, scratch=options.server) as workshop:
        opened = open_source(source, workshop, data=options.data)
        found = pages(sql, opened.schema)
        if found.refused:
            return found
        snapshot = opened.snapshot(now=options.now)
        bench = Workbench(workshop.server, snapshot, rows=options.rows, seed=options.seed, progress=options.progress)
        with closing(bench):
            twin = bench.twin()
            assert found.first is not None
            options.progress("planning the pages")
            types = dict(twin.describe(found.first.sql).columns)
            found = pages(sql, opened.schema, types)
            if found.refused:
                return found
            found = plan(twin, found, page=options.page)
            if found.refused or found.plans is None:
                return found
            if options.measure:
                options.progress("running a page both ways")
                owner, _ = bench.lab()
                found = measure(owner, found, page=options.page)
            found = replace(found, idioms=idioms(found))
            return replace(found, proof=_proof(found, twin.environment, opened.name, sql, options))


def _of_sqlite(source: str, sql: str, options: KeysetOptions) -> Keyset:
    opened = open_sqlite(source, engine=options.engine, data=options.data, now=options.now, progress=options.progress)
    found = pages_sqlite(sql, opened.schema)
    if found.refused:
        return found
    with closing(twin_of(opened)) as twin:
        options.progress("planning the pages")
        found = plan_sqlite(twin, found, page=options.page)
        planner = twin.session.name
    if options.measure:
        options.progress("running a page both ways")
        found = measure_sqlite(opened, found, page=options.page)
    plans = found.plans
    assert plans is not None
    rerun = ["dba", "query", "keyset", opened.name, sql, "--page", str(options.page)]
    rerun += [flag for flag, given in (("--measure", options.measure), ("--data", options.data)) if given]
    rerun += ["--engine", options.engine] if options.engine is not None else []
    proof = Proof(
        level="planned",
        method="each page planned on the twin",
        holds=not plans.sorts,
        environment={"source": opened.engine, "planner": planner},
        rerun=shlex.join(rerun),
    )
    if plans.offset_ms is not None and plans.keyset_ms is not None:
        proof = replace(
            proof,
            level="measured",
            method=f"page {plans.page:,} run on a private copy with the rows, by OFFSET and by the keys: the rows "
            "compared, the fastest of three runs",
            holds=plans.equal and plans.keyset_ms <= plans.offset_ms,
            before={"ms": round(plans.offset_ms, 3)},
            after={"ms": round(plans.keyset_ms, 3)},
        )
    return replace(found, proof=proof)


def _proof(found: Keyset, environment: Mapping[str, str], source: str, sql: str, options: KeysetOptions) -> Proof:
    plans = found.plans
    assert plans is not None
    rerun = ["dba", "query", "keyset", source, sql, "--page", str(options.page)]
    rerun += [flag for flag, given in (("--measure", options.measure), ("--data", options.data)) if given]
    rerun += [*words_of_rows(options.rows, options.seed), *words_of_server(options.pg_bin, options.server)]
    before, after = {"cost": plans.offset_before}, {"cost": plans.keyset}
    if plans.offset_ms is not None and plans.keyset_ms is not None:
        return Proof(
            level="measured",
            method=f"page {plans.page:,} run on made-up rows by OFFSET and by the keys: the rows compared, "
            "the fastest of three runs",
            holds=plans.equal and plans.keyset_ms <= plans.offset_ms,
            before={**before, "ms": round(plans.offset_ms, 3)},
            after={**after, "ms": round(plans.keyset_ms, 3)},
            environment=dict(environment),
            rerun=shlex.join(rerun),
        )
    return Proof(
        level="planned",
        method=f"page {plans.page:,} of {plans.size} rows planned on the twin by OFFSET and by the keys",
        holds=plans.keyset is not None and plans.offset_before is not None and plans.keyset < plans.offset_before,
        before=dict(before),
        after=dict(after),
        environment=dict(environment),
        rerun=shlex.join(rerun),
    )
