"""The planner's cost parameters fitted to the machine: small plans timed, and what a page and a row cost there.

For one plan the cost is linear in the parameters (costsize.c): how many pages in sequence and at random, rows, entries
and operators it counts is read off by planning it again with one parameter raised. The times of many plans then say
what each of these takes, by non-negative least squares on errors that count twice as much and half as much alike.
Parameters that the plans cannot tell apart stay near what they were in proportion (a ridge, whose strength
cross-validation chooses).

Rows are read many times, so this fits data that is in memory. All happens in a transaction that is rolled back. Where
the server runs on this machine its own processor time is read, so that what else runs here does not matter.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from dbarchitect.engines.postgres.explain import explain, plan_from_json
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.errors import InputError
from dbarchitect.model.costfit import CostFit, CostParameter, CostSample
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.names import quote_identifier

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARAMETERS = ("seq_page_cost", "random_page_cost", "cpu_tuple_cost", "cpu_index_tuple_cost", "cpu_operator_cost")

_PAGES = 200  # of a table from which on its time is more than the clock's noise
_BOUNDS = 20  # of a histogram, to cut ranges of known size from it
_SHARES = (0.01, 0.04, 0.15)  # of a table's rows that ranges take
_LONG_MS = 100.0  # a plan that takes so long is run once more and no oftener: the noise is small
_LOOKUPS = (10, 40)  # values looked up one by one
_LEAST_MS = 0.2  # below it is what starting and ending a query takes
_FAR = 1.5  # a plan whose row counts are further off than this factor tells nothing of what rows cost
_FEWEST = 15  # plans, for five parameters and a third of them held out
_HELD_OUT = 3  # each third plan of a kind
_FOLDS = 5
_RIDGES = (0.0, 0.001, 0.01, 0.1, 1.0)
_ROUNDS = 60  # of weighing errors anew
_SCATTERED = 0.3  # a correlation below which rows lie on pages as the planner thinks of a bitmap
_DISABLED = 1e9  # disable_cost is 1e10: the plan is one that was forbidden, for want of another
_SCANS = ("seqscan", "indexscan", "indexonlyscan", "bitmapscan")
_JOINS = ("hashjoin", "mergejoin", "nestloop")
_WORK_MEM = "256MB"  # so that sorts and hashes are in memory, as the rest of the data is

_TABLES = """
select c.oid::bigint, c.oid::regclass::text, c.reltuples from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relpages >= %s and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by c.relpages desc, c.oid limit %s
"""
_COLUMNS = """
select a.attname, a.attnum::integer, pg_catalog.format_type(a.atttypid, a.atttypmod),
    s.histogram_bounds::text::text[], abs(s.correlation)
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_catalog.pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname
where c.oid = %s and not s.inherited and s.correlation is not null and s.null_frac < 0.05
    and (s.n_distinct < -0.01 or s.n_distinct >= 1000) and cardinality(s.histogram_bounds::text::text[]) >= %s
    and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'float8'::regtype,
        'date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)
"""
_LED = """
select i.indkey[0]::integer from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_am m on m.oid = c.relam
where i.indrelid = %s and m.amname = 'btree' and i.indisvalid and i.indpred is null
"""
_REFERENCES = """
select k.conrelid::bigint, a.attname, k.confrelid::regclass::text, b.attname
from pg_catalog.pg_constraint k
join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
join pg_catalog.pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1]
where k.contype = 'f' and cardinality(k.conkey) = 1 and k.conrelid <> k.confrelid and k.conrelid = any(%s)
order by k.conrelid, k.conname
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    name: str
    number: int
    type: str
    bounds: tuple[str, ...]
    correlation: float

    def within(self, share: float, alias: str = "") -> str:
        """A condition that this share of the rows meets, by the histogram."""
        steps = len(self.bounds) - 1
        width = max(1, round(share * steps))
        first = min(steps // 3, steps - width)
        low, high = (self._literal(self.bounds[place]) for place in (first, first + width))
        return f"{alias}{quote_identifier(self.name)} >= {low} AND {alias}{quote_identifier(self.name)} < {high}"

    def among(self, count: int) -> str:
        """A condition that looks values up one by one."""
        step = max(1, len(self.bounds) // count)
        values = ", ".join(map(self._literal, dict.fromkeys(self.bounds[::step][:count])))
        return f"{quote_identifier(self.name)} IN ({values})"

    def _literal(self, text: str) -> str:
        return f"'{text}'::{self.type}"  # printed by the server: a number or a date, without quotes in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A query whose plan is forced: what it may not use."""

    kind: str
    sql: str
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    probe: Probe
    counts: tuple[float, ...]  # what it counts of each parameter
    milliseconds: float


def fit_costs(
    connection: psycopg.Connection[Any],
    *,
    tables: int = 4,
    runs: int = 3,
    limit_s: float = 5.0,
    progress: Callable[[str], None] = lambda _: None,
) -> CostFit:
    """Time plans on the largest tables and fit the parameters. `connection`: to a lab or a copy, autocommit, of one who
    may make indexes on its tables; they are made for the time of it. `runs` of each plan count by the fastest, one
    that takes longer than `limit_s` seconds is left out.

    Raises `InputError` where the tables are too small, or have no statistics, for plans enough.
    """
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        connection.execute("SET LOCAL jit = off")
        if connection.info.server_version >= 140000:
            connection.execute("SET LOCAL enable_memoize = off")
        connection.execute("SET LOCAL enable_material = off")
        connection.execute(f"SET LOCAL work_mem = '{_WORK_MEM}'".encode())
        before = {name: float(_setting(connection, name)) for name in PARAMETERS}
        notes: list[str] = []
        probes = list(_probes(connection, tables, notes, progress))
        timed: list[Timed] = []
        for place, probe in enumerate(probes):
            if place % 10 == 0:
                progress(f"timing plans: {place:,} of {len(probes):,}")
            found = _timed(connection, probe, before, runs, limit_s)
            if found is not None:
                timed.append(found)
        cache = _setting(connection, "effective_cache_size")
    if len(timed) < _FEWEST:
        raise InputError(
            f"{len(timed)} plans could be timed: too few to fit {len(PARAMETERS)} parameters",
            hint=f"tables of {_PAGES} pages and more, with statistics (ANALYZE), are needed",
        )
    if len(timed) < len(probes):
        notes.append(
            f"{len(probes) - len(timed)} of {len(probes)} plans are left out: they could not be forced, took too long, "
            "or the planner is wrong about their rows"
        )
    notes.append("fitted to data in memory: what is read from disk costs more than this says")
    notes.append(f"effective_cache_size ({cache}) is not fitted: set it to the memory that caches the data")
    notes.append("the costs of parallel workers and of JIT are in the same unit and are not fitted")
    return fitted_to(timed, before, tuple(notes))


def _setting(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute("select current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


# Plans to time


def _probes(
    connection: psycopg.Connection[Any], most: int, notes: list[str], progress: Callable[[str], None]
) -> Iterator[Probe]:
    tables: list[tuple[int, str, float]] = connection.execute(_TABLES, [_PAGES, most]).fetchall()
    ranged: dict[int, _Column] = {}
    for oid, table, _ in tables:
        led = {number for (number,) in connection.execute(_LED, [oid])}
        rows = connection.execute(_COLUMNS, [oid, _BOUNDS]).fetchall()
        columns = [
            _Column(name=name, number=number, type=kind, bounds=tuple(bounds), correlation=correlation)
            for name, number, kind, bounds, correlation in rows
        ]
        if not columns:
            notes.append(f"{table} has no column whose histogram ranges can be cut from")
            continue
        scattered = min(columns, key=lambda one: one.correlation)
        clustered = max(columns, key=lambda one: (one.number in led, one.correlation))
        chosen = list({one.number: one for one in (scattered, clustered)}.values())
        for column in chosen:
            if column.number not in led:
                progress(f"building an index on {table} ({column.name})")
                try:
                    with connection.transaction():
                        one_statement(connection, f"CREATE INDEX ON {table} ({quote_identifier(column.name)})")
                except psycopg.Error as err:
                    notes.append(f"no index on {table} ({column.name}): {err.diag.message_primary or err}")
                    continue
            ranged[oid] = column
            yield from _on_index(table, column)
        yield from _on_table(table, columns, scattered)
    names = {oid: table for oid, table, _ in tables}
    for oid, column, target, key in connection.execute(_REFERENCES, [list(ranged)]).fetchall():
        yield from _on_reference(names[oid], column, target, key, ranged[oid])


def _only(kind: str, among: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in among if one != kind)


def _on_index(table: str, column: _Column) -> Iterator[Probe]:
    conditions = [column.within(share) for share in _SHARES] + [column.among(count) for count in _LOOKUPS]
    kinds = ["indexscan", "indexonlyscan"]
    if column.correlation < _SCATTERED:  # of a bitmap the planner does not ask how rows lie
        kinds.append("bitmapscan")
    for kind in kinds:
        # An index-only scan is an index scan to the planner's switches.
        without = _only(kind, _SCANS) if kind != "indexonlyscan" else ("seqscan", "bitmapscan")
        for condition in conditions:
            yield Probe(kind=kind, sql=f"SELECT count(*) FROM {table} WHERE {condition}", without=without)


def _on_table(table: str, columns: Sequence[_Column], sorted_by: _Column) -> Iterator[Probe]:
    without = _only("seqscan", _SCANS)
    yield Probe(kind="seqscan", sql=f"SELECT count(*) FROM {table}", without=without)
    for number in (1, 2, 3):
        several = " AND ".join(column.within(1.0) for column in columns[:number])
        yield Probe(kind="seqscan", sql=f"SELECT count(*) FROM {table} WHERE {several}", without=without)
    key = quote_identifier(sorted_by.name)
    for share in _SHARES:
        inner = f"SELECT {key} FROM {table} WHERE {sorted_by.within(share)}"
        yield Probe(kind="sort", sql=f"SELECT count(*) FROM ({inner} ORDER BY {key} DESC OFFSET 0) s", without=without)
        grouped = f"SELECT {key} FROM {table} WHERE {sorted_by.within(share)} GROUP BY {key} OFFSET 0"
        yield Probe(kind="hash aggregate", sql=f"SELECT count(*) FROM ({grouped}) s", without=(*without, "sort"))


def _on_reference(table: str, column: str, target: str, key: str, ranged: _Column) -> Iterator[Probe]:
    on = f"b.{quote_identifier(key)} = a.{quote_identifier(column)}"
    joined = f"SELECT count(*) FROM {table} a JOIN {target} b ON {on}"
    for share in _SHARES:
        sql = f"{joined} WHERE {ranged.within(share, 'a.')}"
        yield Probe(kind="hash join", sql=sql, without=_only("hashjoin", _JOINS))
        yield Probe(kind="nested loop", sql=sql, without=_only("nestloop", _JOINS))


# One plan


def _timed(
    connection: psycopg.Connection[Any], probe: Probe, before: Mapping[str, float], runs: int, limit_s: float
) -> Timed | None:
    """A plan's counts and time; None where it cannot be forced, takes too long or is not what the planner thinks."""
    try:
        with connection.transaction(force_rollback=True):
            for name in probe.without:
                connection.execute(f"SET LOCAL enable_{name} = off".encode())
            counts = counts_of(connection, probe.sql, before)
            if counts is None:
                return None
            connection.execute(f"SET LOCAL statement_timeout = {round(limit_s * 1000)}".encode())
            clock = _Clock(connection)
            planning = min(clock.time(f"EXPLAIN {probe.sql}")[0] for _ in range(runs)) if clock.own else 0.0
            analyzed = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {probe.sql}"
            ran = [clock.time(analyzed)]  # it brings the pages into memory
            ran += [clock.time(analyzed) for _ in range(1 if ran[0][0] > _LONG_MS else runs)]
    except (psycopg.Error, InputError):
        return None
    best = min(milliseconds for milliseconds, _ in ran[1:]) - planning
    plan = ran[-1][1]
    if best < _LEAST_MS or plan is None or not _as_planned(plan):
        return None
    return Timed(probe=probe, counts=counts, milliseconds=best)


class _Clock:
    """What a statement takes, in milliseconds: of the processor where the server runs on this machine and says so."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._path = Path(f"/proc/{connection.info.backend_pid}/schedstat")
        self.own = _is_local(connection) and self._read() is not None

    def time(self, sql: str) -> tuple[float, QueryPlan | None]:
        """(milliseconds, the plan if it is printed as JSON)."""
        begun = self._read() if self.own else None
        row = one_statement(self._connection, sql).fetchone()
        ended = self._read() if self.own else None
        plan = plan_from_json(row[0]) if row is not None and isinstance(row[0], list) else None
        if begun is not None and ended is not None:
            return (ended - begun) / 1e6, plan
        return (plan.execution_ms or math.inf) if plan is not None else math.inf, plan

    def _read(self) -> int | None:
        """Nanoseconds on the processor (Linux, sched-stats.rst)."""
        try:
            return int(self._path.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None


def _is_local(connection: psycopg.Connection[Any]) -> bool:
    """Whether the process of that number here is the server's."""
    if not (connection.info.host.startswith("/") or connection.info.host in ("localhost", "127.0.0.1", "::1")):
        return False
    try:
        return b"postgres" in Path(f"/proc/{connection.info.backend_pid}/cmdline").read_bytes()
    except OSError:
        return False


def _as_planned(plan: QueryPlan) -> bool:
    """Whether the planner was right about how many rows there are."""
    for node in plan.root.walk():
        if node.type in ("Bitmap Index Scan", "BitmapAnd", "BitmapOr"):
            continue
        planned, found = max(node.rows, 1.0), max(node.actual_rows or 0.0, 1.0)
        if max(planned, found) > _FAR * min(planned, found) + 1:
            return False
    return True


def counts_of(connection: psycopg.Connection[Any], sql: str, before: Mapping[str, float]) -> tuple[float, ...] | None:
    """How much of each parameter a plan's cost is; None where it does not stay the same plan while one is raised."""
    plain = explain(connection, sql)
    if plain.cost > _DISABLED or any(node.detail.get("Disabled") == "True" for node in plain.root.walk()):
        return None
    found: list[float] = []
    for name in PARAMETERS:
        # EXPLAIN prints hundredths: the larger the step, the more digits.
        for step in (1.0, max(before[name], 0.001)):
            with connection.transaction(force_rollback=True):
                connection.execute(f"SET LOCAL {name} = {before[name] + step!r}".encode())
                raised = explain(connection, sql)
            if raised.root.shape == plain.root.shape:
                found.append(max(0.0, (raised.cost - plain.cost) / step))
                break
        else:
            return None
    return tuple(found)


# The fit


def fitted_to(timed: Sequence[Timed], before: Mapping[str, float], notes: tuple[str, ...]) -> CostFit:
    import numpy

    places: dict[str, int] = {}
    held: list[bool] = []
    for one in timed:  # each third of a kind, so that every kind is in both
        place = places[one.probe.kind] = places.get(one.probe.kind, 0) + 1
        held.append(place % _HELD_OUT == 0)
    counts = numpy.array([one.counts for one in timed], dtype=float)
    times = numpy.array([one.milliseconds for one in timed], dtype=float)
    old = numpy.array([before[name] for name in PARAMETERS], dtype=float)
    seen = ~numpy.array(held)
    unit = _unit(counts[seen] @ old, times[seen])
    parts, prior = _parts(counts, old)
    ridge = min(_RIDGES, key=lambda one: (_validated(parts[seen], times[seen], prior, one), -one))
    worth = solved(parts[seen], times[seen], prior * unit, ridge)
    worth[1] += worth[0]
    unit_after = float(worth[0]) or unit
    new = worth / unit_after
    units_before, units_after = counts @ old, counts @ new
    return CostFit(
        parameters=tuple(
            CostParameter(name=name, before=before[name], after=float(f"{value:.4g}"))
            for name, value in zip(PARAMETERS, new, strict=True)
        ),
        samples=tuple(
            CostSample(
                kind=one.probe.kind,
                sql=one.probe.sql,
                milliseconds=one.milliseconds,
                units_before=float(units_before[place]),
                units_after=float(units_after[place]),
                held_out=held[place],
            )
            for place, one in enumerate(timed)
        ),
        unit_before_ms=unit,
        unit_after_ms=unit_after,
        error_before=_error(units_before[~seen] * unit, times[~seen]),
        error_after=_error(units_after[~seen] * unit_after, times[~seen]),
        r2_before=_r2(units_before[~seen] * unit, times[~seen]),
        r2_after=_r2(units_after[~seen] * unit_after, times[~seen]),
        notes=notes,
    )


def _parts(counts: NDArray[Any], old: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Counts and parameters with a page at random as a page in sequence and what it takes more: it cannot take less
    (the documentation of random_page_cost calls that not physically sensible)."""
    parts, prior = counts.copy(), old.copy()
    parts[:, 0] += parts[:, 1]
    prior[1] = max(old[1] - old[0], 0.1 * old[0])
    return parts, prior


def _unit(units: NDArray[Any], times: NDArray[Any]) -> float:
    """Milliseconds of one unit: the geometric mean."""
    import numpy

    return float(numpy.exp(numpy.log(times / units).mean()))


def solved(counts: NDArray[Any], times: NDArray[Any], prior: NDArray[Any], ridge: float) -> NDArray[Any]:
    """Milliseconds of one page, row, entry and operator, none negative. `prior`: what they would be if the parameters
    were right in proportion.

    The error of a plan, (s - t)^2 / (s t), is the same for twice as much said and for half as much. Squares are weighed
    so, anew in each round, that they have its slope."""
    import numpy

    scaled = counts * prior
    found = numpy.ones(len(prior))
    for _ in range(_ROUNDS):
        said = numpy.maximum(scaled @ found, 1e-3 * times)
        weights = numpy.sqrt((said + times) / (2 * times)) / said
        weight = math.sqrt(ridge * len(times))
        left = numpy.vstack([scaled * weights[:, None], numpy.eye(len(prior)) * weight])
        right = numpy.concatenate([times * weights, numpy.full(len(prior), weight)])
        before, found = found, (found + nonnegative(left, right)) / 2  # a whole step may swing to and fro
        if numpy.abs(found - before).max() < 1e-4 * numpy.abs(found).max():
            break
    return found * prior


def nonnegative(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Least squares without negative unknowns. Five have 31 sets of those that are not zero: all are tried, so that the
    answer is exact."""
    import numpy

    unknowns = left.shape[1]
    best, least = numpy.ones(unknowns), math.inf
    for size in range(1, unknowns + 1):
        for some in itertools.combinations(range(unknowns), size):
            part = numpy.linalg.lstsq(left[:, some], right, rcond=None)[0]
            if (part < 0).any():
                continue
            whole = numpy.zeros(unknowns)
            whole[list(some)] = part
            rest = float(((left @ whole - right) ** 2).sum())
            if rest < least:
                best, least = whole, rest
    return best


def _validated(counts: NDArray[Any], times: NDArray[Any], old: NDArray[Any], ridge: float) -> float:
    """The mean error, as it is minimised, on plans left out in turn."""
    import numpy

    places = numpy.arange(len(times))
    lost = 0.0
    for fold in range(_FOLDS):
        out = places % _FOLDS == fold
        prior = old * _unit(counts[~out] @ old, times[~out])
        worth = solved(counts[~out], times[~out], prior, ridge)
        shares = numpy.maximum(counts[out] @ worth, 1e-3 * times[out]) / times[out]
        lost += float((shares + 1 / shares - 2).sum())
    return lost / len(times)


def _error(said: NDArray[Any], times: NDArray[Any]) -> float:
    """The median factor by which what is said is wrong, less one: twice as much and half as much are both 1."""
    return float(statistics.median(max(one / time, time / one) - 1 for one, time in zip(said, times, strict=True)))


def _r2(said: NDArray[Any], times: NDArray[Any]) -> float:
    import numpy

    logs, true = numpy.log(numpy.maximum(said, 1e-9)), numpy.log(times)
    spread = float(((true - true.mean()) ** 2).sum())
    return 1 - float(((true - logs) ** 2).sum()) / spread if spread else 0.0
