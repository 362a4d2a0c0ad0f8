"""How long `dba migrate diff` takes between two schemas of many tables, from the command to its end.

Each table has six columns, a primary key, a foreign key to the one before, a check, two indexes; every twentieth has a
view. In the second schema one in ten has another column, one in ten another type, one in ten one index less, one in ten
one more. The time is that of the whole command: two scripts loaded and read back, the plan made, run up and down on a
private copy, and compared at both ends.

    python -m benchmarks.diff_speed --tables 1000
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import report


def schema(tables: int, *, changed: bool) -> str:
    """The script of a schema."""
    lines: list[str] = []
    for number in range(tables):
        turn = number % 10 if changed else -1
        amount = "numeric(14,2)" if turn == 1 else "numeric(12,2)"
        columns = [
            "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            "name text NOT NULL",
            "status text DEFAULT 'new'",
            f"amount {amount} CHECK (amount >= 0)",
            "created_at timestamptz NOT NULL DEFAULT now()",
        ]
        if number:
            columns.append(f"parent_id bigint REFERENCES t{number - 1} ON DELETE CASCADE")
        if turn == 0:
            columns.append("note text")
        lines += [
            f"CREATE TABLE t{number} ({', '.join(columns)});",
            f"CREATE INDEX t{number}_name ON t{number} (name);",
        ]
        if number and turn != 2:
            lines.append(f"CREATE INDEX t{number}_parent ON t{number} (parent_id);")
        if turn == 3:
            lines.append(f"CREATE INDEX t{number}_new ON t{number} (created_at) WHERE status = 'new';")
        if number % 20 == 0:
            note = ", note" if turn == 0 else ""
            lines.append(f"CREATE VIEW v{number} AS SELECT id, name{note} FROM t{number};")
    return "\n".join(lines)


def main() -> None:
    """Measure and publish some runs."""
    parser = report.parser("diff_speed", __doc__)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("before.sql", "after.sql")]
        for path, changed in zip(paths, (False, True), strict=True):
            path.write_text(schema(options.tables, changed=changed))
        command = [sys.executable, "-m", "dbarchitect", "migrate", "diff", *map(str, paths), "--format", "json"]
        rows: list[tuple[float, int]] = []
        for _ in range(options.runs):
            begun = time.monotonic()
            done = subprocess.run([*command, "-o", f"{folder}/plan.json"], capture_output=True, text=True, check=False)
            rows.append((time.monotonic() - begun, done.returncode))
    report.publish(
        "Speed of a plan",
        f"`dba migrate diff` between two schemas of {options.tables:,} tables, the whole command.\n\n"
        + report.table(["seconds", "exit code"], rows),
        options,
    )


if __name__ == "__main__":
    main()
