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
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from dbarchitect.cache.simulate import Policy
from redis_measuring import TRACES, HitRow, measured_hits, quantum_of
from redis_servers import redis_server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=120_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[HitRow] = []
    with tempfile.TemporaryDirectory() as folder, redis_server(Path(folder)) as client:
        quantum = quantum_of(client)
        print(f"redis {client.info('server')['redis_version']}, {client.info('memory')['mem_allocator']}")
        for trace in TRACES:
            policies: tuple[Policy, ...] = (
                ("volatile-ttl", "allkeys-lru") if trace.ttl else ("allkeys-lru", "allkeys-lfu", "allkeys-random")
            )
            for policy in policies:
                for share in (0.05, 0.2, 0.5):
                    row = measured_hits(client, trace, policy, share, requests=options.requests, quantum=quantum)
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
