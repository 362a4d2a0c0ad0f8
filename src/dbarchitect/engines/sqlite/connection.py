"""Opening somebody's SQLite file without leaving a trace, and telling files apart by their first bytes.

A reader of a file in WAL mode needs the files `-wal` and `-shm` beside it, and makes them where they are missing
(sqlite.org/wal.html, "Read-Only Databases"). So a file in WAL mode that nobody has open is read as `immutable`, which
is right as long as nobody opens it meanwhile: that is looked at afterwards. A `-wal` without its `-shm` (a copy that
was taken of both) is read from a private copy. In every other case the file is opened `mode=ro` beside its users.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, unquote

from dbarchitect.engines.limit import put_under_limit
from dbarchitect.errors import InputError, SurroundingsError

MAGIC = b"SQLite format 3\0"
SUFFIXES = frozenset((".db", ".db3", ".sqlite", ".sqlite3", ".s3db", ".sdb"))
_URL = re.compile(r"(?:sqlite3?(?:\+\w+)?|file):", re.IGNORECASE)
_WAIT_S = 5.0  # for a writer to finish; a writer holds the file for moments
_MOST_PAGES = 1 << 20  # of 4096 bytes, in memory
_MOST_COPIED = 2 << 30  # bytes of a file that is copied to be read


def path_of(given: str) -> Path | None:
    """The file that a source names: by a URL as SQLAlchemy or SQLite write it, by its first bytes or, where it is none
    (encrypted, empty), by its name. None for what is no SQLite file."""
    url = _URL.match(given)
    if url:
        rest = given[url.end() :].partition("?")[0]
        if rest.startswith("//"):  # sqlite:///relative, sqlite:////absolute; file:///absolute
            rest = rest[2:].partition("/")[2] if not given.lower().startswith("file:") else rest[2:]
        return Path(unquote(rest))
    path = Path(given)
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            first = file.read(len(MAGIC))
    except OSError:
        return path if path.suffix.lower() in SUFFIXES else None
    return path if first == MAGIC or path.suffix.lower() in SUFFIXES else None


def check_file(path: Path) -> None:
    """Raises `InputError` where a path is no SQLite database that can be read."""
    if not path.exists():
        raise InputError(
            f"there is no file {path}", hint="sqlite:///relative.db, sqlite:////absolute/path.db, or a path"
        )
    if not path.is_file():
        raise InputError(f"{path} is no file", hint="name the database's file")
    try:
        with path.open("rb") as file:
            first = file.read(100)
    except OSError as err:
        raise InputError(f"cannot read {path}: {err.strerror}", hint="it takes the right to read the file") from err
    if first and not first.startswith(MAGIC):
        raise InputError(
            f"{path} is not an SQLite database, or it is encrypted (SQLCipher, SEE): its first bytes are not SQLite's",
            hint="decrypt a copy first (SQLCipher: sqlcipher_export), or give its schema as a script: --engine sqlite",
        )


@contextmanager
def reading(path: Path) -> Generator[sqlite3.Connection]:
    """A session that reads a file and changes nothing in or beside it.

    Raises `InputError` for what is no database, `SurroundingsError` for one that is locked or changed meanwhile.
    """
    check_file(path)
    path = path.absolute()
    wal, shm = path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")
    in_wal = in_wal_mode(path)
    has_wal = wal.exists() and wal.stat().st_size > 0
    with tempfile.TemporaryDirectory(prefix="dba-sqlite-") as folder:
        immutable = in_wal and not wal.exists()
        if in_wal and has_wal and not shm.exists():
            path = _copied(path, wal, Path(folder))
        elif in_wal and not has_wal:
            immutable = not shm.exists()
        before = path.stat()
        with closing(_open(path, immutable=immutable)) as connection:
            try:
                connection.execute("PRAGMA query_only = ON")
                connection.execute("BEGIN")  # one state of the file from here to the end
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                yield connection
            except sqlite3.Error as err:
                raise understood(err, path) from err
        after = path.stat()
        moved = (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size)
        if immutable and (moved or (wal.exists() and wal.stat().st_size > 0)):
            raise SurroundingsError(f"{path} was written while it was read", hint="run it once more")


def in_wal_mode(path: Path) -> bool:
    """Whether the file says so itself: an `immutable` session is told otherwise."""
    with path.open("rb") as file:
        header = file.read(20)
    return len(header) == 20 and header[18] == 2


def _copied(path: Path, wal: Path, folder: Path) -> Path:
    if path.stat().st_size + wal.stat().st_size > _MOST_COPIED:
        raise InputError(
            f"{path} has a -wal file without its -shm, and is too large to be copied to be read",
            hint=f"write the -wal back first: sqlite3 {path} 'PRAGMA wal_checkpoint(TRUNCATE)'",
        )
    try:
        for one in (path, wal):
            shutil.copyfile(one, folder / one.name)
    except OSError as err:
        raise SurroundingsError(
            f"cannot copy {path} to read it: {err.strerror}", hint="it needs room in TMPDIR"
        ) from err
    return folder / path.name


def _open(path: Path, *, immutable: bool) -> sqlite3.Connection:
    uri = f"file:{quote(str(path))}?mode=ro{'&immutable=1' if immutable else ''}"
    try:
        return sqlite3.connect(uri, uri=True, timeout=_WAIT_S, isolation_level=None)
    except sqlite3.Error as err:
        raise understood(err, path) from err


def understood(err: sqlite3.Error, path: Path) -> InputError | SurroundingsError:
    """What SQLite refused, in words of ours."""
    text = str(err)
    if "locked" in text or "busy" in text:
        return SurroundingsError(
            f"{path} is locked: somebody writes to it and did not finish within {_WAIT_S:.0f} s",
            hint='once more when the writer is done, or on a copy: sqlite3 app.db ".backup copy.db"',
        )
    if "not a database" in text:
        return InputError(f"{path} is not an SQLite database, or it is encrypted", hint="decrypt a copy first")
    if "malformed" in text:
        return InputError(f"{path} is damaged: {text}", hint="sqlite3 app.db 'PRAGMA integrity_check', or .recover")
    if "readonly" in text or "unable to open" in text:
        return InputError(
            f"{path} cannot be opened to read ({text}): a writer may have crashed and left a journal beside it",
            hint="open it once with its application, or give a copy of it with its -journal",
        )
    return InputError(f"{path}: {text}", hint="is it a database of a newer SQLite, or of an extension?")


@contextmanager
def private() -> Generator[sqlite3.Connection]:
    """An empty database of our own, in memory, of which it takes no more than a private PostgreSQL's process."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute(f"PRAGMA max_page_count = {_MOST_PAGES}")
        guard(connection)
        yield connection


_FORBIDDEN = frozenset((sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH))
_FORBIDDEN_FUNCTIONS = frozenset(("load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"))


def guard(connection: sqlite3.Connection) -> None:
    """Let SQL that somebody wrote reach nothing outside of the connection's own database, and take no longer than the
    work may."""

    def allowed(action: int, first: str | None, second: str | None, _: str | None, __: str | None) -> int:
        if action in _FORBIDDEN:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FORBIDDEN_FUNCTIONS:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in (
            "temp_store_directory",
            "data_store_directory",
        ):
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() == "max_page_count":
            return sqlite3.SQLITE_IGNORE
        return sqlite3.SQLITE_OK

    def end() -> None:
        with suppress(sqlite3.ProgrammingError):  # it is closed by now
            connection.interrupt()

    connection.set_authorizer(allowed)
    put_under_limit(end)
