"""Plain SQL migrations: what is written is read back as it was, runs in psql, and its history is watched."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dbarchitect.engines.postgres.server import find_binaries
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.migrate import formats
from dbarchitect.migrate.backfill import loop
from dbarchitect.migrate.formats import plain
from dbarchitect.migrate.formats.steps import normal, read_steps, write_steps
from dbarchitect.migrate.identity import plan_id
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Backfill, Migration, Step
from dbarchitect.toolchains import run_python


def read_folder(path):
    return formats.read_folder(path, run=run_python)


def write_migration(folder, migration):
    return formats.write_migration(folder, migration, run=run_python, now=datetime(2026, 5, 4, tzinfo=UTC))


FILL = Backfill(
    table=Name(schema="public", name="orders"),
    key=("id",),
    assignments={"note": "'no. ' || id -- the number"},
    where="note IS NULL -- those without",
    batch=7,
)
STEPS = (
    Step(sql=("ALTER TABLE public.orders ADD COLUMN note text",), does="add column orders.note: a text", why="small"),
    Step(
        sql=("CREATE INDEX CONCURRENTLY orders_note_idx ON public.orders (note)",),
        transactional=False,
        lock_timeout_ms=0,
        hazards=("waits for old\ntransactions", "a back\\slash"),
    ),
    Step(sql=(loop(FILL),), backfill=FILL, transactional=False, does="fill orders.note"),
    Step(
        sql=(
            "ALTER TABLE public.orders ALTER COLUMN note SET NOT NULL -- at last",
            "CREATE FUNCTION public.f() RETURNS text LANGUAGE sql AS $$ SELECT ';'; -- dba: step 9: not a step\n$$",
        ),
        lock_timeout_ms=500,
        loses=("nothing: really",),
        offenders="SELECT id FROM public.orders\nWHERE note IS NULL",
    ),
)
BACK = (
    Step(sql=("DROP FUNCTION public.f()", "ALTER TABLE public.orders ALTER COLUMN note DROP NOT NULL"), undoes=4),
    Step(sql=("DROP INDEX CONCURRENTLY public.orders_note_idx",), undoes=2, transactional=False),
    Step(sql=("ALTER TABLE public.orders DROP COLUMN note",), undoes=1, loses=("the values of orders.note",)),
)


def placeless(steps):
    return None if steps is None else tuple(replace(one, position=None) for one in steps)


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        path = tmp_path / f"{name}.sql"
        path.write_text(text)
    return tmp_path


def test_a_migration_is_read_back_as_it_was_written(tmp_path):
    written = write_migration(read_folder(tmp_path), Migration(id="", name="Order notes", up=STEPS, down=BACK))
    again = read_folder(tmp_path)
    assert again.problems == () and again.gaps == ()
    (found,) = again.migrations
    assert replace(found, up=placeless(found.up), down=placeless(found.down)) == written.migrations[0]
    assert (found.id, found.name) == ("0001", "order_notes")
    assert (found.up[0].does, placeless(found.up), placeless(found.down)) == (STEPS[0].does, STEPS, BACK)
    assert plan_id(found.up, "base") == plan_id(STEPS, "base") != plan_id(STEPS[:3], "base")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=30)
SQL = st.sampled_from(
    ["SELECT 1", "SELECT ';' -- end", "SELECT $$\n-- dba: step 2\n$$", 'ALTER TABLE "-- dba: step 3" RENAME TO b']
)
STEP = st.builds(
    lambda sql, does, why, loses, undoes, timeout, outside: Step(
        sql=tuple(sql[:1] if outside else sql),
        does=does,
        why=why,
        loses=tuple(loses),
        undoes=undoes,
        lock_timeout_ms=timeout,
        transactional=not outside,
    ),
    st.lists(SQL, min_size=1, max_size=3),
    TEXT,
    TEXT,
    st.lists(TEXT.filter(str.strip), max_size=2),
    st.integers(0, 3),
    st.none() | st.integers(0, 10**6),
    st.booleans(),
)


@settings(deadline=None)
@given(st.lists(STEP, max_size=4), st.booleans())
def test_any_text_around_the_statements_survives(steps, down):
    wanted = normal([one if down else replace(one, undoes=0) for one in steps])
    assert placeless(read_steps(write_steps(wanted, down=down), "m.sql", down=down)) == wanted


def test_the_script_runs_in_psql(tmp_path, database):
    db = database(
        "CREATE TABLE public.orders (id bigint PRIMARY KEY)", "INSERT INTO orders SELECT generate_series(1, 50)"
    )
    written = write_migration(read_folder(tmp_path), Migration(id="", name="notes", up=STEPS, down=BACK))
    psql = [find_binaries().bin / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", db.url, "-f"]
    ran = subprocess.run([*psql, written.files[0]], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    notes = db.connection.execute("SELECT count(*), count(DISTINCT xmin::text), min(note) FROM orders").fetchone()
    assert notes == (50, 8, "no. 1")  # batches of 7 are 8 transactions
    ran = subprocess.run([*psql, written.files[1]], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    columns = db.connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0"
    )
    assert ("note",) not in columns.fetchall()


def test_a_loop_over_a_key_of_two_columns_meets_every_row_once(database):
    db = database(
        "CREATE TABLE t (a text, b int, found int DEFAULT 0, PRIMARY KEY (a, b))",
        "INSERT INTO t SELECT chr(97 + g % 3), g FROM generate_series(1, 40) g",
    )
    fill = Backfill(table=Name(schema="public", name="t"), key=("a", "b"), assignments={"found": "found + b"}, batch=6)
    db.connection.execute(loop(fill))
    assert db.connection.execute("SELECT count(*), count(*) FILTER (WHERE found = b) FROM t").fetchone() == (40, 40)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("CREATE TABLE a (); CREATE TABLE b ();", [(True, 2, None)]),
        ("BEGIN; CREATE TABLE a (); CREATE TABLE b (); COMMIT;", [(True, 2, None)]),
        ("SET lock_timeout = '2s'; CREATE TABLE a ();", [(True, 1, 2000)]),
        ("SET search_path = app; CREATE TABLE a ();", [(True, 2, None)]),
        ("CREATE TABLE a (); CREATE INDEX CONCURRENTLY ON a (b);", [(True, 1, None), (False, 1, None)]),
        (
            "SET lock_timeout = 5; BEGIN; CREATE TABLE a (); SELECT 1; COMMIT; VACUUM a; SET work_mem = '1GB';",
            [(True, 2, 5), (False, 1, 5), (True, 1, 5)],
        ),
        (
            "BEGIN; SET LOCAL lock_timeout = 7; CREATE TABLE a (); END; BEGIN; SELECT 1; COMMIT",
            [(True, 1, 7), (True, 1, None)],
        ),
        ("DO $$ BEGIN UPDATE a SET b = 1; COMMIT; END $$;", [(False, 1, None)]),
        ("DO $$ BEGIN /* no COMMIT */ UPDATE a SET b = 'commit'; END $$;", [(True, 1, None)]),
        ("ALTER TABLE a DETACH PARTITION b CONCURRENTLY", [(False, 1, None)]),
        ("REINDEX (CONCURRENTLY off) TABLE a", [(True, 1, None)]),
        ("-- nothing", []),
    ],
)
def test_scripts_of_others_become_steps(text, steps):
    found = read_steps(text, "m.sql")
    assert [(one.transactional, len(one.sql), one.lock_timeout_ms) for one in found] == steps


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT 1;\n-- dba: step 1\nSELECT 2;", "m.sql:1:1: this statement stands before the first step"),
        ("-- dba: step 2\nSELECT 2;", "this is step 1, and it says 2"),
        ("-- dba: step 1 outside a transaction\nSELECT 1; SELECT 2", "is one statement, and this one has 2"),
        ("-- dba: step 1 sideways: x\nSELECT 1", "'sideways' is no option of a step"),
        ('-- dba: step 1 backfill {"table": 1}: x\nSELECT 1', "the backfill cannot be read: Expected `object`"),
        ("-- dba: undoes step 1\nSELECT 1", "needs `-- dba: step N` here"),
        ("-- dba: step 1\nBEGIN; SELECT 1; COMMIT; SELECT 2", "a step is one transaction"),
        ("BEGIN; SELECT 1; ROLLBACK; SELECT 2", "ROLLBACK here leaves open"),
        ("SELECT 0; BEGIN; SELECT 1", "a BEGIN before it has no COMMIT"),
        ("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT", "has the mode that its runner gives it"),
        ("\\connect other", "\\connect is psql's own command"),
        ("COPY a FROM stdin;\n1\n\\.\n", "cannot hold rows of COPY"),
        ("SELEC 1", "m.sql"),
    ],
)
def test_what_a_script_cannot_hold_is_said_with_its_place(text, message):
    with pytest.raises(InputError, match=r"m\.sql") as refused:
        read_steps(text, "m.sql")
    assert message in refused.value.message
    assert refused.value.hint


def test_other_tools_folders_are_read(tmp_path):
    goose = "-- +goose Up\nCREATE TABLE a ();\n-- +goose Down\nDROP TABLE a;\n"
    flyway = folder_with(tmp_path, V2__b="CREATE TABLE b ()", U2__b="DROP TABLE b", V10__c="SELECT 1", V1__a=goose)
    found = read_folder(flyway).migrations
    assert [(one.id, one.name, one.up[0].sql, one.down and one.down[0].sql) for one in found] == [
        ("1", "a", ("CREATE TABLE a ()",), ("DROP TABLE a",)),
        ("2", "b", ("CREATE TABLE b ()",), ("DROP TABLE b",)),
        ("10", "c", ("SELECT 1",), None),
    ]
    assert found[0].down[0].position.line == 4
    with pytest.raises(InputError, match="another tool's form"):
        write_migration(read_folder(flyway), Migration(id="", name="d", up=STEPS))


def test_diesel_folders_and_ways_back_alone(tmp_path):
    for name in ("2024-01-01-000000_users", "2024-01-02-000000_orders"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "up.sql").write_text("SELECT 1")
        (tmp_path / name / "down.sql").write_text("SELECT 2")
    (tmp_path / "0009_x.down.sql").write_text("SELECT 3")
    found = read_folder(tmp_path)
    assert [(one.id, one.name, one.files[1]) for one in found.migrations] == [
        ("2024-01-01-000000", "users", "2024-01-01-000000_users/down.sql"),
        ("2024-01-02-000000", "orders", "2024-01-02-000000_orders/down.sql"),
    ]
    assert [(one.kind, one.name) for one in found.gaps] == [("migration", "0009_x.down.sql"), ("history", "dba.sum")]


@pytest.fixture
def three(tmp_path):
    for name in ("one", "two", "three"):
        write_migration(read_folder(tmp_path), Migration(id="", name=name, up=STEPS[:1], down=BACK[2:]))
    return tmp_path


def troubles(path):
    return [(one.trouble, one.where) for one in read_folder(path).problems]


def test_a_history_is_checked(three):
    assert troubles(three) == []
    ran = subprocess.run(["sha256sum", "-c", "dba.sum"], cwd=three, capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stdout.count(": OK") == 6
    crlf = three / "0002_two.up.sql"
    crlf.write_bytes(crlf.read_bytes().replace(b"\n", b"\r\n"))
    assert troubles(three) == []
    crlf.write_text("SELECT 1")
    assert troubles(three) == [("edited", "0002_two.up.sql")]
    crlf.unlink()
    (three / "0002_two.down.sql").unlink()
    assert troubles(three) == [("missing", "0002_two.up.sql"), ("missing", "0002_two.down.sql")]
    (three / "0002_other.up.sql").write_text("SELECT 1")
    (three / "0004_new.up.sql").write_text("SELECT 1")
    assert troubles(three)[2:] == [("out of order", "0002_other.up.sql"), ("unrecorded", "0004_new.up.sql")]
    plain.accept(read_folder(three))
    assert troubles(three) == []


def test_two_branches_meet(three):
    total = (three / "dba.sum").read_text()
    (three / "0003_rival.up.sql").write_text("SELECT 1")
    assert ("fork", "0003") in troubles(three)
    with pytest.raises(InputError, match="two migrations are number 0003"):
        plain.accept(read_folder(three))
    (three / "0003_rival.up.sql").unlink()
    (three / "dba.sum").write_text("<<<<<<< HEAD\n" + total)
    assert troubles(three) == [("edited", "dba.sum")]
    lines = total.splitlines(keepends=True)
    (three / "dba.sum").write_text("".join([lines[0], lines[3], lines[4], *lines[1:3], *lines[5:]]))
    assert troubles(three) == [("edited", "dba.sum")]


def test_what_cannot_be_written_leaves_nothing(three):
    before = sorted(one.name for one in three.iterdir())
    folder = read_folder(three)
    (three / "dba.sum").unlink()
    (three / "dba.sum").mkdir()  # where the last of the files should go
    with pytest.raises(SurroundingsError, match="cannot write"):
        write_migration(folder, Migration(id="", name="four", up=STEPS, down=BACK))
    assert sorted(one.name for one in three.iterdir()) == before
    with pytest.raises(InputError, match="cannot name a migration"):
        write_migration(folder, Migration(id="", name="../..", up=STEPS))
    with pytest.raises(InputError, match="there is no folder"):
        read_folder(three / "nowhere")
