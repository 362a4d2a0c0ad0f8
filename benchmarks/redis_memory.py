"""Bytes that `cache/memory` predicts for keys, beside MEMORY USAGE and `used_memory` of a real redis-server.

    python -m benchmarks.redis_memory [--json FILE]

Each case is written by the ordinary commands of a client, one element after the other. `used_memory` is what maxmemory
is held against, and what is predicted. MEMORY USAGE stands beside it: it counts entries of tables by their declared
size and not by what the allocator gave, and leaves out buckets of the keyspace and what expires.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from benchmarks.redis_hit_ratio import quantum_of
from dbarchitect.cache.memory import Memory, integer_bytes
from redis_servers import redis_server


@dataclass(frozen=True)
class Row:
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
            for number in range(fields):
                pipe.hset(key, text(8, number), text(value, number))

        yield Case(
            f"hash {fields} x {value}",
            write_hash,
            lambda memory, fields=fields, value=value: memory.hash([(8, value)] * fields),
            max(20_000 // fields, 20),
        )
    for members in (10, 500, 600, 5_000):

        def write_integers(pipe: Any, key: str, members: int = members) -> None:
            pipe.sadd(key, *(100_000 + number for number in range(members)))

        yield Case(
            f"set of {members} integers",
            write_integers,
            lambda memory, members=members: memory.set([6] * members, integer_bytes=4),
            max(20_000 // members, 20),
        )
    for members, length in ((10, 12), (1_000, 12), (5_000, 40)):

        def write_set(pipe: Any, key: str, members: int = members, length: int = length) -> None:
            for number in range(members):
                pipe.sadd(key, text(length, number))

        yield Case(
            f"set {members} x {length}",
            write_set,
            lambda memory, members=members, length=length: memory.set([length] * members),
            max(20_000 // members, 20),
        )
    for members, length in ((10, 12), (128, 12), (129, 12), (3_000, 12), (10, 100)):

        def write_sorted(pipe: Any, key: str, members: int = members, length: int = length) -> None:
            for number in range(members):
                pipe.zadd(key, {text(length, number): 1_000 + number})

        yield Case(
            f"sorted set {members} x {length}",
            write_sorted,
            lambda memory, members=members, length=length: memory.sorted_set(
                [(length, integer_bytes(1_000))] * members
            ),
            max(20_000 // members, 20),
        )
    for items, length in ((10, 20), (1_000, 20), (5_000, 100)):

        def write_list(pipe: Any, key: str, items: int = items, length: int = length) -> None:
            for number in range(items):
                pipe.rpush(key, text(length, number))

        yield Case(
            f"list {items} x {length}",
            write_list,
            lambda memory, items=items, length=length: memory.list([length] * items),
            max(20_000 // items, 20),
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


def measured(client: Any, case: Case, memory: Memory) -> Row:
    """One case on the server."""
    client.flushall()
    client.execute_command("MEMORY", "PURGE")
    before = int(client.info("memory")["used_memory"])
    for start in range(0, case.keys, 200):
        pipe = client.pipeline(transaction=False)
        for number in range(start, min(start + 200, case.keys)):
            case.write(pipe, f"bench:{number:08d}")
            if len(pipe) > 5_000:
                pipe.execute()
        pipe.execute()
    client.info("server")
    used = (int(client.info("memory")["used_memory"]) - before) / case.keys
    key = f"bench:{case.keys // 2:08d}"
    value = case.size(memory)
    buckets = memory.buckets(case.keys) * (2 if case.expires else 1)
    return Row(
        case=case.name,
        encoding=client.object("encoding", key).decode(),
        usage=int(client.memory_usage(key, samples=0)),
        used=used,
        predicted=value + memory.entry(len(key), expires=case.expires) + buckets / case.keys,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as client:
        memory = Memory(quantum_of(client))
        print(f"redis {client.info('server')['redis_version']}, {client.info('memory')['mem_allocator']}")
        for case in cases():
            row = measured(client, case, memory)
            rows.append(row)
            print(
                f"{row.case:24} {row.encoding:11} MEMORY USAGE {row.usage:9,}  "
                f"used_memory {row.used:11,.0f} predicted {row.predicted:11,.0f}  off {row.off:.1%}",
                flush=True,
            )
    print(f"worst {max(one.off for one in rows):.1%}, mean {sum(one.off for one in rows) / len(rows):.1%}")
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in rows], indent=1))


if __name__ == "__main__":
    main()
