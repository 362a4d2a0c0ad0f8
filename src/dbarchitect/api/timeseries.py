"""`dba timeseries`: which tables are time series, and what is to be done with them."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from dbarchitect.engines.postgres.connection import redacted_url
from dbarchitect.engines.postgres.platforms import endpoint
from dbarchitect.engines.postgres.server.binaries import version_name
from dbarchitect.engines.postgres.timescale import timescale
from dbarchitect.errors import InputError
from dbarchitect.model.platform import SCHEMAS, TITLES, PlatformName
from dbarchitect.model.proof import Proof
from dbarchitect.model.schema import Relational
from dbarchitect.model.timeseries import Target, TimeSeriesAdvice
from dbarchitect.prove.series import Wishes, advise
from dbarchitect.prove.series.trial import Bench
from dbarchitect.review.series import find_series
from dbarchitect.sources import open_source

from .choose import facts_of, lists_of
from .kinds import admit
from .surroundings import WorkOptions, open_workshop, words_of_server, workload_of

__all__ = ["TimeSeriesOptions", "timeseries"]

_EDITIONS = (
    "Apache edition: create_hypertable, time_bucket, first and last, drop_chunks",
    "Timescale Licence (TSL; no open source, and others than its maker may not offer it as a service): columnstore, "
    "policies of retention and refresh, continuous aggregates, gapfill; the Apache edition refuses them",
    "PostgreSQL alone: declarative partitions, tables of sums; making and dropping partitions is yours, or "
    "pg_partman's",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSeriesOptions(WorkOptions):
    """Options of `timeseries`. `rates`: rows a second by table; `keep`: seconds by table ("*": all); `memory`: bytes of
    the server, None for the middling one of our facts; `late`: seconds; `most`: rows of a trial, 0 to run nothing;
    `timescale`: a scratch server with TimescaleDB, or a folder with its packages for WebAssembly; `target`: whose steps
    are shown, None for those of TimescaleDB, or for what the `platform` has of it (None: that of the source's URL).
    `words`: those of the command."""

    workload: Path | None = None
    rates: Mapping[str, float] = field(default_factory=dict[str, float])
    keep: Mapping[str, float] = field(default_factory=dict[str, float])
    memory: float | None = None
    late: float | None = None
    most: int = 200_000
    timescale: str | None = None
    target: Target | None = None
    platform: PlatformName | None = None
    facts: tuple[Path, ...] = ()
    words: tuple[str, ...] = ()


def timeseries(source: str, options: TimeSeriesOptions) -> TimeSeriesAdvice:
    """The time series of `source`, with advice that is measured where a server of ours runs it."""
    admit("timeseries", source)
    facts = facts_of(options.facts)
    memory = facts["machine.memory"]
    door = endpoint(source)
    if door is not None and options.platform is None:
        options = replace(options, platform=door.platform)
    with open_workshop(
        options.pg_bin, options.cache, options.progress, scratch=options.server, platform=options.platform
    ) as workshop:
        opened = open_source(source, workshop, data=options.data)
        workload = workload_of(options.workload)
        if workload is None and not opened.is_live:
            workload = opened.counted()
        options = replace(options, platform=options.platform or opened.surrounded)
        schema = opened.schema
        if options.platform is not None:  # its own tables are not the user's to move
            theirs = SCHEMAS[options.platform]
            own = tuple(one for one in schema.tables if one.name.schema not in theirs)
            schema = msgspec.structs.replace(schema, tables=own)
        _known(options, schema)
        target, of_platform = _target(options, schema.major)
        found, others = find_series(schema, workload)
        wishes = Wishes(
            rates=options.rates,
            keep=options.keep,
            memory=options.memory or float(memory.value) * 1e9,
            memory_from="--memory" if options.memory else f"{memory.figure}, {memory.note}",
            late=options.late,
            rows=options.most,
            now=f"timestamptz '{options.now.replace(minute=0, second=0, microsecond=0).isoformat()}'",
        )
        host = workshop.host if options.most and found else None
        with _extension(options if found else None) as bench:
            advice = advise(schema, found, workload, wishes, host, bench, options.progress)
        environment = {"memory": wishes.memory_from}
        if host is not None:
            environment["server"] = version_name(host.version)
        if bench is not None:
            environment["timescale"] = bench.engine
        rehearsed = [one.rehearsed for series in advice for one in series.moves if one.rehearsed]
        return TimeSeriesAdvice(
            source=opened.name,
            target=target,
            series=tuple(advice),
            others=tuple(others),
            editions=_EDITIONS if advice else (),
            notes=(*of_platform, *_notes(options, workload is not None)),
            environment=environment,
            proof=Proof(
                level="measured" if host is not None else "asserted",
                method="each form of the table was made, filled with the same rows and asked; answers were compared"
                if host is not None
                else "read from schema and workload; nothing was run",
                holds=all(not one.startswith("failed") for one in rehearsed) if rehearsed else None,
                environment=environment,
                rerun=_command(opened.name, options),
            ),
        )


def _target(options: TimeSeriesOptions, major: int) -> tuple[Target, tuple[str, ...]]:
    """(whose steps are shown, why others are not). A platform that is not its maker's may have the Apache edition
    alone, by the licence of the other. Raises `InputError` for steps that the platform would refuse."""
    if options.platform is None:
        return options.target or "timescale", ()
    title, has = TITLES[options.platform], lists_of(options.facts)[options.platform]
    lacks = has.lacks("timescaledb", major)
    best: Target = "partitions" if lacks else "timescale-apache"
    told = has.told_by("timescaledb")
    reason = f"no TimescaleDB ({lacks})" if lacks else "the Apache edition of TimescaleDB alone"
    if options.target not in (None, best, "partitions"):
        raise InputError(f"--to {options.target}: {title} has {reason}", hint=f"--to {best}")
    return options.target or best, (f"{title} has {reason}: {told.source}, {told.date}",)


@contextmanager
def _extension(options: TimeSeriesOptions | None) -> Generator[Bench | None]:
    if options is None or options.timescale is None or not options.most:
        yield None
        return
    options.progress("starting TimescaleDB")
    with timescale(options.timescale) as found:
        where = " in WebAssembly" if found.wasm else ""
        edition = "Apache" if not found.full else "TSL"
        yield Bench(
            found.connection,
            f"TimescaleDB {found.version} ({edition}) on PostgreSQL {found.server}{where}",
            schema=found.schema,
            timescale=True,
            full=found.full,
            progress=options.progress,
        )


def _notes(options: TimeSeriesOptions, workload: bool) -> Generator[str]:
    if not workload:
        yield "without a workload tables are told by names and keys alone: --workload FILE says what is asked of them"
    if not options.most:
        yield "nothing was run (--lab-rows 0): every figure is modelled or static"
    elif options.timescale is None:
        yield (
            "no TimescaleDB was started, so what is said of hypertables, columnstore and continuous aggregates is "
            "static: --timescale URL or FOLDER measures them (docs/timescale.md)"
        )


def _known(options: TimeSeriesOptions, schema: Relational) -> None:
    tables = {one.name.short for one in schema.tables}
    for option, given in (("--rate", options.rates), ("--keep", options.keep)):
        for name in given:
            if name != "*" and name not in tables:
                raise InputError(f"{option} {name}=...: there is no table {name}", hint=", ".join(sorted(tables)[:8]))


def _command(source: str, options: TimeSeriesOptions) -> str:
    words = ["dba", "timeseries", source]
    if options.workload is not None:
        words += ["--workload", str(options.workload)]
    words += options.words
    if options.timescale is not None:
        words += ["--timescale", redacted_url(options.timescale) if "://" in options.timescale else options.timescale]
    words += ["--data"] if options.data else []
    return shlex.join([*words, *words_of_server(options.pg_bin, options.server)])
