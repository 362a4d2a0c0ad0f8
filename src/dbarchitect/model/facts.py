"""What a live server knows beyond structure: sizes, counters, column statistics, settings.

Tables, indexes and sequences are keyed by `str(Name)`. A value that the server does not have is None, never 0.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from .value import Value


class ColumnStatistics(Value, frozen=True, kw_only=True):
    """One row of `pg_stats`. Value lists are array literals as the server prints them, so that nothing is lost.

    `n_distinct` below 0 is a share of the rows, negated (PostgreSQL's convention). `inherited` rows describe a
    table with its children.
    """

    column: str
    inherited: bool = False
    null_fraction: float = 0.0
    average_width: int = 0
    n_distinct: float = 0.0
    most_common_values: str | None = None
    most_common_frequencies: tuple[float, ...] | None = None
    histogram_bounds: str | None = None
    correlation: float | None = None
    most_common_elements: str | None = None
    most_common_element_frequencies: tuple[float, ...] | None = None
    element_count_histogram: tuple[float, ...] | None = None
    range_length_histogram: str | None = None
    range_empty_fraction: float | None = None
    range_bounds_histogram: str | None = None


class TableFacts(Value, frozen=True, kw_only=True):
    """Sizes and counters of a table or materialised view. `rows` is `reltuples`: None where never analysed."""

    rows: float | None = None
    pages: int = 0
    all_visible_pages: int = 0
    all_frozen_pages: int | None = None
    heap_bytes: int | None = None
    total_bytes: int | None = None  # with indexes and TOAST
    sequential_scans: int | None = None
    sequential_rows: int | None = None
    index_scans: int | None = None
    inserted: int | None = None
    updated: int | None = None
    deleted: int | None = None
    hot_updated: int | None = None
    live_rows: int | None = None
    dead_rows: int | None = None
    modified_since_analyze: int | None = None
    last_analyze: str | None = None  # ISO 8601, the later of manual and automatic
    last_vacuum: str | None = None


class IndexFacts(Value, frozen=True, kw_only=True):
    """Size and counters of an index. `height` is a B-tree's `fastlevel`, where it could be read. `rank` orders indexes
    as they were made: of two that cost the same the planner takes the newer one. `building`: an invalid one that
    CREATE INDEX or REINDEX CONCURRENTLY is at work on."""

    rows: float | None = None
    pages: int = 0
    bytes: int | None = None
    height: int | None = None
    rank: int | None = None
    scans: int | None = None
    rows_read: int | None = None
    rows_fetched: int | None = None
    last_scan: str | None = None
    building: bool = False


class SequenceFacts(Value, frozen=True, kw_only=True):
    """How far a sequence has come; None where it was never called."""

    last_value: int | None = None


class ExtendedStatisticsFacts(Value, frozen=True, kw_only=True):
    """The data of a CREATE STATISTICS object, as `pg_stats_ext` prints it. `n_distinct` and `dependencies` are keyed
    by column names (or the expression) joined with ", ", dependencies as "a, b => c"."""

    name: str
    inherited: bool = False
    n_distinct: dict[str, float] = {}
    dependencies: dict[str, float] = {}
    has_mcv: bool = False
    has_expressions: bool = False


class RoleFacts(Value, frozen=True, kw_only=True):
    """What the server lets a role do whatever was granted to it."""

    superuser: bool = False
    bypasses_row_security: bool = False
    logs_in: bool = False


class OutdatedCollation(Value, frozen=True, kw_only=True):
    """A collation in use whose rules were another version's when it was made. `name` is "" for the database's own."""

    name: str
    recorded: str
    actual: str


class DeclaredDependency(Value, frozen=True, kw_only=True):
    """A functional dependency that a person vouches for: rows that agree on `left` agree on `right`. `table` is as they
    wrote it."""

    table: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    reason: str = ""


class SeenDependency(Value, frozen=True, kw_only=True):
    """A functional dependency that rows showed. `error` is the share of rows that contradict it (g3); `groups` of at
    least two rows that agree on `left` hold `rows` rows; `rights`: distinct values on the right."""

    left: tuple[str, ...]
    right: str
    error: float = 0.0
    groups: int = 0
    rows: int = 0
    rights: int = 0


class DocumentKey(Value, frozen=True, kw_only=True):
    """A key of JSON documents: how many have it, and the commonest `jsonb_typeof` of its values (null aside)."""

    count: int
    type: str = ""
    of_type: int = 0


class Documents(Value, frozen=True, kw_only=True):
    """What the documents of a JSON column looked like: how many objects, how many other values (NULL aside), and the
    most frequent keys of the objects. `keys_left_out`: how many more there are."""

    objects: int = 0
    others: int = 0
    keys: dict[str, DocumentKey] = {}
    keys_left_out: int = 0


class SeenInclusion(Value, frozen=True, kw_only=True):
    """Of `values` distinct values of a column, `missing` are not in the key `target_column` of `target`."""

    column: str
    target: str
    target_column: str
    values: int = 0
    missing: int = 0


class SeenKey(Value, frozen=True, kw_only=True):
    """Columns without NULL whose values never repeat together in the `rows` rows of a table."""

    columns: tuple[str, ...]
    rows: int = 0


class RowFacts(Value, frozen=True, kw_only=True):
    """What the rows of a table showed, read because somebody asked for it. `rows`: how many were read; `whole`: that
    these are all."""

    rows: int = 0
    whole: bool = False
    dependencies: tuple[SeenDependency, ...] = ()
    documents: dict[str, Documents] = {}
    inclusions: tuple[SeenInclusion, ...] = ()
    keys: tuple[SeenKey, ...] = ()


class StoredTypes(Value, frozen=True, kw_only=True):
    """What the values of an SQLite column were, by `typeof`; of texts `numbers` look like one, and `shapes` counts the
    ways in which moments are written."""

    column: str
    types: dict[str, int] = {}
    numbers: int = 0
    shapes: dict[str, int] = {}


class SqliteFacts(Value, frozen=True, kw_only=True):
    """What only an SQLite file has. `stored`: by table, of the `read` rows of each that were looked at; `violations`:
    rows by (table, constraint) that refer to nothing; None where that was not looked at."""

    journal_mode: str = ""
    page_size: int = 4096
    analyzed: bool = False
    stored: dict[str, tuple[StoredTypes, ...]] = {}
    read: dict[str, int] = {}
    violations: tuple[tuple[str, str, int], ...] | None = None


class Hypertable(Value, frozen=True, kw_only=True):
    """A hypertable by TimescaleDB's own views. `chunk_bytes`: mean of those that are stored by row;
    `active_index_bytes`: of the indexes of the newest; `policies`: the procedures of its jobs."""

    schema: str
    name: str
    time: str = ""
    interval_seconds: float | None = None
    chunks: int = 0
    compressed: int = 0
    chunk_bytes: float | None = None
    active_index_bytes: float | None = None
    columnstore: bool = False
    segment_by: str = ""
    policies: tuple[str, ...] = ()


class ContinuousAggregate(Value, frozen=True, kw_only=True):
    """A continuous aggregate. `behind_seconds`: from what it has summed up to now, or to the end of the newest chunk;
    `policy`: whether anything refreshes it."""

    schema: str
    name: str
    hypertable: str = ""
    materialized_only: bool = True
    policy: bool = False
    scheduled: bool = False
    every_seconds: float | None = None
    end_offset_seconds: float | None = None
    last_status: str = ""
    failures: int = 0
    behind_seconds: float | None = None


class TimescaleFacts(Value, frozen=True, kw_only=True):
    """What TimescaleDB says of itself. `licence`: apache or timescale."""

    version: str = ""
    licence: str = ""
    hypertables: tuple[Hypertable, ...] = ()
    aggregates: tuple[ContinuousAggregate, ...] = ()


class Facts(Value, frozen=True, kw_only=True):
    """All live facts of one database at one moment.

    `origin` says where they come from: `live` counters and statistics, or `declared` volumes of a design.
    `settings` are the planner's settings as this database and role see them; `server` those of operation (durability,
    connections, timeouts, autovacuum), in their own units; what is hidden from this role is not there. `roles` are
    those that own something. `available` are the versions of installed extensions that the server would update to.
    `trusted` are the lines of pg_hba.conf that let in without a password, as "type address"; None where this role may
    not read them.
    `settings` are the planner's settings as this database and role see them. `read` is what rows showed, where they
    were read; `dependencies` are declared ones.
    """

    origin: Literal["live", "declared"] = "live"
    taken_at: str = ""
    stats_reset: str | None = None
    started_at: str | None = None
    is_replica: bool = False
    replicas: int | None = None  # standbys attached, where readable
    tables: dict[str, TableFacts] = {}
    indexes: dict[str, IndexFacts] = {}
    sequences: dict[str, SequenceFacts] = {}
    columns: dict[str, tuple[ColumnStatistics, ...]] = {}
    extended: tuple[ExtendedStatisticsFacts, ...] = ()
    settings: dict[str, str] = {}
    roles: dict[str, RoleFacts] = {}
    available: dict[str, str] = {}
    trusted: tuple[str, ...] | None = None
    server: dict[str, str] = {}
    outdated_collations: tuple[OutdatedCollation, ...] = ()
    read: dict[str, RowFacts] = {}
    dependencies: dict[str, tuple[DeclaredDependency, ...]] = {}  # by the table's `str(Name)`
    sqlite: SqliteFacts | None = None
    timescale: TimescaleFacts | None = None

    @property
    def counted_seconds(self) -> float | None:
        """For how long the counters have run. A crash empties them, so without a known reset only the time since the
        server's start is certain."""
        since = self.stats_reset or self.started_at
        if not since or not self.taken_at:
            return None
        return (_moment(self.taken_at) - _moment(since)).total_seconds()

    def column(self, table: str, column: str) -> ColumnStatistics | None:
        """Statistics of a column (of the whole tree where the table has children), or None."""
        found = None
        for one in self.columns.get(table, ()):
            if one.column == column and (found is None or one.inherited):
                found = one
        return found


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
