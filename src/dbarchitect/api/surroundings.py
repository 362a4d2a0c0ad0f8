"""What the verbs share: where private copies are made, the words that name it again, progress that nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dbarchitect.engines.postgres.connection import redacted_url
from dbarchitect.errors import InputError, unreadable
from dbarchitect.model.platform import PlatformName
from dbarchitect.model.query import Workload
from dbarchitect.progress import nothing
from dbarchitect.sources import Workshop
from dbarchitect.sql.script import decode_script
from dbarchitect.sql.workload import WORKLOADS, read_workload
from dbarchitect.workload.files import SAMPLE
from dbarchitect.workload.fold import Fold
from dbarchitect.workload.reading import Reading, ReadOptions, kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOptions:
    """What the options of most verbs share.

    data    load a script's rows too
    rows    of the lab, by table, "*" for all; `seed`: of rows that are made up
    engine  of a script, where its text does not say it: sqlite, libsql, turso
    pg_bin  binaries of the private server; `server`: a scratch server in its place
    now     dates proofs, snapshots and expiries
    redacted  without the sample values of the source's statistics, where they could name anybody
    """

    data: bool = False
    rows: Mapping[str, int] | None = None
    seed: int = 0
    engine: str | None = None
    pg_bin: Path | None = None
    server: str | None = None
    cache: Path | None = None
    redacted: bool = False
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    progress: Callable[[str], None] = nothing


@contextmanager
def open_workshop(
    pg_bin: Path | None,
    cache: Path | None,
    progress: Callable[[str], None],
    *,
    scratch: str | None = None,
    python: Path | None = None,
    platform: PlatformName | None = None,
    redacted: bool = False,
) -> Generator[Workshop]:
    """A workshop for one command; what was made in it is gone with it."""
    workshop = Workshop(
        pg_bin=pg_bin,
        scratch=scratch,
        cache=cache,
        python=python,
        platform=platform,
        redacted=redacted,
        progress=progress,
    )
    try:
        yield workshop
    finally:
        workshop.close()


def workload_of(path: Path | None) -> Workload | None:
    """The workload in a file, or the one that a log tells of; None where none is named."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            kind, _ = kind_of(file.read(SAMPLE))
            if kind == "workload":
                file.seek(0)
                return read_workload(decode_script(file.read(), str(path)), str(path))
    except OSError as err:
        raise unreadable(path, err, what="the workload", hint=WORKLOADS) from err
    fold = Fold()
    reading = Reading((str(path),), ReadOptions())
    for batch in reading.batches():
        fold.add_logged(batch.logged, batch.file)
        fold.add_executions(batch.executions)
    workload = fold.workload(path.name)
    if not workload.queries:
        raise InputError(f"{path} holds no query that could be planned", hint="dba workload top FILE shows what it has")
    return workload


def words_of_rows(rows: Mapping[str, int] | None, seed: int) -> list[str]:
    """The words of a command that ask for the lab's rows again; "*" is every table."""
    words: list[str] = []
    for table, number in (rows or {}).items():
        words += ["--rows", str(number) if table == "*" else f"{table}={number}"]
    return [*words, "--seed", str(seed)] if seed else words


def words_of_server(pg_bin: Path | None, server: str | None) -> list[str]:
    """The words of a command that name its private server again; a password is hidden."""
    words: list[str] = []
    if pg_bin is not None:
        words += ["--pg-bin", str(pg_bin)]
    return words if server is None else [*words, "--server", redacted_url(server)]
