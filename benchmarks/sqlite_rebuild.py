"""Random changes of an SQLite schema: is all kept that must be, beside a careless rebuild?

    python -m benchmarks.sqlite_rebuild [CHANGES] [SEED]

A parent with a counter, two levels of children, indexes, triggers, views and a view of a view. One to three random
changes each: columns added, moved, dropped, renamed, retyped, CHECKs, STRICT, AUTOINCREMENT, other actions of foreign
keys. The careless rebuild renames by the old rules (`legacy_alter_table`): by the new ones it stops at the views.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from sqlite_changes import careless, planned


def main() -> None:
    """Print what was lost."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    ours, theirs, rebuilt = Counter[str](), Counter[str](), 0
    kept = kept_carelessly = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(seed * 1000, seed * 1000 + count):
            wrong, made, _ = planned(Path(folder), number)
            kept += not wrong
            rebuilt += made
            ours.update(f"{number}: {one}" for one in wrong)
            lost = careless(Path(folder), number)
            kept_carelessly += not lost
            theirs.update(one.partition(":")[0] for one in lost)
    print(f"dba migrate diff --apply: all kept in {kept} of {count} changes ({rebuilt} with a rebuild)")
    for one, times in ours.most_common(10):
        print(f"    {times} x {one}")
    print(f"a careless rebuild: all kept in {kept_carelessly} of {count}")
    for one, times in theirs.most_common(6):
        print(f"    {times} x {one}")


if __name__ == "__main__":
    main()
