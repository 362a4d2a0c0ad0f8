"""The command line in the surroundings that people have: no network, odd folders, no home, a full disk."""

from __future__ import annotations

import os
import resource
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import postgres_servers

DBA = [sys.executable, "-m", "dbarchitect"]
SHOP = """
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, total float);
"""
BRIEF = "# Notes\n\nA person has many notes. A note has a title and a body.\nList a person's notes, newest first.\n"
VERBS = (
    ["check", "shop.sql", "--prove"],
    ["query", "shop.sql", "SELECT * FROM orders WHERE customer_id = 3"],
    ["index", "shop.sql", "--workload", "asked.sql"],
    ["cache", "shop.sql", "--workload", "asked.sql"],
    ["erd", "shop.sql", "-o", "shop.svg"],
    ["report", "shop.sql", "-o", "report.html", "--no-prove"],
    ["twin", "create", "shop.sql", "-o", "shop.twin"],
    ["orm", "shop.sql", "--to", "kysely", "-o", "app"],
    ["migrate", "diff", "shop.sql", "wanted.sql"],
    ["migrate", "lint", "wanted.sql"],
    ["choose", "brief.md"],
    ["design", "brief.md", "-o", "architecture"],
    ["platform", "neon"],
    ["init", "--dry-run"],
)
# What is told where the machine is slow.
PROGRESS = tuple(
    f"dba: {one}"
    for one in (
        *("starting", "loading", "running", "restoring", "materialised", "building"),
        *("reviewing", "proving", "mending"),
    )
)
ODD = ("a b", "tmp\u00e9\u6f22\U0001f600", "x" * 150, "q'uo\"te$x", "new\nline")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.sql").write_text(SHOP)
    (tmp_path / "wanted.sql").write_text(SHOP + "ALTER TABLE orders ADD COLUMN note text;\n")
    (tmp_path / "asked.sql").write_text("-- calls: 9\nSELECT * FROM orders WHERE customer_id = 42;\n")
    (tmp_path / "brief.md").write_text(BRIEF)
    (tmp_path / "dbarchitect.toml").write_text("")
    return tmp_path


def ran(words: list[str], folder: Path, **more: str | None) -> subprocess.CompletedProcess[str]:
    """A command line in `folder`, with variables set or (None) unset; it ends, and with no traceback."""
    environment = {**os.environ, "DBA_CACHE": str(postgres_servers.test_cache() or ""), **more}
    done = subprocess.run(
        words, cwd=folder, env={name: value for name, value in environment.items() if value is not None},
        capture_output=True, text=True, encoding="utf-8", timeout=500, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    return done


def told(done: subprocess.CompletedProcess[str], said: str) -> None:
    """It failed with one message and what to try."""
    assert done.returncode in (2, 3), done.stdout + done.stderr
    lines = [one for one in done.stderr.splitlines() if not one.startswith(PROGRESS)]
    assert len(lines) == 2 and lines[0].startswith("dba: ") and lines[1].startswith("  try: "), done.stderr
    assert said in lines[0], lines


@pytest.fixture
def alone() -> list[str]:
    """The words before a command that take the network from it, the loopback too."""
    words = ["unshare", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*words, "true"], capture_output=True).returncode:
        pytest.skip("this account may not take the network from a process (unshare --net)")
    return words


@pytest.mark.parametrize("words", VERBS, ids=lambda words: " ".join(words[:2]))
def test_without_a_network_it_works_the_same(words: list[str], alone: list[str], folder: Path) -> None:
    done = ran([*alone, *DBA, *words], folder)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout or len(list(folder.iterdir())) > 5


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_a_temporary_folder_of_any_name(name: str, folder: Path) -> None:
    odd = folder / name
    odd.mkdir()
    odd.chmod(0o777)
    done = ran([*DBA, "check", "shop.sql", "--prove"], folder, TMPDIR=str(odd))
    assert done.returncode == 1, done.stderr
    assert list(odd.iterdir()) == []


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_a_source_and_a_result_of_any_name_in_a_bare_locale(name: str, folder: Path) -> None:
    (folder / name).mkdir()
    shutil.copy(folder / "shop.sql", folder / name / "sch\u00e9ma.sql")
    bare = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LANG": None}
    done = ran([*DBA, "erd", f"{name}/sch\u00e9ma.sql", "-o", f"{name}/\u00f6.svg"], folder, **bare)
    assert done.returncode == 0, done.stderr
    assert (folder / name / "\u00f6.svg").read_text(encoding="utf-8").endswith("</svg>\n")


def test_without_a_home(folder: Path) -> None:
    assert ran([*DBA, "check", "shop.sql"], folder, HOME=None).returncode == 1
    assert ran([*DBA, "check", "shop.sql"], folder, HOME="/nonexistent").returncode == 1


def test_a_folder_that_is_gone(folder: Path) -> None:
    words = ["sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', "sh", *DBA, "check", "../shop.sql"]
    told(ran(words, folder), "the folder that this was started in is gone")


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A disk on which nothing fits any more."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this account may not mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize(
    "words",
    [
        ["erd", "shop.sql", "-o", "disk/shop.svg"],
        ["report", "shop.sql", "-o", "disk/report.html", "--no-prove"],
        ["twin", "create", "shop.sql", "-o", "disk/shop.twin"],
        ["check", "shop.sql", "--format", "json", "-o", "disk/found.json"],
    ],
    ids=lambda words: words[0],
)
def test_a_full_disk_holds_no_half_file(words: list[str], folder: Path, full: Path) -> None:
    (full / "filler").write_bytes(b"x" * 4096)
    told(ran([*DBA, *words], folder), "No space left on device")
    assert [one.name for one in full.iterdir()] == ["filler"]


# What is done to the streams, in the shell's words (9 is a pipe whose reader has left), the exit code, and with what
# stderr begins.
STREAMS = (
    ("dba --version >&9", 141, ""),
    ("dba --version > /dev/full", 3, "dba: standard output: No space left on device"),
    ("dba --version >&- 2>&- <&-", 0, ""),
    ("dba --help >&9", 141, ""),
    ("dba --help > /dev/full", 3, "dba: standard output: No space left on device"),
    ("dba explain >&9", 141, ""),
    ("dba explain > /dev/full", 3, "dba: No space left on device"),
    ("dba platform neon >&9 2>&9", 141, ""),
    ("dba chek 2> /dev/full", 2, ""),
    ("dba chek 2>&9", 2, ""),
    ("dba chek 2>&-", 2, ""),
    ("dba check shop.sql >&9", 141, ""),
    ("dba check shop.sql > found.txt 2> /dev/full", 1, ""),
    ("dba check shop.sql --prove <&- >&- 2>&-", 1, ""),
    ("dba twin create shop.sql -o shop.twin >&9", 141, ""),
    ("dba design brief.md -o architecture <&- >&- 2>&-", 0, ""),
    ("dba query n+1 - <&-", 2, "dba: - is standard input, and there is none"),
    ("dba workload top - <&-", 2, "dba: - is standard input, and there is none"),
    ("PYTHONUNBUFFERED=1 dba --version >&9", 141, ""),
    ("PYTHONUNBUFFERED=1 dba explain > /dev/full", 3, "dba: No space left on device"),
)


@pytest.mark.parametrize(("words", "code", "said"), STREAMS, ids=[one[0] for one in STREAMS])
def test_streams_that_are_closed_full_or_left(words: str, code: int, said: str, folder: Path) -> None:
    (folder / "dba").write_text(f'#!/bin/sh\nexec {shlex.join(DBA)} "$@"\n')
    (folder / "dba").chmod(0o755)
    script = f'PATH="$PWD:$PATH"; exec 9> >(true); wait $!; {words}'
    done = ran(["bash", "-c", script], folder, PYTHONUNBUFFERED=None)
    told = [one for one in done.stderr.splitlines() if not one.startswith(PROGRESS)]
    assert done.returncode == code, done.stderr
    assert told[0].startswith(said) if said else not told, told


@pytest.fixture
def mounted() -> Callable[..., list[str]]:
    """The words before a command that are the mounts it sees, alone: `mounted("mount ... {folder}")`."""
    words = ["unshare", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*words, "true"], capture_output=True).returncode:
        pytest.skip("this account may not have mounts of its own (unshare --mount)")
    return lambda script: [*words, "sh", "-ec", f'{script}; exec "$@"', "sh"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["init", "--yes"], "Read-only file system"),
        (["check", "shop.sql", "-o", "found.txt"], "found.txt: Read-only file system"),
        (["check", "shop.sql", "--fix", "-o", "fixes"], "cannot make the folder fixes: Read-only file system"),
        (["answer", "fk-without-index", "orders", "--reason", "few rows"], "dbarchitect.toml: Read-only file system"),
        (["migrate", "new", "one", "--in", "to", "--to", "shop.sql"], "cannot make the folder to: Read-only"),
    ],
    ids=lambda one: " ".join(one[:2]) if isinstance(one, list) else "",
)
def test_a_folder_that_is_read_only(
    words: list[str], said: str, mounted: Callable[..., list[str]], folder: Path
) -> None:
    before = sorted(folder.rglob("*"))
    closed = mounted(f"mount --bind {folder} {folder}; mount -o remount,ro,bind {folder}; cd {folder}")
    done = ran([*closed, *DBA, *words], folder)
    told(done, said)
    assert "writable" in done.stderr and "-o" not in done.stderr.splitlines()[-1]
    assert sorted(folder.rglob("*")) == before


def test_little_shared_memory(mounted: Callable[..., list[str]], folder: Path) -> None:
    small = mounted("mount -t tmpfs -o size=8m tmpfs /dev/shm")
    cache = str(postgres_servers.downloads())  # that of the tests may be what is hidden here
    assert ran([*small, *DBA, "check", "shop.sql", "--prove"], folder, DBA_CACHE=cache).returncode == 1


def test_a_result_whose_name_is_as_long_as_names_may_be(folder: Path) -> None:
    name = f"{'x' * 251}.svg"
    assert ran([*DBA, "erd", "shop.sql", "-o", name], folder).returncode == 0
    assert (folder / name).is_file()


def test_few_open_files_are_named(folder: Path) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))

    limited: Callable[[], None] = few
    done = subprocess.run(
        [*DBA, "check", "shop.sql"], cwd=folder, capture_output=True, text=True, preexec_fn=limited, timeout=300,
        env={**os.environ, "DBA_CACHE": str(postgres_servers.test_cache() or "")},
    )  # fmt: skip
    told(done, "insufficient file descriptors")
