"""`dba timeseries`: which tables are series, the rule of chunks, and advice that is run on real servers."""

from __future__ import annotations

import json
import shlex
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
import pytest

from dbarchitect.__main__ import main
from dbarchitect.api.choose import facts_of
from dbarchitect.design.tables import designed
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server
from dbarchitect.model.chunks import DAY, LENGTHS, MEMORY, SHARE, chunk_seconds, entry_bytes, length_text
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Relational
from dbarchitect.model.timeseries import TimeSeriesAdvice
from dbarchitect.review.series import find_series
from dbarchitect.sql.timeuse import interval_seconds, time_uses
from test_design import entity, field, spec_of
from timescale_servers import apache_server, wasm_packages

TELEMETRY = Path(__file__).parents[1] / "examples" / "telemetry"
# Ranges and groups that few rows show: trials are small, so that they are quick in WebAssembly too.
WORKLOAD = """-- window: 86400
-- calls: 43000000
INSERT INTO readings (device_id, measured_at, temperature, humidity) VALUES ($1, $2, $3, $4);
-- calls: 900
SELECT measured_at, temperature FROM readings WHERE device_id = $1 AND measured_at >= now() - interval '1 day'
ORDER BY measured_at;
-- calls: 500
SELECT time_bucket('1 hour', measured_at) AS hour, avg(temperature), max(temperature) FROM readings
WHERE device_id = $1 AND measured_at BETWEEN $2 AND $3 GROUP BY 1 ORDER BY 1;
-- calls: 5
SELECT date_trunc('day', measured_at) AS day, count(*) FROM readings WHERE humidity > 10 GROUP BY 1 ORDER BY 1 DESC;
"""
SCHEMA = """
CREATE TABLE devices (id int PRIMARY KEY, serial text NOT NULL);
CREATE TABLE readings (device_id int NOT NULL REFERENCES devices, at timestamptz NOT NULL, v float8,
    PRIMARY KEY (device_id, at));
CREATE TABLE orders (id int PRIMARY KEY, placed_at timestamptz NOT NULL, status text);
CREATE TABLE lines (order_id int REFERENCES orders, n int);
CREATE TABLE jobs (id int PRIMARY KEY, run_at timestamptz NOT NULL, state text);
CREATE TABLE people (id int PRIMARY KEY, name text, updated_at timestamptz NOT NULL);
CREATE TABLE audit (at timestamptz NOT NULL, what text) PARTITION BY RANGE (at);
"""


@pytest.fixture(scope="module")
def schema(server: Server) -> Generator[Relational]:
    server.create_database("find_series")
    try:
        with server.connect("find_series") as connection:
            connection.execute("SET search_path = public")
            connection.execute(SCHEMA.encode())
            yield inspect(connection, facts=False)
    finally:
        server.drop_database("find_series")


def workload(*queries: tuple[float, str]) -> Workload:
    return Workload(
        queries=tuple(Query(id=str(n), calls=calls, sql=sql) for n, (calls, sql) in enumerate(queries)),
        window_seconds=DAY,
    )


def test_a_series_is_told_by_what_is_done_with_it(schema):
    asked = workload(
        (1000, "INSERT INTO readings VALUES ($1, $2, $3)"),
        (50, "SELECT avg(v) FROM readings WHERE device_id = $1 AND at >= now() - interval '7 days'"),
        (9, "DELETE FROM readings WHERE at < $1"),
        (10, "INSERT INTO jobs VALUES ($1, $2, $3)"),
        (90, "UPDATE jobs SET state = $1 WHERE id = $2"),
        (90, "SELECT * FROM jobs WHERE run_at < now()"),
    )
    found, others = find_series(schema, asked)
    assert [(one.table.name.name, one.time.name) for one in found] == [("readings", "at")]
    assert (found[0].use.rows, found[0].use.deletes, found[0].use.widest) == (1000, 0, 7 * DAY)
    assert found[0].use.equal == {"device_id": 50}
    why = {one.table: one.why for one in others}
    assert "rows are changed: 90 updates" in why["jobs"]
    assert why["orders"].startswith("lines refer to its rows")
    assert "no mandatory column of time" in why["people"]
    assert "partitioned already" in why["audit"]
    assert set(why) == {"devices", "orders", "lines", "jobs", "people", "audit"}


def test_without_a_workload_names_and_keys_tell_and_a_workload_that_never_asks_by_time_denies_it(schema):
    assert [one.table.name.name for one in find_series(schema, None)[0]] == ["readings"]
    by_key = workload((5, "SELECT v FROM readings WHERE device_id = $1"))
    found, others = find_series(schema, by_key)
    assert not found
    assert "no query of the workload keeps to a range" in {one.table: one.why for one in others}["readings"]


@pytest.mark.parametrize(
    ("sql", "bucket", "grouped", "latest"),
    [
        ("SELECT date_trunc('hour', at) h, avg(v) FROM readings GROUP BY h", "1 hour", [], False),
        ("SELECT device_id, time_bucket('15 min', at) FROM readings GROUP BY 1, 2", "15 min", ["device_id"], False),
        ("SELECT date_trunc('day', at, 'Europe/Berlin'), count(*) FROM readings GROUP BY 1", "1 day", [], False),
        ("SELECT date_trunc('hour', at) FROM readings", None, [], False),
        ("SELECT v FROM readings WHERE device_id = 7 ORDER BY at DESC LIMIT 1", None, [], True),
        ("SELECT v FROM readings ORDER BY v DESC LIMIT 1", None, [], False),
    ],
)  # fmt: skip
def test_what_a_query_asks_by_time(schema, sql, bucket, grouped, latest):
    (use,) = time_uses(sql, schema)
    assert (use.bucket.width if use.bucket else None, use.grouped, use.latest) == (bucket, grouped, latest)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1 hour", 3600),
        ("7 days", 7 * DAY),
        ("01:30:00", 5400),
        ("90d", 90 * DAY),
        ("1h", 3600),
        ("soon", None),
        ("", None),
    ],
)
def test_intervals(text, seconds):
    assert interval_seconds(text) == seconds


@pytest.mark.parametrize("rate", [0.001, 1.0, 500.0, 1e5, 1e9])
def test_a_chunk_is_the_longest_whose_indexes_stay_in_a_quarter_of_memory(rate):
    memory, entry = 16 * 2**30, entry_bytes([4, 8])
    seconds = chunk_seconds(memory, rate * entry)
    fits = [one for one in LENGTHS if one <= 30 * DAY and rate * entry * one <= memory * SHARE]
    assert seconds == max(fits, default=LENGTHS[0])
    assert chunk_seconds(memory, rate * entry, keep=8 * DAY) <= 2 * DAY
    assert chunk_seconds(memory, rate * entry, all_a_second=3 * rate * entry) <= seconds
    assert interval_seconds(length_text(seconds)) == seconds


def test_the_modelled_entry_is_what_a_real_index_takes(server: Server):
    server.create_database("entries")
    try:
        with server.connect("entries") as connection:
            connection.execute("CREATE TABLE public.t (d int NOT NULL, at timestamptz NOT NULL)")
            connection.execute(
                "INSERT INTO public.t "
                "SELECT 1, timestamptz '2026-01-01' + i * interval '1 s' FROM generate_series(1, 50000) i"
            )
            connection.execute("CREATE UNIQUE INDEX one ON public.t (d, at)")
            row = connection.execute("SELECT pg_relation_size('public.one')").fetchone()
        assert row is not None
        assert entry_bytes([4, 8]) == pytest.approx(row[0] / 50_000, rel=0.1)
    finally:
        server.drop_database("entries")


@pytest.fixture
def asked(tmp_path: Path) -> str:
    (tmp_path / "workload.sql").write_text(WORKLOAD)
    return f"{tmp_path}/workload.sql"


def advice(capsys, *words: str) -> TimeSeriesAdvice:
    assert main(["timeseries", *words, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document.pop("schema") == "dbarchitect.timeseries/1"
    assert document.pop("version")
    return msgspec.convert(document, TimeSeriesAdvice)


def rehearsals(found: TimeSeriesAdvice) -> dict[str, str]:
    return {one.target: one.rehearsed for one in found.series[0].moves}


def checked(found: dict, forms: set[tuple[str, bool]]) -> None:
    """Each form was made, gave the answers of the plain table, and so did the summaries."""
    trials = found.series[0].trials
    assert {(one.form, "Timescale" in one.engine) for one in trials if not one.refused} == forms
    for one in trials:
        assert [query for query in one.queries if query.refused or query.same is False] == []
    sums = [trial for one in found.series[0].aggregates for trial in one.trials]
    assert sums
    assert [one for one in sums if one.refused or not one.same] == []
    assert all(one.rows_after < one.rows_before / 2 for one in sums)


def test_partitions_are_measured_and_the_way_there_is_rehearsed(capsys, asked):
    found = advice(
        capsys,
        f"{TELEMETRY}/schema.sql",
        "--workload",
        asked,
        "--rows",
        "40k",
        "--memory",
        "16GB",
    )
    (series,) = found.series
    assert (series.table, series.time, series.chunk.interval) == ("readings", "measured_at", "1 day")
    assert series.chunk.index_bytes <= 4 * 2**30 < 2 * series.chunk.index_bytes
    assert series.columnstore.segment_by == ("device_id",)
    assert series.retention == ()
    assert any("for how long are rows of readings kept" in one for one in series.questions)
    checked(found, {("plain", False), ("partitions", False)})
    assert rehearsals(found)["partitions"].endswith("none was lost")
    assert rehearsals(found)["timescale"] == ""
    assert any("static" in one for one in found.notes)


def test_the_full_edition_is_measured_where_its_packages_are(capsys, asked):
    found = advice(
        capsys, f"{TELEMETRY}/schema.sql", "--workload", asked, "--rows", "10k", "--keep", "1y",
        "--timescale", str(wasm_packages()),
    )  # fmt: skip
    forms = {("plain", False), ("partitions", False), ("plain", True), ("hypertable", True)}
    checked(found, {*forms, ("hypertable, columnstore", True)})
    assert [one for one in rehearsals(found).values() if not one.endswith("none was lost")] == []
    sizes = {one.form: one.size_bytes for one in found.series[0].trials if "Timescale" in one.engine}
    assert sizes["hypertable, columnstore"] < sizes["hypertable"]
    assert found.series[0].retention == (
        "SELECT add_retention_policy('public.readings', drop_after => INTERVAL '365 days')",
    )
    assert found.series[0].aggregates[0].basis == "measured"


def test_the_apache_edition_is_measured_as_far_as_it_goes(capsys, asked):
    with apache_server() as server:
        server.create_database("lab")
        found = advice(
            capsys, f"{TELEMETRY}/schema.sql", "--workload", asked, "--rows", "10k", "--timescale",
            server.url("lab"), "--to", "timescale-apache",
        )  # fmt: skip
        with psycopg.connect(server.url("lab")) as connection:
            assert connection.execute("select 1 from pg_namespace where nspname = 'dba_series'").fetchone() is None
    refused = {one.form: one.refused for one in found.series[0].trials if one.refused}
    assert list(refused) == ["hypertable, columnstore"]
    assert '"apache" license' in refused["hypertable, columnstore"]
    assert rehearsals(found)["timescale-apache"].endswith("none was lost")
    assert rehearsals(found)["timescale"] == ""


def test_a_key_without_the_time_is_asked_and_grows(tmp_path, capsys):
    script = tmp_path / "events.sql"
    script.write_text(
        'CREATE TABLE "The Events" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "at" timestamp NOT NULL, '
        "kind text);"
    )
    found = advice(capsys, str(script), "--rows", "5k", "--rate", "1k/s")
    (series,) = found.series
    assert any("id come twice at different times" in one for one in series.questions)
    assert rehearsals(found)["partitions"].endswith("none was lost")
    assert main(["timeseries", str(script), "--lab-rows", "0", "--to", "partitions", "--format", "sql"]) == 0
    assert 'ADD PRIMARY KEY (id, "at")' in capsys.readouterr().out.replace("(id, at)", '(id, "at")')


def test_nothing_is_run_where_nothing_is_wanted(tmp_path, capsys):
    script = tmp_path / "plain.sql"
    script.write_text("CREATE TABLE people (id int PRIMARY KEY, name text);")
    assert advice(capsys, str(script)).series == ()
    found = advice(capsys, f"{TELEMETRY}/schema.sql", "--rows", "0")
    assert found.proof.level == "asserted"
    assert found.series[0].trials == ()
    assert found.series[0].chunk.seconds is None
    assert any("how many rows come" in one for one in found.series[0].questions)


@pytest.mark.parametrize(
    ("words", "target", "said"),
    [
        (["--platform", "neon"], "timescale-apache", "Neon has the Apache edition of TimescaleDB alone"),
        (["--platform", "neon", "--to", "partitions"], "partitions", "Neon has the Apache edition"),
        (["--platform", "supabase"], "partitions", "Supabase has no TimescaleDB (not on PostgreSQL 17)"),
    ],
)
def test_the_steps_are_those_that_the_platform_takes(words, target, said, capsys):
    found = advice(capsys, f"{TELEMETRY}/schema.sql", "--rows", "0", *words)
    assert found.target == target
    assert [one.table for one in found.series] == ["readings"]
    assert found.notes[0].startswith(said) and "https://" in found.notes[0]
    assert set(words) <= set(shlex.split(found.proof.rerun))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--platform", "neon", "--to", "timescale"], "--to timescale: Neon has the Apache edition"),
        (["--platform", "supabase", "--to", "timescale-apache"], "Supabase has no TimescaleDB"),
        (["--rate", "readings=fast"], "not rows in a time"),
        (["--rate", "nothing=5/s"], "there is no table nothing"),
        (["--keep", "readings=soon"], "--keep soon: not a time"),
        (["--memory", "much"], "not a size"),
        (["--rows", "10"], "a trial takes 1000"),
        (["--rows", "0", "--timescale", "postgresql://x"], "--lab-rows 0 runs nothing"),
        (["--timescale", "no/such/folder"], "no postgresql:// URL and no folder"),
    ],
)
def test_wrong_input_is_told(words, said, capsys):
    assert main(["timeseries", f"{TELEMETRY}/schema.sql", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("rows", "unit"), [(1e10, "month"), (1e11, "week"), (5e11, "day")])
def test_a_design_cuts_by_the_same_rule(rows, unit):
    spec = spec_of(
        entities=[entity("event", field("at", "moment"), appended=True, by_time=True)],
        volumes=[{"entity": "event", "rows": rows}],
    )
    draft, counted = designed(spec, now=datetime(2026, 11, 27, tzinfo=UTC))
    table = draft.tables["events"]
    seconds = {"month": 30 * DAY, "week": 7 * DAY, "day": DAY}[unit]
    key = entry_bytes([one.width for one in table.columns if one.name in table.key])
    come = max(counted["events"].later - counted["events"].now, counted["events"].later / 2) / (730 * DAY)
    fits = chunk_seconds(MEMORY, key * come)
    assert seconds <= fits or unit == "day"
    assert {"month": 30 * DAY, "week": 30 * DAY, "day": 7 * DAY}[unit] > fits or unit == "month"
    starts = [datetime.fromisoformat(start) for _, start, _ in table.partitions]
    ends = [datetime.fromisoformat(end) for _, _, end in table.partitions]
    assert starts[1:] == ends[:-1]
    assert len({name for name, _, _ in table.partitions}) == len(table.partitions)
    assert starts[1] <= datetime(2026, 11, 27, tzinfo=UTC) < ends[1]
    assert any(f"by {unit} of at" in one.what for one in draft.decisions if one.topic == "partitioning")


def test_the_memory_of_the_rule_is_that_of_the_facts():
    fact = facts_of(())["machine.memory"]
    assert (float(fact.value) * 1e9, fact.unit) == (MEMORY, "GB")
