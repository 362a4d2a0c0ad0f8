"""The house rules: what linters, the type checker and the import contracts say, and what they cannot see."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "dbarchitect"
BIN = Path(sys.executable).parent

# At the edge: what may look at the command line, the environment and configuration files.
EDGE = {"__main__.py", "cli/terminal.py", "config.py"}

# The rooms that are given values and give values.
PURE = (
    "model",
    "sql",
    "review",
    "migrate",
    "index",
    "query",
    "workload",
    "normal",
    "render",
    "cache",
    "keyspace",
    "documents",
    "design",
    "orm",
    "setup",
)


def ran(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}", pytrace=False)


def test_ruff_check():
    ran(BIN / "ruff", "check", "--no-cache", "--output-format=concise", "src", "tests")


def test_ruff_format():
    ran(BIN / "ruff", "format", "--no-cache", "--check", "src", "tests")


def test_pyright():
    # The interpreter is named so that the types of this environment count, whatever environment is active.
    ran(sys.executable, "-m", "pyright", "--pythonpath", sys.executable)


def test_import_contracts():
    ran(BIN / "lint-imports", "--no-cache")


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every absolute import, wherever it stands: a contract of import-linter may be given exceptions, this not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module


def spelled(node: ast.AST) -> str:
    """`os.environ.get` for such an expression, "" for others."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = spelled(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def test_only_sql_imports_a_parser():
    found = [
        f"{name}:{line} imports {what}"
        for name, tree in modules()
        if not name.startswith("sql/")
        for line, what in imported(tree)
        if what.split(".")[0] in {"postgast", "sqlglot", "pglast", "pgparse"}
    ]
    assert not found


def test_analysis_imports_no_driver():
    found = [
        f"{name}:{line} imports {what}"
        for name, tree in modules()
        if name.startswith(tuple(f"{room}/" for room in PURE))
        for line, what in imported(tree)
        if what.split(".")[0] in {"psycopg", "sqlite3", "socket", "subprocess"}
    ]
    assert not found


def test_below_the_edge_nobody_asks_for_arguments_variables_or_configuration():
    """Handing the whole environment on to a child program is not asking it for a variable."""
    found: list[str] = []
    for name, tree in modules():
        if name in EDGE:
            continue
        found += [f"{name}:{line} imports {what}" for line, what in imported(tree) if what in {"tomllib", "argparse"}]
        for node in ast.walk(tree):
            what = ""
            if isinstance(node, ast.Attribute) and spelled(node) in {"sys.argv", "os.getenv", "os.environ.get"}:
                what = spelled(node)
            elif isinstance(node, ast.Subscript) and spelled(node.value) == "os.environ":
                what = "os.environ[...]"
            elif isinstance(node, ast.Compare) and any(spelled(one) == "os.environ" for one in node.comparators):
                what = "in os.environ"
            if what:
                found.append(f"{name}:{node.lineno} {what}")
    assert not found


def test_analysis_has_no_clock_and_no_dice():
    asked = re.compile(r"(datetime\.|date\.)*(now|utcnow|today)|time\.time|random\.\w+|uuid\.uuid[14]|secrets\.\w+")
    found = [
        f"{name}:{node.lineno} {spelled(node.func)}"
        for name, tree in modules()
        if name.startswith(tuple(f"{room}/" for room in PURE))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and asked.fullmatch(spelled(node.func))
    ]
    assert not found


def test_rooms_have_names_that_say_what_they_hold():
    vague = {"utils", "util", "helpers", "helper", "base", "manager", "misc", "common"}
    assert not [name for name, _ in modules() if vague & set(name.removesuffix(".py").split("/"))]


def rooms() -> set[str]:
    """What stands directly in the package: its modules and folders."""
    inside = (one for one in SOURCE.iterdir() if one.suffix == ".py" or (one.is_dir() and any(one.glob("*.*"))))
    return {one.stem for one in inside} - {"__init__", "__main__", "__pycache__"}


def layers(text: str) -> list[set[str]]:
    """The first block of code with the layers of a page, from above to below."""
    block = re.search(r"(?:^    [^\n]+ >[^\n]*\n?)+(?:^ {4,}[^\n]+\n)*", text, re.MULTILINE)
    assert block
    return [{one.strip() for one in layer.split("|")} for layer in block[0].split(">")]


def test_the_pages_have_the_layers_of_the_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    held = next(one["layers"] for one in contracts if one["type"] == "layers")
    wanted = [{one.strip().removeprefix("dbarchitect.") for one in layer.split("|")} for layer in held]
    for page in ("CONTRIBUTING.md", "docs/architecture.md"):
        assert layers((ROOT / page).read_text(encoding="utf-8")) == wanted, page


def test_the_table_of_rooms_has_every_room_and_names_what_is_there():
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    named: set[str] = set()
    gone: list[str] = []
    for first, second in rows:
        here = set(re.findall(r"`(\w+)/?`", first))
        named |= here
        inside = {
            one.stem
            for room in here & rooms()
            for one in (SOURCE / room).rglob("*")
            if one.suffix == ".py" or (one.is_dir() and one.name != "__pycache__")
        }
        gone += [
            f"{'|'.join(sorted(here))}: {one}"
            for one in re.findall(r"`(\w+)/?`", second)
            if one not in inside | rooms()
        ]
    assert named == rooms()
    assert not gone


def test_the_page_of_the_benchmarks_has_each():
    page = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert not [one.stem for one in (ROOT / "benchmarks").glob("[a-z]*.py") if f"`{one.stem}`" not in page]


def test_results_of_the_benchmarks_the_newest_first(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    report = importlib.import_module("benchmarks.report")
    assert report.INDEX.read_text(encoding="utf-8") == report.index(), "the index is not that of the pages"
    monkeypatch.setattr(report, "INDEX", tmp_path / "RESULTS.md")
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    for title, day in (("One", "2026-01-01"), ("Two", "2026-01-02"), ("One", "2026-01-03"), ("One", "2026-01-04")):
        report.keep(f"## {title}\n\n{day}. ### no heading\n", "speed", "How fast?")
    days = {
        page: re.findall(r"2026-\S+(?=\.)", (tmp_path / "results" / page).read_text())
        for page in ("speed.md", "earlier/speed.md")
    }
    assert days == {"speed.md": ["2026-01-04", "2026-01-02"], "earlier/speed.md": ["2026-01-03", "2026-01-01"]}
    assert "| [How fast?](results/speed.md) | 2026-01-04 | [earlier](results/earlier/speed.md) |" in report.index()


def test_nothing_stands_at_the_top_of_a_module_that_nobody_names():
    """What only its own definition names is dead; hooks that others call are found by their form."""
    words: Counter[str] = Counter()
    for name, text in texts():
        if name.startswith(("src/", "tests/", "benchmarks/", "docs/")):
            words.update(re.findall(r"\w+", text))
    hooks = re.compile(r"__\w+__|pytest_\w+")
    dead: list[str] = []
    for name, tree in modules():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                own = [] if node.decorator_list and isinstance(node, ast.FunctionDef) else [node.name]
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                own = [one.id for one in targets if isinstance(one, ast.Name)]
            else:
                continue
            dead += [f"{name}:{node.lineno} {one}" for one in own if words[one] == 1 and not hooks.fullmatch(one)]
    assert not dead


def texts() -> Iterator[tuple[str, str]]:
    """Every text file that is ours: of the tree itself, because a packed source has no index of versions."""
    skipped = {"__pycache__", "node_modules", "venv", "dist", "build", "site"}  # the last by docs/site.py
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [one for one in folders if one not in skipped and (not one.startswith(".") or one == ".ci")]
        for file in files:
            path = Path(folder, file)
            if path == ROOT / ".git":  # of a worktree
                continue
            data = path.read_bytes()
            if b"\0" not in data:
                yield path.relative_to(ROOT).as_posix(), data.decode("utf-8")


# Written in pieces, so that this file does not mention them itself.
FORBIDDEN = (
    # hosts of package registries and their mirrors
    r"py"
    + r"pi\.org|python"
    + r"hosted|npm"
    + r"js\.(org|com)|deb\.deb"
    + r"ian|registry\."
    + r"|artif"
    + r"actory|\bnex"
    + r"us\b",
    # one machine's paths
    r"/wo" + r"rk/(main|shared)|/tmp/d" + r"ba\b|/tmp/ve" + r"nv|/ro" + r"ot/\.",
    # numbers of somebody's tracker
    r"\biss" + r"ue #?\d",
)


def test_nothing_names_registries_machines_or_trackers():
    said = [
        f"{name}: {found[0]!r}"
        for name, text in texts()
        for pattern in FORBIDDEN
        if (found := re.search(pattern, text, re.IGNORECASE))
    ]
    assert not said


def test_every_text_file_ends_with_one_newline_and_holds_nothing_invisible():
    invisible = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\r")
    wrong = [
        name
        for name, text in texts()
        if not name.startswith("tests/cases/")
        if text and (not text.endswith("\n") or text.endswith("\n\n") or invisible.search(text))
    ]
    assert not wrong
