"""Where the lab's values come from: a column as a function of rank, written as SQL.

A table of N rows is drawn column by column. For each column a *permutation* sends the row's number i in [0, N) to a
rank r in [0, N); the *plan* of the column says which value stands at each rank, in the order of the column's type::

    r   0 ........................................................ N
        | range | value | range | value | ... | range |    null    |
        segments, in value order; each knows its rows and its distinct values

Every rank is taken exactly once, so null fractions, frequencies of common values, distinct counts and uniqueness
come out exactly, not by luck. A permutation that leaves part of the rows in place gives that column its physical
correlation. A permutation is an affine map, an exclusive-or of the low half with a hash of the high half, and another
affine map: stateless, so equal seeds give equal rows whatever the order of evaluation.

Values of ordered scalar types are *ticks*: integers (cents, days, microseconds, the first 48 bits of a uuid) between
the bounds of the histogram. Texts are the common prefix of two neighbouring bounds and a counter. Other types take
the sample values that the statistics carry.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from ...model.facts import ColumnStatistics
from ...model.names import Name, quote_literal
from ...model.schema import Type

Ask = Callable[[str], list[tuple[Any, ...]]]
Render = Callable[[str, str], str]  # (tick, segment) as SQL expressions -> the value as an SQL expression

_STRIDE = 100  # rows in order and rows permuted alternate within this many
TICK_LIMIT = 2**62
TEXTS = frozenset({"text", "varchar", "bpchar", "name", "citext"})
INTEGERS = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": TICK_LIMIT, "oid": 2**32 - 1}


def draw(seed: int, *parts: object) -> int:
    """A number in [0, 2**62) that depends on `seed` and `parts` alone."""
    text = "\x1f".join(map(str, (seed, *parts)))
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 2


def hashed(expression: str, seed: int) -> str:
    """SQL for a non-negative bigint below 2**53, a hash of an integer expression."""
    return f"(hashint8extended({expression}, {seed}) & 9007199254740991)"


def uniform(expression: str, seed: int) -> str:
    """SQL for a float in [0, 1), a hash of an integer expression."""
    return f"({hashed(expression, seed)}::float8 * 1.1102230246251565e-16)"


def parse_array(literal: str | None) -> list[str]:
    """The elements of a one-dimensional array literal as the server prints it; NULL elements are left out."""
    if not literal:
        return []
    found: list[str] = []
    position, end = literal.index("{") + 1, len(literal)
    while position < end and literal[position] != "}":
        if literal[position] == '"':
            position += 1
            text: list[str] = []
            while literal[position] != '"':
                if literal[position] == "\\":
                    position += 1
                text.append(literal[position])
                position += 1
            found.append("".join(text))
            position += 1
        else:
            start = position
            while literal[position] not in ",}":
                position += 1
            word = literal[start:position]
            if word.upper() != "NULL":
                found.append(word)
        if literal[position] == ",":
            position += 1
    return found


def array(values: Sequence[str | None], type_sql: str) -> str:
    """A typed SQL array constant; None is NULL."""
    inner = ",".join("NULL" if v is None else '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values)
    return f"({quote_literal('{' + inner + '}').strip()}::{type_sql}[])"


def numbers(values: Sequence[int], type_sql: str = "int8") -> str:
    """An SQL array constant of integers."""
    return f"('{{{','.join(map(str, values))}}}'::{type_sql}[])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of ranks: one value (`literal`, or the tick `low` where `distinct` is 1) or `distinct` values spread
    over the ticks [low, low + width). `prefix` and `length` shape the texts of the segment."""

    rows: int
    distinct: int = 1
    low: int = 0
    width: int = 1
    literal: str | None = None
    prefix: str = ""
    length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlan:
    """How one column (or the rank of a foreign key's parent row) is made out of ranks.

    `render` prints the value of a tick; it is not asked for literals. `literal_type` is the type of the literals.
    `order` is the share of rows that follow the physical order, negative for descending. `varied`: the rows of a value
    number between 1 and twice the mean instead of exactly the mean. `notes` say what was approximated.
    """

    rows: int
    segments: tuple[Segment, ...]
    render: Render
    literal_type: str = ""
    literal_cast: str = ""
    order: float = 0.0
    varied: bool = False
    notes: tuple[str, ...] = ()
    starts: tuple[int, ...] = field(init=False)
    filled: int = field(init=False)  # ranks below this have a value

    def __post_init__(self) -> None:
        starts: list[int] = []
        at = 0
        for one in self.segments:
            starts.append(at)
            at += one.rows
        object.__setattr__(self, "starts", tuple(starts))
        object.__setattr__(self, "filled", at)

    @property
    def unique(self) -> bool:
        """Whether no value can come twice."""
        return all(s.distinct == s.rows for s in self.segments)

    @property
    def distinct(self) -> int:
        """How many values there are."""
        return sum(s.distinct for s in self.segments)

    @property
    def has_ticks(self) -> bool:
        """Whether any segment is more than a literal."""
        return any(s.literal is None for s in self.segments)

    @property
    def clustering(self) -> float:
        """The correlation that equal values alone give a shuffled column: the sum of the squared frequencies."""
        if not self.filled:
            return 0.0
        return sum((s.rows / self.filled) ** 2 / s.distinct for s in self.segments)

    def segment_sql(self, rank: str) -> str:
        """The number of the segment, from 1, that `rank` falls in."""
        return f"width_bucket({rank}, {numbers(self.starts)})" if len(self.segments) > 1 else "1"

    def _pick(self, values: Sequence[int | str], segment: str, type_sql: str = "int8") -> str:
        if len(set(values)) == 1:
            return f"{values[0]}::{type_sql}"
        return f"('{{{','.join(map(str, values))}}}'::{type_sql}[])[{segment}]"

    def offset_sql(self, rank: str, segment: str) -> str:
        """The number of the row within its segment."""
        return f"({rank} - {self._pick(self.starts, segment)})" if len(self.segments) > 1 else rank

    def choice_sql(self, offset: str, segment: str, seed: int) -> str:
        """Which of the segment's distinct values the row takes, from 0."""
        if self.unique:
            return offset
        rows = self._pick([max(s.rows, 1) for s in self.segments], segment)
        distinct = self._pick([s.distinct for s in self.segments], segment)
        even = f"({offset} * {distinct} / {rows})"
        if not self.varied or all(s.rows < 1.5 * s.distinct or s.distinct < 2 for s in self.segments):
            return even
        # Neighbouring values share their rows: the border between the two of a pair moves by a hash of the pair.
        pair = f"({even} / 2)"
        first = f"((2 * {pair} * {rows} + {distinct} - 1) / {distinct})"
        last = f"((2 * ({pair} + 1) * {rows} + {distinct} - 1) / {distinct})"
        border = f"({first} + 1 + {hashed(pair, seed)} % greatest({last} - {first} - 1, 1))"
        return f"(CASE WHEN 2 * {pair} + 1 < {distinct} THEN 2 * {pair} + ({offset} >= {border})::int ELSE {even} END)"

    def tick_sql(self, choice: str, segment: str) -> str:
        """The tick of the chosen value."""
        lows = self._pick([s.low for s in self.segments], segment)
        if all(s.distinct == 1 for s in self.segments):
            return lows
        if all(s.width == s.distinct for s in self.segments):
            return f"({lows} + {choice})"
        if max(s.width for s in self.segments) * max(s.distinct for s in self.segments) < TICK_LIMIT:
            widths = self._pick([s.width for s in self.segments], segment)
            distinct = self._pick([s.distinct for s in self.segments], segment)
            return f"({lows} + {choice} * {widths} / {distinct})"
        steps = self._pick([repr(s.width / s.distinct) for s in self.segments], segment, "float8")
        return f"({lows} + floor({choice} * {steps})::int8)"

    def value_sql(self, tick: str, segment: str) -> str:
        """The value; NULL where the segment is NULL."""
        literals = [s.literal for s in self.segments]
        parts: list[str] = []
        if any(one is not None for one in literals):
            chosen = f"{array(literals, self.literal_type)}[{segment}]"
            parts.append(f"({chosen})::{self.literal_cast}" if self.literal_cast else chosen)
        if self.has_ticks:
            parts.append(f"CASE WHEN {tick} IS NOT NULL THEN {self.render(tick, segment)} END")
        return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"


# ---- permutations


@dataclass(frozen=True, slots=True)
class Permutation:
    """A bijection of [0, rows), in two steps so that the first result can be named in between."""

    first: str
    second: Callable[[str], str]


def permutation(rows: int, seed: int, order: float = 0.0) -> Permutation:
    """Row numbers to ranks. `order` is the share of rows that keep their place (negative: from the end).

    The row number is the SQL column `i`; `second` takes the name of the first step's result.
    """
    kept = round(min(abs(order), 1.0) * _STRIDE)
    if kept >= _STRIDE or rows < 2:
        return Permutation("i", lambda y: f"({rows - 1} - {y})" if order < 0 else y)
    moved = rows // _STRIDE * (_STRIDE - kept) + max(rows % _STRIDE - kept, 0)
    if moved == 0:
        return Permutation("i", lambda y: f"({rows - 1} - {y})" if order < 0 else y)
    source = f"(i / {_STRIDE} * {_STRIDE - kept} + greatest(i % {_STRIDE} - {kept}, 0))" if kept else "i"
    multiply = [_coprime(moved, draw(seed, "multiply", k)) for k in (1, 2)]
    shift = [draw(seed, "shift", k) % moved for k in (1, 2)]
    half = max(moved.bit_length() // 2, 1)
    whole = moved >> half << half

    def second(y: str) -> str:
        mixed = f"CASE WHEN {y} < {whole} THEN {y} # (hashint8extended({y} >> {half}, {seed}) & {(1 << half) - 1})"
        rank = f"((({mixed} ELSE {y} END) * {multiply[1]} + {shift[1]}) % {moved})"
        if kept:
            left = _STRIDE - kept
            back = f"({rank} / {left} * {_STRIDE} + {kept} + {rank} % {left})"
            rank = f"CASE WHEN i % {_STRIDE} < {kept} THEN i ELSE {back} END"
        return f"({rows - 1} - {rank})" if order < 0 else rank

    return Permutation(f"(({source} * {multiply[0]} + {shift[0]}) % {moved})", second)


def _coprime(rows: int, start: int) -> int:
    """A multiplier prime to `rows`, away from 0 so that neighbours part."""
    candidate = rows // 4 + start % max(rows // 2, 1) + 1
    while math.gcd(candidate, rows) != 1:
        candidate += 1
    return candidate


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """`total` divided by `weights`, in whole numbers that add up to it."""
    whole = math.fsum(weights)
    if whole <= 0:
        return [0] * len(weights)
    result: list[int] = []
    before, running = 0, 0.0
    for weight in weights:
        running += weight
        upto = min(round(total * running / whole), total)
        result.append(upto - before)
        before = upto
    return result


# ---- ticks


@dataclass(frozen=True, slots=True)
class Ticks:
    """How values of a type become integers and come back. `read` prints the tick of `{v}`, `render` a tick's value;
    `grains` are the steps, in ticks, that real values tend to keep to."""

    read: str
    render: Callable[[str, int], str]  # (tick expression, grain)
    grains: tuple[int, ...] = (1,)
    lowest: int = -TICK_LIMIT
    highest: int = TICK_LIMIT


_TIME_GRAINS = (3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)


def _since(origin: str) -> Callable[[str, int], str]:
    return lambda t, grain: f"({origin}({t}) * interval '{grain} microseconds')"


def _uuid(t: str, grain: int) -> str:
    # Version 4 unless the samples say otherwise (`grain` carries the digit); the variant bits are those of RFC 9562.
    version = format(grain, "x") if 1 < grain < 16 else "4"
    body = f"overlay(md5(({t})::text) PLACING lpad(to_hex({t}), 12, '0') || '{version}' FROM 1)"
    return f"overlay({body} PLACING '8' FROM 17)::uuid"


def ticks_of(base: str, modifier: int, decimals: int) -> Ticks | None:
    """The tick form of a type, by its name under all domains; None where it has none."""
    if base in INTEGERS:
        lowest = 0 if base == "oid" else -INTEGERS[base]
        return Ticks("({v})::int8", lambda t, _: f"({t})::{base}", lowest=lowest, highest=INTEGERS[base])
    if base == "numeric":
        if modifier >= 4:
            scale = ((modifier - 4) & 0x7FF ^ 1024) - 1024
            whole = 10 ** min(((modifier - 4) >> 16) & 0xFFFF, 18) - 1
        else:
            scale, whole = decimals, TICK_LIMIT
        if scale > 15 or scale < 0:
            return None
        unit = str(Decimal(1).scaleb(-scale)) if scale < 7 else format(Decimal(1).scaleb(-scale), "f")
        return Ticks(
            f"round(({{v}})::numeric * 1e{scale})::int8",
            lambda t, _: f"(({t})::numeric * {unit})" if scale else f"({t})::numeric",
            lowest=-whole,
            highest=whole,
        )
    if base in ("float4", "float8"):
        scale = max(min(decimals, 12), 0)
        return Ticks(
            f"round(({{v}})::numeric * 1e{scale})::int8",
            lambda t, _: f"(({t})::float8 / 1e{scale})::{base}",
            lowest=-(2**53),
            highest=2**53,
        )
    if base == "money":
        return Ticks("(({v})::numeric * 100)::int8", lambda t, _: f"(({t})::numeric * 0.01)::money")
    if base == "date":
        return Ticks("(({v})::date - date '2000-01-01')::int8", lambda t, _: f"(date '2000-01-01' + ({t})::int)")
    if base in ("timestamp", "timestamptz"):
        origin = "timestamp '2000-01-01' + " if base == "timestamp" else "timestamptz '2000-01-01 00:00:00+00' + "
        read = f"((extract(epoch FROM ({{v}})::{base}) - 946684800) * 1000000)::int8"
        return Ticks(read, _since(origin), _precise(modifier))
    if base == "time":
        read = "(extract(epoch FROM ({v})::time) * 1000000)::int8"
        return Ticks(read, _since("time '00:00' + "), _precise(modifier), 0, 86_399_999_999)
    if base == "interval":
        return Ticks("(extract(epoch FROM ({v})::interval) * 1000000)::int8", _since(""), _TIME_GRAINS)
    if base == "uuid":
        read = "('x' || left(replace(({v})::text, '-', ''), 12))::bit(48)::int8"
        return Ticks(read, _uuid, lowest=0, highest=2**48 - 1)
    if base == "inet":
        read = "CASE WHEN family(({v})::inet) = 4 THEN host(({v})::inet)::inet - inet '0.0.0.0' END"
        return Ticks(read, lambda t, _: f"(inet '0.0.0.0' + ({t}))", lowest=0, highest=2**32 - 1)
    return None


def _precise(modifier: int) -> tuple[int, ...]:
    """The grains of a time type of that precision."""
    finest = 10 ** (6 - modifier) if 0 <= modifier <= 6 else 1
    return tuple(g for g in _TIME_GRAINS if g > finest) + (finest,)


def tick_segments(
    *,
    points: Sequence[tuple[int, int]],
    bounds: Sequence[int],
    rows: int,
    distinct: int,
    unique: bool = False,
    lowest: int = -TICK_LIMIT,
    highest: int = TICK_LIMIT,
    allowed: Sequence[tuple[int, int]] | None = None,
) -> tuple[Segment, ...]:
    """Segments over integer ticks that hold `rows` rows.

    `points` are (tick, rows) of common values; `bounds` the edges of a histogram of equal masses over the rest, which
    has `distinct` values. `allowed` are the half-open ranges that values may fall in. With `unique` no value comes
    twice: what the histogram's buckets cannot hold goes beside them, as far as `lowest` and `highest` allow.
    """
    taken: dict[int, int] = {}
    for tick, count in points:
        if count > 0 and (allowed is None or any(lo <= tick < hi for lo, hi in allowed)):
            taken[tick] = taken.get(tick, 0) + count
    rest = max(rows - sum(taken.values()), 0)
    edges = sorted(bounds)
    if len(edges) < 2 or (rest == 0 and not unique):
        if not taken and edges:
            taken = {edges[0]: rows}
            rest = 0
        if not taken:
            return ()
        if len(edges) < 2:  # a complete list of values: it shares the whole
            ordered = sorted(taken)
            counts = shares(rows, [taken[t] for t in ordered])
            return tuple(Segment(rows=n, low=t) for t, n in zip(ordered, counts, strict=True) if n)
    pieces: list[tuple[int, int, float]] = []  # low, width, mass
    last = len(edges) - 2
    for number, (low, high) in enumerate(pairwise(edges)):
        stop = high + 1 if number == last else max(high, low + 1)
        holes = sorted(t for t in taken if low <= t < stop)
        cut: list[tuple[int, int]] = []
        at = low
        for hole in [*holes, stop]:
            if hole > at:
                cut.append((at, hole))
            at = hole + 1
        if allowed is not None:
            cut = [(max(a, lo), min(b, hi)) for a, b in cut for lo, hi in allowed if max(a, lo) < min(b, hi)]
        whole = sum(b - a for a, b in cut)
        pieces.extend((a, b - a, (b - a) / whole) for a, b in cut)
    if not pieces and allowed:
        pieces = [(lo, hi - lo, float(hi - lo)) for lo, hi in allowed if hi > lo]
    if not pieces:
        ordered = sorted(taken)
        counts = shares(rows, [taken[t] for t in ordered])
        return tuple(Segment(rows=n, low=t) for t, n in zip(ordered, counts, strict=True) if n)
    masses = [mass for *_, mass in pieces]
    widths = [width for _, width, _ in pieces]
    if unique:
        counts = _within(shares(rest, masses), widths, rest)
        spare = rest - sum(counts)
        distincts = list(counts)
        if spare and allowed is None:
            room = min(spare, highest - edges[-1])
            if room > 0:
                pieces.append((edges[-1] + 1, room, 0.0))
                counts.append(room)
                distincts.append(room)
                spare -= room
            room = min(spare, edges[0] - lowest)
            if room > 0:
                pieces.append((edges[0] - room, room, 0.0))
                counts.append(room)
                distincts.append(room)
    else:
        counts = shares(rest, masses)
        limits = [min(n, w) for n, w in zip(counts, widths, strict=True)]
        wanted = max(min(distinct - len(taken), sum(limits)), 1)
        distincts = [max(d, 1) for d in _within(shares(wanted, masses), limits, wanted)]
    made = [
        Segment(rows=n, distinct=d, low=low, width=width)
        for (low, width, _), n, d in zip(pieces, counts, distincts, strict=True)
        if n
    ]
    made.extend(Segment(rows=n, low=t) for t, n in taken.items())
    return tuple(sorted(made, key=lambda s: s.low))


def _within(wanted: list[int], limits: Sequence[int], total: int) -> list[int]:
    """`wanted`, none above its limit; what is cut off goes where there is room, until `total` is placed."""
    result = [min(w, limit) for w, limit in zip(wanted, limits, strict=True)]
    for _ in range(8):
        missing = total - sum(result)
        room = [limit - r for r, limit in zip(result, limits, strict=True)]
        if missing <= 0 or not any(room):
            return result
        extra = shares(min(missing, sum(room)), [float(r) for r in room])
        result = [r + min(e, left) for r, e, left in zip(result, extra, room, strict=True)]
    return result


# ---- columns with statistics


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a plan is asked for: the column's type under its domains, the table's rows and how many are null,
    whether no value may repeat, and the half-open ranges of ticks or the list of values that partitions allow."""

    type: Type
    rows: int
    filled: int
    seed: int
    unique: bool = False
    collation: Name | None = None
    allowed: tuple[tuple[str, str], ...] | None = None  # texts of range bounds; "" is unbounded
    labels: tuple[str, ...] = ()


def plain(kind: Type) -> str:
    """The type's SQL without its modifier: casting to it never cuts a value."""
    if kind.kind == "base" and kind.schema == "pg_catalog" and not kind.is_array:
        return "text" if kind.base in TEXTS and kind.base != "citext" else f"pg_catalog.{kind.base or kind.name}"
    return kind.sql


def distinct_values(statistics: ColumnStatistics, rows: int, filled: int) -> int:
    """How many distinct values `rows` rows should have."""
    share = statistics.n_distinct
    if share == 0:
        return filled
    return max(min(round(-share * rows if share < 0 else share), filled), 1)


def from_statistics(wanted: Wanted, statistics: ColumnStatistics, ask: Ask) -> ColumnPlan | None:
    """The plan that gives a column the distribution of `statistics`; None where they carry no values to go by."""
    common = parse_array(statistics.most_common_values)
    bounds = parse_array(statistics.histogram_bounds)
    frequencies = statistics.most_common_frequencies or ()
    base = wanted.type.base or wanted.type.name
    if statistics.range_bounds_histogram:
        return _range_plan(wanted, statistics, ask)
    if statistics.most_common_elements and (wanted.type.is_array or base == "tsvector"):
        return _element_plan(wanted, statistics, common, frequencies, ask)
    if not common and not bounds:
        return None
    known = dict(zip(common, frequencies, strict=False))
    points = [(v, round(f * wanted.rows)) for v, f in known.items()]
    if wanted.unique:
        bounds, points = sorted({*bounds, *common}) if not bounds else bounds, []
    distinct = distinct_values(statistics, wanted.rows, wanted.filled)
    if base in TEXTS and not wanted.type.is_array:
        return _text_plan(wanted, points, bounds, distinct, ask)
    if not wanted.type.is_array and wanted.type.kind != "enum":
        plan = tick_plan(wanted, points, bounds, distinct, ask)
        if plan is not None:
            return plan
    return _sample_plan(wanted, points, bounds, distinct, ask)


def _decimals(values: Sequence[str]) -> int:
    found = 0
    for one in values:
        try:
            exponent = Decimal(one).as_tuple().exponent
        except InvalidOperation:
            continue
        if isinstance(exponent, int):
            found = max(found, -exponent)
    return found


def read_ticks(ticks: Ticks, base: str, values: Sequence[str], ask: Ask) -> dict[str, int]:
    """The ticks of values; those that have none (infinity, NaN, the other address family) are missing."""
    if not values:
        return {}
    if base in INTEGERS:
        return {v: int(v) for v in values}
    given = array(list(values), "text")
    infinite = " WHERE lower(v) NOT IN ('infinity', '-infinity', 'nan')"
    found = ask(f"SELECT v, {ticks.read.format(v='v')} FROM unnest({given}) AS u(v){infinite}")
    return {v: int(t) for v, t in found if t is not None and abs(int(t)) < TICK_LIMIT}


def tick_plan(
    wanted: Wanted, points: Sequence[tuple[str, int]], bounds: Sequence[str], distinct: int, ask: Ask
) -> ColumnPlan | None:
    """A plan over ticks, or None where the type has none."""
    base = wanted.type.base or wanted.type.name
    values = [*(v for v, _ in points), *bounds, *(b for pair in wanted.allowed or () for b in pair if b)]
    decimals = _decimals(values)
    if base in ("float4", "float8"):
        largest = max((abs(float(v)) for v in values if _finite(v)), default=1.0)
        decimals = min(decimals, max(15 - len(str(int(largest))), 0))
    ticks = ticks_of(base, wanted.type.modifier, decimals)
    if ticks is None:
        return None
    known = read_ticks(ticks, base, sorted(set(values)), ask)
    edges = [known[b] for b in bounds if b in known]
    allowed = None
    if wanted.allowed is not None:
        allowed = [
            (known[a] if a else -TICK_LIMIT, known[b] if b else TICK_LIMIT)
            for a, b in wanted.allowed
            if (not a or a in known) and (not b or b in known)
        ]
    grain = 1
    inside = [known[v] for v, _ in points if v in known] + edges
    for one in ticks.grains:
        capacity = (max(inside) - min(inside)) // one + 1 if inside else 0
        if all(t % one == 0 for t in inside) and capacity >= distinct:
            grain = one
            break
    else:
        grain = ticks.grains[-1]
    segments = tick_segments(
        points=[(known[v] // grain, n) for v, n in points if v in known],
        bounds=[e // grain for e in edges],
        rows=wanted.filled,
        distinct=distinct,
        unique=wanted.unique,
        lowest=ticks.lowest // grain,
        highest=ticks.highest // grain,
        allowed=None if allowed is None else [(-(-a // grain), -(-b // grain)) for a, b in allowed],
    )
    if not segments:
        return None
    if base == "uuid":
        digit = next((v[14] for v in values if len(v) == 36), "4")
        grain = int(digit, 16)
    return ColumnPlan(rows=wanted.rows, segments=segments, render=lambda t, _: ticks.render(t, grain))


def _finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _in_order(wanted: Wanted, values: Sequence[str], ask: Ask) -> list[str]:
    """`values` as the column's type sorts them here; as they are where it does not sort."""
    collate = f" COLLATE {wanted.collation}" if wanted.collation else ""
    given = array(list(values), "text")
    return [v for (v,) in ask(f"SELECT v FROM unnest({given}) AS u(v) ORDER BY v::{plain(wanted.type)}{collate}")]


def _text_plan(
    wanted: Wanted, points: Sequence[tuple[str, int]], bounds: Sequence[str], distinct: int, ask: Ask
) -> ColumnPlan:
    base = wanted.type.base or wanted.type.name
    limit = 63 if base == "name" else wanted.type.modifier - 4 if wanted.type.modifier >= 4 else 0
    if base == "bpchar":
        points = [(v.rstrip(" "), n) for v, n in points]
        bounds = [b.rstrip(" ") for b in bounds]
    counts = {v: n for v, n in points if n > 0}
    rest = max(wanted.filled - sum(counts.values()), 0)
    others = max(distinct - len(counts), 1)
    if (rest == 0 and counts) or len(bounds) < 2:
        if not counts:
            counts = dict.fromkeys(bounds, 1)
        return _literal_plan(wanted, counts, ask, "text" if base != "citext" else wanted.type.sql)
    literal_type = wanted.type.sql if base == "citext" else "text"
    if others <= len(set(bounds)) // 2 and not wanted.unique:
        for bound, n in zip(bounds, shares(rest, [1.0] * len(bounds)), strict=True):
            counts[bound] = counts.get(bound, 0) + n
        return _literal_plan(wanted, counts, ask, literal_type)
    order = _in_order(wanted, [*dict.fromkeys(bounds), *(v for v in counts if v not in set(bounds))], ask)
    edges = [v for v in order if v in set(bounds)]
    if len(edges) < 2:
        edges = [edges[0], edges[0] + "z"]
    within: list[list[str]] = [[] for _ in edges]
    at = 0
    for value in order:
        if at < len(edges) - 1 and value == edges[at + 1]:
            at += 1
        if value in counts:
            within[min(at, len(edges) - 2)].append(value)
    weights = [1.0] * (len(edges) - 1)
    rows_of = shares(rest, weights)
    limits = rows_of if not limit else [min(n, 16**limit) for n in rows_of]
    distinct_of = _within(shares(min(others, rest), weights), limits, min(others, rest))
    if wanted.unique:
        distinct_of = list(rows_of)
    decimal = all(re.fullmatch(r"[0-9 .+-]*", b) for b in edges)
    segments: list[Segment] = []
    for number, (low, high) in enumerate(pairwise(edges)):
        inside = within[number]
        parts = len(inside) + 1
        rows_in = shares(rows_of[number], [1.0] * parts)
        values_in = shares(max(distinct_of[number], 1), [1.0] * parts)
        stem = low[: len(os.path.commonprefix([low, high])) + 1]
        for part in range(parts):
            count = rows_in[part]
            if count:
                few = count if wanted.unique else max(min(values_in[part], count), 1)
                # The parts of one bucket share a stem; a letter keeps their counters apart and in order.
                mark = stem + (format(part, "02x") if parts > 1 else "")
                segments.append(_text_segment(count, few, mark, len(low), limit, decimal=decimal))
            if part < len(inside):
                segments.append(Segment(rows=counts[inside[part]], literal=inside[part]))
    return ColumnPlan(
        rows=wanted.rows,
        segments=tuple(segments),
        render=_text_render(segments, decimal=decimal),
        literal_type=literal_type,
    )


def _text_segment(rows: int, distinct: int, stem: str, length: int, limit: int, *, decimal: bool) -> Segment:
    digits = len(str(distinct - 1) if decimal else format(distinct - 1, "x"))
    if limit and len(stem) + digits > limit:
        stem = stem[: max(limit - digits, 0)]
    return Segment(rows=rows, distinct=distinct, width=distinct, prefix=stem, length=max(length, len(stem) + digits))


def _text_render(segments: Sequence[Segment], *, decimal: bool) -> Render:
    """Prefix, counter with leading zeros, filler up to the length, each by segment."""
    digits = [len(str(s.distinct - 1) if decimal else format(s.distinct - 1, "x")) for s in segments]
    padded = any(s.literal is None and s.length > len(s.prefix) + d for s, d in zip(segments, digits, strict=True))
    prefixes: list[str | None] = [None if s.literal is not None else s.prefix for s in segments]
    lengths = [s.length for s in segments]

    def render(t: str, s: str) -> str:
        counter = f"({t})::text" if decimal else f"to_hex({t})"
        text = f"{array(prefixes, 'text')}[{s}] || lpad({counter}, {numbers(digits, 'int4')}[{s}], '0')"
        if not padded:
            return f"({text})"
        filler = f"md5(({t} + {s})::text)"
        if decimal:
            filler = f"translate({filler}, 'abcdef', '258147')"
        return f"rpad({text}, {numbers(lengths, 'int4')}[{s}], {filler})"

    return render


def _literal_plan(wanted: Wanted, counts: dict[str, int], ask: Ask, literal_type: str) -> ColumnPlan:
    """Nothing but listed values, in the type's order, sharing all rows."""
    order = _in_order(wanted, list(counts), ask)
    rows_of = shares(wanted.filled, [counts[v] for v in order])
    segments = tuple(Segment(rows=n, literal=v) for v, n in zip(order, rows_of, strict=True) if n)
    is_array = wanted.type.is_array
    return ColumnPlan(
        rows=wanted.rows,
        segments=segments,
        render=lambda t, _: t,
        literal_type="text" if is_array else literal_type,
        literal_cast=plain(wanted.type) if is_array else "",
    )


def literals(wanted: Wanted, weights: dict[str, float], ask: Ask) -> ColumnPlan:
    """A plan of listed values, by weight."""
    scaled = {v: max(round(w * 1_000_000), 1) for v, w in weights.items()}
    base = wanted.type.base or wanted.type.name
    return _literal_plan(wanted, scaled, ask, "text" if base in TEXTS and base != "citext" else plain(wanted.type))


def _sample_plan(
    wanted: Wanted, points: Sequence[tuple[str, int]], bounds: Sequence[str], distinct: int, ask: Ask
) -> ColumnPlan | None:
    """Types without ticks: the values that the statistics list stand for all."""
    base = wanted.type.base or wanted.type.name
    counts = {v: n for v, n in points if n > 0}
    rest = max(wanted.filled - sum(counts.values()), 0)
    listed = list(dict.fromkeys(bounds))
    if wanted.type.kind == "enum" and rest and not listed:
        listed = [one for one in wanted.labels if one not in counts]
    many = distinct - len(counts) > 2 * max(len(listed), 1)
    if (wanted.unique or many) and not (base == "jsonb" and listed):
        return None
    if base == "jsonb" and many:
        return _document_plan(wanted, counts, listed, distinct - len(counts), rest, ask)
    for value, n in zip(listed, shares(rest, [1.0] * len(listed)), strict=True):
        counts[value] = counts.get(value, 0) + n
    if not counts:
        return None
    return _literal_plan(wanted, counts, ask, plain(wanted.type))


def _document_plan(
    wanted: Wanted, counts: dict[str, int], listed: Sequence[str], distinct: int, rest: int, ask: Ask
) -> ColumnPlan:
    """jsonb with many values: the sampled documents, made distinct by one more key where they are objects."""
    order = _in_order(wanted, [*counts, *(v for v in listed if v not in counts)], ask)
    weights = [1.0] * len(listed)
    rows_of = dict(zip(listed, shares(rest, weights), strict=True))
    values_of = dict(zip(listed, shares(rest if wanted.unique else min(distinct, rest), weights), strict=True))
    segments: list[Segment] = []
    for value in order:
        if value in counts:
            segments.append(Segment(rows=counts[value], literal=value))
        elif rows_of[value]:
            few = max(values_of[value], 1)
            segments.append(Segment(rows=rows_of[value], distinct=few, width=few, prefix=value))
    documents: list[str | None] = [s.prefix if s.literal is None else None for s in segments]

    def render(t: str, s: str) -> str:
        document = f"{array(documents, 'jsonb')}[{s}]"
        key = f"jsonb_build_object('lab', ({t}) * 1000 + {s})"
        return f"CASE jsonb_typeof({document}) WHEN 'object' THEN {document} || {key} ELSE {document} END"

    return ColumnPlan(
        rows=wanted.rows,
        segments=tuple(segments),
        render=render,
        literal_type="jsonb",
        notes=("documents are the sampled ones, made distinct by a key `lab`",),
    )


def _element_plan(
    wanted: Wanted,
    statistics: ColumnStatistics,
    common: Sequence[str],
    frequencies: Sequence[float],
    ask: Ask,
) -> ColumnPlan:
    """Arrays and tsvectors: common whole values, the rest put together from their elements by frequency."""
    is_array = wanted.type.is_array
    elements = parse_array(statistics.most_common_elements)
    weight = list((statistics.most_common_element_frequencies or ())[: len(elements)])
    counts = {v: round(f * wanted.rows) for v, f in zip(common, frequencies, strict=False)}
    counts = {v: n for v, n in counts.items() if n > 0}
    histogram = [round(c) for c in (statistics.element_count_histogram or ())[:-1]]
    if not histogram:
        mean = sum(len(e) + 5 for e in elements) / max(len(elements), 1)
        histogram = [max(round((statistics.average_width - 4) / mean), 1)]
    average = sum(histogram) / len(histogram)
    # Elements beyond the common ones: their share of all places, as numbered stand-ins where the type allows it.
    missing = max(average - sum(weight), 0.0)
    element = wanted.type.element if is_array else "text"
    open_ended = missing > 0.05 * average and (element in TEXTS or element in ("int4", "int8"))
    total = sum(weight) + (missing if open_ended else 0.0)
    cumulative: list[float] = []
    running = 0.0
    for one in weight:
        cumulative.append(running / total)
        running += one
    if open_ended:
        cumulative.append(running / total)
    element_sql = wanted.type.sql.removesuffix("[]") if is_array else "text"
    steps = f"('{{{','.join(map(repr, cumulative))}}}'::float8[])"
    seed = draw(wanted.seed, "elements") >> 1

    def render(t: str, s: str) -> str:
        key = f"(({t}) * 1000 + g)"
        number = f"width_bucket({uniform(key, seed)}, {steps})"
        value = f"{array(list(elements), element_sql)}[{number}]"
        if open_ended:
            other = f"({hashed(key, seed + 1)} % {max(wanted.filled, 100)})"
            text = f"(1000000 + {other})" if element.startswith("int") else f"('e' || {other})"
            value = f"coalesce({value}, {text}::{element_sql})"
        many = f"{numbers(histogram, 'int4')}[1 + {hashed(t, seed + 2)} % {len(histogram)}]"
        chosen = f"ARRAY(SELECT DISTINCT {value} FROM generate_series(1, {many}) AS g)"
        return chosen if is_array else f"array_to_tsvector({chosen})"

    rest = max(wanted.filled - sum(counts.values()), 0)
    distinct = distinct_values(statistics, wanted.rows, wanted.filled) - len(counts)
    few = rest if wanted.unique or distinct < 1 else max(min(distinct, rest), 1)
    segments = [Segment(rows=n, literal=v) for v, n in counts.items()]
    if rest:
        segments.append(Segment(rows=rest, distinct=few, width=few))
    return ColumnPlan(
        rows=wanted.rows,
        segments=tuple(segments),
        render=render,
        literal_type="text",
        literal_cast=plain(wanted.type),
    )


_RANGES = {
    "int4range": ("int4", 1),
    "int8range": ("int8", 1),
    "numrange": ("numeric", 1),
    "daterange": ("date", 1),
    "tsrange": ("timestamp", 1_000_000),
    "tstzrange": ("timestamptz", 1_000_000),
}


def _range_plan(wanted: Wanted, statistics: ColumnStatistics, ask: Ask) -> ColumnPlan | None:
    """Ranges of the built-in types: lower bounds by histogram, lengths by histogram."""
    base = wanted.type.base or wanted.type.name
    if base not in _RANGES:
        return None
    subtype, unit = _RANGES[base]
    given = array(parse_array(statistics.range_bounds_histogram), "text")
    lowers = [
        str(v)
        for (v,) in ask(f"SELECT lower(v::{base})::text FROM unnest({given}) AS u(v)")
        if v is not None and "infinity" not in v
    ]
    ticks = ticks_of(subtype, -1, _decimals(lowers))
    if ticks is None or len(lowers) < 2:
        return None
    known = read_ticks(ticks, subtype, lowers, ask)
    scale = 10 ** _decimals(lowers) if subtype == "numeric" else unit
    lengths = [float(v) for v in parse_array(statistics.range_length_histogram) if _finite(v)] or [1.0]
    spans = numbers([max(min(round(v * scale), 2**50), 1) for v in lengths])
    empty = statistics.range_empty_fraction or 0.0
    seed = draw(wanted.seed, "range") >> 1
    distinct = wanted.filled if wanted.unique else distinct_values(statistics, wanted.rows, wanted.filled)
    segments = tick_segments(
        points=[], bounds=[known[v] for v in lowers if v in known], rows=wanted.filled, distinct=distinct,
        unique=wanted.unique,
    )  # fmt: skip

    def render(t: str, s: str) -> str:
        span = f"{spans}[1 + {hashed(t, seed)} % {len(lengths)}]"
        made = f"{base}({ticks.render(t, 1)}, {ticks.render(f'({t} + {span})', 1)})"
        if not empty:
            return made
        return f"CASE WHEN {uniform(t, seed + 1)} < {empty!r} THEN 'empty'::{base} ELSE {made} END"

    return ColumnPlan(rows=wanted.rows, segments=segments, render=render)
