"""Upstash's REST API before a real redis-server, as its documentation describes it: what its own SDKs speak to.

Not imitated are Upstash's billing and its engine: commands run on the Redis behind. What it has not (OBJECT, settings,
sections of INFO) is refused here too, and a request that is too large as it is there.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import redis

TOKEN = "AXtoken-of-the-tests"
MAX_REQUEST = 10_000_000
_LACKS = frozenset(("OBJECT", "DEBUG", "SLOWLOG", "LATENCY"))
_INFO = (
    "# Server\r\nupstash_version:1.13.3\r\nredis_version:6.2.6\r\nredis_mode:standalone\r\n\r\n"
    "# Memory\r\nmaxmemory:67108864\r\nmaxmemory_policy:{policy}\r\n\r\n"
    "# Persistence\r\ntotal_keys:{keys}\r\ntotal_data_size:{used}\r\nmax_data_size:268435456\r\n\r\n"
)


@dataclass
class Upstash:
    """A running one. `commands` are those that it was sent, in order; `paths` those of the requests."""

    url: str
    token: str = TOKEN
    policy: str = "noeviction"
    commands: list[list[Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def upstash(server: redis.Redis) -> Generator[Upstash]:
    """The REST API of a Redis server, on a free port of this machine."""
    named = server.connection_pool.connection_kwargs
    behind = redis.Redis(host=named.get("host", "localhost"), port=named["port"], protocol=2)
    behind.response_callbacks.clear()  # answers as the protocol has them
    running = Upstash(url="")

    def run(command: list[Any]) -> dict[str, Any]:
        running.commands.append(command)
        name = str(command[0]).upper()
        if name in _LACKS:
            return {"error": f"ERR Command is not available: '{name}'"}
        if name == "INFO" and len(command) > 1:
            return {"result": f"# {command[1].title()}\r\n"}
        if name == "INFO":
            used = behind.execute_command("DBSIZE") and sum(
                behind.execute_command("MEMORY", "USAGE", key) or 0 for key in behind.execute_command("KEYS", "*")
            )
            told = behind.execute_command("INFO", "keyspace")
            told = told.decode() if isinstance(told, bytes) else str(told)
            keys = behind.execute_command("DBSIZE")
            return {"result": _INFO.format(policy=running.policy, keys=keys, used=used) + told}
        if name == "CONFIG":
            return {"result": ["notify-keyspace-events", ""]}
        if len(json.dumps(command)) > MAX_REQUEST:
            return {"error": "ERR max request size exceeded"}
        try:
            # JSON's numbers and texts are words of the protocol alike.
            answer = behind.execute_command(*(one if isinstance(one, str) else json.dumps(one) for one in command))
        except redis.ResponseError as err:
            return {"error": str(err)}
        if _length(answer) > MAX_REQUEST:
            return {"error": "ERR max request size exceeded"}
        return {"result": answer}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            running.paths.append(self.path)
            if self.headers.get("Authorization") != f"Bearer {running.token}":
                self._send(401, {"error": "WRONGPASS invalid or missing auth token"})
                return
            words = json.loads(body)
            encode = self.headers.get("Upstash-Encoding") == "base64"
            if self.path == "/pipeline":
                self._send(200, [_written(run(one), encode) for one in words])
            elif self.path == "/multi-exec":
                with behind.pipeline(transaction=True) as pipe:
                    for one in words:
                        running.commands.append(one)
                        pipe.execute_command(*map(str, one))
                    answers = pipe.execute(raise_on_error=False)
                made = [{"error": str(one)} if isinstance(one, Exception) else {"result": one} for one in answers]
                self._send(200, [_written(one, encode) for one in made])
            else:
                answer = run(words)
                self._send(400 if "error" in answer else 200, _written(answer, encode))

        def _send(self, status: int, document: Any) -> None:
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Nothing: the tests look at `commands`."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    running.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield running
    finally:
        http.shutdown()
        http.server_close()
        thread.join(30)
        behind.close()


def _length(answer: Any) -> int:
    return len(answer) if isinstance(answer, bytes) else sum(map(_length, answer)) if isinstance(answer, list) else 0


def _written(answer: dict[str, Any], encode: bool) -> dict[str, Any]:
    return answer if "error" in answer else {"result": _value(answer["result"], encode)}


def _value(value: Any, encode: bool) -> Any:
    if isinstance(value, list):
        return [_value(one, encode) for one in value]
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        if encode and value != b"OK":
            return base64.b64encode(value).decode()
        return value.decode("utf-8", "replace")
    return value
