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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from dbarchitect.engines.postgres.arrays import format_array
from dbarchitect.model.names import Name, quote_literal
from dbarchitect.model.schema import Type

Ask = Callable[[str], list[tuple[Any, ...]]]
Render = Callable[[str, str], str]  # (tick, segment) as SQL expressions -> the value as an SQL expression

SAMPLE_PER_TARGET = 300  # rows that ANALYZE looks at, times the statistics target (std_typanalyze, analyze.c)
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


def array(values: Sequence[str | None], type_sql: str) -> str:
    """A typed SQL array constant; None is NULL."""
    return f"({quote_literal(format_array(values)).strip()}::{type_sql}[])"


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
    number between 1 and twice the mean instead of exactly the mean; `sizes`: they repeat these numbers in turn.
    `notes` say what was approximated.
    """

    rows: int
    segments: tuple[Segment, ...]
    render: Render
    literal_type: str = ""
    literal_cast: str = ""
    order: float = 0.0
    varied: bool = False
    sizes: tuple[int, ...] = ()
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

    def estimate(self, sample: int) -> float:
        """How many distinct values ANALYZE will say there are, from `sample` rows: estimator Duj1 of Haas and Stokes
        (IBM RJ 10025), as `compute_scalar_stats` has it, at its expected inputs."""
        if not self.filled or self.rows <= sample:
            return float(self.distinct)
        share = sample / self.rows
        drawn = sample * self.filled / self.rows
        found = once = 0.0
        for one in self.segments:
            mean = one.rows / one.distinct
            sizes = [mean]
            if self.varied and mean >= 1.5 and one.distinct > 1:
                sizes = [1 + (2 * mean - 2) * k / 8 for k in range(9)]
            for size in sizes:
                found += one.distinct / len(sizes) * (1 - (1 - share) ** size)
                once += one.distinct / len(sizes) * size * share * (1 - share) ** (size - 1)
        return drawn * found / max(drawn - once + once * drawn / self.filled, 1e-9)

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
        if self.sizes:
            turn = sum(self.sizes)
            places = [n for n, size in enumerate(self.sizes) for _ in range(size)]
            return f"({offset} / {turn} * {len(self.sizes)} + {numbers(places)}[1 + {offset} % {turn}])"
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
        if not parts:  # a column in which every row is NULL
            return "NULL"
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
    stride = _STRIDE if rows >= 10 * _STRIDE else min(max(rows // 4, 2), 10)
    kept = round(min(abs(order), 1.0) * stride)
    if kept >= stride or rows < 2:
        return Permutation("i", lambda y: f"({rows - 1} - {y})" if order < 0 else y)
    moved = rows // stride * (stride - kept) + max(rows % stride - kept, 0)
    if moved == 0:
        return Permutation("i", lambda y: f"({rows - 1} - {y})" if order < 0 else y)
    source = f"(i / {stride} * {stride - kept} + greatest(i % {stride} - {kept}, 0))" if kept else "i"
    multiply = [_coprime(moved, draw(seed, "multiply", k)) for k in (1, 2)]
    shift = [draw(seed, "shift", k) % moved for k in (1, 2)]
    half = max(moved.bit_length() // 2, 1)
    whole = moved >> half << half

    def second(y: str) -> str:
        mixed = f"CASE WHEN {y} < {whole} THEN {y} # (hashint8extended({y} >> {half}, {seed}) & {(1 << half) - 1})"
        rank = f"((({mixed} ELSE {y} END) * {multiply[1]} + {shift[1]}) % {moved})"
        if kept:
            left = stride - kept
            back = f"({rank} / {left} * {stride} + {kept} + {rank} % {left})"
            rank = f"CASE WHEN i % {stride} < {kept} THEN i ELSE {back} END"
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
    # Before PostgreSQL 15 a field of an interval must fit an int.
    return lambda t, grain: (
        f"({origin}({t}) * interval '{grain // 1_000_000} seconds')"
        if grain % 1_000_000 == 0
        else f"({origin}({t}) * interval '{grain} microseconds')"
    )


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
    return (*(g for g in _TIME_GRAINS if g > finest), finest)


def calibrated(target: int, sample: int, plan: Callable[[int], ColumnPlan]) -> ColumnPlan:
    """The plan whose distinct values ANALYZE, looking at `sample` rows, will count as `target`.

    `target` comes from ANALYZE too, which sees a sample and undercounts skewed columns; a lab with just that many
    values would be undercounted once more. `plan` makes a plan with a given number of distinct values.
    """
    made = plan(target)
    if made.rows <= sample or made.estimate(sample) >= 0.98 * target:
        return made
    low, high = target, made.filled
    for _ in range(12):
        middle = (low + high) // 2
        made = plan(middle)
        estimate = made.estimate(sample)
        if abs(estimate - target) <= 0.01 * target or high - low < 2:
            break
        low, high = (middle, high) if estimate < target else (low, middle)
    return made


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
    free = edges[0]  # the first tick that no bucket has yet: a bound that comes twice is a bucket of its own
    for number, (low, high) in enumerate(pairwise(edges)):
        low = max(low, free)
        stop = high + 1 if number == last else max(high, low + (low == high))
        if low >= stop:
            if pieces:
                pieces[-1] = (*pieces[-1][:2], pieces[-1][2] + 1.0)
            continue
        free = stop
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
        counts = within(shares(rest, masses), widths, rest)
        spare = rest - sum(counts)
        distincts = list(counts)
        if spare and allowed is None:
            # A sample rarely holds the very first numbers of a sequence.
            if 0 < edges[0] - 1 <= spare and lowest <= 1:
                pieces.append((1, edges[0] - 1, 0.0))
                counts.append(edges[0] - 1)
                distincts.append(edges[0] - 1)
                spare -= edges[0] - 1
                edges = [1, *edges]
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
        distincts = [max(d, 1) for d in within(shares(wanted, masses), limits, wanted)]
    made = [
        Segment(rows=n, distinct=d, low=low, width=width)
        for (low, width, _), n, d in zip(pieces, counts, distincts, strict=True)
        if n
    ]
    made.extend(Segment(rows=n, low=t) for t, n in taken.items())
    return tuple(sorted(made, key=lambda s: s.low))


def within(wanted: list[int], limits: Sequence[int], total: int) -> list[int]:
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


# ---- what a column needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a plan is asked for: the column's type under its domains, the table's rows and how many are null,
    whether no value may repeat, and the half-open ranges of ticks or the list of values that partitions allow."""

    type: Type
    rows: int
    filled: int
    seed: int
    sample: int = 100 * SAMPLE_PER_TARGET  # rows that ANALYZE looked at
    unique: bool = False
    collation: Name | None = None
    allowed: tuple[tuple[str, str], ...] | None = None  # texts of range bounds; "" is unbounded
    labels: tuple[str, ...] = ()


def plain(kind: Type) -> str:
    """The type's SQL without its modifier: casting to it never cuts a value."""
    if kind.kind == "base" and kind.schema == "pg_catalog" and not kind.is_array:
        return "text" if kind.base in TEXTS and kind.base != "citext" else f"pg_catalog.{kind.base or kind.name}"
    return kind.sql


def decimals_in(values: Sequence[str]) -> int:
    """The most decimals that any of the numbers has."""
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


def finite(text: str) -> bool:
    """Whether a text is a number other than infinity and NaN."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def in_order_of_type(wanted: Wanted, values: Sequence[str], ask: Ask) -> list[str]:
    """`values` as the column's type sorts them here; as they are where it does not sort."""
    collate = f" COLLATE {wanted.collation}" if wanted.collation else ""
    given = array(list(values), "text")
    return [v for (v,) in ask(f"SELECT v FROM unnest({given}) AS u(v) ORDER BY v::{plain(wanted.type)}{collate}")]


def literal_plan(wanted: Wanted, counts: dict[str, int], ask: Ask, literal_type: str) -> ColumnPlan:
    """Nothing but listed values, in the type's order, sharing all rows."""
    order = in_order_of_type(wanted, list(counts), ask)
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
    return literal_plan(wanted, scaled, ask, "text" if base in TEXTS and base != "citext" else plain(wanted.type))
