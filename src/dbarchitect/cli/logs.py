"""`dba workload FILES` and `dba workload top`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .options import Output, TextOrJson
from .workload import workload

if TYPE_CHECKING:
    from dbarchitect.workload.kept import KeptWorkload

Files = Annotated[
    tuple[str, ...],
    Parameter(
        metavar="FILES",
        allow_leading_hyphen=True,  # - is standard input
        help="Logs of PostgreSQL (lines, CSV, JSON; gz, xz, bz2, zst), spans (OTLP, Jaeger), SQL, CSV of "
        "pg_stat_statements, a workload; patterns, - for standard input.",
    ),
]
LinePrefix = Annotated[
    str | None,
    Parameter(metavar="PREFIX", help="The server's log_line_prefix. Default: found out from the lines."),
]


@workload.default
def read(
    files: Files = (),
    /,
    *,
    log_line_prefix: LinePrefix = None,
    since: Annotated[
        Path | None, Parameter(metavar="FILE", help="An earlier export of pg_stat_statements: what was run since.")
    ] = None,
    resume: Annotated[
        Path | None, Parameter(metavar="FILE", help="Go on with this workload: read only what the logs have got since.")
    ] = None,
    output: Output = None,
) -> int:
    """Count the queries in logs, spans and counters: the workload that index, check and migrate rehearse take."""
    from dbarchitect.render.workload import render_top

    if not files:
        raise InputError("dba workload needs a file", hint="dba workload --help")
    target = output or resume
    kept = _counted(files, log_line_prefix, since, resume, target)
    if target is None:
        from msgspec import to_builtins

        from dbarchitect.render.untrusted import json_document

        terminal.emit(json_document(to_builtins(kept)), None)
        return 0
    from dbarchitect import __version__

    terminal.emit(render_top(kept, "text", number=5, screen=terminal.screen(None), version=__version__), None)
    terminal.note(f"written: {target}")
    return 0


@workload.command
def top(
    files: Files = (),
    /,
    *,
    by: Annotated[Literal["total", "mean", "calls", "rows"], Parameter(help="Order. Default total.")] = "total",
    number: Annotated[int, Parameter(name=("--number", "-n"), metavar="N", help="Queries. Default 20.")] = 20,
    log_line_prefix: LinePrefix = None,
    since: Annotated[
        Path | None, Parameter(metavar="FILE", help="An earlier export of pg_stat_statements: what was run since.")
    ] = None,
    form: TextOrJson = "text",
    output: Output = None,
) -> int:
    """Show the queries that took most, ran most often or gave most rows."""
    from dbarchitect import __version__
    from dbarchitect.render.workload import render_top

    if not files:
        raise InputError("dba workload top needs a file", hint="dba workload top --help")
    if number < 1:
        raise InputError(f"-n {number}: less than one", hint="a number from 1 on")
    kept = _counted(files, log_line_prefix, since, None, None)
    terminal.emit(
        render_top(kept, form, by=by, number=number, screen=terminal.screen(output), version=__version__), output
    )
    return 0


def _counted(
    files: tuple[str, ...], prefix: str | None, since: Path | None, resume: Path | None, output: Path | None
) -> KeptWorkload:
    from dbarchitect.api import workload as api

    with terminal.progress() as progress:
        return api.workload(
            files,
            api.WorkloadOptions(
                prefix=prefix,
                since=since,
                resume=resume,
                output=output,
                standard_input=terminal.standard_input(),
                progress=progress,
            ),
        )
