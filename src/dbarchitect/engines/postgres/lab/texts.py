"""Texts for the lab: as the samples that the statistics carry suggest.

Samples of one length whose every place keeps to one class of characters ("Clerk#000000951", "DE", an md5) are read as
numbers of mixed radix and so become ticks, like any number. Other texts are the common beginning of two neighbouring
histogram bounds, a counter, and filler up to the length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dbarchitect.engines.postgres.lab.values import (
    TICK_LIMIT,
    Ask,
    ColumnPlan,
    Render,
    Segment,
    Wanted,
    array,
    calibrated,
    in_order_of_type,
    literal_plan,
    numbers,
    shares,
    tick_segments,
    within,
)
from dbarchitect.model.names import quote_literal

_CLASSES = (
    "0123456789",
    "0123456789abcdef",
    "0123456789ABCDEF",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789abcdefghijklmnopqrstuvwxyz",
)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What each place may hold, and how many of the leading places make the tick; those behind it are filler."""

    places: tuple[str, ...]
    counted: int

    @property
    def size(self) -> int:
        result = 1
        for one in self.places[: self.counted]:
            result *= len(one)
        return result

    def read(self, text: str) -> int:
        tick = 0
        for letter, place in zip(text[: self.counted], self.places, strict=False):
            tick = tick * len(place) + place.index(letter)
        return tick

    def render(self, t: str) -> str:
        """Runs of fixed text, of digits and of hexadecimal digits are printed at once, other places one by one."""
        pieces: list[str] = []
        power = self.size
        at = 0
        while at < len(self.places):
            place = self.places[at]
            end = at
            while (
                end < len(self.places)
                and end - at < 15
                and (end < self.counted) == (at < self.counted)
                and (self.places[end] == place or (len(place) == 1 and len(self.places[end]) == 1))
            ):
                end += 1
            if len(place) not in (1, 10, 16):
                end = at + 1
            run = end - at
            if len(place) == 1:
                pieces.append(quote_literal("".join(self.places[at:end])).strip())
            elif at < self.counted:
                power //= len(place) ** run
                number = f"(({t}) / {power} % {len(place) ** run})"
                pieces.append(_digits(number, place, run))
            else:
                number = f"(hashint8extended({t}, {at}) & {min(16**run, 2**60) - 1})"
                pieces.append(_digits(f"({number} % {len(place) ** run})", place, run))
            at = end
        return f"({' || '.join(pieces)})"


def _digits(number: str, place: str, run: int) -> str:
    if len(place) == 10:
        return f"lpad({number}::text, {run}, '0')"
    if len(place) == 16:
        digits = f"lpad(to_hex({number}), {run}, '0')"
        return f"upper({digits})" if "F" in place else digits
    return f"substr('{place}', {number}::int + 1, 1)"


def _pattern(samples: Sequence[str]) -> _Pattern | None:
    """The pattern of equally long samples; None where they have none worth the name."""
    if len(samples) < 5 or len({len(s) for s in samples}) != 1 or not 1 < len(samples[0]) <= 64:
        return None
    places: list[str] = []
    for letters in map(set, zip(*samples, strict=True)):
        if len(letters) == 1:
            places.append(letters.pop())
            continue
        place = next((c for c in _CLASSES if letters <= set(c)), None)
        if place is None:
            return None
        places.append(place)
    # Places of one run share the widest class that any of them needs, so that runs can be printed at once.
    for at in range(len(places) - 1, 0, -1):
        left, right = places[at - 1], places[at]
        if len(left) > 1 and len(right) > 1 and set(left) <= set(right):
            places[at - 1] = right
    for at in range(1, len(places)):
        left, right = places[at - 1], places[at]
        if len(left) > 1 and len(right) > 1 and set(right) <= set(left):
            places[at] = left
    counted, size = 0, 1
    while counted < len(places) and size * len(places[counted]) < TICK_LIMIT // 16:
        size *= len(places[counted])
        counted += 1
    return _Pattern(tuple(places), counted)


def text_plan(
    wanted: Wanted, points: Sequence[tuple[str, int]], bounds: Sequence[str], distinct: int, ask: Ask
) -> ColumnPlan:
    """The plan of a text column from its common values (with their rows) and histogram bounds."""
    base = wanted.type.base or wanted.type.name
    limit = 63 if base == "name" else wanted.type.modifier - 4 if wanted.type.modifier >= 4 else 0
    literal_type = wanted.type.sql if base == "citext" else "text"
    if base == "bpchar":
        points = [(v.rstrip(" "), n) for v, n in points]
        bounds = [b.rstrip(" ") for b in bounds]
    counts = {v: n for v, n in points if n > 0}
    rest = max(wanted.filled - sum(counts.values()), 0)
    listed = list(dict.fromkeys(bounds))
    others = max(distinct - len(counts), 1)
    if (rest == 0 and counts) or len(listed) < 2:
        return literal_plan(wanted, counts or dict.fromkeys(listed, 1), ask, literal_type)
    few = rest <= len(listed) if wanted.unique else others <= len(listed)
    if few:  # the bounds are all the other values there are
        for value, n in zip(listed, shares(rest, [1.0] * len(listed)), strict=True):
            counts[value] = counts.get(value, 0) + n
        return literal_plan(wanted, counts, ask, literal_type)
    pattern = _pattern([*counts, *listed])
    if (pattern is not None and pattern.size > 2 * distinct) or (pattern is not None and len(listed[0]) <= 4):
        return _pattern_plan(wanted, pattern, points, listed, distinct)
    order = in_order_of_type(wanted, [*listed, *(v for v in counts if v not in set(listed))], ask)
    edges = frozenset(listed)
    return calibrated(
        distinct, wanted.sample, lambda d: _stem_plan(wanted, counts, edges, order, d, limit, literal_type)
    )


def _pattern_plan(
    wanted: Wanted, pattern: _Pattern, points: Sequence[tuple[str, int]], bounds: Sequence[str], distinct: int
) -> ColumnPlan:
    filler = pattern.counted < len(pattern.places)

    def plan(values: int) -> ColumnPlan:
        segments = tick_segments(
            points=[] if filler else [(pattern.read(v), n) for v, n in points],
            bounds=[pattern.read(b) for b in bounds],
            rows=wanted.filled - (sum(n for _, n in points) if filler else 0),
            distinct=max(values - (len(points) if filler else 0), 1),
            unique=wanted.unique,
            lowest=0,
            highest=pattern.size - 1,
        )
        # What lies behind the tick is filler, so a common value is kept as it is, at its place in the order.
        if filler:
            listed = [Segment(rows=n, low=pattern.read(v), literal=v) for v, n in points if n > 0]
            segments = tuple(sorted((*segments, *listed), key=lambda s: s.low))
        return ColumnPlan(
            rows=wanted.rows, segments=segments, render=lambda t, _: pattern.render(t), literal_type="text"
        )

    return plan(distinct) if wanted.unique else calibrated(distinct, wanted.sample, plan)


def _stem_plan(
    wanted: Wanted,
    counts: dict[str, int],
    bounds: frozenset[str],
    order: Sequence[str],
    distinct: int,
    limit: int,
    literal_type: str,
) -> ColumnPlan:
    rest = max(wanted.filled - sum(counts.values()), 0)
    others = max(distinct - len(counts), 1)
    edges = [v for v in order if v in bounds]
    between: list[list[str]] = [[] for _ in edges]
    at = 0
    for value in order:
        if at < len(edges) - 1 and value == edges[at + 1]:
            at += 1
        if value in counts:
            between[min(at, len(edges) - 2)].append(value)
    weights = [1.0] * (len(edges) - 1)
    rows_of = shares(rest, weights)
    limits = rows_of if not limit else [min(n, 16**limit) for n in rows_of]
    distinct_of = within(shares(min(others, rest), weights), limits, min(others, rest))
    if wanted.unique:
        distinct_of = list(rows_of)
    decimal = all(re.fullmatch(r"[0-9 .+-]*", b) for b in edges)
    segments: list[Segment] = []
    for number, (low, high) in enumerate(pairwise(edges)):
        if rows_of[number]:
            few = rows_of[number] if wanted.unique else max(min(distinct_of[number], rows_of[number]), 1)
            common = next(
                (n for n, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high))
            )
            segments.append(_text_segment(rows_of[number], few, low, common, limit, decimal=decimal))
        segments.extend(Segment(rows=counts[value], literal=value) for value in between[number])
    return ColumnPlan(
        rows=wanted.rows,
        segments=tuple(segments),
        render=_text_render(segments, decimal=decimal),
        literal_type=literal_type,
    )


def _text_segment(rows: int, distinct: int, low: str, common: int, limit: int, *, decimal: bool) -> Segment:
    """As much of the lower bound as the counter leaves, at least up to where the bounds part."""
    digits = len(str(distinct - 1) if decimal else format(distinct - 1, "x"))
    stem = low[: max(common + 1, len(low) - digits)]
    if limit and len(stem) + digits > limit:
        stem = stem[: max(limit - digits, 0)]
    return Segment(rows=rows, distinct=distinct, width=distinct, prefix=stem, length=max(len(low), len(stem) + digits))


def _text_render(segments: Sequence[Segment], *, decimal: bool) -> Render:
    """Prefix and counter with leading zeros, filled up to the length, each by segment.

    The counter is written in the letters k to z: those sort behind most of what they replace, so the text stays above
    the bound it was taken from.
    """
    digits = [len(str(s.distinct - 1) if decimal else format(s.distinct - 1, "x")) for s in segments]
    padded = any(s.literal is None and s.length > len(s.prefix) + d for s, d in zip(segments, digits, strict=True))
    prefixes: list[str | None] = [None if s.literal is not None else s.prefix for s in segments]
    lengths = [s.length for s in segments]

    def render(t: str, s: str) -> str:
        counter = f"({t})::text" if decimal else f"to_hex({t})"
        counter = f"lpad({counter}, {numbers(digits, 'int4')}[{s}], '0')"
        if not decimal:
            counter = f"translate({counter}, '0123456789abcdef', 'klmnopqrstuvwxyz')"
        text = f"{array(prefixes, 'text')}[{s}] || {counter}"
        if not padded:
            return f"({text})"
        filler = f"md5(({t} + {s})::text)"
        if decimal:
            filler = f"translate({filler}, 'abcdef', '258147')"
        return f"rpad({text}, {numbers(lengths, 'int4')}[{s}], {filler})"

    return render
