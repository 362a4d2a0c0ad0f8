"""`dba cache`: a cache for the queries of a relational database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as with_
from pathlib import Path

from msgspec.structs import replace

from dbarchitect.cache.clients import Client, written
from dbarchitect.cache.design import Designer, Wishes
from dbarchitect.cache.traffic import Logged, Trace
from dbarchitect.design.factbook import Factbook
from dbarchitect.errors import InputError
from dbarchitect.files import write_whole
from dbarchitect.model.cache import CacheDesign
from dbarchitect.sources import open_source
from dbarchitect.workload.files import SAMPLE
from dbarchitect.workload.reading import ReadOptions, executions, kind_of

from .choose import facts_of
from .kinds import admit
from .surroundings import WorkOptions, open_workshop, words_of_server, workload_of

__all__ = ["CacheOptions", "cache"]

_MOST_STEPS = 1_000_000  # of a log that are run: what a simulation of some seconds holds


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheOptions(WorkOptions):
    """`workload`: a log gives times and parameters, so that its own requests are run; None: what the source counted.
    `wishes` as `cache.design` has them; `words`: those of the command that asked for them. `facts`: files whose facts
    replace ours. `client`, `code`: write a module for it into the folder."""

    workload: Path | None = None
    wishes: Wishes = field(default_factory=Wishes)
    words: tuple[str, ...] = ()
    facts: tuple[Path, ...] = ()
    client: Client | None = None
    code: Path | None = None


def cache(source: str, options: CacheOptions) -> CacheDesign:
    """Design a cache. Raises `InputError` where no workload is given and the source has none."""
    admit("cache", source)
    wishes = options.wishes
    facts = facts_of(options.facts)
    with open_workshop(options.pg_bin, options.cache, options.progress, scratch=options.server) as workshop:
        opened = open_source(source, workshop, data=options.data)
        workload = workload_of(options.workload) or opened.counted()
        if workload is None or not workload.queries:
            raise InputError(
                f"{opened.name} comes without a workload: what is asked of it decides what is worth caching",
                hint="--workload FILE: a log, an export of pg_stat_statements, SQL with frequencies",
            )
        schema = opened.schema
        name = opened.name
    tables = {one.name.name for one in schema.tables} | {str(one.name) for one in schema.tables}
    _known_tables(wishes.staleness_of, tables)
    if wishes.upstash:
        largest = int(facts.number("upstash.request_max") * 1e6)
        wishes = with_(wishes, largest=min(wishes.largest, largest))
    designer = Designer(schema, workload, wishes)
    trace = _trace(designer, options)
    options.progress(f"designing for {len(workload.queries):,} queries")
    made = designer.design(trace, source=name, origin=str(options.workload or workload.origin))
    warnings = list(facts.old(options.now.date()))
    if wishes.upstash and made.entries:
        warnings += _upstash(made, facts)
    if options.client is not None and options.code is not None:
        warnings += _write(made, options.client, options.code)
    return replace(made, warnings=tuple(warnings), command=_command(name, options))


def _write(made: CacheDesign, client: Client, folder: Path) -> list[str]:
    """Write the module. Raises `InputError` where another file has its place."""
    if not made.entries:
        return ["no code was written: there is nothing to cache"]
    name, text = written(made, client)
    path = folder / name
    if path.exists() and path.read_bytes() != text.encode():
        raise InputError(f"{path} is there already and is another one", hint="name another folder, or move it away")
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    return [f"{path} was written for {client}"]


def _upstash(made: CacheDesign, facts: Factbook) -> list[str]:
    """What the commands of a month cost (one a read, another for a load, one a new version), and what else holds."""
    month = 30 * 86_400.0
    commands = sum(one.reads_a_second * month * (2 - one.hit_ratio) for one in made.entries)
    commands += sum(
        one.a_second * month for entry in made.entries if entry.invalidation == "version" for one in entry.writes
    )
    price, free = facts["upstash.command_price"], facts["upstash.free_commands"]
    cost = commands / 1e5 * facts.number("upstash.command_price")
    said = [
        f"about {commands / 1e6:,.1f} million commands a month: {cost:,.0f} USD at {price.figure} ({price.source}, "
        f"{price.date}); a free plan has {free.figure}"
    ]
    data = facts["upstash.free_data"]
    if made.maxmemory > facts.number("upstash.free_data") * 1e6:
        said.append(f"it is more than the {data.figure} of a free plan ({data.source}, {data.date})")
    eviction = facts["upstash.eviction"]
    said.append(f"eviction is {eviction.figure} ({eviction.source}, {eviction.date})")
    return said


def _known_tables(named: Mapping[str, float], tables: set[str]) -> None:
    for one in named:
        if one not in tables:
            raise InputError(f"--staleness {one}=...: there is no table {one}", hint=", ".join(sorted(tables)[:8]))


def _trace(designer: Designer, options: CacheOptions) -> Logged | None:
    """The log's own requests, where the workload is one that tells of single executions with their times."""
    if options.workload is None or not designer.reads:
        return None
    with options.workload.open("rb") as file:
        kind, _ = kind_of(file.read(SAMPLE))
    if kind == "workload":
        return None
    options.progress("reading the requests of the log")
    trace = Trace(designer.reads, designer.known, most=_MOST_STEPS, seed=options.seed)
    trace.add(executions((str(options.workload),), ReadOptions()))
    made = trace.done()
    return made if made.steps and made.seconds > 0 else None


def _command(source: str, options: CacheOptions) -> tuple[str, ...]:
    words = ["dba", "cache", source]
    if options.workload is not None:
        words += ["--workload", str(options.workload)]
    if options.data:
        words.append("--data")
    return (*words, *options.words, *words_of_server(options.pg_bin, options.server))
