"""`dba workload pooler`: what a pooler in transaction mode would break."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from dbarchitect.engines.postgres.pooler import private_pooler
from dbarchitect.errors import InputError, unreadable
from dbarchitect.model.names import Position
from dbarchitect.model.pooler import PoolerReport
from dbarchitect.progress import nothing
from dbarchitect.prove.pooler import around, tried
from dbarchitect.sql.script import decode_script, split_script
from dbarchitect.workload.reading import Reading, ReadOptions
from dbarchitect.workload.session_state import SessionState

from .surroundings import open_workshop

__all__ = ["PoolerOptions", "pooler"]

_DATABASE = "pooled"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolerOptions:
    """`prove`: show what happens behind a real PgBouncer before a private server."""

    prefix: str | None = None
    prove: bool = False
    pg_bin: Path | None = None
    cache: Path | None = None
    standard_input: BinaryIO | None = None
    progress: Callable[[str], None] = nothing


def pooler(files: Sequence[str], options: PoolerOptions) -> PoolerReport:
    """The statements of logs, spans, scripts or workloads that count on their session.

    Raises `InputError` for what cannot be read or holds no statement.
    """
    state = SessionState()
    scripts = [name for name in files if Path(name).suffix == ".sql"]
    for name in scripts:
        _add_script(name, state)
    others = [name for name in files if name not in scripts]
    if others:
        reading = Reading(others, ReadOptions(prefix=options.prefix, standard_input=options.standard_input))
        for batch in reading.batches():
            for one in batch.logged:
                if one.calls:
                    state.add(one.sql, calls=one.calls, at=_at(batch.file, one.line))
            for one in batch.executions:
                state.add(one.sql, at=one.position)
            for query in batch.workload.queries if batch.workload is not None else ():
                state.add(query.sql, calls=query.calls)
            for text, _ in batch.workload.rejected if batch.workload is not None else ():
                state.add(text)
    if not state.statements:
        raise InputError(f"{', '.join(files)}: no statement was found", hint="a server's log, or the application's SQL")
    found = state.report(", ".join(files))
    return _proved(found, options) if options.prove and found.habits else found


def _at(file: str, line: int) -> Position | None:
    return Position(file=file, line=line) if line else None


def _add_script(name: str, state: SessionState) -> None:
    try:
        content = Path(name).read_bytes()
    except OSError as err:
        raise unreadable(name, err) from err
    for one in split_script(decode_script(content, name), name, allow_empty=True):
        state.add(one.sql, at=one.position)


def _proved(found: PoolerReport, options: PoolerOptions) -> PoolerReport:
    with open_workshop(options.pg_bin, options.cache, options.progress) as workshop:
        server = workshop.server
        server.create_database(_DATABASE)
        options.progress("starting a PgBouncer")
        with private_pooler(server, _DATABASE) as url:
            habits = tuple(replace(one, proof=tried(url, one.kind)) for one in found.habits)
            return replace(found, habits=habits, around=around(url))
