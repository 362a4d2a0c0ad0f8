"""The forms of a time series' table, made on a server, filled with the same rows, and asked what the workload asks."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from dbarchitect.model.chunks import LENGTHS
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.query import Query
from dbarchitect.model.schema import Column, Table
from dbarchitect.model.timeseries import SeriesTrial, Timed
from dbarchitect.review.context import base_type
from dbarchitect.review.series import Series
from dbarchitect.sql.timeuse import TimeUse

from .moves import hypertable_statement, index_statements, partition_name, partition_statements

_RUNS = 3  # of each query, after one that warms up; the median is kept
_PARTS = 30  # at most in a trial: the rows are too few to show what more would cost
_TIMEOUT = "60s"
_PARAMETER = re.compile(r"\$(\d+)(?!\d)")
_NUMBERS = frozenset({"int2", "int4", "int8", "float4", "float8", "numeric", "money"})
_NOW = re.compile(r"\b(?:now\(\)|current_timestamp\b|(?:transaction|statement|clock)_timestamp\(\))", re.IGNORECASE)
_HASH = "(hashint8({})::bigint & 2147483647)"

# What TimescaleDB's function does with intervals of a fixed length: weeks begin on a Monday.
_TIME_BUCKET = """CREATE FUNCTION time_bucket(interval, timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN date_bin($1, $2, timestamptz '2000-01-03 00:00:00+00')"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What the table is filled with: `count` rows at even distances over the `span` seconds before `end` (a literal,
    which queries take for now), of so many different values in each column of `kinds`."""

    count: int
    span: float
    end: str
    kinds: Mapping[str, int] = field(default_factory=dict[str, int])
    widths: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query that can be run: its own text, and with the values of a trial in it; `obstacle`: why it cannot."""

    query: Query
    use: TimeUse
    sql: str
    obstacle: str = ""


def trial_seconds(seconds: float, span: float) -> float:
    """The chunks of a trial: the advised ones, or longer ones where the span would have too many."""
    return max(seconds, next((one for one in LENGTHS if span / one <= _PARTS), LENGTHS[-1]))


def asked(series: Series, query: Query, use: TimeUse, rows: Rows) -> Asked:
    """A query with values for its parameters: bounds of the widest range that the table has, and the first value of a
    column that it is compared with."""
    values = {number: value_of(series, column, "0", rows) for number, column in use.parameters.items()}
    width = min(use.width or rows.span / 8, rows.span)
    for bound in use.bounds:
        if bound.parameter:
            low = bound.operator in (">", ">=")
            when = f"({rows.end} - interval '{width:.0f} s')" if low else f"({rows.end})"
            values[bound.parameter] = f"{when}::{_kind(series.table, bound.column)}"
    missing: set[str] = set()

    def put(found: re.Match[str]) -> str:
        number = int(found[1])
        if number not in values:
            given = query.parameters[number - 1] if number <= len(query.parameters) else ""
            if not given:
                missing.add(found[0])
            return given or found[0]
        return values[number]

    sql = _NOW.sub(rows.end, _PARAMETER.sub(put, query.sql.rstrip().rstrip(";")))
    why = f"no value is known for {', '.join(sorted(missing))}" if missing else ""
    return Asked(query=query, use=use, sql=sql, obstacle=why)


def _kind(table: Table, column: str) -> str:
    found = table.column(column)
    return found.type.sql if found is not None and found.type.schema == "pg_catalog" else "text"


def value_of(series: Series, name: str, number: str, rows: Rows) -> str:
    """SQL for the value of a column in row `number` (an expression): of few kinds where it is one of `rows.kinds`."""
    column = series.table.column(name)
    assert column is not None
    if name == series.time.name:
        step = rows.span / max(rows.count, 1)
        return f"({rows.end} - interval '{step:.9f} s' * {number})::{_kind(series.table, name)}"
    kinds = rows.kinds.get(name)
    unique = any(len(one.keys) == 1 and one.keys[0].column == name for one in series.table.indexes if one.unique)
    spread = number if unique else f"({number})::bigint % {kinds}" if kinds else _HASH.format(f"({number})::bigint")
    return _typed(column, spread, few=bool(kinds), width=rows.widths.get(name, 12.0))


def _typed(column: Column, spread: str, *, few: bool, width: float) -> str:
    """A value of the column's type from a whole number; equal numbers give equal values on every server."""
    base = base_type(column)
    if base in ("int2",):
        return f"(({spread}) % 32767)::int2"
    if base in _NUMBERS:
        return (
            f"(({spread}) % 1000000)::{base}"
            if few or base in ("int4", "int8")
            else f"((({spread}) % 1000)::{base} / 10)"
        )
    if base == "bool":
        return f"(({spread}) % 2 = 0)"
    if base == "uuid":
        return f"md5(({spread})::text)::uuid"
    if base in ("timestamptz", "timestamp", "date"):
        return f"(timestamptz '2026-01-01 00:00+00' + interval '1 s' * (({spread}) % 100000))::{base}"
    if base in ("json", "jsonb"):
        return f"jsonb_build_object('value', ({spread}) % 1000)::{base}"
    if base == "bytea":
        return f"decode(md5(({spread})::text), 'hex')"
    if base == "interval":
        return f"interval '1 s' * (({spread}) % 1000)"
    if base == "inet":
        return f"('10.0.0.0'::inet + (({spread}) % 65536))"
    if column.type.schema == "pg_catalog" and base not in ("text", "varchar", "bpchar", "name"):
        return "NULL"
    text = f"left(({spread})::text || md5((({spread}) % 100)::text), {max(round(width), 1)})"
    return f"({spread})::text" if few else text


class Bench:
    """A place for trials: the schema `schema` of ours, on a server that has TimescaleDB or has not. `engine` is for
    people; `full`: columnstore and continuous aggregates may be used."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        engine: str,
        *,
        schema: str,
        timescale: bool,
        full: bool,
        progress: Callable[[str], None],
    ) -> None:
        self.connection = connection
        self.engine = engine
        self.schema = schema
        self.timescale = timescale
        self.full = full
        self._progress = progress
        self.run(
            f"SET statement_timeout = '{_TIMEOUT}'", "SET timezone = 'UTC'", "SET max_parallel_workers_per_gather = 0"
        )
        if not timescale:
            # Private servers start sessions in which triggers sleep; those of a move have to fire.
            self.run("SET session_replication_role = origin", _TIME_BUCKET)

    def run(self, *statements: str) -> None:
        """Run statements of ours, one after the other. Raises `psycopg.Error`."""
        for one in statements:
            self.connection.execute(one.encode())

    def one(self, sql: str) -> Any:
        """The first value of a query's answer."""
        row = self.connection.execute(sql.encode()).fetchone()
        return row[0] if row else None

    def make(self, series: Series, rows: Rows, form: str, seconds: float) -> float:
        """Make the table in a form (plain, partitions, hypertable) under its own name, and fill it. Seconds of it.

        Raises `psycopg.Error`.
        """
        table = series.table
        self._progress(f"{self.engine}: {table.name.short} as {form}")
        own = quote_identifier(table.name.name)
        when = quote_identifier(series.time.name)
        self.run(f"DROP TABLE IF EXISTS {own} CASCADE")
        columns = ", ".join(
            f"{quote_identifier(one.name)} {_kind(table, one.name)}" + (" NOT NULL" if one.not_null else "")
            for one in table.columns
        )
        by = f" PARTITION BY RANGE ({when})" if form == "partitions" else ""
        self.run(f"CREATE TABLE {own} ({columns}){by}")
        if form == "partitions":
            first = f"({rows.end} - interval '{rows.span:.0f} s')"
            self.run(*partition_statements(Name(schema="", name=table.name.name), own, seconds, first, f"{rows.end}"))
        elif form == "hypertable":
            self.run(hypertable_statement(own, series.time.name, seconds))
        for one in index_statements(table, own, None if form == "plain" else series.time.name):
            self.run(one)
        values = ", ".join(value_of(series, one.name, "i", rows) for one in table.columns)
        begun = time.perf_counter()
        self.run(f"INSERT INTO {own} SELECT {values} FROM generate_series({rows.count} - 1, 0, -1) i")
        took = time.perf_counter() - begun
        self.run(f"ANALYZE {own}")
        return took

    def sizes(self, table: Table, form: str) -> tuple[int, int, int]:
        """Bytes in all, of these in indexes, and how many parts there are."""
        name = quote_literal(quote_identifier(table.name.name)).strip()
        if form == "hypertable":
            sums = "sum(total_bytes), sum(index_bytes), count(*)"
            found = self.connection.execute(
                f"SELECT {sums} FROM chunks_detailed_size({name}::regclass)".encode()
            ).fetchone()
        elif form == "partitions":
            found = self.connection.execute(
                f"SELECT sum(pg_total_relation_size(relid)), sum(pg_indexes_size(relid)), "
                f"count(*) FILTER (WHERE isleaf) FROM pg_partition_tree({name}::regclass)".encode()
            ).fetchone()
        else:
            found = self.connection.execute(
                f"SELECT pg_total_relation_size({name}::regclass), pg_indexes_size({name}::regclass), 1".encode()
            ).fetchone()
        return tuple(int(one or 0) for one in found or (0, 0, 1))  # pyright: ignore[reportReturnType]

    def timed(self, sql: str) -> tuple[float, list[tuple[Any, ...]]]:
        """The median milliseconds of a query over some runs, and its rows in order of their text."""
        took: list[float] = []
        rows: list[tuple[Any, ...]] = []
        for number in range(_RUNS + 1):
            begun = time.perf_counter()
            rows = self.connection.execute(sql.encode()).fetchall()
            if number:
                took.append((time.perf_counter() - begun) * 1000)
        return statistics.median(took), rows

    def _dropped(self, series: Series, rows: Rows, form: str, seconds: float) -> float | None:
        """Milliseconds to take the oldest rows away, of as many chunks as an eighth of the span has: by DELETE from a
        plain table, else with their chunks. It is rolled back."""
        own, when = quote_identifier(series.table.name.name), quote_identifier(series.time.name)
        literal = quote_literal(own).strip()
        least = self.one(f"SELECT min({when})::timestamptz + interval '{rows.span / 8:.0f} s' FROM {own}")
        start = self.one(f"SELECT date_bin('{seconds:.0f} s', '{least}', '2000-01-03 00:00+00')::timestamptz")
        before = f"'{start}'::{_kind(series.table, series.time.name)}"
        parts: list[tuple[Any, ...]] = []
        if form == "partitions":
            # Partitions are named by their beginning, so the order of their names is that of time.
            stem = partition_name(series.table.name, seconds, start)
            parts = self.connection.execute(
                f"SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = "
                f"{literal}::regclass AND c.relname < %s AND c.relname !~ 'default$'".encode(),
                [stem],
            ).fetchall()
        statements = {
            "plain": [f"DELETE FROM {own} WHERE {when} < {before}"],
            "partitions": [f"DROP TABLE {quote_identifier(name)}" for (name,) in parts],
            "hypertable": [f"SELECT drop_chunks({literal}, older_than => {before})"],
        }[form]
        begun = time.perf_counter()
        with self.connection.transaction(force_rollback=True):
            self.run(*statements)
            took = (time.perf_counter() - begun) * 1000
        return took if statements else None

    def tried(
        self,
        series: Series,
        form: str,
        queries: Sequence[Asked],
        answers: dict[str, list[str]],
        *,
        rows: Rows,
        seconds: float,
        load_s: float,
        name: str | None = None,
    ) -> SeriesTrial:
        """Ask every query. `answers` keeps those of the first form, which the others must give too."""
        timed: list[Timed] = []
        for one in queries:
            if one.obstacle:
                timed.append(Timed(query=one.query.sql, refused=one.obstacle))
                continue
            try:
                took, answered = self.timed(one.sql)
            except psycopg.Error as err:
                timed.append(Timed(query=one.query.sql, refused=(err.diag.message_primary or str(err)).strip()))
                continue
            answer = canonical(answered)
            first = answers.setdefault(one.query.id, answer)
            same = None if first is answer else first == answer
            timed.append(Timed(query=one.query.sql, ms=took, rows=len(answered), same=same))
        size, indexes, parts = self.sizes(series.table, form)
        return SeriesTrial(
            form=name or form, engine=self.engine, size_bytes=size, index_bytes=indexes, parts=parts, load_s=load_s,
            queries=tuple(timed), drop_ms=self._dropped(series, rows, form, seconds),
        )  # fmt: skip


def canonical(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """Rows as texts in order: sums of floating-point numbers differ in their last digits with the order of the rows."""
    return sorted(repr(tuple(f"{one:.6g}" if isinstance(one, float) else str(one) for one in row)) for row in rows)
