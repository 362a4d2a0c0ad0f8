"""How long `dba orm` takes for a schema of many tables, per target, models alone and the whole project.

The schema is that of `generated.py`, read from a script. The time is that of the whole command: the script loaded and
read back, the migration made, run up and down on a private copy, and the files written. CPU seconds are the command's
own; those of its private server are not among them.

    python -m benchmarks.orm_speed --tables 1000
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import generated, report

TARGETS = ("sqlalchemy", "tortoise", "prisma", "drizzle", "kysely")


def timed(command: list[str]) -> tuple[float, float, str]:
    """Wall and CPU seconds of a command; what it says where it fails, else ""."""
    with tempfile.TemporaryFile("w+") as said:
        begun = time.monotonic()
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, text=True)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read().strip()
    return wall, used.ru_utime + used.ru_stime, words[-200:] if process.returncode else ""


def written(folder: Path) -> tuple[int, int]:
    """How many files a project has, and KiB."""
    files = [one for one in folder.rglob("*") if one.is_file() and one.name != ".dba-orm.json"]
    return len(files), round(sum(one.stat().st_size for one in files) / 1024)


def main() -> None:
    """Measure each target and publish."""
    parser = report.parser("orm_speed", __doc__)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--target", nargs="+", choices=TARGETS, default=TARGETS)
    options = parser.parse_args()
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as home:
        script = Path(home, "schema.sql")
        script.write_text("\n".join(generated.statements(options.tables)))
        for target in options.target:
            for part, flags in (("models only", ["--models-only"]), ("whole project", [])):
                folder = Path(home, f"{target} {part}")
                command = [sys.executable, "-m", "dbarchitect", "orm", str(script), "--to", target, "-o", str(folder)]
                wall, cpu, failure = timed([*command, *flags])
                rows.append((target, part, f"{wall:.1f}", f"{cpu:.1f}", *written(folder), failure or "-"))
                print(rows[-1], file=sys.stderr, flush=True)
    body = f"A made-up schema of {options.tables:,} relations; one run each.\n\n"
    body += report.table(("target", "what", "wall s", "CPU s", "files", "KiB", "failure"), rows)
    report.publish("Speed of `dba orm`", body, options)


if __name__ == "__main__":
    main()
