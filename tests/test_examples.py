"""The examples under every `--help`: each verb has one, and each one runs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import numpy as np
import psycopg
import pytest
from cyclopts import App

import postgres_servers
from dbarchitect.__main__ import main
from dbarchitect.cli import app
from dbarchitect.cli.examples import EXAMPLES
from dbarchitect.engines.postgres.server import Server
from mongo_servers import mongo_client, mongo_server

ROOT = Path(__file__).resolve().parents[1]
SERVING = ("dba twin open", "dba serve", "dba mcp")

LOG = """\
2026-05-04 10:00:00.000 UTC [7] LOG:  duration: 1.5 ms  statement: SELECT * FROM orders WHERE customer_id = {0}
"""


def verbs(of: App, before: tuple[str, ...] = ()) -> Iterator[str]:
    for name in of:
        if not name.startswith("-"):
            yield " ".join((*before, name))
            yield from verbs(of[name], (*before, name))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[tuple[Path, Server]]:
    """A folder with the files that the examples name, and a server with their databases."""
    folder = tmp_path_factory.mktemp("examples")
    demo = files("dbarchitect.demo")
    script = (demo / "shop.sql").read_text()
    (folder / "shop.sql").write_text(script)
    (folder / "wanted.sql").write_text(script + "\nALTER TABLE orders ADD COLUMN notes text;\n")
    (folder / "workload.sql").write_text((demo / "workload.sql").read_text())
    shutil.copy(ROOT / "examples" / "notes" / "brief.md", folder / "brief.md")
    (folder / "postgresql.log").write_text("".join(LOG.format(number) for number in range(12)))
    np.save(folder / "embeddings.npy", np.random.default_rng(0).standard_normal((700, 8)).astype(np.float32))
    (folder / "dbarchitect.toml").write_text("")
    for name in ("schema", "workload"):
        beside = "telemetry.sql" if name == "schema" else "telemetry-workload.sql"
        shutil.copy(ROOT / "examples" / "telemetry" / f"{name}.sql", folder / beside)
    (folder / "queries.jsonl").write_text('{"find": "orders", "filter": {"status": "new"}, "sort": {"at": -1}}\n')
    with closing(sqlite3.connect(folder / "app.db")) as connection:
        connection.executescript(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, created_at TEXT NOT NULL, total REAL);"
            "INSERT INTO orders VALUES (1, '2026-05-04', 2.5), (2, '2026-05-05', 3.5);"
        )
    made = ("shop", "shop_before")
    for name in made:
        server.create_database(name)
    try:
        with psycopg.connect(server.url("shop"), autocommit=True) as connection:
            connection.execute(script.encode())
            connection.execute("INSERT INTO customers (email, name, country) VALUES ('a@example.org', 'A', 'DE')")
            plan = connection.execute("EXPLAIN (FORMAT JSON) SELECT * FROM orders").fetchone()
            assert plan is not None
            (folder / "plan.json").write_text(json.dumps(plan[0]))
        yield folder, server
    finally:
        for name in made:
            server.drop_database(name)


def test_every_verb_has_an_example_and_every_example_is_of_a_verb():
    assert set(EXAMPLES) == set(verbs(app))
    for verb, lines in EXAMPLES.items():
        own = [line for line in lines if line.startswith(f"dba {verb}")]
        assert own, verb


@pytest.mark.parametrize("verb", list(EXAMPLES))
def test_help_shows_what_to_type(verb, capsys):
    assert main([*verb.split(), "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())  # a narrow terminal wraps them
    for line in EXAMPLES[verb]:
        assert f" {line}" in shown
    assert shown.count("Exit codes:") == 1


# Options of one name that say in each verb what they are there: what is measured, written, accepted, named.
OF_THE_VERB = frozenset(
    """
    --allow-loss --apply --backup --baseline --copy --data --documents --explain --fail-on --fix --force --format --host
    --keep --lab-rows --measure --name --online --orm --output --pg --platform --port --prove --rename --resume --seed
    --server --small --source --target --to --write-baseline
    """.split()  # noqa: SIM905
)


def test_an_option_of_several_verbs_reads_alike_in_all_of_them():
    told: dict[str, set[str]] = {}
    for verb in verbs(app):
        one = app
        for word in verb.split():
            one = one[word]
        if one.default_command is not None:
            for argument in one.assemble_argument_collection():
                if argument.name.startswith("--"):
                    told.setdefault(argument.name, set()).add(f"{argument.parameter.metavar} {argument.parameter.help}")
    assert len(told) > 100
    assert {name for name, texts in told.items() if len(texts) > 1} == OF_THE_VERB


@pytest.fixture(scope="module")
def documents() -> Iterator[str]:
    """A server that speaks MongoDB's protocol, with some orders: what stands before the name of its database."""
    with mongo_server() as address, mongo_client(address) as client:
        client["shop"]["orders"].insert_many([{"status": "new" if n % 3 else "paid", "at": n} for n in range(40)])
        yield address


def test_the_examples_run_one_after_the_other(project, documents, monkeypatch, capsys):
    folder, server = project
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))
    for line in dict.fromkeys(line for lines in EXAMPLES.values() for line in lines):
        monkeypatch.chdir(folder / "app" if line.startswith("dba orm diff") else folder)
        words = [placed(word, server, documents) for word in shlex.split(line)]
        if line.startswith(SERVING):
            served(words, folder)
            continue
        code = main(words[1:])
        told = capsys.readouterr()
        assert code in (0, 1), f"{line}\n{told.out}\n{told.err}"


def placed(word: str, server: Server, documents: str) -> str:
    """The word, with servers of ours in place of the reader's."""
    word = re.sub(r"postgresql://localhost/(\w+)", lambda one: server.url(one[1]), word)
    return word.replace("mongodb://localhost/shop", f"mongodb://{documents}/shop?directConnection=true")


def served(words: list[str], folder: Path) -> None:
    """Start a verb that serves, and end it as its reader would."""
    with subprocess.Popen(
        [sys.executable, "-m", "dbarchitect", *words[1:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
    ) as process:
        try:
            if "mcp" not in words:  # which ends with its input
                assert process.stdout is not None
                assert b"://" in process.stdout.readline()
                process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=120)
            assert process.returncode == 0, told
        finally:
            process.kill()
