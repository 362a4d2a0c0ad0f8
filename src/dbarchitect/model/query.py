"""Queries and the workload they form."""

from __future__ import annotations

from .names import Position
from .value import Value


class Example(Value, frozen=True, kw_only=True):
    """One run of a query: its text, what was bound to `$1`, `$2`, ... as SQL literals, and how long it took."""

    sql: str
    parameters: tuple[str, ...] = ()
    milliseconds: float | None = None


class Query(Value, frozen=True, kw_only=True):
    """One normalised query. `calls` is mandatory: advice without frequencies is a guess.

    `parameters` are example values for `$1`, `$2`, ... as SQL literals; `id` is its fingerprint. `examples` are runs
    that differ from the text and parameters given: the slowest, where a log told of it.
    """

    id: str
    sql: str
    calls: float
    total_ms: float | None = None
    rows: float | None = None
    parameters: tuple[str, ...] = ()
    source: str = ""
    position: Position | None = None
    examples: tuple[Example, ...] = ()


class Workload(Value, frozen=True, kw_only=True):
    """Queries with their frequencies over `window_seconds` (None: unknown). `origin` says who counted;
    `rejected` lists what was given and could not be read, with the reason."""

    queries: tuple[Query, ...] = ()
    window_seconds: float | None = None
    origin: str = ""
    rejected: tuple[tuple[str, str], ...] = ()
