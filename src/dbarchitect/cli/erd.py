"""`dba erd`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import PgBin, Scratch, Source, app

_FORMS = {".svg": "svg"}


@app.command
def erd(
    source: Source,
    /,
    *,
    output: Annotated[
        Path | None, Parameter(name=("--output", "-o"), metavar="FILE", help="Where to: a name that ends in .svg.")
    ] = None,
    columns: Annotated[
        Literal["all", "keys", "none"] | None,
        Parameter(help="Which columns tables show. Default all; only those of keys from 60 tables on."),
    ] = None,
    declared: Annotated[bool, Parameter(help="Leave out the references that only names imply.")] = False,
    pg_bin: PgBin = None,
    server: Scratch = None,
) -> int:
    """Draw the entity-relationship diagram: every table, every foreign key, and those that are missing."""
    from dbarchitect.api import erd as api
    from dbarchitect.api.surroundings import WorkOptions
    from dbarchitect.render.erd import diagram

    if output is not None and output.suffix not in _FORMS:
        raise InputError(f"{output}: no kind of diagram that this knows", hint="-o erd.svg")
    with terminal.progress() as progress:
        schema, implied = api.erd(
            source,
            WorkOptions(pg_bin=pg_bin, server=server, cache=terminal.cache(), now=datetime.now(UTC), progress=progress),
        )
    many = len(schema.tables) > 60
    terminal.emit(
        diagram(schema, implied=() if declared else implied, columns=columns or ("keys" if many else "all")), output
    )
    return 0
