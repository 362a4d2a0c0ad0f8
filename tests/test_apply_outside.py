"""Statements outside a transaction that were cut off, and backfills: what the catalogue and the journal say of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from applying import Migrations
from conftest import Database
from dbarchitect.engines.postgres.migrator import outside
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import SurroundingsError

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, code text, amount int)"
ROWS = "INSERT INTO orders SELECT g, 'c' || g, g FROM generate_series(1, 100) g"
CONCURRENTLY = "CREATE INDEX CONCURRENTLY code_idx ON orders (lower(code)) WHERE amount > 5"


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    folder = tmp_path / "migrations"
    folder.mkdir()
    return Migrations(folder)


@pytest.fixture(params=[12, 15, 18])
def each(request: pytest.FixtureRequest, server: Server, old_server: Callable[[int], Server]) -> Server:
    """PostgreSQL 12, 15 and 18."""
    return server if request.param == 18 else old_server(request.param)


def said(_: str) -> None:
    """Nobody listens."""


def indexes(on: Database, table: str = "orders") -> dict[str, bool]:
    found = on.connection.execute(
        "SELECT c.relname, indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
        "WHERE indrelid = to_regclass(%s) AND NOT indisprimary",
        (table,),
    )
    return dict(found.fetchall())


def cut_off(on: Database, statement: str) -> None:
    """The statement, cancelled while it waits for a transaction that is open."""
    with psycopg.connect(on.url) as other:
        other.execute("LOCK TABLE orders IN ROW EXCLUSIVE MODE")
        on.connection.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            on.connection.execute(statement)
        on.connection.execute("RESET lock_timeout")


# --- what a statement left --------------------------------------------------------------------------------------------


def test_an_index_that_is_there_and_is_the_one_is_done(database: Callable[..., Database], each: Server) -> None:
    app = database(ORDERS, ROWS, on=each)
    remembered = outside.before(app.connection, outside.action_of(CONCURRENTLY))
    assert outside.settle(app.connection, CONCURRENTLY, remembered, said) == "not done"
    app.connection.execute(CONCURRENTLY)
    assert outside.settle(app.connection, CONCURRENTLY, remembered, said) == "done"
    unnamed = CONCURRENTLY.replace("code_idx ", "")
    assert outside.settle(app.connection, unnamed, remembered, said) == "done"
    app.connection.execute("DROP INDEX code_idx")
    app.connection.execute(CONCURRENTLY.replace("lower", "upper"))
    with pytest.raises(
        SurroundingsError, match="code_idx was made meanwhile by somebody else, with another definition"
    ):
        outside.settle(app.connection, CONCURRENTLY, remembered, said)
    assert indexes(app) == {"code_idx": True}  # and stays as it is


def test_an_invalid_index_is_dropped_to_be_built_again(database: Callable[..., Database], each: Server) -> None:
    app = database(ORDERS, ROWS, on=each)
    remembered = outside.before(app.connection, outside.action_of(CONCURRENTLY))
    cut_off(app, CONCURRENTLY)
    assert indexes(app) == {"code_idx": False}
    assert outside.settle(app.connection, CONCURRENTLY, remembered, said) == "not done"
    assert indexes(app) == {}


def test_an_invalid_index_from_before_makes_room(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(ORDERS, ROWS)
    cut_off(app, CONCURRENTLY)
    migrations.add("0001_index", f"{CONCURRENTLY.replace('code_idx', 'IF NOT EXISTS code_idx')};")
    assert migrations.apply(app.url).failure is None
    assert indexes(app) == {"code_idx": True}
    assert [words for words in migrations.said if "an INVALID index that a build left behind" in words]


def test_leftovers_of_reindex_are_dropped(database: Callable[..., Database], each: Server) -> None:
    app = database(ORDERS, ROWS, "CREATE INDEX code_idx ON orders (code)", on=each)
    for statement in ("REINDEX INDEX CONCURRENTLY code_idx", "REINDEX TABLE CONCURRENTLY orders"):
        cut_off(app, statement)
        assert len(indexes(app)) > 1
        assert outside.settle(app.connection, statement, "", said) == "not done"
        assert indexes(app) == {"code_idx": True}


def test_an_index_to_be_dropped_is_gone_or_not(database: Callable[..., Database], each: Server) -> None:
    app = database(ORDERS, "CREATE INDEX code_idx ON orders (code)", on=each)
    drop = "DROP INDEX CONCURRENTLY code_idx"
    assert outside.settle(app.connection, drop, "", said) == "not done"
    app.connection.execute(drop)
    assert outside.settle(app.connection, drop, "", said) == "done"


def test_a_partition_half_detached_is_detached(
    database: Callable[..., Database], migrations: Migrations, server: Server, postgres15: Server
) -> None:
    for on in (server, postgres15):
        app = database(
            "CREATE TABLE log (id int) PARTITION BY RANGE (id)",
            "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (0) TO (10)",
            on=on,
        )
        detach = "ALTER TABLE log DETACH PARTITION log_1 CONCURRENTLY"
        assert outside.settle(app.connection, detach, "", said) == "not done"
        with psycopg.connect(app.url) as other:
            other.execute("SELECT * FROM log")
            app.connection.execute("SET lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                app.connection.execute(detach)
            app.connection.execute("RESET lock_timeout")
        assert outside.settle(app.connection, detach, "", said) == "done"
        assert app.connection.execute("SELECT count(*) FROM pg_inherits").fetchone() == (0,)
        assert outside.settle(app.connection, detach, "", said) == "done"


def test_a_value_of_an_enum_is_there_or_not(database: Callable[..., Database]) -> None:
    app = database("CREATE TYPE mood AS ENUM ('good')")
    add = "ALTER TYPE mood ADD VALUE 'bad'"
    assert outside.settle(app.connection, add, "", said) == "not done"
    app.connection.execute(add)
    assert outside.settle(app.connection, add, "", said) == "done"


def test_what_cannot_be_told_is_left_to_a_person(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(ORDERS, ROWS)
    body = "BEGIN UPDATE orders SET amount = amount + 1; COMMIT; PERFORM 1 / (SELECT count(*) - 100 FROM orders); END"
    migrations.add("0001_do", f"-- dba: step 1 outside a transaction: by halves\nDO $$ {body} $$;")
    first = migrations.apply(app.url).failure
    assert first is not None
    assert first.sqlstate == "22012"
    assert app.connection.execute("SELECT min(amount) FROM orders").fetchone() == (2,)
    second = migrations.apply(app.url).failure  # would otherwise add one again
    assert second is not None
    assert second.kind == "outside"
    assert app.connection.execute("SELECT min(amount) FROM orders").fetchone() == (2,)
    told = second.hint.split("if it was done: ")[1].split(";")[0]
    app.connection.execute(told.encode())  # as it says
    assert migrations.apply(app.url).failure is None


def test_unique_values_that_are_not_leave_no_index(
    database: Callable[..., Database], migrations: Migrations, each: Server
) -> None:
    app = database(ORDERS, ROWS, "UPDATE orders SET code = 'c1' WHERE id = 2", on=each)
    migrations.add("0001_unique", "CREATE UNIQUE INDEX CONCURRENTLY code_idx ON orders (code);")
    failure = migrations.apply(app.url).failure
    assert failure is not None
    assert failure.sqlstate == "23505"
    assert indexes(app) == {}
    assert app.connection.execute("SELECT count(*) FROM dbarchitect.steps").fetchone() == (0,)
    app.connection.execute("UPDATE orders SET code = 'c2' WHERE id = 2")
    assert migrations.apply(app.url).failure is None
    assert indexes(app) == {"code_idx": True}


# --- backfills --------------------------------------------------------------------------------------------------------


def backfill(table: str, key: list[str], assignments: dict[str, str], *, where: str = "", batch: int = 7) -> str:
    what = {"table": {"schema": "public", "name": table}, "key": key, "assignments": assignments, "batch": batch}
    if where:
        what["where"] = where
    return f"-- dba: step 1 backfill {json.dumps(what)}: fill\nSELECT 1;\n"


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("CREATE TABLE t (k bigint PRIMARY KEY, n int)", ["k"]),
        ("CREATE TABLE t (k text PRIMARY KEY, n int)", ["k"]),
        ('CREATE TABLE t (k int, "Part of" text, n int, PRIMARY KEY (k, "Part of"))', ["k", "Part of"]),
        ("CREATE TABLE t (k bigint PRIMARY KEY, n int) PARTITION BY HASH (k)", ["k"]),
    ],
)
def test_every_row_is_filled_once_whatever_the_key(
    database: Callable[..., Database], migrations: Migrations, each: Server, table: str, key: list[str]
) -> None:
    app = database(table, on=each)
    if "PARTITION" in table:
        for rest in range(2):
            app.connection.execute(f"CREATE TABLE t{rest} PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER {rest})")
    more = ", '%' || g" if len(key) > 1 else ""
    app.connection.execute(f"INSERT INTO t SELECT {'g / 3' if more else 'g'}{more}, g FROM generate_series(1, 100) g")
    migrations.add("0001_fill", backfill("t", key, {"n": "n + 1000 -- n % 7"}, where="n % 2 = 0"))
    done = migrations.apply(app.url)
    assert done.failure is None
    assert done.migrations[0].rows == 50
    found = app.connection.execute("SELECT count(*), sum(n) FROM t WHERE n > 1000").fetchone()
    assert found == (50, 50 * 1000 + 2550)


def test_a_backfill_ends_though_rows_come_in_meanwhile(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS, ROWS)
    migrations.add("0001_fill", backfill("orders", ["id"], {"amount": "0"}, batch=10))
    batches: list[str] = []

    def one_more(words: str) -> None:
        if "rows/s" in words:
            batches.append(words)
            app.connection.execute(
                "INSERT INTO orders SELECT max(id) + g, 'new', 1 FROM orders, generate_series(1, 20) g GROUP BY g"
            )

    done = migrations.apply(app.url, say=one_more)
    assert done.failure is None
    assert done.migrations[0].rows == 100
    assert len(batches) == 10
    assert app.connection.execute("SELECT count(*) FROM orders WHERE amount = 1").fetchone() == (200,)


def test_an_empty_table_and_a_key_that_is_not_there(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(ORDERS)
    migrations.add("0001_fill", backfill("orders", ["id"], {"amount": "0"}))
    migrations.add("0002_fill", backfill("orders", ["nr"], {"amount": "0"}))
    done = migrations.apply(app.url)
    assert [one.id for one in done.migrations] == ["0001"]
    assert done.failure is not None
    assert "goes along nr" in done.failure.message


def test_a_batch_waits_for_rows_that_are_locked_and_gives_up_in_time(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS, ROWS)
    migrations.add("0001_fill", backfill("orders", ["id"], {"amount": "amount + 1000"}, batch=10))
    with psycopg.connect(app.url) as other:
        other.execute("UPDATE orders SET code = '' WHERE id = 55")
        failure = migrations.apply(app.url, lock_timeout_ms=50, retries=1).failure
        assert failure is not None
        assert (failure.kind, failure.attempts) == ("lock", 2)
    assert app.connection.execute("SELECT count(*) FROM orders WHERE amount > 1000").fetchone() == (50,)
    done = migrations.apply(app.url)
    assert (done.failure, done.migrations[0].rows) == (None, 50)
    assert app.connection.execute("SELECT min(amount), max(amount) FROM orders").fetchone() == (1001, 1100)
