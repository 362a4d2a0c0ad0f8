"""How long statements hold their locks on a database of a given size, from what they do to its tables.

The rates are those of one process, PostgreSQL 18 with the settings of a production server (fsync, WAL of level replica)
on two cores that others used as well, with a table of 0.9 GB: a rewrite with three indexes made 47 MB/s of the table
and its indexes, an index over a text of 32 characters 109 MB/s of the table (over a bigint 360), a scan 1,700 MB/s from
memory, for which the rate of a disk stands. They tell seconds from hours, not seconds from seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.model.facts import Facts, TableFacts
from dbarchitect.model.plan import Effects

_MB = 1_000_000
REWRITE = 50 * _MB  # bytes of the table with its indexes, a second
SCAN = 500 * _MB  # bytes of the table
BUILD = 100 * _MB  # bytes of the table, for one index
CATALOGUE_S = 0.01  # of a statement that touches the catalogue alone

BASIS = (
    f"rewrite {REWRITE // _MB} MB/s, index build {BUILD // _MB} MB/s, scan {SCAN // _MB} MB/s, of the source's sizes"
)


def seconds(effects: Effects, facts: Facts | None, *, known: Mapping[str, str] = {}) -> float | None:
    """Seconds that one statement takes, None where the size of a table that it reads or writes is not known.

    known  names of tables in `facts` by the names that they have now, where migrations renamed them; "" for a table
           that they made, which takes no time that counts
    """
    working = {*effects.rewrites, *effects.builds, *effects.scans}
    total = CATALOGUE_S
    for table in working:
        if known.get(table) == "":
            continue
        size = facts.tables.get(known.get(table, table)) if facts is not None else None
        if size is None:
            return None
        heap, whole = _sizes(size)
        if table in effects.rewrites:
            total += whole / REWRITE
        elif table in effects.builds:
            total += heap / BUILD
        elif effects.locks.get(table) == "ROW EXCLUSIVE":
            total += heap / REWRITE  # an UPDATE or DELETE of many rows writes them too
        else:
            total += heap / SCAN
    return total


def of_build(table: TableFacts) -> float:
    """Seconds of CREATE INDEX CONCURRENTLY, which reads the table twice and waits for older transactions besides."""
    heap, _ = _sizes(table)
    return heap / BUILD + heap / SCAN


def _sizes(table: TableFacts) -> tuple[int, int]:
    heap = table.heap_bytes if table.heap_bytes is not None else max(table.pages, 0) * 8192
    return heap, table.total_bytes if table.total_bytes is not None else heap
