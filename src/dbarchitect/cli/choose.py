"""`dba choose`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from cyclopts import Parameter

from . import terminal
from .commands import app, commas, count_of
from .options import Data, Facts, Output, PgBin, Scratch, Seed, Workload


@app.command
def choose(
    given: Annotated[
        str,
        Parameter(
            name="BRIEF|SPEC|SOURCE",
            help="A brief (.md), a spec (.json), or a SOURCE: a URL, a .sql file, a folder of migrations, a .twin.",
        ),
    ],
    /,
    *,
    workload: Workload = None,
    runs: Annotated[
        Literal["server", "serverless", "edge", "device"] | None, Parameter(help="Where the program runs.")
    ] = None,
    runtime: Annotated[Literal["python", "node"] | None, Parameter(help="The program's language.")] = None,
    platform: Annotated[str, Parameter(metavar="NAME", help="Where it must be: aws, supabase, on-premises.")] = "",
    needs: Annotated[
        tuple[str, ...], Parameter(metavar="NEEDS", help="What else is asked: vectors, offline, queue, ...")
    ] = (),
    measure: Annotated[
        bool, Parameter(help="Run a brief's access patterns on PostgreSQL and SQLite here, on made-up rows.")
    ] = False,
    size: Annotated[
        str, Parameter(metavar="N", help="With --measure: at most so many rows of each entity. Default 20k.")
    ] = "20k",
    facts: Facts = (),
    data: Data = False,
    seed: Seed = 0,
    pg_bin: PgBin = None,
    server: Scratch = None,
    form: Annotated[Literal["text", "json", "markdown"], Parameter(name="--format", help="Default text.")] = "text",
    output: Output = None,
) -> int:
    """Choose a database and an ORM: one answer, the runner-up, what would flip it, what is not needed."""
    from dbarchitect import __version__
    from dbarchitect.api import choose as api
    from dbarchitect.render.choose import render_choice

    with terminal.progress() as progress:
        found = api.choose(
            given,
            api.ChooseOptions(
                workload=workload,
                facts=facts,
                measure=measure,
                size=count_of("--size", size),
                runs=runs or "",
                runtime=runtime or "",
                platform=platform,
                needs=commas(needs),
                data=data,
                seed=seed,
                pg_bin=pg_bin,
                server=server,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
        )
    terminal.emit(render_choice(found, form, screen=terminal.screen(output), version=__version__), output)
    return 0
