"""`dba query keyset`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import commas, rows_by_table
from .options import Data, Engine, Output, PgBin, Rows, Scratch, Seed, Source
from .query import query


@query.command
def keyset(
    source: Source,
    sql: Annotated[
        str,
        Parameter(metavar="SQL", allow_leading_hyphen=True, help="A query with ORDER BY: SQL, a file with it, or -."),
    ],
    /,
    *,
    orm: Annotated[
        tuple[str, ...],
        Parameter(metavar="NAMES", help="The pages in these ORMs' words too: sqlalchemy, prisma, ..., or all."),
    ] = (),
    page: Annotated[int, Parameter(metavar="N", help="The page whose cost is compared. Default 1000.")] = 1000,
    measure: Annotated[bool, Parameter(help="Run that page both ways on made-up rows.")] = False,
    engine: Engine = None,
    data: Data = False,
    rows: Rows = (),
    seed: Seed = 0,
    pg_bin: PgBin = None,
    server: Scratch = None,
    form: Annotated[Literal["text", "json", "sql"], Parameter(name="--format", help="Default text.")] = "text",
    output: Output = None,
) -> int:
    """Write a query's pages by the keys of its rows in place of OFFSET, with the index that serves them."""
    from dbarchitect import __version__
    from dbarchitect.api import keyset as api
    from dbarchitect.render.keyset import ORMS, render_keyset

    shown = commas(orm)
    wrong = next((one for one in shown if one not in (*ORMS, "all")), None)
    if wrong is not None:
        raise InputError(f"--orm {wrong}: not one that this knows", hint=f"{', '.join(ORMS)}, or all")
    if page < 2:
        raise InputError(f"--page {page}: the first page is the same both ways", hint="a number from 2 on")
    with terminal.progress() as progress:
        found = api.keyset(
            source,
            terminal.query_text(sql)[0],
            api.KeysetOptions(
                page=page,
                measure=measure,
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
    if shown and found.engine == "sqlite":
        raise InputError("--orm writes pages for PostgreSQL", hint="leave it out: the queries are SQL for any client")
    text = render_keyset(found, form, orms=shown, screen=terminal.screen(output), version=__version__)
    terminal.emit(text, output)
    return int(bool(found.refused))
