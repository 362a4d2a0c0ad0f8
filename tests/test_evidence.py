"""Rows that are read on request, on real servers: what is seen of them, and that nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

import postgres_servers
from dbarchitect import api
from dbarchitect.cli.commands import run
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.samples import Lookup, read_rows
from dbarchitect.errors import InputError
from dbarchitect.model.facts import DeclaredDependency
from dbarchitect.model.names import Name

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPTIONS = api.CheckOptions(now=NOW, cache=postgres_servers.test_cache())
ROWS_RULES = ("json-really-columns", "normal-form-suspected", "reference-in-rows")

SCRIPT = """
CREATE TABLE customers (id int PRIMARY KEY, address jsonb);
INSERT INTO customers SELECT n, jsonb_build_object('city', 'c' || n, 'house', n) FROM generate_series(1, 300) n;
CREATE TABLE "Rides %s" (
    id int PRIMARY KEY,
    customer_id int,
    "station id" int NOT NULL,
    station_name text,
    region char(8),
    minutes int NOT NULL,
    place point
);
INSERT INTO "Rides %s"
SELECT n, 1 + n % 300, n % 37, CASE WHEN n % 50 <> 7 THEN repeat('long name ', 20) || n % 37 END,
    CASE WHEN n % 400 = 399 THEN 'wrong' ELSE 'r' || n % 37 % 5 END, n * 7919 % 101, '(1,2)'
FROM generate_series(1, 6000) n;
CREATE TABLE nothing (id int PRIMARY KEY, customer_id int);
"""
RIDES = 'public."Rides %s"'


@pytest.mark.parametrize("major", [12, 18])
def test_what_rows_show(major, database, old_server, server):
    copy = database(SCRIPT, on=server if major == 18 else old_server(major))
    copy.connection.execute("ANALYZE")
    schema = inspect(copy.connection)
    lookup = Lookup(
        Name(schema="public", name="Rides %s"), "customer_id", Name(schema="public", name="customers"), "id"
    )
    read, gaps = read_rows(copy.connection, schema, schema.tables, lookups=[lookup])
    assert gaps == ()
    rides = read[RIDES]
    assert (rides.rows, rides.whole) == (6000, True)
    seen = {(one.left, one.right): one.error for one in rides.dependencies}
    assert set(seen) == {
        (("station id",), "station_name"),
        (("station id",), "region"),
        (("station_name",), "station id"),
        (("station_name",), "region"),
    }
    assert seen[("station id",), "station_name"] == 0
    assert seen[("station id",), "region"] == pytest.approx(15 / 6000)
    assert {one.columns for one in rides.keys if len(one.columns) == 1} == {("id",)}
    (inclusion,) = rides.inclusions
    assert (inclusion.values, inclusion.missing) == (300, 0)
    documents = read["public.customers"].documents["address"]
    assert (documents.objects, documents.others, documents.keys_left_out) == (300, 0, 0)
    assert {name: (key.count, key.type) for name, key in documents.keys.items()} == {
        "city": (300, "string"),
        "house": (300, "number"),
    }
    assert (read["public.nothing"].rows, read["public.nothing"].whole) == (0, True)
    few, _ = read_rows(copy.connection, schema, schema.tables, most=1000)
    assert few[RIDES].rows <= 1000
    assert not few[RIDES].whole


def test_documents_of_many_shapes(database):
    connection = database(
        """
        CREATE TABLE t (a json, b jsonb);
        INSERT INTO t SELECT json_build_object('x', n, 'k' || n, 1), jsonb_build_object('y', NULL)
        FROM generate_series(1, 300) n;
        INSERT INTO t SELECT '[1]', 'null' FROM generate_series(1, 20);
        INSERT INTO t SELECT '{"x": "text"}', '{"y": {"z": 1}}' FROM generate_series(1, 30);
        INSERT INTO t VALUES (NULL, NULL);
        """
    ).connection
    schema = inspect(connection)
    read, _ = read_rows(connection, schema, schema.tables)
    a, b = read["public.t"].documents["a"], read["public.t"].documents["b"]
    assert (a.objects, a.others, a.keys_left_out, len(a.keys)) == (330, 20, 101, 200)
    assert (a.keys["x"].count, a.keys["x"].type, a.keys["x"].of_type) == (330, "number", 300)
    assert (b.objects, b.others) == (330, 0)
    assert (b.keys["y"].count, b.keys["y"].type, b.keys["y"].of_type) == (330, "object", 30)


def test_rows_of_a_server_are_read_only_where_asked_and_a_table_that_is_closed_is_a_gap(user_server):
    with psycopg.connect(user_server.server.url("app"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE evidence")
    with psycopg.connect(user_server.server.url("evidence"), autocommit=True) as admin:
        admin.execute(SCRIPT)
        admin.execute("CREATE TABLE closed (a int, b int)")
        admin.execute('GRANT SELECT ON customers, "Rides %s", nothing TO reader')
    url = user_server.url("reader", database="evidence")
    silent = api.check(url, replace(OPTIONS, select=ROWS_RULES))
    assert {one.rule for one in silent.silent} == set(ROWS_RULES)
    review = api.check(url, replace(OPTIONS, select=ROWS_RULES, read_rows=50_000))
    assert {(one.rule, one.at.sub) for one in review.findings} == {
        ("json-really-columns", "address"),
        ("normal-form-suspected", "station id"),
        ("reference-in-rows", "customer_id"),
    }
    assert review.command[-2:] == ("--read-rows", "50000")
    assert [gap.name for gap in review.gaps if gap.kind == "rows"] == ["public.closed"]
    assert "long name" not in repr(review)


def test_a_script_with_its_data(tmp_path: Path):
    script = tmp_path / "rides.sql"
    script.write_text(SCRIPT)
    review = api.check(str(script), replace(OPTIONS, select=ROWS_RULES, data=True, prove=True))
    assert {(one.rule, one.proof.level, one.proof.holds) for one in review.findings} == {
        ("json-really-columns", "rehearsed", True),
        ("normal-form-suspected", "rehearsed", True),
        ("reference-in-rows", "rehearsed", True),
    }
    with pytest.raises(InputError, match="has none here"):
        api.check(str(script), replace(OPTIONS, read_rows=10))


def test_declared_dependencies_come_from_the_configuration(tmp_path, monkeypatch, capsys):
    (tmp_path / "s.sql").write_text('CREATE TABLE "A, b" (id int PRIMARY KEY, "x, y" int NOT NULL, "q""z" text);')
    (tmp_path / "dbarchitect.toml").write_text(
        "[[dependency]]\ntable = 'public.A, b'\ndetermines = '\"x, y\" -> \"q\"\"z\"'\nreason = 'so it is'\n"
        "[[dependency]]\ntable = 'gone'\ndetermines = 'a -> b'\nreason = 'it was'\n"
    )
    monkeypatch.chdir(tmp_path)
    assert run(["check", "s.sql", "--select", "normal-form-violated"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "is not in 3NF" in said
    assert "INSERT INTO" in said
    assert "there is no such table" in said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dependency = 3", "must be a list"),
        ("[[dependency]]\ntable = 'a'\ndetermines = 'a -> b'", "needs reason"),
        ("[[dependency]]\ntable = 'a'\ndetermines = 'a b'\nreason = 'r'", "is no dependency"),
        ("[[dependency]]\ntable = 'a'\ndetermines = 'a ->'\nreason = 'r'", "is no dependency"),
        ("[[dependency]]\ntable = 'a'\ndetermines = 'a -> b,,c'\nreason = 'r'", "is no dependency"),
        ("[[dependency]]\ntable = 'a'\ndetermins = 'a -> b'\nreason = 'r'", "unknown key"),
    ],
)
def test_a_declaration_that_is_none_is_refused(text, message, tmp_path):
    from dbarchitect.config import read_configuration

    (tmp_path / "dbarchitect.toml").write_text(text)
    with pytest.raises(InputError, match=message):
        read_configuration(tmp_path)


def test_a_declaration_that_names_a_column_in_vain_is_a_gap(tmp_path):
    (tmp_path / "s.sql").write_text("CREATE TABLE a (b int);")
    one = DeclaredDependency(table="a", left=("b",), right=("c",), reason="r")
    review = api.check(str(tmp_path / "s.sql"), replace(OPTIONS, dependencies=(one,)))
    assert [(gap.kind, gap.effect) for gap in review.gaps] == [("dependency", "not looked at: it has no column c")]


def test_the_command_line_reads_rows_of_a_server(database, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    copy = database(SCRIPT)
    words = ["check", copy.url, "--select", "reference-in-rows", "--fail-on", "info"]
    assert run(words) == 0
    assert "--read-rows on a server" in " ".join(capsys.readouterr().out.split())
    assert run([*words, "--read-rows", "50k"]) == 1
    assert "all 300 different values that were read are in customers (id)" in " ".join(capsys.readouterr().out.split())
    with pytest.raises(InputError, match="--read-rows many: not a number of rows"):
        run([*words, "--read-rows", "many"])


def test_rows_that_a_policy_hides_are_a_gap_and_not_all_there_is(database):
    copy = database(
        "CREATE TABLE t (id integer, other integer); INSERT INTO t SELECT n, n FROM generate_series(1, 200) n;"
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON t USING (id < 150);"
    )
    copy.connection.execute("DROP ROLE IF EXISTS hidden_from")
    copy.connection.execute("CREATE ROLE hidden_from; GRANT SELECT ON t TO hidden_from")
    schema = inspect(copy.connection)
    with psycopg.connect(copy.url) as reader:
        reader.execute("SET ROLE hidden_from")
        found, gaps = read_rows(reader, schema, schema.tables, most=1000)
        reader.rollback()
        assert reader.execute("SHOW row_security").fetchone() == ("on",)  # nothing is left for the next transaction
    assert not found
    assert "row-level security" in gaps[0].effect
    copy.connection.execute("REVOKE ALL ON t FROM hidden_from; DROP ROLE hidden_from")
