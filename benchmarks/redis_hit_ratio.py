"""Hit ratios that `cache/simulate` predicts, beside those of a real redis-server with the same requests.

    python -m benchmarks.redis_hit_ratio [--requests 120000] [--json FILE]

The server gets each request when it has answered the one before; the simulation is given the moments at which it did,
because LRU goes by seconds and keys expire. Its sizes come from `cache/memory`, nothing is fitted to the run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from dbarchitect.cache.memory import Memory
from dbarchitect.cache.simulate import Policy, Settings, simulate
from redis_servers import redis_server

VALUE = 200
KEY = "bench:item:{:08d}"


@dataclass(frozen=True)
class Trace:
    name: str
    keys: int
    zipf: float  # 0: uniform; below 0: what is asked for moves on
    ttl: float = 0.0


@dataclass(frozen=True)
class Row:
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


def measured(
    client: Any, trace: Trace, policy: Policy, share: float, *, requests: int, quantum: int, seed: int = 7
) -> Row:
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
    return Row(
        trace=trace.name,
        policy=policy,
        share=share,
        real=hits / (requests - warm),
        predicted=found.hit_ratio,
        real_keys=real_keys,
        predicted_keys=found.keys,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=120_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as client:
        quantum = quantum_of(client)
        print(f"redis {client.info('server')['redis_version']}, {client.info('memory')['mem_allocator']}")
        for trace in TRACES:
            policies: tuple[Policy, ...] = (
                ("volatile-ttl", "allkeys-lru") if trace.ttl else ("allkeys-lru", "allkeys-lfu", "allkeys-random")
            )
            for policy in policies:
                for share in (0.05, 0.2, 0.5):
                    row = measured(client, trace, policy, share, requests=options.requests, quantum=quantum)
                    rows.append(row)
                    print(
                        f"{row.trace:20} {row.policy:15} {row.share:5.0%} real {row.real:.3f} predicted "
                        f"{row.predicted:.3f} off {row.off:.3f}  keys {row.real_keys} {row.predicted_keys}",
                        flush=True,
                    )
    print(f"worst {max(one.off for one in rows):.4f}, mean {sum(one.off for one in rows) / len(rows):.4f}")
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in rows], indent=1))


if __name__ == "__main__":
    main()
