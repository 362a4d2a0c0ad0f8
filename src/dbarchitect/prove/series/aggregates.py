"""Continuous aggregates for queries that group by time, and the same as a table of sums in plain PostgreSQL."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

import psycopg

from dbarchitect.model.chunks import DAY
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.timeseries import AggregateAdvice, AggregateTrial
from dbarchitect.review.context import base_type
from dbarchitect.review.series import Series
from dbarchitect.sql.timeuse import Bucket, TimeUse

from .trial import Asked, Bench, canonical

LATE_SECONDS = 3 * DAY  # how late rows may come, where nobody says: a question, asked with the advice
_VOLATILE = re.compile(r"\b(?:now|random|clock_timestamp)\s*\(|\bcurrent_", re.IGNORECASE)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def aggregate_for(
    series: Series, query: str, calls: float, use: TimeUse, taken: set[str], late: float
) -> AggregateAdvice:
    """What a query that groups by time would read instead of rows; why not, where it cannot."""
    bucket = use.bucket
    assert bucket is not None
    obstacle = _obstacle(series, use, bucket)
    if obstacle:
        return AggregateAdvice(query=query, calls=calls, obstacle=obstacle)
    table = series.table
    stem = f"{table.name.name}_{'_'.join(re.findall('[a-z0-9]+', bucket.width.lower()))}".encode()[:50].decode(
        errors="ignore"
    )
    name = next(one for number in range(1, 100) if (one := stem if number == 1 else f"{stem}_{number}") not in taken)
    taken.add(name)
    view = Name(schema=table.name.schema, name=name)
    kept = list(dict.fromkeys([*use.grouped, *use.equal]))
    sums = [(f"a{number}", text) for number, (text, _, sort) in enumerate(use.targets) if sort == "aggregate"]
    width = f"INTERVAL {quote_literal(bucket.width).strip()}"
    inner = _select(
        series,
        bucket,
        kept,
        sums,
        use,
        f"time_bucket({width}, {quote_identifier(bucket.column)}{_zone(series, bucket)})",
    )
    plain = _select(series, bucket, kept, sums, use, _native(series, bucket))
    lag = _interval(max(3 * bucket.seconds, late))
    return AggregateAdvice(
        query=query,
        calls=calls,
        name=str(view),
        bucket=bucket.width,
        statements=(
            f"CREATE MATERIALIZED VIEW {view} WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS "
            f"{inner} WITH NO DATA",
            f"CALL refresh_continuous_aggregate({quote_literal(str(view)).strip()}, NULL, NULL)",
            f"SELECT add_continuous_aggregate_policy({quote_literal(str(view)).strip()}, start_offset => INTERVAL "
            f"'{lag}', end_offset => {width}, schedule_interval => {width})",
        ),
        undo=(f"DROP MATERIALIZED VIEW {view}",),
        instead=_instead(use, bucket, view),
        plain=(
            f"CREATE TABLE {view} AS {plain}",
            f"CREATE UNIQUE INDEX ON {view} ({', '.join([*map(quote_identifier, kept), 'bucket'])})",
        ),
    )


def _obstacle(series: Series, use: TimeUse, bucket: Bucket) -> str:
    if not use.alone:
        return "it joins or nests tables: an aggregate of this table alone, joined afterwards, is a query to write anew"
    if bucket.column != series.time.name:
        return f"it groups by {bucket.column}, and the table would be cut by {series.time.name}"
    if use.ungrouped:
        return f"it groups by an expression too: {use.ungrouped[0]}"
    if any(not sort for _, _, sort in use.targets) or not use.aggregates:
        return "what it selects is more than groups and aggregates"
    if use.having:
        return "HAVING is a condition on the aggregates: it stays in the query over the aggregate, to write anew"
    if any(_VOLATILE.search(one) for one in use.others):
        return "a condition changes with the clock or by chance"
    if any("$" in one for one in use.others):
        return f"a condition has a parameter, and is none of equality: {next(one for one in use.others if '$' in one)}"
    if bucket.zone:
        return "" if bucket.seconds >= DAY else "it is cut in a time zone below a day"
    return ""


def _zone(series: Series, bucket: Bucket) -> str:
    """From a day on a bucket begins at somebody's midnight: date_trunc takes the session's, a summary needs one."""
    if base_type(series.time) != "timestamptz" or bucket.function == "time_bucket" or bucket.seconds < DAY:
        return ""
    return f", {quote_literal(bucket.zone or 'UTC').strip()}"


def _native(series: Series, bucket: Bucket) -> str:
    column = quote_identifier(bucket.column)
    if bucket.function == "date_trunc":
        unit = bucket.width.partition(" ")[2]
        return f"date_trunc({quote_literal(unit).strip()}, {column}{_zone(series, bucket)})"
    return f"date_bin(INTERVAL {quote_literal(bucket.width).strip()}, {column}, '2000-01-03 00:00:00')"


def _select(
    series: Series, bucket: Bucket, kept: Sequence[str], sums: Sequence[tuple[str, str]], use: TimeUse, by: str
) -> str:
    listed = ", ".join([f"{by} AS bucket", *map(quote_identifier, kept), *(f"{text} AS {name}" for name, text in sums)])
    where = f" WHERE {' AND '.join(use.others)}" if use.others else ""
    groups = ", ".join(["1", *map(quote_identifier, kept)])
    return f"SELECT {listed} FROM {series.table.name}{where} GROUP BY {groups}"


def _instead(use: TimeUse, bucket: Bucket, view: Name) -> str:
    listed: list[str] = []
    names: dict[str, str] = {}
    for number, (text, alias, sort) in enumerate(use.targets):
        source = {"bucket": "bucket", "aggregate": f"a{number}"}.get(sort, text)
        label = alias or (text if _PLAIN.fullmatch(text) else text.partition("(")[0] if "(" in text else text)
        listed.append(f"{source} AS {quote_identifier(label)}" if source != label else source)
        names[text] = source
        if alias:
            names[alias] = source
    # A bound inside a bucket would leave that bucket out: it is moved to the bucket's beginning.
    where = [
        f"bucket {one.operator} time_bucket(INTERVAL {quote_literal(bucket.width).strip()}, {one.text})"
        if one.operator in (">", ">=")
        else f"bucket {one.operator} {one.text}"
        for one in use.bounds
        if one.column == bucket.column
    ]
    where = [one.replace("bucket > ", "bucket >= ", 1) for one in where]
    where += [f"{quote_identifier(column)} = {text}" for column, text in use.equal.items()]
    order: list[str] = []
    for one in use.order:
        key, down, _ = one.partition(" DESC") if one.endswith(" DESC") else one.partition(" ASC")
        order.append(names.get(key, key) + (" DESC" if down == " DESC" else ""))
    found = f"SELECT {', '.join(listed)} FROM {view}"
    if where:
        found += f" WHERE {' AND '.join(where)}"
    if order:
        found += f" ORDER BY {', '.join(order)}"
    return found + (f" LIMIT {use.limit}" if use.limit else "")


def _interval(seconds: float) -> str:
    if seconds >= DAY:
        return f"{-(-seconds // DAY):.0f} days"
    return f"{-(-seconds // 3600):.0f} hours"


def tried(bench: Bench, series: Series, advice: AggregateAdvice, one: Asked, instead: str) -> AggregateTrial:
    """Time the query on the rows that `bench` holds and on a summary of them; compare the answers.

    `instead` is the query over the summary with its values, or "" where it has none.
    """
    continuous = bench.timescale
    form = "continuous aggregate" if continuous else "table of sums"
    own, schema = quote_identifier(series.table.name.name), f"{series.table.name}"
    view = quote_identifier(advice.name.rpartition(".")[2].strip('"'))

    def here(sql: str) -> str:
        return sql.replace(advice.name, view).replace(f" {schema}", f" {own}")

    try:
        before, rows = bench.timed(one.sql)
        begun = time.perf_counter()
        if continuous:
            bench.connection.execute(here(advice.statements[0]).encode())
            bench.connection.execute(here(advice.statements[1]).encode())
        else:
            for statement in advice.plain:
                bench.connection.execute(here(statement).encode())
            bench.connection.execute(f"ANALYZE {view}".encode())
        took = time.perf_counter() - begun
        after, summed = bench.timed(here(instead))
        read = int(bench.one(f"SELECT count(*) FROM {own}"))
        left = int(bench.one(f"SELECT count(*) FROM {view}"))
        if continuous:
            bench.run(here(advice.statements[2]))
        bench.connection.execute(f"DROP {'MATERIALIZED VIEW' if continuous else 'TABLE'} {view}".encode())
    except psycopg.Error as err:
        why = (err.diag.message_primary or str(err)).strip()
        return AggregateTrial(
            engine=bench.engine, form=form, before_ms=0, after_ms=0, rows_before=0, rows_after=0, build_s=0, same=False,
            refused=why,
        )  # fmt: skip
    return AggregateTrial(
        engine=bench.engine,
        form=form,
        before_ms=before,
        after_ms=after,
        rows_before=read,
        rows_after=left,
        build_s=took,
        same=_same(one.use, rows, summed),
    )


def _same(use: TimeUse, rows: Sequence[tuple[object, ...]], summed: Sequence[tuple[object, ...]]) -> bool:
    """Whether the answers are equal, the first bucket aside: a summary has the whole of it."""
    at = next((number for number, one in enumerate(use.targets) if one[2] == "bucket"), None)
    if at is None:
        return canonical(rows) == canonical(summed)
    first = min((str(one[at]) for one in rows), default="")
    kept = [[one for one in answer if str(one[at]) != first] for answer in (rows, summed)]
    return canonical(kept[0]) == canonical(kept[1])
