"""How large an index would be, from statistics alone: pages, tuples and height, as CREATE INDEX would leave it.

The B-tree model follows the build itself (src/backend/access/nbtree/nbtsort.c of PostgreSQL 13 to 18): how
`_bt_buildadd` fills a page and carries its last item over, and how `_bt_load` merges equal keys into posting lists. The
other access methods are approximations by their page layouts; each says what it leaves out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

BLOCK = 8192
_HEADER, _SPECIAL, _LINE_POINTER = 24, 16, 4
_USABLE = BLOCK - _HEADER - _SPECIAL - _LINE_POINTER  # the high key's line pointer is set aside
_TID = 6
_MAX_POSTING = ((BLOCK * 10 // 100) & ~7) - _LINE_POINTER  # dstate->maxpostingsize in _bt_load
_INNER_FILL = 70  # BTREE_NONLEAF_FILLFACTOR


def align(size: float) -> int:
    """MAXALIGN: up to a multiple of 8."""
    return (math.ceil(size) + 7) & ~7


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSize:
    """Size of an index: blocks, tuples (`reltuples`), and for a B-tree the level of its root (0: a leaf).

    `entries`, `entry_pages`, `data_pages` are what a GIN keeps in its metapage; `revmap_pages` a BRIN's.
    """

    pages: int
    rows: float
    height: int | None = None
    entries: int = 0
    entry_pages: int = 0
    data_pages: int = 0
    revmap_pages: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyGroup:
    """Distinct keys that are alike: `keys` of them, each on `rows_per_key` rows, in tuples of `tuple_size` bytes
    (header and data, aligned). `exact` counts are all equal; others scatter around the mean as if drawn at random."""

    keys: float
    rows_per_key: float
    tuple_size: float
    exact: bool = True


def _items_per_page(size: float, truncatable: float, fill_factor: int) -> float:
    """Data items on a full leaf page for items of `size` bytes with their line pointer.

    A page is closed when its free space falls below the fill factor's reserve (what truncating the last item's posting
    list would give back counts as free), or when the next item does not fit; then the last item moves to the next page.
    """
    reserve = BLOCK * (100 - fill_factor) // 100
    by_reserve = math.floor((_USABLE - _LINE_POINTER - reserve + truncatable) / size) + 1
    by_space = math.floor((_USABLE - 8) / size)
    return max(1.0, min(by_reserve, by_space) - 1)


def _poisson(mean: float, limit: int) -> list[tuple[int, float]]:
    """(count, probability) of a Poisson variable, conditioned on being at least 1."""
    share = math.exp(-mean)
    nonzero = 1 - share
    out: list[tuple[int, float]] = []
    for count in range(1, limit):
        share *= mean / count
        out.append((count, share / nonzero))
    return out


def _spread(rows_per_key: float) -> list[tuple[float, float]]:
    """(rows, probability) of keys whose mean is `rows_per_key`, for rows assigned to keys at random."""
    if rows_per_key <= 1.0:
        return [(1.0, 1.0)]
    if rows_per_key > 60:
        deviation = math.sqrt(rows_per_key)
        return [(rows_per_key + step * deviation, weight) for step, weight in ((-1.22, 0.3), (0, 0.4), (1.22, 0.3))]
    # The mean of a Poisson variable conditioned on >= 1 is m / (1 - e^-m): solve for m.
    mean = rows_per_key
    for _ in range(50):
        mean = rows_per_key * (1 - math.exp(-mean))
    return [(float(count), share) for count, share in _poisson(mean, int(mean + 10 * math.sqrt(mean)) + 10)]


def _leaf_pages_of(rows: float, size: float, fill_factor: int, deduplicate: bool) -> tuple[float, float]:
    """(share of leaf pages, tuples) that one key on `rows` rows takes."""
    limit = (_MAX_POSTING - size) // _TID
    while limit > 1 and align(size + limit * _TID) > _MAX_POSTING:
        limit -= 1
    if not deduplicate or rows < 2 or limit < 2:
        return rows / _items_per_page(size + _LINE_POINTER, 0, fill_factor), rows
    full, rest = divmod(round(rows), int(limit))
    pages = 0.0
    if full:
        posting = align(size + limit * _TID)
        pages += full / _items_per_page(posting + _LINE_POINTER, posting - size, fill_factor)
    if rest:
        posting = size if rest == 1 else align(size + rest * _TID)
        pages += 1 / _items_per_page(posting + _LINE_POINTER, posting - size, fill_factor)
    return pages, full + (rest > 0)


def btree(groups: Sequence[KeyGroup], *, deduplicate: bool, fill_factor: int = 90) -> IndexSize:
    """A freshly built B-tree over these keys."""
    rows = sum(group.keys * group.rows_per_key for group in groups)
    if rows < 1:
        return IndexSize(pages=1, rows=0.0, height=0)
    leaves = within = 0.0
    for group in groups:
        spread = [(group.rows_per_key, 1.0)] if group.exact else _spread(group.rows_per_key)
        # A mean between two aligned sizes stands for tuples of both.
        low = group.tuple_size // 8 * 8
        high_share = (group.tuple_size - low) / 8
        for size, share in ((low, 1 - high_share), (low + 8, high_share)):
            if share <= 0:
                continue
            for count, weight in spread:
                own, tuples = _leaf_pages_of(count, size, fill_factor, deduplicate)
                leaves += group.keys * share * weight * own
                within += group.keys * share * weight * own * (1 - 1 / max(1.0, tuples))
    level_pages = max(1, math.ceil(leaves))
    pages, height = 1 + level_pages, 0
    total_keys = sum(group.keys for group in groups)
    mean = sum(group.keys * group.tuple_size for group in groups) / total_keys
    # A boundary between two pages of one key needs the row's address to tell them apart: 8 bytes more in the pivot.
    pivot = mean + 8 * min(1.0, within / max(leaves, 1.0))
    fanout = _items_per_page(pivot + _LINE_POINTER, 0, _INNER_FILL)
    while level_pages > 1:
        level_pages = math.ceil(level_pages / max(2.0, fanout))
        pages += level_pages
        height += 1
    return IndexSize(pages=pages, rows=rows, height=height)


def btree_heights(pages: int, tuple_size: float) -> tuple[int, int]:
    """The heights that an existing B-tree of `pages` blocks may have: as CREATE INDEX makes it, and as it grows.

    A build fills inner pages to 70 %, the root too; a root that grew splits only when it is full. The two differ for
    one size in sixteen.
    """
    fanout = max(2.0, _items_per_page(tuple_size + _LINE_POINTER, 0, _INNER_FILL))
    full = max(2.0, _items_per_page(tuple_size + _LINE_POINTER, 0, 100))

    def height(root: float) -> int:
        level_pages, levels = max(1, pages - 1), 0
        while level_pages > 1:
            level_pages = 1 if level_pages <= root else math.ceil(level_pages / fanout)
            levels += 1
        return levels

    return height(fanout), height(full)


def brin(heap_pages: int, rows: float, *, pages_per_range: int, summary_size: float) -> IndexSize:
    """A BRIN: a metapage, a map of 6-byte pointers, and one summary of `summary_size` bytes a range."""
    ranges = max(1, math.ceil(heap_pages / pages_per_range))
    revmap = math.ceil(ranges / ((BLOCK - _HEADER - 8) // _TID))
    regular = math.ceil(ranges / max(1, (BLOCK - _HEADER - 8) // (align(summary_size) + _LINE_POINTER)))
    return IndexSize(pages=1 + revmap + regular, rows=float(ranges), revmap_pages=revmap)


_HASH_TUPLE = 16 + _LINE_POINTER  # header and 4-byte hash, aligned
_HASH_PAGE = BLOCK - _HEADER - 16


def hash_index(rows: float, distinct: Sequence[tuple[float, float]], *, fill_factor: int = 75) -> IndexSize:
    """A hash index over `distinct` = (keys, rows per key): buckets as `_hash_init_metabuffer` sizes them, plus the
    overflow pages of crowded ones (keys fall on buckets at random; a key's rows share one bucket)."""
    per_bucket = max(10, BLOCK * fill_factor // 100 // _HASH_TUPLE)
    wanted = max(2.0, rows / per_bucket)
    power = max(1, math.ceil(math.log2(wanted)))
    if power < 10:  # HASH_SPLITPOINT_GROUPS_WITH_ONE_PHASE
        buckets = 2**power
    else:  # from 2^10 on, a doubling is added in four quarters (_hash_spareindex)
        quarter = 2 ** (power - 1) // 4
        buckets = 2 ** (power - 1) + math.ceil((wanted - 2 ** (power - 1)) / quarter) * quarter
    overflow = sum(_overflow_pages(keys / buckets, each) for keys, each in distinct)
    bitmap = 1 + math.ceil(overflow * buckets / (4096 * 8))
    return IndexSize(pages=math.ceil(1 + bitmap + buckets * (1 + overflow)), rows=rows)


def _overflow_pages(keys: float, rows_per_key: float) -> float:
    """Expected pages beyond the first of a hash bucket that `keys` keys fall into on average."""
    capacity = _HASH_PAGE // _HASH_TUPLE
    if keys > 50:  # so many that they are as good as normally distributed
        mean, deviation = keys * rows_per_key, math.sqrt(keys) * rows_per_key
        pages = range(1, math.ceil((mean + 8 * deviation) / capacity) + 1)
        return sum(0.5 * math.erfc((page * capacity - mean) / (deviation * math.sqrt(2))) for page in pages)
    expected, probability = 0.0, math.exp(-keys)
    for count in range(1, int(keys + 10 * math.sqrt(keys)) + 10):
        probability *= keys / count
        expected += probability * (max(1, math.ceil(count * rows_per_key / capacity)) - 1)
    return expected


_INLINE_POSTINGS = 2712  # GinMaxItemSize: a longer posting list moves to a tree of data pages
_POSTING_PAGE = 7900  # bytes of posting segments on a data page
_SEGMENT_HEADERS = 1 + 8 / 277  # of segments as they are split in practice


def posting_bytes(per_key: float, heap_pages: float) -> float:
    """Bytes of the posting list of a key on `per_key` rows: deltas of row addresses, 7 bits a byte
    (src/backend/access/gin/ginpostinglist.c). The next row in the same block takes 1 byte, in a later block 2, more
    than 7 blocks on 3, more than 1,023 blocks on 4."""
    density = per_key / max(1.0, heap_pages)
    if density <= 0:
        return 0.0
    same_block = 1 + math.expm1(-density) / density
    empty = math.exp(-density)
    jump = 2 + empty**7 + empty**1023
    return per_key * (same_block + (1 - same_block) * jump) * _SEGMENT_HEADERS


def gin(*, entries: float, postings: float, rows: float, heap_pages: float, entry_size: float = 12.0) -> IndexSize:
    """A freshly built GIN of `entries` distinct keys and `postings` (key, row) pairs, as many for each key."""
    entries = max(1.0, entries)
    size = posting_bytes(postings / entries, heap_pages)
    inline, data_pages = size, 0.0
    if size > _INLINE_POSTINGS:
        inline, leaves = 0.0, size / _POSTING_PAGE
        # Sizes scatter: the last leaf of a list is half full, and a list of several leaves has a page above them.
        data_pages = entries * (max(1.0, leaves + 0.4) + min(1.0, max(0.0, leaves - 0.5)))
    entry_bytes = align(8 + entry_size + inline) + _LINE_POINTER
    entry_pages = max(1, math.ceil(entries * entry_bytes / ((BLOCK - _HEADER - 8) * 0.75)))
    return IndexSize(
        pages=2 + entry_pages + round(data_pages),
        rows=rows,
        entries=round(entries),
        entry_pages=entry_pages,
        data_pages=round(data_pages),
    )


def search_tree(rows: float, *, key_size: float, fill: float) -> IndexSize:
    """A GiST or SP-GiST: leaf tuples of header and key at an average fill (`fill`, 0 to 1), inner pages on top."""
    per_page = max(1.0, (BLOCK - _HEADER - 16) * fill / (align(8 + key_size) + _LINE_POINTER))
    pages = level_pages = max(1, math.ceil(rows / per_page))
    while level_pages > 1:
        level_pages = math.ceil(level_pages / max(2.0, per_page))
        pages += level_pages
    return IndexSize(pages=pages, rows=rows)


def hnsw(rows: float, *, vector_size: float, m: int = 16) -> IndexSize:
    """HNSW of pgvector: per row an element tuple (72 bytes and the vector) and a neighbour tuple (6 bytes for each of
    2m links, m more a level; a row reaches a higher level with probability 1/m). src/hnsw.h of pgvector 0.8."""
    element = align(72 + vector_size) + _LINE_POINTER
    neighbours = align(4 + 6 * m * (2 + 1 / max(1, m - 1))) + _LINE_POINTER
    per_page = max(1.0, math.floor((BLOCK - _HEADER - 8) / (element + neighbours)))
    return IndexSize(pages=1 + math.ceil(rows / per_page), rows=rows)


def ivfflat(rows: float, *, vector_size: float, lists: int = 100) -> IndexSize:
    """IVFFlat of pgvector: the lists' centres, and each list's vectors on their own pages, the last one half full."""
    per_page = max(1.0, math.floor((BLOCK - _HEADER - 8) / (align(8 + vector_size) + _LINE_POINTER)))
    centres = max(1.0, math.floor((BLOCK - _HEADER - 8) / (align(16 + vector_size) + _LINE_POINTER)))
    pages = math.ceil(lists / centres) + lists * (rows / lists / per_page + 0.5)
    return IndexSize(pages=1 + math.ceil(pages), rows=rows)
