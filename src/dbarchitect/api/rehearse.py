"""`dba migrate rehearse`: migrations run up, down and up again on a private copy of a source."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as with_fields
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from dbarchitect.engines.postgres.connection import connect_readonly, redacted_url
from dbarchitect.engines.postgres.histories import read_histories
from dbarchitect.engines.postgres.platforms import refuse_pooler
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.files import write_whole
from dbarchitect.migrate.formats import Folder, read_folder
from dbarchitect.migrate.formats.folder import checksum
from dbarchitect.migrate.formats.steps import read_steps
from dbarchitect.migrate.history import standings
from dbarchitect.model.finding import Gap
from dbarchitect.model.plan import Migration
from dbarchitect.model.platform import PlatformName
from dbarchitect.model.rehearsal import Rehearsal
from dbarchitect.model.value import from_json, to_json
from dbarchitect.prove.rehearse import Options
from dbarchitect.prove.rehearse import rehearse as run
from dbarchitect.sources import Source, open_source
from dbarchitect.sql.script import decode_script
from dbarchitect.toolchains import copy_by_command, run_python

from .kinds import admit
from .surroundings import WorkOptions, open_workshop, words_of_rows, words_of_server, workload_of

__all__ = [
    "REHEARSALS",
    "RehearseOptions",
    "next_command",
    "read_rehearsal",
    "rehearsals_folder",
    "rehearse",
    "write_rehearsal",
]

REHEARSALS = "rehearsals"  # the folder beside the migrations
_UP = re.compile(r"(.+)\.up\.sql", re.IGNORECASE)
_DOWN = re.compile(r"(.+)\.down\.sql", re.IGNORECASE)
_PLAN = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearseOptions(WorkOptions):
    """Options of `rehearse`. `after`: the last migration that the source has; None: a database's own history tells.
    `copy`: the URL of a copy that may be written to; `copy_with`: a command that makes one, `drop_copy_with`: one that
    takes it away. `python`: the interpreter of an Alembic project; None: its own. `platform`: what surrounds a
    script, None: what it names."""

    workload: Path | None = None
    copy: str | None = None
    copy_with: str | None = None
    drop_copy_with: str | None = None
    after: str | None = None
    max_block_s: float = 10.0
    python: Path | None = None
    platform: PlatformName | None = None


def rehearse(paths: Sequence[Path], source: str, options: RehearseOptions) -> Rehearsal:
    """Rehearse the migrations of a folder that `source` does not have yet, or files in the order given.

    What the migrations come to is in the result, failures too; raised are wrong input and surroundings.
    """
    admit("migrate rehearse", source)
    if options.copy_with is not None:
        name = f"dba-rehearsal-{options.now:%Y%m%d-%H%M%S}"
        with copy_by_command(options.copy_with, options.drop_copy_with, name=name, progress=options.progress) as copy:
            found = _rehearsed(paths, source, with_fields(options, copy=copy.url))
        if not copy.left:
            return found
        still = Gap(kind="copy", name=name, effect=f"it is still there, take it away by hand: {copy.left}")
        return replace(found, gaps=(*found.gaps, still))
    return _rehearsed(paths, source, options)


def _rehearsed(paths: Sequence[Path], source: str, options: RehearseOptions) -> Rehearsal:
    if options.copy is not None:
        refuse_pooler(options.copy, "a rehearsal")
    workload = workload_of(options.workload)
    folder = _folder(paths, options.python)
    with open_workshop(
        options.pg_bin,
        options.cache,
        options.progress,
        scratch=options.server,
        python=options.python,
        platform=options.platform,
        redacted=options.redacted,
    ) as workshop:
        opened = open_source(source, workshop)
        pending = _pending(folder, opened, options.after)
        found = run(
            pending,
            opened.snapshot(now=options.now, workload=workload),
            workshop.host,
            Options(
                copy=options.copy,
                data=options.data or options.copy is not None,
                rows=options.rows,
                seed=options.seed,
                workload=workload or opened.workload,
                max_block_s=options.max_block_s,
                now=options.now.isoformat(timespec="seconds"),
                command=_command(paths, opened.name, options),
                progress=options.progress,
            ),
        )
    return replace(found, gaps=tuple(dict.fromkeys((*folder.gaps, *found.gaps))))


def rehearsals_folder(paths: Sequence[Path]) -> Path:
    """Where the rehearsals of these migrations are kept."""
    first = paths[0]
    return (first if first.is_dir() else first.parent) / REHEARSALS


def write_rehearsal(rehearsal: Rehearsal, folder: Path) -> Path:
    """Write `PLAN.json` into a folder of rehearsals, which is made if need be. Raises `SurroundingsError`."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as err:
        raise SurroundingsError(
            f"cannot make the folder {folder}: {err.strerror or err}", hint="make the migrations' folder writable"
        ) from err
    path = folder / f"{rehearsal.plan}.json"
    write_whole(path, to_json(rehearsal, indent=1) + b"\n")
    return path


def read_rehearsal(plan: str, folder: Path) -> Rehearsal | None:
    """The rehearsal of a plan, None where there is none. Raises `InputError` for a file that is none."""
    path = folder / f"{plan}.json"
    if not _PLAN.fullmatch(plan) or not path.is_file():
        return None
    try:
        return from_json(Rehearsal, path.read_bytes())
    except (OSError, ValueError) as err:
        raise InputError(f"{path} is not a rehearsal: {err}", hint="rehearse again: dba migrate rehearse") from err


# --- which migrations -------------------------------------------------------------------------------------------------


def _folder(paths: Sequence[Path], python: Path | None) -> Folder:
    if len(paths) == 1 and paths[0].is_dir():
        folder = read_folder(paths[0], run=partial(run_python, python=python))
        if folder.problems:
            raise folder.problems[0].error()
        if not folder.migrations:
            raise InputError(f"the folder {paths[0]} has no migrations", hint="dba migrate new NAME writes one")
        return folder
    found: list[Migration] = []
    for path in paths:
        if path.is_dir():
            raise InputError(f"{path} is a folder among files", hint="give one folder, or files alone")
        if _DOWN.fullmatch(path.name):
            raise InputError(f"{path} is a way back", hint="name the .up.sql: its .down.sql is found beside it")
        found.append(_file(path))
    return Folder(path=str(paths[0].parent), format="plain", migrations=tuple(found))


def _file(path: Path) -> Migration:
    """One script as a migration, with the way back that lies beside it."""
    content = _content(path)
    match = _UP.fullmatch(path.name)
    back = path.with_name(f"{match[1]}.down.sql") if match else None
    down = back if back is not None and back.is_file() else None
    below = _content(down) if down is not None else b""
    id_, _, name = (match[1] if match else path.stem).partition("_")
    return Migration(
        id=id_,
        name=name,
        up=read_steps(decode_script(content, str(path)), str(path)),
        down=read_steps(decode_script(below, str(down)), str(down), down=True) if down is not None else None,
        files=tuple(str(one) for one in (path, down) if one is not None),
        checksum=checksum(content, below),
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise InputError(
            f"cannot read {path}: {err.strerror or err}", hint="name a folder of migrations or .sql files"
        ) from err


def _pending(folder: Folder, opened: Source, after: str | None) -> Sequence[Migration]:
    """Those that the source does not have."""
    migrations = folder.migrations
    if after is not None:
        ids = [one.id for one in migrations]
        if after not in ids:
            raise InputError(f"--after {after}: there is no such migration", hint=f"there are {', '.join(ids[-5:])}")
        migrations = migrations[ids.index(after) + 1 :]
    elif opened.is_live:
        with connect_readonly(opened.given) as connection:
            found = standings(folder, read_histories(connection))
        half = next((one for one in found if one.state.startswith("half") or one.state == "failed"), None)
        if half is not None:
            raise InputError(
                f"{opened.name} has {half.id} {half.state}",
                hint="finish it or take it back (dba migrate apply, dba migrate rollback); then rehearse",
            )
        left = {one.id for one in found if one.state in ("pending", "out of order")}
        migrations = tuple(one for one in migrations if one.id in left)
    if not migrations:
        raise InputError(
            "there is nothing to rehearse: the source has all of these migrations",
            hint="--source takes one that has not: the schema before them",
        )
    return migrations


def _command(paths: Sequence[Path], source: str, options: RehearseOptions) -> tuple[str, ...]:
    words = ["dba", "migrate", "rehearse", *map(str, paths), "--source", source]
    if options.workload is not None:
        words += ["--workload", str(options.workload)]
    if options.data:
        words.append("--measure")
    if options.copy_with is not None:
        words += ["--copy-with", options.copy_with]
        words += ["--drop-copy-with", options.drop_copy_with] if options.drop_copy_with is not None else []
    elif options.copy is not None:
        words += ["--copy", redacted_url(options.copy)]
    words += words_of_rows(options.rows, options.seed)
    if options.after is not None:
        words += ["--after", options.after]
    if options.platform is not None:
        words += ["--platform", options.platform]
    words += words_of_server(options.pg_bin, options.server)
    return tuple(words)


def next_command(rehearsal: Rehearsal, paths: Sequence[Path]) -> str:
    """What to run now: `apply`, where there are a folder and a database and nothing speaks against it."""
    if rehearsal.verdict in ("fails", "does not undo") or not paths[0].is_dir() or "://" not in rehearsal.source:
        return ""
    return shlex.join(["dba", "migrate", "apply", str(paths[0]), "--to", rehearsal.source])
