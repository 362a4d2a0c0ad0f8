"""How many bytes a key takes in Redis: the structures of Redis 7.0 (64 bits) in the size classes of jemalloc.

Sources: `object.c`, `sds.h`, `dict.h`, `listpack.c`, `t_zset.c`, `quicklist.h`, `t_stream.c` of 7.0; jemalloc's
size classes are four a doubling above eight quanta (jemalloc(3), "IMPLEMENTATION NOTES"). What is counted is what
`used_memory` counts: usable sizes, without fragmentation. `benchmarks/redis_memory.py` holds it against a server.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

OBJECT = 16  # robj
ENTRY = 24  # dictEntry
DICT = 56  # dict
_EMBEDDED = 44  # OBJ_ENCODING_EMBSTR_SIZE_LIMIT
_BIG_ARGUMENT = 32 * 1024  # PROTO_MBULK_BIG_ARG: such a value keeps the two bytes of its CRLF
_LEVELS = 32  # ZSKIPLIST_MAXLEVEL
_PROMOTED = 0.25  # ZSKIPLIST_P


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Up to where collections are kept compact; the server's defaults (`CONFIG GET *-max-*`)."""

    hash_entries: int = 512
    hash_value: int = 64
    zset_entries: int = 128
    zset_value: int = 64
    set_integers: int = 512
    list_bytes: int = 8192  # list-max-listpack-size -2
    stream_bytes: int = 4096
    stream_entries: int = 100


@dataclass(frozen=True, slots=True)
class Memory:
    """Sizes on one server. `quantum`: of its jemalloc, 8 as Redis builds it, 16 as Debian's own library is built."""

    quantum: int = 8
    thresholds: Thresholds = Thresholds()

    def usable(self, size: float) -> int:
        """The size class that an allocation of `size` bytes gets."""
        need = max(math.ceil(size), 1)
        if need <= 8:
            return 8
        if need <= 8 * self.quantum:
            return -(-need // self.quantum) * self.quantum
        spacing = 1 << (need - 1).bit_length() - 3
        return -(-need // spacing) * spacing

    def text(self, length: int) -> int:
        """A string on its own (sds)."""
        return self.usable(_header(length) + length + 1)

    def entry(self, key: int, *, expires: bool = False) -> int:
        """A key of `key` bytes in the keyspace, without its value and its share of the bucket arrays (`buckets`)."""
        return self.text(key) + self.usable(ENTRY) * (2 if expires else 1)

    def string(self, length: int, *, integer: bool = False) -> int:
        """The value of a string. `integer`: it is one, of 64 bits."""
        if integer:
            return self.usable(OBJECT)
        if length <= _EMBEDDED:
            return self.usable(OBJECT + 3 + length + 1)
        return self.usable(OBJECT) + self.text(length + 2 if length >= _BIG_ARGUMENT else length)

    def hash(self, fields: Sequence[tuple[int, int]]) -> int:
        """A hash of texts: the lengths of each field and its value."""
        limits = self.thresholds
        if len(fields) <= limits.hash_entries and all(max(one) <= limits.hash_value for one in fields):
            return self.usable(OBJECT) + self._listpack(length for one in fields for length in one)
        entries = sum(self.usable(ENTRY) + self.text(field) + self.text(value) for field, value in fields)
        table = self._table(len(fields), converted=min(limits.hash_entries + 1, len(fields)), steps=2)
        return self.usable(OBJECT) + table + entries

    def set(self, members: Sequence[int], *, integer_bytes: int = 0) -> int:
        """A set: the lengths of its members. `integer_bytes`: 2, 4 or 8 where all are integers that fit."""
        if integer_bytes and len(members) <= self.thresholds.set_integers:
            return self.usable(OBJECT) + self.usable(8 + integer_bytes * len(members))
        entries = sum(self.usable(ENTRY) + self.text(one) for one in members)
        converted = min(self.thresholds.set_integers + 1, len(members)) if integer_bytes else 0
        return self.usable(OBJECT) + self._table(len(members), converted=converted) + entries

    def sorted_set(self, members: Sequence[tuple[int, int]]) -> int:
        """A sorted set: of each member its length, and the bytes that its score takes in a listpack
        (`integer_bytes`, or the length of its digits)."""
        limits = self.thresholds
        if len(members) <= limits.zset_entries and all(one <= limits.zset_value for one, _ in members):
            size = 7 + sum(packed(one) + _with_back(score) for one, score in members)
            return self.usable(OBJECT) + self.usable(size)
        header = self.usable(24 + 16 * _LEVELS) + self.usable(32)
        node = 0.0
        share = 1.0 - _PROMOTED
        for level in range(1, 12):
            node += share * self.usable(24 + 16 * level)
            share *= _PROMOTED
        texts = sum(self.text(one) for one, _ in members)
        whole = self.usable(OBJECT) + self.usable(16) + header + self._table(len(members), steps=2) + texts
        return whole + round((node + self.usable(ENTRY)) * len(members))

    def list(self, items: Sequence[int]) -> int:
        """A list: the lengths of its items, appended in order."""
        nodes: list[int] = [7]
        for one in map(packed, items):
            if nodes[-1] > 7 and nodes[-1] + one > self.thresholds.list_bytes:
                nodes.append(7)
            nodes[-1] += one
        return self.usable(OBJECT) + self.usable(40) + sum(self.usable(32) + self.usable(one) for one in nodes)

    def stream(self, entries: Sequence[Sequence[tuple[int, int]]]) -> int:
        """A stream: of each entry the lengths of fields and values. Fields are stored once a node where entries have
        the same ones (`t_stream.c`), which is supposed here; a last node that is being filled has all its room."""
        limits = self.thresholds
        nodes: list[int] = []
        held = 0
        for one in entries:
            values = sum(packed(value) for _, value in one)
            # flags, differences of milliseconds (under 8 s) and of sequence, the count of listpack elements
            size = values + 2 + 3 + 2 + 2
            if not nodes or held >= limits.stream_entries or nodes[-1] + size >= limits.stream_bytes:
                nodes.append(7 + 2 + 2 + 2 + 2 + sum(packed(field) for field, _ in one))
                held = 0
            nodes[-1] += size
            held += 1
        packs = [self.usable(one) for one in nodes]
        if packs:
            packs[-1] = max(packs[-1], self.usable(limits.stream_bytes))
        # a radix tree: its head, and for each node of entries a leaf and its share of the inner nodes
        tree = self.usable(24) + sum(self.usable(32) for _ in nodes)
        return self.usable(OBJECT) + self.usable(112) + tree + sum(packs)

    def buckets(self, keys: int) -> int:
        """The array of buckets of a table of `keys` keys."""
        return self.usable(8 * table_size(keys)) if keys else 0

    def _table(self, entries: int, *, converted: int = 0, steps: int = 1) -> int:
        """A table that was filled one by one, by a command that moves `steps` buckets of the old array each time.
        `converted`: it began with so many entries, in an array that fits."""
        size = self.usable(DICT) + self.buckets(entries)
        old = table_size(entries) // 2
        moved = (entries - old) * steps
        # Of a full array 1 - 1/e of the buckets hold something; empty ones are passed over.
        if old >= max(table_size(converted), 4) and entries > old and moved < old * (1 - math.exp(-1)):
            size += self.usable(8 * old)
        return size

    def _listpack(self, lengths: Iterable[int]) -> int:
        return self.usable(7 + sum(map(packed, lengths)))


def table_size(keys: int) -> int:
    """Buckets of a table that was filled to `keys` entries (`dictExpand`): a power of two, 4 at least."""
    return max(4, 1 << max(keys - 1, 0).bit_length())


def packed(length: int) -> int:
    """A text in a listpack, with what leads back over it (`lpEncodeString`)."""
    head = 1 if length < 64 else 2 if length < 4096 else 5
    return _with_back(head + length)


def integer_bytes(value: int) -> int:
    """An integer in a listpack, without what leads back over it (`lpEncodeIntegerGetType`)."""
    if 0 <= value <= 127:
        return 1
    for bits, size in ((13, 2), (16, 3), (24, 4), (32, 5)):
        if -(1 << bits - 1) <= value < 1 << bits - 1:
            return size
    return 9


def _with_back(size: int) -> int:
    back = 1 if size <= 127 else 2 if size < 16383 else 3 if size < 2097151 else 4
    return size + back


def _header(length: int) -> int:
    return 1 if length < 32 else 3 if length < 256 else 5 if length < 65536 else 9
