"""`dba query n+1`: what logs and spans tell of loops that send one statement after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dbarchitect.errors import InputError
from dbarchitect.files import write_whole
from dbarchitect.model.nplusone import NPlusOne
from dbarchitect.progress import nothing
from dbarchitect.query.baseline import accepted_in, baseline_text, new_ones
from dbarchitect.query.nplusone import Ignored, Limits, Search
from dbarchitect.sources import open_source
from dbarchitect.workload.reading import ReadOptions, executions

from .surroundings import open_workshop

_EVERY = 200_000  # statements between words about progress

__all__ = ["LoopOptions", "Loops", "loops"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopOptions:
    """Options of `loops`. `prefix`: the server's log_line_prefix; `source`: whose keys raise the confidence; `count`:
    executions that make a loop; `baseline`: a file of accepted ones; `write_baseline`: where to write
    such a file instead."""

    prefix: str | None = None
    source: str | None = None
    count: int = 5
    ignored: tuple[Ignored, ...] = ()
    baseline: Path | None = None
    write_baseline: Path | None = None
    standard_input: BinaryIO | None = None
    pg_bin: Path | None = None
    cache: Path | None = None
    progress: Callable[[str], None] = nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Loops:
    """What was found in so many statements, without those that were accepted before."""

    found: tuple[NPlusOne, ...]
    statements: int
    accepted: int


def loops(files: Sequence[str], options: LoopOptions) -> Loops:
    """N+1 queries, repeats and writes row by row in logs and spans, what wastes most time first.

    Raises `InputError` for files that cannot be read or tell of no single executions.
    """
    schema = None
    if options.source is not None:
        with open_workshop(options.pg_bin, options.cache, options.progress) as workshop:
            schema = open_source(options.source, workshop).schema
    search = Search(Limits(count=options.count))
    statements = 0
    for one in executions(files, ReadOptions(prefix=options.prefix, standard_input=options.standard_input)):
        search.add(one)
        statements += 1
        if statements % _EVERY == 0:
            options.progress(f"reading: {statements:,} statements")
    if not statements:
        raise InputError(
            f"{', '.join(files)}: no single execution of a statement was found",
            hint="a log with log_min_duration_statement = 0, or spans; counters do not tell what followed what",
        )
    every = search.found(schema)
    kept = tuple(one for one in every if not any(ignore.covers(one) for ignore in options.ignored))
    if options.write_baseline is not None:
        write_whole(options.write_baseline, baseline_text(kept))
        return Loops(found=(), statements=statements, accepted=len(every))
    if options.baseline is not None:
        kept = new_ones(kept, _accepted(options.baseline))
    return Loops(found=kept, statements=statements, accepted=len(every) - len(kept))


def _accepted(file: Path) -> frozenset[str]:
    try:
        return accepted_in(file.read_bytes(), str(file))
    except OSError as err:
        raise InputError(
            f"cannot read the baseline {file}: {err.strerror}", hint=f"--write-baseline {file} writes it the first time"
        ) from err
