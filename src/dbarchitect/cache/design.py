"""The design of a cache: which queries' answers are kept, for how long, what makes them stale, in how much memory.

A look-up costs one round trip `r`, a miss the query `q` and a second round trip in addition. With a share `h` of hits a
query costs `r + (1 - h) (q + r)` instead of `q`: it pays from `h = 2 r / (q + r)` on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from msgspec.structs import replace

from dbarchitect.model.cache import CacheDesign, CacheEntry, CacheSize, CacheWrite, LeftOut
from dbarchitect.model.figures import duration_text, size_text
from dbarchitect.model.names import Name
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Relational

from .decisions import decisions
from .memory import Memory
from .reads import Read, Reads
from .simulate import Policy, Settings, simulate
from .traffic import MOST_KEYS, Logged, Stream, Write, drawn, effect, group_of, write_of

HEADROOM = 1.25  # of the process over used_memory: 1.2 to 1.3 measured (jemalloc's fragmentation, client buffers)
_NEAR = 0.01  # a smaller memory is taken where it loses no more than one point of hits
_SHARES = (0.1, 0.25, 0.5, 0.75, 1.1)  # of what all entries take together
_LONG = 1.0  # a table's counters must cover some time to give a rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What only the user knows.

    staleness      seconds that an answer may be old; `staleness_of`: of tables by name
    query_ms       time of queries that the workload has none of; None: such are not cached
    round_trip_ms  one look-up, from the application
    zipf, keys     popularity and number of keys where neither log nor statistics tell
    window         seconds that the workload covers, where it does not say
    least          share of all database time from which an entry is worth its code
    largest        bytes of the largest answer that is kept
    requests       that are drawn to try sizes of memory with, where no log has them
    """

    staleness: float = 300.0
    staleness_of: Mapping[str, float] = field(default_factory=dict[str, float])
    query_ms: float | None = None
    round_trip_ms: float = 0.5
    zipf: float = 0.99
    keys: int = 10_000
    window: float | None = None
    least: float = 0.01
    largest: int = 1_000_000
    prefix: str = "app"
    jitter: float = 0.1
    upstash: bool = False
    requests: int = 100_000
    seed: int = 0


@dataclass(slots=True)
class _Candidate:
    read: Read
    writes: tuple[CacheWrite, ...]
    stream: Stream
    ttl: float
    entry_bytes: int
    mean_ms: float
    assumed: list[str]
    hit: dict[str, float] = field(default_factory=dict[str, float])


class Designer:
    """Designs one cache. First `candidates` are found; a log's trace is then taken over `reads`; then `design`."""

    def __init__(self, schema: Relational, workload: Workload, wishes: Wishes) -> None:
        self.schema = schema
        self.workload = workload
        self.wishes = wishes
        self.known = Reads(schema, keys=wishes.keys)
        self.assumed: list[str] = []
        self.left: list[LeftOut] = []
        self.memory = Memory()
        self.window = self._window()
        self._writes = self._all_writes()
        self.candidates = self._candidates()

    @property
    def reads(self) -> list[Read]:
        """The queries that a trace is wanted of."""
        return [one.read for one in self.candidates]

    # --- what there is ------------------------------------------------------------------------------------------------

    def _window(self) -> float:
        window = self.wishes.window or self.workload.window_seconds
        if window:
            return window
        self.assumed.append("the workload does not say how long it was counted: taken as a day (--window)")
        return 86_400.0

    def _all_writes(self) -> list[tuple[Write, float]]:
        made = ((write_of(query.sql, self.known), query.calls) for query in self.workload.queries)
        return [(write, calls) for write, calls in made if write is not None]

    def _candidates(self) -> list[_Candidate]:
        found: list[_Candidate] = []
        for query in self.workload.queries:
            read = self.known.read(query)
            if read is None:
                continue
            reason = read.obstacle or self._unfit(read)
            if reason:
                self._leave(query, reason)
                continue
            found.append(self._candidate(read))
        return found

    def _leave(self, query: Query, reason: str) -> None:
        self.left.append(
            LeftOut(
                query=query.id,
                sql=query.sql,
                reason=reason,
                calls=query.calls,
                mean_ms=_mean(query),
                position=query.position,
            )
        )

    def _unfit(self, read: Read) -> str:
        """Why an answer that may be kept is not worth it, by its time and size alone."""
        wishes = self.wishes
        if self._ttl(read) <= 0:
            return (
                "its tables allow no staleness: a cache beside a database is stale for as long as it takes to be told"
            )
        mean = _mean(read.query)
        if mean is None and wishes.query_ms is None:
            return "the workload does not say how long it takes: a log with durations does, or --query-ms"
        time = mean if mean is not None else wishes.query_ms or 0.0
        if time <= wishes.round_trip_ms:
            return (
                f"it takes {time:.2g} ms, and a look-up in Redis {wishes.round_trip_ms:g} ms (--round-trip): "
                "the database is the faster cache"
            )
        if read.value_bytes > wishes.largest:
            return (
                f"an answer has about {size_text(read.value_bytes)} ({read.rows:,.0f} rows): over "
                f"{size_text(wishes.largest)} one look-up keeps a link of 1 Gbit/s busy for 8 ms; page it first"
            )
        return ""

    def _ttl(self, read: Read) -> float:
        allowed = [self.wishes.staleness]
        for table in read.tables:
            names = dict.fromkeys((table.name.name, table.name.short, str(table.name)))
            allowed += [self.wishes.staleness_of[one] for one in names if one in self.wishes.staleness_of]
        return min(allowed)

    def _candidate(self, read: Read) -> _Candidate:
        writes, assumed = self._writes_on(read)
        mean = _mean(read.query)
        if mean is None:
            assumed.append(f"{self.wishes.query_ms:g} ms a call (--query-ms)")
        key = len(self.wishes.prefix) + len(read.name) + 4 + 9 * len(read.parameters)
        value = read.value_bytes + 20  # with the version that it was loaded under
        entry = self.memory.entry(key, expires=True) + self.memory.string(value)
        stream = Stream(
            reads=read.query.calls / self.window,
            keys=read.keys,
            zipf=self.wishes.zipf,
            one=sum(one.a_second for one in writes if one.precise),
            every=sum(one.a_second for one in writes if not one.precise),
        )
        return _Candidate(
            read=read,
            writes=writes,
            stream=stream,
            ttl=self._ttl(read),
            entry_bytes=entry,
            mean_ms=mean if mean is not None else self.wishes.query_ms or 0.0,
            assumed=[*read.assumed, *assumed],
        )

    def _writes_on(self, read: Read) -> tuple[tuple[CacheWrite, ...], list[str]]:
        rates: dict[tuple[Name, bool, str], float] = {}
        seen: set[Name] = set()
        for write, calls in self._writes:
            seen.update(write.tables)
            found = effect(write, read)
            if found is not None:
                table = next(one for one in write.tables if one in read.columns)
                key = (table, found.precise, found.column)
                rates[key] = rates.get(key, 0.0) + calls / self.window
        assumed: list[str] = []
        for table in read.tables:
            if table.name in seen:
                continue
            counted = self._counted(table.name)
            if counted is None:
                assumed.append(f"no writes on {table.name.short}: the workload has none")
            elif counted:
                scope = read.scope(table.name)
                rates[table.name, scope is not None, scope.column if scope else ""] = counted
        writes = tuple(
            CacheWrite(table=table.short, a_second=rate, precise=precise, column=column)
            for (table, precise, column), rate in rates.items()
        )
        return writes, assumed

    def _counted(self, table: Name) -> float | None:
        """Rows written a second by the counters of a live server, where the workload tells of no write."""
        facts = self.schema.facts
        own = facts.tables.get(str(table)) if facts else None
        seconds = facts.counted_seconds if facts else None
        if own is None or not seconds or seconds < _LONG or own.inserted is None:
            return None
        return (own.inserted + (own.updated or 0) + (own.deleted or 0)) / seconds

    # --- what it comes to ---------------------------------------------------------------------------------------------

    def design(self, trace: Logged | None, *, source: str, origin: str) -> CacheDesign:
        """The design. `trace`: of `reads`, where a log told of single executions."""
        if trace is not None and not any(trace.reads):
            trace = None
        for number, one in enumerate(self.candidates):
            if trace is not None and trace.reads[number]:
                one.assumed = [said for said in one.assumed if "different keys" not in said]
                one.stream = Stream(
                    reads=one.stream.reads,
                    keys=max(trace.keys[number], 1),
                    zipf=one.stream.zipf,
                    one=one.stream.one,
                    every=one.stream.every,
                )
        self._hits(trace)
        entries: list[tuple[int, CacheEntry]] = []
        whole = sum(one.total_ms for one in self.workload.queries if one.total_ms is not None)
        timed = all(one.total_ms is not None for one in self.workload.queries)
        for number, one in enumerate(self.candidates):
            entry, reason = self._judged(one, whole if timed and whole > 0 else None)
            if entry is None:
                self._leave(one.read.query, reason)
            else:
                entries.append((number, entry))
        entries.sort(key=lambda pair: -pair[1].saved_ms)
        made = CacheDesign(
            source=source,
            workload=origin,
            window_seconds=self.window,
            entries=tuple(entry for _, entry in entries),
            left_out=tuple(sorted(self.left, key=lambda one: -one.calls * (one.mean_ms or 1.0))),
            trace="log" if trace is not None else "declared",
            target="upstash" if self.wishes.upstash else "redis",
            decisions=decisions([entry for _, entry in entries], upstash=self.wishes.upstash),
            assumed=tuple(dict.fromkeys(self.assumed)),
        )
        return self._sized(made, [number for number, _ in entries], trace) if entries else made

    def _hits(self, trace: Logged | None) -> None:
        """The share of hits with memory for all, by what makes entries stale: writes as well, or age alone."""
        if trace is not None:
            ttl = {number: one.ttl for number, one in enumerate(self.candidates)}
            for how in ("version", "ttl"):
                steps = trace.steps if how == "version" else [one for one in trace.steps if one[2]]
                found = simulate(
                    steps,
                    lambda key: self.candidates[group_of(key)].entry_bytes,
                    Settings(),
                    ttls=lambda key: ttl[group_of(key)],
                    jitter=self.wishes.jitter,
                    group=group_of,
                    seed=self.wishes.seed,
                )
                for number, one in enumerate(self.candidates):
                    reads = found.reads_of.get(number, 0)
                    one.hit[how] = found.hits_of.get(number, 0) / reads if reads else 0.0
            return
        for one in self.candidates:
            one.hit["version"] = steady_hits(one.stream, one.ttl * (1 - self.wishes.jitter / 2))
            still = Stream(reads=one.stream.reads, keys=one.stream.keys, zipf=one.stream.zipf)
            one.hit["ttl"] = steady_hits(still, one.ttl * (1 - self.wishes.jitter / 2))

    def _judged(self, one: _Candidate, whole: float | None) -> tuple[CacheEntry | None, str]:
        trip, time = self.wishes.round_trip_ms, one.mean_ms
        even = 2 * trip / (time + trip)
        read = one.read

        def saved(hit: float) -> float:
            return read.query.calls * (hit * (time + trip) - 2 * trip)

        least = self.wishes.least * whole if whole is not None else 0.0
        how = "version"
        if saved(one.hit["version"]) <= least < saved(one.hit["ttl"]):
            how = "ttl"  # writes would empty it faster than it fills: it may only age
        hit = one.hit[how]
        if hit <= even:
            return None, self._in_vain(one, hit, even)
        if saved(hit) <= least:
            share = saved(hit) / whole if whole else 0.0
            asked = f"less than the {self.wishes.least:.0%} that is worth the code (--least)"
            return None, f"it would save {share:.1%} of the database's time: {asked}"
        notes: list[str] = []
        if read.ages:
            notes.append("its answer moves with the clock: it is as old as its TTL")
        if how == "ttl":
            notes.append(
                f"writes come too often to follow them ({one.hit['version']:.0%} hits if entries went with each): "
                f"answers may be {duration_text(one.ttl)} old"
            )
        versions = () if how == "ttl" else self._versions(read)
        key = ":".join((self.wishes.prefix, read.name, *(f"{{{name}}}" for name in read.parameters)))
        return (
            CacheEntry(
                name=read.name,
                query=read.query.id,
                sql=read.query.sql,
                keeps=read.keeps,
                key=key,
                parameters=read.parameters,
                versions=versions,
                ttl_seconds=one.ttl,
                jitter=self.wishes.jitter,
                invalidation="version" if how == "version" else "ttl",
                calls=read.query.calls,
                mean_ms=_mean(read.query),
                reads_a_second=one.stream.reads,
                writes=one.writes,
                keys=one.stream.keys,
                value_bytes=read.value_bytes,
                entry_bytes=one.entry_bytes,
                hit_ratio=hit,
                break_even=even,
                saved_ms=saved(hit),
                share=saved(hit) / whole if whole else None,
                notes=tuple(notes),
                assumed=tuple(dict.fromkeys(one.assumed)),
                position=read.query.position,
            ),
            "",
        )

    def _in_vain(self, one: _Candidate, hit: float, even: float) -> str:
        reads, writes = one.stream.reads, one.stream.one + one.stream.every
        cause = "the same is seldom asked twice"
        if writes > 0 and one.hit["ttl"] > even:
            cause = "writes make entries stale before they are read again"
        rate = f"{reads:,.3g} reads and {writes:,.3g} writes a second over {one.stream.keys:,} keys"
        return f"{hit:.0%} hits, and below {even:.0%} Redis costs more than it saves: {cause} ({rate})"

    def _versions(self, read: Read) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for table in read.tables:
            scope = read.scope(table.name)
            parts = [self.wishes.prefix, "v", table.name.name if table.name.schema == "public" else str(table.name)]
            if scope is not None:
                parts += [scope.column, f"{{{scope.column}}}"]
            found[":".join(parts)] = None
        return tuple(found)

    # --- how much memory ----------------------------------------------------------------------------------------------

    def _sized(self, made: CacheDesign, chosen: Sequence[int], trace: Logged | None) -> CacheDesign:
        """What the chosen entries give together in different amounts of memory."""
        place = {number: at for at, number in enumerate(chosen)}
        keep_writes = {n: e.invalidation == "version" for n, e in zip(chosen, made.entries, strict=True)}
        factor = 1.0
        if trace is not None:
            steps = [
                one for one in trace.steps if (group := group_of(one[1])) in place and (one[2] or keep_writes[group])
            ]
        else:
            streams = [self.candidates[n].stream for n in chosen]
            rate = sum(one.reads for one in streams)
            longest = max(self.candidates[n].ttl for n in chosen)
            factor = min(
                1.0, MOST_KEYS / max(one.keys for one in streams), self.wishes.requests / 3 / max(rate * longest, 1e-9)
            )
            thinned = [_thinned(one, factor, keeps=keep_writes[n]) for n, one in zip(chosen, streams, strict=True)]
            steps = [
                (at, (chosen[group_of(key)] << 40) + key % (1 << 40), reads)
                for at, key, reads in drawn(thinned, requests=self.wishes.requests, seed=self.wishes.seed)
            ]
            if factor < 1:
                self.assumed.append(f"memory was tried on {factor:.1%} of the keys and multiplied")
        start = Settings().start_bytes
        weights = {n: self.candidates[n].stream.reads for n in chosen}

        def tried(policy: Policy, limit: int) -> tuple[CacheSize, int]:
            found = simulate(
                steps,
                lambda key: self.candidates[group_of(key)].entry_bytes,
                Settings(maxmemory=limit, policy=policy, memory=self.memory),
                ttls=lambda key: self.candidates[group_of(key)].ttl,
                jitter=self.wishes.jitter,
                warm=len(steps) // 3,
                group=group_of,
                seed=self.wishes.seed,
            )
            ratio = sum(
                weights[n] * found.hits_of.get(n, 0) / found.reads_of[n] for n in chosen if found.reads_of.get(n)
            ) / max(sum(weights[n] for n in chosen if found.reads_of.get(n)), 1e-12)
            whole = start + round((limit - start) / factor) if limit else 0
            size = CacheSize(
                policy=policy,
                maxmemory=whole,
                hit_ratio=ratio,
                keys=round(found.keys / factor),
                evicted=found.evicted,
            )
            return size, found.peak_bytes

        policies: tuple[Policy, ...] = ("allkeys-random",) if self.wishes.upstash else ("allkeys-lru", "allkeys-lfu")
        full, peak = tried(policies[0], 0)
        sizes: list[CacheSize] = []
        for share in _SHARES:
            limit = start + round(share * (peak - start))
            sizes += [tried(policy, limit)[0] for policy in policies]
        enough = [one for one in sizes if one.hit_ratio >= full.hit_ratio - _NEAR] or sizes[-1:]
        smallest = min(one.maxmemory for one in enough)
        best = max((one for one in enough if one.maxmemory == smallest), key=lambda one: one.hit_ratio)
        limit = -(-best.maxmemory // 2**20) * 2**20
        return replace(
            made,
            maxmemory=limit,
            policy="random (Upstash's only one)" if self.wishes.upstash else best.policy,
            memory_bytes=round(limit * HEADROOM),
            hit_ratio=best.hit_ratio,
            sizes=tuple(sizes),
            requests=len(steps),
            assumed=tuple(dict.fromkeys(self.assumed)),
        )


def steady_hits(stream: Stream, ttl: float) -> float:
    """The share of hits with memory for all, in the long run, where requests come as Poisson processes.

    An entry that is loaded lives `min(ttl, next write)`; the reads of that time are hits, the next is a miss. With
    `m` hits expected a life, a key's share is `m / (1 + m)`.
    """
    weights = np.arange(1, stream.keys + 1, dtype=float) ** -stream.zipf
    shares = weights / weights.sum()
    reads = shares * stream.reads
    stale = shares * stream.one + stream.every
    lives = np.where(stale > 0, -np.expm1(-stale * ttl) / np.where(stale > 0, stale, 1.0), ttl)
    hits = reads * lives
    return float((shares * hits / (1.0 + hits)).sum())


def _thinned(stream: Stream, factor: float, *, keeps: bool) -> Stream:
    """A share of the keys with their requests: what one key is asked stays as it is."""
    keys = max(round(stream.keys * factor), 1)
    share = keys / stream.keys
    return Stream(
        reads=stream.reads * share,
        keys=keys,
        zipf=stream.zipf,
        one=stream.one * share if keeps else 0.0,
        every=stream.every if keeps else 0.0,
    )


def _mean(query: Query) -> float | None:
    return query.total_ms / query.calls if query.total_ms is not None and query.calls else None
