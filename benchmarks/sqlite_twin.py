"""The SQLite twin against the full database: are the plans of random queries the same?

    python -m benchmarks.sqlite_twin [QUERIES] [SEED]

A shop of ten tables with skewed rows is made and analysed; its twin has the schema and the statistics, no rows. Random
queries (joins of up to four tables, ranges, IN, OR, LIKE, orders, groups, subqueries, updates) are planned on both, by
the same SQLite, and the lines of EXPLAIN QUERY PLAN compared. An empty schema without statistics stands beside it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from sqlite_shop import compared


def main() -> None:
    """Print the shares."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        same, bare, of, name = compared(Path(folder), count, seed, scale=5)
    print(f"{name}, seed {seed}: {same} of {of} plans identical on the twin; without statistics {bare}")


if __name__ == "__main__":
    main()
