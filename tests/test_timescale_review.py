"""`dba check` on real TimescaleDB: what the rules on hypertables read is what its own views say."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from dbarchitect.engines.postgres.connection import connect_readonly
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.timescale import one_session, wasm_server
from dbarchitect.model.schema import Relational
from dbarchitect.review import review
from dbarchitect.review.rules.timescale_licence_refuses import REFUSED
from timescale_servers import apache_server, wasm_packages

_RULES = ("timescale-policy-missing", "columnstore-without-segment", "continuous-aggregate-behind",
          "hypertable-chunk-size", "timescale-licence-refuses", "time-series-not-hypertable")  # fmt: skip
_READINGS = """
CREATE TABLE readings (at timestamptz NOT NULL, device int NOT NULL, v float8, PRIMARY KEY (device, at));
SELECT create_hypertable('readings', by_range('at', INTERVAL '1 day'));
INSERT INTO readings SELECT now() - interval '1 min' * i, i % 10, i FROM generate_series(1, 10000) i;
"""


def found(schema: Relational) -> dict[str, list[str]]:
    findings, _ = review(schema, select=_RULES)
    told: dict[str, list[str]] = {}
    for one in findings:
        told.setdefault(one.rule, []).append(one.at.name)
    return told


def seen(url: str) -> Relational:
    with connect_readonly(url) as connection:
        return inspect(connection)


def test_the_full_edition_tells_of_segments_policies_and_lag() -> None:
    folder: Path = wasm_packages()
    with wasm_server(folder) as url:
        with one_session(url) as connection:
            connection.execute("SET client_min_messages = error")
            connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
            for statement in _READINGS.split(";\n")[:-1]:
                connection.execute(statement.encode())
            connection.execute("ALTER TABLE readings SET (timescaledb.enable_columnstore)")
            for name, width in (("hourly", "1 hour"), ("daily", "1 day")):
                connection.execute(
                    f"CREATE MATERIALIZED VIEW {name} WITH (timescaledb.continuous) AS SELECT time_bucket('{width}', "
                    "at) AS b, avg(v) FROM readings GROUP BY 1 WITH NO DATA".encode()
                )
            connection.execute(
                "SELECT add_continuous_aggregate_policy('hourly', INTERVAL '30 days', INTERVAL '1 h', INTERVAL '1 h')"
            )
        with one_session(url):  # the server lets in the next one when it has let go of the last
            pass
        told = found(seen(url))
        assert told == {
            "timescale-policy-missing": ["readings", "daily"],
            "columnstore-without-segment": ["readings"],
            "continuous-aggregate-behind": ["hourly"],
        }
        with one_session(url) as connection:
            connection.execute("SET client_min_messages = error")
            connection.execute("ALTER TABLE readings SET (timescaledb.segmentby = 'device')")
            connection.execute("CALL add_columnstore_policy('readings', after => INTERVAL '3 days')")
            connection.execute("CALL refresh_continuous_aggregate('hourly', NULL, NULL)")
            connection.execute("DROP MATERIALIZED VIEW daily")
        with one_session(url):
            pass
        schema = seen(url)
        assert found(schema) == {}
        assert schema.facts is not None
        assert schema.facts.timescale is not None
        (table,) = schema.facts.timescale.hypertables
        assert (table.interval_seconds, table.segment_by, table.columnstore) == (86_400, "device", True)
        assert table.policies == ("policy_compression",)


def test_the_apache_edition_refuses_what_the_rule_says_and_a_plain_table_is_told() -> None:
    with apache_server() as server:
        server.create_database("checked")
        with psycopg.connect(server.url("checked"), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION timescaledb")
            connection.execute(_READINGS.encode())
            connection.execute("CREATE TABLE events (at timestamptz NOT NULL, kind text)")
            connection.execute("INSERT INTO events SELECT now() - interval '1 s' * i FROM generate_series(1, 120000) i")
            connection.execute(
                "CREATE VIEW filled AS SELECT time_bucket_gapfill('1 h', at, now() - interval '1 day', now()) AS h, "
                "avg(v) FROM readings GROUP BY 1"
            )
            connection.execute("ANALYZE")
            arguments = connection.execute(
                "SELECT DISTINCT ON (proname) proname, prokind, pronargs - pronargdefaults, oid::regprocedure::text "
                "FROM pg_proc WHERE proname = ANY(%s) ORDER BY proname, pronargs",
                [list(REFUSED)],
            ).fetchall()
            assert {name for name, *_ in arguments} == REFUSED
            with pytest.raises(psycopg.Error, match='"apache" license'):
                connection.execute("SELECT * FROM filled")
            for name, kind, _, signature in arguments:
                types = signature.partition("(")[2].rstrip(")").split(",")
                kinds = ["bigint" if one.startswith("any") else one for one in types if one]
                # Strict functions are not even called with NULL.
                given = {"regclass": "'readings'::regclass", "boolean": "true"}
                values = ", ".join(given.get(one, f"NULL::{one}") for one in kinds)
                call = "CALL" if kind == "p" else "SELECT"
                with pytest.raises(psycopg.Error, match='"apache" license'):
                    connection.execute(f"{call} {name}({values})".encode())
        told = found(seen(server.url("checked")))
        assert told == {"timescale-licence-refuses": ["filled"], "time-series-not-hypertable": ["events"]}
