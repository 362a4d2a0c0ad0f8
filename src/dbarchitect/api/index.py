"""`dba index`: which indexes a workload wants."""

from __future__ import annotations

import os
import shlex
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres.connection import connect, redacted_url
from dbarchitect.engines.postgres.platforms import refuse_pooler
from dbarchitect.engines.sqlite.source import sqlite_given
from dbarchitect.errors import InputError
from dbarchitect.index.candidates import Limits
from dbarchitect.migrate.formats import check_name, empty_folder, write_migration
from dbarchitect.migrate.formats.folder import Written
from dbarchitect.model.advice import IndexAdvice
from dbarchitect.model.costfit import CostFit
from dbarchitect.model.plan import Migration, Step
from dbarchitect.model.query import Workload
from dbarchitect.prove.advise import AdviceOptions, advise
from dbarchitect.prove.costs import fit_costs
from dbarchitect.prove.measure import measure
from dbarchitect.prove.sqlite_advise import SqliteAdviceOptions
from dbarchitect.prove.workbench import Workbench
from dbarchitect.review.context import Context
from dbarchitect.sources import Source, open_source
from dbarchitect.toolchains import run_python

from .folder import opened_folder
from .kinds import admit
from .sqlite import SqliteOptions, index_sqlite
from .surroundings import WorkOptions, open_workshop, words_of_rows, words_of_server, workload_of

_TWINS = 4  # that plan side by side: this process has to read what they say

__all__ = ["IndexOptions", "index", "index_opened", "write_indexes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexOptions(WorkOptions):
    """Options of `index`. `budget`: bytes of new indexes; `most`: how many; `questions`: plans a query at most.
    `measure`: time the advice on rows: made-up ones, or those of the copy at the URL `copy`; `fit_costs`: first fit the
    planner's cost parameters to the machine that has them."""

    workload: Path | None = None
    budget: int | None = None
    most: int | None = None
    width: int = 4
    include: bool = True
    questions: int = 40
    regression: bool = False
    measure: bool = False
    copy: str | None = None
    fit_costs: bool = False


def index(source: str, options: IndexOptions) -> IndexAdvice:
    """Advice on indexes for a workload, or for that which a live source has counted or a `.twin` holds.

    Raises `InputError` where there is none.
    """
    admit("index", source, engine=options.engine)
    if sqlite_given(source, options.engine):
        return _of_sqlite(source, options)
    given = workload_of(options.workload)
    with open_workshop(
        options.pg_bin, options.cache, options.progress, scratch=options.server, redacted=options.redacted
    ) as workshop:
        opened = open_source(source, workshop, data=options.data)
        workload = given or opened.counted()
        if workload is None:
            raise InputError(
                "there is no workload: what an index is worth is what queries gain by it",
                hint="--workload FILE: SQL with `-- calls: N` above each query, a CSV of pg_stat_statements, or a log",
            )
        return index_opened(opened, workload, options)


def index_opened(opened: Source, workload: Workload, options: IndexOptions) -> IndexAdvice:
    """The same of a source that has been opened."""
    bench = Workbench(
        opened.workshop.server,
        opened.snapshot(now=options.now, workload=workload),
        rows=options.rows,
        seed=options.seed,
        prefix="indexes ",
        progress=options.progress,
    )
    with closing(bench):
        fit = _fitted(bench, options) if options.fit_costs else None
        if fit is not None and fit.better:
            bench.plan_with(_settings(fit))
        advice = advise(
            bench.twin(),
            workload,
            AdviceOptions(
                budget=options.budget,
                most=options.most,
                limits=Limits(width=options.width, include=options.include),
                questions=options.questions,
                counters=not Context(opened.schema, workload).counters_unfit,
                regression=options.regression,
                rerun=shlex.join(_command(opened.name, options)),
            ),
            options.progress,
            lambda: bench.more_twins(min(_TWINS, os.cpu_count() or 1) - 1),
        )
        advice = replace(advice, fit=fit)
        if options.measure:
            advice = _measured(advice, bench, options)
        return replace(advice, left_out=tuple(dict.fromkeys((*opened.gaps, *advice.left_out))))


def _of_sqlite(source: str, options: IndexOptions) -> IndexAdvice:
    if options.copy is not None or options.fit_costs:
        raise InputError("--copy and --fit-costs are for servers", hint="SQLite's advice is measured on a private copy")
    return index_sqlite(
        source,
        options.workload,
        SqliteOptions(engine=options.engine, data=options.data, now=options.now, progress=options.progress),
        SqliteAdviceOptions(
            budget=options.budget,
            most=options.most,
            width=options.width,
            include=options.include,
            questions=options.questions,
        ),
    )


def _fitted(bench: Workbench, options: IndexOptions) -> CostFit:
    if options.copy is None:
        return fit_costs(bench.lab()[0], progress=options.progress)
    refuse_pooler(options.copy, "what is measured on --copy")
    with closing(connect(options.copy)) as connection:
        return fit_costs(connection, progress=options.progress)


def _settings(fit: CostFit) -> dict[str, str]:
    return {one.name: f"{one.after:.6g}" for one in fit.parameters}


def _measured(advice: IndexAdvice, bench: Workbench, options: IndexOptions) -> IndexAdvice:
    settings = _settings(advice.fit) if advice.fit is not None and advice.fit.better else None
    if options.copy is None:
        owner, _ = bench.lab()
        measured = measure(owner, advice, settings=settings, progress=options.progress)
        where = "on made-up rows, as many as the lab holds: --copy URL measures on a copy of yours"
        return replace(measured, notes=(*measured.notes, where))
    with closing(connect(options.copy)) as connection:
        try:
            return measure(connection, advice, statistics=True, settings=settings, progress=options.progress)
        except psycopg.Error as err:
            raise InputError(
                f"the copy does not take an advised index: {err.diag.message_primary or err}",
                hint="it needs the source's schema, and a role that owns the tables",
            ) from err


def write_indexes(
    advice: IndexAdvice, folder: Path, name: str, *, python: Path | None = None, now: datetime
) -> Written | None:
    """Write what is advised as the next migration of a folder, in its format; None where nothing is advised."""
    parts = (*advice.create, *advice.drop)
    if not parts and not advice.statistics:
        return None
    run = partial(run_python, python=python)
    files = opened_folder(folder, None, run=run)
    check_name(files, name)
    if not folder.exists():
        empty_folder(folder, files.format)
    up: list[Step] = []
    down: list[list[Step]] = []
    for part in parts:
        down.append([replace(step, undoes=len(up) + (step.undoes or 1)) for step in part.undo])
        up += part.steps
    for told in advice.statistics:
        up.append(Step(sql=told.sql, does=f"statistics of {told.table.short}", why=told.why))
        down.append([Step(sql=told.undo, does=f"undo: statistics of {told.table.short}", undoes=len(up))])
    back = tuple(step for steps in reversed(down) for step in steps)
    migration = Migration(id="", name=name, up=tuple(up), down=back)
    return write_migration(files, migration, run=run, now=now)


def _command(source: str, options: IndexOptions) -> list[str]:
    words = ["dba", "index", source]
    if options.workload is not None:
        words += ["--workload", str(options.workload)]
    for flag, value in (("--budget", options.budget), ("--max-indexes", options.most)):
        if value is not None:
            words += [flag, str(value)]
    for flag, given in (
        ("--no-include", not options.include),
        ("--allow-regression", options.regression),
        ("--measure", options.measure),
        ("--fit-costs", options.fit_costs),
        ("--data", options.data),
    ):
        if given:
            words.append(flag)
    if options.copy is not None:
        words += ["--copy", redacted_url(options.copy)]
    words += words_of_rows(options.rows, options.seed)
    return words + words_of_server(options.pg_bin, options.server)
