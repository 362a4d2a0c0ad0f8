"""What a migration can destroy is found, saved, and the file is proved by restoring it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from applying import Migrations
from conftest import Database, UserServer
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.migrator.losses import endangered
from dbarchitect.engines.postgres.server import Server, find_binaries
from dbarchitect.errors import SurroundingsError
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Backfill, Step

SHOP = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, mood mood, born date, "Größe" numeric(10, 2));
CREATE TABLE orders (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int REFERENCES customers ON DELETE CASCADE,
    amount double precision, twice double precision GENERATED ALWAYS AS (amount * 2) STORED, tags text[]
);
CREATE TABLE log (at timestamptz NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no more customers'; END $$;
"""
ROWS = """
INSERT INTO customers SELECT g, 'name ' || g, 'bad', '2000-01-01'::date + g, g / 3.0 FROM generate_series(1, 200) g;
INSERT INTO orders (customer_id, amount, tags) SELECT g % 200 + 1, g / 7.0, ARRAY['a', NULL, E'q"\\\\n\\n' || g]
FROM generate_series(1, 500) g;
INSERT INTO log SELECT '2026-05-05'::timestamptz + g * interval '1 min', 'line ' || g FROM generate_series(1, 50) g;
CREATE TRIGGER no_more BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION refuse();
ALTER TABLE customers ADD CONSTRAINT young CHECK (born > '2020-01-01') NOT VALID;
"""


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    folder = tmp_path / "migrations"
    folder.mkdir()
    return Migrations(folder)


# --- what is found ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("ALTER TABLE orders ADD COLUMN note text", set()),
        ("CREATE INDEX ON orders (amount)", set()),
        ("DROP TABLE nowhere", set()),
        ("ALTER TABLE orders DROP COLUMN note", set()),  # made by the migration itself
        ("UPDATE orders SET note = 1", set()),
        ("ALTER TABLE orders ALTER COLUMN id TYPE bigint", set()),
        ("ALTER TABLE orders ALTER COLUMN amount TYPE numeric", {"orders"}),
        ("ALTER TABLE customers ALTER COLUMN name TYPE varchar(3)", {"customers"}),
        ("ALTER TABLE orders DROP COLUMN amount", {"orders"}),
        ("DROP TABLE public.orders", {"orders"}),
        ("DROP TABLE log", {"log", "log_1"}),
        ("DELETE FROM customers WHERE id < 5", {"customers", "orders"}),
        ("DELETE FROM orders", {"orders"}),
        ("UPDATE customers SET name = ''", {"customers"}),
        ("TRUNCATE customers CASCADE", {"customers", "orders"}),
        ("TRUNCATE log", {"log", "log_1"}),
        ("DROP SCHEMA public CASCADE", {"customers", "orders", "log", "log_1"}),
        ("DROP TYPE mood CASCADE", {"customers"}),
        ("MERGE INTO orders USING customers c ON c.id = orders.id WHEN MATCHED THEN DELETE", {"orders"}),
        ("this is no SQL", set()),
    ],
)
def test_what_sql_can_destroy(shop: Database, sql: str, found: set[str]) -> None:
    schema = inspect(shop.connection, facts=False)
    assert {name.name for name in endangered([Step(sql=(sql,))], schema)} == found


def test_a_backfill_of_a_new_column_destroys_nothing(shop: Database) -> None:
    schema = inspect(shop.connection, facts=False)
    table = Name(schema="public", name="orders")
    for column, found in (("note", {}), ("amount", {table: "UPDATE public.orders"})):
        step = Step(sql=("",), backfill=Backfill(table=table, key=("id",), assignments={column: "1"}))
        assert endangered([step], schema) == found


@pytest.fixture
def shop(database: Callable[..., Database]) -> Database:
    return database(SHOP, ROWS)


# --- what is saved ----------------------------------------------------------------------------------------------------


def restored(server: Server, file: str, name: str) -> psycopg.Connection:
    """The file restored by pg_restore into a new database."""
    server.drop_database(name)
    server.create_database(name)
    strict = ["--exit-on-error"] if server.version >= 170000 else []
    command = [find_binaries().bin / "pg_restore", *strict, "--no-owner", "--dbname", server.url(name), file]
    ran = subprocess.run(command, capture_output=True, text=True)
    failed = re.findall("ERROR: .*", ran.stderr)
    # The one setting of pg_restore's own that servers before 17 do not know.
    known = [] if strict else ['ERROR:  unrecognized configuration parameter "transaction_timeout"']
    assert failed == known, ran.stderr
    return psycopg.connect(server.url(name))


def rows(connection: psycopg.Connection, table: str) -> list[str]:
    return sorted(row for (row,) in connection.execute(f"SELECT t::text FROM {table} t").fetchall())


@pytest.mark.parametrize("major", [15, 18])
def test_tables_are_saved_and_can_be_brought_back(
    database: Callable[..., Database], migrations: Migrations, server: Server, postgres15: Server, major: int
) -> None:
    home = server if major == 18 else postgres15
    shop = database(SHOP, ROWS, on=home)
    before = rows(shop.connection, "log_1")
    migrations.add("0001_drop", "DROP TABLE log;\nALTER TABLE customers DROP COLUMN born;")
    done = migrations.apply(shop.url, backup="tables")
    assert done.failure is None
    (backup,) = done.backups
    assert backup.rows == {"public.customers": 200, "public.log_1": 50}
    assert backup.verified == "restored on a private server: 2 tables, every count and checksum equal"
    assert Path(backup.path).stat().st_mode & 0o077 == 0
    assert Path(backup.path).with_name(".gitignore").read_text() == "*\n"
    row = shop.connection.execute("SELECT backup FROM dbarchitect.migrations").fetchone()
    assert row == (backup.path,)
    # As the command says, word for word but for the name of the database: on the same server, whose newest minor
    # versions write among a column's options what others do not know.
    assert backup.restore == f"createdb NEW && pg_restore --no-owner --dbname=NEW {backup.path}"
    with restored(home, backup.path, "beside") as connection:
        assert rows(connection, "log_1") == before
        assert connection.execute("SELECT count(*), count(born) FROM customers").fetchone() == (200, 200)
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    home.drop_database("beside")


def test_the_whole_database(shop: Database, migrations: Migrations, server: Server) -> None:
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;")
    (backup,) = migrations.apply(shop.url, backup="full").backups
    assert backup.tables == ()
    with restored(server, backup.path, "whole") as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (500,)
    server.drop_database("whole")


def test_nothing_is_saved_where_nothing_can_be_lost(shop: Database, migrations: Migrations) -> None:
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;")
    assert migrations.apply(shop.url, backup="tables").backups == ()
    assert not (migrations.folder.parent / "backups").exists()


def test_the_way_back_says_what_it_loses_and_saves_it(shop: Database, migrations: Migrations) -> None:
    migrations.add(
        "0001_note",
        "-- dba: step 1: note\nALTER TABLE orders ADD COLUMN note text;",
        "-- dba: undoes step 1: drop note\n--   loses: the notes of orders\nALTER TABLE orders DROP COLUMN note;",
    )
    migrations.apply(shop.url)
    shop.connection.execute("UPDATE orders SET note = 'by hand' WHERE id = 1")
    back = migrations.rollback(shop.url, backup="tables", force=False)
    assert migrations.prospects[-1].loses == ("the notes of orders",)
    assert back.backups[0].rows == {"public.orders": 500}


def test_a_kept_column_comes_back_with_its_values(shop: Database, migrations: Migrations) -> None:
    before = rows(shop.connection, "customers")
    migrations.add(
        "0001_keep",
        "-- dba: step 1\nALTER TABLE customers RENAME COLUMN name TO dba_kept_name;",
        "-- dba: undoes step 1\nALTER TABLE customers RENAME COLUMN dba_kept_name TO name;",
    )
    migrations.apply(shop.url)
    assert migrations.rollback(shop.url, force=False).differences == ()
    assert rows(shop.connection, "customers") == before


def test_a_file_that_does_not_restore_stops_before_anything_is_done(shop: Database, migrations: Migrations) -> None:
    # A check that its own function no longer holds: such rows cannot be brought back by anybody.
    shop.connection.execute("CREATE FUNCTION odd(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true'")
    shop.connection.execute("ALTER TABLE orders ADD CHECK (odd(id))")
    shop.connection.execute(
        "CREATE OR REPLACE FUNCTION odd(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT $1 % 2 = 1'"
    )
    migrations.add("0001_drop", "ALTER TABLE orders DROP COLUMN amount CASCADE;")
    with pytest.raises(SurroundingsError, match="does not restore"):
        migrations.apply(shop.url, backup="tables")
    assert shop.connection.execute("SELECT count(amount) FROM orders").fetchone() == (500,)
    assert shop.connection.execute("SELECT count(*) FROM dbarchitect.migrations").fetchone() == (0,)


def test_what_this_role_may_not_read_is_named(user_server: UserServer, migrations: Migrations) -> None:
    with psycopg.connect(user_server.server.url("app"), autocommit=True) as admin:
        admin.execute("GRANT CREATE ON DATABASE app TO owner")
        admin.execute("ALTER TABLE orders ENABLE ROW LEVEL SECURITY")
        admin.execute("ALTER TABLE orders FORCE ROW LEVEL SECURITY")
        migrations.add("0001_delete", "DELETE FROM orders;")
        try:
            with pytest.raises(SurroundingsError, match=r"may not read all of public\.orders"):
                migrations.apply(user_server.url("owner"), backup="tables")
        finally:
            admin.execute("ALTER TABLE orders NO FORCE ROW LEVEL SECURITY")
            admin.execute("ALTER TABLE orders DISABLE ROW LEVEL SECURITY")
            admin.execute("DROP SCHEMA IF EXISTS dbarchitect CASCADE")
            admin.execute("REVOKE CREATE ON DATABASE app FROM owner")


def test_a_providers_snapshot(shop: Database, migrations: Migrations) -> None:
    migrations.add("0001_note", "ALTER TABLE orders ADD COLUMN note text;")
    with pytest.raises(SurroundingsError, match="ended with code 4: no quota"):
        migrations.apply(shop.url, snapshot_command="echo no quota >&2; exit 4")
    assert shop.connection.execute("SELECT count(*) FROM dbarchitect.migrations").fetchone() == (0,)
    done = migrations.apply(shop.url, snapshot_command='echo working; echo "snap-of-$DBA_DATABASE-$DBA_PLAN"')
    assert done.backups[0].path == f"snap-of-{shop.name}-{done.plan}"
