"""`dba migrate diff` on SQLite: ALTERs where they arrive, rebuilds that lose nothing, and what is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dbarchitect.cli import run
from dbarchitect.engines.sqlite.source import open_sqlite
from dbarchitect.errors import InputError
from dbarchitect.migrate.renames import answers_of
from dbarchitect.migrate.sqlite_script import script_of
from dbarchitect.model.plan import Plan
from dbarchitect.prove.arrive import UnansweredError
from dbarchitect.prove.sqlite_arrive import SqliteJourney, apply
from sqlite_changes import careless, planned

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize("number", range(5000, 5012))
def test_a_random_change_keeps_all(number: int, tmp_path: Path):
    """`benchmarks/sqlite_rebuild.py` makes 200."""
    wrong, _, _ = planned(tmp_path, number)
    assert not wrong


def test_a_careless_rebuild_does_not(tmp_path: Path):
    assert any("child has" in one for one in careless(tmp_path, 5000))


def made(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def plan_of(
    tmp_path: Path, before: str, after: str, *, renames: tuple[str, ...] = (), using: dict[str, str] | None = None
) -> tuple[Plan, Path]:
    path, script = made(tmp_path / "app.db", before), tmp_path / "wanted.sql"
    script.write_text(after)
    source = open_sqlite(str(path), facts=False, now=NOW)
    target = open_sqlite(str(script), engine="sqlite", facts=False, now=NOW)
    return SqliteJourney(source, target, using=using).plan(answers_of(renames, ())), path


T = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT);"
ROWS = "INSERT INTO t VALUES (1, 'x', 2), (2, 'y', 3);"


@pytest.mark.parametrize(
    ("after", "does"),
    [
        (T, []),
        ("create table  T (id INTEGER PRIMARY KEY, -- a comment\n \"a\" text, b INT);", []),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c TEXT DEFAULT 'x');", ["add column t.c"]),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c AS (b + 1));", ["add column t.c"]),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c TEXT DEFAULT CURRENT_DATE);", ["rebuild table t"]),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c INT NOT NULL DEFAULT 4);", ["add column t.c"]),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, c AS (b + 1) STORED);", ["rebuild table t"]),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT);", ["rebuild table t"]),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b INT) STRICT;", ["rebuild table t"]),
        (T + "CREATE INDEX i ON t (a) WHERE b > 1;", ["create index i"]),
        (T + "CREATE VIEW v AS SELECT a FROM t; CREATE TABLE u (x);", ["create table u", "create view v"]),
    ],
)  # fmt: skip
def test_the_form_that_a_change_takes(after: str, does: list[str], tmp_path: Path):
    plan, path = plan_of(tmp_path, T + ROWS, after)
    assert [step.does for step in plan.steps] == does
    assert plan.proof.level == "rehearsed" and (plan.down or not plan.steps)
    source = open_sqlite(str(path), facts=False, now=NOW)
    if plan.steps:
        backup = apply(source, plan, now=NOW)
        with closing(sqlite3.connect(backup)) as old, closing(sqlite3.connect(path)) as new:
            for one in (old, new):
                assert one.execute("SELECT id, a, b FROM t").fetchall() == [(1, "x", 2), (2, "y", 3)]


def test_the_script_does_the_same_in_the_shell(tmp_path: Path):
    plan, path = plan_of(tmp_path, T + ROWS, "CREATE TABLE t (id INTEGER PRIMARY KEY, b INT NOT NULL, a TEXT) STRICT;")
    script = script_of(plan.steps).replace(".bail on\n", "")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        assert connection.execute("SELECT * FROM t").fetchall() == [(1, 2, "x"), (2, 3, "y")]
        connection.executescript(script_of(plan.down).replace(".bail on\n", ""))
        assert connection.execute("SELECT * FROM t").fetchall() == [(1, "x", 2), (2, "y", 3)]


def test_renames_are_asked_for_and_stated(tmp_path: Path):
    after = "CREATE TABLE t (id INTEGER PRIMARY KEY, title TEXT, b INT);"
    with pytest.raises(UnansweredError, match=r"is column t\.a now called t\.title"):
        plan_of(tmp_path, T + ROWS, after)
    (tmp_path / "app.db").unlink()
    plan, _ = plan_of(tmp_path, T + ROWS, after, renames=("t.a=title",))
    assert [step.sql for step in plan.steps] == [("ALTER TABLE t RENAME COLUMN a TO title",)]


def test_a_renamed_table_keeps_its_children(tmp_path: Path):
    child = "CREATE TABLE c (t_id INT REFERENCES {} (id) ON DELETE CASCADE);"
    plan, path = plan_of(
        tmp_path,
        T + ROWS + child.format("t") + "INSERT INTO c VALUES (1), (2);",
        T.replace("TABLE t", "TABLE thing").replace("a TEXT", "a TEXT NOT NULL") + child.format("thing"),
        renames=("t=thing",),
    )
    apply(open_sqlite(str(path), facts=False, now=NOW), plan, now=NOW)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM c JOIN thing ON id = t_id").fetchone() == (2,)
        assert connection.execute("PRAGMA foreign_key_list(c)").fetchone()[2] == "thing"


def test_what_was_analysed_is_analysed_again_under_its_new_name(tmp_path: Path):
    both = "CREATE TABLE other (id INTEGER PRIMARY KEY, t_id INT); CREATE INDEX other_t ON other (t_id);"
    plan, path = plan_of(
        tmp_path,
        T + both + ROWS + "CREATE INDEX i ON t (a); INSERT INTO other VALUES (1, 1); ANALYZE;",
        T.replace("TABLE t", "TABLE thing").replace("a TEXT", "a TEXT NOT NULL") + both + "CREATE INDEX i ON thing (a)",
        renames=("t=thing",),
    )
    assert plan.steps[-1].sql == ("ANALYZE thing",)
    assert plan.down[-1].sql == ("ANALYZE t",)
    apply(open_sqlite(str(path), facts=False, now=NOW), plan, now=NOW)
    with closing(sqlite3.connect(path)) as connection:
        told = set(connection.execute("SELECT tbl, idx, stat FROM sqlite_stat1"))
        assert told == {("thing", "i", "2 1"), ("other", "other_t", "1 1")}


def test_nothing_is_analysed_that_loses_nothing(tmp_path: Path):
    rows = ROWS + "CREATE INDEX i ON t (a); CREATE INDEX j ON t (a); ANALYZE;"
    plan, _ = plan_of(tmp_path, T + rows, T + "CREATE INDEX i ON t (a); CREATE TABLE u (a);")
    assert [step.does for step in plan.steps] == ["set aside what speaks of tables that change", "create table u"]
    assert plan.down[-1].does == "analyse t"


def test_rows_in_the_way_are_named(tmp_path: Path):
    with pytest.raises(InputError, match="1 rows are in the way: SELECT \\* FROM t WHERE a IS NULL"):
        plan_of(tmp_path, T + "INSERT INTO t (id) VALUES (1);", T.replace("a TEXT", "a TEXT NOT NULL"))


def test_a_conversion_that_loses_is_refused_until_it_is_stated(tmp_path: Path):
    rows = "INSERT INTO t VALUES (1, '007', 2);"
    with pytest.raises(InputError, match=r"values of t\.a are others"):
        plan_of(tmp_path, T + rows, T.replace("a TEXT", "a INTEGER"))
    (tmp_path / "app.db").unlink()
    plan, _ = plan_of(tmp_path, T + rows, T.replace("a TEXT", "a INTEGER"), using={"t.a": "CAST(a AS INTEGER)"})
    assert [step.does for step in plan.steps] == ["rebuild table t"]


def test_full_text_search_finds_its_rows_after_a_rebuild(tmp_path: Path):
    before = (
        "CREATE TABLE doc (name TEXT PRIMARY KEY NOT NULL, body TEXT);"
        "CREATE VIRTUAL TABLE found USING fts5 (body, content='doc');"
        "CREATE TRIGGER doc_made AFTER INSERT ON doc BEGIN "
        "INSERT INTO found (rowid, body) VALUES (new.rowid, new.body); END;"
    )
    rows = "INSERT INTO doc VALUES ('a', 'apple'), ('b', 'banana'), ('c', 'cherry'); DELETE FROM doc WHERE name = 'a';"
    plan, path = plan_of(tmp_path, before + rows, before.replace("body TEXT)", "body TEXT NOT NULL)"))
    apply(open_sqlite(str(path), facts=False, now=NOW), plan, now=NOW)
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT doc.name FROM found JOIN doc ON doc.rowid = found.rowid WHERE found MATCH 'cherry'"
        assert connection.execute(query).fetchall() == [("c",)]
        connection.execute("INSERT INTO doc VALUES ('d', 'damson')")
        assert connection.execute("SELECT count(*) FROM found WHERE found MATCH 'damson'").fetchone() == (1,)


def test_a_failure_changes_nothing(tmp_path: Path):
    plan, path = plan_of(tmp_path, T + ROWS, T.replace("a TEXT", "a TEXT NOT NULL"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO t (id) VALUES (3)")  # since the plan was made
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(InputError, match="nothing was changed"):
        apply(open_sqlite(str(path), facts=False, now=NOW), plan, now=NOW)
    assert path.read_bytes() == before


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path, script = made(tmp_path / "app.db", T + ROWS), tmp_path / "wanted.sql"
    script.write_text("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);")
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"loses data: the values of t\.b"):
        run(("migrate", "diff", str(path), str(script)))
    assert run(("migrate", "diff", str(path), str(script), "--allow-loss")) == 0
    assert "drop column t.b" in capsys.readouterr().out
    assert path.read_bytes() == before
    backup = tmp_path / "as-it-was.db"
    words = ("migrate", "diff", str(path), str(script), "--allow-loss", "--apply", "--backup", str(backup))
    assert run(words) == 0
    with closing(sqlite3.connect(path)) as new, closing(sqlite3.connect(backup)) as old:
        assert [row[1] for row in new.execute("PRAGMA table_info(t)")] == ["id", "a"]
        assert old.execute("SELECT sum(b) FROM t").fetchone() == (5,)
    for flag in ("--online", "--keep"):
        with pytest.raises(InputError, match="is for PostgreSQL"):
            run(("migrate", "diff", str(path), str(script), flag))
