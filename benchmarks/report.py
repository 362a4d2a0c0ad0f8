"""What every benchmark prints: Markdown with the machine, the versions and the date, on request kept in RESULTS.md."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import dbarchitect

RESULTS = Path(__file__).with_name("RESULTS.md")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers are set to the right."""
    texts = [[_cell(cell) for cell in row] for row in rows]
    numeric = [bool(texts) and all(_is_number(row[i]) for row in texts) for i in range(len(header))]
    lines = ["| " + " | ".join(header) + " |", "|" + "|".join("--:" if right else "---" for right in numeric) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in texts]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value).replace("|", "\\|").replace("\n", " ")


def _is_number(text: str) -> bool:
    return text.strip(" %x+-").replace(",", "").replace(".", "", 1).isdigit() or text == ""


def percent(share: float, digits: int = 2) -> str:
    """0.0123 as `1.23 %`."""
    return f"{share * 100:.{digits}f} %"


def machine() -> str:
    """Processor, cores, memory and system in one line."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        )
        if Path("/proc/cpuinfo").exists()
        else iter(()),
        platform.processor() or platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}"


def _revision() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return f" ({found.stdout.strip()})" if found.returncode == 0 and found.stdout.strip() else ""


def publish(title: str, body: str, options: argparse.Namespace) -> None:
    """Print a result; with `--append`, add it to RESULTS.md as well (written whole, then moved into place)."""
    today = datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    note = f" {options.note}" if options.note else ""
    versions = f"dbarchitect {dbarchitect.__version__}{_revision()}, Python {platform.python_version()}"
    text = f"## {title}\n\n{today}. {versions}. {machine()}.{note}\n\n{body.strip()}\n"
    print(text, flush=True)
    if options.append:
        kept = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Results of the benchmarks\n"
        draft = RESULTS.with_suffix(".draft")
        draft.write_text(f"{kept.rstrip()}\n\n{text}", encoding="utf-8")
        draft.replace(RESULTS)


def parser(program: str, description: str | None) -> argparse.ArgumentParser:
    """A command line with what all benchmarks share."""
    made = argparse.ArgumentParser(prog=f"python -m benchmarks.{program}", description=description)
    made.add_argument("--append", action="store_true", help="add the result to benchmarks/RESULTS.md")
    made.add_argument("--note", default="", help="a sentence about the surroundings, printed with the machine")
    return made
