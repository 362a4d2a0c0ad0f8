"""`dba orm diff`: models in code against a database."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from . import terminal
from .options import Output, PgBin, Python, Scratch
from .orm import orm


@orm.command
def diff(
    source: Annotated[
        str, Parameter(help="The database: a postgresql:// URL, a .sql file, a folder of migrations, a .twin file.")
    ],
    code: Annotated[
        str,
        Parameter(help="The models: package.module:Base, module:TORTOISE_ORM, schema.prisma, schema.ts, a config."),
    ],
    /,
    *,
    python: Python = None,
    form: Annotated[
        Literal["text", "json", "markdown", "github"], Parameter(name="--format", help="Default text.")
    ] = "text",
    output: Output = None,
    pg_bin: PgBin = None,
    server: Scratch = None,
) -> int:
    """Show where models and the database disagree, and what would mend it; exit code 1 where they do."""
    from dbarchitect import __version__
    from dbarchitect.api.orm_diff import OrmDiffOptions, orm_diff
    from dbarchitect.render.orm_diff import render_orm_diff

    with terminal.progress() as progress:
        made = orm_diff(
            source,
            code,
            OrmDiffOptions(pg_bin=pg_bin, server=server, python=python, cache=terminal.cache(), progress=progress),
        )
    terminal.emit(render_orm_diff(made, form, screen=terminal.screen(output), version=__version__), output)
    return 1 if made.drifts else 0
