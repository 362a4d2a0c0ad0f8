"""`dba workload pooler`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .logs import Files, LinePrefix
from .options import Output, PgBin, TextOrJson
from .workload import workload


@workload.command
def pooler(
    files: Files = (),
    /,
    *,
    prove: Annotated[bool, Parameter(help="Show each behind a real PgBouncer, before a private server.")] = False,
    log_line_prefix: LinePrefix = None,
    pg_bin: PgBin = None,
    form: TextOrJson = "text",
    output: Output = None,
) -> int:
    """Find what a pooler in transaction mode breaks: PgBouncer's, Neon's, Supabase's. Exit code 1: there is some."""
    from dbarchitect import __version__
    from dbarchitect.api import pooler as api
    from dbarchitect.render.pooler import render_pooler

    if not files:
        raise InputError("dba workload pooler needs a file", hint="a server's log, or SQL: dba workload pooler --help")
    with terminal.progress() as progress:
        found = api.pooler(
            files,
            api.PoolerOptions(
                prefix=log_line_prefix,
                prove=prove,
                pg_bin=pg_bin,
                cache=terminal.cache(),
                standard_input=terminal.standard_input(),
                progress=progress,
            ),
        )
    terminal.emit(render_pooler(found, form, screen=terminal.screen(output), version=__version__), output)
    return int(bool(found.habits))
