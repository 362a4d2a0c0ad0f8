"""SQLite's twin, what its plans say, and advice on indexes: on real files, by a real planner."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dbarchitect.cli import run
from dbarchitect.engines.sqlite.explain import Estimator
from dbarchitect.engines.sqlite.needs import Listener
from dbarchitect.engines.sqlite.source import SqliteSource, open_sqlite
from dbarchitect.engines.sqlite.twin import twin_of, with_literals
from dbarchitect.errors import InputError
from dbarchitect.prove.sqlite_advise import SqliteAdviceOptions, advise
from dbarchitect.query.sqlite import findings
from dbarchitect.sql.workload import read_sqlite_workload
from sqlite_shop import compared

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_the_twin_plans_as_the_full_database(tmp_path: Path):
    """`benchmarks/sqlite_twin.py` compares 500."""
    same, bare, of, _ = compared(tmp_path, 80, 7)
    assert same == of
    assert bare < of  # the statistics are what makes it so


SCHEMA = """
CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT NOT NULL, land TEXT, born INT);
CREATE TABLE visit (id INTEGER PRIMARY KEY, person_id INT NOT NULL, page TEXT, at TEXT);
CREATE INDEX person_land ON person (land);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
  INSERT INTO person SELECT i, 'P' || i || '@x.y', 'land ' || (i % 40), 1950 + i % 60 FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO visit SELECT i, 1 + i * 7 % 4000, 'page ' || (i % 9), '2026-01-' || (10 + i % 20) FROM n;
ANALYZE;
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
    return path


@pytest.fixture
def source(file: Path) -> SqliteSource:
    return open_sqlite(str(file), now=NOW)


def said(source: SqliteSource, sql: str) -> dict[str, float]:
    estimator = Estimator(source.schema, source.statistics)
    with closing(twin_of(source)) as twin:
        plan = estimator.plan(sql, twin.query_plan(sql))
    return {one.rule: one.share for one in findings(plan, sql)}


@pytest.mark.parametrize(
    ("sql", "rules"),
    [
        ("SELECT * FROM visit WHERE page = 'page 3'", {"sqlite-scan"}),
        ("SELECT * FROM visit", set[str]()),
        ("SELECT * FROM person WHERE land = 'land 3'", set[str]()),
        ("SELECT * FROM person WHERE id = 3", set[str]()),
        ("SELECT * FROM visit ORDER BY at", {"sqlite-sort"}),
        ("SELECT * FROM visit a JOIN visit b ON a.page = b.at", {"sqlite-automatic-index", "sqlite-scan"}),
        (
            "SELECT email, (SELECT count(*) FROM visit v WHERE v.person_id = p.id) FROM person AS p",
            {"sqlite-correlated"},
        ),
    ],
)
def test_what_a_plan_says(source: SqliteSource, sql: str, rules: set[str]):
    found = set(said(source, sql))
    assert rules <= found and (found if not rules else True) is not None
    if not rules:
        assert not found


def test_an_automatic_index_is_told_as_the_index_to_create(source: SqliteSource):
    sql = "SELECT * FROM visit a JOIN visit b ON a.page = b.at"
    estimator = Estimator(source.schema, source.statistics)
    with closing(twin_of(source)) as twin:
        plan = estimator.plan(sql, twin.query_plan(sql))
        (one,) = [found for found in findings(plan, sql) if found.rule == "sqlite-automatic-index"]
        with twin.supposing([("made", one.sql[0], "")]):
            after = [text for _, _, text in twin.query_plan(sql)]
        assert not any("AUTOMATIC" in text for text in after)
        assert any("AUTOMATIC" in text for _, _, text in twin.query_plan(sql))  # supposing left nothing


def test_estimates_are_near_what_is_read(source: SqliteSource, file: Path):
    estimator = Estimator(source.schema, source.statistics)
    with closing(twin_of(source)) as twin, closing(sqlite3.connect(file)) as connection:
        for sql, counted in (
            ("SELECT * FROM person WHERE land = 'land 3'", "SELECT count(*) FROM person WHERE land = 'land 3'"),
            ("SELECT * FROM visit v JOIN person p ON p.id = v.person_id", "SELECT 2 * count(*) FROM visit"),
        ):
            cost = estimator.plan(sql, twin.query_plan(sql)).cost
            (actual,) = connection.execute(counted).fetchone()
            assert 0.5 <= cost / actual <= 2, (sql, cost, actual)


def test_needs_are_what_the_planner_asks(source: SqliteSource):
    with closing(Listener(source.schema)) as listener:
        needs = {one.table: one for one in listener.of(
            "SELECT p.email FROM person p JOIN visit v ON v.person_id = p.id "
            "WHERE p.land = 'x' AND v.at > ? AND lower(p.email) = 'a' ORDER BY p.born DESC"
        )}  # fmt: skip
        assert listener.parameters == {1: ("visit", "at")}
    person, visit = needs["person"], needs["visit"]
    assert person.equal["land"].constant == "'x'" and set(visit.equal) == {"person_id"} and set(visit.ranged) == {"at"}
    assert person.expressions == ["lower(email)"] and not visit.expressions
    assert {"email", "land", "born"} <= person.used


WORKLOAD = """
-- calls: 100
SELECT id FROM person WHERE lower(email) = 'p77@x.y';
-- calls: 50
SELECT * FROM visit WHERE person_id = ? ORDER BY at DESC LIMIT 5;
-- calls: 10
SELECT * FROM person WHERE land = 'land 4';
INSERT INTO visit (person_id) VALUES (3);
SELECT page FROM nowhere;
"""


def test_advice_is_measured_and_helps_when_it_is_built(source: SqliteSource, file: Path, tmp_path: Path):
    advice = advise(source, read_sqlite_workload(WORKLOAD, "w.sql"), SqliteAdviceOptions())
    assert advice.proof.level == "measured"
    keys = {one.index.keys[0].text for one in advice.create}
    assert keys == {"lower(email)", "person_id"}
    assert advice.after < advice.before * 0.05
    assert any("nowhere" in gap.effect for gap in advice.left_out), advice.left_out
    copy = tmp_path / "copy.db"
    copy.write_bytes(file.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        for one in advice.create:
            connection.execute(one.sql)
        connection.execute("ANALYZE")
        for number, query in enumerate(advice.queries, 1):
            names = {one.index.name.name for one in advice.create if number in one.queries}
            sql = with_literals(query.sql, ["42"])
            text = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")) + " "
            assert all(f" {name} " in text for name in names)


def test_without_rows_advice_rests_on_the_twin(tmp_path: Path):
    script = tmp_path / "schema.sql"
    script.write_text(SCHEMA.partition("WITH")[0])
    source = open_sqlite(str(script), engine="sqlite", now=NOW)
    workload = read_sqlite_workload("SELECT * FROM visit WHERE person_id = 4", "w.sql")
    advice = advise(source, workload, SqliteAdviceOptions())
    assert advice.proof.level == "planned"
    assert [one.index.keys[0].text for one in advice.create] == ["person_id"]


def test_the_file_stays_as_it_was(file: Path, source: SqliteSource):
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    advise(source, read_sqlite_workload("DELETE FROM visit WHERE page = 'x'", "w.sql"), SqliteAdviceOptions())
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_a_twin_file_plans_and_holds_no_rows(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    target = tmp_path / "app.twin.db"
    assert run(("twin", "create", str(file), "-o", str(target))) == 0
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("SELECT count(*) FROM visit").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM sqlite_stat1").fetchone() > (0,)
    capsys.readouterr()
    found: list[object] = []
    for one in (file, target):
        assert run(("query", str(one), "SELECT * FROM visit WHERE page = 'p'", "--format", "json")) == 1
        review = json.loads(capsys.readouterr().out)
        found.append((review["plan"]["root"]["type"], review["plan"]["root"]["rows"]))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELEKT 1", "SQLite does not take it"),
        ("SELECT * FROM nowhere", "no such table"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("ATTACH 'x.db' AS x", "SQLite does not take it"),
    ],
)
def test_bad_queries_are_one_message(file: Path, sql: str, says: str):
    with pytest.raises(InputError, match=says):
        run(("query", str(file), sql))


def test_index_without_a_workload_says_what_to_do(file: Path):
    with pytest.raises(InputError, match="SQLite counts no queries"):
        run(("index", str(file)))
