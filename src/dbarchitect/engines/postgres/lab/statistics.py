"""Columns that have statistics: from one row of `pg_stats` to the plan of a column.

`ANALYZE` of the made rows must give that row again, as nearly as may be: null fraction, common values, histogram,
distinct count (see `values.calibrated`); elements of arrays and lexemes; bounds and lengths of ranges.
"""

from __future__ import annotations

from collections.abc import Sequence

from dbarchitect.engines.postgres.arrays import parse_array
from dbarchitect.engines.postgres.lab.texts import text_plan
from dbarchitect.engines.postgres.lab.values import (
    TEXTS,
    TICK_LIMIT,
    Ask,
    ColumnPlan,
    Segment,
    Wanted,
    array,
    calibrated,
    decimals_in,
    draw,
    finite,
    hashed,
    in_order_of_type,
    literal_plan,
    numbers,
    plain,
    read_ticks,
    shares,
    tick_segments,
    ticks_of,
    uniform,
)
from dbarchitect.model.facts import ColumnStatistics


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
        return _element_plan(wanted, statistics, common, frequencies)
    if not common and not bounds:
        return None
    known = dict(zip(common, frequencies, strict=False))
    points = [(v, round(f * wanted.rows)) for v, f in known.items()]
    if wanted.unique:
        bounds, points = bounds or sorted(common), []
    distinct = distinct_values(statistics, wanted.rows, wanted.filled)
    if base in TEXTS and not wanted.type.is_array:
        return text_plan(wanted, points, bounds, distinct, ask)
    if not wanted.type.is_array and wanted.type.kind != "enum":
        plan = tick_plan(wanted, points, bounds, distinct, ask)
        if plan is not None:
            return plan
    return _sample_plan(wanted, points, bounds, distinct, ask)


def tick_plan(
    wanted: Wanted, points: Sequence[tuple[str, int]], bounds: Sequence[str], distinct: int, ask: Ask
) -> ColumnPlan | None:
    """A plan over ticks, or None where the type has none."""
    base = wanted.type.base or wanted.type.name
    values = [*(v for v, _ in points), *bounds, *(b for pair in wanted.allowed or () for b in pair if b)]
    decimals = decimals_in(values)
    if base in ("float4", "float8"):
        largest = max((abs(float(v)) for v in values if finite(v)), default=1.0)
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
    steps = grain
    limits = None if allowed is None else [(-(-a // grain), -(-b // grain)) for a, b in allowed]
    listed = sorted({e // grain for e in edges})
    common = [(known[v] // grain, n) for v, n in points if v in known]
    if base == "uuid":
        digit = next((v[14] for v in values if len(v) == 36), "4")
        grain = int(digit, 16)

    def plan(values: int) -> ColumnPlan:
        inside = common
        if listed and not wanted.unique and values - len(common) <= len(listed):
            # The bounds are all the other values there are.
            rest = max(wanted.filled - sum(n for _, n in common), 0)
            inside = [*common, *zip(listed, shares(rest, [1.0] * len(listed)), strict=True)]
        segments = tick_segments(
            points=inside,
            bounds=[e // steps for e in edges],
            rows=wanted.filled,
            distinct=values,
            unique=wanted.unique,
            lowest=ticks.lowest // steps,
            highest=ticks.highest // steps,
            allowed=limits,
        )
        return ColumnPlan(rows=wanted.rows, segments=segments, render=lambda t, _: ticks.render(t, grain))

    made = plan(distinct) if wanted.unique else calibrated(distinct, wanted.sample, plan)
    return made if made.segments else None


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
    return literal_plan(wanted, counts, ask, plain(wanted.type))


def _document_plan(
    wanted: Wanted, counts: dict[str, int], listed: Sequence[str], distinct: int, rest: int, ask: Ask
) -> ColumnPlan:
    """Jsonb with many values: the sampled documents, made distinct by one more key where they are objects."""
    order = in_order_of_type(wanted, [*counts, *(v for v in listed if v not in counts)], ask)
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
    ticks = ticks_of(subtype, -1, decimals_in(lowers))
    if ticks is None or len(lowers) < 2:
        return None
    known = read_ticks(ticks, subtype, lowers, ask)
    scale = 10 ** decimals_in(lowers) if subtype == "numeric" else unit
    lengths = [float(v) for v in parse_array(statistics.range_length_histogram) if finite(v)] or [1.0]
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
