"""`dba report`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import app, commas, rows_by_table, rules_of, words_of_rules
from .options import Data, Engine, PgBin, Rows, Scratch, Seed, Source, Workload


@app.command
def report(
    source: Source,
    /,
    *,
    output: Annotated[
        Path | None, Parameter(name=("--output", "-o"), metavar="FILE", help="The page: a name that ends in .html.")
    ] = None,
    workload: Workload = None,
    no_prove: Annotated[bool, Parameter(help="Run no experiments: findings are asserted, which is quicker.")] = False,
    measure: Annotated[bool, Parameter(help="Run the queries, on made-up rows (with --data on the script's).")] = False,
    select: Annotated[
        tuple[str, ...], Parameter(metavar="RULES", help="Only these rules: ids or globs, commas between, repeatable.")
    ] = (),
    ignore: Annotated[tuple[str, ...], Parameter(metavar="RULES", help="Not these rules.")] = (),
    engine: Engine = None,
    data: Data = False,
    rows: Rows = (),
    seed: Seed = 0,
    pg_bin: PgBin = None,
    server: Scratch = None,
) -> int:
    """Write one page that a browser shows: the verdict, the worst findings, the diagram, queries and indexes.

    The page is whole in itself and asks nothing of any network.
    """
    from dbarchitect import __version__, api
    from dbarchitect.api import report as reports
    from dbarchitect.api.erd import implied
    from dbarchitect.config import read_configuration
    from dbarchitect.render.html.report import report_page

    if output is None:
        raise InputError("dba report writes a page, and no file is named", hint=f"dba report {source} -o report.html")
    if output.suffix not in (".html", ".htm"):
        raise InputError(f"{output}: a report is a page for a browser", hint="-o report.html")
    if not output.absolute().parent.is_dir():  # said now rather than after a minute
        raise InputError(f"{output}: there is no folder {output.parent}", hint="make it, or choose another with -o")
    settings = read_configuration(Path.cwd())
    chosen, extended, ignored = rules_of(settings, tuple(page.id for page in api.rule_pages()), select, (), ignore)
    now = datetime.now(UTC)
    with terminal.progress() as progress:
        found = reports.report(
            source,
            reports.ReportOptions(
                check=api.CheckOptions(
                    select=chosen,
                    extend=extended,
                    ignore=ignored,
                    ignores=settings.ignores,
                    exposed_roles=settings.exposed_roles,
                    dependencies=settings.dependencies,
                    baseline=settings.baseline,
                    workload=workload,
                    engine=engine,
                    prove=not no_prove,
                    data=data,
                    rows=rows_by_table(commas(rows)),
                    seed=seed,
                    pg_bin=pg_bin,
                    server=server,
                    cache=terminal.cache(),
                    now=now,
                    progress=progress,
                ),
                measure=measure,
                words=words_of_rules(select, ignore),
            ),
        )
    page = report_page(found, implied(found.schema), made_at=f"{now:%d %B %Y, %H:%M} UTC", version=__version__)
    terminal.emit(page, output)
    terminal.note(f"{output}: the report, {len(page.encode()) / 1e6:,.1f} MB")
    return 0
