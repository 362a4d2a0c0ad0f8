"""Takes people's data out of a snapshot, so that it can travel, and keeps its plans.

Planner statistics carry sample values: most common ones and histogram bounds. Here they are replaced by stand-ins of
the same order and about the same size, so that what the planner computes from ranks and frequencies stays what it was.

What stays as it is: booleans and enums; and *vocabularies*, columns of at most `VOCABULARY` distinct values, of which
a value stays if it stands on at least `CROWD` rows: a code that many rows share names nobody (k-anonymity; Sweeney
2002). Numbers, dates and times move by a random part of the distance to their neighbours; neighbours too near to move
between them move together. What has no room at all (a number wedged between kept ones) is left out. Texts become
letters of the same length. Types that have no stand-in lose their sample values. What is left out is named as a gap.
Literals in the workload become parameters. The schema itself (names, comments, defaults, constraints) is not data and
stays.
"""

from __future__ import annotations

import bisect
import random
import re
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import msgspec

from dbarchitect.engines.postgres.arrays import format_array, parse_array
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.model.facts import ColumnStatistics, Facts
from dbarchitect.model.finding import Gap
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Relational, Type

VOCABULARY = 1_000
CROWD = 100
_PART = 10  # moves by up to a tenth of the way to a neighbour: an estimate over part of a bin moves by a fifth at most
_DRAWS = 20  # a float may be too coarse for a small move; another is tried
_RUN_PART = 25  # a run of near neighbours moves as one, by up to this part of its length
_TEXT = {"text", "varchar", "bpchar", "citext", "name"}
_KEPT = {"bool"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def redact(snapshot: Snapshot, *, normalize: Callable[[str], str], seed: int = 0) -> Snapshot:
    """The same snapshot without sample values that could name anybody. `normalize` turns literals into `$n`."""
    replaced = msgspec.structs.replace
    schema, gaps = redact_schema(snapshot.schema, seed=seed)
    return replaced(
        snapshot,
        manifest=replaced(snapshot.manifest, redacted=True, source="redacted", gaps=(*snapshot.manifest.gaps, *gaps)),
        schema=schema,
        workload=None if snapshot.workload is None else redact_workload(snapshot.workload, normalize),
    )


def redact_schema(schema: Relational, *, seed: int = 0) -> tuple[Relational, tuple[Gap, ...]]:
    """The same schema with statistics whose sample values name nobody, and what had to be left out of them."""
    facts = schema.facts
    if facts is None:
        return schema, ()
    types = {
        (str(relation.name), column.name): column.type
        for relation in (*schema.tables, *schema.views)
        for column in relation.columns
    }
    gaps: list[Gap] = []
    columns: dict[str, tuple[ColumnStatistics, ...]] = {}
    for key, statistics in facts.columns.items():
        rows = _rows(facts, key)
        done: list[ColumnStatistics] = []
        for one in statistics:
            type_ = types.get((key, one.column))
            redacted, left_out = _column(one, type_, rows, random.Random(f"{seed}/{key}/{one.column}"))
            if left_out:
                gaps.append(Gap(kind="statistics", name=f"{key}.{one.column}", effect=f"{left_out} left out: redacted"))
            done.append(redacted)
        columns[key] = tuple(done)
    facts = msgspec.structs.replace(facts, columns=columns, trusted=None)  # addresses of a network name places
    return msgspec.structs.replace(schema, facts=facts), tuple(gaps)


def _rows(facts: Facts, key: str) -> float:
    if key in facts.tables:
        return facts.tables[key].rows or 0.0
    return (facts.indexes[key].rows or 0.0) if key in facts.indexes else 0.0


def redact_workload(workload: Workload, normalize: Callable[[str], str]) -> Workload:
    """The same workload with parameters in place of literals."""
    queries: list[Query] = [
        msgspec.structs.replace(query, sql=normalize(query.sql), parameters=(), examples=())
        for query in workload.queries
    ]
    return msgspec.structs.replace(workload, queries=tuple(queries), rejected=())


def _without_samples(one: ColumnStatistics) -> ColumnStatistics:
    return msgspec.structs.replace(
        one,
        most_common_values=None,
        most_common_frequencies=None,
        histogram_bounds=None,
        most_common_elements=None,
        most_common_element_frequencies=None,
        range_bounds_histogram=None,
    )


def _column(
    one: ColumnStatistics, type_: Type | None, rows: float, randomness: random.Random
) -> tuple[ColumnStatistics, str]:
    """The column with stand-ins, and what was left out ("" for nothing)."""
    everything = "sample values"
    if one.most_common_values is None and one.histogram_bounds is None and one.most_common_elements is None:
        return (one, "") if one.range_bounds_histogram is None else (_without_samples(one), everything)
    if type_ is None:
        return _without_samples(one), everything
    base = type_.base or type_.name
    if type_.kind == "enum" or base in _KEPT:
        return one, ""
    if type_.is_array or one.most_common_elements is not None or one.range_bounds_histogram is not None:
        return _without_samples(one), everything
    common = parse_array(one.most_common_values)
    bounds = parse_array(one.histogram_bounds)
    distinct = -one.n_distinct * rows if one.n_distinct < 0 else one.n_distinct
    frequencies = one.most_common_frequencies or ()
    kept: set[str] = set()
    if 0 < distinct <= VOCABULARY:
        kept = {value for value, share in zip(common, frequencies, strict=False) if share * rows >= CROWD}
        rest = max(0.0, 1 - one.null_fraction - sum(frequencies)) * rows / max(1.0, distinct - len(common))
        if rest >= CROWD:
            kept |= set(bounds)
    stand_ins = _stand_ins(type_, common, bounds, kept, randomness)
    if stand_ins is None:
        return _without_samples(one), everything
    if not stand_ins and kept.issuperset((*common, *bounds)):
        return one, ""
    stand_ins |= {value: value for value in kept}
    new_common = [(value, share) for value, share in zip(common, frequencies, strict=False) if value in stand_ins]
    new_bounds = [stand_ins[value] for value in bounds if value in stand_ins]
    if len(new_bounds) < 2:  # a histogram has at least one bin
        new_bounds = []
    missing = len(common) - len(new_common) + len(bounds) - len(new_bounds)
    redacted = msgspec.structs.replace(
        one,
        most_common_values=format_array([stand_ins[value] for value, _ in new_common]) if new_common else None,
        most_common_frequencies=tuple(share for _, share in new_common) if new_common else None,
        histogram_bounds=format_array(new_bounds) if new_bounds else None,
    )
    return redacted, f"{missing} of {len(common) + len(bounds)} sample values" if missing else ""


def _stand_ins(
    type_: Type, common: Sequence[str], bounds: Sequence[str], kept: set[str], randomness: random.Random
) -> dict[str, str] | None:
    """Stand-ins by value, without those that have none; None where the type has none."""
    base = type_.base or type_.name
    distinct = [value for value in dict.fromkeys((*common, *bounds)) if value not in kept]
    if not distinct:
        return {}
    if base in _TEXT:
        return _texts(distinct, [value for value in bounds if value not in kept], {*common, *bounds})
    if base == "uuid":
        ranked = sorted(distinct)
        step = 2**128 // (len(ranked) + 1)
        return {value: _uuid((place + 1) * step) for place, value in enumerate(ranked)}
    grid = _grid(type_, (*distinct, *kept))
    return None if grid is None else _moved(distinct, kept, grid, randomness)


def _texts(distinct: Sequence[str], bounds: Sequence[str], true: set[str]) -> dict[str, str]:
    """Strings of lower-case letters, ordered alike in every collation, as long as the originals where that leaves
    room to tell them apart. `bounds` come in the order of the column's collation; other values are put between them
    by letters. None is one of the `true` values: what would be gets a letter more.
    """
    ranked = list(dict.fromkeys(bounds))
    folded = [value.casefold() for value in ranked]
    for value in sorted(set(distinct) - set(ranked)):
        place = bisect.bisect(folded, value.casefold())
        ranked.insert(place, value)
        folded.insert(place, value.casefold())
    digits = 1
    while len(_LETTERS) ** digits < len(ranked) + 1:
        digits += 1
    out: dict[str, str] = {}
    for place, value in enumerate(ranked):
        rank, code = place, ""
        for _ in range(digits):
            rank, letter = divmod(rank, len(_LETTERS))
            code = _LETTERS[letter] + code
        code += "m" * max(0, len(value.encode()) - digits)
        while code in true:
            code += "m"
        out[value] = code
    return out


def _uuid(number: int) -> str:
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


@dataclass(frozen=True, slots=True)
class _Grid:
    """The values that a column can hold, as whole numbers from `low` to `high`.

    `step` is the coarsest unit (a power of ten; a second, minute, hour or day) that all its sample values are
    multiples of: who moves by less than that is found again by rounding.
    """

    parse: Callable[[str], int | None]
    print: Callable[[int], str]
    low: int
    high: int
    step: int = 1


_ENDLESS = {"NaN", "Infinity", "-Infinity", "infinity", "-infinity"}  # name nobody


def _moved(distinct: Sequence[str], kept: Iterable[str], grid: _Grid, randomness: random.Random) -> dict[str, str]:
    """Each value moved by a part of the way to its neighbours: order, distinctness and about the density stay.

    Values less than three steps apart form a run, which moves as one; `kept` values stay and are never passed. A
    value that cannot move is left out.
    """
    out = {value: value for value in distinct if value in _ENDLESS}
    places: dict[int, list[str]] = {}
    for value in distinct:
        if value not in _ENDLESS and (number := grid.parse(value)) is not None:
            places.setdefault(number, []).append(value)
    fixed = {number for value in kept if (number := grid.parse(value)) is not None}
    runs: list[list[int]] = []
    for number in sorted({*places, *fixed}):
        if runs and number - runs[-1][-1] < 3 * grid.step and not fixed & {number, runs[-1][-1]}:
            runs[-1].append(number)
        else:
            runs.append([number])
    used: set[str] = set()
    for place, run in enumerate(runs):
        if run[0] in fixed:
            continue
        below = run[0] - runs[place - 1][-1] if place else None
        above = runs[place + 1][0] - run[-1] if place + 1 < len(runs) else None
        length = run[-1] - run[0]
        reaches: list[int] = []
        for way, other, room in ((below, above, run[0] - grid.low), (above, below, grid.high - run[-1])):
            if way is not None:
                room = min(room, way - 1)
            gap = next((one for one in (way, other) if one is not None), length or abs(run[0]))
            reach = gap // _PART if not length else min(gap // _PART, length // _RUN_PART)
            reaches.append(min(room, max(grid.step, reach)))
        ways = [(sign, reach) for sign, reach in zip((-1, 1), reaches, strict=True) if reach >= grid.step]
        if not ways:
            continue
        texts: dict[int, str] = {}
        for _ in range(_DRAWS):
            sign, reach = randomness.choice(ways)
            offset = sign * randomness.randint(grid.step, reach)
            texts = {number: grid.print(number + offset) for number in run}
            if used.isdisjoint(texts.values()) and all(text != grid.print(number) for number, text in texts.items()):
                break
        for number, text in texts.items():
            if text not in used and text != grid.print(number):
                used.add(text)
                out |= dict.fromkeys(places[number], text)
    return out


_WHOLE = {
    "int2": (-(2**15), 2**15 - 1),
    "int4": (-(2**31), 2**31 - 1),
    "int8": (-(2**63), 2**63 - 1),
    "oid": (0, 2**32 - 1),
}
_FLOATS = {"float4": (2**24 - 1) * 2**104, "float8": (2**53 - 1) * 2**971}
_NUMBER = re.compile(r"([+-]?\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$", re.IGNORECASE)


def _grid(type_: Type, values: Sequence[str]) -> _Grid | None:
    base = type_.base or type_.name
    if base in ("date", "timestamp", "timestamptz"):
        return _moments(base, values)
    if base not in _WHOLE and base not in _FLOATS and base != "numeric":
        return None
    exact = [number for value in values if (number := _number(value)) is not None]
    own = 0  # decimals that the values need
    for number in exact:
        while (number * 10**own).denominator != 1:
            own += 1
    decimals = own
    if base in _WHOLE:
        low, high = _WHOLE[base]
    elif base in _FLOATS:
        high = _FLOATS[base] * 10**own
        low = -high
    else:
        limit = 131_072  # digits before the point
        if type_.modifier >= 4:
            precision, scale = type_.modifier - 4 >> 16, ((type_.modifier - 4 & 0x7FF) ^ 1024) - 1024
            decimals, limit = max(own, scale), precision - scale
        high = 10 ** max(0, limit + decimals) - 1
        low = -high

    def parse(text: str) -> int | None:
        number = _number(text)
        return None if number is None else int(number * 10**decimals)

    def print_(place: int) -> str:
        if base == "float4":
            return repr(struct.unpack("f", struct.pack("f", place / 10**decimals))[0])
        if base == "float8":
            return repr(place / 10**decimals)
        digits = f"{abs(place):0{decimals + 1}d}"
        text = digits if not decimals else f"{digits[:-decimals]}.{digits[-decimals:]}"
        return f"-{text}" if place < 0 else text

    return _Grid(parse=parse, print=print_, low=low, high=high, step=10 ** (decimals - own))


def _number(text: str) -> Fraction | None:
    return Fraction(text) if _NUMBER.match(text) else None


_MOMENT = re.compile(
    r"(\d{4,})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?( BC)?$"
)
_DAY = 86_400_000_000  # microseconds


def _moments(base: str, values: Sequence[str]) -> _Grid:
    """Days, or microseconds, since 2000 in the proleptic Gregorian calendar over the type's whole range, which is
    wider than that of `datetime`."""
    low, high = _days(-4713, 11, 24), _days(5_874_897, 12, 31)
    unit = _DAY
    if base != "date":
        unit, low, high = 1, low * _DAY, (_days(294_277, 1, 1)) * _DAY - 1

    def parse(text: str) -> int | None:
        moment = _moment(text)
        return None if moment is None else moment // unit

    def print_(place: int) -> str:
        days, rest = divmod(place * unit, _DAY)
        year, month, day = _civil(days)
        text = f"{year if year > 0 else 1 - year:04d}-{month:02d}-{day:02d}"
        if base != "date":
            seconds, fraction = divmod(rest, 1_000_000)
            text += f" {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
            text += f".{fraction:06d}".rstrip("0") if fraction else ""
            text += "+00" if base == "timestamptz" else ""
        return text if year > 0 else f"{text} BC"

    places = [place for value in values if (place := parse(value)) is not None]
    units = (_DAY, 3_600_000_000, 60_000_000, 1_000_000) if base != "date" else ()
    step = next((one for one in units if all(place % one == 0 for place in places)), 1)
    return _Grid(parse=parse, print=print_, low=low, high=high, step=step)


def _moment(text: str) -> int | None:
    """Microseconds since 2000, at UTC where an offset is given, of a date or timestamp in DateStyle ISO."""
    found = _MOMENT.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    seconds = hour * 3600 + minute * 60 + second
    offset = sum(int(part or 0) * unit for part, unit in zip(found.groups()[8:11], (3600, 60, 1), strict=True))
    seconds -= -offset if found[8] == "-" else offset
    days = _days(1 - year if found[12] else year, month, day)
    return days * _DAY + seconds * 1_000_000 + int((found[7] or "").ljust(6, "0"))


def _days(year: int, month: int, day: int) -> int:
    """Days since 2000-01-01; the year before 1 is 0. Years are counted from March, so that leap days come last."""
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 1 - 730_425


def _civil(days: int) -> tuple[int, int, int]:
    """The inverse of `_days` (the algorithm: Hinnant, chrono-compatible low-level date algorithms)."""
    era, of_era = divmod(days + 730_425, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    year += 400 * era + (month >= 10)
    return year, month + 3 if month < 10 else month - 9, day
