"""How long a chunk of a time series is: one rule for hypertables, partitions, designs and checks.

Its indexes are what each insert writes to at random places, so those of the chunks that are being written have to
stay in memory: at most a quarter of it, over all hypertables together (TimescaleDB's documentation, "Size hypertable
chunks": https://www.tigerdata.com/docs/learn/hypertables/sizing-hypertable-chunks). PostgreSQL's partitions are written
in the same way, so the same holds for them.
"""

from __future__ import annotations

from collections.abc import Iterable

MEMORY = 64e9  # bytes of a middling server, where nobody says: `machine.memory` of the facts
SHARE = 0.25  # of the memory, for the indexes of all chunks that are written now
DAY = 86_400.0

# Lengths that people can read and that calendars fit into.
LENGTHS = (
    900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 21_600.0, 43_200.0,
    DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY,
)  # fmt: skip
_LONGEST = 30 * DAY  # where nothing says for how long rows are kept: old ones are dropped by the chunk
_KEPT_CHUNKS = 4  # of what is kept: with fewer, dropping a chunk drops a quarter of the rows and more

_ENTRY = 8 + 4  # bytes of an index entry's header and of its pointer in the page
_FILL = 0.9  # of a B-tree's pages (its default fillfactor)
_ROW = 24 + 4  # bytes of a row's header and of its pointer in the page
_ALIGN = 8


def entry_bytes(widths: Iterable[float]) -> float:
    """Bytes of a row in a B-tree over columns of these widths, modelled from the page layout."""
    return (_ENTRY + _aligned(sum(widths))) / _FILL


def row_bytes(widths: Iterable[float]) -> float:
    """Bytes of a row in its table, by the widths of its columns, modelled from the page layout."""
    return _ROW + _aligned(sum(widths))


def chunk_seconds(
    memory: float, index_bytes_a_second: float, *, all_a_second: float | None = None, keep: float | None = None
) -> float:
    """The longest of `LENGTHS` in which one series' indexes stay within its part of `SHARE` of `memory` (bytes).

    `all_a_second` is what the indexes of all series grow by: each has that part of the memory that it writes. `keep`:
    seconds after which rows are dropped. The shortest length where even that is too much.
    """
    total = max(all_a_second or index_bytes_a_second, index_bytes_a_second, 1e-12)
    fits = memory * SHARE / total
    most = min(fits, keep / _KEPT_CHUNKS if keep else _LONGEST)
    return max((one for one in LENGTHS if one <= most), default=LENGTHS[0])


def length_text(seconds: float) -> str:
    """A length as an interval is written: "15 minutes", "1 day", "7 days"."""
    for unit, size in (("day", DAY), ("hour", 3_600.0), ("minute", 60.0)):
        if seconds >= size and seconds % size == 0:
            number = int(seconds // size)
            return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    return f"{seconds:g} seconds"


def _aligned(width: float) -> float:
    return -(-width // _ALIGN) * _ALIGN
