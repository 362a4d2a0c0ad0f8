"""Whole tasks through the protocol alone, and the one tool that writes: what it does, and every way around it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import pytest
from mcp import Client

import postgres_servers
from conftest import Database
from dbarchitect.agent.desk import Desk
from dbarchitect.agent.limits import for_a_person
from dbarchitect.agent.plans import Target
from dbarchitect.agent.server import make_server
from dbarchitect.cli import run
from dbarchitect.errors import DbaError, InputError
from dbarchitect.model.rehearsal import Rehearsal
from tokens import counted

UP, DOWN = "ALTER TABLE orders ADD note text;", "ALTER TABLE orders DROP COLUMN note;"
BRIEF = """# Lending

A member has many loans. A member has a name and an email. Email is unique.
A loan has a due on (date).
List a member's loans, newest first, 20 at a time (50 a second).
400k loans
"""


@pytest.fixture
def app(database: Callable[..., Database]) -> Database:
    return database(
        "CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL)",
        "INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g",
        "ANALYZE",
    )


@pytest.fixture
def other(database: Callable[..., Database]) -> Database:
    return database("CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL)")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Backups are written where the program is started."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []
    folders: list[tempfile.TemporaryDirectory[str]] = []

    def make(sources: dict[str, Database], target: str | None = None, *, user: str = "postgres") -> Desk:
        folders.append(tempfile.TemporaryDirectory())
        urls = {
            name: one.server.url(one.name).replace("postgres@", f"{quote(user)}@", 1) for name, one in sources.items()
        }
        made.append(
            Desk(
                urls,
                Path(folders[-1].name),
                clock=lambda: datetime.now(UTC),
                cache=postgres_servers.test_cache(),
                target=Target(source=target, url=urls[target], folder=tmp_path / "applied", client="tester@here")
                if target is not None
                else None,
            )
        )
        return made[-1]

    yield make
    for desk in made:
        desk.close()
    for folder in folders:
        folder.cleanup()


def talk(server: Any, work: Callable[[Callable[..., Any]], Any]) -> Any:
    """Run `work` with a function that calls a tool and gives its answer; a refusal is an error."""

    async def session() -> Any:
        async with Client(server) as client:

            async def call(name: str, **given: object) -> Any:
                result = await client.call_tool(name, given)
                assert not result.is_error, (name, result.content)
                return result.structured_content

            return await work(call)

    return anyio.run(session)


def columns(there: Database) -> set[str]:
    query = "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'"
    return {row[0] for row in there.connection.execute(query)}


# --- whole tasks ------------------------------------------------------------------------------------------------------


def test_from_a_brief_to_a_database_through_the_protocol_alone(desks, database):
    """Brief, design, rehearsal, evidence; applied by its id; then a slow query is tuned and its index rehearsed."""
    empty = database()
    desk = desks({"app": empty}, "app")

    async def work(call: Callable[..., Any]) -> None:
        assert "sources: app" in (await call("get_context"))["report"]
        designed = await call("design_schema", brief=BRIEF)

        async def part(number: str, pointer: str) -> Any:
            return json.loads((await call("get_evidence", number=number, part=pointer))["result"])

        files = (await part(designed["evidence"], "/files"))["parts"]
        assert "/files/README.md" in files and any(name.startswith("/files/evidence~1") for name in files)
        ups = [name for name in files if name.startswith("/files/migrations~1") and name.endswith(".up.sql")]
        up = await part(designed["evidence"], ups[0])
        down = await part(designed["evidence"], ups[0].replace(".up.", ".down."))
        assert "CREATE TABLE" in up

        rehearsed = await call("rehearse_migration", source="app", up_sql=up, down_sql=down)
        assert await part(rehearsed["evidence"], "/plan") == rehearsed["plan"]
        assert await part(rehearsed["evidence"], "/verdict") == "good"
        assert len(await part(rehearsed["evidence"], "/steps/0:2")) == 2
        assert f"apply_migration with the plan {rehearsed['plan']}" in rehearsed["report"]
        assert columns(empty) == set()  # nothing was written until here

        applied = await call("apply_migration", plan=rehearsed["plan"])
        assert "dba migrate rollback" in applied["report"]
        assert "members" in (await call("get_context", source="app"))["report"]
        assert {"members.email", "loans.due_on"} <= columns(empty)

        found = await call("tune_query", source="app", sql="SELECT * FROM loans ORDER BY due_on LIMIT 20 OFFSET 4000")
        assert "OFFSET" in found["report"]
        workload = "-- calls: 5000\nSELECT * FROM loans WHERE due_on = '2026-01-01';"
        empty.connection.execute(
            "INSERT INTO members (name, email) SELECT g, g || '@x.org' FROM generate_series(1, 50) g"
        )
        names = [row[0] for row in empty.connection.execute("SELECT id FROM members")]
        empty.connection.execute(
            "INSERT INTO loans (member_id, due_on) SELECT %s, date '2026-01-01' + g / 20 "
            "FROM generate_series(1, 9000) g",
            [names[0]],
        )
        empty.connection.execute("ANALYZE")
        advice = await call("advise_indexes", source="app", workload=workload)
        assert "due_on" in advice["report"] and "CREATE INDEX" in advice["report"]
        index = "CREATE INDEX CONCURRENTLY loans_due_on_idx ON loans (due_on);"
        again = await call(
            "rehearse_migration", source="app", up_sql=index, down_sql="DROP INDEX CONCURRENTLY loans_due_on_idx;"
        )
        assert again["plan"] != rehearsed["plan"]

    talk(make_server(desk), work)


# --- the tool that writes ---------------------------------------------------------------------------------------------


def test_what_was_rehearsed_is_applied_as_dba_migrate_apply_does(desks, app, tmp_path):
    desk = desks({"app": app}, "app")
    plan = desk.rehearse("app", UP, DOWN).plan
    answer = desk.apply(plan)
    assert "orders.note" in columns(app)
    assert answer.plan == plan and json.loads(desk.evidence(answer.evidence))["checked"] == "the rehearsed schema"
    history = app.connection.execute("SELECT plan, by FROM dbarchitect.migrations").fetchall()
    assert [one[0] for one in history] == [plan] and "by an agent" in history[0][1]
    # A person takes it back with the command that the answer gives.
    folder = tmp_path / "applied" / plan
    assert str(folder) in answer.report
    assert run(["migrate", "rollback", str(folder), "--to", app.server.url(app.name), "--yes"]) == 0
    assert "orders.note" not in columns(app)


def test_what_the_sql_can_destroy_is_saved_first(desks, app, tmp_path):
    desk = desks({"app": app}, "app")
    answer = desk.apply(desk.rehearse("app", "DELETE FROM orders WHERE id > 400;", "").plan)
    assert app.connection.execute("SELECT count(*) FROM orders").fetchone() == (400,)
    saved = list((tmp_path / "applied" / "backups").rglob("*.dump"))
    assert len(saved) == 1 and saved[0].name in answer.report


def unchanged(there: Database) -> tuple[set[str], object]:
    digest = there.connection.execute("SELECT md5(string_agg(t::text, ',' ORDER BY t)) FROM orders t").fetchone()
    return columns(there), digest


def test_without_the_flag_there_is_no_such_tool(desks, app):
    desk = desks({"app": app})
    plan = desk.rehearse("app", UP, DOWN).plan
    before = unchanged(app)

    async def session() -> None:
        async with Client(make_server(desk)) as client:
            assert "apply_migration" not in {one.name for one in (await client.list_tools()).tools}
            result = await client.call_tool("apply_migration", {"plan": plan})
            assert result.is_error

    anyio.run(session)
    with pytest.raises(InputError, match="applies nothing"):
        desk.apply(plan)
    assert unchanged(app) == before


@pytest.mark.parametrize(
    "plan",
    ["", "0" * 16, "../../etc/passwd", "DROP TABLE orders", "x'; DROP TABLE orders; --", "*", "\x00", "f" * 5_000],
)
def test_an_id_that_nobody_rehearsed_is_refused(plan, desks, app, tmp_path):
    desk = desks({"app": app}, "app")
    before = unchanged(app)
    with pytest.raises(InputError, match="was rehearsed in this session"):
        desk.apply(plan)
    assert unchanged(app) == before and not (tmp_path / "applied").exists()


def test_sql_that_is_smuggled_in_beside_the_id_does_not_run(desks, app):
    desk = desks({"app": app}, "app")
    plan = desk.rehearse("app", UP, DOWN).plan
    before = unchanged(app)

    async def session() -> None:
        async with Client(make_server(desk)) as client:
            tool = next(one for one in (await client.list_tools()).tools if one.name == "apply_migration")
            assert list(tool.input_schema["properties"]) == ["plan"]
            assert tool.annotations is not None
            assert tool.annotations.destructive_hint and not tool.annotations.read_only_hint
            for given in (
                {"plan": f"{plan}; DROP TABLE orders"},
                {"plan": {"id": plan, "sql": "DROP TABLE orders"}},
                {"plan": [plan, "DROP TABLE orders"]},
                {"sql": "DROP TABLE orders"},
            ):
                assert (await client.call_tool("apply_migration", given)).is_error, given

    anyio.run(session)
    assert unchanged(app) == before


def test_files_that_are_changed_after_the_rehearsal_do_not_run(desks, app, tmp_path):
    """The text that runs is the session's, not what lies in the temporary folder by then."""
    desk = desks({"app": app}, "app")
    plan = desk.rehearse("app", UP, DOWN).plan
    for path in desk._folder.rglob("*.up.sql"):
        path.write_text("DROP TABLE orders;")
    desk.apply(plan)
    assert "orders.note" in columns(app)


def test_a_schema_that_has_changed_since_is_refused(desks, app, tmp_path):
    desk = desks({"app": app}, "app")
    plan = desk.rehearse("app", UP, DOWN).plan
    app.connection.execute("ALTER TABLE orders ADD surprise int")
    before = unchanged(app)
    with pytest.raises(DbaError, match=r"drifted|not rehearsed"):
        desk.apply(plan)
    assert unchanged(app) == before
    assert not list((tmp_path / "applied").rglob("*.sql"))  # nothing begun, nothing kept
    again = desk.rehearse("app", UP, DOWN).plan
    assert again != plan
    desk.apply(again)
    assert "orders.note" in columns(app)


def test_a_plan_of_another_database_is_refused(desks, app, other):
    """Also where both have the same schema, and so the same id."""
    desk = desks({"app": app, "other": other}, "app")
    plan = desk.rehearse("other", UP, DOWN).plan
    before = unchanged(app)
    with pytest.raises(InputError, match="was rehearsed on other, and only app may be written to"):
        desk.apply(plan)
    assert unchanged(app) == before


def test_a_plan_of_another_session_is_refused(desks, app):
    plan = desks({"app": app}, "app").rehearse("app", UP, DOWN).plan
    before = unchanged(app)
    with pytest.raises(InputError, match="was rehearsed in this session"):
        desks({"app": app}, "app").apply(plan)
    assert unchanged(app) == before


def test_a_plan_is_applied_once(desks, app):
    desk = desks({"app": app}, "app")
    plan = desk.rehearse("app", UP, DOWN).plan
    desk.apply(plan)
    with pytest.raises(InputError, match="was rehearsed in this session"):
        desk.apply(plan)


def test_plans_are_applied_one_after_the_other_and_beside_a_history_of_others(desks, app, tmp_path):
    """Each plan has a folder of its own, and a person's migrations are in none of them."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "0001_by_hand.up.sql").write_text("ALTER TABLE orders ADD hand int;")
    (theirs / "0001_by_hand.down.sql").write_text("ALTER TABLE orders DROP COLUMN hand;")
    url = app.server.url(app.name)
    assert run(["migrate", "rehearse", str(theirs), "--source", url]) == 0
    assert run(["migrate", "apply", str(theirs), "--to", url, "--yes"]) == 0
    desk = desks({"app": app}, "app")
    desk.apply(desk.rehearse("app", UP, DOWN).plan)
    second = desk.apply(desk.rehearse("app", "ALTER TABLE orders ADD two int;", "ALTER TABLE orders DROP two;").plan)
    assert {"orders.hand", "orders.note", "orders.two"} <= columns(app)
    assert run(["migrate", "rollback", str(tmp_path / "applied" / second.plan), "--to", url, "--yes"]) == 0
    assert "orders.note" in columns(app) and "orders.two" not in columns(app)


TRIGGER = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$"
HIDDEN = "IF current_database() LIKE 'test%' THEN EXECUTE 'DEL' || 'ETE FROM orders'; END IF;"


@pytest.mark.parametrize(
    "up",
    [
        # Not run in the rehearsal, as it is not of this database alone.
        "ALTER SYSTEM SET archive_command = 'touch /tmp/x';",
        "CREATE ROLE agent_of_mine SUPERUSER LOGIN;",
        "GRANT pg_execute_server_program TO CURRENT_USER;",
        "ALTER ROLE CURRENT_USER SET search_path = mine;",
        "CREATE SUBSCRIPTION s CONNECTION 'host=/x' PUBLICATION p WITH (connect = false);",
        "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; "
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();",
        "DROP DATABASE elsewhere;",
        "SET session_replication_role = replica; DELETE FROM orders;",
        # What it does is not in its text: on the database it may be something else than on a copy.
        f"DO $$ BEGIN {HIDDEN} END $$;",
        f"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN {HIDDEN} RETURN 1; END $$; SELECT f();",
        f"CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN {HIDDEN} END $$; CALL p();",
        "WITH x AS (SELECT nextval('pg_temp.x')) SELECT * FROM x;",
        # The role here is a superuser, and the one that rehearses is none.
        f"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN {HIDDEN} RETURN 1; END $$;",
        "UPDATE orders SET total = (SELECT count(*) FROM ts_stat('SELECT to_tsvector(pg_read_file(''x''))'));",
        "CREATE EXTENSION dblink;",
        f"{TRIGGER} BEGIN NEW.x := pg_read_file('x'); RETURN NEW; END $$;",
        f"{TRIGGER} BEGIN IF true THEN COPY orders TO PROGRAM 'x'; END IF; RETURN NEW; END $$;",
    ],
    ids=lambda up: up[:40],
)
def test_what_a_person_has_to_apply_is_refused(up, desks, app, tmp_path):
    desk = desks({"app": app}, "app")
    plan = desk.rehearse("app", up, "").plan
    roles = "SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles"
    before = unchanged(app), app.connection.execute(roles).fetchone()
    with pytest.raises(InputError, match=r"not for an agent to apply|brings code"):
        desk.apply(plan)
    assert (unchanged(app), app.connection.execute(roles).fetchone()) == before
    assert not list((tmp_path / "applied").rglob("*.sql"))


def test_what_the_grammar_cannot_read_is_for_a_person():
    good = Rehearsal(plan="", source="", migrations=(), base_hash="", verdict="good")
    assert for_a_person(("ALTER TABEL x",), good).startswith("it cannot be read")
    assert for_a_person(("ALTER TABLE x ADD y int", "DROP ROLE z"), good).startswith("DROP ROLE")  # the way back too
    assert for_a_person(("ALTER TABLE x ADD y int", "ALTER TABLE x DROP y"), good) == ""


def test_an_owner_that_is_no_superuser_may_bring_functions(desks, app):
    name = f"owner_{app.name}"
    app.connection.execute(f'CREATE ROLE "{name}" LOGIN')
    app.connection.execute(f'ALTER DATABASE "{app.name}" OWNER TO "{name}"')
    app.connection.execute(f'ALTER SCHEMA public OWNER TO "{name}"')
    app.connection.execute(f'ALTER TABLE orders OWNER TO "{name}"')
    try:
        desk = desks({"app": app}, "app", user=name)
        up = (
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
            "CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION f();"
        )
        desk.apply(desk.rehearse("app", up, "DROP TRIGGER t ON orders; DROP FUNCTION f();").plan)
        assert app.connection.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 't'").fetchone() == (1,)
    finally:
        app.connection.execute(f'REASSIGN OWNED BY "{name}" TO CURRENT_USER')
        app.connection.execute(f'DROP OWNED BY "{name}"')
        app.connection.execute(f'DROP ROLE "{name}"')


@pytest.mark.parametrize(
    "up",
    ["ALTER TABLE orders ADD CHECK (total < 0);", "ALTER TABLE nothing ADD x int;", "SELECT pg_sleep(0); SELECT 1/0;"],
)
def test_a_rehearsal_that_was_not_good_is_refused(up, desks, app):
    desk = desks({"app": app}, "app")
    try:
        plan = desk.rehearse("app", up, "").plan
    except DbaError:
        return  # it does not even run on a copy
    before = unchanged(app)
    with pytest.raises(DbaError):
        desk.apply(plan)
    assert unchanged(app) == before


def test_with_the_tool_the_list_stays_short_and_the_prompt_names_it(desks, app):
    async def session() -> None:
        async with Client(make_server(desks({"app": app}, "app"))) as client:
            listed = (await client.list_tools()).tools
            whole = json.dumps([one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in listed])
            assert max(counted([whole])[0]) < 2_000
            said = (await client.get_prompt("migrate", {"task": "mine"})).messages[0].content.text
            assert "call apply_migration" in said and "You apply nothing" not in said

    anyio.run(session)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--apply-to", "app"], "there is no such source"),
        (["--source", "app=schema.sql", "--apply-to", "app"], "no PostgreSQL database"),
        (["--source", "app=postgresql://h/db", "--apply-to", "app", "--transport", "http"], "is for stdio"),
        (["--source", "app=a.sql", "--source", "app=b.sql"], "one name"),
    ],
)
def test_wrong_options(arguments, said):
    with pytest.raises(InputError, match=said):
        run(["mcp", *arguments])


# --- Ctrl-C -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_an_interrupted_server_exits_with_130_and_leaves_nothing(transport, tmp_path):
    (tmp_path / "s.sql").write_text("CREATE TABLE t (id int PRIMARY KEY);")
    words = [sys.executable, "-m", "dbarchitect", "mcp", "--source", "app=s.sql", "--transport", transport]
    if transport == "http":
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            words += ["--port", str(probe.getsockname()[1])]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "DBA_CACHE": str(postgres_servers.test_cache() or "")}
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env=environment, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdin is not None and process.stdout is not None and process.stderr is not None
            if transport == "stdio":
                given = {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {},
                    "clientInfo": {"name": "t", "version": "1"},
                }
                for message in (
                    {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": given},
                    {"jsonrpc": "2.0", "method": "notifications/initialized"},
                    {"jsonrpc": "2.0", "id": 2, "method": "tools/call",
                     "params": {"name": "sandbox_sql", "arguments": {"source": "app", "sql": "SELECT 1"}}},
                ):  # fmt: skip
                    process.stdin.write(json.dumps(message) + "\n")
                    process.stdin.flush()
                assert '"id":1' in process.stdout.readline()
                assert '"id":2' in process.stdout.readline()  # a sandbox's server runs now
            else:
                assert "http://127.0.0.1" in process.stderr.readline()
            os.killpg(process.pid, signal.SIGINT)
            process.wait(60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        said = process.stderr.read()
    assert process.returncode in (130, -signal.SIGINT), said
    assert "Traceback" not in said
    assert [one.name for one in tmp_path.iterdir()] == ["s.sql"]


def test_an_interrupted_design_of_a_cache_leaves_nothing(tmp_path):
    """Interrupted while it reads its workload, with its folder for files already made."""
    (tmp_path / "s.sql").write_text("CREATE TABLE t (id int PRIMARY KEY);")
    pipe = tmp_path / "queries.sql"
    os.mkfifo(pipe)
    words = [sys.executable, "-m", "dbarchitect", "cache", "s.sql", "--workload", pipe.name]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "DBA_CACHE": str(postgres_servers.test_cache() or "")}
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=environment
    ) as process:
        try:
            with pipe.open("w"):  # opens when it reads, and leaves it waiting
                process.send_signal(signal.SIGINT)
                said = process.communicate(timeout=60)[1]
        finally:
            process.kill()
    assert process.returncode in (130, -signal.SIGINT), said
    assert "Traceback" not in said
    assert {one.name for one in tmp_path.iterdir()} == {"s.sql", "queries.sql"}
