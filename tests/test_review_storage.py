"""Estimated sizes of rows and index entries against real ones, and the bloat that is told from them."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.review import review
from dbarchitect.review.context import Context
from dbarchitect.review.storage import PAGE, entry_bytes, row_bytes

ROWS = 40_000
LAYOUTS = {
    "narrow": ("a int, b int", "n, n"),
    "gaps": ("ok boolean, id bigint, seen boolean, at timestamptz", "true, n, false, now() + n * interval '1 s'"),
    "texts": ("id bigint, name text, note varchar(90)", "n, 'name ' || n, repeat('x', 1 + n % 60)"),
    "long": ("id int, body text, k int", "n, repeat(md5(n::text), 10), n"),
    "nulls": ("a bigint, b text, c int, d uuid", "n, CASE WHEN n % 3 = 0 THEN 'x' || n END, NULL, gen_random_uuid()"),
    "numbers": ("a numeric(12,2), b numeric, c float8, d smallint", "n / 7.0, n * 1000003::numeric, n / 3.0, n % 100"),
    "documents": ("id int, doc jsonb, tags text[]", """n, '{"a": 1, "b": "two"}', ARRAY['x', 'y' || n]"""),
}


@pytest.mark.parametrize(("columns", "values"), LAYOUTS.values(), ids=LAYOUTS)
def test_full_tables_are_estimated_within_a_tenth(database: Callable[..., Any], columns: str, values: str) -> None:
    connection = database(
        f"CREATE TABLE t ({columns}); "
        f"INSERT INTO t SELECT {values} FROM generate_series(1, {ROWS}) AS rows(n); ANALYZE t;"
    ).connection
    schema = inspect(connection)
    context = Context(schema)
    table = context.tables[0]
    width = row_bytes(context, table)
    facts = context.table_facts(table)
    assert width is not None and facts is not None and facts.heap_bytes is not None
    assert ROWS * width / (PAGE - 24) * PAGE == pytest.approx(facts.heap_bytes, rel=0.1)


@pytest.mark.parametrize(
    ("keys", "tolerance"), [("a", 0.05), ("b", 0.1), ("a, b", 0.1), ("c", 0.1), ("d, a", 0.1), ("a) INCLUDE (b", 0.1)]
)
def test_fresh_indexes_are_estimated(database: Callable[..., Any], keys: str, tolerance: float) -> None:
    connection = database(
        "CREATE TABLE t (a bigint, b text, c uuid, d int); "
        "INSERT INTO t SELECT n, 'number ' || n, gen_random_uuid(), n "
        f"FROM generate_series(1, {ROWS}) AS rows(n); CREATE INDEX t_index ON t ({keys}); ANALYZE t;"
    ).connection
    context = Context(inspect(connection))
    table = context.tables[0]
    width = entry_bytes(context, table, table.indexes[0])
    size = context.index_bytes(table.indexes[0])
    assert width is not None and size is not None
    assert ROWS * width / ((PAGE - 40) * 0.9) * PAGE == pytest.approx(size, rel=tolerance)


def test_a_table_that_was_emptied_is_told_and_a_full_one_not(database: Callable[..., Any]) -> None:
    connection = database(
        "CREATE TABLE emptied (id bigint PRIMARY KEY, note text); "
        "CREATE TABLE whole (id bigint PRIMARY KEY, note text); "
        "INSERT INTO emptied SELECT n, repeat('x', 150) FROM generate_series(1, 200000) AS rows(n); "
        "INSERT INTO whole SELECT * FROM emptied; DELETE FROM emptied WHERE id % 4 <> 0;"
    ).connection
    connection.execute("SELECT pg_stat_force_next_flush()")  # else what was written counts as written after ANALYZE
    connection.execute("VACUUM ANALYZE emptied, whole")
    connection.execute("SELECT pg_stat_force_next_flush()")
    findings, silences = review(inspect(connection), select=["bloated-table", "bloated-index"])
    assert not silences
    assert [(one.rule, one.at.name) for one in findings] == [("bloated-table", "emptied")]
    assert 0.6 < float(findings[0].facts["share"] or 0) < 0.8  # three quarters went, at the ends of pages a little more


def test_an_index_that_is_being_built_is_not_called_invalid(database: Callable[..., Any]) -> None:
    copy = database("CREATE TABLE t (id bigint PRIMARY KEY, note text); INSERT INTO t VALUES (1, 'x');")
    url = copy.url
    with contextlib.closing(psycopg.connect(url)) as holder:
        holder.execute("SELECT txid_current(); UPDATE t SET note = 'y'")  # the build waits for this transaction

        def build() -> None:
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("CREATE INDEX CONCURRENTLY t_note ON t (note)")

        builder = threading.Thread(target=build)
        builder.start()
        try:
            with psycopg.connect(url, autocommit=True) as watcher:
                for _ in range(100):
                    if watcher.execute("SELECT FROM pg_index WHERE NOT indisvalid").fetchone() is not None:
                        break
                    time.sleep(0.05)
                schema = inspect(watcher)
        finally:
            holder.rollback()
            builder.join()
    invalid = [index for table in schema.tables for index in table.indexes if not index.valid]
    assert [index.name.name for index in invalid] == ["t_note"]
    assert review(schema, select=["invalid-index"])[0] == ()
