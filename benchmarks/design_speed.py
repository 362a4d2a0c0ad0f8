"""How long do reading a big brief and designing from it take, and how much memory?

    python -m benchmarks.design_speed [--things 50 200 500] [--forms md sql dbml prisma] [--whole 500] [--before SRC]

The made-up briefs of `briefs.py` are read by `dba design --spec`; those of `--whole` are designed in full, and again
into the same folder. Figures are of the process's processor time, which other load changes less than the clock, and its
largest resident memory. `--before` is the `src` of another checkout: both read in turns, the ratio is of that run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import briefs, report


def _run(words: list[str], source: str = "") -> tuple[float, float, float]:
    """(seconds of the processor, of the clock, MiB at most) of a command and the servers that it starts."""
    environment = {**os.environ, "PYTHONPATH": source} if source else dict(os.environ)
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "dbarchitect", *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"dba {' '.join(words)}: {said[-500:]}")
    return used.ru_utime + used.ru_stime, time.monotonic() - begun, used.ru_maxrss / 1024


def _reading(options: argparse.Namespace, folder: Path) -> list[list[object]]:
    rows: list[list[object]] = []
    for form in options.forms:
        for things in options.things:
            path = folder / f"brief{things}-{form}.md"
            text = briefs.FORMS[form](things)
            if form != "md":  # which a brief names
                (folder / f"things{things}.{form}").write_text(text, "utf-8")
                text = f"---\nschema: things{things}.{form}\n---\n# The whole town\n"
            path.write_text(text, "utf-8")
            words = ["design", str(path), "--spec", "--no-input", "-o", str(folder / "spec.json")]
            now, clock, memory = _run(words)
            before = _run(words, options.before)[0] if options.before else None
            compared = [f"{before:.1f}", f"{before / now:.1f}"] if before is not None else ["", ""]
            rows.append([form, things, f"{now:.1f}", f"{clock:.1f}", f"{memory:,.0f}", *compared])
            print(*rows[-1], file=sys.stderr, flush=True)
    return rows


def _whole(options: argparse.Namespace, folder: Path) -> list[list[object]]:
    rows: list[list[object]] = []
    for things in options.whole:
        path, out = folder / f"whole{things}.md", folder / f"out{things}"
        path.write_text(briefs.markdown(things), "utf-8")
        for what in ("new", "again, in place"):
            used, clock, memory = _run(["design", str(path), "-o", str(out), "--no-input"])
            rows.append([things, what, f"{used:.0f}", f"{clock:.0f}", f"{memory:,.0f}"])
            print(*rows[-1], file=sys.stderr, flush=True)
    return rows


def main() -> None:
    """Measure and publish."""
    parser = report.parser("design_speed", __doc__)
    parser.add_argument("--things", type=int, nargs="+", default=[50, 200, 500])
    parser.add_argument("--forms", nargs="+", choices=tuple(briefs.FORMS), default=["md"])
    parser.add_argument("--whole", type=int, nargs="*", default=[500])
    parser.add_argument("--before", default="", help="`src` of another checkout, read with in turns")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dba-briefs-") as temporary:
        reading, whole = _reading(options, Path(temporary)), _whole(options, Path(temporary))
    text = (
        "Reading (`dba design --spec`), start of the program included:\n\n"
        + report.table(
            ["form", "things", "processor, s", "clock, s", "MiB", "before, processor, s", "before / now"], reading
        )
        + "\n\nThe whole design, with the servers that it starts:\n\n"
        + report.table(["things", "what", "processor, s", "clock, s", "MiB"], whole)
    )
    report.publish("Speed of designs", text, options)


if __name__ == "__main__":
    main()
