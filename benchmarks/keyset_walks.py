"""Random queries walked page by page, both ways: `python benchmarks/keyset_walks.py [QUERIES] [SEED]`."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import keyset_walks
from dbarchitect.engines.postgres.server import private_server
from dbarchitect.errors import DbaError


def main(count: int, seed: int) -> int:
    """Walk `count` random queries; print what was walked and what went wrong."""
    forms: Counter[str] = Counter()
    wrong = 0
    with private_server() as server:
        server.create_database("walks")
        with psycopg.connect(server.url("walks"), autocommit=True) as connection:
            schema = keyset_walks.prepare(connection)
            started = time.monotonic()
            for number in range(seed, seed + count):
                case = keyset_walks.query(random.Random(number))
                try:
                    keyset = keyset_walks.check(connection, schema, case)
                except (AssertionError, DbaError) as err:
                    wrong += 1
                    print(f"{number}: {case.sql}\n{err}\n")
                    continue
                forms[f"{keyset.form}{' wrapped' if keyset.wrapped else ''}"] += 1
    print(f"{count} queries walked both ways in {time.monotonic() - started:.0f} s, {wrong} wrong: {dict(forms)}")
    return int(wrong > 0)


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    sys.exit(main(given[0] if given else 200, given[1] if len(given) > 1 else 0))
