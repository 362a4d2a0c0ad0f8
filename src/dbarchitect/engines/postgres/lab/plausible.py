"""Values for columns without statistics: plausible from type, name and simple checks.

They serve a schema that has no data yet. Nothing here is measured, so nothing here is claimed: the
distributions are round figures of ordinary applications (created over the last two years, most rows not deleted,
a few frequent states), chosen so that plans and timings are of the right kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from dbarchitect.engines.postgres.lab.checks import Hint, hints, replace_value
from dbarchitect.engines.postgres.lab.values import (
    INTEGERS,
    TEXTS,
    Ask,
    ColumnPlan,
    Segment,
    Ticks,
    Wanted,
    array,
    draw,
    hashed,
    literals,
    read_ticks,
    tick_segments,
    ticks_of,
    uniform,
)
from dbarchitect.engines.postgres.lab.words import WORDS, choice, text, whole_number, words
from dbarchitect.model.names import Name, quote_literal
from dbarchitect.model.schema import Check, Column, CompositeType, DomainType, EnumType, RangeType, Type, UserType

Types = Mapping[Name, UserType]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a plausible value can go by: the column, what the checks say of it, the types of the schema, the last day
    (ISO date) that things happen on, the average width in bytes where statistics know it (0: unknown), and the paths
    that computed columns take out of a document, with their types."""

    column: Column
    hints: tuple[Hint, ...]
    types: Types
    today: str
    width: int = 0
    distinct: int = 0
    paths: tuple[tuple[tuple[str, ...], Type], ...] = ()


def resolve(kind: Type, types: Types) -> tuple[Type, tuple[str, ...], bool]:
    """The type under all domains, the domains' checks (about VALUE), and whether a domain forbids NULL."""
    checks: list[str] = []
    not_null = False
    while kind.kind == "domain":
        found = types.get(Name(schema=kind.schema, name=kind.name))
        if not isinstance(found, DomainType):
            break
        checks.extend(one.expression for one in found.constraints if isinstance(one, Check) and one.enforced)
        not_null = not_null or found.not_null
        kind = found.type
    return kind, tuple(checks), not_null


def plausible(wanted: Wanted, scene: Scene, ask: Ask) -> ColumnPlan | None:
    """A plan without statistics; None where no value of the type can be made."""
    kind = wanted.type
    base = kind.base or kind.name
    name = scene.column.name.lower()
    listed = _listed(wanted, scene)
    if listed is not None:
        return literals(wanted, listed, ask)
    if kind.is_array:
        return _array_plan(wanted, scene, ask)
    if base == "bool":
        return literals(wanted, _truth(name), ask)
    bounds = _bounds(base, name, wanted, scene)
    ticks = ticks_of(base, kind.modifier, 2)
    if bounds is not None and ticks is not None:
        segments = _clipped(wanted, scene, ticks, bounds, ask)
        if segments:
            grain = _grain(base, ticks)
            return ColumnPlan(
                rows=wanted.rows,
                segments=segments,
                render=lambda t, _: ticks.render(t, grain),
                order=_order(base, name),
            )
    made = _expression(wanted, scene, ask)
    if made is None:
        return None
    expression, capacity = made
    distinct = wanted.filled if wanted.unique else max(min(scene.distinct or capacity, wanted.filled), 1)
    if not wanted.filled:
        return ColumnPlan(rows=wanted.rows, segments=(), render=lambda t, _: expression(t))
    segment = Segment(rows=wanted.filled, distinct=distinct, width=distinct)
    return ColumnPlan(rows=wanted.rows, segments=(segment,), render=lambda t, _: expression(t))


def inline(plan: ColumnPlan, rank: str, seed: int) -> str:
    """The value of a plan at a rank, in one expression (which repeats itself: for nested values only)."""
    segment = plan.segment_sql(rank)
    choice = plan.choice_sql(plan.offset_sql(rank, segment), segment, seed)
    return plan.value_sql(plan.tick_sql(choice, segment), segment)


def _listed(wanted: Wanted, scene: Scene) -> dict[str, float] | None:
    """The values that an enum, a check or a list partition leaves, by falling weight."""
    if wanted.type.is_array:
        return None
    values: list[str] | None = None
    if wanted.allowed is None and wanted.labels and wanted.type.kind != "enum":
        values = list(wanted.labels)  # what list partitions allow
        return dict.fromkeys(values, 1.0)
    if wanted.type.kind == "enum":
        values = list(wanted.labels)
        found = scene.types.get(Name(schema=wanted.type.schema, name=wanted.type.name))
        if isinstance(found, EnumType) and not values:
            values = list(found.labels)
    for hint in scene.hints:
        if hint.operator in ("in", "="):
            values = [v for v in hint.values if values is None or v in values]
    if not values:
        return None
    return {v: 1.0 / (1 + n) for n, v in enumerate(values)}


def _truth(name: str) -> dict[str, float]:
    rare = (
        "deleted",
        "archived",
        "locked",
        "disabled",
        "banned",
        "hidden",
        "blocked",
        "expired",
        "failed",
        "suspended",
    )
    often = ("active", "enabled", "visible", "public", "verified", "valid", "confirmed")
    if any(word in name for word in rare):
        return {"false": 0.95, "true": 0.05}
    if any(word in name for word in often):
        return {"false": 0.1, "true": 0.9}
    return {"false": 0.6, "true": 0.4}


def null_share(column: Column, base: str) -> float:
    """How many of a nullable column's values are absent in an ordinary application."""
    name = column.name.lower()
    if re.search(
        r"(deleted|archived|cancell?ed|revoked|expire[sd]|removed|disabled|closed)_?(at|on|date|time)?$", name
    ):
        return 0.9
    if base in ("timestamp", "timestamptz", "date") and re.search(r"(created|updated|modified|inserted)", name):
        return 0.0
    if column.default is not None:
        return 0.0
    return 0.1


def _order(base: str, name: str) -> float:
    """Whether the column grows with the table."""
    if base in ("timestamp", "timestamptz", "date") and re.search(
        r"creat|insert|added|register|logged|occurred|^ts$|^time", name
    ):
        return 0.98
    return 0.0


def _grain(base: str, ticks: Ticks) -> int:
    if base == "uuid" or base not in ("timestamp", "timestamptz", "time", "interval"):
        return 1
    return max(ticks.grains[-1], 1_000 if base != "time" else 60_000_000)


_AMOUNT = re.compile(r"price|amount|total|cost|fee|balance|salary|revenue|subtotal|payment|charge|budget|value$")
_SMALL = re.compile(r"quantit|qty|_count$|^count|number_of|num_|attempts|retries|stock|seats|size$|capacity|length")
_PLACE = re.compile(r"position|sort|ordinal|sequence|seq$|line_?n|rank|index$|^idx|display_order|step$")


def _bounds(base: str, name: str, wanted: Wanted, scene: Scene) -> list[str] | None:
    """The edges of a made-up histogram, as texts of the type; None for types without ticks."""
    if base in INTEGERS:
        if wanted.unique or name == "id" or name.endswith("_id"):
            return ["1", str(max(wanted.filled if wanted.unique else wanted.filled // 10, 2))]
        for pattern, edges in (
            (r"year", "2005 2026"), (r"^age$|_age$", "18 25 32 40 50 62 90"), (r"month", "1 12"), (r"day", "1 28"),
            (r"hour", "0 23"), (r"percent|pct|progress", "0 100"), (r"rating|stars|score", "1 5"),
            (r"priority|severity|level|version|revision", "1 5"), (r"port$", "1024 65535"),
            (r"status_?code|http_status", "200 200 200 200 404 500"),
            (r"bytes|file_?size", "200 4000 20000 200000 4000000"),
            (r"duration|_ms$|millis|elapsed|latency", "1 20 80 300 2000 60000"), (r"width|height", "100 4000"),
        ):  # fmt: skip
            if re.search(pattern, name):
                return edges.split()
        if re.search(r"_at$|timestamp|epoch|_ts$|_time$|^ts$|_date$|created|updated", name) and base == "int8":
            return ["1704067200000", "1767225600000"]  # milliseconds of 2024 and 2025
        if _AMOUNT.search(name):
            return ["100", "900", "1900", "4900", "9900", "29900", "32000"]
        if _SMALL.search(name):
            return ["1", "2", "4", "10", "40"]
        if _PLACE.search(name):
            return ["1", "5", "20"]
        return ["1", "10", "100", "1000"]
    if base in ("numeric", "money"):
        if re.search(r"lat(itude)?$", name):
            return ["-60", "70"]
        if re.search(r"lon(gitude)?$|lng$", name):
            return ["-180", "180"]
        if re.search(r"rate|ratio|percent|pct|discount|tax|vat|share", name):
            return ["0", "0.05", "0.2", "0.25"]
        if wanted.unique:
            return ["1", str(max(wanted.filled, 2))]
        return ["0.99", "4.99", "9.99", "19.99", "39.99", "79.99", "199.99", "999.99"]
    if base in ("float4", "float8"):
        if re.search(r"lat(itude)?$", name):
            return ["-60", "70"]
        if re.search(r"lon(gitude)?$|lng$", name):
            return ["-180", "180"]
        return ["0", "10", "100", "1000"]
    today = scene.today

    def years(n: int) -> str:
        return f"{int(today[:4]) + n}-{today[5:7]}-{min(int(today[8:10]), 28):02d}"

    if base in ("date", "timestamp", "timestamptz"):
        if re.search(r"birth|dob", name):
            return [years(-80), years(-60), years(-40), years(-25), years(-18)]
        if re.search(r"expire|expiry|due|until|valid_to|ends?_|end$|deadline|renew", name):
            return [years(-1), years(1)]
        if base != "date" and re.search(r"updat|modif|last_|chang", name):
            return [years(-2) + " 12:00", years(0) + " 12:00"]
        return [years(-2), years(0)]
    if base == "time":
        return ["06:00", "09:00", "12:00", "17:00", "22:00"]
    if base == "interval":
        return ["1 minute", "1 hour", "8 hours", "3 days"]
    if base == "uuid":
        return ["00000000-0000-4000-8000-000000000000", "ffffffff-ffff-4fff-8fff-ffffffffffff"]
    if base == "inet":
        return ["10.0.0.1", "10.255.255.254"]
    return None


def _clipped(wanted: Wanted, scene: Scene, ticks: Ticks, bounds: list[str], ask: Ask) -> tuple[Segment, ...]:
    """Segments over `bounds`, cut to what checks, the type and partitions allow."""
    base = wanted.type.base or wanted.type.name
    limits = [h for h in scene.hints if h.operator in (">", ">=", "<", "<=")]
    texts = [*bounds, *(h.values[0] for h in limits), *(b for pair in wanted.allowed or () for b in pair if b)]
    known = read_ticks(ticks, base, [t for t in dict.fromkeys(texts) if base not in INTEGERS or whole_number(t)], ask)
    grain = _grain(base, ticks)
    lowest, highest = ticks.lowest, ticks.highest
    for hint in limits:
        tick = known.get(hint.values[0])
        if tick is None:
            continue
        if hint.operator in (">", ">="):
            lowest = max(lowest, tick + (grain if hint.operator == ">" else 0))
        else:
            highest = min(highest, tick - (grain if hint.operator == "<" else 0))
    if lowest > highest:
        return ()
    edges = [known[b] for b in bounds if b in known]
    if edges and (edges[-1] < lowest or edges[0] > highest):  # the habit does not fit: a range beside the limit
        span = max(edges[-1] - edges[0], 1)
        edges = [lowest, min(lowest + span, highest)] if edges[-1] < lowest else [max(highest - span, lowest), highest]
    edges = [min(max(e, lowest), highest) for e in edges]
    allowed = None
    if wanted.allowed is not None:
        allowed = [(-(-known.get(a, lowest) // grain), -(-known.get(b, highest) // grain)) for a, b in wanted.allowed]
        open_ended = [(a or edges[0], b) for a, b in allowed]
        if not any(a < edges[-1] // grain and b > edges[0] // grain for a, b in open_ended):
            first, last = allowed[0][0], allowed[-1][1]
            edges = [first * grain, max(last * grain - grain, first * grain)]
    distinct = scene.distinct or wanted.filled
    return tick_segments(
        points=[],
        bounds=[e // grain for e in edges],
        rows=wanted.filled,
        distinct=distinct,
        unique=wanted.unique,
        lowest=-(-lowest // grain),
        highest=highest // grain,
        allowed=allowed,
    )


# ---- types without ticks


_GEOMETRY = {
    "point": "point({x}, {y})",
    "box": "box(point({x}, {y}), point({x} + 1, {y} + 1))",
    "circle": "circle(point({x}, {y}), 1 + {x} % 5)",
    "lseg": "lseg(point({x}, {y}), point({x} + 1, {y} + 2))",
    "line": "line(point({x}, {y}), point({x} + 1, {y} + 2))",
    "path": "('((' || {x} || ',' || {y} || '),(' || {x} + 1 || ',' || {y} || '))')::path",
    "polygon": "polygon(box(point({x}, {y}), point({x} + 1, {y} + 1)))",
}


def _expression(wanted: Wanted, scene: Scene, ask: Ask) -> tuple[Callable[[str], str], int] | None:
    """A value of the type as an expression over a number, and how many distinct ones to make."""
    kind = wanted.type
    base = kind.base or kind.name
    name = scene.column.name.lower()
    sql = kind.sql
    seed = draw(wanted.seed, "expression") >> 1
    rows = max(wanted.filled, 1)
    if base in TEXTS:
        return text(name, wanted, scene.hints, scene.width)
    if base in _GEOMETRY:
        pattern = _GEOMETRY[base]
        return (
            lambda t: pattern.format(x=f"({hashed(t, seed)} % 100000)", y=f"({hashed(t, seed + 1)} % 100000)")
        ), rows
    if base in ("json", "jsonb"):
        return _document(wanted, scene, seed)
    if base == "tsvector":
        return (lambda t: f"to_tsvector('simple', {words(t, seed, '80')})"), rows
    if base == "tsquery":
        return (lambda t: f"plainto_tsquery('simple', {choice(WORDS, t)})"), len(WORDS)
    if base == "bytea":
        size = max(scene.width - 1, 4) if scene.width else 32
        return (lambda t: f"decode(rpad(lpad(to_hex({t}), 8, '0'), {2 * size}, md5(({t})::text)), 'hex')"), rows
    if base == "cidr":
        return (lambda t: f"(inet '10.0.0.0' + ({t}))::cidr"), rows
    if base in ("macaddr", "macaddr8"):
        width = 12 if base == "macaddr" else 16
        return (lambda t: f"lpad(to_hex({t}), {width}, '0')::{base}"), rows
    if base in ("bit", "varbit"):
        size = max(kind.modifier, 1) if base == "bit" or kind.modifier > 0 else 16
        return (lambda t: f"({t})::bit({size})::{base}" if base == "bit" else f"({t})::bit({size})::varbit"), rows
    if base == "timetz":
        return (lambda t: f"(time '00:00' + {t} % 1440 * interval '1 minute')::timetz"), 1440
    if base == "pg_lsn":
        return (lambda t: f"('0/' || to_hex({t}))::pg_lsn"), rows
    if base == "char":
        return (lambda t: f'chr(97 + (({t}) % 26)::int)::"char"'), 26
    if base == "xml":
        if not ask("SELECT 1 FROM pg_catalog.pg_config WHERE name = 'CONFIGURE' AND setting LIKE '%libxml%'"):
            return None
        return (lambda t: f"('<v>' || ({t})::text || '</v>')::xml"), rows
    if base.startswith("reg"):
        return (lambda t: f"'0'::{base}"), 1
    if base in ("vector", "halfvec"):
        size = max(kind.modifier, 1) if kind.modifier > 0 else 3
        return (
            lambda t: (
                f"(ARRAY(SELECT ({uniform(f'({t}) * 8192 + g', seed)} * 2 - 1)::real"
                f" FROM generate_series(1, {size}) AS g))::real[]::{sql}"
            )
        ), rows
    if base == "sparsevec":
        size = kind.modifier if kind.modifier > 0 else 3
        return (lambda t: f"('{{1:' || ({t} % 100 + 1)::text || '}}/{size}')::{sql}"), 100
    if base == "hstore":
        return (lambda t: f"('k=>' || ({t})::text)::{sql}"), rows
    if base == "ltree":
        return (lambda t: f"('top.n' || ({t} % 20)::text || '.n' || ({t})::text)::{sql}"), rows
    if kind.kind in ("range", "multirange") or base.endswith("range"):
        return _range(wanted, scene, ask, seed)
    if kind.kind == "composite":
        return _composite(wanted, scene, ask)
    if (kind.kind == "base" and kind.schema != "pg_catalog") or base in ("xid8", "xid", "cid", "tid"):
        return _by_trial(kind, ask, rows)
    return None


def _by_trial(kind: Type, ask: Ask, rows: int) -> tuple[Callable[[str], str], int] | None:
    """A type this module does not know: whichever text the type itself takes."""
    for form in ("({t})::text", "'n' || ({t})::text", "'(' || ({t})::text || ')'", "'[' || ({t})::text || ']'", "'(' || ({t})::text || ',1)'"):  # fmt: skip  # noqa: E501
        accepted = ask(
            f"SELECT pg_input_is_valid({form.format(t='7')}, {array([kind.sql], 'text')}[1])"
            if _has_input_check(ask)
            else "SELECT false"
        )
        if accepted and accepted[0][0]:
            return (lambda t, form=form: f"({form.format(t=t)})::{kind.sql}"), rows
    return None


def _has_input_check(ask: Ask) -> bool:
    return bool(ask("SELECT 1 FROM pg_catalog.pg_proc WHERE proname = 'pg_input_is_valid'"))


def _document(wanted: Wanted, scene: Scene, seed: int) -> tuple[Callable[[str], str], int]:
    base = wanted.type.base or wanted.type.name
    shape = next((h.values[0] for h in scene.hints if h.operator == "typeof"), "")
    if shape == "" and scene.column.default is not None and "'[]'" in scene.column.default:
        shape = "array"
    filler = max(scene.width - 60, 0)

    def expression(t: str) -> str:
        if shape == "array":
            return f"{base}_build_array(({t}), {choice(WORDS, hashed(t, seed))})"
        if shape in ("string", "number", "boolean"):
            inner = {"string": f"('s' || ({t})::text)", "number": f"({t})", "boolean": f"(({t}) % 2 = 0)"}[shape]
            return f"to_{base}({inner})"
        keys: dict[str, str] = {}
        nested: dict[str, dict[str, str]] = {}
        for path, kind in scene.paths:
            value = _member(path[-1], kind, t, seed, scene)
            if len(path) == 1:
                keys[path[0]] = value
            else:
                nested.setdefault(path[0], {})[path[1]] = value
        for key, members in nested.items():
            keys[key] = _object(base, members)
        if not keys:
            keys = {
                "id": f"({t})",
                "name": choice(WORDS, hashed(t, seed)),
                "flag": f"({hashed(t, seed + 1)} % 3 = 0)",
            }
        if filler:
            keys["note"] = words(t, seed, str(filler))
        return _object(base, keys)

    return expression, max(wanted.filled, 1)


def _object(base: str, members: Mapping[str, str]) -> str:
    return f"{base}_build_object({', '.join(f'{quote_literal(k)}, {v}' for k, v in members.items())})"


def _member(key: str, kind: Type, t: str, seed: int, scene: Scene) -> str:
    """A member of a document, as text that casts to `kind`, the type of the column that is computed from it."""
    base = kind.base or kind.name
    found = scene.types.get(Name(schema=kind.schema, name=kind.name))
    if isinstance(found, EnumType) and found.labels:
        return choice(found.labels, hashed(t, seed))
    if base == "bool":
        return f"({hashed(t, seed)} % 10 = 0)"
    if base in INTEGERS or base in ("numeric", "float4", "float8", "money"):
        return f"({hashed(t, seed)} % 100 + 1)"
    if base in ("date", "timestamp", "timestamptz"):
        start = f"timestamp {quote_literal(scene.today)} - ({hashed(t, seed)} % 63072000) * interval '1 second'"
        return f'to_char({start}, \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')'
    if base == "uuid":
        return f"md5(({t})::text)::uuid"
    if base == "interval":
        return f"('PT' || {hashed(t, seed)} % 90 || 'M')"
    return f"({quote_literal(key[:20] + '-')} || ({t})::text)"


def _range(wanted: Wanted, scene: Scene, ask: Ask, seed: int) -> tuple[Callable[[str], str], int] | None:
    """Ranges of any subtype that has ticks. They follow each other apart, which suits exclusion constraints."""
    kind = wanted.type
    base = kind.base or kind.name
    builtin = {
        "int4range": "int4", "int8range": "int8", "numrange": "numeric", "daterange": "date", "tsrange": "timestamp",
        "tstzrange": "timestamptz", "int4multirange": "int4", "int8multirange": "int8", "nummultirange": "numeric",
        "datemultirange": "date", "tsmultirange": "timestamp", "tstzmultirange": "timestamptz",
    }  # fmt: skip
    subtype, constructor = builtin.get(base), base.replace("multirange", "range")
    multirange = base if "multirange" in base else ""
    if subtype is None:
        for found in scene.types.values():
            if isinstance(found, RangeType) and (
                found.name == Name(schema=kind.schema, name=kind.name)
                or found.multirange == Name(schema=kind.schema, name=kind.name)
            ):
                subtype, constructor = found.subtype.base or found.subtype.name, str(found.name)
                multirange = str(found.multirange) if kind.kind == "multirange" and found.multirange else ""
    ticks = ticks_of(subtype, -1, 0) if subtype else None
    if ticks is None or subtype is None:
        return None
    unit = {"timestamp": 3_600_000_000, "timestamptz": 3_600_000_000}.get(subtype, 1)
    days = {"date": 7305, "timestamp": 175_320, "timestamptz": 175_320}.get(subtype, 0)  # from 2020 on

    def expression(t: str) -> str:
        start = f"(({t}) * 4 + {days})"
        stop = f"(({t}) * 4 + {days + 1} + {hashed(t, seed)} % 3)"
        made = f"{constructor}({ticks.render(start, unit)}, {ticks.render(stop, unit)})"
        return f"{multirange}({made})" if multirange else made

    return expression, max(wanted.filled, 1)


def _composite(wanted: Wanted, scene: Scene, ask: Ask) -> tuple[Callable[[str], str], int] | None:
    found = scene.types.get(Name(schema=wanted.type.schema, name=wanted.type.name))
    if not isinstance(found, CompositeType):
        return None
    fields: list[Callable[[str], str]] = []
    for attribute in found.attributes:
        inner, checks, _ = resolve(attribute.type, scene.types)
        asked = replace(wanted, type=inner, unique=False, labels=(), allowed=None, rows=1000, filled=1000)
        about = tuple(h for c in checks for h in hints(replace_value(c, "value")))
        plan = plausible(asked, replace(scene, column=attribute, hints=about, width=0, distinct=0), ask)
        seed = draw(wanted.seed, attribute.name) >> 1
        if plan is None:
            fields.append(lambda t: "NULL")
        else:
            fields.append(
                lambda t, plan=plan, seed=seed, sql=attribute.type.sql: (
                    f"({inline(plan, f'({hashed(t, seed)} % 1000)', seed)})::{sql}"
                )
            )
    return (lambda t: f"ROW({', '.join(f(t) for f in fields)})::{wanted.type.sql}"), max(wanted.filled, 1)


def _array_plan(wanted: Wanted, scene: Scene, ask: Ask) -> ColumnPlan | None:
    """Arrays of one to three elements, drawn from a small set."""
    kind = wanted.type
    element = _element(kind, scene.types)
    inner, checks, _ = resolve(element, scene.types)
    few = max(min(wanted.filled, 50), 1)
    asked = replace(wanted, type=inner, unique=False, rows=few, filled=few, labels=(), allowed=None)
    about = tuple(h for c in checks for h in hints(replace_value(c, "value")))
    plan = plausible(asked, replace(scene, hints=about, width=0, distinct=0), ask)
    if plan is None:
        return None
    seed = draw(wanted.seed, "array") >> 1
    least = max(
        (
            int(h.values[0])
            for h in scene.hints
            if h.operator in ("length >=", "length =") and whole_number(h.values[0])
        ),
        default=1,
    )
    distinct = wanted.filled if wanted.unique else max(wanted.filled // 3, 1)

    def render(t: str, s: str) -> str:
        value = inline(plan, f"({hashed(f'({t}) * 16 + g', seed)} % {few})", seed)
        many = f"({max(least, 1)} + {hashed(t, seed + 1)} % 3)::int"
        return f"ARRAY(SELECT ({value})::{element.sql} FROM generate_series(1, {many}) AS g)"

    segments = (Segment(rows=wanted.filled, distinct=distinct, width=distinct),) if wanted.filled else ()
    return ColumnPlan(rows=wanted.rows, segments=segments, render=render)


def _element(kind: Type, types: Types) -> Type:
    """The element type of an array type, as far as its printed name tells."""
    sql = kind.sql
    while sql.endswith("[]"):
        sql = sql.removesuffix("[]")
    for name, found in types.items():
        if str(name) == sql:
            kinds = {"enum": "enum", "domain": "domain", "composite": "composite", "range": "range"}
            label = type(found).__struct_config__.tag
            return Type(sql=sql, schema=name.schema, name=name.name, kind=kinds.get(str(label), "base"))  # type: ignore[arg-type]
    base = kind.element.lstrip("_")
    return Type(sql=sql, name=base, base=base, modifier=kind.modifier, category="")
