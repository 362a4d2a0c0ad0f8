"""SQLite files and scripts as sources: what is read, that nothing of a user's file changes, and what is refused."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dbarchitect.cli import run
from dbarchitect.engines.sqlite.connection import path_of, reading
from dbarchitect.engines.sqlite.inspect import affinity
from dbarchitect.engines.sqlite.source import open_sqlite, sqlite_given
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Check, ForeignKey, PrimaryKey, Table
from dbarchitect.sql.sqlite import is_sqlite, read_index, read_table, split_sqlite, with_name

NOW = datetime(2026, 11, 26, tzinfo=UTC)

SCHEMA = """
-- the shop
CREATE TABLE author (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL COLLATE NOCASE UNIQUE,
  name VARCHAR(20) DEFAULT 'it''s' CHECK (length(name) > 0 /* , */), -- a comma, a )
  full TEXT GENERATED ALWAYS AS (name || ' ' || email) STORED, "order" INT, half AS (id / 2));
CREATE TABLE [book] (isbn TEXT, author_id INT CONSTRAINT fk_a REFERENCES author ON DELETE CASCADE
  DEFERRABLE INITIALLY DEFERRED, kind TEXT, price REAL DEFAULT -1.5, at TEXT DEFAULT (datetime('now')),
  PRIMARY KEY (isbn, kind), CONSTRAINT pos CHECK (price > -2)
  FOREIGN KEY (author_id, kind) REFERENCES Author (id, name) ON UPDATE SET NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX b1 ON book (lower(kind), price DESC, isbn COLLATE NOCASE) WHERE price > 1;
CREATE VIEW v AS SELECT isbn AS number FROM book;
CREATE TRIGGER tr AFTER UPDATE OF name, email ON author WHEN new.id > 1 BEGIN
  UPDATE book SET price = CASE WHEN price > 1 THEN 2 ELSE 1 END; SELECT 1; END;
CREATE TRIGGER tv INSTEAD OF INSERT ON v BEGIN SELECT 1; END;
CREATE VIRTUAL TABLE ft USING fts5 (title, content='book');
CREATE TABLE exact (a INT PRIMARY KEY, b ANY) STRICT;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA)
        connection.executemany("INSERT INTO author (email, name) VALUES (?, 'x')", [(f"a{n}",) for n in range(500)])
        connection.commit()
    return path


def table(schema_tables: tuple[Table, ...], name: str) -> Table:
    return next(one for one in schema_tables if one.name.name == name)


def test_a_file_says_all_of_its_schema(file: Path):
    schema = open_sqlite(str(file), now=NOW).schema
    assert [one.name.name for one in schema.tables] == ["author", "book", "exact", "ft"]
    author, book, exact, ft = schema.tables
    assert author.sqlite is not None and author.sqlite.autoincrement and author.sqlite.rowid_alias == "id"
    assert {one.name: one.type.base for one in author.columns} == {
        "id": "integer", "email": "text", "name": "text", "full": "text", "order": "integer", "half": "blob",
    }  # fmt: skip
    full, half = author.column("full"), author.column("half")
    assert (
        full and full.generated and (full.generated.expression, full.generated.stored) == ("name || ' ' || email", True)
    )
    assert full.type.sql == "TEXT"
    assert half and half.generated and not half.generated.stored
    email, name = author.column("email"), author.column("name")
    assert email and email.collation == Name(schema="", name="NOCASE")
    assert name and name.default == "'it''s'"
    (check,) = [one for one in author.constraints if isinstance(one, Check)]
    assert check.expression == "length(name) > 0"
    assert book.sqlite is not None and book.sqlite.without_rowid and not book.sqlite.rowid_alias
    price = book.column("price")
    assert price and price.default == "-1.5"
    keys = {one.name: one for one in book.constraints if isinstance(one, ForeignKey)}
    assert keys["fk_a"].deferrable and keys["fk_a"].target_columns == ("id",)
    assert keys["fk_a"].on_delete == "CASCADE"
    other = keys["book_author_id_kind_fkey"]
    assert (other.target.name, other.target_columns, other.on_update) == ("author", ("id", "name"), "SET NULL")
    index = next(one for one in book.indexes if one.name.name == "b1")
    assert [key.text for key in index.keys] == ["lower(kind)", "price", "isbn"]
    assert [key.descending for key in index.keys] == [False, True, False]
    assert index.keys[2].collation == Name(schema="", name="NOCASE")
    assert index.unique and index.predicate == "price > 1"
    assert exact.sqlite is not None and exact.sqlite.strict
    assert isinstance(exact.primary_key, PrimaryKey) and exact.primary_key.index == "sqlite_autoindex_exact_1"
    assert ft.kind == "virtual" and ft.sqlite is not None and ft.sqlite.module == "fts5"
    assert ft.sqlite.shadows == ("ft_config", "ft_data", "ft_docsize", "ft_idx")
    (trigger,) = author.triggers
    assert (trigger.timing, trigger.events, trigger.columns) == ("AFTER", ("UPDATE",), ("name", "email"))
    (view,) = schema.views
    assert [one.name for one in view.columns] == ["number"] and view.triggers[0].timing == "INSTEAD OF"


def test_a_script_is_the_same_schema_and_has_places(file: Path, tmp_path: Path):
    script = tmp_path / "schema.sql"
    script.write_text(SCHEMA)
    assert sqlite_given(str(script))
    of_script, of_file = open_sqlite(str(script), now=NOW), open_sqlite(str(file), now=NOW)
    assert of_script.schema.tables == of_file.schema.tables
    assert of_script.schema.views == of_file.schema.views
    places = {str(ref): str(one.position).rpartition("schema.sql:")[2] for ref, one in of_script.places.items()}
    assert places["author"] == "3:1" and places["author.order"] == "5:64" and places["book.b1"] == "10:1"


def test_rows_and_sizes_are_those_of_the_file(file: Path):
    facts = open_sqlite(str(file), now=NOW).schema.facts
    assert facts is not None and facts.tables["author"].rows == 500
    assert facts.indexes["sqlite_autoindex_author_1"].rows == 500
    assert (facts.tables["author"].total_bytes or 0) > (facts.tables["author"].heap_bytes or 0) > 4096


def test_rows_are_right_in_every_kind_of_tree(tmp_path: Path):
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            CREATE TABLE a (x TEXT PRIMARY KEY NOT NULL, y) WITHOUT ROWID;
            CREATE TABLE b (x INTEGER PRIMARY KEY, y TEXT);
            CREATE INDEX a_y ON a (y);
            CREATE INDEX b_y ON b (y) WHERE x % 2 = 0;
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
              INSERT INTO a SELECT 'key number ' || i, hex(zeroblob(i % 400)) FROM n;
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
              INSERT INTO b SELECT i, hex(zeroblob(i % 9000)) FROM n;
            """
        )
    facts = open_sqlite(str(path), now=NOW).schema.facts
    assert facts is not None
    assert (facts.tables["a"].rows, facts.tables["b"].rows) == (3000, 3000)
    assert (facts.indexes["a_y"].rows, facts.indexes["b_y"].rows) == (3000, 1500)


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {one.name: (one.read_bytes(), one.stat().st_mtime_ns) for one in folder.iterdir()}


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_reading_leaves_no_trace(file: Path, mode: str):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
    before = state(file.parent)
    source = open_sqlite(str(file), now=NOW)
    with source.rows() as rows:
        assert rows.execute("SELECT count(*) FROM author").fetchone() == (500,)
        with pytest.raises(sqlite3.Error):
            rows.execute("DELETE FROM author")
    assert state(file.parent) == before
    assert source.schema.settings["journal_mode"] == mode.lower()


@pytest.fixture
def writer(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE late (x)")
        yield connection


def test_what_is_only_in_the_wal_is_read(file: Path, writer: sqlite3.Connection, tmp_path: Path):
    assert open_sqlite(str(file), now=NOW).schema.table(Name(schema="", name="late")) is not None
    writer.execute("INSERT INTO late VALUES (1)")  # the reader did not block it
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("app.db", "app.db-wal"):
        shutil.copy(file.with_name(name), copy / name)
    before = state(copy)
    source = open_sqlite(str(copy / "app.db"), now=NOW)
    assert source.schema.table(Name(schema="", name="late")) is not None
    assert state(copy) == before


def test_a_reader_does_not_hold_a_writer_up(file: Path):
    with reading(file), closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO author (email) VALUES ('new')")
        other.execute("ROLLBACK")


def test_a_locked_file_says_so(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dbarchitect.engines.sqlite.connection._WAIT_S", 0.01)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SurroundingsError, match="is locked"):
            open_sqlite(str(file), now=NOW)


def test_what_is_no_database_is_refused(tmp_path: Path):
    noise = tmp_path / "app.db"
    noise.write_bytes(os.urandom(8192))
    with pytest.raises(InputError, match="or it is encrypted"):
        open_sqlite(str(noise), now=NOW)
    noise.write_bytes(b"SQLite format 3\0" + os.urandom(8192))
    with pytest.raises(InputError, match=r"app\.db"):
        open_sqlite(str(noise), now=NOW)
    with pytest.raises(InputError, match="there is no file"):
        open_sqlite("sqlite:///nowhere/app.db", now=NOW)
    with pytest.raises(InputError, match="is no file"):
        open_sqlite(f"sqlite:///{tmp_path}", now=NOW)
    assert sqlite_given("libsql://app-me.turso.io")


def test_an_empty_file_is_an_empty_database(tmp_path: Path):
    empty = tmp_path / "app.db"
    empty.touch()
    source = open_sqlite(str(empty), now=NOW)
    assert source.schema.tables == () and "empty" in source.gaps[0].effect
    assert empty.stat().st_size == 0


def test_a_damaged_file_is_named(file: Path):
    data = bytearray(file.read_bytes())
    data[4096 : len(data)] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        open_sqlite(str(file), now=NOW)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("sqlite:///app.db", "app.db"),
        ("sqlite:////srv/app.db", "/srv/app.db"),
        ("sqlite+pysqlite:///a%20b.db?mode=ro", "a b.db"),
        ("sqlite:app.db", "app.db"),
        ("file:app.db?cache=shared", "app.db"),
        ("file:///srv/app.db", "/srv/app.db"),
        ("postgresql://host/app.db", None),
        ("nowhere.sql", None),
    ],
)
def test_urls(given: str, path: str | None):
    found = path_of(given)
    assert (None if found is None else str(found)) == path


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)", True),
        ("CREATE TABLE t (id int) STRICT;", True),
        ("PRAGMA foreign_keys=OFF;", True),
        ("CREATE TABLE t (id int) without rowid;", True),
        ("CREATE TABLE t (id int); -- AUTOINCREMENT", False),
        ("INSERT INTO t VALUES ('PRAGMA foreign_keys')", False),
        ("CREATE FUNCTION f(int) RETURNS int LANGUAGE sql STRICT AS 'select 1'", False),
        ("CREATE FUNCTION f(int) RETURNS TABLE (a int) STRICT LANGUAGE sql AS 'select 1'", False),
        ("CREATE TABLE t (id int) STRICT", True),
    ],
)
def test_a_script_plainly_of_sqlite(text: str, yes: bool):
    assert is_sqlite(text) is yes


@pytest.mark.parametrize(
    ("declared", "means"),
    [("INT", "integer"), ("POINT", "integer"), ("CHARINT", "integer"), ("NVARCHAR(9)", "text"), ("", "blob"),
     ("DOUBLE", "real"), ("STRING", "numeric"), ("DECIMAL(10,5)", "numeric")],
)  # fmt: skip
def test_affinity_is_the_engines_own(declared: str, means: str):
    assert affinity(declared) == means
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE t (x {declared})")
        connection.execute("INSERT INTO t VALUES ('1'), (2), ('1.0')")
        kinds = [row[0] for row in connection.execute("SELECT typeof(x) FROM t")]
    shown = {
        "integer": ["integer"] * 3,
        "numeric": ["integer"] * 3,
        "real": ["real"] * 3,
        "text": ["text"] * 3,
        "blob": ["text", "integer", "text"],
    }
    assert kinds == shown[means]


def test_a_dump_with_full_text_search_is_read(tmp_path: Path):
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE VIRTUAL TABLE ft USING fts5 (a); CREATE TABLE t (id INTEGER PRIMARY KEY);")
        connection.execute("INSERT INTO ft VALUES ('text')")
        connection.commit()
        dump = "\n".join(connection.iterdump())
    script = tmp_path / "dump.sql"
    script.write_text(dump)
    schema = open_sqlite(str(script), engine="sqlite", now=NOW).schema
    assert [one.name.name for one in schema.tables] == ["ft", "t"]
    assert schema.tables[0].kind == "virtual"


def test_a_script_reaches_nothing_outside(tmp_path: Path):
    script = tmp_path / "schema.sql"
    for sql in (
        f"ATTACH '{tmp_path}/other.db' AS o;",
        f"VACUUM INTO '{tmp_path}/other.db';",
        "SELECT load_extension('x');",
    ):
        script.write_text(f"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);\n{sql}")
        with pytest.raises(InputError, match=r"schema\.sql:2:1"):
            open_sqlite(str(script), now=NOW)
    assert not (tmp_path / "other.db").exists()


def test_the_text_of_a_table_is_read_word_for_word():
    text = read_table(
        'CREATE TEMP TABLE IF NOT EXISTS main."a b" (x, y DEFAULT (1, 2), [z w] INT NOT NULL ON CONFLICT FAIL)'
    )
    assert text.name == "a b"
    assert [(one.name, one.type, one.default) for one in text.columns] == [
        ("x", "", None), ("y", "", "(1, 2)"), ("z w", "INT", None),
    ]  # fmt: skip
    assert with_name("CREATE TABLE t(a)", "new t") == 'CREATE TABLE "new t"(a)'
    assert read_index("CREATE INDEX i ON t (a || ',', b DESC)").keys == ("a || ','", "b")
    assert [one.sql for one in split_sqlite(".mode box\nSELECT 1; ; SELECT ';'", "a.sql")] == ["SELECT 1", "SELECT ';'"]


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = run(words)
    return code, capsys.readouterr().out


def test_check_of_a_file(file: Path, capsys: pytest.CaptureFixture[str]):
    code, out = answer(capsys, "check", str(file), "--fail-on", "never", "--prove")
    assert code == 0
    assert "foreign-keys-not-enforced" in out and "rehearsed" in out and "SQLite" in out
    code, out = answer(capsys, "check", str(file), "--select", "row-security-without-policy")
    assert code == 0 and "it does not speak about SQLite" in out


def test_comments_silence_rules_in_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    script = tmp_path / "schema.sql"
    script.write_text(
        "-- dba: ignore key-accepts-null codes come from a list\n"
        "CREATE TABLE code (code TEXT PRIMARY KEY);\nCREATE TABLE other (code TEXT PRIMARY KEY);\n"
    )
    words = ("check", str(script), "--engine", "sqlite", "--select", "key-accepts-null")
    code, out = answer(capsys, *words)
    assert code == 1 and "other" in out and "1 suppressed" in out


@pytest.mark.parametrize("words", [["twin", "open"], ["query", "keyset"], ["migrate", "rehearse"], ["orm", "scaffold"]])
def test_verbs_without_sqlite_say_so(words: list[str], file: Path):
    from dbarchitect.sources import Workshop, open_source

    workshop = Workshop()
    try:
        with pytest.raises(InputError, match="PostgreSQL alone"):
            open_source(str(file), workshop)
    finally:
        workshop.close()


def test_dialects_are_named_and_what_they_lack(tmp_path: Path):
    script = tmp_path / "schema.sql"
    script.write_text(SCHEMA)
    turso = open_sqlite(str(script), engine="turso", now=NOW)
    assert any(gap.effect == "Turso Database has no module fts5" for gap in turso.gaps)
    assert turso.engine.startswith("Turso Database")
    assert not any("module" in gap.effect for gap in open_sqlite(str(script), engine="libsql", now=NOW).gaps)


def test_libsql_has_foreign_keys_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    script = tmp_path / "schema.sql"
    script.write_text(SCHEMA)
    words = ("check", str(script), "--select", "foreign-keys-not-enforced", "--fail-on", "info")
    assert answer(capsys, *words)[0] == 1
    assert answer(capsys, *words, "--engine", "libsql")[0] == 0
