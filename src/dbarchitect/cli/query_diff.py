"""`dba query diff`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import commas, factors_of, rows_by_table
from .options import Data, Output, PgBin, Rows, Seed, Workload
from .query import query

_A_SOURCE = "a postgresql:// URL, a .sql file, a folder of migrations or a .twin file"
_TIMES = re.compile(r"(\d+(?:\.\d+)?)x?", re.ASCII | re.IGNORECASE)


@query.command
def diff(
    before: Annotated[str, Parameter(help=f"What is there: {_A_SOURCE}.")],
    after: Annotated[str | None, Parameter(help="What it becomes; left out with --scale or --pg-bin-after.")] = None,
    /,
    *,
    workload: Workload = None,
    scale: Annotated[
        tuple[str, ...], Parameter(metavar="TABLE=N", help="Multiply tables of the second side: orders=100x, '*=10x'.")
    ] = (),
    fail_on: Annotated[
        str,
        Parameter(metavar="FACTOR", help="Exit with 1 if a query is so much dearer, or broken. Default 1.5x."),
    ] = "1.5x",
    baseline: Annotated[Path | None, Parameter(metavar="FILE", help="Changes that are accepted.")] = None,
    write_baseline: Annotated[
        Path | None, Parameter(metavar="FILE", help="Write today's dearer and broken queries as accepted, exit with 0.")
    ] = None,
    data: Data = False,
    rows: Rows = (),
    seed: Seed = 0,
    pg_bin: PgBin = None,
    pg_bin_after: Annotated[
        Path | None, Parameter(metavar="DIR", help="PostgreSQL binaries for the second side: an upgrade's plans.")
    ] = None,
    form: Annotated[
        Literal["text", "json", "markdown", "github"], Parameter(name="--format", help="Default text.")
    ] = "text",
    output: Output = None,
) -> int:
    """Show which plans of a workload change on another schema, other statistics or another PostgreSQL."""
    from dbarchitect import __version__
    from dbarchitect.api import query_diff as api
    from dbarchitect.render.plan_diff import render_plan_diff

    limit = _limit(fail_on)
    with terminal.progress() as progress:
        found = api.query_diff(
            before,
            after,
            api.PlanDiffOptions(
                workload=workload,
                scale=factors_of(scale) or None,
                pg_bin=pg_bin,
                pg_bin_after=pg_bin_after,
                data=data,
                rows=rows_by_table(commas(rows)),
                seed=seed,
                baseline=None if write_baseline else baseline,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
        )
    if write_baseline is not None:
        count = api.write_accepted(write_baseline, found)
        terminal.emit(f"dba: {count:,} queries accepted in {write_baseline}\n", None)
        return 0
    screen = terminal.screen(output)
    text = render_plan_diff(found, form, limit=limit, screen=screen, version=__version__, root=Path.cwd())
    terminal.emit(text, output)
    return int(limit is not None and bool(found.worse_than(limit)))


def _limit(text: str) -> float | None:
    if text == "never":
        return None
    match = _TIMES.fullmatch(text.strip())
    if match is None or float(match[1]) < 1:
        raise InputError(f"--fail-on {text}: no factor", hint="--fail-on 1.5x, or never")
    return float(match[1])
