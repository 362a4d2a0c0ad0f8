"""Models of object-relational mappers as a SOURCE: SQLAlchemy, Tortoise, Prisma, Drizzle.

Code is asked through its own toolchain, in its own project, what it would make of an empty database: that DDL is run in
a private database and read back from the catalogue like any script. This runs code of the project, and nothing else of
`dba` does but Alembic's migrations. `read` has the values, `python` and `node` the two worlds.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import drizzle, prisma, python
from .extensions import named_types, used
from .node import RunNode
from .read import TITLES, Code, Framework, Places, RunPython

__all__ = [
    "TITLES",
    "Code",
    "Framework",
    "Places",
    "RunNode",
    "RunPython",
    "is_code",
    "named_types",
    "read_code",
    "used",
]


def is_code(given: str) -> bool:
    """Whether a SOURCE names models in code."""
    path = Path(given)
    if path.is_dir():
        return any(path.glob("*.prisma")) or drizzle.config_of(path) is not None
    if path.suffix == ".prisma" or path.suffix in drizzle.ENDS:
        return path.exists()
    return (not path.exists() or path.suffix == ".py") and python.named(given) is not None


def read_code(given: str, *, python_runs: RunPython, node_runs: RunNode, database: Callable[[], str]) -> Code:
    """The DDL of the models that `given` names. `database`: see `prisma.read`.

    Raises `InputError` and `SurroundingsError` with the place in the code, as the readers say.
    """
    path, home = Path(given), Path.cwd()
    if path.suffix == ".prisma" or (path.is_dir() and any(path.glob("*.prisma"))):
        return prisma.read(given, home, node_runs, database)
    if path.suffix in drizzle.ENDS or path.is_dir():
        return drizzle.read(given, home, node_runs)
    return python.read(given, home, python_runs)
