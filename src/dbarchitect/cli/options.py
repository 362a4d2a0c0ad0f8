"""Options that several verbs have: said once, so that they read alike everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

_SOURCE = (
    "A postgresql:// URL, an SQLite file, a .sql file or pg_dump, a folder of SQL migrations, a .twin file, or models: "
    "package.module:Base, schema.prisma, schema.ts."
)

Source = Annotated[str, Parameter(help=_SOURCE)]
Workload = Annotated[
    Path | None,
    Parameter(
        metavar="FILE", help="Queries: SQL with frequencies, CSV of pg_stat_statements, a log, dba workload's JSON."
    ),
]
PgBin = Annotated[Path | None, Parameter(metavar="DIR", help="PostgreSQL binaries in place of the embedded ones (18).")]
Scratch = Annotated[
    str | None, Parameter(metavar="URL", help="A scratch server to work on instead of a private one; never your data.")
]
Facts = Annotated[
    tuple[Path, ...],
    Parameter(metavar="FILE", help="TOML whose facts (prices, limits, extensions) replace ours, repeatable."),
]
Yes = Annotated[bool, Parameter(help="Do it without asking.")]
Rows = Annotated[
    tuple[str, ...],
    Parameter(metavar="N", help="Rows that a schema without statistics gets: N or TABLE=N (5k, 2M), repeatable."),
]
Engine = Annotated[
    Literal["postgresql", "sqlite", "libsql", "turso"] | None,
    Parameter(help="Of a script, where its text does not say it. A file or a URL says it itself."),
]
Platform = Annotated[
    Literal["neon", "supabase"] | None,
    Parameter(help="Where it is to run. A URL of theirs, or a script that names what is theirs, says it itself."),
]
Data = Annotated[bool, Parameter(help="Load a script's rows too: statistics and sizes are then those of its data.")]
Seed = Annotated[int, Parameter(metavar="N", help="Seed of made-up rows. Default 0.")]
Python = Annotated[
    Path | None,
    Parameter(
        metavar="FILE", help="The Python of an Alembic project or of models. Default: its .venv's, else dba's own."
    ),
]
Output = Annotated[Path | None, Parameter(name=("--output", "-o"), metavar="FILE", help="Write there.")]
BY_NAME = "Default: as the file's name ends, else text."
TextOrJson = Annotated[Literal["text", "json"], Parameter(name="--format", help="Default text.")]


def ending(output: Path | None) -> str:
    """`.json` of `advice.JSON`, "" without a file."""
    return output.suffix.lower() if output is not None else ""
