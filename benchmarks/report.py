"""What every benchmark prints: Markdown with the machine, the versions and the date, on request kept.

A benchmark has a page in results/, the newest run of each title first; what it replaces is kept in results/earlier/.
RESULTS.md is the index.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import dbarchitect

INDEX = Path(__file__).with_name("RESULTS.md")
RESULTS = INDEX.with_name("results")

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


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
    """Print a result; with `--append`, keep it."""
    today = datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    note = f" {options.note}" if options.note else ""
    versions = f"dbarchitect {dbarchitect.__version__}{_revision()}, Python {platform.python_version()}"
    text = f"## {title}\n\n{today}. {versions}. {machine()}.{note}\n\n{body.strip()}\n"
    print(text, flush=True)
    if options.append:
        keep(text, options.topic, options.question)


def keep(result: str, topic: str, question: str) -> None:
    """Put a result at the top of its topic's page; the one of the same title goes to the page of earlier runs."""
    page, before = RESULTS / f"{topic}.md", RESULTS / "earlier" / f"{topic}.md"
    title = result.partition("\n")[0]
    kept = _results(page)
    replaced = [one for one in kept if one.partition("\n")[0] == title]
    question = _question(page) if kept else question
    if replaced:
        _write(before, f"Earlier runs: {question}", f"[The newest](../{topic}.md)", replaced + _results(before))
    links = "[All results](../RESULTS.md)" + (f" · [Earlier runs](earlier/{topic}.md)" if before.exists() else "")
    _write(page, question, links, [result, *(one for one in kept if one not in replaced)])
    INDEX.write_text(index(), encoding="utf-8")


def index() -> str:
    """The page of all topics: what each answers, and when it was last asked."""
    rows: list[tuple[str, str, str]] = []
    for page in sorted(RESULTS.glob("*.md")):
        newest = max((found[0] for one in _results(page) if (found := _DATE.search(one))), default="")
        before = f"[earlier](results/earlier/{page.name})" if (RESULTS / "earlier" / page.name).exists() else ""
        rows.append((f"[{_question(page)}](results/{page.name})", newest, before))
    return (
        "# Results of the benchmarks\n\nA page has the newest run of all that was measured, with machine and date. "
        f"[How they are run](README.md).\n\n{table(('question', 'newest run', 'runs before'), rows)}\n"
    )


def _question(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def _results(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    return re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]


def _write(page: Path, heading: str, links: str, results: Sequence[str]) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    draft = page.with_suffix(".draft")
    draft.write_text("\n\n".join(one.strip() for one in (f"# {heading}", links, *results)) + "\n", encoding="utf-8")
    draft.replace(page)


def parser(program: str, description: str | None) -> argparse.ArgumentParser:
    """A command line with what all benchmarks share."""
    made = argparse.ArgumentParser(prog=f"python -m benchmarks.{program}", description=description)
    made.add_argument("--append", action="store_true", help=f"keep the result in benchmarks/results/{program}.md")
    made.add_argument("--note", default="", help="a sentence about the surroundings, printed with the machine")
    made.set_defaults(topic=program, question=" ".join((description or program).partition("\n\n")[0].split()))
    return made
