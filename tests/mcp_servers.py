"""`dba mcp` on streamable HTTP, as a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence

import postgres_servers


def environment() -> dict[str, str]:
    """That of a server, with the tests' clusters."""
    return {**os.environ, "DBA_CACHE": str(postgres_servers.test_cache())}


@contextlib.contextmanager
def listening(words: Sequence[str]) -> Generator[tuple[str, str]]:
    """(URL, bearer token) of a server that runs as long as the block; `words` follow `dba mcp`."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dbarchitect", "mcp", *words, "--transport", "http", "--port", str(port)]
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = re.fullmatch(r"dba: (\S+), with the header Authorization: Bearer (.+)\n", process.stderr.readline())
            assert said is not None
            threading.Thread(target=process.stderr.read, daemon=True).start()
            deadline = time.monotonic() + 60
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
                    break
                assert time.monotonic() < deadline, "nobody listens"
                time.sleep(0.05)
            yield said[1], said[2]
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
