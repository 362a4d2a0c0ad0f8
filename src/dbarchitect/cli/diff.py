"""`dba migrate diff`: the plan from one schema to another."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from . import renames, terminal
from .folder import expressions
from .migrate import migrate
from .options import Engine, Output, PgBin, Scratch

_A_SOURCE = "a postgresql:// URL, an SQLite file, a .sql file, a folder of migrations or a .twin file"


@migrate.command
def diff(
    source: Annotated[str, Parameter(help=f"The schema that is there: {_A_SOURCE}.")],
    target: Annotated[str, Parameter(help=f"The schema that is wanted: {_A_SOURCE}.")],
    /,
    *,
    rename: Annotated[tuple[str, ...], Parameter(metavar="OLD=NEW", help="What was renamed, repeatable.")] = (),
    distinct: Annotated[tuple[str, ...], Parameter(metavar="OLD", help="What was not; '*': nothing was.")] = (),
    using: Annotated[
        tuple[str, ...], Parameter(metavar="TABLE.COLUMN=EXPR", help="How a column is converted, repeatable.")
    ] = (),
    allow_loss: Annotated[bool, Parameter(help="Let the plan lose data.")] = False,
    keep: Annotated[bool, Parameter(help="Move dropped tables and columns aside instead.")] = False,
    online: Annotated[bool, Parameter(help="Expand and contract where a plain form would block.")] = False,
    pg: Annotated[
        int | None, Parameter(metavar="MAJOR", help="The server's major version. Default: the source's.")
    ] = None,
    small: Annotated[bool, Parameter(help="Tables of unknown size are small: plain forms.")] = False,
    privileges: Annotated[
        Literal["auto", "yes", "no"], Parameter(help="Compare owners and grants. auto: if the wanted schema has any.")
    ] = "auto",
    data: Annotated[bool, Parameter(help="Load a script's rows too, and see that they stay.")] = False,
    form: Annotated[Literal["text", "json", "sql"], Parameter(name="--format", help="Default text.")] = "text",
    output: Output = None,
    engine: Engine = None,
    apply: Annotated[bool, Parameter(help="Run it on the source, an SQLite file, after a backup.")] = False,
    backup: Annotated[
        Path | None, Parameter(metavar="FILE", help="The backup of --apply. Default: beside the file, with the time.")
    ] = None,
    pg_bin: PgBin = None,
    server: Scratch = None,
) -> int:
    """Show what turns one schema into another, and back: run on a private copy before it is shown."""
    from dbarchitect import __version__
    from dbarchitect.api.diff import DiffOptions, migrate_diff, scripts_of
    from dbarchitect.errors import InputError
    from dbarchitect.render.plan import render_plan

    if backup is not None and not apply:
        raise InputError("--backup is for --apply", hint="add --apply")
    with terminal.progress() as progress:
        planned = migrate_diff(
            source,
            target,
            DiffOptions(
                renames=rename,
                distinct=distinct,
                using=expressions(using),
                allow_loss=allow_loss,
                keep=keep,
                online=online,
                pg=terminal.major(pg),
                small=small,
                privileges={"auto": None, "yes": True, "no": False}[privileges],
                data=data,
                engine=engine,
                apply=apply,
                backup=backup,
                pg_bin=pg_bin,
                server=server,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
            ask=renames.asker(progress),
        )
    text = render_plan(
        planned.source,
        planned.target,
        planned.plan,
        form,
        scripts=scripts_of(planned.plan),
        gaps=planned.gaps,
        kept=planned.kept,
        screen=terminal.screen(output),
        version=__version__,
    )
    terminal.emit(text, output)
    if planned.backup:
        terminal.note(f"applied to {planned.source}; as it was: {planned.backup}")
    return 0
