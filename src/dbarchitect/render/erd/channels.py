"""Tracks in a channel: which wire runs where between two rows of pins, so that few cross and none lies on another.

A channel is the gap between two columns of boxes (or, turned by a quarter, between two shelves). A wire has pins on the
near side and on the far side and one straight line between the lowest and the highest of them; the track says how far
from the near side that line is. The order follows the orthogonal routing of layered drawings (Sander 2004, "Layout of
directed hypergraphs with orthogonal hyperedges"): of two wires that overlap, the one goes first that then crosses less.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

CLEAR = 5.0  # pins that are nearer to each other than this would lie on each other
_ON_EACH_OTHER = 1000
_CROWDED, _WORTH = 40, 2  # with more wires than that, fewer crossings than that are not worth a track more


@dataclass(slots=True)
class Wire:
    """A wire of a channel. `near` and `far`: where its pins are on either side. It may go on beyond the ends of the
    channel (`before`, `after`). `track` is what `assign` finds: None for a wire that is one straight line across.
    """

    near: list[float] = field(default_factory=list[float])
    far: list[float] = field(default_factory=list[float])
    before: bool = False
    after: bool = False
    track: int | None = None

    @property
    def low(self) -> float:
        """Where its line begins."""
        return float("-inf") if self.before else min((*self.near, *self.far), default=float("inf"))

    @property
    def high(self) -> float:
        """Where its line ends."""
        return float("inf") if self.after else max((*self.near, *self.far), default=float("-inf"))


def assign(wires: Sequence[Wire]) -> int:
    """Give every wire its track; how many tracks there are."""
    bent = [wire for wire in wires if wire.high - wire.low > 0.01]
    spans = [(wire.low, wire.high) for wire in bent]
    near = [sorted(wire.near) for wire in bent]
    far = [sorted(wire.far) for wire in bent]
    count = len(bent)
    first: list[dict[int, int]] = [{} for _ in bent]  # how much better it is that this goes before that one
    beside: list[list[int]] = [[] for _ in bent]
    by_low = sorted(range(count), key=lambda one: (spans[one], one))
    for place, one in enumerate(by_low):
        for other in by_low[place + 1 :]:
            if spans[other][0] > spans[one][1] + CLEAR:
                break
            beside[one].append(other)
            beside[other].append(one)
            cost = _cost(one, other, near, far, spans)
            reverse = _cost(other, one, near, far, spans)
            if cost < reverse:
                first[one][other] = reverse - cost
            elif reverse < cost:
                first[other][one] = cost - reverse
    order = _ordered(first, [(low + high, number) for number, (low, high) in enumerate(spans)])
    tracks: dict[int, int] = {}
    worth = 1 if count <= _CROWDED else _WORTH
    for one in order:
        placed = [other for other in beside[one] if other in tracks]
        track = max((tracks[other] + 1 for other in placed if first[other].get(one, 0) >= worth), default=0)
        taken = {tracks[other] for other in placed}
        while track in taken:
            track += 1
        bent[one].track = tracks[one] = track
    return max(tracks.values(), default=-1) + 1


def on_each_other(wires: Mapping[int, Wire]) -> Iterator[tuple[int, int, float]]:
    """Wires of a channel that lie on each other in part, in spite of their tracks: (one, other, where)."""
    near = sorted((pin, name) for name, wire in wires.items() for pin in wire.near)
    pins = [pin for pin, _ in near]
    for name, wire in wires.items():
        for pin in wire.far:
            for at in range(bisect_left(pins, pin - CLEAR / 2), bisect_right(pins, pin + CLEAR / 2)):
                other = near[at][1]
                track, its = wire.track, wires[other].track
                if other != name and (track is None or its is None or track <= its):
                    yield name, other, pin


def _cost(
    one: int, other: int, near: list[list[float]], far: list[list[float]], spans: list[tuple[float, float]]
) -> int:
    """The crossings where `one` is before `other`: its far pins pass the other's line, the other's near pins its."""
    low, high = spans[other]
    found = bisect_left(far[one], high) - bisect_right(far[one], low)
    low, high = spans[one]
    found += bisect_left(near[other], high) - bisect_right(near[other], low)
    there = near[other]
    for pin in far[one]:
        at = bisect_left(there, pin - CLEAR)
        if at < len(there) and there[at] <= pin + CLEAR:
            found += _ON_EACH_OTHER
    return max(found, 0)


def _ordered(first: list[dict[int, int]], ties: list[tuple[float, int]]) -> list[int]:
    """An order in which little is the wrong way round (Eades, Lin and Smyth 1993, "A fast and effective heuristic for
    the feedback arc set problem")."""
    count = len(first)
    after: list[dict[int, int]] = [{} for _ in range(count)]
    for one, others in enumerate(first):
        for other, weight in others.items():
            after[other][one] = weight
    out = [sum(one.values()) for one in first]
    into = [sum(one.values()) for one in after]
    left = set(range(count))
    head: list[int] = []
    tail: list[int] = []
    ready = sorted((one for one in left if not into[one] or not out[one]), key=ties.__getitem__, reverse=True)

    def take(one: int) -> None:
        left.discard(one)
        for other, weight in first[one].items():
            if other in left:
                into[other] -= weight
                if not into[other]:
                    ready.append(other)
        for other, weight in after[one].items():
            if other in left:
                out[other] -= weight
                if not out[other]:
                    ready.append(other)

    while left:
        while ready:
            one = ready.pop()
            if one in left:
                (head if not into[one] else tail).append(one)
                take(one)
        if left:
            one = max(left, key=lambda one: (out[one] - into[one], ties[one]))
            head.append(one)
            take(one)
    return head + tail[::-1]
