"""`dba orm`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from dbarchitect.errors import InputError

from . import terminal
from .options import Engine, PgBin, Scratch, TextOrJson

orm = App(name="orm", help="Set up an object-relational mapper for a schema: models, migrations, a project that runs.")


@orm.default
def generate(
    source: Annotated[
        str, Parameter(help="A postgresql:// URL, a .sql file, a folder of migrations, a .twin or SQLite file.")
    ],
    /,
    *,
    to: Annotated[
        Literal["sqlalchemy", "tortoise", "prisma", "drizzle", "kysely"], Parameter(help="The mapper that is wanted.")
    ],
    output: Annotated[
        Path, Parameter(name=("--output", "-o"), metavar="FOLDER", help="The project; made if it is not there.")
    ],
    variant: Annotated[str, Parameter(help="sqlmodel (of sqlalchemy), 1.0 (of drizzle).")] = "",
    host: Annotated[
        Literal["server", "neon", "supabase", "turso"], Parameter(help="Where the database runs. Default server.")
    ] = "server",
    package: Annotated[str, Parameter(metavar="NAME", help="Of the code. Default app.")] = "app",
    models_only: Annotated[bool, Parameter(help="The models and no project around them.")] = False,
    name: Annotated[
        tuple[str, ...],
        Parameter(metavar="SQL=CODE", help="public.orders=Purchase, public.orders.user=placed_by, a foreign key too."),
    ] = (),
    keep_names: Annotated[bool, Parameter(help="Name classes as the tables are, in the plural too.")] = False,
    rename: Annotated[tuple[str, ...], Parameter(metavar="OLD=NEW", help="What was renamed since the last run.")] = (),
    distinct: Annotated[tuple[str, ...], Parameter(metavar="OLD", help="What was not; '*': nothing was.")] = (),
    engine: Engine = None,
    force: Annotated[bool, Parameter(help="Write generated files anew that somebody changed.")] = False,
    pg_bin: PgBin = None,
    server: Scratch = None,
    form: TextOrJson = "text",
) -> int:
    """Write a project for an object-relational mapper; run again, it follows the schema."""
    from keyword import iskeyword

    from dbarchitect import __version__
    from dbarchitect.api import orm as api
    from dbarchitect.orm.project import Settings
    from dbarchitect.render.orm import render_generated

    names: dict[str, str] = {}
    for one in name:
        given, found, wanted = one.rpartition("=")
        if not found or not given or not wanted:
            raise InputError(f"--name {one}: no pair", hint="--name public.orders=Purchase")
        names[given] = wanted
    if not package.isidentifier() or iskeyword(package):
        raise InputError(f"--package {package}: no name of a package", hint="letters, digits and underscores")
    with terminal.progress() as progress:
        made = api.orm(
            source,
            to,
            output,
            api.OrmOptions(
                settings=Settings(host=host, variant=variant, package=package, scaffold=not models_only),
                engine=engine,
                names=names,
                keep_names=keep_names,
                renames=rename,
                distinct=distinct,
                force=force,
                pg_bin=pg_bin,
                server=server,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
        )
    terminal.emit(render_generated(made, form, screen=terminal.screen(None), version=__version__), None)
    return 0
