"""A server that speaks MongoDB's wire protocol, for the tests.

No mongod comes from the registries that the tests install from. mongoeco does: an emulator that enforces validators,
keeps BSON's types, counts uses of indexes and has a profiler. It plans no queries: `explain` has a form of its own.
It needs Python 3.13, which the tests themselves need not run on; it is installed once, pinned, into their cache.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from pymongo import MongoClient

from postgres_servers import downloads

_PACKAGES = ("mongoeco==4.11.0", "pymongo==4.20.1")
_EMULATOR = Path(__file__).with_name("mongo_emulator.py")


def _python() -> str:
    """A Python that mongoeco runs on."""
    pyenv = sorted(Path.home().glob(".pyenv/versions/3.1[3-9]*/bin/python3"), reverse=True)
    named = [shutil.which(f"python3.{minor}") for minor in (13, 14)]
    for one in (sys.executable, *(name for name in named if name), *map(str, pyenv)):
        # Run it: a shim may exist for a version that is not active.
        said = subprocess.run(
            [one, "-c", "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 13))"], capture_output=True
        )
        if not said.returncode:
            return one
    pytest.fail("these tests run mongoeco, which needs Python 3.13: install one as python3.13")


@cache
def emulator_python() -> Path:
    """The Python of an environment that has mongoeco, made once."""
    home = downloads() / "mongo"
    home.mkdir(parents=True, exist_ok=True)
    done = home / hashlib.sha256(" ".join(_PACKAGES).encode()).hexdigest()[:12]
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of one test run want it at the same time
        if not (done / "complete").exists():
            shutil.rmtree(done, ignore_errors=True)
            subprocess.run([_python(), "-m", "venv", str(done)], check=True, capture_output=True)
            ran = subprocess.run(
                [str(done / "bin" / "pip"), "install", "--quiet", *_PACKAGES], capture_output=True, text=True
            )
            if ran.returncode:
                pytest.fail(f"installing {' '.join(_PACKAGES)} failed: {ran.stderr.strip()[-800:]}")
            (done / "complete").touch()
    return done / "bin" / "python"


@contextmanager
def mongo_server(*user: str) -> Generator[str]:
    """The address `HOST:PORT` of a server of its own, with a user and a password where both are given."""
    process = subprocess.Popen(
        [str(emulator_python()), str(_EMULATOR), *user], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = process.stdout.readline().strip()
        if not port:
            pytest.fail("the emulator of MongoDB did not start")
        yield f"127.0.0.1:{port}"
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def mongo_client(address: str) -> Generator[MongoClient]:
    """A client of it that the tests fill it with."""
    client: MongoClient = MongoClient(f"mongodb://{address}/?directConnection=true")
    try:
        yield client
    finally:
        client.close()
