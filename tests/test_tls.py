"""pg_dump of servers that demand TLS, by a pg_dump that was built without it.

The certificates in tests/tls are ours and worth nothing: `server.crt` (for `localhost`) and `client.crt` (for the role
`certified`) are signed by `ca.crt`; `stranger.crt` is an authority that signed neither.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

import postgres_servers
from dbarchitect.engines.postgres import tls
from dbarchitect.engines.postgres.connection import connect, connect_readonly
from dbarchitect.engines.postgres.dump import dump_schema, find_pg_dump
from dbarchitect.engines.postgres.server import Server, find_binaries, private_server
from dbarchitect.errors import SurroundingsError
from dbarchitect.sources import Workshop, open_source

FILES = Path(__file__).parent / "tls"
PASSWORD = "s3cret horse"


@dataclass(frozen=True, slots=True)
class TlsServer:
    """PostgreSQL 15 at localhost that lets nobody in without TLS; database `app`, role `owner`. `server`: back door."""

    server: Server
    port: int

    def url(self, options: str = "", user: str = "owner") -> str:
        return f"postgresql://{user}:s3cret%20horse@localhost:{self.port}/app?{options}"


@pytest.fixture(scope="module")
def tls_server() -> Iterator[TlsServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"listen_addresses": "localhost", "port": str(port), "password_encryption": "scram-sha-256"}
    binaries, cache = postgres_servers.binaries(15), postgres_servers.test_cache()
    with private_server(binaries, cache=cache, settings=settings) as server:
        for name in ("server.crt", "server.key", "ca.crt"):
            copy = server.data / name
            copy.write_bytes((FILES / name).read_bytes())
            copy.chmod(0o600)
            os.chown(copy, server.uid, server.gid)
        (server.data / "pg_hba.conf").write_text(
            "local all postgres trust\n"
            "hostssl all certified all cert\n"
            "hostssl all owner all scram-sha-256\n"  # and no line without TLS
        )
        server.create_database("app")
        with psycopg.connect(server.url("app"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET ssl = on")
            connection.execute("ALTER SYSTEM SET ssl_ca_file = 'ca.crt'")
            connection.execute(f"CREATE ROLE owner LOGIN PASSWORD '{PASSWORD}'")
            connection.execute("CREATE ROLE certified LOGIN")
            connection.execute("CREATE TABLE public.orders (id bigint PRIMARY KEY, note text DEFAULT 'für Äpfel')")
            connection.execute("GRANT SELECT ON public.orders TO certified, owner")
            connection.execute("SELECT pg_reload_conf()")
        yield TlsServer(server, port)


@pytest.fixture
def private_key(tmp_path: Path) -> Path:
    """The client's key, for its owner alone, as libpq wants it."""
    key = tmp_path / "client.key"
    key.write_bytes((FILES / "client.key").read_bytes())
    key.chmod(0o600)
    return key


def embedded_pg_dump() -> Path:
    pg_dump = find_binaries().pg_dump
    assert pg_dump is not None
    return pg_dump


def dumped(url: str) -> str:
    with connect_readonly(url) as connection:
        connection.rollback()
        return dump_schema(embedded_pg_dump(), connection)[0]


def relayed(server: TlsServer, **parameters: str):
    """A relay to the server, by parameters of our choice."""
    return tls.relay("localhost", server.port, {"host": "localhost", **parameters})


def through(way: tls.Relay, **parameters: str) -> psycopg.Connection:
    """A connection without TLS through the relay."""
    given = {"user": "owner", "password": PASSWORD, "dbname": "app", **parameters}
    return psycopg.connect(host=way.host, port=way.port, sslmode="disable", autocommit=True, **given)


@contextmanager
def nothing_left_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield
    assert list(folder.glob("dba-tls-*")) == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("dba-")] == []


@pytest.mark.parametrize("options", ["", "sslmode=require", f"sslmode=verify-full&sslrootcert={FILES / 'ca.crt'}"])
def test_a_schema_is_dumped_over_tls(options, tls_server, tmp_path, monkeypatch):
    with nothing_left_behind(tmp_path, monkeypatch):
        script = dumped(tls_server.url(options))
    assert "CREATE TABLE public.orders" in script
    assert "für Äpfel" in script


def test_a_client_certificate_is_shown(tls_server, private_key):
    options = f"sslcert={FILES / 'client.crt'}&sslkey={private_key}"
    assert "public.orders" in dumped(f"postgresql://certified@localhost:{tls_server.port}/app?{options}")


def test_a_password_file_is_used(tls_server, tmp_path, monkeypatch):
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"localhost:{tls_server.port}:*:owner:{PASSWORD}\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    assert "public.orders" in dumped(f"postgresql://owner@localhost:{tls_server.port}/app")


def test_libpq_variables_lead_nowhere_else(tls_server, monkeypatch):
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGSSLROOTCERT", str(FILES / "ca.crt"))
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    monkeypatch.setenv("PGOPTIONS", "-c quote_all_identifiers=on -c statement_timeout=30000 -c search_path=pg_catalog")
    assert "für Äpfel" in dumped(tls_server.url())


def test_pg_dump_without_tls_would_be_lost(tls_server):
    """What the relay is for: the server offers channel binding, and the client by itself takes fright."""
    with relayed(tls_server) as way, through(way) as connection:
        assert connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)
        assert not connection.pgconn.ssl_in_use


def test_a_wrong_authority_is_refused_before_and_by_the_relay(tls_server):
    options = f"sslmode=verify-full&sslrootcert={FILES / 'stranger.crt'}"
    with pytest.raises(SurroundingsError, match=r"certificate at localhost:.* was not accepted"):
        dumped(tls_server.url(options))
    with relayed(tls_server, sslmode="verify-full", sslrootcert=str(FILES / "stranger.crt")) as way:
        with pytest.raises(psycopg.OperationalError, match="certificate was not accepted"):
            through(way)
        [reason] = way.failures
        assert "certificate was not accepted" in reason


@pytest.mark.parametrize(
    ("mode", "accepted"), [("require", True), ("verify-ca", True), ("verify-full", False), ("prefer", True)]
)
def test_only_verify_full_asks_for_the_name(mode, accepted, tls_server):
    parameters = {"host": "127.0.0.1", "sslmode": mode, "sslrootcert": str(FILES / "ca.crt")}
    with tls.relay("127.0.0.1", tls_server.port, parameters) as way:
        if accepted:
            through(way).close()
        else:
            with pytest.raises(psycopg.OperationalError, match="was not accepted"):
                through(way)


def test_an_authority_that_is_named_counts_in_every_mode(tls_server):
    with (
        relayed(tls_server, sslmode="require", sslrootcert=str(FILES / "stranger.crt")) as way,
        pytest.raises(psycopg.OperationalError, match="was not accepted"),
    ):
        through(way)


def test_what_cannot_work_is_said_before_anything_is_tried(tmp_path):
    nonsense = tmp_path / "root.crt"
    nonsense.write_text("no certificate")
    for parameters, words in (
        ({"channel_binding": "require"}, "channel_binding=require cannot be kept"),
        ({"sslmode": "verify-ca", "sslrootcert": "/nonexistent/root.crt"}, "there is no /nonexistent/root.crt"),
        ({"sslmode": "verify-full", "sslrootcert": str(nonsense)}, "sslrootcert: .* cannot be used"),
        ({"sslcert": str(nonsense)}, "sslcert: .* cannot be used"),
    ):
        with pytest.raises(SurroundingsError, match=words), tls.relay("localhost", 1, parameters):
            pytest.fail("it was opened")


def test_an_unreachable_host_is_told_to_the_client(tls_server):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))  # and nobody listens
        with (
            tls.relay("127.0.0.1", probe.getsockname()[1], {}) as way,
            pytest.raises(psycopg.OperationalError, match=r"[Rr]efused|Connect call failed"),
        ):
            through(way)


def test_a_server_without_tls_is_never_spoken_to_in_plain(user_server):
    with (
        tls.relay("127.0.0.1", user_server.port, {"sslmode": "prefer"}) as way,
        pytest.raises(psycopg.OperationalError, match="does not offer TLS"),
    ):
        through(way)


def test_many_connections_at_once_and_a_cancel_request(tls_server):
    with relayed(tls_server) as way, ExitStack() as stack:
        open_ones = [stack.enter_context(through(way)) for _ in range(8)]
        big = "SELECT string_agg(md5(i::text), '') FROM generate_series(1, 30000) i"
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda one: one.execute(big).fetchone()[0], open_ones))
        assert {len(answer) for answer in answers} == {32 * 30000}
        one = open_ones[0]
        timer = threading.Timer(0.2, one.cancel_safe)  # `cancel` blocks this process, and so the relay in it
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            one.execute("SELECT pg_sleep(60)")


def test_the_end_of_the_relay_ends_its_connections(tls_server):
    with relayed(tls_server) as way:
        connection = through(way)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_without_unix_sockets_it_listens_on_the_loopback(tls_server, monkeypatch, private_key):
    monkeypatch.setattr(tls, "_LONGEST_SOCKET_PATH", 0)
    with relayed(tls_server) as way, through(way) as connection:
        assert way.host == "127.0.0.1"
        assert connection.execute("SELECT 1").fetchone() == (1,)
    certificate = {"sslcert": str(FILES / "client.crt"), "sslkey": str(private_key)}
    with pytest.raises(SurroundingsError, match="open to every account"), relayed(tls_server, **certificate):
        pytest.fail("it was opened")


def test_only_the_offer_to_bind_is_struck_from_what_a_server_says():
    def message(*mechanisms: bytes) -> bytes:
        return struct.pack("!i", 10) + b"".join(one + b"\0" for one in mechanisms) + b"\0"

    both = message(b"SCRAM-SHA-256-PLUS", b"SCRAM-SHA-256")
    assert tls._without_binding(both) == message(b"SCRAM-SHA-256")
    for untouched in (message(b"SCRAM-SHA-256"), struct.pack("!i", 3), struct.pack("!i", 5) + b"salt"):
        assert tls._without_binding(untouched) == untouched


def test_a_session_can_be_one_transaction_from_its_first_word(tls_server, user_server):
    """What keeps pg_dump's settings from the other clients of a pooler."""
    for port, encrypted in ((tls_server.port, True), (user_server.port, False)):
        with (
            tls.relay("localhost", port, {"host": "localhost"}, encrypted=encrypted, in_transaction=True) as way,
            through(way) as connection,
        ):
            assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
            assert connection.execute("SHOW transaction_read_only").fetchone() == ("on",)
            target = f"host={way.host} port={way.port} user=owner dbname=app sslmode=disable"
            ran = subprocess.run(
                [embedded_pg_dump(), "--schema-only", target], env={"PGPASSWORD": PASSWORD}, capture_output=True
            )
            assert (ran.returncode, b"CREATE TABLE public.orders" in ran.stdout) == (0, True)


def test_the_newest_pg_dump_is_taken_and_one_older_than_the_server_refused(tmp_path, monkeypatch):
    for major in (13, 15):
        (tmp_path / str(major)).mkdir()
        script = tmp_path / str(major) / "pg_dump"
        script.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {major}.1 (Debian)'\n")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", "")
    folders = [tmp_path / "none", tmp_path / "13", tmp_path / "15"]
    assert find_pg_dump(130022, folders) == tmp_path / "15" / "pg_dump"
    assert find_pg_dump(140001, folders) == tmp_path / "15" / "pg_dump"
    with pytest.raises(SurroundingsError, match="the server is PostgreSQL 19; the pg_dump at hand is 15"):
        find_pg_dump(190000, folders)
    with pytest.raises(SurroundingsError, match="there is no pg_dump here"):
        find_pg_dump(180000, [tmp_path / "none"])


def test_who_holds_a_lock_is_named(database, monkeypatch):
    source = database("CREATE TABLE orders (id int)")
    monkeypatch.setattr("dbarchitect.engines.postgres.dump._LOCK_WAIT_MS", 200)
    with psycopg.connect(source.server.url(source.name), autocommit=True) as migration, migration.transaction():
        migration.execute("LOCK TABLE public.orders IN ACCESS EXCLUSIVE MODE")
        pid = migration.info.backend_pid
        with (
            connect(source.url) as connection,
            pytest.raises(SurroundingsError, match=rf"process {pid} .* lock on public\.orders for"),
        ):
            dump_schema(embedded_pg_dump(), connection)


def test_a_source_that_demands_tls_is_opened_whole(tls_server):
    workshop = Workshop(cache=postgres_servers.test_cache())
    source = open_source(tls_server.url("sslmode=require"), workshop)
    assert [str(table.name) for table in source.schema.tables] == ["public.orders"]
    assert "CREATE TABLE public.orders" in source._script[0]
