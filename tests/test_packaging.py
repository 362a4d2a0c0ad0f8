"""What is packed: a wheel and a source archive that hold what they must and run; and the shell's completion."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import postgres_servers

ROOT = Path(__file__).resolve().parents[1]
MOST_BYTES = 4_000_000  # of the wheel: what a person waits for who runs it once with uvx


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A wheel and a source archive, built of a copy of this tree without isolation: the backend is installed here."""
    folder = tmp_path_factory.mktemp("packed")
    tree = folder / "tree"
    left = shutil.ignore_patterns(".git", ".venv", "__pycache__", "node_modules", "site", "dist", ".*_cache")
    shutil.copytree(ROOT, tree, ignore=left)
    code = "import hatchling.build as backend; print(backend.build_sdist('dist')); print(backend.build_wheel('dist'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    sdist, wheel = done.stdout.split()
    return tree / "dist" / sdist, tree / "dist" / wheel


def test_the_wheel_has_what_running_needs_and_says_that_it_is_typed(packed):
    _, wheel = packed
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry_points = next(archive.read(one).decode() for one in names if one.endswith("entry_points.txt"))
    assert "dbarchitect/py.typed" in names
    source = ROOT / "src"
    ours = {one.relative_to(source).as_posix() for one in (source / "dbarchitect").rglob("*") if one.is_file()}
    assert {one for one in ours if "__pycache__" not in one} <= names
    assert not [one for one in names if one.startswith(("tests/", "docs/")) or one.endswith(".pyc")]
    assert "dba = dbarchitect.__main__:main" in entry_points
    assert "dbarchitect = dbarchitect.pytest_plugin" in entry_points
    assert wheel.stat().st_size < MOST_BYTES


def test_the_source_archive_has_tests_documentation_and_licence(packed):
    sdist, _ = packed
    with tarfile.open(sdist) as archive:
        names = {one.split("/", 1)[1] for one in archive.getnames() if "/" in one}
    wanted = {
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "mkdocs.yml",
        "docs/site.py",
        "docs/start.md",
        "tests/conftest.py",
    }
    assert wanted <= names


def test_the_wheel_runs_in_an_environment_of_its_own(packed, tmp_path):
    """Installed beside nothing of this tree: the first commands of the documentation, and the library. Other versions
    of Python than this one are for benchmarks/packaging.py."""
    _, wheel = packed
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", home], check=True, capture_output=True)
    program = home / "bin" / "python"
    installed = subprocess.run(
        [program, "-m", "pip", "install", "-q", "--disable-pip-version-check", str(wheel)],
        capture_output=True,
        text=True,
    )
    assert not installed.returncode, installed.stderr
    (tmp_path / "shop.sql").write_text("CREATE TABLE one (id int PRIMARY KEY, other int REFERENCES one);\n")
    (tmp_path / "dbarchitect.toml").write_text("")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["DBA_CACHE"] = str(postgres_servers.test_cache())
    for words, code in ((["--version"], 0), (["--help"], 0), (["check", "shop.sql"], 1)):
        ran = subprocess.run(
            [home / "bin" / "dba", *words], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
    assert "fk-without-index" in ran.stdout
    typed = "import dbarchitect, pathlib; assert (pathlib.Path(dbarchitect.__file__).parent / 'py.typed').exists()"
    subprocess.run([program, "-c", f"{typed}; assert callable(dbarchitect.check)"], cwd=tmp_path, check=True)


def test_bash_completes_verbs_options_and_their_values(tmp_path):
    """`dba --install-completion`, then a bash on a terminal of its own in which somebody presses the tabulator."""
    script = tmp_path / "dba.bash"
    environment = os.environ | {
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }
    done = subprocess.run(
        [sys.executable, "-m", "dbarchitect", "--install-completion", "--shell", "bash", "--output", script],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    assert str(script) in (tmp_path / ".bashrc").read_text()
    with a_bash(environment, tmp_path) as press:
        press("dba migr\t", "dba migrate ")
        press("reh\t", "dba migrate rehearse ")
        press("\x15dba check --fail\t", "dba check --fail-on ")  # the line is emptied first
        shown = press("\t\t", "warning")
    assert {"error", "info", "never"} <= set(shown.split())


@contextlib.contextmanager
def a_bash(environment: dict[str, str], folder: Path) -> Iterator[Callable[[str, str], str]]:
    """A bash on a terminal of its own: `press(keys, wanted)` waits until it shows that, and gives what it showed."""
    (folder / "rc").write_text(". ~/.bashrc\nPS1='ready> '\nbind 'set enable-bracketed-paste off'\n")
    process, terminal = pty.fork()
    if not process:
        os.chdir(folder)
        os.execve("/bin/bash", ["bash", "--rcfile", "rc", "-i"], environment)

    def press(keys: str, wanted: str) -> str:
        os.write(terminal, keys.encode())
        shown = ""
        end = time.monotonic() + 60
        while wanted not in line[0] + shown:
            if not select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]:
                pytest.fail(f"a bash was told {keys!r} and did not show {wanted!r} but {shown!r}")
            shown += os.read(terminal, 65536).decode(errors="replace").replace("\a", "")
        line[0] = (line[0] + shown).split("\n")[-1]
        return shown

    line = [""]
    try:
        press("", "ready> ")
        yield press
    finally:
        os.close(terminal)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
