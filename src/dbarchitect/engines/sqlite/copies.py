"""Private copies of an SQLite source: empty with its schema, or with its rows where it has any."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from dbarchitect.errors import SurroundingsError
from dbarchitect.model.finding import Gap

from .connection import guard, private
from .source import SqliteSource

MOST_COPIED = 1 << 30  # bytes of a file that is copied to be experimented on


@contextmanager
def empty(source: SqliteSource) -> Generator[tuple[sqlite3.Connection, tuple[Gap, ...]]]:
    """A database with the source's schema and no rows, and what of it could not be made."""
    with private() as connection:
        yield connection, make(connection, source.ddl)


def make(connection: sqlite3.Connection, ddl: Sequence[str]) -> tuple[Gap, ...]:
    """Run a schema's statements; what fails (an extension's module, a collation of the application) is a gap."""
    gaps: list[Gap] = []
    for sql in ddl:
        try:
            connection.execute(sql)
        except sqlite3.Error as err:
            gaps.append(Gap(kind="schema", name=" ".join(sql.split())[:60], effect=f"not in the copy: {err}"))
    return tuple(gaps)


def size_of(source: SqliteSource) -> int:
    """Bytes of the file; 0 of a script."""
    return source.path.stat().st_size if source.path is not None else 0


@contextmanager
def with_rows(source: SqliteSource) -> Generator[sqlite3.Connection | None]:
    """A copy with the source's rows in a private folder; None where it has none or is larger than `MOST_COPIED`."""
    with tempfile.TemporaryDirectory(prefix="dba-sqlite-") as folder:
        path = Path(folder) / "copy.db"
        if not copy_rows(source, path):
            yield None
            return
        with experiments(path) as copy:
            yield copy


def copy_rows(source: SqliteSource, path: Path) -> bool:
    """Write the source with its rows to the new file `path`; whether it was done: see `with_rows`."""
    if not source.has_rows or size_of(source) > MOST_COPIED:
        return False
    with source.rows() as rows, closing(sqlite3.connect(path)) as copy:
        if rows.in_transaction and source.path is None:
            rows.execute("COMMIT")
        try:
            rows.backup(copy)
        except sqlite3.Error as err:
            raise SurroundingsError(f"cannot copy {source.name}: {err}", hint="it needs room in TMPDIR") from err
    return True


@contextmanager
def experiments(path: Path) -> Generator[sqlite3.Connection]:
    """A session on a private copy, in which SQL that somebody wrote reaches nothing else."""
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = MEMORY")  # nobody else needs it, and it is gone with the command
        copy.execute("PRAGMA synchronous = OFF")
        guard(copy)
        yield copy
