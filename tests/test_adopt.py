"""`dba migrate adopt`: a database that was made by other means takes on a folder of migrations, on real servers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

import postgres_servers
from applying import Migrations
from conftest import Database, UserServer
from dbarchitect.__main__ import main
from dbarchitect.api.apply import adopt
from dbarchitect.engines.postgres.migrator.session import Session
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.migrate.course import there_already, way_back, way_in
from dbarchitect.model.journal import ADOPTED, Journal, Prospect, Run
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Migration, Step
from dbarchitect.model.schema import Relational, Table

# A database as somebody made it by hand, and the folder that would have made it.
BY_HAND = (
    "CREATE TABLE customers (id bigint PRIMARY KEY, name text)",
    "CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint REFERENCES customers, state text)",
    "INSERT INTO customers VALUES (1, 'a'), (2, 'b')",
    "CREATE INDEX orders_customer_idx ON orders (customer)",
    "CREATE VIEW waiting AS SELECT orders.id, customers.name FROM orders JOIN customers ON customers.id = customer",
)
Dba = Callable[..., tuple[int, str, str]]


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    folder = tmp_path / "migrations"
    folder.mkdir()
    made = Migrations(folder)
    made.add(
        "0001_base",
        "CREATE TABLE customers (id bigint PRIMARY KEY, name text);\n"
        "CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint REFERENCES customers, state text);\n"
        f"{BY_HAND[-1]};",
        "DROP VIEW waiting; DROP TABLE orders, customers;",
    )
    made.add(
        "0002_index", "CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer);",
        "DROP INDEX CONCURRENTLY orders_customer_idx;",
    )  # fmt: skip
    return made


@pytest.fixture
def dba(migrations: Migrations, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Dba:
    """`dba("adopt", url, ...)`: exit code, stdout, stderr of `dba migrate adopt FOLDER --to URL ...`."""
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))

    def run(verb: str, url: str, *more: str) -> tuple[int, str, str]:
        code = main(("migrate", verb, str(migrations.folder), "--to", url, *more))
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


@pytest.fixture(params=[15, 18])
def either(request: pytest.FixtureRequest, server: Server, postgres15: Server) -> Server:
    """PostgreSQL 15, and 18."""
    return server if request.param == 18 else postgres15


def recorded(on: Database) -> list[tuple[object, ...]]:
    return on.connection.execute(
        "SELECT id, plan, state, started IS NULL, schema_after IS NOT NULL, forced FROM dbarchitect.migrations "
        "ORDER BY run"
    ).fetchall()


def has(on: Database, relation: str) -> bool:
    return on.connection.execute("SELECT to_regclass(%s) IS NOT NULL", (relation,)).fetchone() == (True,)


def test_what_is_adopted_counts_as_applied_and_the_next_one_goes_on_from_there(
    database: Callable[..., Database], migrations: Migrations, dba: Dba, either: Server
) -> None:
    app = database(*BY_HAND, on=either)
    code, out, _ = dba("status", app.url)
    assert code == 0
    assert "no record of that: dba migrate adopt" in out
    code, out, err = dba("adopt", app.url, "--yes")
    assert code == 0, err
    assert "to record as applied, without running" in err
    assert "0002 index: 1 step, recorded and not run" in out
    assert "checked: the schema equals what 0001 to 0002 make" in out
    assert "next: `dba migrate new NAME --in" in out
    assert recorded(app) == [("0001", "adopted", "done", True, False, ""), ("0002", "adopted", "done", True, True, "")]
    assert app.connection.execute("SELECT count(*) FROM customers").fetchone() == (2,)
    code, out, _ = dba("status", app.url)
    assert code == 0
    assert out.count("adopted, not run here") == 2
    assert dba("apply", app.url, "--yes")[1].strip().endswith("nothing is left to apply")
    # The next one is rehearsed, applied without force, and taken back.
    migrations.add("0003_note", "ALTER TABLE orders ADD COLUMN note text;", "ALTER TABLE orders DROP COLUMN note;")
    migrations.rehearse(app.url)
    code, out, err = dba("apply", app.url, "--yes", "--backup", "none")
    assert (code, "0003 note: 1 step" in out, "0002" in out) == (0, True, False), err
    code, out, err = dba("rollback", app.url, "--yes", "--backup", "none")
    assert (code, "checked: the schema equals the schema before 0003" in out) == (0, True), err
    app.connection.execute("ALTER TABLE orders ADD COLUMN hotfix int")
    code, _, err = dba("apply", app.url, "--yes")
    assert code == 2
    assert "drifted" in err


def test_a_schema_that_they_do_not_make_is_refused_in_words(
    database: Callable[..., Database], dba: Dba, either: Server
) -> None:
    app = database(*BY_HAND, "ALTER TABLE orders ADD COLUMN hotfix int", "DROP INDEX orders_customer_idx", on=either)
    code, _, err = dba("adopt", app.url, "--yes")
    assert code == 2
    assert "is not what 0001 to 0002 make: " in err
    assert "tables.public.orders.columns.hotfix: is there and should not be" in err
    assert "tables.public.orders.indexes.public.orders_customer_idx: is missing" in err
    assert not has(app, "dbarchitect.migrations")
    code, out, err = dba("adopt", app.url, "--yes", "--force")
    assert code == 0, err
    assert "forced, although" in out
    assert "checked" not in out
    assert all("hotfix" in str(row[-1]) for row in recorded(app))
    # What was forced stays to be seen, and what it was like then is where a later change begins.
    code, out, _ = dba("status", app.url)
    assert (code, "hotfix: is there and should not be" in out) == (1, True)


def test_the_first_ones_are_adopted_and_the_others_applied(
    database: Callable[..., Database], migrations: Migrations, dba: Dba
) -> None:
    app = database(*BY_HAND, "DROP INDEX orders_customer_idx")
    code, _, err = dba("adopt", app.url, "--yes", "--upto", "0007")
    assert (code, "there are 0001, 0002" in err) == (2, True)
    code, out, err = dba("adopt", app.url, "--yes", "--upto", "0001", "--format", "json")
    assert code == 0, err
    found = json.loads(out)
    assert found["adopted"]
    assert found["checked"] == "what 0001 makes"
    assert found["next"].startswith("0002 not applied yet: dba migrate rehearse ")
    migrations.rehearse(app.url)
    code, out, err = dba("apply", app.url, "--yes")
    assert (code, has(app, "orders_customer_idx")) == (0, True), err
    # Of both only the one that ran here is taken back.
    code, _, err = dba("rollback", app.url, "--yes", "--to-id", "base")
    assert (code, "0001 never ran here" in err, "--to-id 0001 takes back" in err) == (2, True, True)
    assert dba("rollback", app.url, "--yes", "--to-id", "0001")[0] == 0
    assert (has(app, "orders_customer_idx"), has(app, "orders")) == (False, True)


def test_what_has_a_history_is_not_adopted(database: Callable[..., Database], migrations: Migrations, dba: Dba) -> None:
    app = database(*BY_HAND)
    assert dba("adopt", app.url, "--yes")[0] == 0
    code, _, err = dba("adopt", app.url, "--yes", "--force")
    assert code == 2
    assert "has a history of this folder: 0001, 0002" in err
    half = database()
    migrations.add("0001_base", "-- dba: step 1\nCREATE TABLE customers ();\n-- dba: step 2\nSELECT 1 / 0;")
    assert migrations.apply(half.url).failure is not None
    assert "has a history of this folder: 0001" in dba("adopt", half.url, "--yes", "--force")[2]


def test_a_history_of_other_migrations_and_an_empty_folder_are_told(
    database: Callable[..., Database], migrations: Migrations, dba: Dba
) -> None:
    app = database(*BY_HAND)
    assert dba("adopt", app.url, "--yes", "--upto", "0001", "--force")[0] == 0
    base = migrations.folder / "0001_base.up.sql"
    base.rename(base.with_name("0009_base.up.sql"))
    (migrations.folder / "0001_base.down.sql").unlink()
    code, _, err = dba("adopt", app.url, "--yes")
    assert (code, "0001 base is applied, and the folder does not have it" in err) == (2, True)
    for file in migrations.folder.iterdir():
        file.unlink()
    code, _, err = dba("adopt", app.url, "--yes")
    assert (code, "the folder has no migrations" in err) == (2, True)


def test_what_was_adopted_is_taken_back_only_by_force(
    database: Callable[..., Database], migrations: Migrations, dba: Dba
) -> None:
    app = database(*BY_HAND)
    assert dba("adopt", app.url, "--yes")[0] == 0
    code, _, err = dba("rollback", app.url, "--yes")
    assert code == 2
    assert "0002 never ran here: the database had it when it was adopted" in err
    way_out = err.partition("only that it was adopted: ")[2].partition(";")[0]
    assert has(app, "orders_customer_idx")
    app.connection.execute(way_out.encode())
    code, out, _ = dba("status", app.url)
    assert (code, "0002  pending" in out) == (1, True)
    app.connection.execute("UPDATE dbarchitect.migrations SET state = 'done'")
    backups = str(migrations.folder.parent / "backups")
    code, out, err = dba("rollback", app.url, "--yes", "--to-id", "base", "--force", "--backup-dir", backups)
    assert code == 0, err
    assert "public.customers: DROP TABLE" in err
    assert "(2 tables, 2 rows; restored" in out
    assert not has(app, "customers")
    assert [row[2] for row in recorded(app)] == ["undone", "undone", "done", "done"]
    assert dba("apply", app.url, "--yes", "--force")[0] == 0  # and from nothing, as if it had always been so


def test_nothing_is_written_where_nobody_agrees(
    database: Callable[..., Database], dba: Dba, monkeypatch: pytest.MonkeyPatch, migrations: Migrations
) -> None:
    def declines(prospect: Prospect) -> bool:
        assert prospect.adopts
        return False

    app = database(*BY_HAND)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    code, _, err = dba("adopt", app.url)
    assert (code, "--yes" in err) == (2, True)
    asked = adopt(migrations.folder, app.url, migrations.options(force=False, agree=declines))
    assert asked.declined
    assert not has(app, "dbarchitect.migrations")


def test_one_at_a_time(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(*BY_HAND)
    other = Session(app.url, lock_wait_s=1, say=lambda _: None)
    try:
        other.lock()
        with pytest.raises(SurroundingsError, match="another migration runs on this database"):
            adopt(migrations.folder, app.url, migrations.options())
    finally:
        other.close()


def test_rows_that_migrations_write_are_not_known(
    database: Callable[..., Database], migrations: Migrations, dba: Dba
) -> None:
    app = database(*BY_HAND)
    migrations.add("0003_rows", "INSERT INTO customers VALUES (3, 'c');", "DELETE FROM customers WHERE id = 3;")
    code, _, err = dba("adopt", app.url, "--yes")
    assert code == 0
    assert "whether the rows are there that 0003 would write" in err
    assert app.connection.execute("SELECT count(*) FROM customers").fetchone() == (2,)


def test_a_migration_that_does_not_run_is_no_measure(
    database: Callable[..., Database], migrations: Migrations, dba: Dba
) -> None:
    app = database(*BY_HAND)
    migrations.add("0003_wrong", "ALTER TABLE nowhere ADD COLUMN a int;")
    code, _, err = dba("adopt", app.url, "--yes")
    assert (code, "what 0001 to 0003 make cannot be told" in err, '"nowhere" does not exist' in err) == (2, True, True)
    assert dba("adopt", app.url, "--yes", "--force")[0] == 0
    assert "cannot be told" in str(recorded(app)[0][-1])


def test_apply_speaks_of_adopt_where_the_first_tables_are_there(
    database: Callable[..., Database], migrations: Migrations, dba: Dba
) -> None:
    app = database(*BY_HAND, "DROP INDEX orders_customer_idx")
    code, _, err = dba("apply", app.url, "--yes")
    assert code == 2
    assert "public.customers, public.orders of 0001 are there already" in err
    assert f"dba migrate adopt {migrations.folder} --to" in err
    assert "migrate adopt" not in dba("apply", database().url, "--yes")[2]
    assert "migrate adopt" not in dba("status", app.url)[1]  # the index is missing


def test_an_ordinary_role_adopts(user_server: UserServer, migrations: Migrations, dba: Dba) -> None:
    for file in migrations.folder.iterdir():
        file.unlink()
    migrations.add("0001_orders", "CREATE TABLE orders (id bigint PRIMARY KEY);", "DROP TABLE orders;")
    with psycopg.connect(user_server.server.url("app"), autocommit=True) as admin:
        code, _, err = dba("adopt", user_server.url("reader"), "--yes")
        assert (code, "GRANT CREATE ON DATABASE app TO reader" in err) == (3, True), err
        admin.execute("GRANT CREATE ON DATABASE app TO owner")
        try:
            code, out, err = dba("adopt", user_server.url("owner"), "--yes")
            assert code == 0, err
            assert UserServer.PASSWORD not in out + err
            row = admin.execute("SELECT id, by FROM dbarchitect.migrations").fetchone()
            assert row is not None
            assert row[0] == "0001"
            assert row[1].startswith("owner from ")
        finally:
            admin.execute("DROP SCHEMA IF EXISTS dbarchitect CASCADE; REVOKE CREATE ON DATABASE app FROM owner")


def test_tables_that_are_made_only_where_they_are_missing_are_no_sign() -> None:
    def of(*sql: str) -> Migration:
        return Migration(id="0001", name="m", up=(Step(sql=sql),))

    there = Relational(tables=(Table(name=Name(schema="public", name="a")),))
    assert there_already(of("CREATE TABLE a (id int)", "CREATE INDEX ON a (id)"), there) == (
        Name(schema="public", name="a"),
    )
    assert there_already(of("CREATE TABLE a ()", "CREATE TABLE other.a ()"), there) == ()
    assert there_already(of("CREATE TABLE IF NOT EXISTS a ()"), there) == ()
    assert there_already(of("CREATE TEMP TABLE a ()"), there) == ()
    assert there_already(of("ALTER TABLE a ADD COLUMN b int"), there) == ()


def test_without_a_way_back_there_is_none_for_what_was_adopted() -> None:
    one = Migration(id="0001", name="m", up=(Step(sql=("SELECT 1",)),), checksum="c")
    run = Run(number=1, plan=ADOPTED, id="0001", name="m", checksum="c", state="done", steps=1)
    with pytest.raises(InputError, match="0001 m has no way back; done of its 1 steps: all, before it was adopted"):
        way_back([one], Journal(runs=(run,)))


def test_what_another_tool_has_recorded_is_a_history_too() -> None:
    one, two = (Migration(id=id_, name="m", up=(Step(sql=("SELECT 1",)),)) for id_ in ("0001", "0002"))
    assert way_in([one, two], Journal()).migrations == (one, two)
    assert way_in([one, two], Journal(), upto="0001").waiting == ("0002",)
    with pytest.raises(InputError, match="has a history of this folder: 0002"):
        way_in([one, two], Journal(), elsewhere=["0002"])
