"""Counts what a query would examine through an index, by walking the index that real documents give: a model of the
server's scan (keys looked at, documents fetched, documents sorted), not a measurement.

A scan of one interval looks at its keys alone. A scan of several looks at one key more for each search that lands
outside of them. `$in` before a sorted path is as many scans, merged in order (up to 200).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from .matching import Condition, Ordering, intervals_of, keys_at, meets

MOST_SCANS = 200  # internalQueryMaxScansToExplode
_MOST_KEYS = 2_000_000

Keys = tuple[tuple[str, int], ...]
Sort = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Asked:
    """A query: conditions that all hold, the sort, and the limit (0: none)."""

    conditions: tuple[Condition, ...]
    sort: Sort = ()
    limit: int = 0


@dataclass(frozen=True)
class Counted:
    """What a query examines. `keys` None for the walk through the collection; `stopped`: the limit ended it early.
    `found`: places of the documents in the order of the result."""

    index: Keys | None
    keys: int
    documents: int
    sorted: int
    stopped: bool
    found: tuple[int, ...]

    @property
    def work(self) -> float:
        """Keys and documents looked at, and comparisons of the sort in memory (n log2 n)."""
        return self.keys + self.documents + (self.sorted * math.log2(self.sorted) if self.sorted > 1 else 0)


class Index:
    """The keys that documents have in an index, in its order."""

    def __init__(self, keys: Keys, documents: Sequence[Mapping[str, Any]], order: Ordering) -> None:
        """Raises `ValueError` where two paths of one document hold arrays: no index can have both."""
        self.keys = keys
        self.many: set[str] = set()
        raw: list[tuple[tuple[Any, ...], int]] = []
        for place, document in enumerate(documents):
            parts: list[list[Any]] = []
            arrays = 0
            for path, _ in keys:
                found, many = keys_at(document, path, order)
                parts.append(found)
                if many:
                    self.many.add(path)
                    arrays += 1
            if arrays > 1 and sum(len(one) > 1 for one in parts) > 1:
                raise ValueError("two paths of one document are arrays")
            raw += ((one, place) for one in product(*parts))
            if len(raw) > _MOST_KEYS:
                raise ValueError("too many keys")
        self._values = [sorted({one[at] for one, _ in raw}) for at in range(len(keys))]
        ranks = [{value: rank for rank, value in enumerate(values)} for values in self._values]
        self.entries = sorted(
            (
                tuple(
                    ranks[at][value] if way > 0 else len(ranks[at]) - 1 - ranks[at][value]
                    for at, (value, (_, way)) in enumerate(zip(key, keys, strict=True))
                ),
                place,
            )
            for key, place in raw
        )

    def bounds(self, conditions: Sequence[Condition]) -> list[list[tuple[int, int]]]:
        """By path of the index the ranks (first, past the last) of each interval, in the index's order."""
        made: list[list[tuple[int, int]]] = []
        for at, (path, way) in enumerate(self.keys):
            size = len(self._values[at])
            intervals = intervals_of(conditions, path, many=path in self.many)
            if intervals is None:
                made.append([(0, size)])
                continue
            spans = [one.within(self._values[at]) for one in intervals]
            made.append([(size - past, size - first) for first, past in reversed(spans)] if way < 0 else spans)
        return made


def walk(documents: Sequence[Mapping[str, Any]], asked: Asked, order: Ordering) -> Counted:
    """The count without an index: all documents, or as many as the limit wants where nothing is sorted."""
    found: list[int] = []
    examined = 0
    for place, document in enumerate(documents):
        examined += 1
        if meets(document, asked.conditions, order):
            found.append(place)
            if asked.limit and not asked.sort and len(found) == asked.limit:
                return Counted(None, 0, examined, 0, True, tuple(found))
    matching = len(found)
    if asked.sort:
        found = _in_order(found, documents, asked.sort, order)
        found = found[: asked.limit or None]
    return Counted(None, 0, examined, matching if asked.sort else 0, False, tuple(found))


def scan(index: Index, documents: Sequence[Mapping[str, Any]], asked: Asked, order: Ordering) -> Counted:
    """The count through an index."""
    bounds = index.bounds(asked.conditions)
    counter = [0, 0]
    fetched: set[int] = set()

    def fetch(places: Iterator[tuple[tuple[int, ...], int]]) -> Iterator[tuple[tuple[int, ...], int]]:
        for key, place in places:
            if place in fetched:
                continue
            fetched.add(place)
            counter[1] += 1
            if meets(documents[place], asked.conditions, order):
                yield key, place

    ordered = _ordered(index, bounds, asked.sort)
    if ordered is None:
        every = [place for _, place in fetch(_scan(index.entries, bounds, counter))]
        limit = asked.limit if not asked.sort else 0
        if asked.sort:
            found = _in_order(every, documents, asked.sort, order)[: asked.limit or None]
            return Counted(index.keys, counter[0], counter[1], len(every), False, tuple(found))
        if not limit:
            return Counted(index.keys, counter[0], counter[1], 0, False, tuple(every))
    backwards, first = ordered or (False, 0)
    entries, sides = index.entries, bounds
    if backwards:
        entries, sides = _turned(index, bounds)
    branches = list(product(*(sides[:first]))) if first else [()]
    scans = [_scan(entries, [*([one] for one in branch), *sides[first:]], counter) for branch in branches]
    places = fetch(heapq.merge(*scans, key=lambda one: one[0][first:]) if len(scans) > 1 else scans[0])
    if not asked.limit:
        found = [place for _, place in places]  # before the counters are read
        return Counted(index.keys, counter[0], counter[1], 0, False, tuple(found))
    taken: list[int] = []
    for _, place in places:
        taken.append(place)
        if len(taken) == asked.limit:
            return Counted(index.keys, counter[0], counter[1], 0, True, tuple(taken))
    return Counted(index.keys, counter[0], counter[1], 0, False, tuple(taken))


def _scan(
    entries: Sequence[tuple[tuple[int, ...], int]], bounds: Sequence[Sequence[tuple[int, int]]], counter: list[int]
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Entries within bounds; `counter[0]` counts the keys that are looked at."""
    single = _single(bounds, entries)
    at = 0
    while at < len(entries):
        key = entries[at][0]
        wrong = next((part for part, value in enumerate(key) if not _within(value, bounds[part])), None)
        if wrong is None:
            counter[0] += 1
            yield entries[at]
            at += 1
            continue
        prefix = key[:wrong]
        later = min((first for first, _ in bounds[wrong] if first > key[wrong]), default=None)
        if not single and at:
            counter[0] += 1  # the search landed here, or the key after the last one ended it
        if later is None and wrong == 0:
            return
        while (
            at < len(entries) and entries[at][0][:wrong] == prefix and (later is None or entries[at][0][wrong] < later)
        ):
            at += 1


def _within(value: int, intervals: Sequence[tuple[int, int]]) -> bool:
    return any(first <= value < past for first, past in intervals)


def _single(bounds: Sequence[Sequence[tuple[int, int]]], entries: Sequence[tuple[tuple[int, ...], int]]) -> bool:
    """Whether the bounds are one stretch of the index: single values, then one range, then everything."""
    part = 0
    while part < len(bounds) and len(bounds[part]) == 1 and bounds[part][0][1] - bounds[part][0][0] <= 1:
        part += 1
    if part < len(bounds) and len(bounds[part]) > 1:
        return False
    sizes = [max((key[at] for key, _ in entries), default=-1) + 1 for at in range(len(bounds))]
    return all(list(bounds[at]) == [(0, sizes[at])] for at in range(part + 1, len(bounds)))


def _ordered(index: Index, bounds: Sequence[Sequence[tuple[int, int]]], sort: Sort) -> tuple[bool, int] | None:
    """(whether it is walked backwards, how many first paths are single values in each scan) where the index gives the
    order of the sort; None where it does not."""
    if not sort or any(path in index.many for path, _ in sort):
        return None
    points = 0
    scans = 1
    sorts = {path for path, _ in sort}
    while points < len(index.keys):
        path = index.keys[points][0]
        if any(past - first > 1 for first, past in bounds[points]):
            break
        if path in sorts and len(bounds[points]) > 1:
            break
        scans *= len(bounds[points])
        points += 1
    if scans > MOST_SCANS:
        return None
    fixed = {path for path, _ in index.keys[:points]}
    wanted = [(path, way) for path, way in sort if path not in fixed]
    held = index.keys[points : points + len(wanted)]
    if [path for path, _ in held] != [path for path, _ in wanted]:
        return None
    ways = {way * other for (_, way), (_, other) in zip(held, wanted, strict=True)}
    return (ways == {-1}, points) if len(ways) <= 1 else None


def _turned(
    index: Index, bounds: Sequence[Sequence[tuple[int, int]]]
) -> tuple[list[tuple[tuple[int, ...], int]], list[list[tuple[int, int]]]]:
    sizes = [max((key[at] for key, _ in index.entries), default=-1) + 1 for at in range(len(index.keys))]
    entries = [
        (tuple(size - 1 - value for value, size in zip(key, sizes, strict=True)), place)
        for key, place in reversed(index.entries)
    ]
    turned = [
        [(size - past, size - first) for first, past in reversed(one)] for one, size in zip(bounds, sizes, strict=True)
    ]
    return entries, turned


def _in_order(places: Sequence[int], documents: Sequence[Mapping[str, Any]], sort: Sort, order: Ordering) -> list[int]:
    """Sorted as the server does: of an array its least value counts, descending its greatest."""
    found = list(places)
    for path, way in reversed(sort):
        keys = {place: keys_at(documents[place], path, order)[0] for place in found}
        found.sort(key=lambda place: keys[place][0] if way > 0 else keys[place][-1], reverse=way < 0)
    return found
