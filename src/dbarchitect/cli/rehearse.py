"""`dba migrate rehearse`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import commas, rows_by_table
from .migrate import migrate
from .options import BY_NAME, Output, PgBin, Platform, Python, Rows, Scratch, Seed, Workload, ending

Files = Annotated[Path, Parameter(help="A folder of migrations, or .up.sql files (each with its .down.sql).")]
Form = Literal["text", "json", "markdown", "html"]
_ENDINGS: Mapping[str, Form] = {".json": "json", ".md": "markdown", ".html": "html"}


@migrate.command
def rehearse(
    *files: Files,
    source: Annotated[str, Parameter(metavar="SOURCE", help="What they will run on: a URL, a .twin, a .sql file.")],
    workload: Workload = None,
    measure: Annotated[
        bool,
        Parameter(name=("--measure", "--data"), help="On many made-up rows: how long it takes and who has to wait."),
    ] = False,
    copy: Annotated[
        str | None,
        Parameter(metavar="URL", help="A copy of the source that may be written to, in place of made-up rows."),
    ] = None,
    copy_with: Annotated[
        str | None,
        Parameter(
            metavar="COMMAND", help="A shell command that makes such a copy, named $DBA_COPY, and prints its URL."
        ),
    ] = None,
    drop_copy_with: Annotated[
        str | None, Parameter(metavar="COMMAND", help="A shell command that takes the copy $DBA_COPY away at the end.")
    ] = None,
    rows: Rows = (),
    seed: Seed = 0,
    after: Annotated[
        str | None, Parameter(metavar="ID", help="The last migration that the source has (a URL's history tells).")
    ] = None,
    max_block: Annotated[
        str, Parameter(name="--max-block", metavar="TIME", help="How long applications may have to wait. Default 10s.")
    ] = "10s",
    platform: Platform = None,
    pg_bin: PgBin = None,
    server: Scratch = None,
    python: Python = None,
    form: Annotated[Form | None, Parameter(name="--format", help=BY_NAME)] = None,
    output: Output = None,
) -> int:
    """Run migrations up, down and up on a private copy: locks, time, who waits, what fails, what it does to queries.

    The result is kept in `rehearsals/` beside the migrations, where `dba migrate apply` looks for it.
    """
    from dbarchitect import __version__
    from dbarchitect.api import rehearse as api
    from dbarchitect.render.rehearsal import render_rehearsal

    if not files:
        raise InputError("no migrations are named", hint="dba migrate rehearse FOLDER --source URL")
    if (copy is not None or copy_with is not None) and rows:
        raise InputError("--rows makes up rows, and a copy has its own", hint="leave one of them out")
    if copy is not None and copy_with is not None:
        raise InputError("--copy names a copy and --copy-with makes one", hint="leave one of them out")
    if drop_copy_with is not None and copy_with is None:
        raise InputError("--drop-copy-with takes away what --copy-with makes", hint="add --copy-with")
    if copy is not None and copy == source:
        raise InputError("--copy is the source itself, and a rehearsal writes to it", hint="name a copy of it")
    options = api.RehearseOptions(
        workload=workload,
        data=measure,
        copy=copy,
        copy_with=copy_with,
        drop_copy_with=drop_copy_with,
        rows=rows_by_table(commas(rows)),
        seed=seed,
        after=after,
        max_block_s=_seconds(max_block),
        platform=platform,
        pg_bin=pg_bin,
        server=server,
        python=python.absolute() if python else None,
        cache=terminal.cache(),
        now=datetime.now(UTC),
    )
    with terminal.progress() as progress:
        from dataclasses import replace

        found = api.rehearse(files, source, replace(options, progress=progress))
    kept = api.write_rehearsal(found, api.rehearsals_folder(files))
    then = api.next_command(found, files)
    form = form or _ENDINGS.get(ending(output), "text")
    if form == "html":
        from dbarchitect.render.html.rehearsal import rehearsal_page

        text = rehearsal_page(found, kept=str(kept), then=then, version=__version__)
    else:
        text = render_rehearsal(
            found, form, screen=terminal.screen(output), version=__version__, kept=str(kept), then=then
        )
    terminal.emit(text, output)
    return 0 if found.verdict in ("good", "not all run", "depends") else 1


_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|)", re.ASCII)
_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "min": 60.0, "h": 3600.0}


def _seconds(text: str) -> float:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise InputError(f"--max-block {text}: not a time", hint="--max-block 500ms, 10s, 5min")
    return float(match[1]) * _UNITS[match[2]]
