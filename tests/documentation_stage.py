"""The folder and the servers that the documentation's commands run on: what its pages call `schema.sql`, `app.twin`,
`postgresql://reader@db/app` and so on, all made of the shop in tests/cases/documentation."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path

import numpy as np
import psycopg

import mongo_servers
import mongo_shop
import postgres_servers
import redis_servers
from dbarchitect import library
from dbarchitect.engines.postgres.server import Server, private_server
from documentation import ROOT, Stage, in_process

CASES = ROOT / "tests" / "cases" / "documentation"
PRELOADED = {"shared_preload_libraries": "pg_stat_statements"}
ASKED = (0, 1, 2, 8, 21, 27)  # of the queries of the shop in documents
WITH_DOCUMENTS = {"mongodb.md", "mongodb-move.md", "design-documents.md"}  # pages that a server of MongoDB's is for
LISTED = "SELECT id, total FROM orders WHERE customer_id = $1"
VECTORS = 1200  # enough to search among, little to index

_ROWS = f"""
INSERT INTO customers (email, name) SELECT i || '@example.org', 'Customer ' || i FROM generate_series(1, 2000) i;
INSERT INTO orders (customer_id, status, total, placed_at)
    SELECT 1 + i * 7919 % 2000, (ARRAY['new', 'paid', 'sent'])[1 + i % 3], i % 900 + 0.5,
        '2026-01-01'::timestamptz + i * interval '1 min'
    FROM generate_series(1, 20000) i;
SELECT setseed(0.5);
INSERT INTO doc SELECT i, i % 12, ARRAY(SELECT random() + i * 0 FROM generate_series(1, 16))::vector
    FROM generate_series(1, {VECTORS}) i;
"""
_DOC = """
CREATE EXTENSION vector;
CREATE EXTENSION pg_stat_statements;
CREATE TABLE doc (id int PRIMARY KEY, tenant_id int NOT NULL, embedding vector(16) NOT NULL);
"""
_LITE = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers ON DELETE CASCADE,
    total REAL NOT NULL
);
"""
_LITE_ROWS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO customers SELECT i, 'Customer ' || i FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO orders SELECT i, 1 + i * 7919 % 500, i % 900 + 0.5 FROM n;
ANALYZE;
"""
_SUPABASE = """
CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner uuid NOT NULL REFERENCES auth.users);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes FOR SELECT TO authenticated USING (owner = auth.uid());
"""


@dataclass(frozen=True)
class Theatre:
    """What all pages share: the folder that is copied for each, and a server whose database is."""

    folder: Path
    server: Server
    stands_for: dict[str, str]
    environment: dict[str, str]
    documents: Callable[[], dict[str, str]]

    @contextlib.contextmanager
    def stage(self, at: Path, page: str) -> Generator[Stage]:
        """A folder of its own below `at`, with what is this page's alone, and `app` as it was."""
        folder = at / "stage"
        shutil.copytree(self.folder, folder, symlinks=True)
        own = CASES / "pages" / page.removesuffix(".md")
        if own.is_dir():
            shutil.copytree(own, folder, dirs_exist_ok=True)
        stands_for = self.stands_for | (self.documents() if page in WITH_DOCUMENTS else {})
        with self.server.connect() as connection:
            connection.execute("DROP DATABASE IF EXISTS app WITH (FORCE)")
            connection.execute("CREATE DATABASE app TEMPLATE kept")
        with contextlib.closing(psycopg.connect(self.server.url("app"), autocommit=True)) as connection:
            connection.execute("SELECT pg_stat_statements_reset()")
            for number in range(50):  # not prepared: what is counted is this text
                connection.execute(LISTED.replace("$1", str(1 + number)).encode())
            connection.execute("ALTER DATABASE app SET pg_stat_statements.track = none")  # not what commands ask
        yield Stage(folder=folder, environment=self.environment, stands_for=stands_for)


@contextlib.contextmanager
def theatre(at: Path) -> Generator[Theatre]:
    """Build it all below `at`; gone at the end."""
    folder = at / "folder"
    shutil.copytree(CASES, folder, ignore=shutil.ignore_patterns("pages"))
    (folder / "examples").symlink_to(ROOT / "examples")
    cache = postgres_servers.test_cache()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(private_server(cache=cache, settings=PRELOADED))
        client = stack.enter_context(redis_servers.redis_server(at))
        client.set("blob:1", b"x" * 3_000_000)
        for number in range(50):
            client.set(f"user:{number}:cart", number)
        stack.enter_context(contextlib.chdir(folder))
        _files(folder)
        _fill(server)
        library.twin(server.url("kept"), folder / "app.twin", workload="queries.sql", cache_dir=cache)
        server.create_database("bare")
        with contextlib.closing(psycopg.connect(server.url("bare"), autocommit=True)) as connection:
            connection.execute((folder / "wanted.sql").read_bytes())  # as the folder will make it
        assert in_process(["twin", "scale", "app.twin", "orders=100x", "-o", "later.twin"])[0] == 0
        code, told = in_process(["migrate", "adopt", str(folder / "migrations"), "--to", server.url("kept"), "--yes"])
        assert not code, told
        url = server.url("app")
        redis_url = redis_servers.url_of(client)
        names = ("postgresql://reader@db/app", "postgresql://owner@db/app", "postgresql://localhost/shop")
        stands_for = {
            "adopt migrations --to postgresql://owner@db/app": f"adopt migrations --to '{server.url('bare')}'",
            "app.db wanted.sql": "app.db wanted-lite.sql",
            "redis://127.0.0.1:6379/0": redis_url,
            "redis://localhost:6379": redis_url.removesuffix("/0"),
            "postgresql://owner@db/$DBA_COPY": url.replace("/app?", "/$DBA_COPY?"),
            "orders=2M": "orders=20k",  # the same on a smaller lab
            "/usr/lib/postgresql/15/bin": str(postgres_servers.binaries(15).bin),
            "/usr/lib/postgresql/17/bin": str(postgres_servers.binaries(17).bin),
        }
        stands_for |= dict.fromkeys(names, url)
        environment = {
            "HOME": str(at),
            "SHELL": "/bin/bash",
            "URL": url,
            "PGHOST": str(server.sockets),
            "PGUSER": "postgres",
            "PGDATABASE": "app",
        }
        places = (_with_emulator(at), postgres_servers.binaries(18).bin, os.environ["PATH"])
        environment |= {"PATH": os.pathsep.join(map(str, places))}

        @once
        def documents() -> dict[str, str]:
            """The servers of MongoDB's protocol, the first with a shop in it."""
            shop, scratch = (stack.enter_context(mongo_servers.mongo_server()) for _ in range(2))
            with mongo_servers.mongo_client(shop) as client:
                mongo_shop.fill(client, "shop")
            return {
                "mongodb://reader@db/shop": f"mongodb://{shop}/shop?directConnection=true",
                "mongodb://scratch/": f"mongodb://{scratch}/",
            }

        yield Theatre(folder, server, stands_for, environment, documents)


def _with_emulator(at: Path) -> Path:
    """A place for the path with the `python3.13` that the stand-in for MongoDB is installed in."""
    program = at / "bin" / "python3.13"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{mongo_servers.emulator_python()}" "$@"\n')
    program.chmod(0o755)
    return program.parent


def _fill(server: Server) -> None:
    """The database `kept`: the shop with rows, vectors, and statements that were counted."""
    server.create_database("kept")
    with contextlib.closing(psycopg.connect(server.url("kept"), autocommit=True)) as connection:
        connection.execute(((CASES / "shop.sql").read_text() + _DOC).encode())
        connection.execute(_ROWS.encode())
    with contextlib.closing(psycopg.connect(server.url("kept"), autocommit=True)) as connection:
        connection.execute("ANALYZE")  # when the counters of the rows above are told


def _files(folder: Path) -> None:
    schema = (CASES / "shop.sql").read_text()
    shutil.rmtree(folder / "migrations")
    (folder / "migrations").mkdir()
    (folder / "migrations" / "0001_shop.up.sql").write_text(schema + _DOC)
    (folder / "wanted.sql").write_text((CASES / "wanted.sql").read_text() + _DOC)
    shutil.copy(CASES / "wanted.sql", folder / "note.sql")
    (folder / "wanted-lite.sql").write_text(_LITE + "CREATE INDEX orders_customer ON orders (customer_id);\n")
    (folder / "dbarchitect.toml").write_text("")  # nothing above it counts
    (folder / "schema.sql").write_text(schema + "CREATE TABLE people (code char(2) PRIMARY KEY, name text NOT NULL);\n")
    (folder / "app.sql").write_text(f"{LISTED};\nSET statement_timeout = '5s';\n")
    for name in ("queries.sql", "w.sql"):
        shutil.copy(CASES / "workload.sql", folder / name)
    with gzip.open(folder / "postgresql-1.log.gz", "wb") as file:
        file.write((CASES / "postgresql.log").read_bytes())
    matrix: np.ndarray = np.random.default_rng(0).standard_normal((VECTORS, 16), dtype=np.float32)
    np.save(folder / "embeddings.npy", matrix)
    rows = "".join(
        f"{number}\t{number % 12}\t[{','.join(f'{x:.4f}' for x in row)}]\n" for number, row in enumerate(matrix)
    )
    (folder / "dump.sql").write_text(f"{_DOC}COPY doc FROM stdin;\n{rows}\\.\n")
    shutil.copy(ROOT / "tests" / "orm_sqlite_shop.sql", folder / "lite-shop.sql")
    (folder / "supabase" / "migrations").mkdir(parents=True)
    (folder / "supabase" / "migrations" / "20260101000000_notes.sql").write_text(_SUPABASE)
    with contextlib.closing(sqlite3.connect(folder / "app.db")) as lite:
        lite.executescript(_LITE + _LITE_ROWS)
    for command in ("init -q -b main", "add schema.sql migrations", "-c user.name=a -c user.email=a commit -qm a"):
        subprocess.run(["git", *command.split()], cwd=folder, check=True)
    subprocess.run(["git", "update-ref", "refs/remotes/origin/main", "main"], cwd=folder, check=True)
    (folder / "log").mkdir()
    shutil.copy(CASES / "postgresql.log", folder / "log")
    mongo_shop.write_queries(folder / "queries.jsonl", ASKED)
    (folder / "db").mkdir()
    shutil.copy(folder / "schema.sql", folder / "db")
