"""Rules on plans that a real server makes: a setting or a missing index brings the fault, without it they are quiet.

Where a finding advises statements, these are run, and have to be the cure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.query.findings import findings_of
from dbarchitect.sql.explained import read_plan

SCHEMA = """
CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer, name text, day date, doc jsonb)
    WITH (autovacuum_enabled = off);
INSERT INTO t SELECT g, (g::bigint * 7919) % 60000, g % 7, 'Name ' || g, date '2020-01-01' + g % 900,
    jsonb_build_object('k', g % 9000) FROM generate_series(1, 60000) g;
CREATE INDEX t_a ON t (a);
CREATE INDEX t_brin ON t USING brin (day);
CREATE TABLE skewed (id integer, kind text) WITH (autovacuum_enabled = off);
INSERT INTO skewed SELECT g, CASE WHEN g > 50000 THEN 'k' || g ELSE 'all' END FROM generate_series(1, 60000) g;
CREATE INDEX skewed_kind ON skewed (kind);
CREATE TABLE groups (a integer, b integer, filler text) WITH (autovacuum_enabled = off);
INSERT INTO groups SELECT (g::bigint * 7919) % 200, g, repeat('x', 150) FROM generate_series(1, 100000) g;
CREATE INDEX groups_a_b ON groups (a, b);
CREATE TABLE parent (id integer PRIMARY KEY);
CREATE TABLE child (id integer, parent integer REFERENCES parent);
INSERT INTO parent SELECT generate_series(1, 300);
INSERT INTO child SELECT g, 1 FROM generate_series(1, 120000) g;
CREATE TABLE part (at timestamp, v integer) PARTITION BY RANGE (at);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
CREATE TABLE part_3 PARTITION OF part FOR VALUES FROM ('2024-03-01') TO ('2024-04-01');
INSERT INTO part SELECT timestamp '2024-01-01' + g * interval '1 minute', g FROM generate_series(1, 120000) g;
ANALYZE t, skewed, groups, parent, child, part;
"""

ALONE = "SET max_parallel_workers_per_gather = 0"


@dataclass(frozen=True, slots=True)
class Real:
    """A query on which the rule speaks under `settings`, and is quiet after `cure` (settings or statements), or of the
    query `other`; where neither is given, after the statements that the finding itself advises."""

    rule: str
    query: str
    settings: str = ""
    cure: str = ""
    other: str = ""
    options: str = "ANALYZE, BUFFERS, VERBOSE"


REAL = (
    Real("sort-spill", "SELECT * FROM t ORDER BY name", "SET work_mem = '64kB'"),
    Real("hash-spill", "SELECT name, count(*) FROM t GROUP BY name", "SET work_mem = '64kB'; SET enable_sort = off"),
    Real("mat-spill", "WITH c AS MATERIALIZED (SELECT * FROM t) SELECT count(*) FROM c x", "SET work_mem = '64kB'",
         "SET work_mem = '64MB'"),
    Real("temp-io", "SELECT count(*) FROM generate_series(1, 900000)", "SET work_mem = '64kB'",
         "SET work_mem = '64MB'"),
    Real("bitmap-lossy", "SELECT sum(length(filler)) FROM groups WHERE a < 10",
         "SET work_mem = '64kB'; SET enable_seqscan = off; SET enable_indexscan = off", "SET work_mem = '64MB'"),
    Real("recheck-waste", "SELECT * FROM t WHERE day = '2021-03-01'", "SET enable_seqscan = off",
         "CREATE INDEX t_day ON t (day)"),
    Real("heap-fetches", "SELECT count(a) FROM t WHERE a < 20000",
         "SET enable_seqscan = off; SET enable_bitmapscan = off"),
    Real("generic-plan", "EXECUTE by_kind('all')",
         "PREPARE by_kind(text) AS SELECT * FROM skewed WHERE kind = $1; SET plan_cache_mode = force_generic_plan",
         "SET plan_cache_mode = force_custom_plan"),
    Real("disabled-node", "SELECT count(*) FROM child", "SET enable_seqscan = off", "SET enable_seqscan = on"),
    Real("fk-trigger", "DELETE FROM parent WHERE id > 200"),
    Real("no-pruning", "SELECT * FROM part WHERE at::date = '2024-01-07'", other=
         "SELECT * FROM part WHERE at >= '2024-01-07' AND at < '2024-01-08'"),
    Real("index-searches", "SELECT b FROM groups WHERE b = 70000", "SET enable_seqscan = off", other=
         "SELECT b FROM groups WHERE a = 0 AND b = 70000", options="ANALYZE, BUFFERS, TIMING OFF"),
    Real("low-selectivity-index", "SELECT count(name) FROM t WHERE a > 10",
         "SET enable_seqscan = off; SET enable_bitmapscan = off", other="SELECT count(name) FROM t WHERE a > 59000"),
    Real("default-estimate", "SELECT * FROM t x WHERE abs(x.b) = 3"),
    Real("func-on-column", "SELECT * FROM t x WHERE lower(x.name) = 'name 7'"),
    Real("json-arrow", "SELECT * FROM t x WHERE x.doc ->> 'k' = '7'"),
    Real("cast-defeats-index", "SELECT * FROM t WHERE id = 7.0", other="SELECT * FROM t WHERE id = 7"),
    Real("not-distinct", "SELECT * FROM t WHERE a IS NOT DISTINCT FROM 7", other="SELECT * FROM t WHERE a = 7"),
    Real("ios-candidate", "SELECT a, b FROM t WHERE a < 20000",
         "VACUUM t; SET enable_seqscan = off; SET enable_bitmapscan = off"),
    Real("stale-stats", "SELECT * FROM child WHERE parent = 2", "UPDATE child SET parent = 2 WHERE id < 90000"),
    Real("serialize-cost", "SELECT t.* FROM t, generate_series(1, 5)", options="ANALYZE, SERIALIZE TEXT",
         other="SELECT count(*) FROM t, generate_series(1, 5)"),
    Real("large-offset", "SELECT * FROM t ORDER BY id LIMIT 5 OFFSET 50000", other=
         "SELECT * FROM t WHERE id > 50000 ORDER BY id LIMIT 5"),
    Real("extreme-without-index", "SELECT max(b) FROM t"),
    Real("cte-fence", "WITH c AS MATERIALIZED (SELECT * FROM t) SELECT * FROM c WHERE id = 7", other=
         "WITH c AS NOT MATERIALIZED (SELECT * FROM t) SELECT * FROM c WHERE id = 7"),
    Real("workers-missing", "SELECT count(*) FROM t WHERE b = 3", "SET max_parallel_workers = 0; "
         "SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; "
         "SET max_parallel_workers_per_gather = 2; SET debug_parallel_query = on", ALONE +
         "; SET debug_parallel_query = off"),
)  # fmt: skip


@pytest.fixture(scope="module")
def template(server) -> Iterator[str]:
    """A database that each case gets a copy of."""
    name = "plan rules"
    server.create_database(name)
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        for statement in SCHEMA.split(";\n"):
            if statement.strip():
                connection.execute(statement.encode())
    yield name
    server.drop_database(name)


@pytest.fixture
def copied(server, template) -> Iterator[psycopg.Connection]:
    name = "plan rules copy"
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'.encode())
    try:
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            yield connection
    finally:
        server.drop_database(name)


def run(connection: psycopg.Connection, statements: str) -> None:
    for one in statements.split(";"):
        if one.strip():
            connection.execute(one.encode())


def spoken(connection: psycopg.Connection, query: str, options: str) -> list[QueryFinding]:
    with connection.transaction(force_rollback=True):
        lines = connection.execute(f"EXPLAIN ({options}) {query}".encode()).fetchall()
    connection.execute("SELECT pg_stat_force_next_flush()")
    return list(findings_of(read_plan("\n".join(one[0] for one in lines)), inspect(connection)))


@pytest.mark.parametrize("case", REAL, ids=lambda one: one.rule)
def test_a_rule_on_a_real_server(case: Real, copied):
    run(copied, ALONE)
    run(copied, case.settings)
    before = spoken(copied, case.query, case.options)
    found = next((one for one in before if one.rule == case.rule), None)
    assert found is not None, [one.rule for one in before]
    cure = case.cure or ";".join(one.replace("CONCURRENTLY ", "").replace("SET LOCAL", "SET") for one in found.sql)
    assert cure or case.other
    run(copied, cure if not case.other else "")
    after = spoken(copied, case.other or case.query, case.options)
    assert case.rule not in [one.rule for one in after]
