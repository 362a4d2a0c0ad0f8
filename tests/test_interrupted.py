"""Ctrl-C in the middle of a verb: it exits with 130, writes nothing half, and leaves no process behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import postgres_servers

EXAMPLES = Path(__file__).parents[1] / "examples"
MARK = "DBA_INTERRUPTED"
SCHEMA = "\n".join(
    f"CREATE TABLE t{number} (id bigint PRIMARY KEY, other bigint REFERENCES t{max(0, number - 1)}, price float);"
    for number in range(300)
)
VECTORS = "CREATE EXTENSION vector; CREATE TABLE doc (id bigint PRIMARY KEY, embedding vector(64));\n" + (
    "INSERT INTO doc SELECT g, (SELECT array_agg(random() * g / g) FROM generate_series(1, 64))::vector "
    "FROM generate_series(1, 3000) g;"
)
VERBS = (
    ["timeseries", str(EXAMPLES / "telemetry/schema.sql"), "--workload", str(EXAMPLES / "telemetry/workload.sql")],
    ["design", str(EXAMPLES / "shop/brief.md"), "-o", "architecture"],
    ["report", "many.sql", "-o", "report.html"],
    ["cache", str(EXAMPLES / "telemetry/schema.sql"), "--workload", str(EXAMPLES / "telemetry/workload.sql")],
    ["vectors", "vectors.sql", "doc.embedding", "--data", "-o", "advice.txt"],
    ["orm", "many.sql", "--to", "sqlalchemy", "-o", "app"],
    ["check", "many.sql", "--fix", "-o", "fixes"],
    ["twin", "create", "many.sql", "-o", "many.twin"],
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "many.sql").write_text(SCHEMA)
    (tmp_path / "vectors.sql").write_text(VECTORS)
    return tmp_path


@contextmanager
def started(folder: Path, words: list[str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`dba` as the leader of a session, and the mark that all of its processes carry in their environment."""
    mark = uuid.uuid4().hex
    environment = {**os.environ, MARK: mark, "DBA_CACHE": str(postgres_servers.test_cache() or "")}
    with subprocess.Popen(
        [sys.executable, "-m", "dbarchitect", *words], cwd=folder, env=environment, start_new_session=True, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        guard = threading.Timer(240, process.kill)
        guard.start()
        try:
            yield process, mark
        finally:
            guard.cancel()
            process.kill()


def interrupted(process: subprocess.Popen[str]) -> str:
    """What it still says after the signal that a terminal sends to the whole group."""
    os.killpg(process.pid, signal.SIGINT)
    return process.communicate()[1]


def alive(mark: str) -> list[str]:
    """The command lines of processes that carry the mark."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"{MARK}={mark}".encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_text().replace("\0", " "))
            except OSError:
                continue  # ended meanwhile, or not ours
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found in /proc")
@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_ctrl_c_leaves_nothing(words: list[str], folder: Path) -> None:
    before = {one.name for one in folder.iterdir()}
    with started(folder, words) as (process, mark):
        while not any("postgres" in one for one in alive(mark)):
            assert process.poll() is None, "it ended before it was at work"
            time.sleep(0.05)
        said = interrupted(process)
    assert process.returncode in (130, -signal.SIGINT), said
    assert "Traceback" not in said
    assert {one.name for one in folder.iterdir()} == before
    assert alive(mark) == []


def test_ctrl_c_while_a_server_does_not_answer(folder: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        silent.settimeout(120)
        url = f"mongodb://127.0.0.1:{silent.getsockname()[1]}/app"
        with started(folder, ["documents", "shapes", url, "-o", "shapes.txt"]) as (process, _):
            silent.accept()[0].close()
            said = interrupted(process)
    assert process.returncode in (130, -signal.SIGINT), said
    assert "Traceback" not in said
    assert not (folder / "shapes.txt").exists()
