"""`dba cache`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from dbarchitect.errors import InputError

from . import terminal
from .commands import app, commas, count_of
from .options import Data, Facts, Output, PgBin, Scratch, Seed, Source, TextOrJson, Workload

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d|)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_PREFIX = re.compile(r"[A-Za-z0-9_.-]{1,32}")


@app.command
def cache(
    source: Source,
    /,
    *,
    workload: Workload = None,
    staleness: Annotated[
        tuple[str, ...],
        Parameter(metavar="TIME", help="How old an answer may be: 5m (default), or TABLE=10s, repeatable."),
    ] = (),
    query_ms: Annotated[
        float | None, Parameter(metavar="MS", help="Time of a query that the workload has no time of.")
    ] = None,
    round_trip: Annotated[
        float, Parameter(metavar="MS", help="One look-up in Redis, from the application. Default 0.5.")
    ] = 0.5,
    keys: Annotated[
        str,
        Parameter(metavar="N", help="Different keys of a query where neither log nor statistics tell. Default 10k."),
    ] = "10k",
    zipf: Annotated[
        float, Parameter(metavar="S", help="How uneven they are asked for, where no log tells: 0 alike. Default 0.99.")
    ] = 0.99,
    window: Annotated[
        str | None, Parameter(metavar="TIME", help="What time the workload covers, where it does not say.")
    ] = None,
    least: Annotated[
        float, Parameter(metavar="SHARE", help="Share of the database's time that an entry must save. Default 0.01.")
    ] = 0.01,
    prefix: Annotated[str, Parameter(metavar="NAME", help="What all keys begin with. Default app.")] = "app",
    target: Annotated[Literal["redis", "upstash"], Parameter(help="Where the cache runs. Default redis.")] = "redis",
    facts: Facts = (),
    client: Annotated[
        Literal["redis-py", "upstash-py", "node-redis", "ioredis", "upstash-js"] | None,
        Parameter(help="Write a module of the cache for this client into the folder of --code."),
    ] = None,
    code: Annotated[Path | None, Parameter(metavar="DIR", help="Where --client writes.")] = None,
    data: Data = False,
    seed: Seed = 0,
    pg_bin: PgBin = None,
    server: Scratch = None,
    form: TextOrJson = "text",
    output: Output = None,
) -> int:
    """Design a cache in Redis: what to keep and what not, keys, TTLs, invalidation, memory with its hit ratio."""
    from dbarchitect import __version__
    from dbarchitect.api import cache as api
    from dbarchitect.cache.design import Wishes
    from dbarchitect.render.cache import render_cache

    if (client is None) != (code is None):
        raise InputError("--client says for what, --code where to", hint="--client redis-py --code src/cache")
    if round_trip <= 0 or (query_ms is not None and query_ms <= 0):
        raise InputError("--round-trip and --query-ms are milliseconds above 0", hint="--round-trip 0.5")
    if not 0 <= zipf <= 3:
        raise InputError(f"--zipf {zipf:g}: between 0 (alike) and 3", hint="--zipf 0.99")
    if not 0 <= least < 1:
        raise InputError(f"--least {least:g}: a share from 0 to 1", hint="--least 0.01")
    if not _PREFIX.fullmatch(prefix):
        raise InputError(f"--prefix {prefix}: letters, digits, dots and dashes, 32 at most", hint="--prefix shop")
    number = count_of("--keys", keys)
    if number < 1:
        raise InputError(f"--keys {keys}: one at least", hint="--keys 10k")
    whole, by_table = _staleness(commas(staleness))
    with terminal.progress() as progress:
        found = api.cache(
            source,
            api.CacheOptions(
                workload=workload,
                wishes=Wishes(
                    staleness=whole,
                    staleness_of=by_table,
                    query_ms=query_ms,
                    round_trip_ms=round_trip,
                    zipf=zipf,
                    keys=number,
                    window=None if window is None else _seconds("--window", window),
                    least=least,
                    prefix=prefix,
                    upstash=target == "upstash",
                    seed=seed,
                ),
                words=_words(staleness, query_ms, round_trip, keys, zipf, window, least, prefix, target, seed),
                facts=facts,
                client=client,
                code=code,
                data=data,
                seed=seed,
                pg_bin=pg_bin,
                server=server,
                cache=terminal.cache(),
                now=datetime.now(UTC),
                progress=progress,
            ),
        )
    terminal.emit(render_cache(found, form, screen=terminal.screen(output), version=__version__), output)
    return 0


def _staleness(given: Sequence[str]) -> tuple[float, dict[str, float]]:
    whole, by_table = 300.0, dict[str, float]()
    for one in given:
        table, _, time = one.rpartition("=")
        if table.strip():
            by_table[table.strip()] = _seconds("--staleness", time, given=one)
        else:
            whole = _seconds("--staleness", one)
    return whole, by_table


def _seconds(option: str, text: str, *, given: str = "") -> float:
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{option} {given or text}: not a time", hint=f"{option} 30s, 5m, 1h")
    return float(found[1]) * _SECONDS[found[2].lower()]


def _words(
    staleness: Sequence[str],
    query_ms: float | None,
    round_trip: float,
    keys: str,
    zipf: float,
    window: str | None,
    least: float,
    prefix: str,
    target: str,
    seed: int,
) -> tuple[str, ...]:
    """The options that are not as they are by default."""
    words: list[str] = [word for one in staleness for word in ("--staleness", one)]
    for name, value, usual in (
        ("--query-ms", query_ms, None), ("--round-trip", round_trip, 0.5), ("--keys", keys, "10k"),
        ("--zipf", zipf, 0.99), ("--window", window, None), ("--least", least, 0.01), ("--prefix", prefix, "app"),
        ("--target", target, "redis"), ("--seed", seed, 0),
    ):  # fmt: skip
        if value != usual:
            words += [name, f"{value:g}" if isinstance(value, float) else str(value)]
    return tuple(words)
