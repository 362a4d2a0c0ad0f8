"""Servers that log, and what is sent to them: what was sent must be what is read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

import postgres_servers
from dbarchitect.engines.postgres.server import Server, private_server

PREFIXES = {
    "pgbadger": "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "default": "%m [%p] ",
    "everything": "%n|%c|%q%u@%d|%r|%b|%i|%e|%l|%s|%v|%x|%a|%Q|%% ",
}
SCHEMA = """
CREATE TABLE customer (id integer PRIMARY KEY, name text);
CREATE TABLE orders (id integer, customer integer, note text);
INSERT INTO customer SELECT g, 'name ' || g FROM generate_series(1, 100) g;
INSERT INTO orders SELECT g, g % 100 + 1, NULL FROM generate_series(1, 1000) g;
"""


@dataclass
class Sent:
    """One statement: its text, its parameters as literals, its session and the transaction it was in ("" for none)."""

    sql: str
    parameters: tuple[str, ...] = ()
    session: str = ""
    transaction: str = ""


@dataclass
class LogServer:
    """A server that writes its log into a file of its own for each test, in every kind that it knows."""

    server: Server
    major: int
    names: set[str] = field(default_factory=set)

    def begin(self, name: str, prefix: str) -> None:
        """The log goes on in a new file, with another prefix."""
        assert name not in self.names
        self.names.add(name)
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET log_filename = '{name}.log'")
            connection.execute(psycopg.sql.SQL("ALTER SYSTEM SET log_line_prefix = {}").format(prefix))
            connection.execute("SELECT pg_reload_conf()")
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            for _ in range(600):
                if connection.execute("SELECT current_setting('log_filename')").fetchone() == (f"{name}.log",):
                    break
                time.sleep(0.05)
            for _ in range(600):
                connection.execute("SELECT pg_rotate_logfile()")
                found = connection.execute("SELECT pg_current_logfile('stderr')").fetchone()
                if found and str(found[0]).endswith(f"{name}.log"):
                    return
                time.sleep(0.05)
        raise AssertionError("the server does not turn to another log")

    def files(self, name: str) -> dict[str, Path]:
        """The files of one log by kind, once the server has written all that it was sent."""
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            connection.execute("SET log_min_duration_statement = -1")
            connection.execute("SET log_statement = 'all'")
            connection.execute(f"SET application_name = 'end of {name}'")
            connection.execute(f"DO $$BEGIN RAISE LOG 'end of {name}'; END$$")
        found = {kind: self.server.data / "logs" / f"{name}.{kind}" for kind in ("log", "csv", "json")}
        for path in found.values():
            for _ in range(600):
                if f"end of {name}'; END" in path.read_text(errors="replace"):
                    break
                time.sleep(0.05)
            else:
                raise AssertionError(f"{path} is not written to its end")
        return found


@contextmanager
def log_server(major: int) -> Iterator[LogServer]:
    """A server of that version that logs as lines, CSV and JSON, with a database `shop`."""
    settings = {
        "logging_collector": "on",
        "log_destination": "stderr,csvlog,jsonlog",
        "log_directory": "logs",
        "log_rotation_age": "0",
        "log_rotation_size": "0",
        "log_timezone": "Europe/Berlin",
        "log_min_duration_statement": "-1",
        "log_checkpoints": "off",
        "compute_query_id": "on",
    }
    with private_server(
        postgres_servers.binaries(major), cache=postgres_servers.test_cache(), settings=settings
    ) as server:
        server.create_database("shop")
        with psycopg.connect(server.url("shop"), autocommit=True) as connection:
            connection.execute(SCHEMA)
        yield LogServer(server, major)


def send(url: str, *settings: str) -> list[Sent]:
    """Two programs whose statements are interleaved; `settings` are run in each session before it begins."""
    sent: list[Sent] = []
    with (
        closing(psycopg.connect(url, autocommit=True)) as one,
        closing(psycopg.connect(url, autocommit=True)) as two,
    ):
        for connection, name in ((one, "one"), (two, "two")):
            connection.execute(f"SET application_name = 'shop, {name}'")
            for setting in settings:
                connection.execute(setting)
        literal = psycopg.ClientCursor

        def simple(connection: psycopg.Connection, sql: str, transaction: str = "") -> None:
            literal(connection).execute(sql)
            sent.append(Sent(sql, (), "one" if connection is one else "two", transaction))

        def bound(connection: psycopg.Connection, sql: str, values: tuple, literals: tuple, within: str = "") -> None:
            connection.execute(sql.replace("$1", "%s").replace("$2", "%s"), values)
            sent.append(Sent(sql, literals, "one" if connection is one else "two", within))

        simple(one, "SELECT name\n  FROM customer\n\t WHERE id = 1\n\n  /* two\nlines */")
        simple(two, "SELECT name FROM customer WHERE id IN (1, 2, 3)")
        bound(one, "SELECT name FROM customer WHERE id = $1 AND name <> $2", (7, "it's"), ("'7'", "'it''s'"))
        literal(one).execute("BEGIN")
        simple(one, "INSERT INTO orders VALUES (5001, 1, 'LOG:  duration: 9.9 ms  statement: no')", "a")
        bound(two, "SELECT count(*) FROM orders WHERE note = $1", ("größer\nals\té",), ("'größer\nals\té'",))
        literal(two).execute("START TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        bound(two, "SELECT id FROM orders WHERE customer = $1 AND note = $2", (3, None), ("'3'", "NULL"), "b")
        bound(
            one, "UPDATE orders SET note = $1 WHERE id = $2", ("x, $2 = 'y'", 5001), ("'x, $2 = ''y'''", "'5001'"), "a"
        )
        literal(one).execute("SAVEPOINT s")
        try:
            literal(one).execute("SELECT 1 / 0 AS failed")
        except psycopg.Error:
            literal(one).execute("ROLLBACK TO SAVEPOINT s")
        simple(one, "SELECT 2 AS after_the_error", "a")
        literal(one).execute("COMMIT")
        simple(two, "DELETE FROM orders WHERE id = 900", "b")
        literal(two).execute("ROLLBACK")
        for number in range(6):
            bound(two, "SELECT note FROM orders WHERE id = $1", (number,), (f"'{number}'",))
        simple(one, "SELECT pg_sleep(0.05)")
        simple(one, "PREPARE by_name (text, int) AS SELECT id FROM customer WHERE name = $1 OR id = $2")
        literal(one).execute("EXECUTE by_name ('a, (b', 3)")
        sent.append(
            Sent("SELECT id FROM customer WHERE name = $1 OR id = $2", ("'a, (b'", "3"), "one"),
        )
        simple(two, "SELECT 'é\u20ac\U0001f600' AS signs")
        literal(one).execute("SET work_mem = '5MB'")
        sent.append(Sent("SET work_mem = '5MB'", (), "one"))
    return sent
