"""`dba check --fix` on SQLite: migrations that were run, which mend, keep the rows and can be taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dbarchitect import api
from dbarchitect.api.diff import DiffOptions
from dbarchitect.api.folder import new
from dbarchitect.engines.sqlite.edits import edited
from dbarchitect.engines.sqlite.source import open_sqlite
from dbarchitect.errors import InputError
from dbarchitect.migrate.formats import plain
from dbarchitect.model.change import AddConstraint, AlterTable, Change, DropConstraint
from dbarchitect.model.finding import Mend, Review
from dbarchitect.model.schema import Check, Table, Unique
from dbarchitect.review.lite import as_rowid, as_strict

NOW = datetime(2026, 11, 27, tzinfo=UTC)
SHOP = """
CREATE TABLE customer (id INT PRIMARY KEY, -- the key
  email VARCHAR(100) UNIQUE, ref STRING, born DATE);
CREATE TABLE tag (name TEXT, customer_id INTEGER REFERENCES customer(id), PRIMARY KEY (name, customer_id));
CREATE TABLE orders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id INTEGER NOT NULL REFERENCES customer(id) ON DELETE SET NULL,
  total REAL, qty TEXT, parent_id INTEGER REFERENCES orders(id)
);
CREATE INDEX a1 ON orders(total);
CREATE INDEX a2 ON orders(total);
CREATE TRIGGER trg AFTER INSERT ON orders BEGIN UPDATE customer SET ref = ref; SELECT 1; END;
CREATE VIEW v AS SELECT * FROM orders;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
INSERT INTO customer SELECT i, 'a' || i, 'r' || i, '2026-01-01' FROM n;
INSERT INTO tag SELECT 't' || id, id FROM customer;
INSERT INTO orders (customer_id, total, qty) SELECT id, id * 1.5, id FROM customer;
"""


def made(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def fixed(path: Path, *select: str, questions: bool = False, folder: str = "migrations") -> Review:
    asked = frozenset(("*",) if questions else select)
    fix = api.FixOptions(folder=path.with_name(folder), questions=asked)
    return api.check(str(path), api.CheckOptions(now=NOW, select=select, fix=fix))


def written(found: Review) -> list[Mend]:
    return [one for one in found.mends if one.outcome == "written"]


def play(path: Path, scripts: Sequence[Path]) -> None:
    """The scripts as the shell runs them, with an SQLite of their own."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for script in scripts:
            connection.executescript(script.read_text().replace(".bail on\n", ""))


def state(path: Path) -> tuple[set[tuple[str, str]], dict[str, list[tuple[object, ...]]]]:
    with closing(sqlite3.connect(path)) as connection:
        catalogue = {
            (name, " ".join(sql.replace('"', "").split()))
            for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        }
        tables = [name for name, sql in catalogue if sql.startswith("CREATE TABLE") and not name.startswith("sqlite_")]
        rows = {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}
    return catalogue, rows


def test_each_fix_is_a_script_that_mends_and_can_be_taken_back(tmp_path):
    path = made(tmp_path / "app.db", SHOP)
    before = state(path)
    found = fixed(path, questions=True)
    assert {one.rule for one in written(found)} >= {
        *("set-null-on-not-null", "integer-key-not-rowid", "type-affinity-surprise", "duplicate-index"),
        *("numbers-kept-as-text", "key-accepts-null", "table-not-strict", "fk-without-index", "rollback-journal"),
        *("self-reference-unguarded", "autoincrement-not-needed"),
    }
    assert state(path) == before, "the file itself is only read"
    files = [[Path(file) for file in one.files if file.endswith(".sql")] for one in written(found)]
    play(path, [up for up, _ in files])
    after = api.check(str(path), api.CheckOptions(now=NOW))
    assert not {one.rule for one in after.findings} & {one.rule for one in written(found)}
    assert {name: len(rows) for name, rows in state(path)[1].items()} == {"customer": 200, "tag": 200, "orders": 200}
    play(path, [down for _, down in reversed(files)])
    assert state(path) == before


def test_rows_in_the_way_are_a_query_and_nothing_is_written(tmp_path):
    path = made(tmp_path / "app.db", f"{SHOP} INSERT INTO tag VALUES (NULL, 7); UPDATE orders SET total = 'n/a';")
    found = fixed(path, "key-accepts-null", "values-of-other-type", "self-reference-unguarded")
    left = {one.rule: one for one in found.mends if one.outcome == "left"}
    assert set(left) == {"key-accepts-null", "values-of-other-type"}
    assert "NOT NULL" in left["key-accepts-null"].reason
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(left["key-accepts-null"].offenders).fetchall() == [(None, 7)]
        assert len(connection.execute(left["values-of-other-type"].offenders).fetchall()) == 200
    assert [one.rule for one in written(found)] == ["self-reference-unguarded"]


def test_a_key_without_a_number_would_be_given_one(tmp_path):
    path = made(
        tmp_path / "app.db", "CREATE TABLE t (id BIGINT PRIMARY KEY, a TEXT); INSERT INTO t VALUES (NULL, 'x');"
    )
    (mend,) = fixed(path, "integer-key-not-rowid").mends
    assert mend.outcome == "left"
    assert "values of t.id are others" in mend.reason
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(mend.offenders).fetchall() == [(None, "x")]


def test_tables_that_hold_other_types_are_left_and_listed(tmp_path):
    script = "CREATE TABLE a (id INTEGER PRIMARY KEY, n INT); CREATE TABLE b (id INTEGER PRIMARY KEY, n INT);"
    path = made(tmp_path / "app.db", f"{script} INSERT INTO b (n) VALUES ('x'), (1);")
    found = fixed(path, "table-not-strict")
    play(path, [Path(written(found)[0].files[0])])
    catalogue = dict(state(path)[0])
    assert catalogue["a"].endswith("STRICT")
    assert not catalogue["b"].endswith("STRICT")
    (left,) = fixed(path, "table-not-strict").mends
    assert left.outcome == "left"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(left.offenders).fetchall() == [("b", "n", "x")]


def test_a_key_with_one_column_that_may_be_missing(tmp_path):
    path = made(
        tmp_path / "app.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, day TEXT NOT NULL, n INTEGER, UNIQUE (day, n));"
    )
    found = fixed(path, "nullable-in-unique")
    play(path, [Path(file) for file in written(found)[0].files if file.endswith(".up.sql")])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO t (day) VALUES ('x')")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO t (day) VALUES ('x')")


def test_statistics_that_were_never_gathered(tmp_path):
    script = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT); CREATE INDEX ta ON t (a);"
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    rows = f"{numbers} INSERT INTO t SELECT i, i FROM n;"
    path = made(tmp_path / "app.db", script + rows)
    before = state(path)
    (mend,) = written(fixed(path, "never-analyzed"))
    up, down = (Path(one) for one in mend.files[:2])
    play(path, [up])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_stat1").fetchone()[0]
    play(path, [down])
    assert state(path) == before


def test_what_was_analysed_is_analysed_again(tmp_path):
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    script = f"""
    CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b VARCHAR(9)); CREATE INDEX ta ON t (a); CREATE INDEX tb ON t (b, a);
    CREATE TABLE small (id INTEGER PRIMARY KEY, n INT); CREATE TABLE never (id INTEGER PRIMARY KEY, n INT);
    {numbers} INSERT INTO t SELECT i, i % 7, 'b' || i % 90 FROM n;
    INSERT INTO small (n) VALUES (1), (2);
    ANALYZE;
    INSERT INTO never (n) VALUES (1);
    """
    path = made(tmp_path / "app.db", script)
    before = state(path)
    statistics = told(path)
    assert {tbl for tbl, _, _ in statistics} == {"t", "small"}
    (mend,) = written(fixed(path, "table-not-strict"))
    up, down = (Path(one) for one in mend.files[:2])
    play(path, [up])
    assert told(path) == statistics
    assert "never-analyzed" not in {one.rule for one in api.check(str(path), api.CheckOptions(now=NOW)).findings}
    play(path, [down])
    assert told(path) == statistics
    assert state(path) == before
    for script in (up, down):
        analysed = [line for line in script.read_text().splitlines() if line.startswith("ANALYZE")]
        assert analysed == ["ANALYZE small;", "ANALYZE t;"]


def told(path: Path) -> set[tuple[str, str | None, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("SELECT tbl, idx, stat FROM sqlite_stat1"))


def test_a_script_without_rows_gets_fixes_too(tmp_path):
    path = tmp_path / "schema.sql"
    path.write_text(SHOP.partition("WITH RECURSIVE")[0])
    found = fixed(path, "integer-key-not-rowid", "key-accepts-null")
    assert [one.outcome for one in found.mends] == ["written", "written"]


def test_a_second_run_goes_on_where_the_first_ended(tmp_path):
    path = made(tmp_path / "app.db", SHOP)
    fixed(path, "duplicate-index")
    fixed(path, "key-accepts-null")
    folder = plain.read(tmp_path / "migrations")
    assert [one.id for one in folder.migrations] == ["0001", "0002"]
    assert not folder.problems
    assert not folder.gaps
    assert any("WITHOUT" in sql or "NOT NULL" in sql for sql in folder.migrations[1].up[0].sql)


def test_a_folder_of_another_tool_is_told_before_anything_runs(tmp_path):
    path = made(tmp_path / "app.db", SHOP)
    for provider in ("postgresql", "sqlite"):
        (tmp_path / "prisma").mkdir(exist_ok=True)
        (tmp_path / "prisma" / "migration_lock.toml").write_text(f'provider = "{provider}"\n')
        with pytest.raises(InputError, match="written as plain scripts"):
            fixed(path, "duplicate-index", folder="prisma")
    with pytest.raises(InputError, match="--online is for PostgreSQL"):
        options = api.CheckOptions(now=NOW, fix=api.FixOptions(folder=tmp_path / "m", online=True))
        api.check(str(path), options)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (
            "CREATE TABLE a (id int);\nALTER TABLE a ADD CONSTRAINT c CHECK (id > 0);",
            'line 2: near "CONSTRAINT": syntax',
        ),
        ("CREATE TABLE public.a (id int);", "unknown database public"),
        ("CREATE TABLE a (id serial PRIMARY KEY, name text);", "line 1: SERIAL is a type of PostgreSQL's"),
        ("-- dba: step 1: create index i\nCREATE INDEX i ON a (b);", "marked as those for PostgreSQL"),
        ("-- migrate:up\nCREATE INDEX CONCURRENTLY i ON a (b);\n-- migrate:down\nDROP INDEX i;", "line 2: near"),
        ("CREATE TABLE a (b INT NOT NULL AUTO_INCREMENT) ENGINE=InnoDB;", "syntax error"),
    ],
)
def test_a_folder_of_another_engine_is_told_before_anything_runs(script: str, why: str, tmp_path: Path):
    path = made(tmp_path / "app.db", SHOP)
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_init.up.sql").write_text(script)
    with pytest.raises(InputError, match=r"0001_init\.up\.sql is not SQLite's") as told:
        fixed(path, "duplicate-index")
    assert why in told.value.message
    assert [one.name for one in folder.iterdir()] == ["0001_init.up.sql"]


def test_scripts_of_sqlite_by_hand_are_gone_on_with(tmp_path: Path):
    path = made(tmp_path / "app.db", SHOP)
    folder = tmp_path / "migrations"
    folder.mkdir()
    script = """CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, serial TEXT, d TEXT DEFAULT (datetime('now')));
    INSERT OR IGNORE INTO b VALUES (1);
    CREATE VIRTUAL TABLE v USING a_module_of_theirs(x);
    CREATE TRIGGER g AFTER INSERT ON a BEGIN UPDATE a SET serial = 1; SELECT 1; END;
    CREATE INDEX later ON made_elsewhere (x);"""
    (folder / "0001_init.up.sql").write_text(script)
    (folder / "0001_init.down.sql").write_text("-- nothing\n")
    assert [one.migration for one in written(fixed(path, "duplicate-index"))] == ["0002"]


def test_postgres_does_not_go_on_with_sqlite(tmp_path: Path):
    fixed(made(tmp_path / "app.db", SHOP), "duplicate-index")
    folder = tmp_path / "migrations"
    before = sorted(one.name for one in folder.iterdir())
    script = tmp_path / "app.sql"
    script.write_text("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a_id int REFERENCES a);")
    with pytest.raises(InputError, match=r"is SQLite's \(it is for the sqlite3 shell\), and the next") as told:
        api.check(str(script), api.CheckOptions(now=NOW, fix=api.FixOptions(folder=folder)))
    assert "another" in (told.value.hint or "")
    with pytest.raises(InputError, match="is SQLite's"):
        new("more", folder, str(script), DiffOptions(now=NOW))
    assert sorted(one.name for one in folder.iterdir()) == before


# ---- the text of CREATE TABLE


def table_of(sql: str, tmp_path: Path) -> tuple[Table, tuple[str, ...]]:
    script = tmp_path / "t.sql"
    script.write_text(sql)
    source = open_sqlite(str(script), engine="sqlite", facts=False, now=NOW)
    return source.schema.tables[0], source.ddl


def the_same_but(sql: str, change, tmp_path: Path) -> Table:
    """The table after a change, as the engine reads it."""
    table, ddl = table_of(sql, tmp_path)
    changes: tuple[Change, ...] = change(table)
    return table_of(";\n".join(edited(ddl, changes)) + ";", tmp_path)[0]


ODD = [
    "CREATE TABLE t (a INT PRIMARY KEY, b TEXT UNIQUE ON CONFLICT IGNORE)",
    'CREATE TABLE "t" ( -- a INT, b TEXT UNIQUE\n a INT, /* b */ b TEXT, PRIMARY KEY (a), UNIQUE (b) )',
    "CREATE TABLE t (a INT PRIMARY KEY DESC, b TEXT, CONSTRAINT u UNIQUE (b) CHECK (a > 0) )",
    "CREATE TABLE t (b, [a] INT PRIMARY KEY ASC, UNIQUE (b)) -- the end",
    "CREATE TABLE t (a INT CONSTRAINT k PRIMARY KEY NOT NULL, b TEXT NOT NULL UNIQUE DEFAULT ')', CHECK (b <> '('))",
]


@pytest.mark.parametrize("sql", ODD)
def test_odd_texts_are_edited_where_they_stand(sql: str, tmp_path: Path):
    check = Check(name="c", columns=("a",), expression="a <> 9")

    def all_of_it(table: Table) -> tuple[Change, ...]:
        key = table.column("a")
        unique = next(one for one in table.constraints if isinstance(one, Unique))
        assert key is not None
        return (
            DropConstraint(table=table.name, constraint=unique),
            AddConstraint(table=table.name, constraint=check),
            as_rowid(table, key),
        )

    before, _ = table_of(sql, tmp_path)
    after = the_same_but(sql, all_of_it, tmp_path)
    assert after.sqlite is not None
    assert after.sqlite.rowid_alias == "a"
    assert not any(isinstance(one, Unique) for one in after.constraints)
    kept = {one.expression for one in before.constraints if isinstance(one, Check)}
    assert {one.expression for one in after.constraints if isinstance(one, Check)} == {*kept, "a <> 9"}
    assert [(one.name, one.default, one.not_null) for one in after.columns] == [
        (one.name, one.default, one.not_null) for one in before.columns
    ]


@pytest.mark.parametrize("sql", ODD)
def test_a_strict_table_has_the_types_that_strict_knows(sql: str, tmp_path: Path):
    def strict(table: Table) -> tuple[Change, ...]:
        after = as_strict(table, None)
        assert after is not None
        return (AlterTable(before=table, after=after),)

    after = the_same_but(sql, strict, tmp_path)
    assert after.sqlite is not None
    assert after.sqlite.strict
    assert not after.sqlite.rowid_alias, "INT stays a key of its own"


def test_what_no_statement_says_is_refused(tmp_path: Path):
    table, ddl = table_of("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, UNIQUE (b))", tmp_path)
    unique = next(one for one in table.constraints if isinstance(one, Unique))
    with pytest.raises(InputError, match="no constraint that says"):
        edited(
            edited(ddl, [DropConstraint(table=table.name, constraint=unique)]),
            [DropConstraint(table=table.name, constraint=unique)],
        )
