"""`dba vectors`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import app
from .options import Data, Output, PgBin, Scratch


@app.command
def vectors(
    source: Annotated[
        str,
        Parameter(help="A postgresql:// URL, a .sql file or pg_dump with --data, or a matrix of NumPy's (.npy)."),
    ],
    column: Annotated[
        str, Parameter(metavar="TABLE.COLUMN", help="The column of vectors, where there are several.")
    ] = "",
    /,
    *,
    k: Annotated[int, Parameter(metavar="N", help="Neighbours that a search wants. Default 10.")] = 10,
    recall: Annotated[
        float, Parameter(metavar="SHARE", help="The share of the true neighbours to be found. Default 0.95.")
    ] = 0.95,
    where: Annotated[
        str, Parameter(metavar="COLUMN", help="Searches are narrowed to one value of this column, such as a tenant.")
    ] = "",
    text: Annotated[
        str, Parameter(metavar="COLUMN", help="Searches ask for words of this column too (hybrid search).")
    ] = "",
    latency: Annotated[
        float, Parameter(metavar="MS", help="An exact search that takes no longer needs no index. Default 5.")
    ] = 5.0,
    distance: Annotated[
        Literal["cosine", "l2", "ip", "l1"] | None,
        Parameter(help="Default: that of the index that is there, else cosine."),
    ] = None,
    most: Annotated[
        int, Parameter(name="--vectors", metavar="N", help="Vectors that are read and tried on. Default 50000.")
    ] = 50_000,
    searches: Annotated[int, Parameter(metavar="N", help="How many of them are searched with. Default 200.")] = 200,
    seed: Annotated[int, Parameter(metavar="N", help="Seed of what is drawn. Default 0.")] = 0,
    data: Data = False,
    pg_bin: PgBin = None,
    server: Scratch = None,
    form: Annotated[Literal["text", "json", "sql"], Parameter(name="--format", help="Default text.")] = "text",
    output: Output = None,
) -> int:
    """Say which pgvector index serves a column: built and searched on your own vectors, recall and time measured.

    Exit codes: 0 an index (or none) is good enough, 1 none reaches --recall.
    """
    from dbarchitect import __version__
    from dbarchitect.api import vectors as api
    from dbarchitect.render.vectors import render_vectors

    if not 1 <= k <= 1000:
        raise InputError(f"--k {k}: no search wants so many", hint="a number from 1 to 1000")
    if not 0 < recall <= 1:
        raise InputError(f"--recall {recall:g}: not a share", hint="above 0, at most 1, such as 0.95")
    if most < 1000 or not 20 <= searches <= 10_000:
        raise InputError("too little to measure with", hint="--vectors from 1000 on, --searches from 20 to 10000")
    with terminal.progress() as progress:
        found = api.vectors(
            source,
            api.VectorOptions(
                column=column,
                k=k,
                target=recall,
                vectors=most,
                searches=searches,
                distance=distance,
                condition=where,
                words=text,
                latency_ms=latency,
                data=data,
                seed=seed,
                pg_bin=pg_bin,
                server=server,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
        )
    terminal.emit(render_vectors(found, form, screen=terminal.screen(output), version=__version__), output)
    return 0 if found.good else 1
