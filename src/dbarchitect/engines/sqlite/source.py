"""An SQLite database as a source: a file that is only read, or a script that is run on a private copy."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import cast

from msgspec.structs import replace

from dbarchitect.errors import InputError, unreadable
from dbarchitect.model.finding import Gap
from dbarchitect.model.query import Workload
from dbarchitect.model.schema import Relational
from dbarchitect.sql.ignores import Ignore, Misspelt, read_all_ignores
from dbarchitect.sql.positions import Positions
from dbarchitect.sql.script import Statement, decode_script
from dbarchitect.sql.sqlite import is_sqlite, split_sqlite, sqlite_positions, tokens

from .connection import in_wal_mode, path_of, private, reading
from .facts import Statistics, gather, statistics, with_facts
from .inspect import inspect
from .remote import Remote, is_remote

NAMES: dict[str, str] = {"sqlite": "SQLite", "libsql": "libSQL", "turso": "Turso Database"}
TWIN = 0x64626154  # "dbaT": the application_id of a twin's file, whose rows and sizes are not those that count
_ROWS = frozenset(("INSERT", "REPLACE", "UPDATE", "DELETE", "WITH"))
_SCRIPT = 1 << 20  # bytes of a script that is looked at for words of SQLite's


@dataclass(frozen=True)
class SqliteSource:
    """An opened source. `ddl` are the statements that make its schema, in order; `path` is None for a script."""

    name: str
    given: str
    schema: Relational
    ddl: tuple[str, ...]
    statistics: Statistics
    path: Path | None = None
    gaps: tuple[Gap, ...] = ()
    statements: tuple[Statement, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    data: bool = False
    workload: Workload | None = field(default=None)

    @property
    def engine(self) -> str:
        """The dialect, and the SQLite that read it."""
        return f"{NAMES[self.schema.engine]} (read by SQLite {self.schema.version_text})"

    @property
    def has_rows(self) -> bool:
        """Whether there are rows to look at."""
        return (self.path is not None and self.schema.settings["application_id"] != str(TWIN)) or self.data

    @cached_property
    def places(self) -> Positions:
        """Where a script writes its objects down; empty for a file."""
        return sqlite_positions(self.statements)

    def ignores(self, rules: Collection[str]) -> tuple[tuple[Ignore, ...], tuple[Misspelt, ...]]:
        """The `dba: ignore` comments of scripts, and those that are wrong. `rules`: the ids that exist."""
        return read_all_ignores(self.texts, self.statements, self.places, rules)

    @contextmanager
    def rows(self) -> Generator[sqlite3.Connection]:
        """A session that reads the rows: of the file, or of the script that was run with its data."""
        if self.path is not None:
            with reading(self.path) as connection:
                yield connection
            return
        with private() as connection:
            _run(connection, self.statements, data=self.data)
            yield connection


def sqlite_given(given: str, engine: str | None = None) -> bool:
    """Whether a source is SQLite's: by `engine`, which somebody named, by its URL, its first bytes or, of a script, by
    words that no other engine takes; or a server of libSQL."""
    if is_remote(given) or engine in NAMES or path_of(given) is not None:
        return True
    path = Path(given)
    if engine is not None or path.suffix.lower() != ".sql" or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return is_sqlite(file.read(_SCRIPT).decode("utf-8", "replace"))
    except OSError:
        return False


def open_sqlite(
    given: str,
    *,
    engine: str | None = None,
    data: bool = False,
    facts: bool = True,
    now: datetime,
    progress: Callable[[str], None] = lambda _: None,
) -> SqliteSource:
    """Open a file or a script. `data`: a script's rows too; `facts`: rows, sizes and statistics.

    Raises `InputError` for what is no database or no SQL, `SurroundingsError` for a file that is locked.
    """
    dialect = engine or "sqlite"
    if is_remote(given):
        if data:
            raise InputError("--data loads the rows of a script, and a server's stay there", hint="leave --data out")
        dialect = "libsql" if dialect == "sqlite" else dialect
        return _server(given, dialect, facts=facts, now=now, progress=progress)
    path = path_of(given)
    if path is not None:
        if data:
            raise InputError(f"--data loads the rows of a script, and {given} has its own", hint="leave --data out")
        return _file(given, path, dialect, facts=facts, now=now, progress=progress)
    path = Path(given)
    if not path.exists():
        raise InputError(f"there is no file {given}", hint="an SQLite file, sqlite:///app.db, or a script")
    if path.is_dir():
        raise InputError(
            f"{given} is a folder: of SQLite this reads files and scripts", hint="cat its scripts into one"
        )
    return _script(given, path, dialect, data=data, now=now, progress=progress)


def _file(
    given: str, path: Path, engine: str, *, facts: bool, now: datetime, progress: Callable[[str], None]
) -> SqliteSource:
    progress(f"reading {path}")
    with reading(path) as connection:
        schema = inspect(connection, engine=engine, database=path.name)
        ddl = statements_of(connection)
        found = statistics(connection)
        gaps: tuple[Gap, ...] = ()
        if facts and schema.settings["application_id"] != str(TWIN):
            known, gaps = gather(connection, schema, now=now, live=True, found=found, progress=progress)
            schema = with_facts(schema, known)
    if in_wal_mode(path):
        schema = replace(schema, settings={**schema.settings, "journal_mode": "wal"})
    if not schema.tables and not schema.views:
        gaps += (Gap(kind="file", name=str(path), effect="it is empty: there are no tables"),)
    gaps += _of_dialect(schema)
    return SqliteSource(name=given, given=given, schema=schema, ddl=ddl, statistics=found, path=path, gaps=gaps)


def _server(given: str, engine: str, *, facts: bool, now: datetime, progress: Callable[[str], None]) -> SqliteSource:
    """A server's schema, made again here, with its statistics and sizes."""
    remote = Remote(given)
    progress(f"reading {remote.name}")
    asked = cast(sqlite3.Connection, remote)
    gaps: list[Gap] = []
    try:
        ddl, found = statements_of(asked), statistics(asked)
        with private() as connection:
            for sql in ddl:
                try:
                    connection.execute(sql)
                except sqlite3.Error as err:
                    gaps.append(Gap(kind="schema", name=" ".join(sql.split())[:60], effect=f"left out: {err}"))
            schema = inspect(connection, engine=engine, database=remote.name.rpartition("/")[2])
        size = asked.execute("PRAGMA page_size").fetchone()
        schema = replace(schema, settings={**schema.settings, "page_size": str(size[0]), "journal_mode": ""})
        if facts:
            known, more = gather(asked, schema, now=now, live=True, found=found, progress=progress)
            schema, gaps = with_facts(schema, known), [*gaps, *more]
    except sqlite3.OperationalError as err:
        raise InputError(f"{remote.name} does not say what it has: {err}", hint="is it libSQL?") from err
    if not schema.tables and not schema.views:
        gaps.append(Gap(kind="server", name=remote.name, effect="it is empty: there are no tables"))
    gaps += _of_dialect(schema)
    return SqliteSource(
        name=given.partition("#")[0], given=given, schema=schema, ddl=ddl, statistics=found, gaps=tuple(gaps)
    )


def as_changed(source: SqliteSource, path: Path, *, known: bool, now: datetime) -> SqliteSource:
    """A source as its private copy at `path` says it is by now. `known`: read rows and sizes there, too; else the
    source's own hold."""
    with reading(path) as connection:
        schema = inspect(connection, engine=source.schema.engine, database=source.schema.database)
        ddl, found = statements_of(connection), statistics(connection)
        facts = source.schema.facts
        if known and facts is not None:
            facts, _ = gather(connection, schema, now=now, live=facts.origin == "live", found=found)
    mode = "wal" if in_wal_mode(path) else source.schema.settings.get("journal_mode", "")
    schema = replace(schema, facts=facts, settings={**schema.settings, "journal_mode": mode})
    return dataclasses.replace(source, schema=schema, ddl=ddl, statistics=found, path=path)


_MISSING = {
    "turso": ("fts3", "fts4", "fts5", "rtree", "geopoly")
}  # research of 2026-11; its own full-text index differs


def _of_dialect(schema: Relational) -> tuple[Gap, ...]:
    """What is to be known of a dialect: it is read and planned by SQLite, and may lack modules."""
    if schema.engine == "sqlite":
        return ()
    name = NAMES[schema.engine]
    gaps = [Gap(kind="dialect", name=name, effect="plans and experiments are SQLite's, from which it may differ")]
    gaps += [
        Gap(kind="dialect", name=table.name.short, effect=f"{name} has no module {table.sqlite.module}")
        for table in schema.tables
        if table.sqlite is not None and table.sqlite.module.lower() in _MISSING.get(schema.engine, ())
    ]
    return tuple(gaps)


def statements_of(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The catalogue's statements, in an order in which they can be run again."""
    rows = connection.execute(
        """
        SELECT sql FROM sqlite_master
        WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
          AND name NOT IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow')
        ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, rowid
        """
    )
    return tuple(row[0] for row in rows)


def _script(
    given: str, path: Path, engine: str, *, data: bool, now: datetime, progress: Callable[[str], None]
) -> SqliteSource:
    try:
        text = decode_script(path.read_bytes(), given)
    except OSError as err:
        raise unreadable(given, err) from err
    statements = split_sqlite(text, given)
    progress(f"loading {given}: {len(statements):,} statements")
    with private() as connection:
        left_out = _run(connection, statements, data=data)
        schema = inspect(connection, engine=engine, database=path.name)
        ddl = statements_of(connection)
        found = statistics(connection)
        if data and not found.stat1:
            connection.execute("ANALYZE")
            found = statistics(connection)
        gaps: tuple[Gap, ...] = ()
        if data:
            known, gaps = gather(connection, schema, now=now, live=False, found=found, progress=progress)
            schema = with_facts(schema, known)
    if left_out and not data:
        gaps += (Gap(kind="rows", name=f"{left_out:,} statements", effect="not run: --data loads a script's rows"),)
    gaps += _of_dialect(schema)
    return SqliteSource(
        name=given,
        given=given,
        schema=schema,
        ddl=ddl,
        statistics=found,
        gaps=gaps,
        statements=statements,
        texts=((given, text),),
        data=data,
    )


def _run(connection: sqlite3.Connection, statements: Sequence[Statement], *, data: bool) -> int:
    """Run a script; returns how many statements that change rows were left out.

    Raises `InputError` with the place of one that fails.
    """
    left_out = 0
    shadows: set[str] = set()  # of dumped virtual tables, which make them themselves
    for one in statements:
        sql = one.sql
        if shadows and _target(sql) in shadows:
            continue
        if one.kind in _ROWS:
            virtual = _dumped_virtual(sql)
            if virtual:  # as .dump writes it: straight into the catalogue
                sql = virtual
            elif not data and "sqlite_stat" not in sql[:60]:
                left_out += 1
                continue
        try:
            connection.execute(sql).fetchall()
            if sql is not one.sql:
                rows = connection.execute("SELECT name FROM pragma_table_list WHERE type = 'shadow'")
                shadows |= {row[0] for row in rows}
        except sqlite3.Error as err:
            raise InputError(f"{one.position}: {err}", hint=_hint(str(err))) from err
        except sqlite3.Warning as err:
            raise InputError(f"{one.position}: {err}", hint="correct the statement") from err
    if connection.in_transaction:
        connection.execute("COMMIT")
    return left_out


def _hint(message: str) -> str:
    if "not authorized" in message or "prohibited" in message:
        return "a script may use its own database alone: no ATTACH, no extensions"
    if "no such module" in message:
        return "its extension is not here: leave its virtual tables out"
    return f"correct the statement; it is run by SQLite {sqlite3.sqlite_version}"


def _target(sql: str) -> str:
    """The table that a CREATE TABLE makes or an INSERT fills; "" for anything else."""
    found = re.match(r"(?:CREATE\s+TABLE(?:\s+IF\s+NOT\s+EXISTS)?|(?:INSERT|REPLACE)[\w\s]*\bINTO)\s+", sql, re.I)
    first = tokens(sql[found.end() :][:300])[:1] if found else []
    return first[0].value if first else ""


def _dumped_virtual(sql: str) -> str:
    """The CREATE VIRTUAL TABLE within an INSERT INTO sqlite_schema, "" where there is none."""
    if not re.match(r"INSERT\s+INTO\s+sqlite_(?:schema|master)\b", sql, re.I):
        return ""
    texts = [one.value for one in tokens(sql) if one.kind == "string"]
    return next((one for one in texts if one.upper().startswith("CREATE VIRTUAL TABLE")), "")
