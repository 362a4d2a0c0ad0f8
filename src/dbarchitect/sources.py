"""A SOURCE, one word on the command line, and what it names.

postgresql://...    a live database: only ever read, through fixed catalogue queries
something.twin      a snapshot
something.sql       a script or a plain pg_dump, made real in a private database and read back from its catalogue
schema.dbml         DBML, of which the DDL is made and run like a script
a folder            migrations: plain SQL in the order of the names; Prisma's, Drizzle's, an Alembic project
package.module:Base, schema.prisma, schema.ts, drizzle.config.ts
                    models in code, asked through their mapper's own toolchain for the DDL (`codesources`)
/dev/null           the empty schema
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from dbarchitect.codesources import Code, Places, is_code, named_types, read_code, used
from dbarchitect.engines.postgres.connection import connect_readonly, redacted_url
from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.dump import dump_schema, find_pg_dump, unreadable_tables
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.platforms import surroundings
from dbarchitect.engines.postgres.server import Server, find_binaries, private_server
from dbarchitect.engines.postgres.server.host import Host, owner_session
from dbarchitect.engines.postgres.server.scratch import keep_apart, scratch_server
from dbarchitect.engines.postgres.statements import counted_workload
from dbarchitect.engines.postgres.twin import restore, take
from dbarchitect.engines.postgres.twin import snapshot as snapshots
from dbarchitect.engines.postgres.twin.redact import redact_schema, redact_workload
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.engines.sqlite.source import sqlite_given
from dbarchitect.errors import InputError, SurroundingsError, unreadable
from dbarchitect.migrate.formats import Folder, drizzle, format_of, plain, read_folder
from dbarchitect.migrate.formats.folder import natural
from dbarchitect.migrate.objects import ref_of
from dbarchitect.model.change import Create
from dbarchitect.model.facts import Facts
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name, Position, quote_identifier
from dbarchitect.model.platform import PlatformName
from dbarchitect.model.query import Workload
from dbarchitect.model.schema import Relational
from dbarchitect.sql.dbml import ddl_of
from dbarchitect.sql.ignores import Ignore, Misspelt, read_all_ignores
from dbarchitect.sql.parse import normalize
from dbarchitect.sql.positions import Positions, positions
from dbarchitect.sql.script import Statement, command_tag, decode_script, split_script
from dbarchitect.toolchains import run_node, run_python

if TYPE_CHECKING:
    import psycopg

_URL = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_LATER = ("mysql", "mariadb")
_CREATE_SCHEMA = re.compile(r"\A\s*CREATE\s+SCHEMA\b(?!\s+IF\b)", re.IGNORECASE)
_SCRIPT_DATABASE = "source"
_NAMED = 10  # files that a gap names


class Workshop:
    """Where the copies of one command are made: a private server, or the scratch server at the URL `scratch`.

    It is started or connected to when it is first needed; what was made is gone with the command. `python`: the
    interpreter of Alembic projects that are read, None for their own. `platform`: the one that scripts are for, None
    where their text alone tells. `redacted`: sources are read without sample values that could name anybody, for
    those who must not see the data.
    """

    def __init__(
        self,
        *,
        pg_bin: Path | None = None,
        scratch: str | None = None,
        cache: Path | None = None,
        python: Path | None = None,
        platform: PlatformName | None = None,
        redacted: bool = False,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.redacted = redacted
        self.platform: PlatformName | None = platform
        self.pg_bin = pg_bin
        self.scratch = scratch
        self.python = python
        self.cache = cache
        self.progress = progress
        self._stack = ExitStack()
        self._host: Host | None = None

    @property
    def host(self) -> Host:
        """The server that copies are made on. Raises `SurroundingsError` where none can be had."""
        if self._host is None:
            if self.scratch is not None:
                self.progress(f"connecting to the scratch server {redacted_url(self.scratch)}")
                self._host = self._stack.enter_context(scratch_server(self.scratch))
            else:
                self.progress("starting a private PostgreSQL")
                self._host = self._stack.enter_context(private_server(self.pg_bin, cache=self.cache))
        return self._host

    @property
    def server(self) -> Server:
        """The host as a private server, which a twin needs. Raises `SurroundingsError` where it is none."""
        return self.host.with_files()

    def script_of(
        self, connection: psycopg.Connection[Any], *, without: Sequence[Name] = (), privileges: bool = False
    ) -> tuple[str, tuple[Gap, ...]]:
        """The schema of a database as a script, by a pg_dump that knows its version: that of `--pg-bin`, else the
        embedded server's, else the system's."""
        folders: list[Path] = [] if self.pg_bin is None else [self.pg_bin, self.pg_bin / "bin"]
        with suppress(SurroundingsError):  # a platform without the wheel
            folders.append(find_binaries().bin)
        pg_dump = find_pg_dump(connection.info.server_version, folders)
        return dump_schema(pg_dump, connection, without=without, privileges=privileges)

    def run_python(self, program: Path, project: Path, request: dict[str, Any]) -> bytes:
        """Run a program in the interpreter of a project (`toolchains.run_python`)."""
        return run_python(program, project, request, python=self.python)

    def url(self) -> str:
        """A database for toolchains that want to reach one; they ask nothing of it."""
        if self.scratch is not None:
            return self.scratch
        return self.server.url().replace("@/", "@localhost/", 1)  # a URL without a host is none to Node.js

    def close(self) -> None:
        """Stop what runs and remove what was made."""
        self._stack.close()
        self._host = None


@dataclass(frozen=True)
class Source:
    """An opened source: its schema, and how to make a snapshot of it.

    `statements` are those of a script, for positions and inline comments.
    """

    name: str  # for people: never with a password
    schema: Relational
    workshop: Workshop
    given: str
    gaps: tuple[Gap, ...] = ()
    workload: Workload | None = None
    statements: tuple[Statement, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()  # (file, text) of scripts
    stored: Snapshot | None = None
    database: str | None = None  # the private database that a script was loaded into
    code: Code | None = None  # of models in code
    assumed: tuple[str, ...] = ()  # extensions that the code needs and does not make
    surrounded: PlatformName | None = None  # the platform whose own objects stand in around a script

    @property
    def is_live(self) -> bool:
        """Whether this is a server that others use."""
        return bool(_URL.match(self.given))

    def private(self, name: str, *, now: datetime, privileges: bool = False) -> tuple[str, tuple[Gap, ...]]:
        """The private database that has the source's schema (and a script's rows), and what it lacks: the one that a
        script was loaded into, else one made now as `name`.

        `privileges`: a live source's owners and grants too; a script has what it says.
        """
        host = self.workshop.host
        if self.database is not None:
            return self.database, ()
        snapshot = self.stored
        if snapshot is None:
            script, gaps = self._dumped(privileges=privileges)
            snapshot = take(self.schema, script, source=self.name, now=now, gaps=gaps)
        gaps = restore(host, snapshot, database=name, guest=False, progress=self.workshop.progress)
        return name, (*snapshot.manifest.gaps, *gaps)

    @cached_property
    def places(self) -> Positions:
        """Where scripts and models write their objects down; empty for other sources."""
        if self.code is not None:
            return Places(self.code.marks).positions(self.schema)
        return positions(self.statements)

    def ignores(self, rules: Collection[str]) -> tuple[tuple[Ignore, ...], tuple[Misspelt, ...]]:
        """The `dba: ignore` comments of scripts, and those that are wrong. `rules`: the ids that exist."""
        return read_all_ignores(self.texts, self.statements, self.places, rules)

    @cached_property
    def _script(self) -> tuple[str, tuple[Gap, ...]]:
        return self._dumped(privileges=False)

    def _dumped(self, *, privileges: bool) -> tuple[str, tuple[Gap, ...]]:
        if self.database is None:
            with connect_readonly(self.given) as connection:
                hidden = unreadable_tables(connection)
                connection.rollback()  # nothing is held on the server while it is dumped, not even a pooler's place
                return self.workshop.script_of(connection, without=hidden, privileges=privileges)
        with self.workshop.host.connect(self.database) as connection:
            return self.workshop.script_of(connection, privileges=privileges)

    def counted(self) -> Workload | None:
        """The workload that comes with the source: of a live one what it has counted, of a `.twin` what it holds.
        Raises `InputError` where a live one counts nothing."""
        if not self.is_live:
            return self.workload
        with connect_readonly(self.given) as connection:
            return counted_workload(connection)

    @contextmanager
    def rows(self) -> Generator[psycopg.Connection[Any]]:
        """A session that reads the source's rows: of a live one in a read-only transaction, of a script where it was
        loaded with its data."""
        if self.is_live:
            with closing(connect_readonly(self.given)) as connection:
                yield connection
            return
        if self.database is None:
            raise InputError(f"{self.name} has no rows to read", hint="a server has them, or a script with --data")
        with closing(owner_session(self.workshop.host, self.database)) as connection:
            yield connection

    def snapshot(self, *, now: datetime, workload: Workload | None = None) -> Snapshot:
        """All that a twin needs. A `.twin` gives back what it holds."""
        workload = workload or self.workload
        if self.stored is not None:
            return msgspec.structs.replace(self.stored, workload=workload)
        script, gaps = self._script
        return take(self.schema, script, source=self.name, now=now, workload=workload, gaps=(*self.gaps, *gaps))


def open_source(
    given: str,
    workshop: Workshop,
    *,
    data: bool = False,
    database: str = _SCRIPT_DATABASE,
    known: Relational | None = None,
) -> Source:
    """Open what `given` names; with `data` a script's rows are loaded too, and its statistics are theirs. `database`:
    the private one that a script is loaded into. `known`: where code finds the types that it names and does not make.

    Raises `InputError` for what it cannot be, `SurroundingsError` for what cannot be reached.
    """
    opened = _opened(given, workshop, data=data, database=database, known=known)
    return _redacted(opened) if workshop.redacted else opened


def _redacted(opened: Source) -> Source:
    schema, gaps = redact_schema(opened.schema)
    workload = None if opened.workload is None else redact_workload(opened.workload, normalize)
    stored = opened.stored
    if stored is not None:
        manifest = msgspec.structs.replace(stored.manifest, gaps=(*stored.manifest.gaps, *gaps))
        stored = msgspec.structs.replace(stored, manifest=manifest, schema=schema, workload=workload)
    return replace(opened, schema=schema, gaps=(*opened.gaps, *gaps), workload=workload, stored=stored)


def _opened(given: str, workshop: Workshop, *, data: bool, database: str, known: Relational | None) -> Source:
    url = _URL.match(given)
    if sqlite_given(given):
        raise InputError(
            f"{given} is SQLite's, and this command is for PostgreSQL alone",
            hint="dba check, dba query, dba index, dba twin create and dba migrate diff take SQLite",
        )
    if data and (url or Path(given).suffix == ".twin"):
        raise InputError(
            f"--data loads the rows of a script, and {redacted_url(given)} is none",
            hint="leave --data out: a server and a .twin file have statistics of their own",
        )
    if url:
        return _live(given, url[1].lower(), workshop)
    path = Path(given)
    if path.suffix != ".twin" and not _is_folder(path) and is_code(given):
        return _models(given, workshop, data=data, database=database, known=known)
    if path.suffix == ".twin":
        stored = snapshots.read(path)
        return Source(
            name=given,
            schema=stored.schema,
            workshop=workshop,
            given=given,
            gaps=stored.manifest.gaps,
            workload=stored.workload,
            stored=stored,
        )
    if path.is_dir() and format_of(path) == "alembic":
        return open_folder(read_folder(path, run=workshop.run_python), workshop, data=data, database=database)
    if path.is_dir():
        paths, left_out = _migrations(path)
        return _scripts(given, paths, workshop, gaps=left_out, data=data, database=database)
    if not path.exists():
        raise InputError(
            f"there is no file or folder {given}",
            hint="a SOURCE is a postgresql:// URL, a .sql file, a folder of SQL migrations, a .twin file, or models: "
            "package.module:Base, schema.prisma, schema.ts",
        )
    if path.suffix in (".md", ".markdown"):
        raise InputError(
            f"{given} is a brief, and a SOURCE is a schema that is there",
            hint=f"dba design {given} -o architecture, whose schema.sql is one; --orm writes a project too",
        )
    if path.suffix == ".dbml":
        return _dbml(given, path, workshop, database=database)
    return _scripts(given, [path], workshop, data=data, database=database)


def _dbml(given: str, path: Path, workshop: Workshop, *, database: str) -> Source:
    """A document in DBML: the DDL of what it describes, run like a script."""
    try:
        text = decode_script(path.read_bytes(), given)
    except OSError as err:
        raise unreadable(given, err) from err
    statements = split_script(ddl_of(text, given), f"the DDL of {given}")
    return _loaded(given, statements, (), workshop, database=database, gaps=(), data=False)


def open_folder(folder: Folder, workshop: Workshop, *, data: bool = False, database: str = _SCRIPT_DATABASE) -> Source:
    """Open what the ways up of migrations that have been read make, in the private database `database`.

    Raises `InputError` with the place of a statement that fails.
    """
    for problem in folder.problems:
        if problem.trouble == "missing":
            raise problem.error()
    statements: list[Statement] = []
    for one in folder.migrations:
        if statements:
            statements.append(_new_session(one.files[0] if one.files else one.id))
        steps = [step for step in one.up if data or step.backfill is None]  # which changes rows alone
        statements += [
            Statement(sql=sql, position=step.position or Position(file=one.id, line=1), kind=command_tag(sql))
            for step in steps
            for sql in step.sql
        ]
    return _loaded(folder.path, statements, (), workshop, gaps=folder.gaps, data=data, database=database)


def _is_folder(path: Path) -> bool:
    """Whether this is a folder of migrations of any kind, which may lie beside code."""
    return path.is_dir() and (format_of(path) != "plain" or any(path.glob("*.sql")))


def _models(given: str, workshop: Workshop, *, data: bool, database: str, known: Relational | None) -> Source:
    """Models in code: the DDL that their toolchain makes of them, run like a script."""
    if data:
        raise InputError(f"--data loads the rows of a script, and {given} is code", hint="leave --data out")
    workshop.progress(f"asking the code of {given} for its schema")
    code = read_code(given, python_runs=workshop.run_python, node_runs=run_node, database=workshop.url)
    places = Places(code.marks)
    statements: list[Statement] = [
        _generated(one, places, code.whole) for one in split_script(code.ddl, f"the DDL of {given}", allow_empty=True)
    ]
    if not any(one.kind.startswith("CREATE TABLE") for one in statements):
        raise InputError(f"{given} makes no tables", hint="name what has all models of the project")
    if known is not None:
        made = _types_of(known, named_types(statements), code.whole)
        # Their schemas may be the code's own, which it would make again.
        statements = [replace(one, sql=_CREATE_SCHEMA.sub(r"\g<0> IF NOT EXISTS", one.sql)) for one in statements]
        statements[:0] = made
    assumed = used(statements)
    statements[:0] = [
        Statement(
            sql=f"CREATE EXTENSION IF NOT EXISTS {quote_identifier(one)}", position=code.whole, kind="CREATE EXTENSION"
        )
        for one in assumed
    ]
    opened = _loaded(given, statements, (), workshop, database=database, gaps=(), data=False)
    return replace(opened, statements=(), code=code, assumed=assumed)


def _types_of(known: Relational, names: Collection[str], at: Position) -> list[Statement]:
    """What makes the types of these names as a database has them, those that they are made of first."""
    wanted = [one for one in known.types if one.name.name in names]
    on = {one.of: one.on for one in known.dependencies}
    wanted.sort(key=lambda one: any(on.get(ref_of(one)) == ref_of(other) for other in wanted))
    made = [f"CREATE SCHEMA IF NOT EXISTS {quote_identifier(one.name.schema)}" for one in wanted]
    made += [sql for one in wanted for sql in ddl(Create(object=one), version=180000)]
    return [Statement(sql=sql, position=at, kind=command_tag(sql)) for sql in made]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Generated(Statement):
    """A statement that a toolchain made of code: its places are those of the code. `lines`: where in the code a line of
    the statement, counted from 0, comes from, in their order."""

    lines: tuple[tuple[int, Position], ...] = ()

    def at(self, offset: int) -> Position:
        """The place in the code of what byte `offset` belongs to."""
        line = self.sql.encode()[: max(offset, 0)].count(b"\n")
        return next((place for start, place in reversed(self.lines) if start <= line), self.position)


def _generated(statement: Statement, places: Places, whole: Position) -> Statement:
    """A statement of the DDL with the places of what it makes."""
    lines: list[tuple[int, Position]] = []
    first: Position | None = None
    for ref, written in positions((statement,)).items():
        first = first or places.of(ref)
        if place := places.exact(ref):
            lines.append((written.position.line - statement.position.line, place))
    lines.sort(key=lambda one: one[0])
    first = lines[0][1] if lines else first or whole
    return _Generated(sql=statement.sql, position=first, kind=statement.kind, lines=tuple(lines))


def without_our_server(facts: Facts) -> Facts:
    """Facts read on a private server, without what they say of the server: ours is set up for speed, and says nothing
    about the one that the schema is for."""
    return msgspec.structs.replace(facts, server={}, outdated_collations=(), trusted=None)


def _live(given: str, scheme: str, workshop: Workshop) -> Source:
    if scheme in ("redis", "rediss"):
        raise InputError(
            f"{redacted_url(given)} is a Redis server: it has keys and no tables",
            hint=f"dba check {scheme}://... looks at it; dba cache designs one for a relational SOURCE",
        )
    if scheme in ("mongodb", "mongodb+srv"):
        raise InputError(
            f"{redacted_url(given)} is a MongoDB server: it has documents and no tables",
            hint=f"dba check {scheme}://... and dba documents look at it",
        )
    if scheme in _LATER:
        raise InputError(f"{scheme}:// sources are not supported yet", hint="postgresql:// is")
    if scheme not in ("postgresql", "postgres"):
        raise InputError(f"{scheme}:// is no database that this knows", hint="postgresql://user@host/database")
    name = redacted_url(given)
    workshop.progress(f"reading the catalogue of {name}")
    with connect_readonly(given) as connection:
        if workshop.scratch is not None:
            keep_apart(connection, workshop.scratch)
        schema = inspect(connection)
    return Source(name=name, schema=schema, workshop=workshop, given=given)


def _migrations(folder: Path) -> tuple[list[Path], tuple[Gap, ...]]:
    """The scripts of a migration folder in order: `*.sql` by name, numbers by value; also one `up.sql` or
    `migration.sql` a subfolder. Files that undo (`*.down.sql`, `undo_*`) are left out, which is a gap."""
    if format_of(folder) == "drizzle":
        return _drizzle(folder)
    globbed = (*folder.glob("*.sql"), *folder.glob("*/up.sql"), *folder.glob("*/migration.sql"))
    listed = sorted(
        (path for path in globbed if path.is_file()), key=lambda path: natural(str(path.relative_to(folder)))
    )
    found = [path for path in listed if not plain.UNDOES.search(path.stem)]
    if not found:
        raise InputError(f"the folder {folder} has no .sql migrations", hint="one file a migration: 001_init.sql, ...")
    undoing = [path.name for path in listed if plain.UNDOES.search(path.stem)]
    if not undoing or (folder / plain.SUM).exists():  # in a folder of our own these are as they should be
        return found, ()
    more = f" and {len(undoing) - _NAMED:,} more" if len(undoing) > _NAMED else ""
    gap = Gap(
        kind="migration",
        name=", ".join(undoing[:_NAMED]) + more,
        effect="not run: by the name it undoes a migration"
        if len(undoing) == 1
        else "not run: by their names they undo migrations",
    )
    return found, (gap,)


def _drizzle(folder: Path) -> tuple[list[Path], tuple[Gap, ...]]:
    """The scripts of a Drizzle folder, in the order of its journal."""
    found = drizzle.read(folder)
    for problem in found.problems:
        if problem.trouble == "missing":
            raise problem.error()
    if not found.migrations:
        raise InputError(f"the journal of {folder} has no migrations", hint="drizzle-kit generate")
    files = [file for one in found.migrations for file in one.files if not file.endswith(".down.sql")]
    return [folder / file for file in files], found.gaps


def _scripts(
    given: str,
    paths: Sequence[Path],
    workshop: Workshop,
    *,
    database: str,
    gaps: tuple[Gap, ...] = (),
    data: bool = False,
) -> Source:
    statements: list[Statement] = []
    texts: list[tuple[str, str]] = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as err:
            raise unreadable(path, err) from err
        text, _ = plain.directions(decode_script(content, str(path)))
        texts.append((str(path), text))
        if statements:
            statements.append(_new_session(str(path)))
        statements += split_script(text, str(path), allow_empty=len(paths) > 1 or str(path) == os.devnull)
    return _loaded(given, statements, texts, workshop, database=database, gaps=gaps, data=data)


def _new_session(file: str) -> Statement:
    """Each migration has a session of its own: the empty path of a dump must not reach the next file. The statement
    stands on no line, so that no comment can be beside it."""
    return Statement(sql="RESET search_path", position=Position(file=file, line=0, column=0), kind="RESET")


_SUPABASE = Gap(
    kind="platform",
    name="Supabase",
    effect="what it has before the first migration stands in here: its roles and, of its schemas, what migrations name",
)


def _loaded(
    given: str,
    statements: Sequence[Statement],
    texts: Sequence[tuple[str, str]],
    workshop: Workshop,
    *,
    database: str,
    gaps: tuple[Gap, ...],
    data: bool,
) -> Source:
    host = workshop.host
    host.create_database(database)
    workshop.progress(f"loading {given}: {len(statements):,} statements")
    around = surroundings(statements, workshop.platform)
    gaps += (*((_SUPABASE,) if around else ()), *load(host, database, [*around, *statements], data=data))
    if data:
        workshop.progress("gathering statistics")
        with owner_session(host, database) as owner:  # functions of the script's indexes run here
            owner.execute("ANALYZE")
    with host.connect(database) as connection:
        schema = inspect(connection, facts=data)
    if schema.facts is not None:
        # Rows and sizes are real, but nobody has used them: the counters begin now, however old the server is.
        facts = msgspec.structs.replace(without_our_server(schema.facts), stats_reset=schema.facts.taken_at)
        schema = msgspec.structs.replace(schema, facts=facts)
    return Source(
        name=given,
        schema=schema,
        workshop=workshop,
        given=given,
        gaps=gaps,
        statements=tuple(statements),
        texts=tuple(texts),
        database=database,
        surrounded="supabase" if around else None,
    )
