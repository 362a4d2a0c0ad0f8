"""How many migration files a second `dba migrate lint` and squawk look at, in one run on one machine.

    python3 -m venv /tmp/squawk && /tmp/squawk/bin/pip install squawk-cli
    python -m benchmarks.lint_speed --squawk /tmp/squawk/bin/squawk

The files are generated: tables, columns, constraints, indexes, foreign keys, type changes, partitions, functions and
backfills, as migrations have them, about seven statements a file. Each program runs as a command, start included, and
writes JSON; the best of three runs counts. The last two lines show what looking at the files in one process takes
without the start of an interpreter.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_RUNS = 3


def statements(dice: random.Random, number: int) -> list[str]:
    """What one migration does."""
    table, other = f"table_{number % 97}", f"table_{dice.randrange(97)}"
    new = f"new_{number}"
    kinds: list[Callable[[], str]] = [
        lambda: (
            f"CREATE TABLE {new}_{dice.randrange(10**6)} (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n"
            f"    owner_id bigint NOT NULL REFERENCES {other} ON DELETE CASCADE,\n    name text NOT NULL DEFAULT '',\n"
            "    price numeric(12, 2) CHECK (price >= 0),\n    created_at timestamptz NOT NULL DEFAULT now()\n)"
        ),
        lambda: f"ALTER TABLE {table} ADD COLUMN c{dice.randrange(10**6)} integer NOT NULL DEFAULT 0",
        lambda: f"ALTER TABLE {table} ADD COLUMN c{dice.randrange(10**6)} uuid DEFAULT gen_random_uuid()",
        lambda: f"CREATE INDEX i{dice.randrange(10**6)} ON {table} (a, lower(b)) WHERE deleted_at IS NULL",
        lambda: f"ALTER TABLE {table} ADD CONSTRAINT k{dice.randrange(10**6)} CHECK (a > 0 AND b <> '')",
        lambda: (
            f"ALTER TABLE {table} ADD CONSTRAINT f{dice.randrange(10**6)}"
            f" FOREIGN KEY (a) REFERENCES {other} (id) NOT VALID"
        ),
        lambda: f"ALTER TABLE {table} ALTER COLUMN b TYPE varchar({dice.randrange(10, 200)})",
        lambda: f"ALTER TABLE {table} ALTER COLUMN a SET NOT NULL, ALTER COLUMN a SET DEFAULT 1",
        lambda: f"UPDATE {table} SET a = b::integer + 1 WHERE id BETWEEN 1 AND {dice.randrange(10**6)}",
        lambda: f"DROP INDEX IF EXISTS i{dice.randrange(10**6)}",
        lambda: f"COMMENT ON COLUMN {table}.a IS 'what it''s for'",
        lambda: (
            f"CREATE OR REPLACE FUNCTION f{number}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n"
            "    NEW.updated_at := now();\n    RETURN NEW;\nEND\n$$"
        ),
    ]
    return [dice.choice(kinds)() for _ in range(dice.randrange(3, 12))]


def write(folder: Path, files: int) -> tuple[list[Path], int]:
    """The files, and how many statements they have."""
    dice = random.Random(7)
    paths: list[Path] = []
    total = 0
    for number in range(files):
        path = folder / f"{number:05}_migration.sql"
        made = statements(dice, number)
        total += len(made)
        path.write_text(";\n\n".join(made) + ";\n", encoding="utf-8")
        paths.append(path)
    return paths, total


def best(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the fastest run, and of the processor in the run that needed least: what other work on the machine
    disturbs little."""
    seconds: list[float] = []
    busy: list[float] = []
    for _ in range(_RUNS):
        begun, used = time.perf_counter(), _used()
        work()
        seconds.append(time.perf_counter() - begun)
        busy.append(_used() - used)
    return min(seconds), min(busy)


def _used() -> float:
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def command(words: Sequence[str | Path]) -> Callable[[], object]:
    """A run of a program; findings (exit 1) are no failure."""

    def run() -> bytes:
        done = subprocess.run([str(one) for one in words], capture_output=True, check=False)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{words[0]}: exit {done.returncode}\n{done.stderr.decode()[-2000:]}")
        return done.stdout

    return run


def main() -> None:
    """Write the files, run both, print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--squawk", type=Path, required=True)
    arguments.add_argument("--files", type=int, default=1000)
    given = arguments.parse_args()

    from dbarchitect.migrate.lint import lint
    from dbarchitect.migrate.rule import rules
    from dbarchitect.migrate.script import Script

    with tempfile.TemporaryDirectory() as name:
        paths, total = write(Path(name), given.files)
        dba = [sys.executable, "-m", "dbarchitect", "migrate", "lint", *paths, "--format", "json", "--fail-on", "never"]
        squawk = [given.squawk, "--reporter", "Json", *paths]
        scripts = [Script(file=str(one), text=one.read_text("utf-8")) for one in paths]
        rules()  # imported once, as a process that looks at many files has them
        rows = {
            "dba migrate lint": best(command(dba)),
            "squawk": best(command(squawk)),
            "dba, in one process": best(lambda: lint(scripts)),
        }
        findings = len(json.loads(str(command(dba)().decode()))["findings"])
    print(f"{given.files:,} files, {total:,} statements; dba has {findings:,} findings\n")
    print(f"{'':22}{'seconds':>9}{'files/s':>10}{'processor s':>13}{'files/s of it':>15}")
    for what, (seconds, busy) in rows.items():
        print(f"{what:22}{seconds:9.2f}{given.files / seconds:10,.0f}{busy:13.2f}{given.files / busy:15,.0f}")


if __name__ == "__main__":
    main()
