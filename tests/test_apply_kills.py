"""A client that dies, a session that is ended, a signal: what is done stays done once, the rest is gone on with.

Every point, there and back, is run by `python -m benchmarks.kill_loop`; here are the ones that differ in kind.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

import kill_points as kills
from conftest import Database
from dbarchitect.engines.postgres.server import Server

NAMED = {point.name: point for point in kills.POINTS}


@pytest.fixture(scope="module")
def stage(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[kills.Stage]:
    yield from _staged(server, tmp_path_factory.mktemp("eighteen") / "migrations")


@pytest.fixture(scope="module")
def stage15(postgres15: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[kills.Stage]:
    yield from _staged(postgres15, tmp_path_factory.mktemp("fifteen") / "migrations")


def _staged(server: Server, folder: Path) -> Iterator[kills.Stage]:
    folder.mkdir()
    stage = kills.Stage(server, folder)
    stage.prepare()
    yield stage
    for name in ("killed", "undisturbed", stage.template):
        server.drop_database(name)


@pytest.fixture(scope="module")
def ends(stage: kills.Stage) -> tuple[kills.State, kills.State]:
    """The base, and what an undisturbed run makes of it."""
    url = stage.fresh("undisturbed")
    base = kills.state_of(url)
    assert kills.run("apply", stage.folder, url).returncode == 0
    return base, kills.state_of(url)


@pytest.mark.parametrize(
    "point",
    ["batch to row 2000", "middle of index build 4", "step 12 built, not recorded"],
)
def test_after_kill_9_the_same_command_goes_on(
    stage: kills.Stage, ends: tuple[kills.State, kills.State], point: str
) -> None:
    url = stage.fresh("killed")
    kills.kill_at(url, NAMED[point], stage.folder)
    ran = kills.run("apply", stage.folder, url)
    assert ran.returncode == 0, ran.stderr
    assert kills.state_of(url).differs_from(ends[1]) == []
    assert kills.journal_faults(url, standing=True) == []


@pytest.mark.parametrize("point", ["before the first step", "batch to row 2000", "middle of index build 12"])
def test_after_kill_9_the_way_back_leads_to_the_base(
    stage: kills.Stage, ends: tuple[kills.State, kills.State], point: str
) -> None:
    url = stage.fresh("killed")
    kills.kill_at(url, NAMED[point], stage.folder)
    ran = kills.run("rollback", stage.folder, url)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert kills.state_of(url).differs_from(ends[0]) == []
    assert kills.journal_faults(url, standing=False) == []


@pytest.mark.parametrize("point", ["middle of index build 4", "inside step 9, at its end"])
def test_a_session_that_is_terminated_is_made_again(
    stage: kills.Stage, ends: tuple[kills.State, kills.State], point: str
) -> None:
    url = stage.fresh("killed")
    code, said = kills.terminate_at(url, NAMED[point], stage.folder)
    assert code == 0, said
    assert kills.state_of(url).differs_from(ends[1]) == []
    assert kills.journal_faults(url, standing=True) == []


def test_the_same_on_an_older_server(stage15: kills.Stage) -> None:
    url = stage15.fresh("undisturbed")
    assert kills.run("apply", stage15.folder, url).returncode == 0
    whole = kills.state_of(url)
    url = stage15.fresh("killed")
    kills.kill_at(url, NAMED["middle of index build 12"], stage15.folder)
    assert kills.run("apply", stage15.folder, url).returncode == 0
    assert kills.state_of(url).differs_from(whole) == []


def test_a_way_back_that_is_killed_is_gone_on_with(stage: kills.Stage, ends: tuple[kills.State, kills.State]) -> None:
    url = stage.fresh("killed")
    assert kills.run("apply", stage.folder, url).returncode == 0
    # Its third step takes amounts back, which must not happen twice.
    down = "(SELECT direction FROM dbarchitect.migrations WHERE run = NEW.run) = 'down'"
    point = kills.Point("step 4 of the way back", "steps", f"NEW.number = 4 AND {down}")
    kills.kill_at(url, point, stage.folder, verb="rollback")
    refused = kills.run("apply", stage.folder, url)
    assert (refused.returncode, "half rolled back" in refused.stderr) == (2, True)
    ran = kills.run("rollback", stage.folder, url)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert kills.state_of(url).differs_from(ends[0]) == []


@pytest.mark.parametrize(
    ("number", "code", "outside"),
    [(signal.SIGINT, 130, False), (signal.SIGTERM, 143, False), (signal.SIGINT, 130, True)],
)
def test_a_signal_ends_the_statement_and_says_how_to_go_on(
    database: Callable[..., Database], tmp_path: Path, number: signal.Signals, code: int, outside: bool
) -> None:
    app = database(
        "CREATE TABLE orders (id int, code text)",
        "INSERT INTO orders SELECT g, 'c' || g FROM generate_series(1, 100) g",
    )
    up = (
        "CREATE INDEX CONCURRENTLY code_idx ON orders (code);"
        if outside
        else "ALTER TABLE orders ADD COLUMN note text;"
    )
    (tmp_path / "0001_one.up.sql").write_text(f"-- dba: step 1{' outside a transaction' * outside}\n{up}\n")
    with psycopg.connect(app.url) as other:
        other.execute("LOCK TABLE orders IN ROW EXCLUSIVE MODE")  # both wait for its end
        child = subprocess.Popen(
            kills.arguments("apply", tmp_path, app.url), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' "
            "AND application_name = 'dba migrate'"
        )
        kills.until(lambda: app.connection.execute(waiting).fetchone() == (1,))
        child.send_signal(number)
        out, err = child.communicate(timeout=60)
        assert child.returncode == code, out + err
        assert "the same command goes on from there" in err
        kills.until(lambda: app.connection.execute(waiting).fetchone() == (0,), 5)  # though the lock is held on
    ran = kills.run("apply", tmp_path, app.url)
    assert ran.returncode == 0, ran.stderr
    row = app.connection.execute("SELECT indisvalid FROM pg_index WHERE indrelid = 'orders'::regclass").fetchall()
    assert row == ([(True,)] if outside else [])
