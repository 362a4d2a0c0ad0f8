"""What follows for a table that is a time series: chunks, columnstore, retention, summaries, the way there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres.server.binaries import version_name
from dbarchitect.engines.postgres.server.host import Host
from dbarchitect.model.chunks import DAY, LENGTHS, SHARE, chunk_seconds, entry_bytes, length_text, row_bytes
from dbarchitect.model.figures import size_text
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Relational
from dbarchitect.model.timeseries import (
    AggregateAdvice,
    ChunkAdvice,
    ColumnstoreAdvice,
    Move,
    SeriesAdvice,
    SeriesTrial,
)
from dbarchitect.review.context import base_type
from dbarchitect.review.series import Series, distinct, key_holds, keys_without, widths_of
from dbarchitect.sql.timeuse import TimeUse

from .aggregates import LATE_SECONDS, aggregate_for, tried
from .moves import moves
from .rehearsal import rehearsed
from .trial import Asked, Bench, Rows, asked, trial_seconds

# Rows of one segment that are packed together: https://www.tigerdata.com/docs/reference/timescaledb/hypercore
BATCH = 1_000
FEWEST_A_SEGMENT = BATCH // 10  # of one chunk: below (ours), batches are nine tenths empty
_KINDS = 100  # different values of a column where nothing tells
_QUERIES = 6  # that are tried: those with the most calls
_SPAN = 4  # times the widest range of a query: what it leaves out has to be much
_GROUP = 20  # rows that a group of a summary has at least in a trial: it shows nothing where groups are rows
_DATABASE = "series"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What only people know, by the table's name, "*" for all.

    rates  rows a second; `keep`: seconds for which rows are kept; `memory`: bytes of the server
    late   seconds by which rows may come late; `rows`: of a trial
    now    the end of the rows of a trial, as a literal of timestamptz
    """

    rates: Mapping[str, float] = field(default_factory=dict[str, float])
    keep: Mapping[str, float] = field(default_factory=dict[str, float])
    memory: float
    memory_from: str
    late: float | None = None
    rows: int = 200_000
    now: str = "timestamptz '2026-01-01 00:00:00+00'"

    def of(self, given: Mapping[str, float], table: str) -> float | None:
        """What was given for a table, else for all."""
        return given.get(table, given.get("*"))


@dataclass(slots=True)
class _Sizes:
    row: float
    index_row: float
    said: str


def advise(
    schema: Relational,
    found: Sequence[Series],
    workload: Workload | None,
    wishes: Wishes,
    host: Host | None,
    timescale: Bench | None,
    progress: Progress,
) -> list[SeriesAdvice]:
    """Advice for every series. What runs on `host` (a private PostgreSQL; None: nothing is run) and on `timescale` (one
    that has the extension) is measured; everything else is modelled or static, and says so."""
    if not found:
        return []
    bench: Bench | None = None
    if host is not None:
        host.create_database(_DATABASE)
        connection = host.connect(_DATABASE)
        connection.execute("SET search_path = public")
        version = connection.info.server_version
        bench = Bench(
            connection,
            version_name(version),
            schema="public",
            timescale=False,
            full=False,
            progress=progress,
        )
    try:
        works = [_Work(schema, one, workload, wishes, bench, timescale) for one in found]
        total = sum((one.rate or 0.0) * one.sizes.index_row for one in works)
        return [one.advice(total) for one in works]
    finally:
        if bench is not None:
            bench.connection.close()


class _Work:
    """One table. The plain form is made first: its sizes are those of the rule."""

    def __init__(
        self,
        schema: Relational,
        series: Series,
        workload: Workload | None,
        wishes: Wishes,
        bench: Bench | None,
        timescale: Bench | None,
    ) -> None:
        self.schema = schema
        self.series = series
        self.wishes = wishes
        self.bench = bench
        self.timescale = timescale
        self.name = series.table.name.short
        self.by_id = {one.id: one for one in workload.queries} if workload is not None else {}
        self.rate, self.rate_from = self._rate(workload)
        self.keep = wishes.of(wishes.keep, self.name)
        self.kinds = self._kinds()
        span = max(_SPAN * (series.use.widest or 7 * DAY), 2 * DAY)
        buckets = [use.bucket.seconds for _, _, use in series.uses if use.bucket is not None]
        most = wishes.rows / max(span / min(buckets) * _GROUP, 50) if buckets else wishes.rows / 50
        self.rows = Rows(
            count=wishes.rows,
            span=span,
            end=wishes.now,
            kinds={name: max(2, min(int(number), int(most))) for name, (number, _) in self.kinds.items()},
            widths=widths_of(schema, series.table),
        )
        self.queries = self._queries()
        self.answers: dict[str, list[str]] = {}
        self.trials: list[SeriesTrial] = []
        self.sizes = self._sizes()

    # --- what is known ------------------------------------------------------------------------------------------------

    def _rate(self, workload: Workload | None) -> tuple[float | None, str]:
        given = self.wishes.of(self.wishes.rates, self.name)
        if given is not None:
            return given, "--rate"
        facts = self.schema.facts
        known = facts.tables.get(str(self.series.table.name)) if facts else None
        if facts and facts.origin == "live" and known and known.inserted and facts.counted_seconds:
            return known.inserted / facts.counted_seconds, "the server's counters"
        if workload is not None and workload.window_seconds and self.series.use.rows:
            return self.series.use.rows / workload.window_seconds, "the INSERTs of the workload"
        return None, ""

    def _kinds(self) -> dict[str, tuple[float, str]]:
        """How many values each column has that rows are told apart by, and where that is from."""
        found: dict[str, tuple[float, str]] = {}
        keyed = {one.column for index in self.series.table.indexes for one in index.keys if len(index.keys) > 1}
        referring = {one.columns[0] for one in self.series.table.constraints if len(one.columns) == 1
                     and one.__class__.__name__ == "ForeignKey"}  # fmt: skip
        for column in self.series.table.columns:
            if column.name == self.series.time.name:
                continue
            if column.name in self.series.use.equal or column.name in keyed or column.name in referring:
                number, said = distinct(self.schema, self.series.table, column.name)
                found[column.name] = (number or _KINDS, said or f"assumed: {_KINDS}")
        return found

    def _queries(self) -> list[Asked]:
        found: list[Asked] = []
        for name, _, use in sorted(self.series.uses, key=lambda one: -one[1]):
            query = self.by_id.get(name)
            if query is None or use.kind != "select" or len(found) >= _QUERIES:
                continue
            made = asked(self.series, query, use, self.rows)
            if not use.alone and not made.obstacle:
                made = Asked(query=query, use=use, sql="", obstacle="it reads other tables too")
            found.append(made)
        return found

    def _sizes(self) -> _Sizes:
        table = self.series.table
        facts = self.schema.facts
        known = facts.tables.get(str(table.name)) if facts else None
        if facts and facts.origin == "live" and known and known.rows and known.rows >= 10_000 and known.heap_bytes:
            indexes = sum((one.bytes or 0) for index in table.indexes if (one := facts.indexes.get(str(index.name))))
            self._plain()
            return _Sizes(known.heap_bytes / known.rows, indexes / known.rows, "measured: the source's own sizes")
        if self.bench is not None and self._plain() is not None:
            plain = self.trials[0]
            heap = plain.size_bytes - plain.index_bytes
            said = f"measured: {self.rows.count:,} made-up rows on {plain.engine}"
            return _Sizes(heap / self.rows.count, plain.index_bytes / self.rows.count, said)
        widths = self.rows.widths
        entries = [entry_bytes([widths.get(key.column or "", 8.0) for key in one.keys]) for one in table.indexes]
        return _Sizes(row_bytes(widths.values()), sum(entries), "modelled from the widths of its columns")

    def _plain(self) -> SeriesTrial | None:
        return self._made(self.bench, "plain", 0.0) if self.bench is not None else None

    # --- what is run --------------------------------------------------------------------------------------------------

    def _made(self, bench: Bench, form: str, seconds: float) -> SeriesTrial | None:
        try:
            took = bench.make(self.series, self.rows, form, seconds)
            trial = bench.tried(
                self.series, form, self.queries, self.answers, rows=self.rows, seconds=seconds or 7 * DAY, load_s=took
            )
        except psycopg.Error as err:
            why = (err.diag.message_primary or str(err)).strip()
            self.trials.append(SeriesTrial(form=form, engine=bench.engine, refused=why))
            return None
        self.trials.append(trial)
        return trial

    def _columnstore(self, bench: Bench, store: ColumnstoreAdvice, seconds: float) -> None:
        own = quote_identifier(self.series.table.name.name)
        try:
            for statement in store.statements[:1]:
                bench.connection.execute(statement.replace(str(self.series.table.name), own).encode())
            bench.connection.execute(
                f"SELECT compress_chunk(c) FROM show_chunks({quote_literal(own).strip()}) c".encode()
            )
            bench.connection.execute(f"ANALYZE {own}".encode())
            trial = bench.tried(
                self.series,
                "hypertable",
                self.queries,
                self.answers,
                rows=self.rows,
                seconds=seconds,
                load_s=0.0,
                name="hypertable, columnstore",
            )
        except psycopg.Error as err:
            why = (err.diag.message_primary or str(err)).strip()
            trial = SeriesTrial(form="hypertable, columnstore", engine=bench.engine, refused=why)
        self.trials.append(trial)

    # --- what follows -------------------------------------------------------------------------------------------------

    def advice(self, total: float) -> SeriesAdvice:
        """All of it; `total`: bytes a second that the indexes of all series grow by."""
        series = self.series
        chunk = self._chunk(total)
        seconds = chunk.seconds or 7 * DAY
        store = self._store(chunk)
        aggregates = self._aggregates()
        here = trial_seconds(seconds, self.rows.span)
        if self.bench is not None:
            aggregates = [self._summed(self.bench, one) for one in aggregates]
            self._made(self.bench, "partitions", here)
        if self.timescale is not None:
            self._made(self.timescale, "plain", 0.0)
            if self._made(self.timescale, "hypertable", here) is not None:
                if self.timescale.full:
                    aggregates = [self._summed(self.timescale, one) for one in aggregates]
                self._columnstore(self.timescale, store, here)
        ways = moves(self.schema, series, seconds, store, self._retention())
        ways = tuple(self._rehearsed(one, here, store) for one in ways)
        retention = self._retention()
        kept = self.rate * self.keep * (self.sizes.row + self.sizes.index_row) if self.rate and self.keep else None
        return SeriesAdvice(
            table=self.name,
            time=series.time.name,
            reasons=series.reasons,
            use=series.use,
            chunk=chunk,
            columnstore=store,
            keep_seconds=self.keep,
            retention=retention,
            kept_bytes=kept,
            aggregates=tuple(aggregates),
            trials=tuple(self.trials),
            trial_note=self._trial_note(seconds, here) if self.trials else "",
            moves=ways,
            questions=tuple(self._questions(chunk, aggregates)),
        )

    def _rehearsed(self, move: Move, seconds: float, store: ColumnstoreAdvice) -> Move:
        """The move, run there and back where a server has what it needs."""
        bench = self.bench if move.target == "partitions" else self.timescale
        if bench is None or (move.edition == "TSL" and not bench.full):
            return move
        return replace(move, rehearsed=rehearsed(bench, self.series, self.rows, move.target, seconds, store))

    def _trial_note(self, seconds: float, here: float) -> str:
        kinds = ", ".join(
            f"{self.rows.kinds[name]:,} values of {name} (of {number:,.0f}, {said})"
            for name, (number, said) in self.kinds.items()
        )
        note = f"{self.rows.count:,} made-up rows over {self.rows.span / DAY:,.0f} days; {kinds or 'no few values'}"
        return note + (
            f"; chunks of {length_text(here)} there, for {length_text(seconds)} would be too many" * (here > seconds)
        )

    def _chunk(self, total: float) -> ChunkAdvice:
        sizes, memory = self.sizes, self.wishes.memory
        if self.rate is None:
            return ChunkAdvice(
                seconds=None, row=sizes.row, index_row=sizes.index_row, sizes_from=sizes.said, memory=memory,
                basis="static",
                why=f"how many rows come is not known: at {sizes.index_row:,.0f} bytes of indexes a row it may hold "
                f"{memory * SHARE / max(sizes.index_row, 1):,.0f} rows, a quarter of {size_text(memory)}",
            )  # fmt: skip
        mine = self.rate * sizes.index_row
        seconds = chunk_seconds(memory, mine, all_a_second=total, keep=self.keep)
        if base_type(self.series.time) == "date":
            seconds = max(seconds, DAY)
        budget = memory * SHARE * (mine / total if total else 1.0)
        longer = next((one for one in LENGTHS if one > seconds), None)
        why = (
            f"its indexes come to {size_text(mine * seconds)}, of {size_text(budget)} that are its part of a "
            "quarter of memory"
        )
        if mine * seconds > budget:
            why += ": more than that even in the shortest chunk"
        elif longer is not None and mine * longer <= budget:
            why += f"; {length_text(longer)} would fit, and " + (
                f"rows are kept for {length_text(self.keep)}"
                if self.keep
                else "old rows could only be dropped by so much"
            )
        elif longer is not None:
            why += f"; {length_text(longer)} would be {size_text(mine * longer)}"
        return ChunkAdvice(
            seconds=seconds, interval=length_text(seconds), rate=self.rate, rate_from=self.rate_from,
            index_row=sizes.index_row, row=sizes.row, sizes_from=sizes.said, memory=memory, budget=budget,
            index_bytes=mine * seconds, bytes=self.rate * seconds * (sizes.row + sizes.index_row),
            rows=self.rate * seconds, why=why,
        )  # fmt: skip

    def _store(self, chunk: ChunkAdvice) -> ColumnstoreAdvice:
        series, use = self.series, self.series.use
        why: list[str] = []
        single = {one.keys[0].column for one in series.table.indexes if one.unique and len(one.keys) == 1}
        candidates = sorted(
            (name for name in use.equal if name != series.time.name and name not in single),
            key=lambda one: -use.equal[one],
        )
        if not candidates:
            keyed = [one.column for index in series.table.indexes if key_holds(series.table, series.time.name)
                     for one in index.keys if index.unique and one.column]  # fmt: skip
            candidates = [one for one in keyed if one != series.time.name and one not in single][:1]
            if candidates:
                why.append(
                    f"no query compares a column with a value; {candidates[0]} is in its key with {series.time.name}"
                )
        segment: tuple[str, ...] = ()
        held: float | None = None
        for name in candidates:
            number, said = self.kinds.get(name, (float(_KINDS), f"assumed: {_KINDS}"))
            held = chunk.rows / number if chunk.rows else None
            if held is not None and held < FEWEST_A_SEGMENT:
                why.append(
                    f"not by {name}: {held:,.0f} rows of one value in a chunk ({number:,.0f} values, {said}), below "
                    f"{FEWEST_A_SEGMENT}"
                )
                continue
            segment = (name,)
            calls = use.equal.get(name, 0.0)
            why.append(
                f"by {name}: "
                + (f"{calls:,.0f} calls compare it with a value" if calls else "it is grouped by, or in the key")
                + (f"; {held:,.0f} rows of one value in a chunk ({number:,.0f} values, {said}), batches hold {BATCH:,}"
                   if held is not None else "")
            )  # fmt: skip
            break
        if not segment:
            why.append("without segments: batches are cut by time alone")
        order = (f"{series.time.name} DESC",)
        why.append(f"in order of {order[0]}: ranges of time leave batches out by their least and greatest value")
        late = self.wishes.late if self.wishes.late is not None else LATE_SECONDS
        after = length_text(max(chunk.seconds or 7 * DAY, -(-late // DAY) * DAY))
        on = str(series.table.name)
        by = f", timescaledb.segmentby = {quote_literal(quote_identifier(segment[0])).strip()}" if segment else ""
        ordered = quote_literal(f"{quote_identifier(series.time.name)} DESC").strip()
        return ColumnstoreAdvice(
            segment_by=segment,
            order_by=order,
            after=after,
            why=tuple(why),
            rows_a_segment=held if segment else None,
            statements=(
                f"ALTER TABLE {on} SET (timescaledb.enable_columnstore{by}, timescaledb.orderby = {ordered})",
                f"CALL add_columnstore_policy({quote_literal(on).strip()}, after => INTERVAL '{after}')",
            ),
        )

    def _retention(self) -> tuple[str, ...]:
        if self.keep is None:
            return ()
        on = quote_literal(str(self.series.table.name)).strip()
        return (f"SELECT add_retention_policy({on}, drop_after => INTERVAL '{length_text(self.keep)}')",)

    def _aggregates(self) -> list[AggregateAdvice]:
        taken = {one.name.name for one in (*self.schema.tables, *self.schema.views)}
        late = self.wishes.late if self.wishes.late is not None else LATE_SECONDS
        found: list[AggregateAdvice] = []
        for name, calls, use in sorted(self.series.uses, key=lambda one: -one[1]):
            query = self.by_id.get(name)
            if query is not None and use.kind == "select" and use.bucket is not None and len(found) < _QUERIES:
                one = aggregate_for(self.series, query.sql, calls, use, taken, late)
                found.append(replace(one, group_rows=self._group_rows(use), trial_rows=self._trial_rows(use)))
        return found

    def _group_rows(self, use: TimeUse) -> float | None:
        if self.rate is None or use.bucket is None:
            return None
        return self.rate * use.bucket.seconds / self._groups(use, {name: one for name, (one, _) in self.kinds.items()})

    def _trial_rows(self, use: TimeUse) -> float | None:
        if use.bucket is None:
            return None
        return self.rows.count / self.rows.span * use.bucket.seconds / self._groups(use, self.rows.kinds)

    def _groups(self, use: TimeUse, kinds: Mapping[str, float]) -> float:
        found = 1.0
        for name in {*use.grouped, *use.equal}:
            found *= kinds.get(name, 1.0)
        return found

    def _summed(self, bench: Bench, advice: AggregateAdvice) -> AggregateAdvice:
        """An aggregate with its times on a server."""
        one = next((one for one in self.queries if one.query.sql == advice.query), None)
        if advice.obstacle or one is None or one.obstacle:
            return advice
        values = self._filled(advice.instead, one.query, one.use)
        made = tried(bench, self.series, advice, one, values)
        basis = "measured" if not made.refused else advice.basis
        return replace(advice, trials=(*advice.trials, made), basis=basis)

    def _filled(self, sql: str, query: Query, use: TimeUse) -> str:
        return asked(self.series, replace(query, sql=sql), use, self.rows).sql

    def _questions(self, chunk: ChunkAdvice, aggregates: Sequence[AggregateAdvice]) -> list[str]:
        found: list[str] = []
        if self.keep is None:
            found.append(
                f"for how long are rows of {self.name} kept? --keep {self.name}=90d; nothing is dropped without"
            )
        if chunk.seconds is None:
            found.append(f"how many rows come? --rate {self.name}=1M/day")
        if self.wishes.late is None:
            found.append(
                f"how late may rows of {self.name} come? {LATE_SECONDS / DAY:.0f} days are assumed (--late): until "
                "then chunks stay by row and summaries are made anew"
            )
        found += [
            f"may {', '.join(key.text for key in one.keys)} come twice at different times? {one.name.name} would take "
            f"in {self.series.time.name}"
            for one in keys_without(self.series.table, self.series.time.name)
        ]
        if self.keep and any(not one.obstacle for one in aggregates):
            found.append("summaries outlive the rows unless they are dropped too: are they kept longer?")
        return found
