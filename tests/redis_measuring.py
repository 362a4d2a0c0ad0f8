"""What a real redis-server does, beside what `cache/` predicts: bytes of keys, and hits under eviction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dbarchitect.cache.memory import Memory, integer_bytes
from dbarchitect.cache.simulate import Policy, Settings, simulate

VALUE = 200
KEY = "bench:item:{:08d}"


@dataclass(frozen=True)
class Trace:
    name: str
    keys: int
    zipf: float  # 0: uniform; below 0: what is asked for moves on
    ttl: float = 0.0


@dataclass(frozen=True)
class HitRow:
    trace: str
    policy: str
    share: float  # of the memory that all keys take
    real: float
    predicted: float
    real_keys: int
    predicted_keys: int

    @property
    def off(self) -> float:
        return abs(self.real - self.predicted)


TRACES = (
    Trace("zipf 0.99", 20_000, 0.99),
    Trace("zipf 0.7", 20_000, 0.7),
    Trace("uniform", 20_000, 0.0),
    Trace("moving window", 20_000, -1.0),
    Trace("zipf 0.99, TTL 2 s", 20_000, 0.99, ttl=2.0),
)


def requests_of(trace: Trace, count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    if trace.zipf < 0:  # new keys come up, old ones fade: frequency misleads
        newest = np.linspace(trace.keys * 0.1, trace.keys, count)
        return np.maximum(newest - random.exponential(trace.keys * 0.05, count), 0).astype(np.int64)
    if trace.zipf == 0:
        return random.integers(0, trace.keys, count)
    weights = np.arange(1, trace.keys + 1, dtype=float) ** -trace.zipf
    ranks = np.searchsorted(np.cumsum(weights / weights.sum()), random.random(count))
    return random.permutation(trace.keys)[np.minimum(ranks, trace.keys - 1)]


def quantum_of(client: Any) -> int:
    """Of the server's jemalloc: a key whose text takes 24 bytes tells."""
    client.set("q" * 18, 1)
    used = client.memory_usage("q" * 18)
    client.delete("q" * 18)
    # 16 for the value, the text (18 + 2), the entry (24)
    return 8 if used == Memory(8).entry(18) + Memory(8).string(1, integer=True) else 16


def replay(client: Any, keys: list[int], ttl: float, warm: int) -> tuple[int, list[float], float]:
    """(hits after `warm`, the moment of each request, when it began)."""
    connection = client.connection_pool.get_connection()
    value = b"v" * VALUE
    hits = 0
    moments: list[float] = []
    try:
        for number, key in enumerate(keys):
            name = KEY.format(key)
            connection.send_command("GET", name)
            found = connection.read_response()
            moments.append(time.time())
            if found is not None:
                hits += number >= warm
                continue
            if ttl:
                connection.send_command("SET", name, value, "PX", int(ttl * 1000))
            else:
                connection.send_command("SET", name, value)
            connection.read_response()
        return hits, moments, moments[0]
    finally:
        client.connection_pool.release(connection)


def measured_hits(
    client: Any, trace: Trace, policy: Policy, share: float, *, requests: int, quantum: int, seed: int = 7
) -> HitRow:
    """One run on the server, and what is predicted for it."""
    client.flushall()
    client.config_set("maxmemory-policy", policy)
    client.config_set("maxmemory", 0)
    memory = Memory(quantum)
    entry = memory.entry(len(KEY.format(0)), expires=bool(trace.ttl)) + memory.string(VALUE)
    start = int(client.info("memory")["used_memory"])
    limit = start + int(share * trace.keys * entry)
    client.config_set("maxmemory", limit)
    keys = requests_of(trace, requests, seed).tolist()
    warm = requests // 3
    hits, moments, _ = replay(client, keys, trace.ttl, warm)
    real_keys = int(client.dbsize())
    settings = Settings(maxmemory=limit, policy=policy, start_bytes=start, memory=memory)
    steps: Iterator[tuple[float, int, bool]] = ((at, key, True) for at, key in zip(moments, keys, strict=True))
    found = simulate(steps, lambda _: entry, settings, ttls=lambda _: trace.ttl, warm=warm, seed=seed + 1)
    return HitRow(
        trace=trace.name,
        policy=policy,
        share=share,
        real=hits / (requests - warm),
        predicted=found.hit_ratio,
        real_keys=real_keys,
        predicted_keys=found.keys,
    )


@dataclass(frozen=True)
class MemoryRow:
    case: str
    encoding: str
    usage: int
    used: float  # a key, of `used_memory`
    predicted: float

    @property
    def off(self) -> float:
        return abs(self.predicted - self.used) / self.used


@dataclass(frozen=True)
class Case:
    """`write(client, key)` makes one; `size(memory)` is the value's predicted size."""

    name: str
    write: Callable[[Any, str], Any]
    size: Callable[[Memory], int]
    keys: int
    expires: bool = False


def text(length: int, number: int = 0) -> str:
    return f"{number:x}".rjust(6, "m").ljust(length, "v")[:length]


def cases() -> Iterator[Case]:
    for length in (10, 44, 45, 200, 1_000, 5_000, 40_000):
        many = max(3_000_000 // max(length, 100), 50)
        yield Case(
            f"string {length}",
            lambda pipe, key, length=length: pipe.set(key, text(length)),
            lambda memory, length=length: memory.string(length),
            many,
        )
    yield Case(
        "string 200 with TTL",
        lambda pipe, key: pipe.set(key, text(200), ex=100_000),
        lambda memory: memory.string(200),
        20_000,
        expires=True,
    )
    yield Case(
        "integer", lambda pipe, key: pipe.set(key, 123456789), lambda memory: memory.string(9, integer=True), 20_000
    )
    for fields, value in ((5, 20), (100, 20), (500, 20), (600, 20), (5, 100), (2_000, 50)):

        def write_hash(pipe: Any, key: str, fields: int = fields, value: int = value) -> None:
            pipe.hset(key, mapping={text(8, number): text(value, number) for number in range(fields)})

        yield Case(
            f"hash {fields} x {value}",
            write_hash,
            lambda memory, fields=fields, value=value: memory.hash([(8, value)] * fields),
            max(100_000 // fields, 40),
        )
    for members in (10, 500, 600, 5_000):

        def write_integers(pipe: Any, key: str, members: int = members) -> None:
            pipe.sadd(key, *(100_000 + number for number in range(members)))

        yield Case(
            f"set of {members} integers",
            write_integers,
            lambda memory, members=members: memory.set([6] * members, integer_bytes=4),
            max(100_000 // members, 40),
        )
    for members, length in ((10, 12), (1_000, 12), (5_000, 40)):

        def write_set(pipe: Any, key: str, members: int = members, length: int = length) -> None:
            pipe.sadd(key, *(text(length, number) for number in range(members)))

        yield Case(
            f"set {members} x {length}",
            write_set,
            lambda memory, members=members, length=length: memory.set([length] * members),
            max(100_000 // members, 40),
        )
    for members, length in ((10, 12), (128, 12), (129, 12), (3_000, 12), (10, 100)):

        def write_sorted(pipe: Any, key: str, members: int = members, length: int = length) -> None:
            pipe.zadd(key, {text(length, number): 1_000 + number for number in range(members)})

        yield Case(
            f"sorted set {members} x {length}",
            write_sorted,
            lambda memory, members=members, length=length: memory.sorted_set(
                [(length, integer_bytes(1_000))] * members
            ),
            max(100_000 // members, 40),
        )
    for items, length in ((10, 20), (1_000, 20), (5_000, 100)):

        def write_list(pipe: Any, key: str, items: int = items, length: int = length) -> None:
            pipe.rpush(key, *(text(length, number) for number in range(items)))

        yield Case(
            f"list {items} x {length}",
            write_list,
            lambda memory, items=items, length=length: memory.list([length] * items),
            max(100_000 // items, 40),
        )
    for entries in (50, 1_000, 5_000):

        def write_stream(pipe: Any, key: str, entries: int = entries) -> None:
            for number in range(entries):
                pipe.xadd(key, {"user": text(10, number), "event": text(30, number)})

        yield Case(
            f"stream {entries} x 2 fields",
            write_stream,
            lambda memory, entries=entries: memory.stream([[(4, 10), (5, 30)]] * entries),
            max(20_000 // entries, 20),
        )


def _used(client: Any) -> int:
    """`used_memory` without the buffers of clients, once the server has moved its tables to their new arrays."""
    before = -1
    while True:
        memory = client.info("memory")
        used = int(memory["used_memory"]) - int(memory["mem_clients_normal"])
        if used == before:
            return used
        before = used
        time.sleep(0.3)


def measured_memory(client: Any, case: Case, memory: Memory) -> MemoryRow:
    """One case on the server."""
    client.flushall()
    client.execute_command("MEMORY", "PURGE")
    before = _used(client)
    for start in range(0, case.keys, 200):
        pipe = client.pipeline(transaction=False)
        for number in range(start, min(start + 200, case.keys)):
            case.write(pipe, f"bench:{number:08d}")
            if len(pipe) >= 20:
                pipe.execute()
        pipe.execute()
    used = (_used(client) - before) / case.keys
    key = f"bench:{case.keys // 2:08d}"
    value = case.size(memory)
    buckets = memory.buckets(case.keys) * (2 if case.expires else 1)
    return MemoryRow(
        case=case.name,
        encoding=client.object("encoding", key).decode(),
        usage=int(client.memory_usage(key, samples=0)),
        used=used,
        predicted=value + memory.entry(len(key), expires=case.expires) + buckets / case.keys,
    )
