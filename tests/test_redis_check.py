"""`dba check redis://`: each rule on a real server, where it speaks and where it does not; what cannot be read."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from dbarchitect.api import CheckOptions, check
from dbarchitect.cli import run
from dbarchitect.engines.redis.connection import connect, shown
from dbarchitect.engines.redis.inspect import inspect, pattern_of
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.keyspace.rule import BOOK
from dbarchitect.model.page import SECTIONS
from redis_servers import redis_server, url_of

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[redis.Redis]:
    with redis_server(
        tmp_path_factory.mktemp("redis"), "--enable-debug-command", "yes", "--enable-protected-configs", "yes"
    ) as client:
        yield client


@pytest.fixture
def empty(server: redis.Redis) -> Generator[redis.Redis]:
    """The server without keys, counters and changed settings."""
    before = server.config_get("*")
    server.flushall()
    server.config_resetstat()
    try:
        yield server
    finally:
        now = server.config_get("*")
        for name, value in before.items():
            if now.get(name) != value:
                server.config_set(name, value)
        server.flushall()


def said(client: redis.Redis, *, only: str = "") -> dict[str, list[str]]:
    """Messages by rule."""
    review = check(url_of(client), CheckOptions(now=NOW, select=(only,) if only else ()))
    found: dict[str, list[str]] = {}
    for one in review.findings:
        found.setdefault(one.rule, []).append(one.message)
        assert one.proof.rerun.endswith(f"--select {one.rule}")
        assert one.proof.script
    return found


def fill(client: redis.Redis, number: int, *, ttl: int | None = None, form: str = "item:{}", size: int = 20) -> None:
    pipe = client.pipeline(transaction=False)
    for one in range(number):
        pipe.set(form.format(one), "v" * size, ex=ttl)
    pipe.execute()


# --- each rule speaks, and does not ----------------------------------------------------------------------------------


def limit_memory(client: redis.Redis, policy: str, size: int = 1 << 30) -> None:
    client.config_set("maxmemory", size)
    client.config_set("maxmemory-policy", policy)


def no_limit(client: redis.Redis) -> None:
    fill(client, 3)


def a_limit(client: redis.Redis) -> None:
    limit_memory(client, "allkeys-lru")


def cache_that_refuses(client: redis.Redis) -> None:
    limit_memory(client, "noeviction")
    fill(client, 20, ttl=1000)


def store_that_refuses(client: redis.Redis) -> None:
    limit_memory(client, "noeviction")
    fill(client, 20)
    fill(client, 5, ttl=1000, form="lock:{}")


def few_volatile(client: redis.Redis) -> None:
    limit_memory(client, "volatile-lru")
    fill(client, 20)
    fill(client, 5, ttl=1000, form="session:{}")


def all_volatile(client: redis.Redis) -> None:
    limit_memory(client, "volatile-lru")
    fill(client, 20, ttl=1000)


def some_without(client: redis.Redis) -> None:
    fill(client, 20, ttl=1000)
    fill(client, 5)


def big(client: redis.Redis) -> None:
    client.set("report:1", b"x" * (1 << 20))


def not_big(client: redis.Redis) -> None:
    client.set("report:1", b"x" * (1 << 19))


def hashes(client: redis.Redis, fields: int, *, long: int = 3) -> None:
    for number in range(12):
        client.hset(f"cart:{number}", mapping={f"f{one}": "v" * long for one in range(fields)})


def fragmented(client: redis.Redis) -> None:
    # A slab of this size class holds four values: one of them stays, and with it the whole slab.
    client.execute_command("DEBUG", "POPULATE", 60_000, "frag", 3_000)
    for start in range(0, 60_000, 5_000):
        client.delete(*(f"frag:{one}" for one in range(start, start + 5_000) if one % 4))
    wait_for_memory(client, lambda held_for_nothing: held_for_nothing > 100 * 2**20)


def compact(client: redis.Redis) -> None:
    fill(client, 100)
    wait_for_memory(client, lambda held_for_nothing: held_for_nothing < 10 * 2**20)


def wait_for_memory(client: redis.Redis, enough: Callable[[int], bool]) -> None:
    """Wait for the server to ask its allocator again: it does so ten times a second, and INFO gives the last answer."""
    for _ in range(200):
        if enough(client.info("memory")["allocator_frag_bytes"]):
            return
        time.sleep(0.05)


def saving_fails(client: redis.Redis) -> None:
    folder = client.config_get("dir")["dir"]
    name = "cannot-be-a-file.rdb"
    (Path(folder) / name).mkdir(exist_ok=True)
    (Path(folder) / name / "full").write_text("")
    client.config_set("dbfilename", name)
    fill(client, 1)
    with pytest.raises(redis.ResponseError):
        client.save()
    client.bgsave()
    while client.info("persistence")["rdb_bgsave_in_progress"]:
        pass


def saving_works(client: redis.Redis) -> None:
    fill(client, 1)
    client.config_set("dbfilename", "good.rdb")
    client.save()
    client.bgsave()
    while client.info("persistence")["rdb_bgsave_in_progress"]:
        pass


def walked(client: redis.Redis) -> None:
    fill(client, 3)
    client.keys("*")


def scanned(client: redis.Redis) -> None:
    fill(client, 3)
    list(client.scan_iter())


def lookups(client: redis.Redis, hits: int, misses: int) -> None:
    client.set("there", 1)
    pipe = client.pipeline(transaction=False)
    for name in ("there",) * hits + ("gone",) * misses:
        pipe.get(name)
    pipe.execute()


def hot(client: redis.Redis, *, times: int) -> None:
    limit_memory(client, "allkeys-lfu")
    fill(client, 100, ttl=1000, form="cold:{}")
    fill(client, 5, ttl=1000, form="hot:{}")
    pipe = client.pipeline(transaction=False)
    for number in range(times):
        pipe.get(f"hot:{number % 5}")
    pipe.execute()


def left_lying(client: redis.Redis, days: int) -> None:
    client.set("one", "v")
    dumped = client.dump("one")
    client.delete("one")
    for number in range(5):
        client.execute_command("RESTORE", f"old:{number}", 0, dumped, "IDLETIME", days * 86_400)


def lasting(client: redis.Redis) -> None:
    fill(client, 20)


def lasting_with_log(client: redis.Redis) -> None:
    fill(client, 20)
    client.config_set("appendonly", "yes")


CASES: list[tuple[str, Callable[[redis.Redis], None], Callable[[redis.Redis], None]]] = [
    ("redis-maxmemory-unset", no_limit, a_limit),
    ("redis-cache-without-eviction", cache_that_refuses, store_that_refuses),
    ("redis-volatile-without-ttl", few_volatile, all_volatile),
    ("redis-key-without-ttl", some_without, lambda one: fill(one, 20, ttl=1000)),
    ("redis-big-key", big, not_big),
    ("redis-past-compact", lambda one: hashes(one, 600), lambda one: hashes(one, 500)),
    ("redis-past-compact", lambda one: hashes(one, 5, long=80), lambda one: hashes(one, 1100)),
    ("redis-fragmented", fragmented, compact),
    ("redis-not-persistent", lasting, lasting_with_log),
    ("redis-not-persistent", lasting, lambda one: fill(one, 20, ttl=1000)),
    ("redis-save-fails", saving_fails, saving_works),
    ("redis-walks-all-keys", walked, scanned),
    ("redis-low-hit-ratio", lambda one: lookups(one, 4_000, 6_001), lambda one: lookups(one, 6_000, 4_001)),
    ("redis-hot-pattern", lambda one: hot(one, times=4_000), lambda one: hot(one, times=0)),
    ("redis-unused-keys", lambda one: left_lying(one, 40), lambda one: left_lying(one, 3)),
]


@pytest.mark.parametrize(("rule", "speaks", "silent"), CASES, ids=[f"{one[0]}-{n}" for n, one in enumerate(CASES)])
def test_a_rule_speaks_where_it_should_and_nowhere_else(empty, rule, speaks, silent):
    speaks(empty)
    assert rule in said(empty, only=rule)
    empty.flushall()
    empty.config_resetstat()
    silent(empty)
    assert rule not in said(empty, only=rule)


def test_a_server_that_lets_anybody_in(tmp_path):
    with redis_server(tmp_path, "--protected-mode", "no", "--bind", "0.0.0.0") as client:
        (finding,) = check(url_of(client), CheckOptions(now=NOW, select=("redis-open-to-all",))).findings
        assert finding.severity == "error"
        client.config_set("protected-mode", "yes")
        (finding,) = check(url_of(client), CheckOptions(now=NOW, select=("redis-open-to-all",))).findings
        assert finding.severity == "warning"
        client.config_set("requirepass", "s3cret")
        url = url_of(client, password="s3cret")
        review = check(url, CheckOptions(now=NOW, select=("redis-open-to-all",)))
        assert not review.findings
        assert "s3cret" not in str(review)


def test_clients_near_the_limit(tmp_path):
    with redis_server(tmp_path, "--maxclients", "8") as client:
        assert "redis-clients-near-limit" not in said(client)
        others = [redis.Redis(port=client.connection_pool.connection_kwargs["port"]) for _ in range(5)]
        try:
            for one in others:
                one.ping()
            assert "7 of 8 possible clients" in said(client)["redis-clients-near-limit"][0]
        finally:
            for one in others:
                one.close()


def test_every_rule_has_its_cases_and_a_whole_page():
    named = {one[0] for one in CASES} | {"redis-open-to-all", "redis-clients-near-limit"}
    named |= {"redis-value-over-request"}  # of Upstash alone: tests/test_upstash.py
    assert {one.id for one in BOOK.rules} == named
    for one in BOOK.rules:
        assert one.id.startswith("redis-")
        assert all(one.section(section) for section in SECTIONS), one.id


# --- reading ---------------------------------------------------------------------------------------------------------


def test_sampling_is_bounded_and_changes_nothing(empty):
    fill(empty, 3_000, ttl=1000)
    limit_memory(empty, "allkeys-lru")
    before = empty.info("commandstats")
    client = connect(url_of(empty))
    try:
        space = inspect(client, url_of(empty), most=500)
        assert (space.keys, space.sampled, space.whole) == (3_000, 500, False)
        (pattern,) = space.patterns
        assert (pattern.pattern, pattern.type, pattern.keys, pattern.without_ttl) == ("item:*", "string", 500, 0)
        ticks = iter(range(0, 1000, 5))
        assert inspect(client, url_of(empty), seconds=12, clock=lambda: next(ticks)).sampled < 1_000
    finally:
        client.close()
    sent = {name.removeprefix("cmdstat_") for name in set(empty.info("commandstats")) - set(before)}
    assert sent <= {
        *("type", "pttl", "object|encoding", "object|idletime", "memory|usage", "scan", "ping", "config|get"),
        *("acl|getuser", "client|setinfo", "client|no-touch", "info", "client", "select", "config|set", "set"),
    }
    assert empty.dbsize() == 3_000


@pytest.mark.parametrize(
    ("key", "pattern"),
    [
        ("user:4711:cart", "user:*:cart"),
        ("session:9f8b7c6d5e4f3a2b1c0d", "session:*"),
        ("page/home", "page/home"),
        ("v2:order:2026-11-26", "*:order:*"),
        ("mail:ada@example.org", "mail:*.org"),
        ("", ""),
    ],
)
def test_patterns(key, pattern):
    assert pattern_of(key) == pattern


def test_keys_of_any_bytes_are_shown_and_harmless(empty, capsys):
    limit_memory(empty, "allkeys-lru")
    empty.set(b"\xff\xfe\x1b[31mred", b"x" * (2 << 20))
    assert run(["check", url_of(empty), "--select", "redis-big-key"]) == 1
    shown_text = capsys.readouterr().out
    assert "\x1b" not in shown_text
    assert "2.5 MB" in shown_text


def test_an_empty_database_and_others(empty, capsys):
    redis.Redis(port=empty.connection_pool.connection_kwargs["port"], db=3).set("a", 1)
    review = check(url_of(empty), CheckOptions(now=NOW))
    assert any("it has no keys" in gap.effect for gap in review.gaps)
    assert any("3 (1 keys)" in gap.name for gap in review.gaps)
    assert run(["check", url_of(empty), "--fail-on", "never"]) == 0
    assert "in 0 keys" in capsys.readouterr().out


@contextmanager
def user(client: redis.Redis, *rights: str) -> Generator[str]:
    client.execute_command("ACL", "SETUSER", "looker", "on", ">pw", "~*", *rights)
    try:
        yield url_of(client, user="looker", password="pw")
    finally:
        client.execute_command("ACL", "DELUSER", "looker")


def test_a_user_who_may_not_do_all(empty):
    fill(empty, 5)
    with user(empty, "+ping", "+info", "+scan", "+type", "+pttl") as url:
        review = check(url, CheckOptions(now=NOW))
        assert {"CONFIG GET", "ACL GETUSER", "OBJECT", "MEMORY USAGE"} <= {gap.name for gap in review.gaps}
        assert "redis-open-to-all" in {one.rule for one in review.silent}
        assert "redis-maxmemory-unset" in {one.rule for one in review.findings}
    with user(empty, "+ping") as url:
        assert not check(url, CheckOptions(now=NOW)).findings
    with user(empty) as url, pytest.raises(SurroundingsError, match="may not even PING"):
        check(url, CheckOptions(now=NOW))


def test_what_cannot_be_reached_is_said(empty, monkeypatch):
    port = empty.connection_pool.connection_kwargs["port"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(SurroundingsError, match="connection refused"):
            connect(f"redis://127.0.0.1:{free.getsockname()[1]}")
    with pytest.raises(SurroundingsError, match="does not accept this user and password") as wrong:
        connect(f"redis://nobody:s3cret@127.0.0.1:{port}")
    assert "s3cret" not in str(wrong.value)
    monkeypatch.setattr("dbarchitect.engines.redis.connection._TIMEOUT_S", 0.5)
    with pytest.raises(SurroundingsError, match="did not answer") as waiting:
        connect(f"rediss://127.0.0.1:{port}")  # a server without TLS waits for the rest of the line
    assert "if the server has no TLS" in waiting.value.hint
    with pytest.raises(InputError, match="no such database"):
        connect(f"redis://127.0.0.1:{port}/99")
    with pytest.raises(InputError, match="is a number"):
        connect(f"redis://127.0.0.1:{port}/shop")
    for url in ("redis://", "redis://host:notaport", "redis://:0"):
        with pytest.raises(InputError):
            connect(url)


def test_another_protocol_is_said():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        def answer() -> None:
            while True:
                try:
                    talk, _ = other.accept()
                except OSError:
                    return
                with talk:
                    talk.recv(100)
                    talk.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(SurroundingsError, match="does not speak Redis"):
            connect(f"redis://127.0.0.1:{other.getsockname()[1]}")
        other.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize(
    "words",
    [
        ["check", "redis://h", "--prove"],
        ["check", "redis://h", "--workload", "x"],
        ["twin", "create", "redis://h", "-o", "x.twin"],
        ["index", "advise", "redis://h", "--workload", "x.sql"],
        ["cache", "redis://:secret@h", "--workload", "x.sql"],
        ["migrate", "lint", "x.sql", "--source", "redis://h"],
        ["design", "redis://h"],
    ],
    ids=" ".join,
)
def test_other_verbs_and_options_say_so_in_one_line(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.sql").write_text("SELECT 1;\n")
    (tmp_path / "x").write_text("SELECT 1;\n")
    with pytest.raises((InputError, SurroundingsError)) as err:
        run(words)
    assert "\n" not in err.value.message
    assert "secret" not in str(err.value)
    assert "Redis" in err.value.message or "redis" in err.value.message


def test_passwords_are_hidden():
    assert shown("rediss://ada:a@b:c@host:1/0") == "rediss://ada:***@host:1/0"
    assert shown("redis://host?password=abc&x=1") == "redis://host?password=***&x=1"
