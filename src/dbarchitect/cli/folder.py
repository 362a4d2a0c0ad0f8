"""`dba migrate new` and `dba migrate status`: a folder of migrations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import renames, terminal
from .migrate import migrate
from .options import PgBin, Python, Scratch, TextOrJson

Folder = Annotated[
    Path, Parameter(help="A folder of migrations: plain SQL, an Alembic project, Prisma's or Drizzle's migrations.")
]


@migrate.command
def new(
    name: Annotated[str, Parameter(help="What the migration is called: add_order_notes.")],
    /,
    *,
    folder: Annotated[Path, Parameter(name="--in", metavar="FOLDER", help="The folder of migrations.")],
    to: Annotated[str, Parameter(metavar="SOURCE", help="The schema that is wanted.")],
    form: Annotated[
        Literal["plain", "alembic", "prisma", "drizzle"] | None,
        Parameter(name=("--folder-format", "--format"), help="Of a new folder. Default plain."),
    ] = None,
    rename: Annotated[tuple[str, ...], Parameter(metavar="OLD=NEW", help="What was renamed, repeatable.")] = (),
    distinct: Annotated[tuple[str, ...], Parameter(metavar="OLD", help="What was not; '*': nothing was.")] = (),
    using: Annotated[
        tuple[str, ...], Parameter(metavar="TABLE.COLUMN=EXPR", help="How a column is converted, repeatable.")
    ] = (),
    allow_loss: Annotated[bool, Parameter(help="Let the migration lose data.")] = False,
    keep: Annotated[bool, Parameter(help="Move dropped tables and columns aside instead.")] = False,
    online: Annotated[bool, Parameter(help="Expand and contract where a plain form would block.")] = False,
    pg: Annotated[int | None, Parameter(metavar="MAJOR", help="The server's major version. Default 18.")] = None,
    small: Annotated[bool, Parameter(help="All tables are small: plain forms, which block for a moment.")] = False,
    apart: Annotated[
        bool, Parameter(help="For Drizzle: what cannot run in a transaction goes into a file of its own.")
    ] = False,
    python: Python = None,
    pg_bin: PgBin = None,
    server: Scratch = None,
) -> int:
    """Write the next migration: from what a folder's migrations make to the schema that is wanted."""
    from dbarchitect.api.diff import DiffOptions
    from dbarchitect.api.folder import new as write
    from dbarchitect.render.status import render_new

    with terminal.progress() as progress:
        made = write(
            name,
            folder,
            to,
            DiffOptions(
                renames=rename,
                distinct=distinct,
                using=expressions(using),
                allow_loss=allow_loss,
                keep=keep,
                online=online,
                pg=terminal.major(pg),
                small=small,
                python=python.absolute() if python else None,
                pg_bin=pg_bin,
                server=server,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
            form=form,
            apart=apart,
            ask=renames.asker(progress),
        )
    terminal.emit(render_new(made.target, made.plan, made.written, made.gaps, made.kept), None)
    return 0


@migrate.command
def status(
    folder: Folder,
    /,
    *,
    to: Annotated[str | None, Parameter(metavar="URL", help="A database to compare with; it is only read.")] = None,
    form: TextOrJson = "text",
    accept: Annotated[bool, Parameter(help="Take the files as they are: write dba.sum anew.")] = False,
    python: Python = None,
    pg_bin: PgBin = None,
    server: Scratch = None,
) -> int:
    """Show what differs between files, history table and database. Exits with 1 on drift."""
    import msgspec

    from dbarchitect.api import folder as verbs
    from dbarchitect.render.status import render_status
    from dbarchitect.render.untrusted import json_document

    if accept:
        terminal.note(f"wrote {verbs.accept(folder)}")
    with terminal.progress() as progress:
        found = verbs.status(
            folder,
            to,
            verbs.StatusOptions(
                pg_bin=pg_bin,
                server=server,
                python=python.absolute() if python else None,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
        )
    document = {**msgspec.to_builtins(found), "drifted": found.drifted}
    terminal.emit(json_document(document) if form == "json" else render_status(found), None)
    return int(found.drifted)


def expressions(values: tuple[str, ...]) -> dict[str, str]:
    """`TABLE.COLUMN=EXPR` as expression by column."""
    found: dict[str, str] = {}
    for value in values:
        column, equals, expression = value.partition("=")
        if not equals or not column.strip() or not expression.strip():
            raise InputError(
                f"--using {value}: not a column with its expression", hint="--using 'orders.total=total::int'"
            )
        found[column.strip()] = expression.strip()
    return found
