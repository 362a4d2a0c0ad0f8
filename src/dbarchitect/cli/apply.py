"""`dba migrate apply`, `rollback` and `adopt`: the only verbs that write to a user's database."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .migrate import migrate
from .options import PgBin, Python, Scratch, TextOrJson, Yes

if TYPE_CHECKING:
    from dbarchitect.api.apply import ApplyOptions
    from dbarchitect.model.journal import Applied, Prospect
    from dbarchitect.progress import Progress

Folder = Annotated[Path, Parameter(help="A folder of migrations.")]
To = Annotated[str, Parameter(metavar="URL", help="The database to migrate, by its direct URL rather than a pooler's.")]
Force = Annotated[bool, Parameter(help="Go on against what is refused; the history records it.")]
Save = Annotated[
    Literal["tables", "full", "none"],
    Parameter(name="--backup", help="What is saved first: tables that the SQL can destroy (default), all, nothing."),
]
SaveDir = Annotated[Path, Parameter(name="--backup-dir", metavar="DIR", help="Where to. Default ./dba-backups.")]
Hook = Annotated[
    str,
    Parameter(name="--snapshot-command", metavar="CMD", help="A command that takes your provider's snapshot first."),
]
LockTimeout = Annotated[
    str, Parameter(name="--lock-timeout", metavar="TIME", help="How long a step waits for locks. Default 2s.")
]
Retries = Annotated[
    int, Parameter(metavar="N", help="Tries again after a lock timeout, a deadlock, a lost connection. Default 10.")
]
MaxLag = Annotated[
    str, Parameter(name="--max-lag", metavar="TIME", help="Backfills wait for standbys further behind. Default 10s.")
]
Pause = Annotated[str, Parameter(name="--batch-pause", metavar="TIME", help="Between two batches. Default 0.")]


@migrate.command
def apply(
    folder: Folder,
    /,
    *,
    to: To,
    force: Force = False,
    backup: Save = "tables",
    backup_dir: SaveDir = Path("dba-backups"),
    snapshot_command: Hook = "",
    yes: Yes = False,
    lock_timeout: LockTimeout = "2s",
    retries: Retries = 10,
    max_lag: MaxLag = "10s",
    batch_pause: Pause = "0",
    pg_bin: PgBin = None,
    python: Python = None,
    form: TextOrJson = "text",
) -> int:
    """Apply what a folder has and the database has not, or go on where a run stopped."""
    from dbarchitect.api.apply import apply as carry

    with terminal.progress() as progress:
        options = _options(
            progress, force=force, backup=backup, backup_dir=backup_dir, snapshot_command=snapshot_command, yes=yes,
            lock_timeout=lock_timeout, retries=retries, max_lag=max_lag, batch_pause=batch_pause, pg_bin=pg_bin,
            python=python,
        )  # fmt: skip
        return _told(lambda: carry(folder, to, options), form, progress)


@migrate.command
def rollback(
    folder: Folder,
    /,
    *,
    to: To,
    steps: Annotated[int | None, Parameter(metavar="N", help="How many migrations. Default 1.")] = None,
    to_id: Annotated[
        str | None, Parameter(name="--to-id", metavar="ID", help="All after this one; `base`: all.")
    ] = None,
    force: Force = False,
    backup: Save = "tables",
    backup_dir: SaveDir = Path("dba-backups"),
    snapshot_command: Hook = "",
    yes: Yes = False,
    lock_timeout: LockTimeout = "2s",
    retries: Retries = 10,
    max_lag: MaxLag = "10s",
    batch_pause: Pause = "0",
    pg_bin: PgBin = None,
    python: Python = None,
    form: TextOrJson = "text",
) -> int:
    """Take back the last migration, one that stopped half-way by what it has done."""
    from dbarchitect.api.apply import rollback as carry

    if steps is not None and (to_id is not None or steps < 1):
        raise InputError(
            "--steps is a number from 1, and --to-id takes its place", hint="dba migrate rollback FOLDER --to URL"
        )
    with terminal.progress() as progress:
        options = _options(
            progress, force=force, backup=backup, backup_dir=backup_dir, snapshot_command=snapshot_command, yes=yes,
            lock_timeout=lock_timeout, retries=retries, max_lag=max_lag, batch_pause=batch_pause, pg_bin=pg_bin,
            python=python,
        )  # fmt: skip
        return _told(lambda: carry(folder, to, options, steps=steps or 1, to_id=to_id), form, progress)


@migrate.command
def adopt(
    folder: Folder,
    /,
    *,
    to: To,
    upto: Annotated[str | None, Parameter(metavar="ID", help="The last one that it has. Default all.")] = None,
    force: Force = False,
    yes: Yes = False,
    pg_bin: PgBin = None,
    server: Scratch = None,
    python: Python = None,
    form: TextOrJson = "text",
) -> int:
    """Record the migrations of a folder as applied to a database that has what they make, without running them."""
    from dbarchitect.api.apply import adopt as carry

    with terminal.progress() as progress:
        options = _options(progress, force=force, yes=yes, pg_bin=pg_bin, python=python)
        return _told(lambda: carry(folder, to, options, upto=upto, server=server), form, progress)


def _options(
    progress: Progress,
    *,
    force: bool,
    yes: bool,
    backup: Literal["tables", "full", "none"] = "tables",
    backup_dir: Path = Path("dba-backups"),
    snapshot_command: str = "",
    lock_timeout: str = "2s",
    retries: int = 10,
    max_lag: str = "10s",
    batch_pause: str = "0",
    pg_bin: Path | None,
    python: Path | None,
) -> ApplyOptions:
    from dbarchitect.api.apply import ApplyOptions, Conduct

    if not 0 <= retries <= 1000:
        raise InputError(f"--retries {retries}: not a number from 0 to 1000", hint="--retries 10")

    def agree(prospect: Prospect) -> bool:
        from dbarchitect.render.applied import render_prospect

        progress.done()
        sys.stderr.write(render_prospect(prospect))
        return yes or terminal.agreed()

    return ApplyOptions(
        conduct=Conduct(
            lock_timeout_ms=_milliseconds("--lock-timeout", lock_timeout),
            retries=retries,
            max_lag_s=_milliseconds("--max-lag", max_lag) / 1000,
            batch_pause_s=_milliseconds("--batch-pause", batch_pause) / 1000,
            random=random.SystemRandom().random,
            say=progress,
        ),
        agree=agree,
        force=force,
        backup=backup,
        backup_dir=backup_dir,
        snapshot_command=snapshot_command,
        client=terminal.account(),
        pg_bin=pg_bin.absolute() if pg_bin else None,
        python=python.absolute() if python else None,
        cache=terminal.cache(),
        now=datetime.now(UTC),
    )


def _told(carry: Callable[[], Applied], form: str, progress: Progress) -> int:
    """Run, print, and give the exit code: 1 where a statement was refused, or the schema is not as it should be; 3 for
    a lock or a connection that was not to be had."""
    from dbarchitect.render.applied import render_applied
    from dbarchitect.render.untrusted import json_document

    try:
        applied = carry()
    except (KeyboardInterrupt, SystemExit):
        progress.done()
        terminal.note("stopped; what is done is in the database's history: the same command goes on from there")
        raise
    progress.done()
    if form == "json":
        import msgspec

        terminal.emit(json_document(msgspec.to_builtins(applied)), None)
    else:
        terminal.emit(render_applied(applied), None)
    if applied.failure is not None:
        return 3 if applied.failure.kind in ("lock", "connection") else 1
    return 1 if applied.differences or applied.declined else 0


_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|)", re.ASCII)
_UNITS = {"ms": 1.0, "s": 1e3, "": 1e3, "min": 6e4, "h": 3.6e6}


def _milliseconds(option: str, text: str) -> int:
    match = _TIME.fullmatch(text.strip())
    if match is None or (value := float(match[1]) * _UNITS[match[2]]) > 2**31 - 1:
        raise InputError(f"{option} {text}: not a time", hint=f"{option} 500ms, 2s, 5min; 0 for none")
    return round(value)
