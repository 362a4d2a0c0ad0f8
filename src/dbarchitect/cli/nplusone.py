"""`dba query n+1`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import commas
from .logs import Files, LinePrefix
from .options import Output, PgBin
from .query import query


@query.command(name="n+1")
def n_plus_one(
    files: Files = (),
    /,
    *,
    source: Annotated[
        str | None, Parameter(metavar="SOURCE", help="The database: its keys say how sure a finding is.")
    ] = None,
    orm: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAME", help="Show the fix for sqlalchemy, prisma, drizzle, kysely, tortoise."),
    ] = (),
    count: Annotated[int, Parameter(metavar="N", help="Executions that make a loop. Default 5.")] = 5,
    log_line_prefix: LinePrefix = None,
    baseline: Annotated[
        Path | None, Parameter(metavar="FILE", help="Accepted findings: only new ones are shown, and fail.")
    ] = None,
    write_baseline: Annotated[
        Path | None, Parameter(metavar="FILE", help="Write what is found as accepted, exit with 0.")
    ] = None,
    pg_bin: PgBin = None,
    form: Annotated[Literal["text", "json", "github"], Parameter(name="--format", help="Default text.")] = "text",
    output: Output = None,
) -> int:
    """Find loops of queries in logs and spans: N+1 queries, repeated ones, writes row by row, with what mends them."""
    from dbarchitect import __version__
    from dbarchitect.api import nplusone as api
    from dbarchitect.config import read_configuration
    from dbarchitect.render.nplusone import ORMS, render_n_plus_one

    if not files:
        raise InputError("dba query n+1 needs a log, or spans", hint="dba query n+1 --help")
    if count < 2:
        raise InputError(f"--count {count}: one execution is no loop", hint="a number from 2 on")
    orms = commas(orm)
    if unknown := [one for one in orms if one not in ORMS]:
        raise InputError(f"--orm {unknown[0]}: not known", hint=", ".join(ORMS))
    configured = read_configuration(Path.cwd())
    with terminal.progress() as progress:
        found = api.loops(
            files,
            api.LoopOptions(
                prefix=log_line_prefix,
                source=source,
                count=count,
                ignored=configured.repeated_ignores,
                baseline=baseline or configured.repeated_baseline,
                write_baseline=write_baseline,
                standard_input=terminal.standard_input(),
                pg_bin=pg_bin,
                cache=terminal.cache(),
                progress=progress,
            ),
        )
    text = render_n_plus_one(
        found.found,
        form,
        screen=terminal.screen(output),
        root=Path.cwd(),
        version=__version__,
        statements=found.statements,
        accepted=found.accepted,
        orms=orms,
    )
    terminal.emit(text, output)
    return int(bool(found.found))
