"""Ten thousand broken plans in four formats: each is read or refused by name, and none takes long.

PYTHONPATH=tests python -m benchmarks.plan_fuzz [COUNT] [SEED]
"""

from __future__ import annotations

import json
import random
import sys
import time
import traceback

import psycopg

from dbarchitect.engines.postgres.server import private_server
from plan_cases import QUERIES, SCHEMA
from plan_mutations import mutated, tried

LONG_S = 2.0


def originals() -> list[str]:
    """Plans of all cases, in all formats, with and without having run."""
    found: list[str] = []
    with private_server() as server:
        server.create_database("fuzz")
        with psycopg.connect(server.url("fuzz"), autocommit=True) as connection:
            for statement in SCHEMA.split(";\n"):
                if statement.strip():
                    connection.execute(statement.encode())
            for settings, query in QUERIES.values():
                connection.execute("RESET ALL")
                for statement in settings.split(";"):
                    if statement.strip():
                        connection.execute(statement.encode())
                for options in ("ANALYZE, VERBOSE, BUFFERS, WAL, SETTINGS", "COSTS"):
                    for form in ("TEXT", "JSON", "YAML", "XML"):
                        with connection.transaction(force_rollback=True):
                            text = f"EXPLAIN ({options}, FORMAT {form}) {query}"
                            rows = connection.execute(text.encode()).fetchall()
                        values = [row[0] if isinstance(row[0], str) else json.dumps(row[0], indent=2) for row in rows]
                        found.append("\n".join(values))
    return found


def main(count: int, seed: int) -> int:
    """Print what became of them; 1 where one ended in anything but a plan or a refusal."""
    texts = originals()
    for text in texts:
        assert tried(text) == "read"
    dice = random.Random(seed)
    outcomes: dict[str, int] = {}
    slowest = 0.0
    for _ in range(count):
        text = mutated(dice.choice(texts), dice)
        began = time.perf_counter()
        try:
            outcome = tried(text)
        except Exception as err:  # noqa: BLE001 - that is what is looked for
            outcome = f"{type(err).__name__}: {err}"[:200]
            if outcome not in outcomes:
                traceback.print_exc()
        took = time.perf_counter() - began
        slowest = max(slowest, took)
        if took > LONG_S:
            outcome = "slow"
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    print(f"{count:,} mutated plans of {len(texts):,} originals, seed {seed}: slowest {slowest * 1000:.0f} ms")
    for outcome, number in sorted(outcomes.items(), key=lambda pair: -pair[1]):
        print(f"{number:>8,}  {outcome}")
    return int(set(outcomes) - {"read", "refused"} != set())


if __name__ == "__main__":
    arguments = [int(one) for one in sys.argv[1:]]
    sys.exit(main(*(arguments + [10_000, 1][len(arguments) :])))
