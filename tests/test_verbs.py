"""Every verb on every kind of source: what `api.kinds` promises works, and all else is refused in one message.

The table in docs/engines.md is made from the same declaration, so this is the proof of the page.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg
import pytest

from dbarchitect.api.kinds import KINDS, VERBS, Kind, admit, kind_of
from dbarchitect.cli import run
from dbarchitect.errors import InputError
from libsql_servers import sqld
from mongo_servers import mongo_client, mongo_server
from redis_servers import redis_server, url_of

SHOP = """
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers (id), total numeric(10, 2) NOT NULL);
"""
FILE = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), total INTEGER);
"""
MODELS = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): pass
class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
"""
DBML = """
Table customers { \n id bigint [pk] \n email text [not null, unique] \n }
Table orders { \n id bigint [pk] \n customer_id bigint [not null, ref: > customers.id] \n }
"""
VECTORS = (
    "CREATE EXTENSION IF NOT EXISTS vector; CREATE TABLE docs (id int PRIMARY KEY, body vector(3) NOT NULL);\n"
    + ("INSERT INTO docs SELECT i, ARRAY[sin(i), cos(i), sin(i * 7)]::vector FROM generate_series(1, 1000) i;\n")
)
ONE = "SELECT * FROM orders WHERE customer_id = 42"
MORE = "ALTER TABLE orders ADD COLUMN note text;\n"

# The words of every verb; S is the source.
WORDS: dict[str, list[str]] = {
    "check": ["check", "S", "--fail-on", "never"],
    "index": ["index", "S", "--workload", "asked.sql"],
    "query": ["query", "S", ONE, "--fail-on", "never"],
    "query keyset": ["query", "keyset", "S", "SELECT * FROM orders ORDER BY id LIMIT 10 OFFSET 100"],
    "query diff": ["query", "diff", "S", "--scale", "*=10x", "--workload", "asked.sql"],
    "migrate diff": ["migrate", "diff", "S", "wanted.sql", "--allow-loss"],
    "migrate new": ["migrate", "new", "begin", "--in", "begun", "--to", "S"],
    "migrate lint": ["migrate", "lint", "S"],
    "migrate rehearse": ["migrate", "rehearse", "next/0002_more.up.sql", "--source", "S"],
    "migrate apply": ["migrate", "apply", "next", "--to", "S", "--yes", "--force", "--backup", "none"],
    "migrate rollback": ["migrate", "rollback", "next", "--to", "S", "--yes", "--force", "--backup", "none"],
    "migrate adopt": ["migrate", "adopt", "migrations", "--to", "S", "--yes"],
    "migrate status": ["migrate", "status", "migrations", "--to", "S"],
    "design": ["design", "S", "--spec"],
    "design --from": ["design", "--from", "S", "-o", "out/brief.md"],
    "choose": ["choose", "S"],
    "orm": ["orm", "S", "--to", "kysely", "-o", "out/project", "--models-only"],
    "orm diff": ["orm", "diff", "S", "shop_models:Base"],
    "report": ["report", "S", "-o", "out/page.html", "--no-prove"],
    "erd": ["erd", "S", "-o", "out/erd.svg"],
    "cache": ["cache", "S", "--workload", "asked.sql"],
    "vectors": ["vectors", "S", "--searches", "20"],
    "workload": ["workload", "S"],
    "twin create": ["twin", "create", "S", "-o", "out/app.twin"],
    "timeseries": ["timeseries", "S", "--workload", "asked.sql"],
    "serve": ["serve", "S"],
    "documents shapes": ["documents", "shapes", "S"],
    "documents index": ["documents", "index", "S", "asked.jsonl"],
    "documents validators": ["documents", "validators", "S"],
    "documents migrate": ["documents", "migrate", "S", "wanted.js"],
    "documents postgres": ["documents", "postgres", "S", "-o", "out/moved"],
}
BY_ID = {kind.id: kind for kind in KINDS}
# What has no server here, and is refused before anybody asks for one.
AWAY = {"other": "mysql://h/shop"}
# It goes on until somebody ends it: tests/test_serve.py runs it.
SERVING = {"serve"}


@dataclass
class Sources:
    """One of every kind, and where they lie."""

    folder: Path
    given: dict[str, str]


@pytest.fixture(scope="module")
def sources(server, tmp_path_factory) -> Iterator[Sources]:
    folder = tmp_path_factory.mktemp("shop")
    for name, text in {
        "schema.sql": SHOP, "migrations/0001_shop.sql": SHOP, "next/0002_more.up.sql": MORE, "asked.sql": f"{ONE};\n",
        "wanted.js": 'db.getCollection("orders").createIndex({"status": 1})',
        "asked.jsonl": '{"find": "orders", "filter": {"status": "new"}}\n',
        "next/0002_more.down.sql": "ALTER TABLE orders DROP COLUMN note;\n", "shop_models.py": MODELS,
        "shop.dbml": DBML, "brief.md": "# Shop\n\nCustomers place orders. A customer has an email.\n",
        "wanted.sql": SHOP + MORE, "vectors.sql": VECTORS,
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    for name, script in {"app.db": FILE, "wanted.db": FILE + MORE}.items():
        with closing(sqlite3.connect(folder / name)) as connection:
            connection.executescript(script)
    np.save(folder / "vectors.npy", np.random.default_rng(0).normal(size=(1000, 8)).astype(np.float32))
    with ExitStack() as stack:
        server.create_database("verbs")
        stack.callback(server.drop_database, "verbs")
        with closing(psycopg.connect(server.url("verbs"), autocommit=True)) as connection:
            connection.execute(SHOP)
            connection.execute(VECTORS)
        client = stack.enter_context(redis_server(folder))
        files = {
            "script": "schema.sql", "folder": "migrations", "code": "shop_models:Base", "dbml": "shop.dbml",
            "sqlite": "app.db", "vectors": "vectors.npy", "brief": "brief.md", "snapshot": "app.twin",
        }  # fmt: skip
        documents = stack.enter_context(mongo_server())
        with mongo_client(documents) as shop:
            shop["shop"]["orders"].insert_many([{"status": "new" if n % 3 else "paid", "at": n} for n in range(40)])
        lite = stack.enter_context(sqld(folder, FILE))
        patch = pytest.MonkeyPatch()
        stack.callback(patch.undo)
        patch.setenv("TURSO_AUTH_TOKEN", lite.token)
        servers = {"libsql": lite.url, "postgresql": server.url("verbs"), "redis": url_of(client)}
        servers["mongodb"] = f"mongodb://{documents}/shop?directConnection=true"
        yield Sources(folder, files | AWAY | servers)


@pytest.fixture
def dba(sources: Sources, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> Callable[..., tuple[int, str]]:
    """Runs a command line beside the sources; its code and what it wrote."""
    monkeypatch.chdir(sources.folder)
    monkeypatch.syspath_prepend(str(sources.folder))
    if not Path("app.twin").exists():
        run(["twin", "create", "schema.sql", "-o", "app.twin"])

    def call(*words: str) -> tuple[int, str]:
        # What is written goes into a folder of the test's own.
        code = run([word.replace("out/", f"{tmp_path}/").replace("begun", str(tmp_path / "begun")) for word in words])
        return code, capsys.readouterr().out

    return call


def words_of(verb: str, kind: Kind, given: str) -> list[str]:
    words = [given if word == "S" else word for word in WORDS[verb]]
    if kind.id in ("sqlite", "libsql") and verb == "migrate diff":
        words[words.index("wanted.sql")] = "wanted.db"
    if verb == "workload" and kind.id == "script":
        words[words.index(given)] = "asked.sql"
    if verb == "vectors" and kind.id == "script":
        words[words.index(given)] = "vectors.sql"
        words.append("--data")
    return words


def test_the_table_is_about_verbs_that_there_are() -> None:
    assert set(WORDS) == set(VERBS)
    for kind in KINDS:
        assert kind.takes <= set(VERBS), kind.id
        assert not set(kind.instead) & kind.takes, f"{kind.id}: what works needs nothing instead"
        lacking = [verb for verb in VERBS if verb not in kind.takes and not kind.hint(verb, "S")]
        assert not lacking, f"{kind.id}: nothing is said of {', '.join(lacking)}"
    assert len({kind.id for kind in KINDS}) == len(KINDS)


def test_each_source_is_of_its_kind(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sources.folder)
    assert set(sources.given) == set(BY_ID)
    for id_, given in sources.given.items():
        found = kind_of(given)
        assert found is not None and found.id == id_, given
    assert kind_of("nothing-of-that-name") is None
    admit("check", "nothing-of-that-name")  # whoever opens it says that it is not there


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_what_is_not_promised_is_refused_in_one_message(kind: Kind, verb: str, sources: Sources, dba) -> None:
    if verb in kind.takes:
        return
    given = sources.given[kind.id]
    with pytest.raises(InputError) as refused:
        dba(*words_of(verb, kind, given))
    message, hint = refused.value.message, refused.value.hint
    assert message.startswith(f"dba {verb} ") and message.endswith(kind.noun), message
    assert hint and "{" not in hint and "\n" not in message + hint


def promised() -> list[tuple[Kind, str]]:
    """The pairs that are run. A script, and what is no schema of PostgreSQL, with every verb; the other schemas, which
    all become the same value, with `check` and a sample of the rest (all of them where DBA_ALL_PAIRS is set)."""
    schemas = BY_ID["snapshot"].takes
    found: list[tuple[Kind, str]] = []
    for number, kind in enumerate(KINDS):
        of_schema = [verb for verb in VERBS if verb in kind.takes and verb in schemas and verb != "check"]
        whole = kind.id == "script" or not schemas <= kind.takes or "DBA_ALL_PAIRS" in os.environ
        sample = of_schema if whole else of_schema[(number + len(VERBS)) % 7 :: 7]
        found += [(kind, verb) for verb in VERBS if verb in kind.takes and (verb not in of_schema or verb in sample)]
    return [(kind, verb) for kind, verb in found if verb not in SERVING]


@pytest.mark.parametrize(("kind", "verb"), promised(), ids=lambda one: one.id if isinstance(one, Kind) else one)
def test_what_is_promised_works(kind: Kind, verb: str, sources: Sources, dba, database, tmp_path: Path) -> None:
    given = database(SHOP).url if kind.id == "postgresql" and verb.startswith("migrate") else sources.given[kind.id]
    if verb == "migrate rollback":
        dba(*words_of("migrate apply", kind, given))
    code, out = dba(*words_of(verb, kind, given))
    assert code in (0, 1)
    assert out.strip() or any(tmp_path.iterdir()), "something was printed or written"
