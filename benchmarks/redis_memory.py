"""Bytes that `cache/memory` predicts for keys, beside MEMORY USAGE and `used_memory` of a real redis-server.

    python -m benchmarks.redis_memory [--json FILE]

Each case is written by the ordinary commands of a client. `used_memory` is what maxmemory
is held against, and what is predicted. MEMORY USAGE stands beside it: it counts entries of tables by their declared
size and not by what the allocator gave, and leaves out buckets of the keyspace and what expires.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from dbarchitect.cache.memory import Memory
from redis_measuring import MemoryRow, cases, measured_memory, quantum_of
from redis_servers import redis_server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[MemoryRow] = []
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as client:
        memory = Memory(quantum_of(client))
        print(f"redis {client.info('server')['redis_version']}, {client.info('memory')['mem_allocator']}")
        for case in cases():
            row = measured_memory(client, case, memory)
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
