"""Which tables are time series, and what is to be done with them: values, each with what it rests on."""

from __future__ import annotations

from typing import Literal

from .proof import ASSERTED, Proof
from .value import Value

Basis = Literal["measured", "modelled", "static"]
Edition = Literal["PostgreSQL", "Apache", "TSL"]
Target = Literal["timescale", "timescale-apache", "partitions"]


class SeriesUse(Value, frozen=True, kw_only=True):
    """What the workload asks of a table, in calls: rows that come, change and go, reads by a range of time, groups by
    time, the latest row. `equal`: columns that are compared with a value, by calls; `widest`: seconds of the widest
    range that a query names; `rows`: that inserts bring."""

    inserts: float = 0.0
    rows: float = 0.0
    updates: float = 0.0
    deletes: float = 0.0
    ranges: float = 0.0
    grouped: float = 0.0
    latest: float = 0.0
    reads: float = 0.0
    equal: dict[str, float] = {}
    widest: float | None = None


class NotSeries(Value, frozen=True, kw_only=True):
    """A table that is none, or that is looked after already."""

    table: str
    why: str


class ChunkAdvice(Value, frozen=True, kw_only=True):
    """How long a chunk is. `seconds`: None where the write rate is not known.

    rate, index_row, row   rows a second, bytes of a row in all indexes and in the table, each with where it comes from
    memory, budget         of the server, and this table's part of the quarter that active indexes may take
    index_bytes, bytes, rows   of one chunk
    """

    seconds: float | None
    interval: str = ""
    rate: float | None = None
    rate_from: str = ""
    index_row: float = 0.0
    row: float = 0.0
    sizes_from: str = ""
    memory: float = 0.0
    budget: float = 0.0
    index_bytes: float = 0.0
    bytes: float = 0.0
    rows: float = 0.0
    basis: Basis = "modelled"
    why: str = ""


class ColumnstoreAdvice(Value, frozen=True, kw_only=True):
    """How a hypertable's old chunks are stored by column. `after`: their age; `rows_a_segment`: in a chunk."""

    segment_by: tuple[str, ...] = ()
    order_by: tuple[str, ...] = ()
    after: str = ""
    why: tuple[str, ...] = ()
    rows_a_segment: float | None = None
    statements: tuple[str, ...] = ()
    edition: Edition = "TSL"
    basis: Basis = "static"


class Timed(Value, frozen=True, kw_only=True):
    """A query of the workload on one form of the table: its median in milliseconds, or why it did not run. `same`: its
    answer is that of the plain table; None where there is nothing to compare with."""

    query: str
    ms: float | None = None
    rows: int = 0
    refused: str = ""
    same: bool | None = None


class SeriesTrial(Value, frozen=True, kw_only=True):
    """One form of the table that was made, filled and asked. Sizes in bytes; `load_s`: filling it; `drop_ms`: taking
    the oldest eighth of the rows away, by DELETE or with their chunks."""

    form: str
    engine: str
    size_bytes: int = 0
    index_bytes: int = 0
    parts: int = 1
    load_s: float = 0.0
    drop_ms: float | None = None
    queries: tuple[Timed, ...] = ()
    refused: str = ""
    basis: Basis = "measured"


class AggregateTrial(Value, frozen=True, kw_only=True):
    """A query on the rows and on their summary. `same`: equal answers, but for the first group, which a summary has
    whole."""

    engine: str
    form: str
    before_ms: float
    after_ms: float
    rows_before: int
    rows_after: int
    build_s: float
    same: bool
    refused: str = ""


class AggregateAdvice(Value, frozen=True, kw_only=True):
    """A continuous aggregate for a query that groups by time. `obstacle`: why there is none. `instead` is the query
    over it; `calls`: of the workload; `plain`: the same as a table of sums in PostgreSQL. `group_rows`: that a group
    sums up at the rate of the table (modelled), `trial_rows`: in the trial."""

    query: str
    calls: float
    name: str = ""
    bucket: str = ""
    statements: tuple[str, ...] = ()
    undo: tuple[str, ...] = ()
    instead: str = ""
    group_rows: float | None = None
    trial_rows: float | None = None
    plain: tuple[str, ...] = ()
    trials: tuple[AggregateTrial, ...] = ()
    obstacle: str = ""
    edition: Edition = "TSL"
    basis: Basis = "static"


class MoveStep(Value, frozen=True, kw_only=True):
    """A step of the way from the plain table. `lock`: what it holds and for how long; `undo`: what takes it back."""

    title: str
    statements: tuple[str, ...]
    lock: str
    undo: tuple[str, ...] = ()
    note: str = ""


class Move(Value, frozen=True, kw_only=True):
    """The steps to one target; `obstacles`: why not as it stands. `rehearsed`: on which server the steps were run, rows
    counted, and taken back; "" where they were not."""

    target: Target
    edition: Edition
    steps: tuple[MoveStep, ...] = ()
    obstacles: tuple[str, ...] = ()
    rehearsed: str = ""


class SeriesAdvice(Value, frozen=True, kw_only=True):
    """A table that is a time series. `keep_seconds`: None where nobody said for how long rows are kept."""

    table: str
    time: str
    reasons: tuple[str, ...]
    use: SeriesUse
    chunk: ChunkAdvice
    columnstore: ColumnstoreAdvice
    keep_seconds: float | None = None
    retention: tuple[str, ...] = ()
    kept_bytes: float | None = None
    aggregates: tuple[AggregateAdvice, ...] = ()
    trials: tuple[SeriesTrial, ...] = ()
    trial_note: str = ""
    moves: tuple[Move, ...] = ()
    questions: tuple[str, ...] = ()


class TimeSeriesAdvice(Value, frozen=True, kw_only=True):
    """The answer. `others`: the tables that are no time series, with the reason."""

    source: str
    target: Target = "timescale"
    series: tuple[SeriesAdvice, ...] = ()
    others: tuple[NotSeries, ...] = ()
    editions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    proof: Proof = ASSERTED
