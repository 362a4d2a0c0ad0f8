"""apply and rollback on real databases: every step once, what is refused, what stops a run and how it goes on."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from applying import Migrations
from conftest import Database, UserServer
from dbarchitect.__main__ import main
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.migrate.compare import differences

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, amount int NOT NULL, code text)"
ROWS = "INSERT INTO orders SELECT g, g, 'c' || g FROM generate_series(1, 1000) g"


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    folder = tmp_path / "migrations"
    folder.mkdir()
    return Migrations(folder)


@pytest.fixture(params=[15, 18])
def either(request: pytest.FixtureRequest, server: Server, postgres15: Server) -> Server:
    """PostgreSQL 15, and 18."""
    return server if request.param == 18 else postgres15


def journal(on: Database) -> list[tuple[object, ...]]:
    return on.connection.execute(
        "SELECT m.id, m.direction, m.state, array_agg(s.number || ' ' || s.state ORDER BY s.number) "
        "FROM dbarchitect.migrations m LEFT JOIN dbarchitect.steps s USING (run) GROUP BY m.run ORDER BY m.run"
    ).fetchall()


def columns(on: Database, table: str = "orders") -> list[str]:
    found = on.connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped "
        "ORDER BY attnum",
        (table,),
    )
    return [name for (name,) in found]


def indexes(on: Database, table: str = "orders") -> dict[str, bool]:
    found = on.connection.execute(
        "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = to_regclass(%s)", (table,)
    )
    return dict(found.fetchall())


# --- there and back ---------------------------------------------------------------------------------------------------


def test_what_is_applied_once_is_recorded_and_rolled_back_exactly(
    database: Callable[..., Database], migrations: Migrations, either: Server
) -> None:
    app = database(ORDERS, ROWS, on=either)
    before = inspect(app.connection, facts=False)
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;", "ALTER TABLE orders DROP COLUMN note;")
    migrations.add(
        "0002_index",
        "CREATE INDEX CONCURRENTLY orders_code_idx ON orders (code);\n"
        "CREATE INDEX CONCURRENTLY b_idx ON orders (amount);",
        "-- dba: undoes step 2 outside a transaction\nDROP INDEX CONCURRENTLY b_idx;\n"
        "-- dba: undoes step 1 outside a transaction\nDROP INDEX CONCURRENTLY orders_code_idx;",
    )
    first = migrations.apply(app.url)
    assert first.failure is None
    assert [(one.id, one.did, one.steps) for one in first.migrations] == [("0001", 1, 1), ("0002", 2, 2)]
    assert journal(app) == [("0001", "up", "done", ["1 done"]), ("0002", "up", "done", ["1 done", "2 done"])]
    assert indexes(app) == {"orders_pkey": True, "orders_code_idx": True, "b_idx": True}
    again = migrations.apply(app.url)
    assert again.migrations == ()
    assert "nothing is left" in again.next
    back = migrations.rollback(app.url, to_id="base", force=False)
    assert [(one.id, one.direction, one.did) for one in back.migrations] == [("0002", "down", 2), ("0001", "down", 1)]
    assert back.differences == ()
    assert back.checked
    assert differences(inspect(app.connection, facts=False), before) == ()
    assert migrations.apply(app.url).migrations[1].did == 2  # and there once more
    assert [row[2] for row in journal(app)] == ["undone", "undone", "done", "done", "done", "done"]


def test_a_rehearsed_plan_needs_no_force_and_comes_out_as_rehearsed(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS, ROWS)
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;", "ALTER TABLE orders DROP COLUMN note;")
    with pytest.raises(InputError, match="was not rehearsed"):
        migrations.apply(app.url, force=False)
    assert app.connection.execute("SELECT to_regnamespace('dbarchitect')").fetchone() == (None,)
    plan = migrations.rehearse(app.url)
    app.connection.execute("ALTER TABLE orders ADD COLUMN hotfix int")
    with pytest.raises(InputError, match="has drifted"):
        migrations.apply(app.url, force=False)
    app.connection.execute("ALTER TABLE orders DROP COLUMN hotfix")
    done = migrations.apply(app.url, force=False)
    assert (done.plan, done.forced, done.differences) == (plan, (), ())
    assert done.checked == "the rehearsed schema"


def test_what_drifted_since_the_last_migration_is_named(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS)
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;", "ALTER TABLE orders DROP COLUMN note;")
    migrations.apply(app.url)
    migrations.add("0002_b", "ALTER TABLE orders ADD COLUMN b text;", "ALTER TABLE orders DROP COLUMN b;")
    migrations.rehearse(app.url)
    app.connection.execute("ALTER TABLE orders ADD COLUMN hotfix int")
    with pytest.raises(InputError, match=r"drifted.*hotfix"):
        migrations.apply(app.url, force=False)
    with pytest.raises(InputError, match=r"changed since 0001 was applied.*hotfix"):
        migrations.rollback(app.url, force=False)
    forced = migrations.apply(app.url)
    assert "drifted" in forced.forced[0]
    row = app.connection.execute("SELECT forced, by FROM dbarchitect.migrations WHERE id = '0002'").fetchone()
    assert row is not None
    assert "hotfix" in row[0]
    assert row[1] == "postgres from tester@here"


def test_a_schema_that_came_out_otherwise_than_rehearsed_is_told(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS)
    here = "DO $$ BEGIN EXECUTE 'ALTER TABLE orders {}' || left(current_database(), 4){}; END $$;"
    migrations.add("0001_by_name", here.format("ADD COLUMN in_", " || ' int'"), here.format("DROP COLUMN in_", ""))
    migrations.rehearse(app.url)
    done = migrations.apply(app.url, force=False)
    assert done.failure is None
    assert [one for one in done.differences if "in_test was added" in one and "not so in the rehearsal" in one]


def test_only_who_agrees_is_done_by(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(ORDERS)
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;", "ALTER TABLE orders DROP COLUMN note;")
    told = migrations.apply(app.url, agree=lambda _: False)
    assert told.declined
    assert columns(app) == ["id", "amount", "code"]
    assert app.connection.execute("SELECT to_regnamespace('dbarchitect')").fetchone() == (None,)


# --- a run that stops -------------------------------------------------------------------------------------------------


def test_a_step_that_fails_on_the_data_leaves_nothing_and_is_gone_on_with(
    database: Callable[..., Database], migrations: Migrations, either: Server
) -> None:
    app = database(ORDERS, ROWS, "UPDATE orders SET code = NULL WHERE id = 7", on=either)
    migrations.add(
        "0001_code",
        "-- dba: step 1: note\nALTER TABLE orders ADD COLUMN note text;\n"
        "-- dba: step 2: code is there\nBEGIN;\nUPDATE orders SET amount = amount + 1;\n"
        "ALTER TABLE orders ALTER COLUMN code SET NOT NULL;\nCOMMIT;\n",
        "-- dba: undoes step 2\nALTER TABLE orders ALTER COLUMN code DROP NOT NULL;\n"
        "-- dba: undoes step 1\nALTER TABLE orders DROP COLUMN note;\n",
    )
    stopped = migrations.apply(app.url)
    failure = stopped.failure
    assert failure is not None
    assert (failure.kind, failure.migration, failure.step, failure.of, failure.sqlstate) == (
        "sql",
        "0001",
        2,
        2,
        "23502",
    )
    assert 'column "code"' in failure.message
    offending = app.connection.execute(failure.offenders.encode()).fetchall()
    assert [row[0] for row in offending] == [7]
    assert app.connection.execute("SELECT sum(amount) FROM orders").fetchone() == (500500,)
    assert journal(app) == [("0001", "up", "running", ["1 done"])]
    app.connection.execute("UPDATE orders SET code = 'c7' WHERE id = 7")
    finished = migrations.apply(app.url, force=False)  # its plan was agreed to when it was begun
    assert (finished.migrations[0].did, finished.migrations[0].found_done) == (1, 1)
    assert app.connection.execute("SELECT sum(amount) FROM orders").fetchone() == (501500,)


def test_a_run_that_stopped_is_rolled_back_by_what_it_did(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS, ROWS)
    before = inspect(app.connection, facts=False)
    up = (
        "-- dba: step 1: note\nALTER TABLE orders ADD COLUMN note text;\n"
        "-- dba: step 2: index\nCREATE INDEX note_idx ON orders (note);\n"
        "-- dba: step 3: wrong\nALTER TABLE nowhere ADD COLUMN x int;\n"
    )
    migrations.add(
        "0001_three",
        up,
        "-- dba: undoes step 3\nALTER TABLE nowhere DROP COLUMN x;\n-- dba: undoes step 2\nDROP INDEX note_idx;\n"
        "-- dba: undoes step 1\nALTER TABLE orders DROP COLUMN note;\n",
    )
    assert migrations.apply(app.url).failure is not None
    back = migrations.rollback(app.url, force=False)
    assert (back.failure, back.migrations[0].did) == (None, 2)
    assert differences(inspect(app.connection, facts=False), before) == ()
    assert [row[:3] for row in journal(app)] == [("0001", "up", "undone"), ("0001", "down", "done")]
    # A way back that does not say what it undoes cannot take back a part.
    migrations.add("0001_three", up, "DROP INDEX note_idx;\nALTER TABLE orders DROP COLUMN note;\n")
    assert migrations.apply(app.url).failure is not None
    with pytest.raises(InputError, match=r"stopped half-way \(done: step 1 \(note\), 2 \(index\) of 3\)"):
        migrations.rollback(app.url)


def test_an_edited_or_missing_file_is_noticed(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(ORDERS)
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;", "ALTER TABLE orders DROP COLUMN note;")
    migrations.add("0003_c", "ALTER TABLE orders ADD COLUMN c text;", "ALTER TABLE orders DROP COLUMN c;")
    migrations.apply(app.url)
    migrations.add("0002_b", "ALTER TABLE orders ADD COLUMN b text;")
    with pytest.raises(InputError, match="0002 would be applied after 0003"):
        migrations.apply(app.url, force=False)
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note varchar;", "ALTER TABLE orders DROP COLUMN note;")
    with pytest.raises(InputError, match="0001 note was edited since it was applied"):
        migrations.apply(app.url, force=False)
    (migrations.folder / "0003_c.up.sql").unlink()
    (migrations.folder / "0003_c.down.sql").unlink()
    with pytest.raises(InputError, match="0003 is applied, and the folder does not have it"):
        migrations.rollback(app.url)


def test_a_step_that_was_done_must_still_be_what_the_file_has(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS)
    wrong = "-- dba: step 1\nALTER TABLE orders ADD COLUMN {};\n-- dba: step 2\nALTER TABLE {} ADD COLUMN y int;\n"
    migrations.add("0001_two", wrong.format("x int", "nowhere"))
    assert migrations.apply(app.url).failure is not None
    migrations.add("0001_two", wrong.format("x text", "orders"))
    with pytest.raises(InputError, match="edited since its step 1 was done"):
        migrations.apply(app.url)
    migrations.add("0001_two", wrong.format("x int", "orders"))
    with pytest.raises(InputError, match="edited since it was begun"):
        migrations.apply(app.url, force=False)
    assert migrations.apply(app.url).failure is None
    assert columns(app) == ["id", "amount", "code", "x", "y"]


# --- locks ------------------------------------------------------------------------------------------------------------


def test_a_lock_of_another_session_is_given_up_on_in_time_with_nothing_done(
    database: Callable[..., Database], migrations: Migrations, either: Server
) -> None:
    app = database(ORDERS, ROWS, on=either)
    migrations.add(
        "0001_two",
        "-- dba: step 1: other\nCREATE TABLE other (id int);\n"
        "-- dba: step 2: both\nBEGIN;\nALTER TABLE other ADD COLUMN x int;\n"
        "ALTER TABLE orders ADD COLUMN x int;\nCOMMIT;",
    )
    with psycopg.connect(app.url) as other:
        other.execute("SELECT count(*) FROM orders")  # and stays in its transaction
        stopped = migrations.apply(app.url, lock_timeout_ms=600, retries=2)
        failure = stopped.failure
        assert failure is not None
        assert (failure.kind, failure.step, failure.attempts, failure.sqlstate) == ("lock", 2, 3, "55P03")
        assert f"process {other.info.backend_pid}" in failure.message
        assert columns(app, "other") == ["id"]
        assert columns(app) == ["id", "amount", "code"]
        held = app.connection.execute(
            "SELECT count(*) FROM pg_locks WHERE relation = 'orders'::regclass AND pid <> %s", (other.info.backend_pid,)
        ).fetchone()
        assert held == (0,)
    assert migrations.apply(app.url).failure is None
    assert columns(app) == ["id", "amount", "code", "x"]


def test_a_lock_that_becomes_free_is_got_at_another_try(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS)
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;")
    with psycopg.connect(app.url) as other:
        other.execute("SELECT count(*) FROM orders")
        done = migrations.apply(
            app.url, lock_timeout_ms=50, retries=5, say=lambda words: other.rollback() if "try 3 of" in words else None
        )
    assert done.failure is None
    assert done.migrations[0].retries >= 2
    row = app.connection.execute("SELECT attempts FROM dbarchitect.steps").fetchone()
    assert row == (done.migrations[0].retries + 1,)


def test_the_victim_of_a_deadlock_tries_again(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(ORDERS, "CREATE TABLE items (id int)")
    migrations.add(
        "0001_both",
        "-- dba: step 1 lock_timeout=0: both\nBEGIN;\nALTER TABLE orders ADD COLUMN x int;\n"
        "SELECT pg_advisory_xact_lock(1);\nALTER TABLE items ADD COLUMN x int;\nCOMMIT;",
    )
    with psycopg.connect(app.url) as other:
        other.execute("SET deadlock_timeout = '1h'")  # so that the migration is the one that looks
        other.execute("SELECT pg_advisory_lock(1)")
        other.execute("LOCK TABLE items IN ACCESS EXCLUSIVE MODE")

        def cross() -> None:
            other.execute("SELECT pg_advisory_unlock(1)")
            other.execute("LOCK TABLE orders IN ACCESS SHARE MODE")
            other.rollback()

        crossing = threading.Thread(target=cross)

        def on_waiting(words: str) -> None:
            if "waiting for process" in words and not crossing.ident:
                crossing.start()

        done = migrations.apply(app.url, say=on_waiting)
        crossing.join()
    assert done.failure is None
    assert done.migrations[0].retries == 1
    assert [one for one in migrations.said if "a deadlock" in one]


def test_a_second_migrator_waits_or_is_told_who_is_first(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS)
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;", "ALTER TABLE orders DROP COLUMN note;")
    refused: list[SurroundingsError] = []

    def second(_: object) -> bool:
        """While the first is asking, it has the lock."""
        with pytest.raises(SurroundingsError) as caught:
            migrations.apply(app.url, lock_wait_s=0)
        refused.append(caught.value)
        return True

    assert migrations.apply(app.url, agree=second).failure is None
    assert "another migration runs on this database: process " in refused[0].message
    assert "pg_terminate_backend(" in refused[0].hint
    assert journal(app) == [("0001", "up", "done", ["1 done"])]


# --- who and where ----------------------------------------------------------------------------------------------------


def test_an_ordinary_role_over_tcp_with_a_password(user_server: UserServer, migrations: Migrations) -> None:
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;", "ALTER TABLE orders DROP COLUMN note;")
    url = user_server.url("owner")
    with psycopg.connect(user_server.server.url("app"), autocommit=True) as admin:
        with pytest.raises(SurroundingsError) as caught:
            migrations.apply(url)
        assert caught.value.message.startswith("role owner may not create the schema dbarchitect in the database app")
        assert caught.value.hint == "have the database's owner run: GRANT CREATE ON DATABASE app TO owner"
        try:
            admin.execute("GRANT CREATE ON DATABASE app TO owner")
            done = migrations.apply(url)
            assert done.failure is None
            assert user_server.PASSWORD not in repr(done)
            assert "***@127.0.0.1" in done.to
            with pytest.raises(SurroundingsError, match="role reader may not use the history of migrations"):
                migrations.apply(user_server.url("reader"))
            assert migrations.rollback(url).failure is None
        finally:
            admin.execute("DROP SCHEMA IF EXISTS dbarchitect CASCADE")
            admin.execute("REVOKE CREATE ON DATABASE app FROM owner")


def test_what_may_not_be_written_to_is_refused(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(ORDERS)
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;")
    app.connection.execute(f'ALTER DATABASE "{app.name}" SET default_transaction_read_only = on')
    with pytest.raises(SurroundingsError, match="is set to read only"):
        migrations.apply(app.url)


def test_limits_of_the_role_for_ordinary_work_do_not_end_a_migration(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS)
    migrations.add("0001_slow", "SELECT pg_sleep(0.3);\nALTER TABLE orders ADD COLUMN note text;")
    app.connection.execute(f'ALTER DATABASE "{app.name}" SET statement_timeout = 100')
    assert migrations.apply(app.url).failure is None


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_settings_of_a_script_hold_for_its_later_steps_in_another_session_too(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(
        "CREATE SCHEMA shop",
        "CREATE TABLE shop.orders (id int, code text)",
        "INSERT INTO shop.orders VALUES (1, 'a'), (2, 'a')",
    )
    migrations.add(
        "0001_path",
        "SET search_path TO shop;\nCREATE UNIQUE INDEX CONCURRENTLY code_idx ON orders (code);\n"
        "CREATE INDEX CONCURRENTLY id_idx ON orders (id);\n",
    )
    migrations.add("0002_public", "CREATE TABLE other (id int);")
    failure = migrations.apply(app.url).failure
    assert failure is not None
    assert (failure.step, failure.sqlstate) == (2, "23505")
    assert indexes(app, "shop.orders") == {}  # the INVALID one that it left is gone
    app.connection.execute("UPDATE shop.orders SET code = 'b' WHERE id = 2")
    done = migrations.apply(app.url)
    assert done.failure is None
    assert indexes(app, "shop.orders") == {"shop.code_idx": True, "shop.id_idx": True}
    assert columns(app, "public.other") == ["id"]  # what a script sets does not reach the next one


def test_a_step_that_takes_another_role_is_recorded_all_the_same(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS)
    role = f"worker_{app.connection.info.backend_pid}"
    app.connection.execute(f"CREATE ROLE {role}")
    try:
        app.connection.execute(f"GRANT CREATE ON SCHEMA public TO {role}")
        migrations.add("0001_role", f"SET ROLE {role};\nCREATE TABLE of_worker (id int);\nSET search_path TO nowhere;")
        migrations.add("0002_own", "CREATE TABLE of_ours (id int);")
        assert migrations.apply(app.url).failure is None
        owners = app.connection.execute(
            "SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE relname LIKE 'of\\_%' ORDER BY 1"
        ).fetchall()
        assert owners == [("of_ours", "postgres"), ("of_worker", role)]
    finally:
        app.connection.execute(f"DROP OWNED BY {role} CASCADE")
        app.connection.execute(f"DROP ROLE {role}")


def test_a_transaction_may_not_end_inside_a_step(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(ORDERS)
    migrations.add("0001_ends", "-- dba: step 1\nCREATE TABLE a (id int);\nCOMMIT;\nCREATE TABLE b (id int);\n")
    with pytest.raises(InputError):
        migrations.apply(app.url)
    assert columns(app, "a") == []


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_asks_or_needs_yes(
    database: Callable[..., Database], migrations: Migrations, capsys: pytest.CaptureFixture[str]
) -> None:
    app = database(ORDERS, ROWS)
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;", "ALTER TABLE orders DROP COLUMN note;")
    line = ["migrate", "apply", str(migrations.folder), "--to", app.url]
    for words in ([], ["--yes"]):  # what stands against it is told before anybody is asked
        assert main([*line, *words]) == 2
        assert "was not rehearsed" in capsys.readouterr().err
    assert main([*line, "--force"]) == 2
    assert "add --yes" in capsys.readouterr().err
    assert columns(app) == ["id", "amount", "code"]
    assert app.connection.execute("SELECT to_regnamespace('dbarchitect')").fetchone() == (None,)
    assert main([*line, "--yes", "--force", "--format", "json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["migrations"][0]["did"] == 1
    assert "although" in told.err
    assert main(["migrate", "rollback", *line[2:], "--yes", "--backup", "none"]) == 0
    assert "checked: the schema equals the schema before 0001" in capsys.readouterr().out


def test_the_command_tells_why_it_stopped(
    database: Callable[..., Database], migrations: Migrations, capsys: pytest.CaptureFixture[str]
) -> None:
    app = database(ORDERS, ROWS)
    migrations.add("0001_wrong", "-- dba: step 1: a check\nALTER TABLE orders ADD CHECK (amount < 900);")
    line = ["migrate", "apply", str(migrations.folder), "--to", app.url, "--yes", "--force"]
    assert main(line) == 1
    out = capsys.readouterr().out
    assert "stopped at step 1 of 1 of 0001: a check" in out
    assert "(23514)" in out
    assert "rows in the way:" in out
    with psycopg.connect(app.url) as other:
        other.execute("SELECT 1 FROM orders")
        assert main([*line, "--lock-timeout", "50ms", "--retries", "0"]) == 3
    assert "lock" in capsys.readouterr().out
    assert main([*line, "--lock-timeout", "soon"]) == 2


def answered(line: list[str], answer: str) -> tuple[int, str]:
    """The command on a terminal, with what somebody types; its exit code and all that was shown."""
    ours, theirs = os.openpty()
    child = subprocess.Popen([sys.executable, "-m", "dbarchitect", *line], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # how the end of a terminal is told on Linux
        while piece := os.read(ours, 4096):
            shown += piece
            if b"Go on? [y/N]" in shown and answer:
                os.write(ours, answer.encode())
                answer = ""
    os.close(ours)
    return child.wait(), shown.decode()


def test_on_a_terminal_it_asks(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(ORDERS, ROWS)
    migrations.add("0001_drop", "ALTER TABLE orders DROP COLUMN code;")
    line = ["migrate", "apply", str(migrations.folder), "--to", app.url, "--force", "--backup", "none"]
    code, shown = answered(line, "\n")
    assert (code, "nothing was done" in shown) == (1, True)
    assert "public.orders: DROP COLUMN code of orders" in shown
    assert columns(app) == ["id", "amount", "code"]
    code, shown = answered(line, "y\n")
    assert code == 0, shown
    assert columns(app) == ["id", "amount"]


def test_what_is_forced_later_is_recorded_too(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(ORDERS)
    up = "-- dba: step 1\nALTER TABLE orders ADD COLUMN x int;\n-- dba: step 2\nALTER TABLE {} ADD COLUMN y int;\n"
    migrations.add("0001_two", up.format("nowhere"))
    assert migrations.apply(app.url).failure is not None
    migrations.add("0001_two", up.format("orders"))
    assert migrations.apply(app.url).failure is None
    row = app.connection.execute("SELECT forced FROM dbarchitect.migrations").fetchone()
    assert row == ("this plan was not rehearsed on this schema; 0001 two was edited since it was begun",)


def test_rows_from_a_client_are_refused_before_anything_runs(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS)
    migrations.add("0001_copy", "CREATE TABLE a (id int);\nCOPY orders FROM stdin;\n1\t1\ta\n\\.\n")
    with pytest.raises(InputError, match="COPY"):
        migrations.apply(app.url)
    assert columns(app, "a") == []


def test_an_older_server_comes_out_as_rehearsed_on_a_newer_one(
    database: Callable[..., Database], migrations: Migrations, postgres15: Server
) -> None:
    app = database(ORDERS, ROWS, on=postgres15)
    migrations.add(
        "0001_items",
        "CREATE TABLE items (id int PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders, n int CHECK (n > 0));\n"
        "CREATE VIEW open_orders AS SELECT id, code FROM orders WHERE amount > 5 AND code LIKE 'c%';\n"
        "ALTER TABLE orders ALTER COLUMN code SET NOT NULL;",
        "ALTER TABLE orders ALTER COLUMN code DROP NOT NULL;\nDROP VIEW open_orders;\nDROP TABLE items;",
    )
    migrations.rehearse(app.url)
    done = migrations.apply(app.url, force=False)
    assert (done.failure, done.differences) == (None, ())
    assert done.checked
