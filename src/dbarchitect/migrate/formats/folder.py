"""A folder of migrations as a value, whatever tool keeps it, and what its formats share."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Literal, get_args

from dbarchitect.errors import InputError, unreadable
from dbarchitect.files import write_whole
from dbarchitect.model.finding import Gap
from dbarchitect.model.plan import Migration
from dbarchitect.model.value import Value

Format = Literal["plain", "alembic", "prisma", "drizzle"]
FORMATS: tuple[Format, ...] = get_args(Format)

Trouble = Literal["edited", "missing", "unrecorded", "out of order", "fork", "left over", "broken chain"]


class Problem(Value, frozen=True, kw_only=True):
    """What is wrong with a folder as a history: files that were edited, are missing or fork it.

    `where` is the file or the migration that it is about.
    """

    trouble: Trouble
    where: str
    message: str
    hint: str = ""

    def error(self) -> InputError:
        """The same as an error, for what cannot go on with it."""
        return InputError(self.message, hint=self.hint)


class Folder(Value, frozen=True, kw_only=True):
    """Migrations in the order in which they run.

    path      as it was given
    problems  of the history; each makes it doubtful what a database has that was migrated with it
    gaps      what was left out, and why
    """

    path: str
    format: Format
    migrations: tuple[Migration, ...] = ()
    problems: tuple[Problem, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def heads(self) -> tuple[str, ...]:
        """The ids that no other migration follows; one in a linear history, none in an empty folder."""
        parents = {parent for one in self.migrations for parent in one.parents}
        return tuple(one.id for one in self.migrations if one.id not in parents)


class Written(Value, frozen=True, kw_only=True):
    """What was written: files in order, the migrations that they hold, and what there is to know about them."""

    files: tuple[str, ...]
    migrations: tuple[Migration, ...]
    notes: tuple[str, ...] = ()


def checksum(*contents: bytes) -> str:
    """SHA-256 of what files hold, one after the other, in hexadecimal digits."""
    found = hashlib.sha256()
    for content in contents:
        found.update(content)
    return found.hexdigest()


def read_bytes(path: Path) -> bytes:
    """What a file holds. Raises `InputError`."""
    try:
        return path.read_bytes()
    except OSError as err:
        raise unreadable(path, err) from err


def slug(name: str) -> str:
    """`name` as part of a file's name: letters, digits and underscores. Raises `InputError` where nothing is left."""
    found = words(name)
    if not found or len(found) > 100:
        raise InputError(
            f"{name!r} cannot name a migration",
            hint="letters a to z, digits and underscores, at most 100, such as add_order_notes",
        )
    return found


def words(name: str) -> str:
    """`name` in lower case with underscores between its words; the same for names that are written differently."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key that sorts names with the numbers in them by value."""
    parts = re.split(r"(\d+)", name)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts if part]


def write_together(path: Path, files: Mapping[str, Callable[[], str | bytes]], *, fresh: Collection[str]) -> None:
    """Write files of a folder in their order, each whole. Those in `fresh` must not be there yet (`InputError`); they
    are removed again where a later one cannot be written (`SurroundingsError`) or the run is interrupted."""
    for name in fresh:
        if (path / name).exists():
            raise InputError(
                f"{path / name} is there already, and is no migration of this history",
                hint="look whether it can go: an interrupted run may have left it",
            )
    made: list[Path] = []
    try:
        for name, content in files.items():
            write_whole(path / name, content())
            if name in fresh:
                made.append(path / name)
    except BaseException:
        for one in made:
            one.unlink(missing_ok=True)
        raise


def terminated(statement: str) -> str:
    """A statement with its semicolon, which a comment at its end must not swallow."""
    text = statement.strip()
    return f"{text}\n;" if "--" in text.rsplit("\n", 1)[-1] else f"{text};"
