"""A migration of twelve steps, stopped where one wants: inside a step, at its end, in the middle of an index build.

The child is the real command. It is held from outside, by triggers on the journal's tables and by locks that the test's
own sessions take; nothing in the product knows of it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server
from dbarchitect.migrate.compare import differences
from dbarchitect.model.schema import Relational

ROWS = 4_000

UP = """\
-- dba: step 1: column note
ALTER TABLE orders ADD COLUMN note text;
-- dba: step 2: column total
ALTER TABLE orders ADD COLUMN total bigint;
-- dba: step 3 backfill {"table":{"schema":"public","name":"orders"},"key":["id"],"assignments":{"total":"coalesce(total, 0) + amount * 2"},"batch":500}: fill total
SELECT 1;
-- dba: step 4 outside a transaction: index on note
CREATE INDEX CONCURRENTLY orders_note_idx ON orders (lower(note)) WHERE note <> 'x';
-- dba: step 5: total is there, not yet checked
ALTER TABLE orders ADD CONSTRAINT total_there CHECK (total IS NOT NULL) NOT VALID;
-- dba: step 6: check it
ALTER TABLE orders VALIDATE CONSTRAINT total_there;
-- dba: step 7: total not null
BEGIN;
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT total_there;
COMMIT;
-- dba: step 8: table items
CREATE TABLE items (order_id bigint PRIMARY KEY, n int);
-- dba: step 9: one item for each order
BEGIN;
INSERT INTO items (order_id, n) SELECT id, 1 FROM orders;
UPDATE orders SET amount = amount + 1;
COMMIT;
-- dba: step 10: foreign key
ALTER TABLE items ADD CONSTRAINT items_order FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID;
-- dba: step 11: keep the column legacy aside
ALTER TABLE orders RENAME COLUMN legacy TO dba_kept_legacy;
-- dba: step 12 outside a transaction: unique index
CREATE UNIQUE INDEX CONCURRENTLY orders_code_idx ON orders (code);
"""  # noqa: E501

DOWN = """\
-- dba: undoes step 12 outside a transaction: drop the unique index
DROP INDEX CONCURRENTLY orders_code_idx;
-- dba: undoes step 11: bring legacy back
ALTER TABLE orders RENAME COLUMN dba_kept_legacy TO legacy;
-- dba: undoes step 9: amounts as before
UPDATE orders SET amount = amount - 1;
-- dba: undoes step 8: drop items
DROP TABLE items;
-- dba: undoes step 7: total may be null
BEGIN;
ALTER TABLE orders ADD CONSTRAINT total_there CHECK (total IS NOT NULL) NOT VALID;
ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;
COMMIT;
-- dba: undoes step 5: drop the check
ALTER TABLE orders DROP CONSTRAINT total_there;
-- dba: undoes step 4 outside a transaction: drop the index
DROP INDEX CONCURRENTLY orders_note_idx;
-- dba: undoes step 2: drop total
ALTER TABLE orders DROP COLUMN total;
-- dba: undoes step 1: drop note
ALTER TABLE orders DROP COLUMN note;
"""

BASE = f"""
CREATE TABLE orders (id bigint PRIMARY KEY, amount int NOT NULL, code text NOT NULL, legacy text);
INSERT INTO orders SELECT g, g % 97, 'c' || g, 'old ' || g FROM generate_series(1, {ROWS}) g;
"""

# Part of the base, so that no comparison of schemas sees it; the trigger is on the journal, which none sees.
_HARNESS = """
CREATE SCHEMA harness;
CREATE FUNCTION harness.hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held boolean;
BEGIN
    EXECUTE pg_catalog.format('SELECT %s', TG_ARGV[0]) INTO held USING NEW, TG_OP;
    IF held THEN PERFORM pg_catalog.pg_advisory_xact_lock_shared(4711); END IF;
    RETURN NEW;
END $$;
"""
_HOLD = """
CREATE TRIGGER hold BEFORE INSERT OR UPDATE ON dbarchitect.{table} FOR EACH ROW
EXECUTE FUNCTION harness.hold('{condition}')
"""


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the run: where the row of the journal that the condition describes is about to be written.

    `building`: go on from there into the index build, and be held in its middle by an open transaction.
    """

    name: str
    table: str
    condition: str
    building: bool = False


def _points() -> Iterator[Point]:
    yield Point("before the first step", "migrations", "NEW.state = 'running'")
    for number in range(1, 13):
        if number == 3:
            start, batch = "NEW.number = 3 AND TG_OP = 'INSERT'", "(NEW.position->>'seen')::int = {}"
            yield Point("begin of the backfill", "steps", start)
            for seen in (500, 2000, ROWS):
                yield Point(f"batch to row {seen}", "steps", f"NEW.number = 3 AND {batch.format(seen)}")
            yield Point("end of the backfill", "steps", "NEW.number = 3 AND NEW.state = 'done'")
        elif number in (4, 12):
            started = f"NEW.number = {number} AND NEW.state = 'started'"
            yield Point(f"step {number} not yet started", "steps", started)
            yield Point(f"middle of index build {number}", "steps", started, building=True)
            yield Point(f"step {number} built, not recorded", "steps", f"NEW.number = {number} AND NEW.state = 'done'")
        else:
            yield Point(f"inside step {number}, at its end", "steps", f"NEW.number = {number}")
    yield Point("after the last step", "migrations", "NEW.state = 'done'")


POINTS = tuple(_points())


@dataclass(frozen=True)
class Stage:
    """Databases on `server` made from one template, and the folder with the migration."""

    server: Server
    folder: Path
    template: str = "kill template"

    def prepare(self) -> None:
        """The template: the base, with an empty journal, which a first migration of nothing has made."""
        (self.folder / "0001_twelve.up.sql").write_text(UP)
        (self.folder / "0001_twelve.down.sql").write_text(DOWN)
        first = self.folder.with_name("first")
        first.mkdir(exist_ok=True)
        (first / "0000_nothing.up.sql").write_text("COMMENT ON TABLE orders IS 'of customers';")
        (first / "0000_nothing.down.sql").write_text("COMMENT ON TABLE orders IS NULL;")
        self.server.create_database(self.template)
        with psycopg.connect(self.server.url(self.template), autocommit=True) as connection:
            connection.execute(BASE)
            connection.execute(_HARNESS)
        for verb in ("apply", "rollback"):
            ran = run(verb, first, self.server.url(self.template))
            assert ran.returncode == 0, ran.stderr

    def fresh(self, name: str) -> str:
        """A new database; its URL."""
        self.server.drop_database(name)
        self.server.copy_database(self.template, name)
        return self.server.url(name)


@dataclass(frozen=True, slots=True)
class State:
    """A database as it is: schema and rows."""

    schema: Relational
    rows: dict[str, list[str]]

    def differs_from(self, other: State) -> list[str]:
        found = list(differences(self.schema, other.schema))
        return found + [
            f"rows of {name}" for name in {*self.rows, *other.rows} if self.rows.get(name) != other.rows.get(name)
        ]


def state_of(url: str) -> State:
    """What there is, without the journal and the harness."""
    with psycopg.connect(url, autocommit=True) as connection:
        schema = inspect(connection, facts=False)
        tables = [str(one.name) for one in schema.tables if one.name.schema != "dbarchitect"]
        rows = {
            name: sorted(text for (text,) in connection.execute(f"SELECT t::text FROM {name} t").fetchall())
            for name in tables
        }
    return State(schema, rows)


def arguments(verb: str, folder: Path, url: str) -> list[str]:
    """The command as users give it."""
    words = [sys.executable, "-m", "dbarchitect", "migrate", verb, str(folder), "--to", url]
    return [*words, "--yes", "--force", "--backup", "none", "--lock-timeout", "60s"]


def run(verb: str, folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    """One whole run of the command."""
    return subprocess.run(arguments(verb, folder, url), capture_output=True, text=True, timeout=120)


def _waits(connection: psycopg.Connection, event: str) -> Callable[[], bool]:
    def asked() -> bool:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = %s "
            "AND application_name = 'dba migrate'",
            (event,),
        ).fetchone()
        return bool(row and row[0])

    return asked


def until(what: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


@contextmanager
def held(url: str, point: Point, command: list[str]) -> Iterator[tuple[subprocess.Popen[str], psycopg.Connection]]:
    """Run the command up to the point, where it hangs while the context lasts; afterwards it may go on."""
    with closing(psycopg.connect(url, autocommit=True)) as keeper, closing(psycopg.connect(url)) as builder:
        condition = point.condition.replace("NEW.", "($1).").replace("TG_OP", "$2").replace("'", "''")
        keeper.execute(_HOLD.format(condition=condition, table=point.table))
        keeper.execute("SELECT pg_advisory_lock(4711)")
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            until(lambda: _waits(keeper, "advisory")() or child.poll() is not None)
            assert child.poll() is None, child.communicate()
            if point.building:
                builder.execute("LOCK TABLE orders IN ROW EXCLUSIVE MODE")
                keeper.execute("SELECT pg_advisory_unlock_all()")
                until(_waits(keeper, "virtualxid"))
            yield child, keeper
            keeper.execute("SELECT pg_advisory_unlock_all()")
        finally:
            builder.rollback()
            if child.poll() is None and sys.exc_info()[0] is not None:
                child.kill()


def kill_at(url: str, point: Point, folder: Path, *, verb: str = "apply") -> None:
    """Kill -9 of the client at the point; the server notices by itself."""
    with held(url, point, arguments(verb, folder, url)) as (child, keeper):
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        if point.building:
            # Until the server has seen that nobody is there, and cancelled the build: that leaves an INVALID index.
            until(lambda: not _waits(keeper, "virtualxid")())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP TRIGGER hold ON dbarchitect.{point.table}")


def terminate_at(url: str, point: Point, folder: Path, *, verb: str = "apply") -> tuple[int, str]:
    """pg_terminate_backend of the command's session: it goes on by itself. Its exit code, and what it said."""
    with held(url, point, arguments(verb, folder, url)) as (child, keeper):
        keeper.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND application_name = 'dba migrate'"
        )
    out, err = child.communicate(timeout=120)
    return child.returncode, out + err


def journal_faults(url: str, *, standing: bool) -> list[str]:
    """What is wrong with the journal of a database that was migrated, or is back at its base."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT m.state, count(s.*) FILTER (WHERE s.state = 'done'), count(s.*), m.steps "
            "FROM dbarchitect.migrations m LEFT JOIN dbarchitect.steps s USING (run) "
            "WHERE m.id = '0001' AND m.direction = 'up' GROUP BY m.run"
        ).fetchall()
    if not standing:
        return [f"a run is {state}" for state, *_ in rows if state != "undone"]
    if len(rows) != 1:
        return [f"{len(rows)} runs"]
    state, done, all_, steps = rows[0]
    return (
        [] if state == "done" and done == all_ == steps == 12 else [f"{state}: {done} of {all_} records, {steps} steps"]
    )
