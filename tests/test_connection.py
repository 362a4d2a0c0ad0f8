"""Connections to the servers of users: what they may do, and what a refused one says."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from conftest import UserServer
from dbarchitect.engines.postgres.connection import connect_readonly, redacted_url
from dbarchitect.errors import DbaError, InputError, SurroundingsError


def refusal(url: str, kind: type[DbaError] = SurroundingsError) -> DbaError:
    """The error that connecting to `url` ends with: one line, and no password anywhere in it or behind it."""
    with pytest.raises(kind) as caught:
        connect_readonly(url)
    error = caught.value
    assert "\n" not in error.message
    assert error.hint
    assert UserServer.PASSWORD not in f"{error} {error.__cause__}"
    assert "s3cret" not in f"{error} {error.__cause__}"
    assert error.__cause__ is None
    return error


@contextlib.contextmanager
def listener(answer: bytes | None) -> Iterator[int]:
    """A port on which something takes connections and sends `answer` to each (None: stays silent)."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = server.accept()
                    client.recv(1024)
                    client.sendall(answer or b"")
                    client.close()

        if answer is not None:
            threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def test_a_session_reads_and_cannot_write(user_server: UserServer) -> None:
    with contextlib.closing(connect_readonly(user_server.url("owner"))) as connection:
        assert connection.execute("SELECT count(*) FROM public.orders").fetchone() == (0,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("INSERT INTO public.orders VALUES (1)")
        connection.rollback()
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):  # nor after the transaction ended
            connection.execute("DROP TABLE public.orders")


def test_a_session_sees_one_moment(user_server: UserServer) -> None:
    with (
        contextlib.closing(connect_readonly(user_server.url())) as connection,
        psycopg.connect(user_server.server.url("app"), autocommit=True) as writer,
    ):
        writer.execute("INSERT INTO orders VALUES (1)")
        assert connection.execute("SELECT count(*) FROM public.orders").fetchone() == (0,)
        writer.execute("DELETE FROM orders")


def test_settings_of_a_session(user_server: UserServer) -> None:
    with contextlib.closing(connect_readonly(user_server.url(), statement_timeout_s=0.5)) as connection:
        (table,) = connection.execute("SELECT 'public.orders'::regclass::text").fetchone() or ("",)
        assert table == "public.orders"  # no search path, so every name comes with its schema
        shown = connection.execute(
            "SELECT current_setting('application_name'), current_setting('transaction_isolation'), "
            "current_setting('lock_timeout'), current_setting('client_encoding')"
        ).fetchone()
        assert shown == ("dbarchitect", "repeatable read", "3s", "UTF8")
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(30)")
        connection.rollback()
        # Settings were the transaction's: nothing is left for whom a pooler lends this session next.
        assert connection.execute("SELECT current_setting('statement_timeout')").fetchone() == ("0",)


def test_nothing_is_prepared_behind_the_back_of_a_pooler(user_server: UserServer) -> None:
    with contextlib.closing(connect_readonly(user_server.url())) as connection:
        for _ in range(20):
            connection.execute("SELECT %s::int", [1])
        assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


def test_what_libpq_reads_keeps_working(
    user_server: UserServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", UserServer.PASSWORD)
    connect_readonly(user_server.url(password=None)).close()
    monkeypatch.delenv("PGPASSWORD")

    passwords = tmp_path / "pgpass"
    passwords.write_text(f"127.0.0.1:{user_server.port}:app:reader:{UserServer.PASSWORD}\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    connect_readonly(user_server.url(password=None)).close()

    services = tmp_path / "services"
    services.write_text(f"[mine]\nhost=127.0.0.1\nport={user_server.port}\nuser=reader\ndbname=app\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    connect_readonly("postgresql://?service=mine").close()
    connect_readonly("service=mine").close()


def test_two_hosts_of_which_one_answers(user_server: UserServer) -> None:
    url = user_server.url().replace("@127.0.0.1", "@127.0.0.1:1,127.0.0.1")
    connect_readonly(url).close()


def test_a_wrong_password(user_server: UserServer) -> None:
    error = refusal(user_server.url(password="s3cret%20pony"))
    assert error.message == f"the server at 127.0.0.1:{user_server.port} does not accept this password for user reader"
    assert error.exit_code == 3


def test_no_password(user_server: UserServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    error = refusal(user_server.url(password=None))
    assert "asks user reader for a password and none was given" in error.message
    assert "PGPASSWORD" in error.hint


def test_an_unknown_database(user_server: UserServer) -> None:
    assert "has no database no such" in refusal(user_server.url(database="no%20such")).message


def test_a_user_that_may_not(user_server: UserServer) -> None:
    with psycopg.connect(user_server.server.url("app"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE closed")
        connection.execute("REVOKE CONNECT ON DATABASE closed FROM public")
    assert "user reader may not connect to database closed" in refusal(user_server.url(database="closed")).message


def test_a_user_without_a_line_in_pg_hba(user_server: UserServer) -> None:
    error = refusal(user_server.url("encrypted"))
    assert "does not let user encrypted into database app without encryption" in error.message
    assert "sslmode=require" in error.hint


def test_encryption_that_the_server_lacks(user_server: UserServer) -> None:
    assert "does not offer SSL" in refusal(user_server.url() + "?sslmode=require").message


def test_a_port_that_refuses() -> None:
    error = refusal("postgresql://reader:s3cret@127.0.0.1:1/app")
    assert error.message == "no server answers at 127.0.0.1:1: connection refused"


def test_a_host_that_does_not_exist() -> None:
    assert (
        "postgresql://reader:***@no-such-host.invalid/app is unknown"
        in refusal("postgresql://reader:s3cret@no-such-host.invalid/app").message
    )


def test_a_socket_that_does_not_exist(tmp_path: Path) -> None:
    assert refusal(f"postgresql:///app?host={tmp_path}").message == f"no server listens at {tmp_path}"


def test_a_server_that_stays_silent() -> None:
    with listener(None) as port:
        error = refusal(f"postgresql://reader:s3cret@127.0.0.1:{port}/app?connect_timeout=2")
    assert error.message == f"127.0.0.1:{port} did not answer in time"


def test_a_server_of_another_kind() -> None:
    with listener(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        error = refusal(f"postgresql://reader:s3cret@127.0.0.1:{port}/app")
    assert error.message == f"what answers at 127.0.0.1:{port} does not speak PostgreSQL's protocol"


def test_a_server_that_is_starting_up() -> None:
    # What a server sends while it recovers: an ErrorResponse of severity FATAL.
    said = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
    with listener(b"E" + (len(said) + 4).to_bytes(4, "big") + said) as port:
        error = refusal(f"postgresql://reader:s3cret@127.0.0.1:{port}/app?sslmode=disable")
    assert error.message == f"the server at 127.0.0.1:{port} is not ready: the database system is starting up"


def test_a_server_with_no_connection_left(user_server: UserServer) -> None:
    with user_server.server.connect() as connection:
        connection.execute("ALTER ROLE reader CONNECTION LIMIT 0")
    try:
        assert "has no connection left" in refusal(user_server.url()).message
    finally:
        with user_server.server.connect() as connection:
            connection.execute("ALTER ROLE reader CONNECTION LIMIT -1")


def test_a_server_that_is_too_old(user_server_11: UserServer) -> None:
    error = refusal(user_server_11.url())
    assert error.message == (
        f"the server at 127.0.0.1:{user_server_11.port} is PostgreSQL 11; dbarchitect reads 12 to 18"
    )


@pytest.mark.parametrize("major", [12, 15, 17])
def test_older_servers_that_are_supported(old_server: Callable, major: int) -> None:
    with contextlib.closing(connect_readonly(old_server(major).url())) as connection:
        assert connection.info.server_version // 10000 == major
        assert connection.execute("SHOW transaction_read_only").fetchone() == ("on",)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://u:s3cret%zz@h/db", "postgresql://u:***@h/db is no PostgreSQL URL"),
        ("postgresql://u:s3cret@[::1/db", "is no PostgreSQL URL"),
        ("postgresql://u:s3cret/x@h/db", "is not a number"),
        ("postgresql://u:s3cret@h:port/db", "is not a number"),
        ("postgresql://u:s3cret@h:99999/db", "is not a number"),
        ("postgresql://u:s3cret@h/db?schema=public", "does not know: schema"),
        ("host=h passwort=s3cret", "does not know: passwort"),
        ("postgresql+psycopg://u:s3cret@h/db", "names a Python driver"),
        ("mysql://u:s3cret@h/db", "is no PostgreSQL URL"),
        ("nonsense", "is no PostgreSQL URL"),
    ],
)
def test_urls_that_are_none(url: str, says: str) -> None:
    error = refusal(url, InputError)
    assert says in error.message
    assert error.exit_code == 2


def test_a_password_with_a_bare_at_sign_does_not_leak() -> None:
    assert "s3cret" not in str(refusal("postgresql://u:p@s3cret@no-such-host.invalid/db"))
    assert "s3cret" not in str(refusal("postgresql://u:p@s3cret@127.0.0.1:1/db"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:pw@h:5/db?x=1", "postgresql://u:***@h:5/db?x=1"),
        ("postgresql://u@h/db", "postgresql://u@h/db"),
        ("postgresql://h/db", "postgresql://h/db"),
        ("postgres://u:p@w/o:r?d@h/db", "postgres://u:***@h/db"),
        (
            "postgresql://h/db?user=u&password=pw&sslmode=require",
            "postgresql://h/db?user=u&password=***&sslmode=require",
        ),
        ("postgresql://h/db?sslpassword=pw", "postgresql://h/db?sslpassword=***"),
        ("host=h password=pw dbname=d", "host=h password=*** dbname=d"),
        (r"host=h password = 'p\' w' dbname=d", "host=h password = *** dbname=d"),
        ("host=h PASSWORD='open", "host=h PASSWORD=***"),
    ],
)
def test_redacted_url(url: str, shown: str) -> None:
    assert redacted_url(url) == shown
