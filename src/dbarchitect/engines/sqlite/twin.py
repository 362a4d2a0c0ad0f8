"""The SQLite twin: the schema and the rows of `sqlite_stat1` and `sqlite_stat4`, no rows of the user's.

SQLite's planner asks the schema and these two tables alone, never the file, so an empty database that has them plans as
the full one does. `apsw` brings a recent SQLite that reads `sqlite_stat4` (the extra `sqlite`); without it Python's own
SQLite plans, which as a rule was built without.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from dbarchitect.errors import InputError
from dbarchitect.model.finding import Gap
from dbarchitect.sql.sqlite import renamed

from .connection import guard
from .facts import Statistics
from .source import TWIN, SqliteSource


class Session(Protocol):
    """What is asked of either driver."""

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement; parameters of it that have no value are NULL."""
        ...

    def steps(self, sql: str, most: int) -> int | None:
        """How many instructions of SQLite's machine a statement takes, None for more than `most`."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


_GRAIN = 50  # instructions between two countings


class SqliteRefusedError(InputError):
    """SQLite does not take a statement."""


class _Own:
    """Python's own SQLite."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        guard(self._connection)
        self.name = f"SQLite {sqlite3.sqlite_version}"
        options = {row[0] for row in self._connection.execute("PRAGMA compile_options")}
        self.reads_stat4 = "ENABLE_STAT4" in options

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(*_numbered(sql, values)).fetchall()
        except (sqlite3.Error, sqlite3.Warning) as err:
            raise SqliteRefusedError(f"SQLite does not take it: {err}", hint="correct the SQL") from err

    def steps(self, sql: str, most: int) -> int | None:
        count = 0

        def counted() -> int:
            nonlocal count
            count += _GRAIN
            return int(count > most)

        self._connection.set_progress_handler(counted, _GRAIN)
        try:
            self._connection.execute(*_numbered(sql, ())).fetchall()
        except sqlite3.OperationalError as err:
            if count > most:
                return None
            raise SqliteRefusedError(f"SQLite does not take it: {err}", hint="correct the SQL") from err
        except sqlite3.Error as err:
            raise SqliteRefusedError(f"SQLite does not take it: {err}", hint="correct the SQL") from err
        finally:
            self._connection.set_progress_handler(None, 0)
        return count

    def close(self) -> None:
        self._connection.close()


class _Apsw:
    """apsw's SQLite."""

    def __init__(self, path: str) -> None:
        import apsw

        self._apsw = apsw
        self._connection: Any = apsw.Connection(path)
        apsw.allow_missing_dict_bindings(True)
        self._connection.authorizer = _allowed
        self.name = f"SQLite {apsw.sqlite_lib_version()} (apsw)"
        self.reads_stat4 = "ENABLE_STAT4" in apsw.compile_options

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        text, named = _numbered(sql, values)
        try:
            return list(self._connection.execute(text, named or None))
        except self._apsw.Error as err:
            raise SqliteRefusedError(f"SQLite does not take it: {err}", hint="correct the SQL") from err

    def steps(self, sql: str, most: int) -> int | None:
        count = 0

        def counted() -> bool:
            nonlocal count
            count += _GRAIN
            return count > most

        self._connection.set_progress_handler(counted, _GRAIN)
        try:
            text, named = _numbered(sql, ())
            for _ in self._connection.execute(text, named or None):
                pass
        except self._apsw.InterruptError:
            return None
        except self._apsw.Error as err:
            raise SqliteRefusedError(f"SQLite does not take it: {err}", hint="correct the SQL") from err
        finally:
            self._connection.set_progress_handler(None)
        return count

    def close(self) -> None:
        self._connection.close()


def _allowed(action: int, first: str | None, second: str | None, _: str | None, __: str | None) -> int:
    """The same limits as `connection.guard` sets."""
    if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
        return sqlite3.SQLITE_DENY
    named = (second or "").lower()
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_FUNCTION and named == "load_extension" else sqlite3.SQLITE_OK


def _numbered(sql: str, values: Sequence[object]) -> tuple[str, dict[str, object]]:
    """A statement whose `?` have names, and their values."""
    names: dict[str, object] = {}

    def named(token: Any) -> str | None:
        if token.kind != "parameter":
            return None
        name = f"p{len(names) + 1}" if token.text == "?" else f"p_{token.text[1:]}"
        place = len(names)
        names.setdefault(name, values[place] if place < len(values) else None)
        return f":{name}"

    text = renamed(sql, named) if any(sign in sql for sign in "?:@$") else sql
    return text, names


def with_literals(sql: str, literals: Sequence[str]) -> str:
    """A statement with SQL literals in the place of its parameters, as many as there are."""
    seen: dict[str, int] = {}

    def literal(token: Any) -> str | None:
        if token.kind != "parameter":
            return None
        key = f"?{len(seen)}" if token.text == "?" else token.text
        place = seen.setdefault(key, len(seen))
        if token.text[1:].isdigit():
            place = int(token.text[1:]) - 1
        return literals[place] if place < len(literals) else None

    return renamed(sql, literal) if literals else sql


def open_session(path: Path | None = None) -> _Apsw | _Own:
    """A session on a private file, or on a database in memory."""
    name = ":memory:" if path is None else str(path)
    try:
        return _Apsw(name)
    except ImportError:
        return _Own(name)


def _load(session: _Apsw | _Own, ddl: Sequence[str], statistics: Statistics) -> tuple[Gap, ...]:
    """Make a schema and put statistics in their place; returns what could not be carried over."""
    gaps: list[Gap] = []
    for sql in ddl:
        try:
            session.rows(sql)
        except InputError as err:
            gaps.append(Gap(kind="schema", name=" ".join(sql.split())[:60], effect=f"not in the twin: {err.message}"))
    session.rows("ANALYZE")  # makes the tables
    session.rows("DELETE FROM sqlite_stat1")
    for row in statistics.stat1:
        session.rows("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", row)
    if session.reads_stat4:
        session.rows("DELETE FROM sqlite_stat4")
        for one in statistics.stat4:
            session.rows("INSERT INTO sqlite_stat4 (tbl, idx, neq, nlt, ndlt, sample) VALUES (?, ?, ?, ?, ?, ?)", one)
    elif statistics.stat4:
        effect = f"{session.name} cannot read it: pip install 'dbarchitect[sqlite]'"
        gaps.append(Gap(kind="statistics", name="sqlite_stat4", effect=effect))
    return tuple(gaps)


class Twin:
    """A twin that plans. `gaps`: what of the source it has not."""

    def __init__(self, ddl: Sequence[str], statistics: Statistics) -> None:
        self.session = open_session()
        self.gaps = _load(self.session, ddl, statistics)
        self.session.rows("ANALYZE sqlite_schema")  # reads them

    def query_plan(self, sql: str) -> list[tuple[int, int, str]]:
        """(number, its parent's, text) of EXPLAIN QUERY PLAN. Raises `InputError` for SQL that SQLite refuses."""
        return [(row[0], row[1], row[3]) for row in self.session.rows(f"EXPLAIN QUERY PLAN {sql}")]

    @contextmanager
    def supposing(self, indexes: Sequence[tuple[str, str, str]]) -> Generator[None]:
        """Within, indexes exist, given as (name, CREATE INDEX, what `sqlite_stat1` would say of it, "": nothing)."""
        self.session.rows("SAVEPOINT supposed")
        try:
            for name, sql, stat in indexes:
                self.session.rows(sql)
                if stat:
                    row = self.session.rows("SELECT tbl_name FROM sqlite_master WHERE name = ?", (name,))
                    self.session.rows("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (row[0][0], name, stat))
            if any(stat for _, _, stat in indexes):
                self.session.rows("ANALYZE sqlite_schema")
            yield
        finally:
            self.session.rows("ROLLBACK TO supposed")
            self.session.rows("RELEASE supposed")

    def close(self) -> None:
        """Forget it."""
        self.session.close()


def twin_of(source: SqliteSource) -> Twin:
    """The twin of a source."""
    return Twin(source.ddl, source.statistics)


def write_twin(source: SqliteSource, path: Path) -> tuple[Gap, ...]:
    """Write a twin as an SQLite file of its own, which any SQLite opens; returns what it has not.

    Raises `InputError` where there is a file already.
    """
    if path.exists():
        raise InputError(f"{path} is there already", hint="another name, or remove it")
    session = open_session(path)
    try:
        session.rows(f"PRAGMA application_id = {TWIN}")
        return _load(session, source.ddl, source.statistics)
    finally:
        session.close()


def stat_of(session: Session, index: str) -> str:
    """What `sqlite_stat1` says of an index; "" where nothing."""
    found = session.rows("SELECT stat FROM sqlite_stat1 WHERE idx = ?", (index,))
    return str(found[0][0]) if found else ""


def statistics_of(session: Session) -> Statistics:
    """What ANALYZE left."""
    stat1 = session.rows("SELECT tbl, idx, stat FROM sqlite_stat1")
    there = session.rows("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat4'")
    stat4 = session.rows("SELECT tbl, idx, neq, nlt, ndlt, sample FROM sqlite_stat4") if there else []
    return Statistics(tuple((a, b, c) for a, b, c in stat1), tuple((a, b, c, d, e, f) for a, b, c, d, e, f in stat4))


def size_of_index(session: Session, index: str) -> int:
    """Bytes of an index; 0 where SQLite was built without `dbstat`."""
    try:
        found = session.rows("SELECT sum(pgsize) FROM dbstat WHERE name = ?", (index,))
    except InputError:
        return 0
    return int(found[0][0] or 0)
