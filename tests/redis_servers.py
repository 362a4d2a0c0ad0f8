"""Real Redis servers for the tests: started on a free port, stopped and removed afterwards."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis


def redis_binary() -> str:
    found = shutil.which("redis-server") or next(
        (str(one) for one in [Path("/usr/bin/redis-server")] if one.exists()), None
    )
    if found is None:
        pytest.fail("these tests run Redis, and redis-server is not installed: apt-get install redis-server")
    return found


@contextmanager
def redis_server(folder: Path, *arguments: str, password: str | None = None) -> Generator[redis.Redis]:
    """A server of its own with these further arguments; a client of it. The URL is `url_of(client)`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    defaults = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder), "--daemonize", "no"]
    log = folder / f"redis-{port}.log"
    process = subprocess.Popen([redis_binary(), *defaults, "--logfile", str(log), *arguments], stdin=subprocess.DEVNULL)
    client = redis.Redis(port=port, password=password)
    try:
        for _ in range(600):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                if process.poll() is not None:
                    pytest.fail(f"redis-server did not start: {log.read_text()}")
                time.sleep(0.05)
        else:
            pytest.fail(f"redis-server does not answer: {log.read_text()}")
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait(timeout=60)


def url_of(client: redis.Redis, *, user: str = "", password: str = "") -> str:
    named = client.connection_pool.connection_kwargs
    secret = f"{user}:{password}@" if password else ""
    return f"redis://{secret}127.0.0.1:{named['port']}/0"
