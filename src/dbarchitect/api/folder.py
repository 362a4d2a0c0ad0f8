"""The verbs around a folder of migrations: write the next one, and see how files, history and database stand."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from dbarchitect.engines.postgres.connection import connect_readonly, redacted_url
from dbarchitect.engines.postgres.histories import read_histories
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server.scratch import keep_apart
from dbarchitect.engines.sqlite.syntax import why_not_sqlite
from dbarchitect.errors import InputError
from dbarchitect.migrate.compare import differences
from dbarchitect.migrate.formats import (
    Folder,
    Format,
    Written,
    check_name,
    empty_folder,
    format_of,
    plain,
    read_folder,
    write_migration,
)
from dbarchitect.migrate.formats.folder import read_bytes
from dbarchitect.migrate.history import Status, run_steps, standings, without_histories
from dbarchitect.migrate.platforms import without_platform
from dbarchitect.migrate.sqlite_script import is_script
from dbarchitect.model.drift import Drift
from dbarchitect.model.finding import Gap
from dbarchitect.model.history import History
from dbarchitect.model.plan import Migration, Plan
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import Value
from dbarchitect.progress import nothing
from dbarchitect.sources import Source, Workshop, open_folder
from dbarchitect.sql.script import decode_script
from dbarchitect.toolchains import run_python

from .diff import Ask, DiffOptions, migrate_diff
from .kinds import admit
from .surroundings import open_workshop

__all__ = ["New", "StatusOptions", "accept", "beside", "new", "opened_folder", "status"]


class New(Value, frozen=True, kw_only=True):
    """What `migrate new` came to. `written` is None where nothing differs, and nothing was written then. `kept`: see
    `Planned`."""

    folder: str
    target: str
    plan: Plan
    written: Written | None = None
    gaps: tuple[Gap, ...] = ()
    kept: tuple[Drift, ...] = ()


def new(
    name: str,
    folder: Path,
    wanted: str,
    options: DiffOptions,
    *,
    form: Format | None = None,
    apart: bool = False,
    ask: Ask | None = None,
) -> New:
    """Write the migration `name`: what leads from the schema that a folder's migrations make to that of `wanted`.

    form   of the folder; None: what it is, plain where it is new
    apart  for Drizzle: steps at the end that cannot be in a transaction go into a file of their own

    Raises `InputError` for a history or a name that is not in order before anything else is done, and what
    `migrate_diff` raises.
    """
    admit("migrate new", wanted)
    run = partial(run_python, python=options.python)
    options.progress(f"reading {folder}")
    files = opened_folder(folder, form, run=run)
    if files.problems:
        raise files.problems[0].error()
    check_name(files, name)
    planned = migrate_diff(str(folder) if files.migrations else os.devnull, wanted, options, ask=ask)
    made = New(folder=str(folder), target=planned.target, plan=planned.plan, gaps=planned.gaps, kept=planned.kept)
    if not planned.plan.steps:
        return made
    if not folder.exists():
        empty_folder(folder, files.format)
    migration = Migration(
        id="", name=name, up=planned.plan.steps, down=None if planned.plan.no_way_back else planned.plan.down
    )
    return replace(made, written=write_migration(files, migration, run=run, now=options.now, apart=apart))


def opened_folder(folder: Path, form: Format | None, *, run: Callable[..., bytes], sqlite: bool = False) -> Folder:
    """The folder as it is, in the format that was asked for. Raises `InputError` where it has another one, and where
    its scripts are for another engine than what will be written: PostgreSQL, or `sqlite`."""
    if not folder.exists():
        if form == "alembic":
            raise InputError(f"there is no folder {folder}", hint=f"`alembic init {folder}` makes an Alembic project")
        return Folder(path=str(folder), format=form or "plain")
    if folder.is_dir():
        found = format_of(folder)
        if form is not None and form != found and (found != "plain" or any(folder.glob("*.sql"))):
            raise InputError(
                f"{folder} is a folder in the format {found}, and --format says {form}",
                hint="leave --format out, or name another folder with --in",
            )
        _one_engine(folder, found, sqlite=sqlite)
    return plain.read(folder, sqlite=True) if sqlite else read_folder(folder, run=run, form=form)


def _one_engine(folder: Path, form: Format, *, sqlite: bool) -> None:
    """Raise `InputError` for a folder whose migrations are for another engine than the next one. What a tool says of
    its own folder is told where that is read, and so is what PostgreSQL's grammar refuses."""
    if sqlite and form != "plain":
        raise InputError(
            f"{folder} is a folder of {form}, and migrations of SQLite are written as plain scripts",
            hint="a folder of their own: -o fixes/",
        )
    for path in plain.scripts(folder) if form == "plain" else ():
        text = decode_script(read_bytes(path), str(path))
        if sqlite:
            theirs, why = "not SQLite's", why_not_sqlite(text, str(path))
        else:
            theirs, why = "SQLite's", "it is for the sqlite3 shell" if is_script(text) else ""
        if why:
            raise InputError(
                f"{path} is {theirs} ({why}), and the next migration of {folder} would be "
                + ("SQLite's" if sqlite else "PostgreSQL's"),
                hint="a folder for each engine: name another one",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOptions:
    """Options of `migrate status`."""

    pg_bin: Path | None = None
    server: str | None = None
    python: Path | None = None
    cache: Path | None = None
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    progress: Callable[[str], None] = nothing


def status(folder: Path, to: str | None, options: StatusOptions) -> Status:
    """How a folder's files stand; with `to` beside the history of that database and its schema.

    The database is only read. The schema that it should have is made of the files on a private server.
    """
    if to is not None:
        admit("migrate status", to)
    options.progress(f"reading {folder}")
    files = read_folder(folder, run=partial(run_python, python=options.python))
    told = Status(
        folder=files.path,
        format=files.format,
        migrations=standings(files, ()),
        problems=files.problems,
        gaps=files.gaps,
    )
    if to is None:
        return told
    options.progress(f"reading the history and the catalogue of {redacted_url(to)}")
    with connect_readonly(to) as connection:
        if options.server is not None:
            keep_apart(connection, options.server)
        histories = read_histories(connection)
        live = inspect(connection)
    ours = [one for one in histories if one.tool in ("dbarchitect", files.format)]
    found = standings(files, ours)
    had = run_steps(files, found, ours) if ours else files.migrations
    with open_workshop(
        options.pg_bin, options.cache, options.progress, scratch=options.server, python=options.python
    ) as workshop:
        wrong, gaps = beside(replace(files, migrations=had), to, live, histories, workshop, now=options.now)
    adopt = shlex.join(["dba", "migrate", "adopt", files.path, "--to", redacted_url(to)])
    return replace(
        told,
        to=redacted_url(to),
        histories=tuple(f"{one.tool}: {one.table}" for one in histories),
        migrations=found,
        compared=_what_was_run(files, had)
        if ours
        else f"what all {len(files.migrations)} migrations make, because it has no history of them",
        schema=wrong,
        gaps=(*files.gaps, *gaps),
        next=f"the database has all of them and no record of that: {adopt}" if had and not ours and not wrong else "",
    )


def _what_was_run(files: Folder, had: Sequence[Migration]) -> str:
    """What the database's schema is compared with: the migrations that it has, and of one the steps that it has."""
    steps = {one.id: len(one.up) for one in files.migrations}
    half = [one for one in had if len(one.up) < steps[one.id]]
    parts = [f"{len(had) - len(half)} of the {len(files.migrations)} migrations"]
    parts += [f"{len(one.up)} of the {steps[one.id]} steps of {one.id}" for one in half]
    return f"what {' and '.join(parts)} make"


def beside(
    files: Folder, to: str, live: Relational, histories: Sequence[History], workshop: Workshop, *, now: datetime
) -> tuple[tuple[str, ...], tuple[Gap, ...]]:
    """What differs in the schema `live` of the database `to` from what a folder's migrations make on a private server,
    in words; and what was left out. Raises `InputError` for a migration that does not run there."""
    made = open_folder(replace(files, problems=(), gaps=()), workshop)
    gaps = made.gaps
    live = without_histories(live, histories)
    if live.version // 10000 != made.schema.version // 10000 and differences(live, made.schema, privileges=False):
        # Versions print the same view in other words: what is there is read from a copy on the same server.
        source = Source(name=redacted_url(to), schema=live, workshop=workshop, given=to)
        database, lacks = source.private("live", now=now)
        with workshop.host.connect(database) as connection:
            live = without_histories(inspect(connection), histories)
        gaps += lacks
    ours = made.schema
    if made.surrounded is not None:
        live, ours = without_platform(live, made.surrounded), without_platform(ours, made.surrounded)
    return differences(live, ours, privileges=False), gaps


def accept(folder: Path) -> Path:
    """Take the files of a plain folder as they are: write its `dba.sum` anew. Returns where."""
    if format_of(folder) != "plain":
        raise InputError(
            f"{folder} is no folder of plain SQL, and only these have a {plain.SUM}",
            hint="its own tool keeps its history",
        )
    return plain.accept(plain.read(folder))
