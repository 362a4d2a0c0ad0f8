"""`dba index`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import app, commas, rows_by_table
from .options import BY_NAME, Data, Engine, Output, PgBin, Rows, Scratch, Seed, Source, Workload, ending

Form = Literal["text", "json", "sql", "svg", "html"]
_ENDINGS: Mapping[str, Form] = {".json": "json", ".sql": "sql", ".svg": "svg", ".html": "html"}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(b|kb|mb|gb|tb|)", re.ASCII | re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40}


@app.command
def index(
    source: Source,
    /,
    *,
    workload: Workload = None,
    budget: Annotated[
        str | None, Parameter(metavar="SIZE", help="Most bytes of new indexes: 500MB, 2GB. Default: no limit.")
    ] = None,
    max_indexes: Annotated[int | None, Parameter(metavar="N", help="Most new indexes.")] = None,
    width: Annotated[int, Parameter(metavar="N", help="Most columns of a key. Default 4.")] = 4,
    no_include: Annotated[bool, Parameter(help="No columns that an index only carries along (INCLUDE).")] = False,
    questions: Annotated[int, Parameter(metavar="N", help="Most plans to ask for a query. Default 40.")] = 40,
    allow_regression: Annotated[bool, Parameter(help="Let a query become dearer if the workload gains.")] = False,
    measure: Annotated[bool, Parameter(help="Time the queries on rows, and leave out what does not pay.")] = False,
    copy: Annotated[
        str | None,
        Parameter(metavar="URL", help="Measure on this copy of the source, in place of made-up rows; nothing stays."),
    ] = None,
    fit_costs: Annotated[
        bool, Parameter(help="Fit the planner's cost parameters to the machine that measures, and plan with these.")
    ] = False,
    into: Annotated[
        Path | None, Parameter(metavar="FOLDER", help="Write the advice as the next migration of this folder.")
    ] = None,
    name: Annotated[str, Parameter(metavar="NAME", help="The migration's name. Default add_indexes.")] = "add_indexes",
    engine: Engine = None,
    data: Data = False,
    rows: Rows = (),
    seed: Seed = 0,
    pg_bin: PgBin = None,
    server: Scratch = None,
    form: Annotated[
        Form | None,
        Parameter(name="--format", help=f"{BY_NAME} svg: the curve of budgets as a picture; html: a page."),
    ] = None,
    output: Output = None,
) -> int:
    """Say which indexes a workload wants, which it does not need, and which queries no index helps."""
    from dbarchitect import __version__
    from dbarchitect.api import index as api
    from dbarchitect.engines.sqlite.source import sqlite_given
    from dbarchitect.render.index import render_advice

    if width < 1 or questions < 1:
        raise InputError("--width and --questions are numbers from 1 on", hint="dba index --help")
    if max_indexes is not None and max_indexes < 0:
        raise InputError(f"--max-indexes {max_indexes}: less than none", hint="a number from 0 on")
    if fit_costs and not measure:
        raise InputError("--fit-costs is for measuring", hint="add --measure")
    if copy is not None and not measure:
        raise InputError("--copy is for measuring", hint="add --measure")
    if copy is not None and copy == source:
        raise InputError("--copy is the source itself, and measuring runs its queries", hint="name a copy of it")
    if into is not None and sqlite_given(source, engine):
        raise InputError("--into writes migrations for PostgreSQL alone", hint="--format sql -o indexes.sql")
    with terminal.progress() as progress:
        advice = api.index(
            source,
            api.IndexOptions(
                workload=workload,
                budget=None if budget is None else _bytes(budget),
                most=max_indexes,
                width=width,
                include=not no_include,
                questions=questions,
                regression=allow_regression,
                measure=measure,
                copy=copy,
                fit_costs=fit_costs,
                engine=engine,
                data=data,
                rows=rows_by_table(commas(rows)),
                seed=seed,
                pg_bin=pg_bin,
                server=server,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
        )
    written = api.write_indexes(advice, into, name, now=datetime.now(UTC)) if into is not None else None
    files = () if written is None else written.files
    form = form or _ENDINGS.get(ending(output), "text")
    if form == "html":
        from dbarchitect.render.html.index import index_page

        text = index_page(advice, source, written=files, version=__version__)
    else:
        text = render_advice(advice, form, written=files, screen=terminal.screen(output), version=__version__)
    terminal.emit(text, output)
    return 0


def _bytes(text: str) -> int:
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise InputError(f"--budget {text}: not a size", hint="--budget 500MB, 2GB")
    return int(float(match[1]) * _UNITS[match[2].lower()])
