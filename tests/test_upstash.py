"""Upstash: its own SDKs run what `dba cache --client` writes, and `dba check` looks at a database over REST.

Both speak to the API as it is documented, before a real redis-server (`upstash_rest`): there is no Upstash to run here.
"""

from __future__ import annotations

import importlib.util
import json
import socket
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import redis
from upstash_redis import Redis as UpstashRedis

import migration_tools
from dbarchitect.cache.clients import written
from dbarchitect.cli import run
from dbarchitect.engines.redis.connection import connect, is_redis
from dbarchitect.engines.redis.inspect import MOST_KEYS_OVER_REST, inspect
from dbarchitect.engines.redis.rest import RestClient, is_rest
from dbarchitect.errors import InputError, SurroundingsError
from redis_servers import redis_server
from test_redis_code import CHECKS, DESIGN, Loader, project
from upstash_rest import MAX_REQUEST, TOKEN, Upstash, upstash


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[redis.Redis]:
    with redis_server(tmp_path_factory.mktemp("redis")) as client:
        yield client


@pytest.fixture
def rest(server: redis.Redis) -> Generator[Upstash]:
    server.flushall()
    with upstash(server) as running:
        yield running


@pytest.fixture
def sdk(rest: Upstash) -> Generator[Callable[..., UpstashRedis]]:
    """Makes clients of Upstash's own SDK, and closes them."""
    with ExitStack() as stack:

        def client(**options: Any) -> UpstashRedis:
            given = {"url": rest.url, "token": rest.token, "allow_telemetry": False, "rest_retries": 0, **options}
            return stack.enter_context(UpstashRedis(**given))

        yield client


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTASH_REDIS_REST_TOKEN", TOKEN)


# --- the modules of `dba cache` ---------------------------------------------------------------------------------------


@pytest.fixture
def module(tmp_path: Path) -> Any:
    name, text = written(DESIGN, "upstash-py")
    path = tmp_path / name
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("upstash_cache", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["upstash_cache"] = made
    spec.loader.exec_module(made)
    return made


def test_the_python_sdk_runs_the_module(module, rest: Upstash, sdk, server: redis.Redis) -> None:
    cache, load = module.Cache(sdk()), Loader([{"id": 1, "name": "Ada"}])
    ada = {"email": "ada@x:y"}
    for _ in range(3):
        assert cache.get_or_load(module.CUSTOMER_BY_EMAIL, ada, load) == [{"id": 1, "name": "Ada"}]
    assert load.calls == 1
    reads = [one for one in rest.commands if one[0].upper() == "MGET"]
    assert len(reads) == 4  # one a look-up, and one more before a load: what `dba cache` counts in its bill
    assert 268_000 < server.pttl("shop:customer_by_email:ada%40x%3Ay") <= 300_000
    cache.invalidate(module.CUSTOMER_BY_EMAIL, ada)
    load.value = "new"
    assert cache.get_or_load(module.CUSTOMER_BY_EMAIL, ada, load) == "new"
    assert server.pttl("shop:v:customers:email:ada%40x%3Ay") > 500_000
    assert not server.exists("shop:customer_by_email:ada%40x%3Ay:lock")


def test_callers_at_once_load_once_over_rest(module, rest: Upstash, sdk) -> None:
    load, found = Loader(seconds=0.3), list[object]()
    # Each has a client of its own, as functions without a server have.
    callers = [
        threading.Thread(target=lambda: found.append(module.Cache(sdk()).get_or_load(module.TOTALS, {}, load)))
        for _ in range(8)
    ]
    for one in callers:
        one.start()
    for one in callers:
        one.join(30)
    assert found == ["v"] * 8
    assert load.calls == 1


def test_a_load_before_a_write_is_never_served_over_rest(module, rest: Upstash, sdk) -> None:
    cache = module.Cache(sdk())

    def slow() -> str:
        cache.invalidate(module.TOTALS, {})  # somebody writes meanwhile
        return "old"

    assert cache.get_or_load(module.TOTALS, {}, slow) == "old"
    assert cache.get_or_load(module.TOTALS, {}, lambda: "new") == "new"


def test_what_upstash_refuses_is_answered_by_the_database(module, rest: Upstash, sdk, server: redis.Redis) -> None:
    large = "x" * (MAX_REQUEST + 1)
    cache = module.Cache(sdk())
    assert cache.get_or_load(module.TOTALS, {}, lambda: large) == large
    assert not server.exists("shop:totals") and not server.exists("shop:totals:lock")
    wrong = module.Cache(sdk(token="wrong"))
    assert wrong.get_or_load(module.TOTALS, {}, lambda: 1) == 1
    gone = module.Cache(sdk(url="http://127.0.0.1:9"))
    assert gone.get_or_load(module.TOTALS, {}, lambda: 2) == 2


def test_the_node_sdk_runs_the_module(tmp_path: Path, rest: Upstash) -> None:
    folder = project(tmp_path / "project", "upstash-js")
    options = {"url": rest.url, "token": rest.token, "automaticDeserialization": False, "enableTelemetry": False}
    checks = CHECKS.replace("CONNECT", f"Promise.resolve(new Redis({json.dumps(options)}))")
    (folder / "check.ts").write_text(
        'import { Redis } from "@upstash/redis";' + checks.replace("CLOSE", "Promise.resolve()")
    )
    assert "good" in migration_tools.run(folder, "tsx", "check.ts")
    migration_tools.run(folder, "tsc", "-p", ".")
    assert any(str(one[0]).upper() == "MGET" for one in rest.commands)


def test_pipelines_and_transactions_of_the_sdk_work_before_the_tests_server(rest: Upstash, sdk) -> None:
    """What the tests speak to is what the SDK speaks: a pipeline goes on after an error, a transaction is one."""
    client = sdk()
    pipeline = client.pipeline()
    pipeline.set("a", "x").incr("a").set("b", 1)
    with pytest.raises(Exception, match="not an integer"):
        pipeline.exec()
    assert client.get("b") == "1"
    transaction = client.multi()
    transaction.incr("b").incr("b")
    assert transaction.exec() == [2, 3]
    assert {"/pipeline", "/multi-exec"} <= set(rest.paths)


# --- `dba check` over REST --------------------------------------------------------------------------------------------


def checked(rest: Upstash, capsys, *words: str) -> dict[str, Any]:
    run(["check", rest.url, "--format", "json", *words])
    found: dict[str, Any] = {"findings": [], "gaps": []} | json.loads(capsys.readouterr().out)
    return found


def test_a_database_is_looked_at_over_rest_and_nothing_is_written(rest, server, token, capsys) -> None:
    for n in range(230):
        server.set(f"session:{n}", "x" * 100, ex=1000)
    server.set("session:9001", "x")
    server.set("session:9002", "x")
    server.set(b"\xff\xfe", "x")
    server.hset("user:1", mapping={str(n): "x" for n in range(3)})
    before = {key: server.dump(key) for key in server.scan_iter()}
    found = checked(rest, capsys)
    said = {(one["rule"], one["at"].get("name", "")) for one in found["findings"]}
    assert ("redis-key-without-ttl", "session:*") in said
    assert any(one[0] == "redis-cache-without-eviction" for one in said)
    assert not any("CONFIG SET" in line for one in found["findings"] for line in one.get("ddl", ()))
    # What holds for a server of one's own is not said of a platform.
    assert not {"redis-not-persistent", "redis-maxmemory-unset", "redis-open-to-all"} & {one[0] for one in said}
    assert found["keys"] == 234 and "at Upstash 1.13.3" in found["engine"]
    assert found["environment"]["sent"] == f"{len(rest.commands):,} commands over REST"
    gaps = {(one["kind"], one["name"]) for one in found["gaps"]}
    assert ("command", "OBJECT") in gaps and ("keys", "1 that are no UTF-8") in gaps
    assert {key: server.dump(key) for key in server.scan_iter()} == before
    writes = {str(one[0]).upper() for one in rest.commands} - {
        "PING", "INFO", "DBSIZE", "SCAN", "TYPE", "PTTL", "MEMORY", "OBJECT", "CONFIG", "CLIENT", "HLEN",
    }  # fmt: skip
    assert not writes


def test_a_value_that_no_request_can_carry(rest, sdk, server, token, capsys, tmp_path) -> None:
    server.set("blob:1", b"x" * (MAX_REQUEST + 1))
    server.hset("list:1", mapping={str(n): "x" * 1_000_000 for n in range(11)})
    server.set("small:1", b"x" * 2_000_000)
    found = checked(rest, capsys, "--select", "redis-value-over-request")
    assert [(one["at"]["name"], one["severity"]) for one in found["findings"]] == [
        ("blob:1", "error"),
        ("list:1", "warning"),
    ]
    # It is so: the SDK cannot read it.
    with pytest.raises(Exception, match="max request size exceeded"):
        sdk().get("blob:1")
    assert sdk().get("small:1")
    facts = tmp_path / "plan.toml"
    facts.write_text('[upstash.request_max]\nvalue = 100\nunit = "MB"\nsource = "our plan"\ndate = 2026-11-27\n')
    assert not checked(rest, capsys, "--select", "redis-value-over-request", "--facts", str(facts))["findings"]
    facts.write_text('[upstash.request_max]\nvalue = 1\nunit = "MB"\nsource = "old"\ndate = 2020-01-01\n')
    found = checked(rest, capsys, "--select", "redis-value-over-request", "--facts", str(facts))
    assert len(found["findings"]) == 3
    assert any("2020-01-01" in one["effect"] for one in found["gaps"])


def test_eviction_that_is_on_is_no_finding(rest, server, token, capsys) -> None:
    for n in range(9):
        server.set(f"session:{n}", "x", ex=1000)
    rest.policy = "optimistic-volatile"
    found = checked(rest, capsys)
    assert not any(one["rule"] == "redis-cache-without-eviction" for one in found["findings"])


def test_the_sample_is_small_where_commands_are_billed(rest, server) -> None:
    pipe = server.pipeline()
    for n in range(MOST_KEYS_OVER_REST + 500):
        pipe.set(f"k:{n}", "x")
    pipe.execute()
    client = connect(rest.url, TOKEN)
    space = inspect(client, rest.url)
    client.close()
    assert space.sampled == MOST_KEYS_OVER_REST and not space.whole
    assert space.sent < 4 * MOST_KEYS_OVER_REST


def test_a_token_that_is_missing_wrong_or_in_the_url(rest, monkeypatch, capsys) -> None:
    monkeypatch.delenv("UPSTASH_REDIS_REST_TOKEN", raising=False)
    with pytest.raises(InputError, match="UPSTASH_REDIS_REST_TOKEN is not set"):
        run(["check", rest.url])
    monkeypatch.setenv("UPSTASH_REDIS_REST_TOKEN", "s3cret-and-wrong")
    with pytest.raises(SurroundingsError) as told:
        run(["check", rest.url])
    assert "does not accept the token" in told.value.message and "s3cret" not in told.value.message
    monkeypatch.setenv("UPSTASH_REDIS_REST_TOKEN", "two words")
    with pytest.raises(InputError, match="no token"):
        run(["check", rest.url])
    for url in (f"{rest.url}?_token=s3cret", rest.url.replace("//", "//:s3cret@")):
        with pytest.raises(InputError) as refused:
            run(["check", url])
        assert "s3cret" not in f"{refused.value.message}{refused.value.hint}"
    with pytest.raises(InputError, match="relational sources"):
        run(["check", rest.url, "--prove"])
    with pytest.raises(InputError, match="Redis server"):
        run(["index", rest.url])
    assert rest.commands == []


def test_what_answers_is_no_rest_api(token) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_: Any) -> None:
            pass

    page = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=page.serve_forever, daemon=True)
    thread.start()
    try:
        with pytest.raises(SurroundingsError, match="is not Upstash's REST API"):
            run(["check", f"http://127.0.0.1:{page.server_port}"])
    finally:
        page.shutdown()
        page.server_close()
        thread.join(30)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(SurroundingsError, match="connection refused"):
        run(["check", f"http://127.0.0.1:{port}"])


@pytest.mark.parametrize(
    ("source", "is_one"),
    [
        ("https://eu1-merry-cat-32748.upstash.io", True),
        ("HTTPS://X.UPSTASH.IO/", True),
        ("http://localhost:8079", True),
        ("https://example.org/schema.sql", False),
        ("https://shop.turso.io", False),
        ("https://[", False),
        ("redis://localhost", False),
        ("shop.sql", False),
    ],
)
def test_which_urls_are_of_a_rest_api(source: str, is_one: bool) -> None:
    assert is_rest(source) is is_one
    assert is_redis(source) is (is_one or source.startswith("redis"))


def test_only_commands_that_read_are_sent(rest) -> None:
    client = RestClient(rest.url, TOKEN)
    for words in (("SET", "a", 1), ("FLUSHALL",), ("CONFIG SET", "a", "b"), ("OBJECT", "HELP")):
        with pytest.raises(AssertionError):
            client.execute_command(*words)
    assert rest.commands == [] and client.commands == 0
