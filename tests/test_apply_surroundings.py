"""apply among poolers and standbys, real ones."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

import postgres_servers
from applying import Migrations
from conftest import Database
from dbarchitect.engines.postgres.pooler import private_pooler
from dbarchitect.engines.postgres.server import Server, private_server
from dbarchitect.errors import SurroundingsError

ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, amount int)"
ROWS = "INSERT INTO orders SELECT g, g FROM generate_series(1, 3000) g"


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    folder = tmp_path / "migrations"
    folder.mkdir()
    return Migrations(folder)


# --- poolers ----------------------------------------------------------------------------------------------------------


def test_through_a_pooler_in_transaction_mode_only_what_is_safe(
    database: Callable[..., Database], migrations: Migrations
) -> None:
    app = database(ORDERS, ROWS)
    fill = {
        "table": {"schema": "public", "name": "orders"},
        "key": ["id"],
        "assignments": {"note": "'n'"},
        "batch": 1000,
    }
    migrations.add(
        "0001_note",
        "-- dba: step 1: note\nALTER TABLE orders ADD COLUMN note text;\n"
        f"-- dba: step 2 backfill {json.dumps(fill)}: fill\nSELECT 1;\n",
        "-- dba: undoes step 1\nALTER TABLE orders DROP COLUMN note;\n",
    )
    with (
        private_pooler(app.server, app.name, "transaction") as url,
        psycopg.connect(url, autocommit=True, prepare_threshold=None) as client,
    ):
        done = migrations.apply(url)
        assert done.failure is None
        assert done.migrations[0].rows == 3000
        for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            row = client.execute(f"SELECT setting, source FROM pg_settings WHERE name = '{setting}'").fetchone()
            assert row == ("0", "default")
        assert client.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() == (0,)
        with pytest.raises(SurroundingsError, match="cannot make a backup of one moment through a pooler"):
            migrations.rollback(url, backup="full")
        assert migrations.rollback(url).differences == ()
        migrations.add("0002_index", "CREATE INDEX CONCURRENTLY i ON orders (amount);")
        with pytest.raises(SurroundingsError) as caught:
            migrations.apply(url)
        assert "0002, up, step 1) cannot run through a pooler in transaction mode" in caught.value.message
        assert "name the server itself in --to" in caught.value.hint
        migrations.add("0002_index", "SET search_path TO public;\nCREATE INDEX i ON orders (amount);")
        with pytest.raises(SurroundingsError, match="it changes its session"):
            migrations.apply(url)


def test_a_pooler_in_session_mode_is_as_good_as_none(database: Callable[..., Database], migrations: Migrations) -> None:
    app = database(ORDERS, ROWS)
    migrations.add("0001_index", "SET search_path TO public;\nCREATE INDEX CONCURRENTLY i ON orders (amount);")
    with private_pooler(app.server, app.name, "session") as url:
        assert migrations.apply(url).failure is None
    row = app.connection.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass").fetchone()
    assert row == (True,)


# --- standbys ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def standby(primary: Server) -> Iterator[psycopg.Connection]:
    """A hot standby of a server; a session on it."""
    folder = Path(tempfile.mkdtemp(prefix="dba-standby-"))
    owner = primary.uid if os.geteuid() == 0 else None
    programs = primary.binaries.bin  # that its account may run
    try:
        if owner is not None:
            os.chown(folder, owner, primary.gid)
        with primary.connect() as connection:
            port = connection.info.port
        subprocess.run(
            [
                programs / "pg_basebackup", "-h", primary.sockets, "-p", str(port), "-U", "postgres",
                "-D", folder / "data", "-R", "-X", "stream", "-c", "fast",
            ],
            user=owner, check=True, capture_output=True, cwd="/",
        )  # fmt: skip
        running = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-k", folder], user=owner, stderr=subprocess.DEVNULL, cwd="/"
        )
        try:
            deadline = time.monotonic() + 30
            while True:
                try:
                    session = psycopg.connect(host=str(folder), port=port, user="postgres", autocommit=True)
                except psycopg.OperationalError:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
                else:
                    break
            with contextlib.closing(session):
                yield session
        finally:
            running.terminate()
            running.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_a_backfill_waits_for_a_standby_that_is_behind(migrations: Migrations) -> None:
    fill = {
        "table": {"schema": "public", "name": "orders"},
        "key": ["id"],
        "assignments": {"amount": "0"},
        "batch": 500,
    }
    migrations.add("0001_fill", f"-- dba: step 1 backfill {json.dumps(fill)}: fill\nSELECT 1;\n")
    settings = {"wal_level": "replica", "max_wal_senders": "4", "hot_standby": "on"}
    with private_server(cache=postgres_servers.test_cache(), settings=settings) as primary:
        primary.create_database("app")
        with psycopg.connect(primary.url("app"), autocommit=True) as connection:
            connection.execute(ORDERS)
            connection.execute(ROWS)
            with standby(primary) as follower:
                with pytest.raises(SurroundingsError, match="is a standby"):
                    migrations.apply(f"host={follower.info.host} port={follower.info.port} user=postgres dbname=app")
                follower.execute("SELECT pg_wal_replay_pause()")
                seen: list[int] = []

                def resume(words: str) -> None:
                    if "waiting for a standby" in words:
                        row = connection.execute("SELECT count(*) FROM orders WHERE amount = 0").fetchone()
                        assert row is not None
                        seen.append(row[0])
                        if len(seen) == 2:
                            follower.execute("SELECT pg_wal_replay_resume()")

                done = migrations.apply(primary.url("app"), say=resume, max_lag_s=0.3, batch_pause_s=0.2)
                assert done.failure is None
                assert done.migrations[0].rows == 3000
                assert seen[0] == seen[1] < 3000  # nothing was written while it waited
