"""The folder and the servers that the documentation's commands run on: what its pages call `schema.sql`, `app.twin`,
`postgresql://reader@db/app` and so on, all made of the shop in tests/cases/documentation."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg

import postgres_servers
import redis_servers
from dbarchitect import library
from dbarchitect.engines.postgres.server import Server, private_server
from documentation import ROOT, Stage

CASES = ROOT / "tests" / "cases" / "documentation"
PRELOADED = {"shared_preload_libraries": "pg_stat_statements"}
LISTED = "SELECT id, total FROM orders WHERE customer_id = $1"
DOCUMENTS = 1200  # enough to search among, little to index

_ROWS = f"""
INSERT INTO customers (email, name) SELECT i || '@example.org', 'Customer ' || i FROM generate_series(1, 2000) i;
INSERT INTO orders (customer_id, status, total, placed_at)
    SELECT 1 + i * 7919 % 2000, (ARRAY['new', 'paid', 'sent'])[1 + i % 3], i % 900 + 0.5, '2026-01-01'::timestamptz + i * interval '1 min'
    FROM generate_series(1, 20000) i;
CREATE TABLE doc (id int PRIMARY KEY, tenant_id int NOT NULL, embedding vector(8) NOT NULL);
SELECT setseed(0.5);
INSERT INTO doc SELECT i, i % 12, ARRAY(SELECT random() + i * 0 FROM generate_series(1, 8))::vector FROM generate_series(1, {DOCUMENTS}) i;
"""  # noqa: E501 - read in one piece
_LITE = """
PRAGMA foreign_keys = on;
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE visits (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, page TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO users SELECT i, 'u' || i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO visits SELECT i, 1 + i % 500, 'p' || i % 90 FROM n;
ANALYZE;
"""


@dataclass(frozen=True)
class Theatre:
    """What all pages share: the folder that is copied for each, and a server whose database is."""

    folder: Path
    server: Server
    stands_for: dict[str, str]
    environment: dict[str, str]

    @contextlib.contextmanager
    def stage(self, at: Path) -> Generator[Stage]:
        """A folder of its own below `at`, and `app` as it was."""
        folder = at / "stage"
        shutil.copytree(self.folder, folder, symlinks=True)
        with self.server.connect() as connection:
            connection.execute("DROP DATABASE IF EXISTS app WITH (FORCE)")
            connection.execute("CREATE DATABASE app TEMPLATE kept")
        yield Stage(folder=folder, environment=self.environment, stands_for=self.stands_for)


@contextlib.contextmanager
def theatre(at: Path) -> Generator[Theatre]:
    """Build it all below `at`; gone at the end."""
    folder = at / "folder"
    shutil.copytree(CASES, folder)
    (folder / "examples").symlink_to(ROOT / "examples")
    cache = postgres_servers.test_cache()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(private_server(cache=cache, settings=PRELOADED))
        client = stack.enter_context(redis_servers.redis_server(at))
        client.set("blob:1", b"x" * 3_000_000)
        for number in range(50):
            client.set(f"user:{number}:cart", number)
        _fill(server)
        _files(folder, server, cache)
        url = server.url("app")
        redis_url = redis_servers.url_of(client)
        names = ("postgresql://reader@db/app", "postgresql://owner@db/app", "postgresql://localhost/shop")
        stands_for = dict.fromkeys(names, url) | {
            "redis://127.0.0.1:6379/0": redis_url,
            "redis://localhost:6379": redis_url.removesuffix("/0"),
            "/usr/lib/postgresql/15/bin": str(postgres_servers.binaries(15).bin),
            "/usr/lib/postgresql/17/bin": str(postgres_servers.binaries(17).bin),
        }
        environment = {"URL": url, "PGHOST": str(server.sockets), "PGUSER": "postgres", "PGDATABASE": "app"}
        environment |= {"PATH": f"{postgres_servers.binaries(18).bin}{os.pathsep}{os.environ['PATH']}"}
        yield Theatre(folder, server, stands_for, environment)


def _fill(server: Server) -> None:
    """The database `kept`: the shop with rows, vectors, and statements that were counted."""
    server.create_database("kept")
    with contextlib.closing(psycopg.connect(server.url("kept"), autocommit=True)) as connection:
        connection.execute("CREATE EXTENSION vector")
        connection.execute("CREATE EXTENSION pg_stat_statements")
        connection.execute((CASES / "shop.sql").read_bytes())
        connection.execute(_ROWS.encode())
        connection.execute("ANALYZE")


def _files(folder: Path, server: Server, cache: Path) -> None:
    schema = (CASES / "shop.sql").read_text()
    (folder / "dbarchitect.toml").write_text("")  # nothing above it counts
    (folder / "schema.sql").write_text(schema + "CREATE TABLE people (code char(2) PRIMARY KEY, name text NOT NULL);\n")
    (folder / "app.sql").write_text(f"{LISTED};\nSET statement_timeout = '5s';\n")
    for name in ("queries.sql", "w.sql"):
        shutil.copy(CASES / "workload.sql", folder / name)
    with gzip.open(folder / "postgresql-1.log.gz", "wb") as file:
        file.write((CASES / "postgresql.log").read_bytes())
    matrix = np.random.default_rng(0).standard_normal((DOCUMENTS, 8), dtype=np.float32)
    np.save(folder / "embeddings.npy", matrix)
    rows = "".join(
        f"{number}\t{number % 12}\t[{','.join(f'{x:.4f}' for x in row)}]\n" for number, row in enumerate(matrix)
    )
    (folder / "dump.sql").write_text(
        "CREATE EXTENSION vector;\nCREATE TABLE doc (id int PRIMARY KEY, tenant_id int NOT NULL, embedding vector(8));\n"
        f"COPY doc FROM stdin;\n{rows}\\.\n"
    )
    with contextlib.closing(sqlite3.connect(folder / "app.db")) as lite:
        lite.executescript(_LITE)
    library.twin(server.url("kept"), folder / "app.twin", cache_dir=cache)
    for command in ("init -q -b main", "add schema.sql migrations", "-c user.name=a -c user.email=a commit -qm a"):
        subprocess.run(["git", *command.split()], cwd=folder, check=True)
    subprocess.run(["git", "update-ref", "refs/remotes/origin/main", "main"], cwd=folder, check=True)
    (folder / "db").mkdir()
    shutil.copy(folder / "schema.sql", folder / "db")
