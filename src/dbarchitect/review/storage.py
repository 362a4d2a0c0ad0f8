"""How many bytes rows and index entries take, by types and column statistics, as PostgreSQL lays them out.

Sources: the documentation's "Database Page Layout", `htup_details.h` (23 bytes of header and a bitmap of NULLs, aligned
to 8), `itup.h` (8 bytes, aligned to 8), `bufpage.h` (24 bytes a page, 4 a line pointer). `pg_stats.avg_width` counts a
value as it is stored: with its length word, compressed, or as the pointer into TOAST.
"""

from __future__ import annotations

import math

from dbarchitect.model.facts import ColumnStatistics, TableFacts
from dbarchitect.model.schema import Column, Index, Table, Type
from dbarchitect.review.context import Context

PAGE = 8192
PAGE_HEADER = 24
LINE_POINTER = 4
BTREE_SPECIAL = 16

_BYTES = frozenset(("uuid", "name", "char", "bool"))  # typalign 'c'
_SHORT = 127  # a value of up to so many bytes with its length word needs no alignment


def alignment(kind: Type) -> int:
    """`typalign` in bytes of a fixed type; 4 for one of variable length with a long header (8 for some of those)."""
    name = kind.base or kind.name
    if kind.length < 0:
        return 4
    if name in _BYTES:
        return 1
    if name in ("macaddr", "macaddr8"):
        return 4
    if name == "tid":
        return 2
    return kind.length if kind.length in (1, 2, 4) else 8


def aligned(size: float, to: int) -> float:
    """`size` rounded up to a multiple of `to`; the average where the size is one (not whole) and `to` more than 1."""
    if size == int(size):
        return math.ceil(size / to) * to
    return size + (to - 1) / 2


def row_bytes(review: Context, table: Table) -> float | None:
    """The average bytes of a row with its header and line pointer; None where a column has no statistics."""
    size, nulls = 0.0, False
    for column in sorted(table.columns, key=lambda one: one.position):
        if column.generated is not None and not column.generated.stored:
            continue
        statistics = _statistics(review, table, column.name)
        if statistics is None:
            return None
        nulls = nulls or statistics.null_fraction > 0
        size = _placed(size, column, statistics)
    dropped = max((column.position for column in table.columns), default=0)
    header = aligned(23 + (math.ceil(dropped / 8) if nulls else 0), 8)
    return aligned(header + size, 8) + LINE_POINTER


def entry_bytes(review: Context, table: Table, index: Index) -> float | None:
    """The average bytes of an entry of a B-tree on plain columns, with its line pointer; None for what has expressions
    or lacks statistics."""
    size, nulls = 0.0, False
    for name in (*(key.column for key in index.keys), *index.include):
        column = table.column(name) if name else None
        statistics = _statistics(review, table, name) if name else None
        if column is None or statistics is None:
            return None
        nulls = nulls or statistics.null_fraction > 0
        size = _placed(size, column, statistics)
    return aligned(8 + (8 if nulls else 0) + size, 8) + LINE_POINTER


FRESH = 0.1  # autovacuum_analyze_scale_factor: beyond, a server with its defaults would have analysed again


def trusted(facts: TableFacts) -> bool:
    """Whether the number of rows and the widths that ANALYZE found are those of now."""
    if not facts.rows or facts.last_analyze is None:
        return False
    return facts.modified_since_analyze is None or facts.modified_since_analyze <= FRESH * facts.rows


def fill_factor(options: dict[str, str], default: int) -> float:
    """The share of a page that is filled before another one is begun."""
    text = options.get("fillfactor", "")
    return (int(text) if text.isdigit() else default) / 100


def _statistics(review: Context, table: Table, column: str) -> ColumnStatistics | None:
    return review.facts.column(str(table.name), column) if review.facts else None


def _placed(size: float, column: Column, statistics: ColumnStatistics) -> float:
    there = 1 - statistics.null_fraction
    if column.type.length > 0:
        return size + there * (aligned(size, alignment(column.type)) - size + column.type.length)
    width = statistics.average_width
    gap = aligned(size, 4) - size if width > _SHORT else 0.0
    return size + there * (gap + width)
