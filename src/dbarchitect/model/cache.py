"""A cache as it is designed: what is kept, what is not and why, how much memory it takes, what that gives."""

from __future__ import annotations

from typing import Literal

from .names import Position
from .value import Value

Keeps = Literal["row", "aggregate", "list"]
Invalidation = Literal["version", "ttl"]


class CacheWrite(Value, frozen=True, kw_only=True):
    """What makes entries stale: `statements` a second on a table. `precise`: the row that is written tells which
    entries, because they are asked for by one of its columns; else all entries of the query."""

    table: str
    a_second: float
    precise: bool
    column: str = ""


class CacheEntry(Value, frozen=True, kw_only=True):
    """One query whose answers are kept.

    name           what it is called in keys and code; `key`: the pattern of its keys
    keeps          one row by its key, one row of aggregates, or a list
    parameters     what stands in the key, named after the columns that it is compared with
    versions       the patterns of the keys that say whether an entry is current
    ttl_seconds    the longest that an entry lives; each lives `jitter` of it less at random
    invalidation   version: a write makes entries stale; ttl: they only age
    calls          in the window; `mean_ms` of one; `reads_a_second` and `writes` as counted
    keys           different ones that are asked for
    value_bytes    of one answer as JSON; `entry_bytes` with all that Redis adds
    hit_ratio      in memory enough for all; `break_even`: below it Redis costs more time than it saves
    saved_ms       database time in the window less what Redis takes; `share` of all time of the workload
    assumed        what of this nobody has counted
    """

    name: str
    query: str
    sql: str
    keeps: Keeps
    key: str
    parameters: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    ttl_seconds: float = 0.0
    jitter: float = 0.1
    invalidation: Invalidation = "version"
    calls: float = 0.0
    mean_ms: float | None = None
    reads_a_second: float = 0.0
    writes: tuple[CacheWrite, ...] = ()
    keys: int = 1
    value_bytes: int = 0
    entry_bytes: int = 0
    hit_ratio: float = 0.0
    break_even: float = 0.0
    saved_ms: float = 0.0
    share: float | None = None
    notes: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    position: Position | None = None


class LeftOut(Value, frozen=True, kw_only=True):
    """A query that is not cached, and why."""

    query: str
    sql: str
    reason: str
    calls: float = 0.0
    mean_ms: float | None = None
    position: Position | None = None


class CacheSize(Value, frozen=True, kw_only=True):
    """What the chosen entries together would give with so much memory: predicted by running the trace."""

    policy: str
    maxmemory: int
    hit_ratio: float
    keys: int = 0
    evicted: int = 0


class CacheDesign(Value, frozen=True, kw_only=True):
    """What `dba cache` gives. Without `entries` there is nothing to cache.

    maxmemory, policy, memory_bytes   what the server is given: its limit in bytes, and what the process then takes
    sizes       every size and policy that was tried; `hit_ratio` is that of the chosen one
    trace       where the requests came from: "log" with their own times, or "declared" (Zipf)
    decisions   what holds for all entries, as (what, why)
    command     the words that repeat it
    """

    source: str
    workload: str
    window_seconds: float
    entries: tuple[CacheEntry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    maxmemory: int = 0
    policy: str = ""
    memory_bytes: int = 0
    hit_ratio: float = 0.0
    sizes: tuple[CacheSize, ...] = ()
    trace: Literal["log", "declared"] = "declared"
    requests: int = 0
    target: Literal["redis", "upstash"] = "redis"
    decisions: tuple[tuple[str, str], ...] = ()
    assumed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
