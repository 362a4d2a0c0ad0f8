"""What `dba cache` predicts of Redis, held against a real server: bytes of keys, and hit ratios under eviction.

`benchmarks/redis_memory.py` and `benchmarks/redis_hit_ratio.py` do the same at length.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest
import redis

from dbarchitect.cache.memory import Memory
from dbarchitect.cache.simulate import Settings, simulate
from redis_measuring import TRACES, cases, measured_hits, measured_memory, quantum_of
from redis_servers import redis_server

# Every structure in both forms; those with fewest commands.
SHORT = (
    *(
        "string 10",
        "string 45",
        "string 200 with TTL",
        "integer",
        "hash 5 x 20",
        "hash 600 x 20",
        "set of 500 integers",
    ),
    *("set of 5000 integers", "set 1000 x 12", "sorted set 128 x 12", "sorted set 129 x 12", "list 1000 x 20"),
    "stream 1000 x 2 fields",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[redis.Redis]:
    with redis_server(tmp_path_factory.mktemp("redis")) as client:
        yield client


@pytest.mark.parametrize("case", [one for one in cases() if one.name in SHORT], ids=lambda one: one.name)
def test_bytes_of_a_key(server, case):
    server.config_set("maxmemory", 0)
    few = min(case.keys, 4_000)
    row = measured_memory(
        server, type(case)(case.name, case.write, case.size, few, case.expires), Memory(quantum_of(server))
    )
    assert row.off < 0.08, row  # of few keys the buffers of the client are some percent


@pytest.mark.parametrize(
    ("trace", "policy"),
    [(0, "allkeys-lru"), (0, "allkeys-lfu"), (1, "allkeys-lfu"), (4, "volatile-ttl")],
    ids=["zipf-lru", "zipf-lfu", "flat-lfu", "ttl"],
)
def test_hit_ratio_under_eviction(server, trace, policy):
    row = measured_hits(server, TRACES[trace], policy, 0.2, requests=12_000, quantum=quantum_of(server))
    assert row.off < 0.03, row
    # A policy makes a difference that a wrong simulation would miss.
    assert 0.05 < row.real < 0.95


def test_policies_differ_where_they_do_in_theory():
    """A scan in between pushes everything out under LRU, and not what was used more often under LFU."""
    hot = [(float(second), key, True) for second in range(20) for key in range(50)]
    scan = [(20.0 + number / 1000, 1_000 + number, True) for number in range(2_000)]
    again = [(23.0, key, True) for key in range(50)]
    ratios = {}
    for policy in ("allkeys-lru", "allkeys-lfu"):
        settings = Settings(maxmemory=900_000 + 100 * 300, policy=policy)
        found = simulate([*hot, *scan, *again], lambda _: 300, settings, warm=len(hot) + len(scan))
        ratios[policy] = found.hit_ratio
    assert ratios["allkeys-lru"] == 0
    assert ratios["allkeys-lfu"] > 0.9


def test_writes_expiry_and_a_full_store():
    steps = [(0.0, 1, True), (1.0, 1, True), (2.0, 1, False), (3.0, 1, True), (14.0, 1, True)]
    found = simulate(steps, lambda _: 100, Settings(), ttls=lambda _: 10.0)
    assert (found.reads, found.hits, found.invalidated, found.expired) == (4, 1, 1, 1)
    full = Settings(maxmemory=900_000 + 5_000, policy="noeviction")
    found = simulate([(number / 10, number, True) for number in range(100)], lambda _: 100, full)
    assert found.refused > 0
    assert found.evicted == 0
    assert found.keys + found.refused == 100
