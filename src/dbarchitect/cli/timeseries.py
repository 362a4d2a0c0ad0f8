"""`dba timeseries`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import app, commas, count_of
from .options import Data, Facts, Output, PgBin, Platform, Scratch, Source, Workload

_RATE = re.compile(r"([\d._]+\s*[a-z]*)\s*/\s*(s|second|min|minute|h|hour|d|day)", re.IGNORECASE)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([MGT])i?B?", re.IGNORECASE)
_BYTES = {"m": 2**20, "g": 2**30, "t": 2**40}


@app.command
def timeseries(
    source: Source,
    /,
    *,
    workload: Workload = None,
    rate: Annotated[
        tuple[str, ...],
        Parameter(metavar="N", help="Rows that come: TABLE=43M/day, TABLE=500/s. Default: counters, or the workload."),
    ] = (),
    keep: Annotated[
        tuple[str, ...], Parameter(metavar="TIME", help="For how long rows are kept: 90d, or TABLE=1y, repeatable.")
    ] = (),
    memory: Annotated[
        str | None, Parameter(metavar="SIZE", help="Memory of the server, such as 16GB. Default: a middling one's.")
    ] = None,
    late: Annotated[
        str | None, Parameter(metavar="TIME", help="How late rows may come. Default: 3 days are assumed.")
    ] = None,
    timescale: Annotated[
        str | None,
        Parameter(
            metavar="URL|DIR",
            help="Measure there too: a scratch server with TimescaleDB, or a folder with its npm packages.",
        ),
    ] = None,
    target: Annotated[
        Literal["timescale", "timescale-apache", "partitions"] | None,
        Parameter(name="--to", help="Whose steps are shown. Default timescale, or what the platform has of it."),
    ] = None,
    platform: Platform = None,
    rows: Annotated[
        str,
        Parameter(
            name=("--lab-rows", "--rows"), metavar="N", help="Made-up rows of a trial; 0 runs nothing. Default 200k."
        ),
    ] = "200k",
    facts: Facts = (),
    data: Data = False,
    pg_bin: PgBin = None,
    server: Scratch = None,
    form: Annotated[Literal["text", "json", "sql"], Parameter(name="--format", help="Default text.")] = "text",
    output: Output = None,
) -> int:
    """Find the time series: chunks, columnstore, retention, continuous aggregates, and the steps from a plain table."""
    from dbarchitect import __version__
    from dbarchitect.api import timeseries as api
    from dbarchitect.render.timeseries import render_timeseries

    most = count_of("--lab-rows", rows)
    if most and not 1_000 <= most <= 20_000_000:
        raise InputError(
            f"--lab-rows {rows}: a trial takes 1000 to 20 million", hint="--lab-rows 200k, or 0 to run nothing"
        )
    if timescale is not None and not most:
        raise InputError("--timescale measures, and --lab-rows 0 runs nothing", hint="leave one of them out")
    words: list[str] = []
    for option, values in (("--rate", rate), ("--keep", keep)):
        words += [word for one in values for word in (option, one)]
    for option, value, usual in (
        ("--memory", memory, None), ("--late", late, None), ("--to", target, None), ("--platform", platform, None),
        ("--lab-rows", rows, "200k"),
    ):  # fmt: skip
        if value != usual:
            words += [option, str(value)]
    for one in facts:
        words += ["--facts", str(one)]
    with terminal.progress() as progress:
        found = api.timeseries(
            source,
            api.TimeSeriesOptions(
                workload=workload,
                rates=_by_table(commas(rate), _rate),
                keep=_by_table(commas(keep), _keep),
                memory=None if memory is None else _size(memory),
                late=None if late is None else _time("--late", late),
                most=most,
                timescale=timescale,
                target=target,
                platform=platform,
                facts=facts,
                words=tuple(words),
                data=data,
                pg_bin=pg_bin,
                server=server,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
        )
    terminal.emit(render_timeseries(found, form, screen=terminal.screen(output), version=__version__), output)
    return 0


def _by_table(given: Sequence[str], read: Callable[[str], float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in given:
        table, _, value = one.rpartition("=")
        found[table.strip() or "*"] = read(value)
    return found


def _rate(text: str) -> float:
    made = _RATE.fullmatch(text.strip())
    if made is None:
        raise InputError(f"--rate {text}: not rows in a time", hint="--rate readings=43M/day, or 500/s")
    number = count_of("--rate", made[1].strip(), given=text)
    if number <= 0:
        raise InputError(f"--rate {text}: above 0", hint="--rate readings=43M/day")
    return number / _SECONDS[made[2][0].lower()]


def _keep(text: str) -> float:
    return _time("--keep", text)


def _time(option: str, text: str) -> float:
    from dbarchitect.sql.timeuse import interval_seconds

    seconds = interval_seconds(text)
    if seconds is None or seconds <= 0:
        raise InputError(f"{option} {text}: not a time", hint=f"{option} 90d, 12h, '1 year'")
    return seconds


def _size(text: str) -> float:
    made = _SIZE.fullmatch(text.strip())
    if made is None or float(made[1]) <= 0:
        raise InputError(f"--memory {text}: not a size", hint="--memory 16GB")
    return float(made[1]) * _BYTES[made[2].lower()]
