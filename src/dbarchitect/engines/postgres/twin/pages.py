"""Pages that the planner reads, written by hand: relation files without rows.

PostgreSQL's planner asks the file system how many blocks a relation has, and reads one page of some indexes:
the metapage of a B-tree (its height), of a GIN (its entry counts), of a BRIN (its range size). A file with those
pages and sparse zeros behind them plans like the full one and takes no disk.

Layouts: src/include/storage/bufpage.h, access/nbtree.h, access/ginblock.h, access/brin_page.h of PostgreSQL 12 to 18;
all little-endian here, as the private server runs on this machine.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

BLOCK = 8192
SEGMENT_BLOCKS = (1 << 30) // BLOCK  # RELSEG_SIZE: files are cut at 1 GiB

_LAYOUT_VERSION = 4
_HEADER = struct.Struct("=QHHHHHHI")  # lsn, checksum, flags, lower, upper, special, size+version, prune xid
_BTREE_SPECIAL = struct.Struct("=IIIHH")  # previous, next, level, flags, cycle id
_BTREE_META = struct.Struct("=IIIIIIIxxxxd?")
_BTREE_MAGIC, _BTREE_VERSION = 0x053162, 4
_LEAF, _ROOT, _META = 1, 2, 8
_PIVOT_WITHOUT_KEYS = struct.Struct("=HHHH")  # block high, block low, offset/flags = 0 attributes, tuple size


def _btree_page(items: list[bytes], level: int, flags: int) -> bytearray:
    special = BLOCK - _BTREE_SPECIAL.size
    page = bytearray(BLOCK)
    lower, upper = _HEADER.size, special
    for item in items:
        upper -= (len(item) + 7) & ~7
        page[upper : upper + len(item)] = item
        # ItemIdData: 15 bits offset, 2 bits LP_NORMAL, 15 bits length
        struct.pack_into("=I", page, lower, upper | (1 << 15) | (len(item) << 17))
        lower += 4
    _HEADER.pack_into(page, 0, 0, 0, 0, lower, upper, special, BLOCK | _LAYOUT_VERSION, 0)
    _BTREE_SPECIAL.pack_into(page, special, 0, 0, level, flags, 0)
    return page


def btree_skeleton(height: int, *, all_equal_image: bool = True) -> bytes:
    """A valid, empty B-tree of that height (0: the root is a leaf): a metapage and one page a level.

    Each inner page has a single "minus infinity" downlink, a tuple without attributes; the leaf is empty.
    """
    root = height + 1
    meta = _btree_page([], 0, _META)
    content = _BTREE_META.pack(_BTREE_MAGIC, _BTREE_VERSION, root, height, root, height, 0, -1.0, all_equal_image)
    meta[_HEADER.size : _HEADER.size + len(content)] = content
    struct.pack_into("=H", meta, 12, _HEADER.size + len(content))  # pd_lower: behind the metadata
    pages = [meta]
    for level in range(height + 1):
        flags = (_LEAF if level == 0 else 0) | (_ROOT if level == height else 0)
        # INDEX_ALT_TID_MASK (0x2000) marks a pivot; its key count, here 0, stands in the offset field.
        downlink = [_PIVOT_WITHOUT_KEYS.pack(0, level, 0, _PIVOT_WITHOUT_KEYS.size | 0x2000)] if level else []
        pages.append(_btree_page(downlink, level, flags))
    return b"".join(pages)


def gin_metapage(built: bytes, *, total: int, entry: int, data: int, entries: int) -> bytes:
    """The metapage of a GIN index that was built empty, with the counts that `gincostestimate` reads."""
    page = bytearray(built)
    # GinMetaPageData: head(4) tail(4) tailFreeSize(4) nPendingPages(4) nPendingHeapTuples(8)
    #                  nTotalPages(4) nEntryPages(4) nDataPages(4) pad(4) nEntries(8) ginVersion(4)
    struct.pack_into("=III", page, 24 + 24, total, entry, data)
    struct.pack_into("=q", page, 24 + 40, entries)
    return bytes(page)


def brin_metapage(built: bytes, *, last_revmap_page: int) -> bytes:
    """The metapage of a BRIN index that was built empty, with the length of its range map."""
    page = bytearray(built)
    # BrinMetaPageData: magic(4) version(4) pagesPerRange(4) lastRevmapPage(4)
    struct.pack_into("=I", page, 24 + 12, last_revmap_page)
    return bytes(page)


class RelationFiles:
    """Writes relation files of one database of a private cluster, owned by the cluster's user."""

    def __init__(self, directory: Path, *, uid: int, gid: int) -> None:
        if sys.byteorder != "little":
            raise NotImplementedError("hand-written pages are little-endian")
        self._directory = directory
        self._chown = (uid, gid) if hasattr(os, "geteuid") and os.geteuid() != uid else None

    def _create(self, name: str, content: bytes, size: int) -> None:
        descriptor = os.open(self._directory / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            if content:
                os.write(descriptor, content)
            os.truncate(descriptor, size)
            if self._chown:
                os.fchown(descriptor, *self._chown)
        finally:
            os.close(descriptor)

    def write(self, filenode: int, *, blocks: int, content: bytes = b"") -> None:
        """Make the file of `filenode`: `content` first, then sparse zeros up to `blocks` blocks, in 1 GiB segments."""
        blocks = max(blocks, len(content) // BLOCK)
        segment = 0
        while True:
            here = min(blocks, SEGMENT_BLOCKS)
            self._create(str(filenode) if segment == 0 else f"{filenode}.{segment}", content, here * BLOCK)
            content = b""
            blocks -= here
            segment += 1
            if here < SEGMENT_BLOCKS:  # a full last segment is followed by an empty one, as the server does
                return

    def read(self, filenode: int, blocks: int) -> bytes:
        """The first blocks of a relation, as they are on disk."""
        with (self._directory / str(filenode)).open("rb") as file:
            return file.read(blocks * BLOCK)
