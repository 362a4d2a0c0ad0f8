"""What tables will take on disk, computed from their columns: pages, rows with their headers and padding, long values
beside the table, and B-trees with their fill and their shared keys.

The layout is PostgreSQL's (its manual, "Database Page Layout", "TOAST" and "B-Tree Indexes"; `htup_details.h`,
`nbtree.h`). Where no such source is named, a figure is fitted to tables of made-up rows. Widths of texts are those that
the design assumes of a kind of value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from dbarchitect.model.value import Value

from .draft import Column, Draft, Table

PAGE = 8192
_PAGE_HEADER, _LINE_POINTER = 24, 4
_TUPLE_HEADER = 23
_TOAST_FROM = 2032  # a longer row has its longest values compressed or moved out (TOAST_TUPLE_THRESHOLD)
_TOAST_CHUNK, _TOAST_ROW = 1996, 40  # bytes of a value in each row beside the table, and that row's own
_TOAST_POINTER = 18  # what stays of the value in its table
_LEAF = PAGE - _PAGE_HEADER - 16  # a page of a B-tree has 16 bytes of neighbours at its end
_FILL = 0.9  # BTREE_DEFAULT_FILLFACTOR
_POSTING = 812  # the longest list of rows that share a key, in a leaf that is built at once
_ROW_ID = 6
_SHORT = 126  # bytes up to which a value of any length has one byte in front, and begins anywhere
NULLS = 0.1  # of a column that may be empty, where nobody said how often it is
_TRIES = 100  # values that are put one after another, to see how they share pages
_MARKED = 0.1  # of rows that are only marked as deleted
_GIST_FILL = 0.65  # of pages that were filled row by row and split in halves
_FREE, _FREE_FROM, _FREE_PAGES = (
    3,
    4,
    4069,
)  # pages of the map of free space, from how many on, of how many (its README)
_VISIBLE_PAGES = 32672  # whose rows one page of the visibility map knows (visibilitymap.c)
_BRIN = (3 + _FREE) * PAGE
_GIN_SHARE = 0.15  # of what is searched: rows of a word are kept as small differences
_HNSW, _NEIGHBOURS = 80.0, 232.0  # bytes of a vector's entry beside it, and of its list of 32 neighbours

# (bytes, alignment) of types of one length; numeric, text and the like begin where the last value ended.
_FIXED: Mapping[str, tuple[int, int]] = {
    "boolean": (1, 1), "smallint": (2, 2), "integer": (4, 4), "date": (4, 4), "real": (4, 4), "bigint": (8, 8),
    "timestamptz": (8, 8), "timestamp": (8, 8), "time": (8, 8), "double precision": (8, 8), "interval": (16, 8),
    "uuid": (16, 1), "point": (16, 8),
}  # fmt: skip
_LONG = frozenset(("text", "jsonb", "tsvector", "text[]", "vector", "halfvec", "ltree"))
_WHOLE = frozenset(("numeric", "tstzrange", "daterange", "inet", "text[]", "ltree"))  # widths that count the header in


class Size(Value, frozen=True, kw_only=True):
    """Bytes of a table: its rows (`heap`), long values beside it (`toast`), its `indexes`, and the `maps` that vacuum
    keeps of free space and of rows that all see; `row` is one row's."""

    row: float
    heap: float
    toast: float
    indexes: float
    maps: float = 0.0

    @property
    def total(self) -> float:
        """Of all together."""
        return self.heap + self.toast + self.indexes + self.maps


def size_of(draft: Draft, table: Table, rows: Mapping[str, float]) -> Size:
    """The size of a table with `rows[table.name]` rows; of the others the rows say how many share a key."""
    count = max(rows.get(table.name, 0.0), 0.0)
    width, long = row_width(table.columns)
    each = _paged(width)
    parts = len(table.partitions) + 1 if table.partitions else 1
    # What may be long has a table beside, and that one an index, if only an empty one.
    beside = PAGE * parts if any(_type(one) in _LONG or one.type == "numeric" for one in table.columns) else 0
    toast = sum(_toasted(one) for one in long) * count + beside
    indexes = parts * sum(_indexes(draft, table, rows, count / parts))
    pages = math.ceil(each * count / PAGE) + (parts - 1) / 2  # the last page of each is half full
    maps = parts * _maps(pages / parts) * PAGE if count else 0.0
    return Size(row=each, heap=pages * PAGE, toast=toast, indexes=indexes, maps=maps)


def _maps(pages: float) -> int:
    """Pages of the two maps of a table of `pages` pages."""
    free = _FREE - 1 + math.ceil(pages / _FREE_PAGES) if pages > _FREE_FROM else 0
    return free + math.ceil(pages / _VISIBLE_PAGES)


def row_width(columns: Iterable[Column]) -> tuple[float, list[float]]:
    """(bytes of an average row with its header, bytes of each value that is kept beside the table)."""
    listed = list(columns)
    long: list[float] = []
    widths = {one.name: one.width for one in listed}
    while _laid_out(listed, widths) > _TOAST_FROM:
        name, most = max(widths.items(), key=lambda one: one[1])
        if most <= _TOAST_POINTER or _type(next(one for one in listed if one.name == name)) in _FIXED:
            break
        long.append(most)
        widths[name] = _TOAST_POINTER
    return _laid_out(listed, widths), long


def _laid_out(columns: list[Column], widths: Mapping[str, float]) -> float:
    empty = [one for one in columns if not one.not_null]
    header = _aligned(_TUPLE_HEADER + math.ceil(len(columns) / 8)) if empty else _aligned(_TUPLE_HEADER)
    return _aligned_on_average(header + _values([(one, widths[one.name]) for one in columns]))


def _values(columns: Iterable[tuple[Column, float]]) -> float:
    """Bytes of values side by side, with the padding between them; after one of any length the average of it."""
    length, known, phase = 0.0, 8, 0  # the place is `phase` modulo `known`
    for column, width in columns:
        share = 1.0 if column.not_null else _MARKED if column.name == "deleted_at" else 1.0 - NULLS
        kind = _type(column)
        if kind in _FIXED:
            bytes_, alignment = _FIXED[kind]
            padding = -phase % min(alignment, known)
            length += share * (bytes_ + padding + max(alignment - known, 0) / 2)
            phase = (phase + padding + bytes_) % known if alignment <= known else bytes_ % alignment
            known = max(known, alignment)
        else:
            short = width < _SHORT
            header = 0 if kind in _WHOLE else 1 if short else 4
            length += share * (width + header + (0 if short else 1.5))
            known, phase = 1, 0
        if not column.not_null:
            known, phase = min(known, 4), phase % min(known, 4)
    return length


def _type(column: Column) -> str:
    return re.sub(r"\s*\(.*\)", "", column.type)


def _aligned(length: float) -> float:
    return math.ceil(length / 8) * 8


def _aligned_on_average(length: float) -> float:
    return length if length % 8 == 0 else length + 3.5 if length != int(length) else _aligned(length)


def _paged(width: float) -> float:
    """Bytes that a row takes of its pages: what is left at a page's end is shared by its rows."""
    room = PAGE - _PAGE_HEADER
    fit = max(room / (width + _LINE_POINTER), 1.0)
    return PAGE / (math.floor(fit) if width + _LINE_POINTER > room / 8 else fit - 0.5)


def _toasted(width: float) -> float:
    """Bytes of a long value in the table beside, and of that table's index."""
    whole, rest = divmod(width, _TOAST_CHUNK)
    chunks = [_TOAST_CHUNK + _TOAST_ROW] * int(whole) + ([_aligned(rest + _TOAST_ROW)] if rest else [])
    pages, room = 0, 0.0
    for chunk in chunks * _TRIES:
        if chunk > room:
            pages, room = pages + 1, float(PAGE - _PAGE_HEADER)
        room -= chunk
    return pages * PAGE / _TRIES + len(chunks) * 24 / _FILL


def _indexes(draft: Draft, table: Table, rows: Mapping[str, float], count: float) -> list[float]:
    found: list[float] = []
    if table.key:
        found.append(_btree(table, table.key, count, unique=True, sharing=1))
    found += [_btree(table, one.columns, count, unique=True, sharing=1) for one in table.uniques]
    for one in table.excludes:
        key = _values((column, column.width) for name in (*one.same, *one.columns) if (column := table.column(name)))
        found.append(2 * PAGE + count * (_aligned(8 + key + 22) + _LINE_POINTER) / _GIST_FILL)
    for one in table.indexes:
        names = tuple(name for name in (_plain_key(key) for key in one.keys) if table.column(name))
        if one.method == "brin":
            found.append(_BRIN)
        elif one.method == "gin":
            width = sum(column.width for name in names if (column := table.column(name))) or 60.0
            found.append(2 * PAGE + count * width * _GIN_SHARE)
        elif one.method == "hnsw":
            width = sum(column.width for name in names if (column := table.column(name)))
            found.append(PAGE + count * (_paged(width + _HNSW) + _NEIGHBOURS))
        elif one.method in ("gist", "ivfflat", "spgist"):
            key = sum(column.width for name in names if (column := table.column(name))) or 16.0
            found.append(2 * PAGE + count * (_aligned(8 + key) + _LINE_POINTER) / _GIST_FILL)
        else:
            target = next((f.target for f in table.foreigns if f.columns == names), "")
            parents = rows.get(target, 0.0) if target else 0.0
            sharing = count / parents if parents and count > parents else 1.0
            found.append(_btree(table, names, count, unique=False, sharing=sharing))
    return found


def _plain_key(key: str) -> str:
    """The column of a key as it stands in a statement: without its direction and its operator class."""
    match = re.match(r'\s*(?:"([^"]+)"|(\w+))', key)
    return (match[1] or match[2]) if match else ""


def _btree(table: Table, names: Iterable[str], count: float, *, unique: bool, sharing: float) -> float:
    """Bytes of a B-tree that was built at once. Rows that share a key share its entry."""
    columns = [column for name in names if (column := table.column(name)) is not None]
    some_empty = any(not one.not_null for one in columns)
    key = _values((one, one.width) for one in columns) or 16.0
    entry = _aligned(8 + (8 if some_empty and len(columns) > 1 else 0) + key)
    if unique or sharing < 2:
        leaves = count * (entry + _LINE_POINTER)
    else:
        lists = max(math.ceil(sharing * _ROW_ID / (_POSTING - entry)), 1)
        leaves = count / sharing * (lists * (entry + _LINE_POINTER) + sharing * _ROW_ID)
    pages = math.ceil(leaves / (_LEAF * _FILL))
    above = pages * (entry + _LINE_POINTER) / (_LEAF * 0.7)
    return PAGE * (1 + pages + (math.ceil(above) if pages > 1 else 0))
