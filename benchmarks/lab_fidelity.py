"""How closely do a lab's statistics resemble the source's, and how fast is it filled?

Sources: TPC-H (`benchmarks.tpc`) and a shop of our own with what TPC-H lacks: skew, nulls, physical correlation, skewed
fan-out, a self reference, ranges, arrays. Each is analysed, a second database gets the same schema without rows, the lab fills
it from the facts, and both are compared: null fractions, distinct counts, common values, distributions (the largest
difference of the cumulative shares at the source's histogram bounds, counted on the rows themselves), correlations,
children per parent.

    python -m benchmarks.lab_fidelity --cache DIR [--dataset tpch-0.1] [--budget 1000000] [--columns]
"""

# ruff: noqa: E501 (SQL reads better unbroken)

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from dbarchitect.engines.postgres.arrays import parse_array
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.lab import LabReport, fill, violations
from dbarchitect.engines.postgres.lab.values import array
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import Server, private_server
from dbarchitect.model.facts import ColumnStatistics
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Relational, Table
from dbarchitect.sql.script import split_script

from . import report, tpc

SHOP = """
CREATE TYPE state AS ENUM ('new', 'paid', 'sent', 'returned');
CREATE TABLE country (code char(2) PRIMARY KEY, name text NOT NULL);
CREATE TABLE customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE, name text, country char(2) NOT NULL
        REFERENCES country, referrer bigint REFERENCES customer, born date, tags text[] NOT NULL, created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL, deleted_at timestamptz, score double precision, CHECK (updated_at >= created_at));
CREATE TABLE orders (
    id uuid PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customer, state state NOT NULL, total numeric(10,2) NOT NULL
        CHECK (total >= 0), placed_at timestamptz NOT NULL, sent interval, note text, delivery tstzrange,
    address inet, active boolean);
CREATE TABLE line (
    order_id uuid NOT NULL REFERENCES orders, position int NOT NULL, sku text NOT NULL, quantity smallint NOT NULL
        CHECK (quantity BETWEEN 1 AND 99), price numeric(8,2) NOT NULL, attributes jsonb, PRIMARY KEY (order_id, position));
CREATE TABLE event (
    id bigint PRIMARY KEY, customer_id bigint REFERENCES customer, kind text NOT NULL, at timestamp NOT NULL,
    a int, b int, c bigint, d numeric, e text, f real);
CREATE INDEX ON event (at); CREATE INDEX ON event (customer_id); CREATE INDEX ON line (sku);
"""
# Skew comes from powers of a uniform number; "random" is PostgreSQL's own, seeded.
SHOP_ROWS = """
SELECT setseed(0.42);
INSERT INTO country SELECT chr(65 + n / 26) || chr(65 + n % 26), 'Country ' || n FROM generate_series(0, 199) n;
INSERT INTO customer (email, name, country, referrer, born, tags, created_at, updated_at, deleted_at, score)
SELECT 'user' || n || '@' || (ARRAY['example.com', 'mail.test', 'post.test'])[1 + floor(3 * random() ^ 3)::int],
    CASE WHEN random() < 0.97 THEN (ARRAY['Ann', 'Bob', 'Cy', 'Di', 'Ed', 'Flo', 'Gus'])[1 + floor(7 * random() ^ 2)::int]
        || ' ' || substr(md5((floor(8000 * random() ^ 2))::text), 1, 9) END,
    chr(65 + g / 26) || chr(65 + g % 26), CASE WHEN n > 100 AND random() < 0.3 THEN 1 + floor((n - 1) * random() ^ 4)::int END,
    CASE WHEN random() < 0.8 THEN date '1940-01-01' + floor(25000 * (random() + random()) / 2)::int END,
    ARRAY(SELECT DISTINCT 'tag' || floor(40 * random() ^ 3) FROM generate_series(1, 1 + n % 5)),
    at, at + random() ^ 3 * interval '200 days', CASE WHEN random() < 0.04 THEN at + interval '201 days' END,
    100 * exp(-3 * random())
FROM (SELECT n, floor(200 * random() ^ 4)::int AS g, timestamptz '2022-01-01' + n * interval '20 minutes'
    + random() * interval '2 days' AS at FROM generate_series(1, 60000) n) AS x;
INSERT INTO orders
SELECT md5(n::text || 'o')::uuid, 1 + floor(60000 * random() ^ 3)::int,
    (ARRAY['new', 'paid', 'sent', 'returned'])[1 + floor(4 * random() ^ 2)::int]::state, round((5 + 900 * random() ^ 5)::numeric, 2),
    at, CASE WHEN random() < 0.6 THEN random() ^ 2 * interval '9 days' END,
    CASE WHEN random() < 0.1 THEN repeat('please ring the bell ', 1 + floor(4 * random())::int) || n END,
    CASE WHEN random() < 0.5 THEN tstzrange(at, at + (1 + floor(9 * random())) * interval '1 day') END,
    inet '10.0.0.0' + floor(50000 * random() ^ 2)::int, CASE WHEN random() < 0.95 THEN random() < 0.7 END
FROM (SELECT n, timestamptz '2023-01-01' + n * interval '5 minutes' AS at FROM generate_series(1, 200000) n) AS x;
INSERT INTO line
SELECT id, p, 'SKU-' || lpad((floor(5000 * random() ^ 3))::text, 6, '0'), 1 + floor(20 * random() ^ 4)::int,
    round((1 + 200 * random() ^ 4)::numeric, 2), CASE WHEN random() < 0.7 THEN
    jsonb_build_object('colour', (ARRAY['red', 'blue', 'green'])[1 + floor(3 * random())::int], 'size', floor(8 * random())::int) END
FROM orders, generate_series(1, 1 + (hashtext(id::text) & 7) * (hashtext(id::text) >> 8 & 1)) AS p;
INSERT INTO event
SELECT n, CASE WHEN random() < 0.85 THEN 1 + floor(60000 * random() ^ 2)::int END,
    (ARRAY['view', 'click', 'cart', 'buy', 'search', 'share', 'login'])[1 + floor(7 * random() ^ 2)::int],
    timestamp '2024-01-01' + n * interval '40 seconds', floor(100 * random() ^ 2)::int, floor(100000 * random())::int,
    floor(1e12 * random() ^ 2)::bigint, round((1000 * random())::numeric, 4), md5(floor(30000 * random() ^ 2)::text), random() ^ 2
FROM generate_series(1, 500000) n;
VACUUM ANALYZE;
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """One column: the source's figure and the lab's, or None where the source has none."""

    name: str
    nulls: float
    distinct: float  # the factor between the two counts, 1.0 is equal
    common: float | None  # the share of the source's common values that the lab has as well
    frequency: float | None  # largest error of a common value's frequency
    distance: float | None  # Kolmogorov
    correlation: float | None


def _copy_schema(server: Server, source: str, lab: str) -> None:
    assert server.binaries.pg_dump is not None
    dumped = subprocess.run(
        [str(server.binaries.pg_dump), "--schema-only", "--no-owner", "-d", server.url(source)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    server.create_database(lab)
    load(server, lab, split_script(dumped, f"{source}.sql"))


def _count(connection: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query.encode()).fetchall()


def _shares(
    connection: psycopg.Connection[Any], table: Table, column: str, kind: str, bounds: Sequence[str]
) -> list[float]:
    """The cumulative share of a column's values below each bound."""
    name = quote_identifier(column)
    edges = array(list(bounds), kind)
    found = dict(
        _count(
            connection,
            f"SELECT width_bucket({name}::{kind}, {edges}), count(*) FROM {table.name} WHERE {name} IS NOT NULL GROUP BY 1",
        )
    )
    total = sum(found.values()) or 1
    running, result = 0, []
    for bucket in range(len(bounds)):
        running += found.get(bucket, 0)
        result.append(running / total)
    return result


def _compare_column(
    source: psycopg.Connection[Any], lab: psycopg.Connection[Any], table: Table, was: ColumnStatistics, now: ColumnStatistics | None,
    rows: tuple[float, float],
) -> Compared:  # fmt: skip
    name = f"{table.name.name}.{was.column}"
    if now is None:
        return Compared(name, was.null_fraction, float("inf"), None, None, None, None)
    before, after = (
        (-s.n_distinct * n if s.n_distinct < 0 else s.n_distinct) for s, n in zip((was, now), rows, strict=True)
    )
    if before and after and rows[1] < rows[0]:  # a scaled column: what matters is the kind of n_distinct
        before = min(before, rows[1]) if was.n_distinct > 0 else -was.n_distinct * rows[1]
    factor = max(before / after, after / before) if before and after else 1.0
    common = frequency = distance = None
    if was.most_common_values and was.most_common_frequencies:
        old = dict(zip(parse_array(was.most_common_values), was.most_common_frequencies, strict=True))
        new = dict(zip(parse_array(now.most_common_values), now.most_common_frequencies or (), strict=True))
        common = len(old.keys() & new.keys()) / len(old)
        frequency = max(abs(f - new.get(v, 0.0)) for v, f in old.items())
    column = table.column(was.column)
    bounds = parse_array(was.histogram_bounds)
    if column is not None and len(bounds) > 1 and not column.type.is_array:
        kind = column.type.sql
        a, b = (_shares(c, table, was.column, kind, bounds) for c in (source, lab))
        distance = max(abs(x - y) for x, y in zip(a, b, strict=True))
    correlation = None
    if was.correlation is not None and now.correlation is not None:
        correlation = abs(was.correlation - now.correlation)
    return Compared(name, abs(was.null_fraction - now.null_fraction), factor, common, frequency, distance, correlation)


def _fan_out(connection: psycopg.Connection[Any], table: Table, columns: Sequence[str]) -> dict[int, float]:
    """How many parents that have children have how many."""
    names = ", ".join(map(quote_identifier, columns))
    where = " AND ".join(f"{quote_identifier(c)} IS NOT NULL" for c in columns)
    found = dict(
        _count(
            connection,
            f"SELECT n, count(*) FROM (SELECT count(*) AS n FROM {table.name} WHERE {where} GROUP BY {names}) AS x GROUP BY 1",
        )
    )
    total = sum(found.values()) or 1
    return {int(n): c / total for n, c in found.items()}


def _kolmogorov(a: dict[int, float], b: dict[int, float]) -> float:
    left = right = worst = 0.0
    for n in sorted(a.keys() | b.keys()):
        left += a.get(n, 0.0)
        right += b.get(n, 0.0)
        worst = max(worst, abs(left - right))
    return worst


def _mean(fan: dict[int, float]) -> float:
    return sum(n * s for n, s in fan.items())


def compare(
    source: psycopg.Connection[Any], lab: psycopg.Connection[Any], before: Relational
) -> tuple[list[Compared], list[tuple[str, float, float, float]]]:
    """Columns, and foreign keys as (name, mean fan-out before, after, Kolmogorov distance of the fan-outs)."""
    after = inspect(lab)
    assert before.facts is not None
    assert after.facts is not None
    columns: list[Compared] = []
    keys: list[tuple[str, float, float, float]] = []
    for table in before.tables:
        key = str(table.name)
        rows = (before.facts.tables[key].rows or 0.0, after.facts.tables[key].rows or 0.0)
        if not rows[0] or not rows[1]:
            continue
        columns.extend(
            _compare_column(source, lab, table, was, after.facts.column(key, was.column), rows)
            for was in before.facts.columns.get(key, ())
        )
        for fk in table.foreign_keys:
            a, b = (_fan_out(c, table, fk.columns) for c in (source, lab))
            keys.append((f"{table.name.name} ({', '.join(fk.columns)})", _mean(a), _mean(b), _kolmogorov(a, b)))
    return columns, keys


def _summary(columns: Sequence[Compared]) -> str:
    def line(title: str, values: list[float], limit: float) -> tuple[object, ...]:
        if not values:
            return (title, 0, "", "", "", "")
        near = sum(v <= limit for v in values) / len(values)
        ordered = sorted(values)
        tenth = ordered[min(int(len(ordered) * 0.9), len(ordered) - 1)]
        return (
            title, len(values), f"{statistics.median(values):.4f}", f"{tenth:.4f}", f"{max(values):.4f}",
            f"{report.percent(near, 0)} within {limit:g}",
        )  # fmt: skip

    return report.table(
        ("figure", "columns", "median", "90th percentile", "worst", "near"),
        [
            line("null fraction, error", [c.nulls for c in columns], 0.01),
            line("distinct values, factor", [c.distinct for c in columns], 1.1),
            line("common values lost, share", [1 - c.common for c in columns if c.common is not None], 0.1),
            line("frequency of a common value, error", [c.frequency for c in columns if c.frequency is not None], 0.01),
            line("Kolmogorov distance", [c.distance for c in columns if c.distance is not None], 0.02),
            line("correlation, error", [c.correlation for c in columns if c.correlation is not None], 0.1),
        ],
    )


def _worst(columns: Sequence[Compared], *, every: bool) -> str:
    def badness(c: Compared) -> float:
        return (c.distinct - 1) + 10 * (c.distance or 0) + 10 * (c.frequency or 0) + (c.correlation or 0) + 10 * c.nulls

    chosen = sorted(columns, key=badness, reverse=True)
    return report.table(
        ("column", "nulls", "distinct", "common lost", "frequency", "distance", "correlation"),
        [
            (
                c.name, f"{c.nulls:.4f}", f"{c.distinct:.2f}", "" if c.common is None else f"{1 - c.common:.2f}",
                *("" if v is None else f"{v:.4f}" for v in (c.frequency, c.distance, c.correlation)),
            )
            for c in (chosen if every else chosen[:12])
        ],
    )  # fmt: skip


def _section(title: str, seconds: float, filled: LabReport, broken: int, columns: list[Compared],
             keys: list[tuple[str, float, float, float]], *, every: bool) -> str:  # fmt: skip
    gaps = [f"- {g.kind} {g.name}: {g.effect}" for t in filled.tables for g in t.gaps] + [
        f"- {g.kind} {g.name}: {g.effect}" for g in filled.gaps
    ]
    notes = [f"- {t.table}: {n}" for t in filled.tables for n in t.approximated]
    return "\n\n".join(
        part
        for part in (
            f"### {title}",
            f"{filled.rows:,} rows in {seconds:.1f} s; constraints broken: {broken}. {filled.scaled}",
            _summary(columns),
            report.table(
                ("children per parent", "mean in the source", "mean in the lab", "Kolmogorov distance"),
                [(n, f"{a:.2f}", f"{b:.2f}", f"{d:.3f}") for n, a, b, d in keys],
            ),
            "All columns:" if every else "The columns furthest off:",
            _worst(columns, every=every),
            "\n".join(gaps + notes),
        )
        if part
    )


_WIDE = """
CREATE TABLE wide (
    id bigint PRIMARY KEY, customer_id int, kind text, at timestamptz, amount numeric(10,2), code varchar(20), flag boolean, ratio double precision,
    day date, note text);
INSERT INTO wide SELECT n, floor(50000 * random() ^ 2), (ARRAY['a','b','c','d'])[1 + floor(4 * random())::int],
    timestamptz '2024-01-01' + n * interval '1 minute', round((1000 * random() ^ 3)::numeric, 2), 'C' || floor(9999 * random()),
    random() < 0.2, random(), date '2020-01-01' + floor(1500 * random())::int, md5(n::text) FROM generate_series(1, 300000) n;
CREATE INDEX ON wide (customer_id);
ANALYZE;
"""


def main() -> None:
    """Run and print."""
    made = report.parser("lab_fidelity", __doc__)
    made.add_argument("--cache", type=Path, required=True, help="directory for TPC-H's CSV files")
    made.add_argument("--dataset", type=tpc.Dataset.parse, default="tpch-0.1", help="tpch-0.1, tpch-1, tpcds-1")
    made.add_argument("--budget", type=int, default=1_000_000, help="rows of a lab")
    made.add_argument("--columns", action="store_true", help="print every column")
    made.add_argument("--seed", type=int, default=1)
    options = made.parse_args()
    sections: list[str] = []
    with private_server() as server:
        tpc.load(options.dataset, server.url(), options.cache)
        server.create_database("shop")
        server.create_database("wide")
        for name, script in (("shop", SHOP + SHOP_ROWS), ("wide", _WIDE)):
            with server.connect(name) as connection:
                connection.execute("SET search_path = public")  # a superuser's session starts without one
                for statement in split_script(script, name):
                    connection.execute(statement.sql.encode())
        for title, database, budget in (
            (f"{options.dataset.name}, whole", options.dataset.database, 10**9),
            (
                f"{options.dataset.name}, scaled to {options.budget // 4:,} rows",
                options.dataset.database,
                options.budget // 4,
            ),
            ("shop, whole", "shop", 10**9),
            (f"shop, scaled to {options.budget // 4:,} rows", "shop", options.budget // 4),
        ):
            server.drop_database("lab")
            _copy_schema(server, database, "lab")
            with server.connect(database) as source, server.connect("lab") as lab:
                schema = inspect(source)
                started = time.monotonic()
                filled = fill(lab, schema, budget_rows=budget, seed=options.seed)
                seconds = time.monotonic() - started
                columns, keys = compare(source, lab, schema)
                broken = sum(v.rows for v in violations(lab, schema))
            sections.append(_section(title, seconds, filled, broken, columns, keys, every=options.columns))
        server.drop_database("lab")
        _copy_schema(server, "wide", "lab")
        with server.connect("wide") as source, server.connect("lab") as lab:
            schema = inspect(source)
            started = time.monotonic()
            filled = fill(lab, schema, rows={"*": 1_000_000}, seed=options.seed)
            seconds = time.monotonic() - started
        sections.append(
            f"### Speed\n\n1,000,000 rows of a table of 10 columns with two indexes, analysed: {seconds:.1f} s"
        )
    report.publish("Lab: fidelity of made-up rows", "\n\n".join(sections), options)


if __name__ == "__main__":
    main()
