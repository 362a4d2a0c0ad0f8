"""A server to try designs on where no MongoDB is at hand: mongoeco, an emulator of MongoDB 7.0 behind its protocol.

It runs in a process of its own, for it needs Python 3.13, which we need not run on; it ends with its standard input.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

NAME = "mongoeco"
# What it does otherwise than MongoDB 7.0, as tried with 4.11.
LIMITS = (
    "it is an emulator: answers, validators and unique indexes are its own, times say nothing",
    "it plans no queries: its explain has no executionStats, so that indexes are modelled by counting",
    "it does not order by distance, has no $graphLookup and no collMod, and ignores uniqueItems",
    "one server: no replica set, no shards; transactions are not raced",
)
_PROGRAM = """
import asyncio, sys
from mongoeco.wire import AsyncMongoEcoProxyServer
async def main():
    async with AsyncMongoEcoProxyServer(port=0) as server:
        print(server.address.port, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""


def python_with_it() -> Path | None:
    """A Python that has mongoeco: ours, else python3.13 or python3.14 of the path; None where there is none."""
    for one in (sys.executable, shutil.which("python3.13"), shutil.which("python3.14")):
        if one is None:
            continue
        try:
            said = subprocess.run([one, "-c", "import mongoeco.wire"], capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if not said.returncode:
            return Path(one)
    return None


@contextmanager
def standin() -> Generator[str]:
    """The URL of one of its own, "" where no Python has it."""
    python = python_with_it()
    if python is None:
        yield ""
        return
    process = subprocess.Popen(
        [str(python), "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = process.stdout.readline().strip()
        yield f"mongodb://127.0.0.1:{port}/?directConnection=true" if port.isdigit() else ""
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
