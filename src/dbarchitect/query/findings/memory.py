"""Findings on memory: what did not fit into work_mem and went through temporary files."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.query_advice import QueryFinding

from .reading import Reading, Spot
from .rule import LEAST_SHARE, count, found, rule

# A sort on disk writes rows without the overhead that they have in memory: two to three times the space is needed there
# (tuplesort.c; the manual's advice on work_mem).
_IN_MEMORY = 3.0
_TEMP_BLOCKS = 128  # 1 MB of temporary files: less is not felt


def _mb(kilobytes: float) -> str:
    return f"{kilobytes / 1024:,.0f} MB" if kilobytes >= 1024 else f"{kilobytes:,.0f} kB"


def _work_mem(kilobytes: float) -> str:
    """A value for work_mem, rounded up to a power of two of megabytes."""
    size = 1
    while size * 1024 < kilobytes and size < 1 << 20:
        size *= 2
    return f"{size}MB"


@rule("sort-spill")
def sort_spill(reading: Reading) -> Iterator[QueryFinding]:
    """A sort that went to disk.

    It did not fit into work_mem. In memory it takes two to three times what it took on disk. An index in that order
    does without the sort.
    """
    for spot in reading.of("Sort", "Incremental Sort"):
        if spot.node.sort_space != "Disk" or spot.share < LEAST_SHARE:
            continue
        disk = spot.node.sort_kb or 0.0
        need = disk * _IN_MEMORY
        yield found(
            reading,
            "sort-spill",
            spot,
            f"a sort of {count(spot.rows)} rows by {', '.join(spot.node.sort_key)} wrote {_mb(disk)} to disk",
            f"SET LOCAL work_mem = '{_work_mem(need)}' for this query keeps it in memory",
            saves=spot.own * 0.5,
            sql=[f"SET LOCAL work_mem = '{_work_mem(need)}'"] if need < 2 << 20 else (),
            facts={"disk_kb": disk, "work_mem": _work_mem(need)},
            unless="many of these run at the same time: each takes that much",
        )


@rule("hash-spill")
def hash_spill(reading: Reading) -> Iterator[QueryFinding]:
    """A hash table that went to disk, of a join or of an aggregate.

    The rows were split into batches and written to temporary files. hash_mem_multiplier gives hashes more without
    giving it to sorts.
    """
    for spot in reading.of("Hash", "Aggregate", "SetOp"):
        batches = spot.node.hash_batches or 0.0
        join = spot.parent if spot.node.type == "Hash" and spot.parent is not None else spot
        share = spot.share + (join.share if join is not spot else 0.0)
        written = (join.node.temp_written or 0) if join.node.temp_written is not None else None
        if batches <= 1 or share < LEAST_SHARE or (written is not None and written < _TEMP_BLOCKS):
            continue
        used = spot.node.memory_kb or 0.0
        disk = spot.node.disk_kb or 0.0
        need = used * batches if spot.node.type == "Hash" else used + disk * _IN_MEMORY
        what = "the hash table of a join" if spot.node.type == "Hash" else "a hashed aggregate"
        more = ""
        if spot.node.hash_batches_planned and batches > 4 * spot.node.hash_batches_planned:
            more = f" (planned: {count(spot.node.hash_batches_planned)}; its input was misjudged)"
        yield found(
            reading,
            "hash-spill",
            spot,
            f"{what} of {count(spot.rows)} rows went to disk in {count(batches)} batches{more}",
            f"work_mem (times hash_mem_multiplier) of about {_work_mem(need)} keeps it in memory",
            saves=(spot.own + (join.own if join is not spot else 0.0)) * 0.5,
            sql=[f"SET LOCAL work_mem = '{_work_mem(need)}'"] if 0 < need < 2 << 20 else (),
            facts={"batches": batches, "memory_kb": used, "disk_kb": disk},
            unless="many of these run at the same time: each takes that much",
        )


def _own_temp(spot: Spot) -> float:
    return (spot.node.temp_written or 0) - sum(child.node.temp_written or 0 for child in spot.children)


@rule("temp-io")
def temp_io(reading: Reading) -> Iterator[QueryFinding]:
    """A node that writes temporary files, and is neither a sort nor a hash.

    A CTE, a Materialize, a window or a function kept more rows than work_mem holds.
    """
    for spot in reading.spots:
        if spot.node.type in ("Sort", "Incremental Sort", "Hash", "Hash Join", "Aggregate", "SetOp"):
            continue
        blocks = _own_temp(spot)
        if blocks < _TEMP_BLOCKS * 8 or spot.share < LEAST_SHARE or spot.node.storage == "Disk":
            continue
        yield found(
            reading,
            "temp-io",
            spot,
            f"{spot.at} wrote {_mb(blocks * 8)} of temporary files",
            "keep fewer rows or columns there, or give it more work_mem",
            saves=spot.own * 0.5,
            facts={"temp_blocks": blocks},
        )


@rule("mat-spill")
def mat_spill(reading: Reading) -> Iterator[QueryFinding]:
    """A kept result that went to disk (PostgreSQL 18 says so).

    A CTE that is read once can be inlined (NOT MATERIALIZED); else work_mem decides.
    """
    for spot in reading.spots:
        if spot.node.storage != "Disk" or spot.share < LEAST_SHARE:
            continue
        inline = spot.node.type == "CTE Scan"
        yield found(
            reading,
            "mat-spill",
            spot,
            f"what {spot.at} keeps went to disk ({spot.node.detail.get('Maximum Storage', 'unknown')} kB)",
            "NOT MATERIALIZED, where the CTE is read once; else more work_mem" if inline else "more work_mem",
            saves=spot.own * 0.5,
        )
