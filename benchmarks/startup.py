"""What does starting cost? CPU of `dba --version` and `dba --help`; time of a cold and a warm private server.

python -m benchmarks.startup [--pg-bin DIR]
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dbarchitect.engines.postgres.server import private_server

from . import report


def _command(*arguments: str, times: int = 10) -> tuple[float, float]:
    """Median (CPU seconds, wall seconds) of `python -m dbarchitect ...` over fresh processes."""
    cpu: list[float] = []
    wall: list[float] = []
    for _ in range(times):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run([sys.executable, "-m", "dbarchitect", *arguments], check=True, stdout=subprocess.DEVNULL)
        wall.append(time.monotonic() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(cpu), statistics.median(wall)


def _bare_python() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", ""], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _server(pg_bin: Path | None, cache: Path) -> tuple[float, float]:
    """Seconds to the first answered query, and to stop again."""
    started = time.monotonic()
    with private_server(pg_bin, cache=cache) as server, server.connect() as connection:
        connection.execute("select 1")
        ready = time.monotonic() - started
        ended = time.monotonic()
    return ready, time.monotonic() - ended


def main() -> None:
    """Measure and publish."""
    parser = report.parser("startup", __doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--pg-bin", type=Path, default=None, help="other PostgreSQL binaries than the embedded ones")
    options = parser.parse_args()
    rows: list[tuple[str, str, str]] = []
    for arguments in (("--version",), ("--help",)):
        cpu, wall = _command(*arguments)
        rows.append((f"`dba {' '.join(arguments)}`", f"{cpu:.3f}", f"{wall:.3f}"))
    rows.append(("an empty Python process", f"{_bare_python():.3f}", ""))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # for root the server runs as another account
        cache = Path(folder) / "cache"
        cold, _ = _server(options.pg_bin, cache)
        warm = [_server(options.pg_bin, cache) for _ in range(5)]
    rows.append(("private server, cold cache, to the first answer", "", f"{cold:.2f}"))
    rows.append(("private server, warm, to the first answer", "", f"{statistics.median(one for one, _ in warm):.2f}"))
    rows.append(("private server, stop and remove", "", f"{statistics.median(one for _, one in warm):.2f}"))
    who = "as root" if os.geteuid() == 0 else "as an ordinary user"
    body = f"Run {who}; medians of fresh processes.\n\n" + report.table(("what", "CPU s", "wall s"), rows)
    report.publish("Start-up", body, options)


if __name__ == "__main__":
    main()
