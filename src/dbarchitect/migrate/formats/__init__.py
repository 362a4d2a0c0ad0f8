"""Folders of migrations in the formats of four tools: read, and written so that the tool itself runs what was written.

`folder` has the values, `steps` the grammar of our scripts; each format stands in a module of its own.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.plan import Migration

from . import alembic, drizzle, plain, prisma
from .alembic import RunPython
from .folder import FORMATS, Folder, Format, Problem, Written, slug, words

__all__ = [
    "FORMATS",
    "Folder",
    "Format",
    "Problem",
    "RunPython",
    "Written",
    "check_name",
    "empty_folder",
    "format_of",
    "read_folder",
    "words",
    "write_migration",
]


def format_of(path: Path) -> Format:
    """Whose migrations a folder holds, told by what lies in it."""
    if (path / prisma.LOCK).is_file() or any(path.glob("*/migration.sql")):
        return "prisma"
    if (path / drizzle.JOURNAL).is_file():
        return "drizzle"
    return "alembic" if alembic.find(path) is not None else "plain"


def read_folder(path: Path, *, run: RunPython, form: Format | None = None) -> Folder:
    """The migrations of a folder in their order. `form`: None tells it by what lies there. `run` is for Alembic.

    Raises `InputError` where there is no such folder, or a file of it cannot be read as what it should be.
    """
    if not path.is_dir():
        raise InputError(f"there is no folder {path}", hint="name a folder of migrations; `dba migrate new` makes one")
    form = form or format_of(path)
    if form == "alembic":
        return alembic.read(path, run)
    return {"plain": plain.read, "prisma": prisma.read, "drizzle": drizzle.read}[form](path)


def empty_folder(path: Path, form: Format) -> Folder:
    """A folder that is about to get its first migration; it is made if need be. Raises `SurroundingsError`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise SurroundingsError(
            f"cannot make the folder {path}: {err.strerror or err}",
            hint="name another folder, or make its parent writable",
        ) from err
    return Folder(path=str(path), format=form)


def check_name(folder: Folder, name: str) -> None:
    """Raises `InputError` where `name` cannot be that of the next migration of `folder`."""
    wanted = slug(name)
    if taken := next((one for one in folder.migrations if words(one.name) == wanted), None):
        raise InputError(
            f"{folder.path} has a migration of that name already: {taken.id} {taken.name}", hint="choose another name"
        )


def write_migration(
    folder: Folder, migration: Migration, *, run: RunPython, now: datetime, apart: bool = False, sqlite: bool = False
) -> Written:
    """Write `migration` as the next one of `folder`, whose format gives it its id, its parents and its files.

    `now` (UTC) dates it where the format has dates; `apart`: see `drizzle.write`; `sqlite`: for the sqlite3 shell, in a
    plain folder alone. Raises `InputError` where the history
    or the name is not in order or the tool cannot run such a migration, and `SurroundingsError` where files cannot be
    written; nothing is left behind then.
    """
    check_name(folder, migration.name)
    if folder.problems:
        raise folder.problems[0].error()
    if folder.format == "alembic":
        return alembic.write(folder, migration, run)
    if folder.format == "prisma":
        return prisma.write(folder, migration, now=now)
    if folder.format == "drizzle":
        return drizzle.write(folder, migration, now=now, apart=apart)
    return plain.write(folder, migration, sqlite=sqlite)
