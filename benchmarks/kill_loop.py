"""Kill -9 and pg_terminate_backend at every point of a twelve-step migration, on PostgreSQL 15 and 18.

    python -m benchmarks.kill_loop [--versions 15,18]

At each point: (1) the client is killed, the command run again: schema and rows must equal those of an undisturbed run;
(2) the client is killed, then rolled back: the base, exactly; (3) the server's session is terminated: the command goes
on by itself; (4) the way back is killed at the points that it has, and run again: the base, exactly.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import kill_points as kills
import postgres_servers
from dbarchitect.engines.postgres.server import private_server

DOWN_POINTS = tuple(
    kills.Point(
        f"way back, step {number}",
        "steps",
        f"NEW.number = {number} AND (SELECT direction FROM dbarchitect.migrations WHERE run = NEW.run) = 'down'"
        + (" AND NEW.state = 'done'" if number in (1, 7) else ""),
    )
    for number in range(1, 10)
)


def main() -> None:
    """Run the loop and print a line a point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--versions", default="15,18")
    faults = 0
    for major in map(int, parser.parse_args().versions.split(",")):
        with (
            private_server(postgres_servers.binaries(major), cache=postgres_servers.test_cache()) as server,
            tempfile.TemporaryDirectory() as temporary,
        ):
            folder = Path(temporary, "migrations")
            folder.mkdir()
            stage = kills.Stage(server, folder)
            stage.prepare()
            faults += _loop(stage, major)
    print(f"{faults} faults")
    sys.exit(1 if faults else 0)


def _loop(stage: kills.Stage, major: int) -> int:
    url = stage.fresh("undisturbed")
    base = kills.state_of(url)
    ran = kills.run("apply", stage.folder, url)
    assert ran.returncode == 0, ran.stderr
    whole = kills.state_of(url)
    faults = 0

    def told(what: str, point: kills.Point, wrong: list[str], began: float) -> None:
        nonlocal faults
        faults += bool(wrong)
        words = "; ".join(wrong) or "equal"
        print(f"{major}  {what:<28} {point.name:<34} {time.monotonic() - began:5.1f} s  {words}", flush=True)

    for point in kills.POINTS:
        began = time.monotonic()
        url = stage.fresh("killed")
        kills.kill_at(url, point, stage.folder)
        ran = kills.run("apply", stage.folder, url)
        wrong = [] if ran.returncode == 0 else [f"exit {ran.returncode}: {ran.stderr[-300:]}"]
        wrong += kills.state_of(url).differs_from(whole) + kills.journal_faults(url, standing=True)
        told("kill -9, apply", point, wrong, began)

        began = time.monotonic()
        url = stage.fresh("killed")
        kills.kill_at(url, point, stage.folder)
        ran = kills.run("rollback", stage.folder, url)
        wrong = [] if ran.returncode == 0 else [f"exit {ran.returncode}: {ran.stdout[-300:]}{ran.stderr[-300:]}"]
        wrong += kills.state_of(url).differs_from(base) + kills.journal_faults(url, standing=False)
        told("kill -9, rollback", point, wrong, began)

        began = time.monotonic()
        url = stage.fresh("terminated")
        code, said = kills.terminate_at(url, point, stage.folder)
        wrong = [] if code == 0 else [f"exit {code}: {said[-300:]}"]
        wrong += kills.state_of(url).differs_from(whole) + kills.journal_faults(url, standing=True)
        told("pg_terminate_backend", point, wrong, began)
    for point in DOWN_POINTS:
        began = time.monotonic()
        url = stage.fresh("back")
        assert kills.run("apply", stage.folder, url).returncode == 0
        kills.kill_at(url, point, stage.folder, verb="rollback")
        ran = kills.run("rollback", stage.folder, url)
        wrong = [] if ran.returncode == 0 else [f"exit {ran.returncode}: {ran.stdout[-300:]}{ran.stderr[-300:]}"]
        wrong += kills.state_of(url).differs_from(base) + kills.journal_faults(url, standing=False)
        told("kill -9 of rollback, again", point, wrong, began)
    return faults


if __name__ == "__main__":
    main()
