"""What Redis would have answered from memory: its eviction and expiry, run over a trace of requests.

The algorithms are those of `evict.c` and `expire.c` of Redis 7.0: eviction takes the best of a pool of 16, filled from
`maxmemory-samples` keys a round; LRU goes by a clock of whole seconds, LFU by Morris counters that decay by the minute
(`lfu-log-factor`, `lfu-decay-time`); keys that have expired go when they are read, and ten times a second from samples.
A key that is missed is loaded and set, as cache-aside does. `benchmarks/redis_hit_ratio.py` holds it against a server.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Literal

import numpy as np

from .memory import Memory

Policy = Literal[
    "noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random",
    "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
]  # fmt: skip

_POOL = 16  # EVPOOL_SIZE
_FIRST_COUNT = 5  # LFU_INIT_VAL
_CYCLE_S = 0.1  # hz 10
_CYCLE_KEYS = 20  # ACTIVE_EXPIRE_CYCLE_KEYS_PER_LOOP
_CYCLE_STALE = 0.1  # ACTIVE_EXPIRE_CYCLE_ACCEPTABLE_STALE
_CYCLE_ROUNDS = 200  # what the time limit of a cycle is worth
_FULL = 1.618  # HASHTABLE_MAX_LOAD_FACTOR: until then a table that would not fit is not doubled

Step = tuple[float, int, bool]
"""A request: (seconds, key, whether it reads). What does not read makes the key's entry invalid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Of the server. `maxmemory` in bytes, 0 for none; `start_bytes`: what it takes without keys."""

    maxmemory: int = 0
    policy: Policy = "allkeys-lru"
    samples: int = 5
    lfu_log_factor: int = 10
    lfu_decay_minutes: int = 1
    start_bytes: int = 900_000  # used_memory_startup of 7.0, and one client
    memory: Memory = field(default_factory=Memory)


@dataclass(slots=True)
class Outcome:
    """What happened from the first counted step on. `refused`: entries that were not stored because nothing could be
    evicted. `keys`: at the end; `peak_bytes` over all."""

    reads: int = 0
    hits: int = 0
    evicted: int = 0
    expired: int = 0
    invalidated: int = 0
    refused: int = 0
    keys: int = 0
    peak_bytes: int = 0
    reads_of: dict[int, int] = field(default_factory=dict[int, int])
    hits_of: dict[int, int] = field(default_factory=dict[int, int])

    @property
    def hit_ratio(self) -> float:
        """Hits a read; 0 without reads."""
        return self.hits / self.reads if self.reads else 0.0


def simulate(
    steps: Iterable[Step],
    sizes: Sequence[int] | Callable[[int], int],
    settings: Settings,
    *,
    ttls: Sequence[float] | Callable[[int], float] | None = None,
    jitter: float = 0.0,
    warm: int = 0,
    group: Callable[[int], int] | None = None,
    seed: int = 0,
) -> Outcome:
    """Run a trace, in order of time.

    `sizes`: bytes of each key's entry without buckets; `ttls`: seconds it lives, 0 for ever, drawn from that much less
    (`jitter` 0.1: 90 to 100 %). The first `warm` steps are not counted. `group` tells what a key is counted under in
    `reads_of` and `hits_of`.
    """
    return _Cache(sizes, settings, ttls, jitter, seed).run(steps, warm, group)


class _Table:
    """The bucket arrays of a hash table that grows, and moves one bucket a request (`dictRehash`)."""

    __slots__ = ("buckets", "bytes", "left", "memory", "old")

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.buckets = 0
        self.old = 0
        self.left = 0
        self.bytes = 0

    def grow(self, keys: int, room: float) -> None:
        """Before one more than `keys` is added. `room`: bytes below maxmemory."""
        if self.left or (self.buckets and keys < self.buckets):
            return
        if self.buckets and keys / self.buckets <= _FULL and self.memory.usable(16 * self.buckets) > room:
            return
        self.old, self.left = self.buckets, self.buckets
        self.buckets = 1 << max(keys, 3).bit_length()
        self._count()

    def shrink(self, keys: int) -> None:
        """Below a tenth of the buckets (`htNeedsResize`)."""
        if not self.left and self.buckets > 4 and keys * 10 < self.buckets:
            self.old, self.left = self.buckets, self.buckets
            self.buckets = max(4, 1 << max(keys - 1, 0).bit_length())
            self._count()

    def moved(self, buckets: int) -> None:
        """So many more buckets were moved."""
        if self.left:
            self.left = max(self.left - buckets, 0)
            if not self.left:
                self.old = 0
                self._count()

    def _count(self) -> None:
        usable = self.memory.usable
        self.bytes = (usable(8 * self.buckets) if self.buckets else 0) + (usable(8 * self.old) if self.old else 0)


class _Bag:
    """A set of keys that one can be drawn from."""

    __slots__ = ("keys", "place")

    def __init__(self) -> None:
        self.keys: list[int] = []
        self.place: dict[int, int] = {}

    def add(self, key: int) -> None:
        self.place[key] = len(self.keys)
        self.keys.append(key)

    def discard(self, key: int) -> None:
        at = self.place.pop(key, None)
        if at is None:
            return
        last = self.keys.pop()
        if last != key:
            self.keys[at] = last
            self.place[last] = at


class _Dice:
    """Uniform numbers, fetched by the block: one call of numpy a number would take most of the time."""

    __slots__ = ("block", "random")

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.block: list[float] = []

    def next(self) -> float:
        if not self.block:
            self.block = self.random.random(1 << 15).tolist()
        return self.block.pop()


class _Cache:
    def __init__(
        self,
        sizes: Sequence[int] | Callable[[int], int],
        settings: Settings,
        ttls: Sequence[float] | Callable[[int], float] | None,
        jitter: float,
        seed: int,
    ) -> None:
        self.size_of = sizes if callable(sizes) else sizes.__getitem__
        self.ttl_of = ttls if callable(ttls) or ttls is None else ttls.__getitem__
        self.settings = settings
        self.jitter = jitter
        self.dice = _Dice(seed)
        self.all = _Bag()
        self.mortal = _Bag()
        self.expiry: dict[int, float] = {}
        self.touched: dict[int, int] = {}  # the second of the last use
        self.counter: dict[int, tuple[int, int]] = {}  # (count, minute of it)
        self.table = _Table(settings.memory)
        self.expires_table = _Table(settings.memory)
        self.pool: list[tuple[float, int]] = []
        self.entries = 0
        self.ends: list[tuple[float, int]] = []  # a heap of expiries, some of entries that are gone
        self.cycled = -math.inf
        self.now = 0.0
        self.out = Outcome()
        self.lru = settings.policy.endswith("-lru")
        self.lfu = settings.policy.endswith("-lfu")
        self.ttl_policy = settings.policy == "volatile-ttl"
        self.candidates = self.mortal if settings.policy.startswith("volatile") else self.all

    @property
    def used(self) -> int:
        return self.settings.start_bytes + self.entries + self.table.bytes + self.expires_table.bytes

    def run(self, steps: Iterable[Step], warm: int, group: Callable[[int], int] | None) -> Outcome:
        out = self.out
        limit = self.settings.maxmemory
        expiry = self.expiry
        place = self.all.place
        before = 0.0
        for number, (at, key, reads) in enumerate(steps):
            if number == warm:
                out.reads = out.hits = out.evicted = out.expired = out.invalidated = out.refused = 0
            self.now = at
            if at - self.cycled >= _CYCLE_S:
                self._cycle(sparse=number > 0 and at - before >= _CYCLE_S)
            before = at
            if limit and self.used > limit:
                self._evict(limit)
            here = key in place
            if here and expiry.get(key, math.inf) <= at:
                self._remove(key)
                out.expired += 1
                here = False
            if not reads:
                if here:
                    self._remove(key)
                    out.invalidated += 1
                continue
            out.reads += 1
            if here:
                out.hits += 1
                self._use(key)
            else:
                self._store(key, limit)
            if group is not None and number >= warm:
                name = group(key)
                out.reads_of[name] = out.reads_of.get(name, 0) + 1
                out.hits_of[name] = out.hits_of.get(name, 0) + here
            self.table.moved(1)
            self.expires_table.moved(1)
        out.keys = len(place)
        return out

    def _use(self, key: int) -> None:
        if self.lru:
            self.touched[key] = int(self.now)
        elif self.lfu:
            count = self._count(key)
            if count < 255:
                over = max(count - _FIRST_COUNT, 0)
                count += self.dice.next() < 1.0 / (over * self.settings.lfu_log_factor + 1)
            self.counter[key] = (count, int(self.now / 60))

    def _count(self, key: int) -> int:
        count, minute = self.counter[key]
        decay = self.settings.lfu_decay_minutes
        return max(count - (int(self.now / 60) - minute) // decay, 0) if decay else count

    def _store(self, key: int, limit: int) -> None:
        if limit and self.used > limit:
            self._evict(limit)
            if self.used > limit:
                self.out.refused += 1
                return
        room = limit - self.used if limit else math.inf
        self.table.grow(len(self.all.keys), room)
        self.all.add(key)
        self.entries += self.size_of(key)
        if self.lru:
            self.touched[key] = int(self.now)
        elif self.lfu:
            self.counter[key] = (_FIRST_COUNT, int(self.now / 60))
        ttl = self.ttl_of(key) if self.ttl_of is not None else 0.0
        if ttl > 0:
            self.expires_table.grow(len(self.mortal.keys), room)
            self.mortal.add(key)
            ends = self.now + ttl * (1.0 - self.jitter * self.dice.next() if self.jitter else 1.0)
            self.expiry[key] = ends
            heappush(self.ends, (ends, key))
        self.out.peak_bytes = max(self.out.peak_bytes, self.used)

    def _remove(self, key: int) -> None:
        self.all.discard(key)
        self.mortal.discard(key)
        self.expiry.pop(key, None)
        self.touched.pop(key, None)
        self.counter.pop(key, None)
        self.entries -= self.size_of(key)

    # --- eviction (evict.c) ---------------------------------------------------------------------------------------

    def _evict(self, limit: int) -> None:
        if self.settings.policy == "noeviction":
            return
        keys = self.candidates.keys
        while self.used > limit and keys:
            if self.settings.policy.endswith("-random"):
                victim = keys[int(self.dice.next() * len(keys))]
            else:
                victim = self._best()
            self._remove(victim)
            self.out.evicted += 1

    def _best(self) -> int:
        here = self.candidates.place
        while True:
            self._populate()
            while self.pool:
                _, key = self.pool.pop()
                if key in here:  # what was overwritten or deleted since is a ghost
                    return key

    def _populate(self) -> None:
        keys = self.candidates.keys
        pool = self.pool
        count = min(self.settings.samples, len(keys))
        # A run of buckets is a sample without repetitions: `dictGetSomeKeys`.
        drawn: dict[int, None] = {}
        while len(drawn) < count:
            drawn[int(self.dice.next() * len(keys))] = None
        for at in drawn:
            key = keys[at]
            if self.lru:
                idle: float = int(self.now) - self.touched[key]
            elif self.ttl_policy:
                idle = -self.expiry[key]
            else:
                idle = 255 - self._count(key)
            place = 0
            while place < len(pool) and pool[place][0] < idle:
                place += 1
            if len(pool) < _POOL:
                pool.insert(place, (idle, key))
            elif place:
                pool.insert(place, (idle, key))
                del pool[0]

    # --- expiry (expire.c) ----------------------------------------------------------------------------------------

    def _cycle(self, *, sparse: bool) -> None:
        """What the server does ten times a second. `sparse`: requests are rarer than that, and it keeps up."""
        self.cycled = self.now
        self.table.shrink(len(self.all.keys))
        self.expires_table.shrink(len(self.mortal.keys))
        self.table.moved(100_000)  # a millisecond of `activerehashing`
        self.expires_table.moved(100_000)
        while self.ends and (self.expiry.get(self.ends[0][1]) != self.ends[0][0] or (sparse and self._is_over())):
            ends, key = heappop(self.ends)
            if self.expiry.get(key) == ends:
                self._remove(key)
                self.out.expired += 1
        if not self._is_over():
            return
        keys = self.mortal.keys
        for _ in range(_CYCLE_ROUNDS):
            count = min(_CYCLE_KEYS, len(keys))
            if not count:
                break
            drawn = {int(self.dice.next() * len(keys)) for _ in range(count)}
            stale = [key for key in (keys[at] for at in drawn) if self.expiry[key] <= self.now]
            for key in stale:
                self._remove(key)
            self.out.expired += len(stale)
            if len(stale) <= _CYCLE_STALE * count:
                break

    def _is_over(self) -> bool:
        """Whether an entry's time has come, as far as the heap tells."""
        return bool(self.ends) and self.ends[0][0] <= self.now
