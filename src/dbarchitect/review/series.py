"""Which tables are time series: what their schema, their counters and the workload say, with the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dbarchitect.errors import InputError
from dbarchitect.model.facts import Hypertable
from dbarchitect.model.names import Name
from dbarchitect.model.query import Workload
from dbarchitect.model.schema import Column, ForeignKey, Index, Relational, Table
from dbarchitect.model.timeseries import NotSeries, SeriesUse
from dbarchitect.sql.timeuse import TIMES, TimeUse, time_uses

from .context import Context, base_type
from .vocabulary import is_change_time, is_event_like

FEWEST_ROWS = 100_000  # a table with fewer is read whole in a moment, whatever it is cut into
CHANGED = 0.1  # updates, as a part of inserts, above which rows are not written once (`huge-table-not-partitioned`)
_CHUNKS = "_timescaledb_internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A table that is a time series by `time`. `uses`: what each query does with it, with the query's calls."""

    table: Table
    time: Column
    reasons: tuple[str, ...]
    use: SeriesUse
    uses: tuple[tuple[str, float, TimeUse], ...] = ()
    changes: float = 0.0


def uses_of(schema: Relational, workload: Workload | None) -> dict[Name, list[tuple[str, float, TimeUse]]]:
    """(id, calls, use) of each query on each table. Queries that the grammar refuses are left out."""
    found: dict[Name, list[tuple[str, float, TimeUse]]] = {}
    for query in workload.queries if workload is not None else ():
        try:
            uses = time_uses(query.sql, schema)
        except InputError:
            continue
        for use in uses:
            if use.kind == "insert" and query.rows and query.calls:
                use.rows = max(round(query.rows / query.calls), 1)
            found.setdefault(use.table.name, []).append((query.id, query.calls, use))
    return found


def hypertables(schema: Relational) -> set[Name]:
    """The tables that chunks of TimescaleDB hang on."""
    known = schema.facts.timescale.hypertables if schema.facts and schema.facts.timescale else ()
    told = {Name(schema=one.schema, name=one.name) for one in known}
    return told | {parent for one in schema.tables if one.name.schema == _CHUNKS for parent in one.inherits}


def hypertable_refs(review: Context) -> Iterator[tuple[Hypertable, Table]]:
    """The hypertables that TimescaleDB tells of, with their tables."""
    facts = review.schema.facts
    if facts is None or facts.timescale is None:
        return
    tables = {(one.name.schema, one.name.name): one for one in review.tables}
    for one in facts.timescale.hypertables:
        table = tables.get((one.schema, one.name))
        if table is not None:
            yield one, table


def find_series(schema: Relational, workload: Workload | None) -> tuple[list[Series], list[NotSeries]]:
    """The time series of a schema, and the other tables with the reason why they are none."""
    uses = uses_of(schema, workload)
    chunked = hypertables(schema)
    found: list[Series] = []
    others: list[NotSeries] = []
    for table in schema.tables:
        if table.partition_of is not None or table.name.schema.startswith("_timescaledb"):
            continue
        one = _look(schema, table, uses.get(table.name, []), workload, chunked)
        if isinstance(one, Series):
            found.append(one)
        else:
            others.append(NotSeries(table=table.name.short, why=one))
    return found, others


def _look(
    schema: Relational,
    table: Table,
    uses: Sequence[tuple[str, float, TimeUse]],
    workload: Workload | None,
    chunked: set[Name],
) -> Series | str:
    if table.kind == "partitioned" and table.partition_key is not None:
        return f"it is partitioned already: {table.partition_key.definition}"
    if table.kind != "ordinary":
        return f"it is a {table.kind} table"
    if table.name in chunked:
        return "it is a hypertable already: dba check looks at its chunks and policies"
    times = series_times(table)
    if not times:
        return "it has no mandatory column of time that says when something happened"
    time = _time(table, times, uses)
    use = series_use(uses, time.name)
    facts = schema.facts.tables.get(str(table.name)) if schema.facts else None
    counted = schema.facts is not None and schema.facts.origin == "live"
    inserted = (facts.inserted or 0) if facts and counted else 0
    changed = (facts.updated or 0) if facts and counted else 0
    rows = facts.rows if facts else None
    if use.updates > CHANGED * max(use.rows, use.inserts):
        return f"its rows are changed: {use.updates:,.0f} updates beside {use.rows:,.0f} rows that come"
    if inserted and changed > CHANGED * inserted:
        return f"its rows are changed: {changed:,} updates beside {inserted:,} inserts, by the counters"
    referring = sorted(
        {
            one.name.short
            for one in schema.tables
            for key in one.constraints
            if isinstance(key, ForeignKey) and key.target == table.name and one.name != table.name
        }
    )
    if referring:
        return f"{', '.join(referring[:3])} refer to its rows one by one, by a key that would have to hold {time.name}"
    if rows is not None and 0 < rows < FEWEST_ROWS and not use.inserts:
        return f"it has {rows:,.0f} rows: below {FEWEST_ROWS:,} nothing is gained by cutting it"
    reasons = list(_reasons(table, time, use, inserted, changed))
    by_time = use.ranges + use.grouped
    likely = is_event_like(table.name.name) or (key_holds(table, time.name) and _append_key(table, time.name))
    if workload is not None and uses and not by_time and not (use.latest and use.inserts):
        return f"no query of the workload keeps to a range of {time.name} or groups by it"
    if not by_time and not likely:
        return f"it has {time.name}, and neither its name, nor its key, nor a query says that rows are kept by time"
    return Series(
        table=table, time=time, reasons=tuple(reasons), use=use, uses=tuple(uses), changes=float(changed or use.updates)
    )


def _reasons(table: Table, time: Column, use: SeriesUse, inserted: int, changed: int) -> list[str]:
    found: list[str] = []
    if use.inserts:
        changes = "none is changed" if not use.updates else f"{use.updates:,.0f} are changed"
        found.append(f"rows come by INSERT ({use.inserts:,.0f} calls) and {changes}")
    if inserted:
        found.append(f"{inserted:,} rows came and {changed:,} were changed, by the server's counters")
    if use.ranges:
        found.append(f"read by a range of {time.name}: {use.ranges:,.0f} calls")
    if use.grouped:
        found.append(f"grouped by an interval of {time.name}: {use.grouped:,.0f} calls")
    if use.latest:
        found.append(f"the latest rows are asked for: {use.latest:,.0f} calls")
    if key_holds(table, time.name):
        found.append(f"its key holds {time.name}")
    if is_event_like(table.name.name):
        found.append("its name says that it records what happens")
    return found


def series_times(table: Table) -> list[Column]:
    """The columns that may say when a row's event was: mandatory, of time, and not the moment of the last change."""
    return [one for one in table.columns if base_type(one) in TIMES and one.not_null and not is_change_time(one.name)]


def _time(table: Table, times: Sequence[Column], uses: Sequence[tuple[str, float, TimeUse]]) -> Column:
    """The column by which most calls ask; else the one in the key, else the first."""
    calls = dict.fromkeys((one.name for one in times), 0.0)
    for _, number, use in uses:
        asked = {bound.column for bound in use.bounds}
        if use.bucket is not None:
            asked.add(use.bucket.column)
        for name in asked & calls.keys():
            calls[name] += number
    return max(times, key=lambda one: (calls[one.name], key_holds(table, one.name), -one.position))


def series_use(uses: Sequence[tuple[str, float, TimeUse]], time: str) -> SeriesUse:
    """What the workload asks of a table, summed up."""
    sums: dict[str, float] = dict.fromkeys(("inserts", "rows", "updates", "deletes", "ranges", "grouped", "latest",
                                            "reads"), 0.0)  # fmt: skip
    equal: dict[str, float] = {}
    widths: list[float] = []
    for _, calls, use in uses:
        if use.kind == "insert":
            sums["inserts"] += calls
            sums["rows"] += calls * use.rows
        elif use.kind in ("update", "delete"):
            by_age = use.kind == "delete" and use.by_time(time)  # old rows go: that is retention, no change
            sums["updates" if use.kind == "update" else "deletes"] += 0 if by_age else calls
        else:
            sums["reads"] += calls
            sums["ranges"] += calls * use.by_time(time)
            sums["grouped"] += calls * bool(use.bucket and use.bucket.column == time)
            sums["latest"] += calls * use.latest
            for column in use.equal:
                equal[column] = equal.get(column, 0.0) + calls
            for column in use.grouped if use.bucket else ():
                equal.setdefault(column, 0.0)
            if use.width:
                widths.append(use.width)
    return SeriesUse(**sums, equal=equal, widest=max(widths, default=None))


def key_holds(table: Table, column: str) -> bool:
    """Whether a unique key of the table contains a column."""
    return any(column in {key.column for key in one.keys} for one in table.indexes if one.unique)


def keys_without(table: Table, column: str) -> list[Index]:
    """The unique indexes that do not contain a column: no hypertable and no partitioned table by it can have them."""
    return [one for one in table.indexes if one.unique and column not in {key.column for key in one.keys}]


def _append_key(table: Table, column: str) -> bool:
    """Whether the time is the last part of a key of several: something, at a moment."""
    return any(len(one.keys) > 1 and one.keys[-1].column == column for one in table.indexes if one.unique)


def distinct(schema: Relational, table: Table, column: str) -> tuple[float | None, str]:
    """How many different values a column has, and where that is from: statistics, or the table that it refers to."""
    facts = schema.facts
    if facts is None:
        return None, ""
    known = facts.column(str(table.name), column)
    mine = facts.tables.get(str(table.name))
    if known is not None and known.n_distinct:
        number = known.n_distinct if known.n_distinct > 0 else -known.n_distinct * ((mine and mine.rows) or 0.0)
        if number:
            return number, "statistics"
    for key in table.constraints:
        if isinstance(key, ForeignKey) and key.columns == (column,):
            target = facts.tables.get(str(key.target))
            if target is not None and target.rows:
                return target.rows, f"the rows of {key.target.short}"
    return None, ""


def widths_of(schema: Relational, table: Table) -> Mapping[str, float]:
    """Bytes of each column's values, from statistics, else by the type."""
    found: dict[str, float] = {}
    for column in table.columns:
        known = schema.facts.column(str(table.name), column.name) if schema.facts else None
        if known is not None and known.average_width:
            found[column.name] = known.average_width * (1 - known.null_fraction)
        else:
            found[column.name] = (
                float(column.type.length) if column.type.length > 0 else _WIDTHS.get(base_type(column), 16.0)
            )
    return found


_WIDTHS = {"text": 20.0, "varchar": 20.0, "numeric": 8.0, "json": 100.0, "jsonb": 100.0, "bytea": 100.0}  # guesses
