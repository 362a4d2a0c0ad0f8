"""What statements are seen to do on real servers, against what is written down about them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dbarchitect.engines.postgres.server import Server
from dbarchitect.engines.postgres.trace import observe
from dbarchitect.model.plan import Effects
from dbarchitect.model.rehearsal import Trace, merged

CASES = Path(__file__).with_name("cases") / "locks"
STATEMENTS: dict[str, dict[str, Any]] = tomllib.loads((CASES / "statements.toml").read_text("utf-8"))
SCHEMA = (CASES / "schema.sql").read_text("utf-8")


def full(name: str) -> str:
    return name if "." in name else f"public.{name}"


def expected(case: dict[str, Any]) -> Effects:
    return Effects(
        locks={full(table): lock for table, lock in case.get("locks", {}).items()},
        rewrites=tuple(full(one) for one in case.get("rewrites", ())),
        scans=tuple(full(one) for one in case.get("scans", ())),
        builds=tuple(full(one) for one in case.get("builds", ())),
    )


class Stage:
    """Copies of the schema with its rows, on one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        server.create_database("stage")
        with closing(psycopg.connect(server.url("stage"), autocommit=True)) as connection:
            connection.execute(SCHEMA)

    def trace(self, *statements: str, before: tuple[str, ...] = (), transactional: bool = True) -> Trace:
        self.server.copy_database("stage", "play")
        try:
            with closing(psycopg.connect(self.server.url("play"), autocommit=True)) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                for statement in before:
                    connection.execute(statement)
                return observe(
                    connection,
                    statements,
                    connect=lambda: self.server.connect("play"),
                    transactional=transactional,
                )
        finally:
            self.server.drop_database("play")


@pytest.fixture(scope="module", params=[18, 15])
def stage(request, old_server) -> Iterator[Stage]:
    made = Stage(old_server(request.param))
    yield made
    made.server.drop_database("stage")


@pytest.mark.parametrize("name", STATEMENTS)
def test_what_a_statement_does(stage, name):
    case = STATEMENTS[name]
    before = tuple(case.get("before", ()))
    if stage.server.binaries.major < case.get("from", 15):
        assert not knows(stage, case["sql"], before)
        return
    trace = stage.trace(case["sql"], before=before, transactional=False)
    assert trace.refused is None
    assert trace.effects == expected(case)


def knows(stage: Stage, sql: str, before: tuple[str, ...]) -> bool:
    try:
        return stage.trace(sql, before=before).refused is None
    except psycopg.errors.SyntaxError:  # of what comes before
        return False


def test_every_statement_of_a_transaction_is_seen_by_itself(stage):
    trace = stage.trace(
        "CREATE TABLE fresh (id integer)",
        "CREATE INDEX ON fresh (id)",
        "ALTER TABLE t ADD COLUMN c integer",
        "UPDATE t SET c = a",
        "ALTER TABLE t ALTER COLUMN c SET NOT NULL",
        "CREATE INDEX i ON t (c)",
    )
    made, indexed, added, updated, checked, built = (one.effects for one in trace.statements)
    assert made == indexed == Effects()
    assert added == Effects(locks={"public.t": "ACCESS EXCLUSIVE"})
    assert updated == Effects(locks={"public.t": "ROW EXCLUSIVE"}, scans=("public.t",))
    assert checked == Effects(scans=("public.t",))  # the lock is there already
    assert built.builds == ("public.t",)
    assert trace.effects.locks == {"public.t": "ACCESS EXCLUSIVE"}


def test_a_refused_statement_takes_back_its_step(stage):
    trace = stage.trace("ALTER TABLE t ADD COLUMN c integer", "UPDATE t SET nn = NULL WHERE id = 7", "DROP TABLE p")
    assert len(trace.statements) == 2
    assert trace.refused is not None
    assert (trace.refused.sqlstate, trace.refused.table, trace.refused.column) == ("23502", "t", "nn")


def test_what_is_deferred_is_refused_at_the_end(stage):
    trace = stage.trace(
        "INSERT INTO ch VALUES (9999, 77777)",
        before=("ALTER TABLE ch ALTER CONSTRAINT ch_pid_fkey DEFERRABLE INITIALLY DEFERRED",),
    )
    assert [one.sql for one in trace.statements] == ["INSERT INTO ch VALUES (9999, 77777)", "COMMIT"]
    assert trace.refused is not None
    assert trace.refused.constraint == "ch_pid_fkey"


def test_a_concurrent_build_that_fails_is_refused_with_its_locks(stage):
    trace = stage.trace("CREATE UNIQUE INDEX CONCURRENTLY one ON t ((1))", transactional=False)
    assert trace.refused is not None
    assert trace.refused.sqlstate == "23505"
    assert trace.effects.locks == {"public.t": "SHARE UPDATE EXCLUSIVE"}


def test_a_statement_that_does_not_wait_for_locks_runs_all_the_same(stage):
    impatient = "DO $$ BEGIN LOCK TABLE t NOWAIT; COMMIT; UPDATE p SET code = 0; COMMIT; END $$"
    trace = stage.trace(impatient, transactional=False)
    assert trace.refused is None
    assert trace.effects.scans == ("public.p",)


def test_held_up_among_more_tables_than_can_be_held(stage):
    many = "DO $$ BEGIN FOR n IN 1..40 LOOP EXECUTE format('CREATE TABLE aa%s ()', n); END LOOP; END $$"
    trace = stage.trace("DROP INDEX CONCURRENTLY t_a", before=(many,), transactional=False)
    assert trace.effects == Effects(locks={"public.t": "SHARE UPDATE EXCLUSIVE"})


def test_tables_that_have_no_rows_are_scanned_too(stage):
    trace = stage.trace("ALTER TABLE p2 ALTER COLUMN id SET NOT NULL", before=("CREATE TABLE p2 (id integer)",))
    assert trace.effects.scans == ("public.p2",)


def test_nothing_is_kept_where_it_shall_not_be(stage):
    with closing(psycopg.connect(stage.server.url("stage"), autocommit=True)) as connection:
        trace = observe(connection, ["DROP TABLE t"], connect=lambda: stage.server.connect("stage"), keep=False)
        assert trace.refused is None
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (5000,)


def test_the_strongest_lock_of_several_counts():
    one = Effects(locks={"t": "SHARE", "p": "ROW SHARE"}, scans=("t",))
    other = Effects(locks={"t": "ROW EXCLUSIVE"}, scans=("p",), builds=("t",))
    both = Effects(locks={"p": "ROW SHARE", "t": "SHARE"}, scans=("p", "t"), builds=("t",))
    assert merged(one, other) == both
