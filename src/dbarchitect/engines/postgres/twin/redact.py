"""Takes people's data out of a snapshot, so that it can travel, and keeps its plans.

Planner statistics carry sample values: most common ones and histogram bounds. Here they are replaced by stand-ins of
the same order and about the same size, so that what the planner computes from ranks and frequencies stays what it was.

What stays as it is: booleans and enums; and *vocabularies*, columns of at most `VOCABULARY` distinct values, of which
a value stays if it stands on at least `CROWD` rows: a code that many rows share names nobody (k-anonymity; Sweeney
2002). Numbers, dates and times move by a random part of the distance to their neighbours. Texts become letters of the
same length. Types that have no stand-in lose their sample values, which is named as a gap. Literals in the workload
become parameters. The schema itself (names, comments, defaults, constraints) is not data and stays.
"""

from __future__ import annotations

import bisect
import random
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import msgspec

from dbarchitect.engines.postgres.arrays import format_array, parse_array
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.model.facts import ColumnStatistics, Facts
from dbarchitect.model.finding import Gap
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Type

VOCABULARY = 1_000
CROWD = 100
_SHIFT = 0.1  # of the distance to a neighbour: an estimate over part of a histogram's bin moves by a fifth at most
_TEXT = {"text", "varchar", "bpchar", "citext", "name", "char"}
_NUMBERS = {"int2", "int4", "int8", "numeric", "float4", "float8", "oid"}
_KEPT = {"bool"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def redact(snapshot: Snapshot, *, normalize: Callable[[str], str], seed: int = 0) -> Snapshot:
    """The same snapshot without sample values that could name anybody. `normalize` turns literals into `$n`."""
    facts = snapshot.schema.facts
    if facts is None:
        return msgspec.structs.replace(snapshot, manifest=msgspec.structs.replace(snapshot.manifest, redacted=True))
    types = {
        (str(relation.name), column.name): column.type
        for relation in (*snapshot.schema.tables, *snapshot.schema.views)
        for column in relation.columns
    }
    gaps: list[Gap] = []
    columns: dict[str, tuple[ColumnStatistics, ...]] = {}
    for key, statistics in facts.columns.items():
        rows = _rows(facts, key)
        done: list[ColumnStatistics] = []
        for one in statistics:
            type_ = types.get((key, one.column))
            randomness = random.Random(f"{seed}/{key}/{one.column}")
            redacted = _column(one, type_, rows, randomness)
            if redacted is None:
                gaps.append(
                    Gap(kind="statistics", name=f"{key}.{one.column}", effect="sample values left out: redacted")
                )
                redacted = _without_samples(one)
            done.append(redacted)
        columns[key] = tuple(done)
    replaced = msgspec.structs.replace
    return replaced(
        snapshot,
        manifest=replaced(snapshot.manifest, redacted=True, source="redacted", gaps=(*snapshot.manifest.gaps, *gaps)),
        schema=replaced(snapshot.schema, facts=replaced(facts, columns=columns)),
        workload=None if snapshot.workload is None else _workload(snapshot.workload, normalize),
    )


def _rows(facts: Facts, key: str) -> float:
    if key in facts.tables:
        return facts.tables[key].rows or 0.0
    return (facts.indexes[key].rows or 0.0) if key in facts.indexes else 0.0


def _workload(workload: Workload, normalize: Callable[[str], str]) -> Workload:
    queries: list[Query] = [
        msgspec.structs.replace(query, sql=normalize(query.sql), parameters=()) for query in workload.queries
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
) -> ColumnStatistics | None:
    """The column with stand-ins; None where its type has none."""
    if one.most_common_values is None and one.histogram_bounds is None and one.most_common_elements is None:
        return one if one.range_bounds_histogram is None else None
    if type_ is None:
        return None
    base = type_.base or type_.name
    if type_.kind == "enum" or base in _KEPT:
        return one
    if type_.is_array or one.most_common_elements is not None or one.range_bounds_histogram is not None:
        return None
    common = parse_array(one.most_common_values)
    bounds = parse_array(one.histogram_bounds)
    distinct = -one.n_distinct * rows if one.n_distinct < 0 else one.n_distinct
    kept: set[str] = set()
    if 0 < distinct <= VOCABULARY:
        frequencies = one.most_common_frequencies or ()
        kept = {value for value, share in zip(common, frequencies, strict=False) if share * rows >= CROWD}
        rest = max(0.0, 1 - one.null_fraction - sum(frequencies)) * rows / max(1.0, distinct - len(common))
        if rest >= CROWD:
            kept |= set(bounds)
    stand_ins = _stand_ins(base, common, bounds, kept, randomness)
    if stand_ins is None:
        return None
    return msgspec.structs.replace(
        one,
        most_common_values=_map(one.most_common_values, common, stand_ins),
        histogram_bounds=_map(one.histogram_bounds, bounds, stand_ins),
    )


def _map(literal: str | None, values: Sequence[str], stand_ins: dict[str, str]) -> str | None:
    if literal is None or not stand_ins:
        return literal
    return format_array([stand_ins.get(value, value) for value in values])


def _stand_ins(
    base: str, common: Sequence[str], bounds: Sequence[str], kept: set[str], randomness: random.Random
) -> dict[str, str] | None:
    distinct = [value for value in dict.fromkeys((*common, *bounds)) if value not in kept]
    if not distinct:
        return {}
    if base in _TEXT:
        return _texts(distinct, [value for value in bounds if value not in kept])
    if base == "uuid":
        ranked = sorted(distinct)
        step = 2**128 // (len(ranked) + 1)
        return {value: _uuid((place + 1) * step) for place, value in enumerate(ranked)}
    if base in _NUMBERS:
        return _moved(distinct, kept, _number, lambda value: _plain(value, base), randomness)
    if base in ("date", "timestamp", "timestamptz"):
        return _moved(distinct, kept, _moment, lambda value: _as_moment(value, base), randomness)
    return None


def _texts(distinct: Sequence[str], bounds: Sequence[str]) -> dict[str, str]:
    """Strings of lower-case letters, ordered alike in every collation, as long as the originals where that leaves
    room to tell them apart. `bounds` come in the order of the column's collation; other values are put between them
    by letters.
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
        out[value] = code + "m" * max(0, len(value.encode()) - digits)
    return out


def _uuid(number: int) -> str:
    digits = f"{number:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _moved(
    distinct: Sequence[str],
    kept: set[str],
    parse: Callable[[str], Decimal | None],
    print_: Callable[[Decimal], str],
    randomness: random.Random,
) -> dict[str, str] | None:
    """Each value moved by a part of the way to its neighbours: order and about the density stay."""
    parsed = {value: parse(value) for value in (*distinct, *kept)}
    numbers = sorted({number for number in parsed.values() if number is not None})
    moved: dict[Decimal, Decimal] = {}
    for place, number in enumerate(numbers):
        below = numbers[place - 1] if place else number - (numbers[1] - number if len(numbers) > 1 else 1)
        above = numbers[place + 1] if place + 1 < len(numbers) else number + (number - below)
        part = Decimal(randomness.uniform(-_SHIFT, _SHIFT))
        moved[number] = number + part * ((above - number) if part > 0 else (number - below))
    out: dict[str, str] = {}
    taken: set[str] = set(kept)
    for value in distinct:
        number = parsed[value]
        if number is None:  # infinity, NaN, a year before Christ: names nobody
            out[value] = value
            continue
        text = print_(moved[number])
        out[value] = text if text not in taken else value  # neighbours too near to move between
        taken.add(out[value])
    return out


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _plain(number: Decimal, base: str) -> str:
    if base in ("int2", "int4", "int8", "oid"):
        return str(round(number))
    return f"{number:.6g}" if base.startswith("float") else f"{number:.2f}"


_EPOCH = datetime(2000, 1, 1)
_MOMENT = re.compile(r"(\d{4,})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.\d+)?)?([+-]\d\d(?::\d\d)*)?$")


def _moment(text: str) -> Decimal | None:
    """Seconds since 2000 of an ISO date or timestamp; its zone offset, the same throughout a column, is left aside."""
    found = _MOMENT.match(text)
    if found is None:
        return None
    try:
        moment = datetime(*(int(part or 0) for part in found.groups()[:6]))  # pyright: ignore[reportArgumentType]
    except ValueError:
        return None
    return Decimal((moment - _EPOCH) // timedelta(seconds=1))


def _as_moment(seconds: Decimal, base: str) -> str:
    moment = _EPOCH + timedelta(seconds=round(seconds))
    if base == "date":
        return date(moment.year, moment.month, moment.day).isoformat()
    return moment.isoformat(sep=" ") + ("+00" if base == "timestamptz" else "")
