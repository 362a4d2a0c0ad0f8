"""`dba query`: one query, or one plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from dbarchitect.config import FailOn
from dbarchitect.errors import InputError

from . import terminal
from .commands import commas, rows_by_table
from .options import BY_NAME, Data, Engine, Output, PgBin, Rows, Scratch, Seed, Workload, ending
from .query import query

if TYPE_CHECKING:
    from dbarchitect.model.query_advice import QueryReview, WorkloadReview

Form = Literal["text", "json", "html"]
_ENDINGS: Mapping[str, Form] = {".json": "json", ".html": "html"}


@query.default
def review(
    source: Annotated[str | None, Parameter(help="What the query runs on: a URL, a .sql file, a .twin file.")] = None,
    sql: Annotated[
        str | None,
        # Else "-" is taken for an option.
        Parameter(metavar="SQL", allow_leading_hyphen=True, help="The query, a file that holds it, or - for stdin."),
    ] = None,
    /,
    *,
    plan: Annotated[
        str | None,
        Parameter(
            metavar="FILE",
            allow_leading_hyphen=True,
            help="Read a plan that EXPLAIN printed, in any of its formats; - for stdin.",
        ),
    ] = None,
    workload: Workload = None,
    no_rewrites: Annotated[bool, Parameter(help="Look for no other forms that cost less.")] = False,
    orm: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME", help="Other forms in its words too: sqlalchemy, tortoise, prisma, drizzle, kysely."),
    ] = (),
    parameter: Annotated[
        tuple[str, ...], Parameter(metavar="SQL", help="A literal for $1, the next for $2, and so on; repeatable.")
    ] = (),
    measure: Annotated[bool, Parameter(help="Run it, on made-up rows (with --data on those of the script).")] = False,
    copy: Annotated[
        str | None, Parameter(metavar="URL", help="Run it on this copy of the source; what it changes is undone.")
    ] = None,
    timeout: Annotated[float, Parameter(metavar="SECONDS", help="For how long it may run. Default 60.")] = 60.0,
    engine: Engine = None,
    data: Data = False,
    rows: Rows = (),
    seed: Seed = 0,
    pg_bin: PgBin = None,
    server: Scratch = None,
    fail_on: Annotated[FailOn | None, Parameter(help="Exit with 1 from this severity on. Default warning.")] = None,
    form: Annotated[Form | None, Parameter(name="--format", help=BY_NAME)] = None,
    output: Output = None,
) -> int:
    """Say where a query spends its time and what would save it; without SQL, for all queries of a workload."""
    from dbarchitect import __version__
    from dbarchitect.api import query as api
    from dbarchitect.config import read_configuration
    from dbarchitect.model.finding import Severity
    from dbarchitect.query.existence_idioms import ORMS
    from dbarchitect.render.query import render_queries, render_query

    settings = read_configuration(Path.cwd())
    orms = commas(orm)
    if unknown := [one for one in orms if one not in ORMS]:
        raise InputError(f"--orm {unknown[0]}: not known", hint=", ".join(ORMS))
    form = form or _ENDINGS.get(ending(output), "text")
    screen = terminal.screen(output)
    severities: list[Severity]
    if plan is not None:
        if source is not None or workload is not None:
            raise InputError("--plan reads a plan, and needs no source", hint="dba query --plan FILE")
        found = api.query_plan(terminal.given(plan, "plan"), plan)
        text = _page(found) if form == "html" else render_query(found, form, screen=screen, version=__version__)
        severities = [one.severity for one in found.to_improve]
    elif source is None or (sql is not None and sql.startswith("-") and sql != "-"):
        raise InputError("name a source and a query, or a plan", hint="dba query SOURCE SQL; dba query --plan FILE")
    else:
        if sql is not None and workload is not None:
            raise InputError("a query and a workload are two questions", hint="leave one of them out")
        if copy is not None and copy == source:
            raise InputError("--copy is the source itself, and the query would run on it", hint="name a copy of it")
        if not timeout > 0:
            raise InputError(f"--timeout {timeout:g}: not a time", hint="seconds, more than none")
        options = api.QueryOptions(
            parameters=parameter,
            measure=measure,
            copy=copy,
            limit_s=timeout,
            rewrites=not no_rewrites,
            engine=engine,
            data=data,
            rows=rows_by_table(commas(rows)),
            seed=seed,
            pg_bin=pg_bin,
            server=server,
            cache=terminal.cache(),
            now=datetime.now(UTC),
        )
        with terminal.progress() as progress:
            options = replace(options, progress=progress)
            if sql is None:
                whole = api.queries(source, workload, options)
                text = (
                    _pages(whole) if form == "html" else render_queries(whole, form, screen=screen, version=__version__)
                )
                severities = [each.severity for one in whole.reviews for each in one.to_improve]
            else:
                found = api.query(source, *terminal.query_text(sql), options)
                text = (
                    _page(found)
                    if form == "html"
                    else render_query(found, form, screen=screen, version=__version__, orms=orms)
                )
                severities = [one.severity for one in found.to_improve]
    terminal.emit(text, output)
    limit = fail_on or settings.fail_on
    return int(limit != "never" and any(one.rank >= Severity(limit).rank for one in severities))


def _page(review: QueryReview) -> str:
    from dbarchitect import __version__
    from dbarchitect.render.html.query import query_page

    return query_page(review, version=__version__)


def _pages(review: WorkloadReview) -> str:
    from dbarchitect import __version__
    from dbarchitect.render.html.query import queries_page

    return queries_page(review, version=__version__)
