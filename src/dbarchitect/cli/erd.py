"""`dba erd`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import app
from .options import PgBin, Scratch, Source

Form = Literal["svg", "mermaid", "dbml", "png"]
_ENDINGS: dict[str, Form] = {
    ".svg": "svg",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".dbml": "dbml",
    ".png": "png",
}


@app.command
def erd(
    source: Source,
    /,
    *,
    output: Annotated[
        Path | None,
        Parameter(name=("--output", "-o"), metavar="FILE", help="Where to: erd.svg, erd.png, erd.mmd or erd.dbml."),
    ] = None,
    form: Annotated[
        Form | None, Parameter(name="--format", help="Default: as the file's name ends; svg without a file.")
    ] = None,
    columns: Annotated[
        Literal["all", "keys", "none"] | None,
        Parameter(help="Which columns tables show. Default all; with more than 60 tables those of keys."),
    ] = None,
    declared: Annotated[bool, Parameter(help="Leave out the references that only names imply.")] = False,
    pg_bin: PgBin = None,
    server: Scratch = None,
) -> int:
    """Draw the entity-relationship diagram: all tables, their foreign keys, and those that only names imply."""
    from dbarchitect.api import erd as api
    from dbarchitect.api.surroundings import WorkOptions
    from dbarchitect.files import write_whole
    from dbarchitect.render.erd import dbml, diagram, fitting, mermaid
    from dbarchitect.render.erd.png import png

    form = form or _form_of(output)
    if form == "png" and output is None:
        raise InputError("a PNG needs a file", hint="-o erd.png")
    with terminal.progress() as progress:
        schema, implied = api.erd(
            source,
            WorkOptions(pg_bin=pg_bin, server=server, cache=terminal.cache(), now=datetime.now(UTC), progress=progress),
        )
        implied = () if declared else implied
        columns = columns or fitting(schema)
        progress(f"drawing {len(schema.tables):,} tables")
        if form == "mermaid":
            drawn = mermaid(schema, implied=implied, columns=columns)
        elif form == "dbml":
            drawn = dbml(schema, implied=implied)
        else:
            drawn = diagram(schema, implied=implied, columns=columns)
    if form == "png" and output is not None:
        write_whole(output, png(drawn))
        return 0
    terminal.emit(drawn, output)
    return 0


def _form_of(output: Path | None) -> Form:
    if output is None:
        return "svg"
    form = _ENDINGS.get(output.suffix.lower())
    if form is None:
        raise InputError(
            f"{output}: no kind of diagram ends in {output.suffix or 'nothing'}",
            hint=f"one that ends in {', '.join(_ENDINGS)}, or --format svg",
        )
    return form
