"""`dba workload`: what applications asked, from logs, spans and counters."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dbarchitect.errors import InputError, unreadable
from dbarchitect.files import write_whole
from dbarchitect.model.query import Workload
from dbarchitect.model.value import from_json, to_json
from dbarchitect.progress import nothing
from dbarchitect.workload.counters import difference, read_counters
from dbarchitect.workload.files import Mark
from dbarchitect.workload.fold import Fold
from dbarchitect.workload.kept import SCHEMA, Counts, KeptWorkload, kept_workload, resumed
from dbarchitect.workload.reading import Reading, ReadOptions

from .kinds import admit

_REPORT_S = 2.0  # between words about progress
_KEEP_S = 10.0  # between writings of what has been counted so far

__all__ = ["WorkloadOptions", "workload"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadOptions:
    """`prefix`: the server's log_line_prefix. `since`: an earlier export of pg_stat_statements. `resume`: a workload
    to go on with. `output`: where the workload is written, now and then while it is read and at the end."""

    prefix: str | None = None
    since: Path | None = None
    resume: Path | None = None
    output: Path | None = None
    standard_input: BinaryIO | None = None
    clock: Callable[[], float] = time.monotonic
    progress: Callable[[str], None] = nothing


def workload(files: Sequence[str], options: WorkloadOptions) -> KeptWorkload:
    """Count the queries that `files` tell of.

    Raises `InputError` for what cannot be read, or where no statement was found.
    """
    for file in files:
        admit("workload", file, engine="postgresql")  # SQL that was run has the words of any engine
    if options.since is not None:
        return _difference(files, options)
    before = _kept(options.resume) if options.resume is not None else None
    # Who goes on later leaves the last line to the next time if the server has not written its end.
    going_on = options.output is not None or options.resume is not None
    reading = Reading(
        files,
        ReadOptions(
            prefix=options.prefix,
            whole=not going_on,
            marks=before.marks if before is not None else (),
            standard_input=options.standard_input,
        ),
    )
    fold = Fold()
    resumed(before, fold, reading)
    origin = _origin(reading.files, before)
    marks: dict[tuple[str, int], Mark] = {}

    def write() -> KeptWorkload:
        kept = kept_workload(fold, reading, marks.values(), before, origin)
        if options.output is not None:
            write_whole(options.output, to_json(kept, indent=2))
        return kept

    written = told = options.clock()
    ended = False
    try:
        for batch in reading.batches():
            fold.add_logged(batch.logged, batch.file)
            fold.add_executions(batch.executions)
            if batch.workload is not None:
                fold.add_workload(batch.workload)
            if batch.mark is not None and batch.file != "-":
                marks[batch.mark.head, batch.mark.head_bytes] = batch.mark
            now = options.clock()
            if now - told > _REPORT_S:
                told = now
                options.progress(_so_far(batch.read, batch.size, fold.statements))
            if options.output is not None and now - written > _KEEP_S:
                write()
                written = options.clock()
        ended = True
    finally:
        if not ended and fold.statements and options.output is not None:
            write()  # interrupted: the next run goes on from here
    if not fold.statements and not reading.sessions.waiting() and before is None:
        raise InputError(
            f"{', '.join(reading.files)}: no statement was found",
            hint="log_min_duration_statement = 0 makes a server log them; --log-line-prefix if it is an unusual one",
        )
    return write()


def _so_far(read: int, size: int, statements: int) -> str:
    done = f"{read / 1e6:,.0f} of {size / 1e6:,.0f} MB" if size and read else "standard input"
    return f"reading: {done}, {statements:,} statements"


def _origin(files: Sequence[str], before: KeptWorkload | None) -> str:
    names = [Path(one).name if one != "-" else "standard input" for one in files]
    if before is not None:
        names = [*(name for name in before.origin.split(", ") if name), *names]
    names = list(dict.fromkeys(names))
    return ", ".join(names) if len(names) <= 5 else f"{', '.join(names[:4])}, {names[-1]}"


def _kept(path: Path) -> KeptWorkload:
    try:
        data = path.read_bytes()
    except OSError as err:
        raise InputError(f"cannot read {path}: {err.strerror}", hint="-o writes it the first time") from err
    try:
        kept = from_json(KeptWorkload, data)
    except ValueError as err:
        raise InputError(
            f"{path} is no workload to go on with: {err}",
            hint="without --resume the logs are read whole, and -o writes it anew",
        ) from err
    if kept.schema != SCHEMA:
        raise InputError(
            f"{path} has the schema {kept.schema}, and this knows {SCHEMA}",
            hint="without --resume the logs are read whole, and -o writes it anew",
        )
    return kept


def _difference(files: Sequence[str], options: WorkloadOptions) -> KeptWorkload:
    if len(files) != 1 or options.resume is not None:
        raise InputError(
            "--since takes one later export and nothing else", hint="dba workload NOW.csv --since FIRST.csv"
        )
    assert options.since is not None
    second = Path(files[0])
    texts: list[str] = []
    for path in (options.since, second):
        try:
            texts.append(path.read_text(encoding="utf-8-sig", errors="replace"))
        except OSError as err:
            raise unreadable(path, err) from err
    first, last = (read_counters(text, str(path)) for text, path in zip(texts, (options.since, second), strict=True))
    counted: Workload = difference(first, last, origin=f"{second.name} since {options.since.name}")
    if not counted.queries:
        raise InputError(f"nothing was run between {options.since} and {second}", hint="the later one stands first")
    kept = KeptWorkload(
        schema=SCHEMA,
        queries=counted.queries,
        origin=counted.origin,
        rejected=counted.rejected,
        counts=Counts(statements=round(sum(query.calls for query in counted.queries))),
    )
    if options.output is not None:
        write_whole(options.output, to_json(kept, indent=2))
    return kept
