"""`--server URL`: a server of the user's, on which we leave nothing behind and touch nothing that is not ours."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

import postgres_servers
from conftest import UserServer
from dbarchitect import api
from dbarchitect.cli import run
from dbarchitect.engines.postgres.connection import redacted_url
from dbarchitect.engines.postgres.server import private_server
from dbarchitect.engines.postgres.server.scratch import scratch_server
from dbarchitect.errors import InputError, SurroundingsError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPTIONS = api.CheckOptions(now=NOW, cache=postgres_servers.test_cache())
SCHEMA = """
CREATE TABLE parent (id bigint PRIMARY KEY, name text);
CREATE TABLE child (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id int REFERENCES parent);
CREATE INDEX one ON child (parent_id);
CREATE INDEX other ON child (parent_id);
GRANT SELECT ON parent TO app_reader;
"""
EVERYTHING = """
SELECT 'database', datname, shobj_description(oid, 'pg_database') FROM pg_database
UNION ALL SELECT 'role', rolname, shobj_description(oid, 'pg_authid') FROM pg_roles
UNION ALL SELECT 'tablespace', spcname, shobj_description(oid, 'pg_tablespace') FROM pg_tablespace ORDER BY 1, 2
"""


@pytest.fixture(scope="module", params=[15, 18])
def scratch(request) -> Iterator[UserServer]:
    """A server that asks everybody for passwords: superuser `boss`, `maker` with CREATEDB, `owner` without."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"listen_addresses": "127.0.0.1", "port": str(port), "password_encryption": "scram-sha-256"}
    binaries = postgres_servers.binaries(request.param)
    with private_server(binaries, cache=postgres_servers.test_cache(), settings=settings) as server:
        (server.data / "pg_hba.conf").write_text("local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        server.create_database("app")
        with server.connect("app") as connection:
            for role in ("boss SUPERUSER", "maker CREATEDB", "owner"):
                connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{UserServer.PASSWORD}'")
            connection.execute("CREATE TABLE public.precious (id int)")
            connection.execute("CREATE DATABASE dbarchitect_notes")
            connection.execute("CREATE DATABASE dbarchitect_0123456789abcdef_1")
            connection.execute("COMMENT ON DATABASE dbarchitect_0123456789abcdef_1 IS 'mine, says the user'")
            connection.execute("SELECT pg_reload_conf()")
        yield UserServer(server, port)


@pytest.fixture
def untouched(scratch):
    """What is on the server before and after a test is the same."""

    def everything():
        with scratch.server.connect("app") as connection:
            tables = connection.execute("SELECT oid::regclass::text FROM pg_class WHERE oid >= 16384").fetchall()
            return connection.execute(EVERYTHING).fetchall(), tables

    before = everything()
    yield
    assert everything() == before


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "shop.sql"
    path.write_text(SCHEMA)
    return str(path)


def by_rule(review):
    return {finding.rule: finding for finding in review.findings}


@pytest.mark.usefixtures("untouched")
def test_a_script_is_reviewed_as_on_a_private_server(scratch, script):
    private = api.check(script, OPTIONS)
    assert private.findings
    for user in ("boss", "maker"):
        review = api.check(script, replace(OPTIONS, server=scratch.url(user)))
        assert [(one.rule, one.at, one.message) for one in review.findings] == [
            (one.rule, one.at, one.message) for one in private.findings
        ]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("user", ["boss", "maker"])
def test_proofs_run_there_but_for_those_of_the_twin(user, scratch, script, tmp_path):
    workload = tmp_path / "workload.sql"
    workload.write_text("SELECT * FROM child WHERE parent_id = 7;")
    options = replace(OPTIONS, server=scratch.url(user), prove=True, workload=workload)
    found = by_rule(api.check(script, options))
    assert found["fk-type-mismatch"].proof.level == "rehearsed"
    assert f"--server '{redacted_url(options.server)}'" in found["fk-type-mismatch"].proof.rerun
    assert UserServer.PASSWORD not in found["fk-type-mismatch"].proof.rerun
    proof = found["duplicate-index"].proof
    assert (proof.level, proof.holds) == ("asserted", None)
    assert proof.method.startswith("not proved: a twin needs a private server (")


@pytest.mark.usefixtures("untouched")
def test_what_an_ordinary_role_may_not_do_is_a_gap_or_a_clear_error(scratch, script, tmp_path):
    review = api.check(script, replace(OPTIONS, server=scratch.url("maker")))
    assert ("role", "app_reader") in {(gap.kind, gap.name) for gap in review.gaps}
    wants_more = tmp_path / "more.sql"
    wants_more.write_text("CREATE EXTENSION timescaledb; CREATE TABLE t (id int);")
    with pytest.raises(SurroundingsError, match=r"the extension timescaledb.*only a superuser can make a stand-in"):
        api.check(str(wants_more), replace(OPTIONS, server=scratch.url("maker")))
    assert api.check(str(wants_more), replace(OPTIONS, server=scratch.url("boss"))).gaps


@pytest.mark.usefixtures("untouched")
def test_a_role_that_makes_no_databases_is_refused(scratch, script):
    with pytest.raises(SurroundingsError, match="owner may not create databases"):
        api.check(script, replace(OPTIONS, server=scratch.url("owner")))
    with pytest.raises(SurroundingsError, match="does not accept this password") as caught:
        api.check(script, replace(OPTIONS, server=scratch.url("boss", "wrong")))
    assert "wrong" not in str(caught.value)


@pytest.mark.usefixtures("untouched")
def test_nothing_stays_after_an_interruption(scratch):
    with pytest.raises(KeyboardInterrupt), scratch_server(scratch.url("boss")) as server:
        server.create_database("one")
        server.copy_database("one", "another")
        role = server.ordinary_role("guest")
        with server.connect_as(role, "another") as guest:
            guest.execute("CREATE TEMPORARY TABLE t (id int)")
            raise KeyboardInterrupt


@pytest.mark.usefixtures("untouched")
def test_what_a_killed_run_left_is_dropped_by_the_next_and_the_living_are_let_alone(scratch):
    program = (
        "import sys, time\n"
        "from dbarchitect.engines.postgres.server.scratch import scratch_server\n"
        "with scratch_server(sys.argv[1]) as server:\n"
        "    server.create_database('one')\n"
        "    server.ordinary_role('guest')\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(600)\n"
    )

    def ours() -> set[str]:
        with scratch.server.connect() as connection:
            return {
                row[1]
                for row in connection.execute(EVERYTHING).fetchall()
                if row[1].startswith("dbarchitect_") and row[1] not in ("dbarchitect_notes", *not_ours)
            }

    not_ours = ("dbarchitect_0123456789abcdef_1",)
    with scratch_server(scratch.url("boss")) as alive:
        alive.create_database("mine")
        mine = ours()
        with subprocess.Popen([sys.executable, "-c", program, scratch.url("boss")], stdout=subprocess.PIPE) as killed:
            assert killed.stdout is not None
            assert killed.stdout.readline() == b"ready\n"
            killed.send_signal(signal.SIGKILL)
        left = ours() - mine
        assert len(left) >= 2  # a database and a role
        wait_for_end_of_sessions(scratch, len(mine))
        with scratch_server(scratch.url("boss")):
            assert ours() == mine
        assert ours() == mine
    assert ours() == set()


def wait_for_end_of_sessions(scratch, living: int) -> None:
    """Until the server has noticed that the killed run's keeper is gone."""
    assert living
    with scratch.server.connect() as connection:
        for _ in range(2000):
            row = connection.execute("SELECT count(*), pg_sleep(0.01) FROM pg_locks WHERE locktype = 'advisory'")
            if row.fetchone()[0] <= 1:
                return
    pytest.fail("the killed run's session did not end")


@pytest.mark.usefixtures("untouched")
def test_the_source_itself_is_no_scratch_server(scratch):
    source = scratch.url("boss")
    with pytest.raises(InputError, match="is the database that is to be checked"):
        api.check(source, replace(OPTIONS, server=scratch.url("maker")))
    # To name another database of that server is the user's choice.
    elsewhere = scratch.url("boss", database="dbarchitect_notes")
    assert api.check(source, replace(OPTIONS, server=elsewhere, prove=True)).tables == 1


def test_a_twin_is_not_opened_on_a_scratch_server(script):
    with pytest.raises(InputError, match="a twin cannot be opened on a scratch server"):
        run(["twin", "open", script, "--server", "postgresql://localhost/postgres"])


def test_an_old_server_is_refused(old_server, script):
    with pytest.raises(SurroundingsError, match="is PostgreSQL 12; it must be 13 or newer"):
        api.check(script, replace(OPTIONS, server=old_server(12).url()))


def test_a_role_that_is_not_let_in_is_explained(postgres15):
    hba = postgres15.data / "pg_hba.conf"
    before = hba.read_text()
    hba.write_text("local all postgres trust\n")
    try:
        with psycopg.connect(postgres15.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
        with scratch_server(postgres15.url()) as server:
            server.create_database("one")
            with pytest.raises(SurroundingsError, match="does not let in the roles that we make there"):
                server.connect_as(server.ordinary_role("guest"), "one")
    finally:
        hba.write_text(before)
        with psycopg.connect(postgres15.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")
