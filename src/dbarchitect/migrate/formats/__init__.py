"""Folders of migrations in the formats of four tools: read, and written so that the tool itself runs what was written.

`folder` has the values, `steps` the grammar of our scripts; each format stands in a module of its own.
"""

from __future__ import annotations

from pathlib import Path

from dbarchitect.errors import InputError
from dbarchitect.model.plan import Migration

from . import plain
from .folder import FORMATS, Folder, Format, Problem, Written, slug

__all__ = ["FORMATS", "Folder", "Format", "Problem", "Written", "read_folder", "write_migration"]


def read_folder(path: Path) -> Folder:
    """The migrations of a folder in their order; the format is told by what lies in it.

    Raises `InputError` where there is no such folder, or a file of it cannot be read as what it should be.
    """
    if not path.is_dir():
        raise InputError(f"there is no folder {path}", hint="name a folder of migrations; `dba migrate new` makes one")
    return plain.read(path)


def write_migration(folder: Folder, migration: Migration) -> Written:
    """Write `migration` as the next one of `folder`, whose format gives it its id, its parents and its files.

    Raises `InputError` where the history or the name is not in order or the tool cannot run such a migration, and
    `SurroundingsError` where files cannot be written; nothing is left behind then.
    """
    name = slug(migration.name)
    if taken := next((one for one in folder.migrations if one.name == name), None):
        raise InputError(
            f"{folder.path} has a migration of that name already: {taken.id} {taken.name}", hint="choose another name"
        )
    if folder.problems:
        raise folder.problems[0].error()
    return plain.write(folder, migration)
