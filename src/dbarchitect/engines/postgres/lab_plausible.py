"""Values for columns without statistics: plausible from type, name and simple checks.

They serve a schema that has no data yet. Nothing here is measured, so nothing here is claimed: the
distributions are round figures of ordinary applications (created over the last two years, most rows not deleted,
a few frequent states), chosen so that plans and timings are of the right kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...model.names import Name, quote_literal
from ...model.schema import Check, Column, CompositeType, DomainType, EnumType, RangeType, Type, UserType
from .lab_checks import Hint, hints, replace_value
from .lab_values import (
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

Types = Mapping[Name, UserType]

_FIRST = "Ada Alan Anna Barbara Carlos Chen David Edsger Elena Emma Fatima Grace Hans Ines Ivan James Jana Kenji Lea Lin Linus Liam Maria Marta Mei Noah Nora Olga Omar Paul Priya Ravi Rosa Sara Sofia Tim Tom Uma Yuki Zoe".split()  # noqa: E501, SIM905
_LAST = "Abbas Andersson Bauer Becker Brown Cohen Costa Diaz Dubois Evans Fischer Garcia Gupta Haddad Ito Jensen Johnson Kim Kovacs Kumar Lee Lopez Martin Meyer Miller Moreau Nguyen Novak Okafor Patel Petrov Rossi Santos Sato Schmidt Silva Singh Smith Suzuki Tanaka Weber Wang Williams Yilmaz Zhang".split()  # noqa: E501, SIM905
_CITIES = "Amsterdam Athens Bangalore Barcelona Berlin Bogota Boston Cairo Chicago Delhi Dublin Hamburg Istanbul Jakarta Lagos Lima Lisbon London Madrid Melbourne Mexico Milan Mumbai Munich Nairobi Osaka Oslo Paris Prague Rome Seattle Seoul Sydney Tokyo Toronto Vienna Warsaw Zurich".split()  # noqa: E501, SIM905
_COUNTRIES = "US DE GB FR IN JP BR CA AU ES IT NL SE PL CH MX KR ZA NG AR".split()  # noqa: SIM905
_COUNTRY_NAMES = "Germany France India Japan Brazil Canada Australia Spain Italy Netherlands Sweden Poland Mexico Kenya Nigeria Argentina Chile Egypt Portugal Norway".split()  # noqa: E501, SIM905
_CURRENCIES = "USD EUR GBP JPY CHF INR BRL CAD".split()  # noqa: SIM905
_LANGUAGES = "en de fr es pt ja zh it nl pl".split()  # noqa: SIM905
_STATES = "active pending completed cancelled failed archived".split()  # noqa: SIM905
_WORDS = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur".split()  # noqa: E501, SIM905
_SETTLED = frozenset({"tag", "type", "kind", "category", "class", "level", "tier", "plan", "role", "source", "method"})


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
            grain = _grain(base, name, ticks)
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


def _grain(base: str, name: str, ticks: Ticks) -> int:
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
            (r"status_?code|http_status", "200 200 200 200 404 500"), (r"bytes|file_?size", "200 4000 20000 200000 4000000"),
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
    years = lambda n: f"{int(today[:4]) + n}-{today[5:7]}-{min(int(today[8:10]), 28):02d}"  # noqa: E731
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
    known = read_ticks(ticks, base, [t for t in dict.fromkeys(texts) if base not in INTEGERS or _whole(t)], ask)
    grain = _grain(base, scene.column.name.lower(), ticks)
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
        allowed = [
            (-(-(known[a] if a in known else lowest) // grain), -(-(known[b] if b in known else highest) // grain))
            for a, b in wanted.allowed
        ]
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


def _whole(text: str) -> bool:
    return re.fullmatch(r"-?\d+", text) is not None


# ---- types without ticks, and texts


def _choice(values: Sequence[str], number: str) -> str:
    return f"{array(list(values), 'text')}[1 + ({number}) % {len(values)}]"


def _words(number: str, seed: int, length: str) -> str:
    """Words, about `length` characters of them."""
    word = f"{array(_WORDS, 'text')}[1 + {hashed(f'({number}) * 64 + g', seed)} % {len(_WORDS)}]"
    return f"left((SELECT string_agg({word}, ' ') FROM generate_series(1, least(({length}) / 6 + 1, 4000)) AS g), {length})"


def _text(wanted: Wanted, scene: Scene) -> tuple[Callable[[str], str], int]:
    """A text by its column's name: the expression over a number, and how many distinct ones there are."""
    name = scene.column.name.lower()
    kind = wanted.type
    base = kind.base or kind.name
    seed = draw(wanted.seed, "text") >> 1
    limit = 63 if base == "name" else kind.modifier - 4 if kind.modifier >= 4 else 10**6
    least = 0
    for hint in scene.hints:
        if hint.operator.startswith("length") and _whole(hint.values[0]):
            size = int(hint.values[0])
            if hint.operator in ("length <", "length <=", "length ="):
                limit = min(limit, size - (hint.operator == "length <"))
            if hint.operator in ("length >", "length >=", "length ="):
                least = max(least, size + (hint.operator == "length >"))
        if hint.operator == "~":
            matched = _matching(hint.values[0])
            if matched is not None:
                return matched
    rows = max(wanted.filled, 1)
    first = lambda t: _choice(_FIRST, hashed(t, seed))  # noqa: E731
    last = lambda t: _choice(_LAST, hashed(t, seed + 1))  # noqa: E731
    if scene.width:
        width = max(scene.width - (1 if scene.width < 127 else 4), 1)
        return _fitted(lambda t: f"md5(({t})::text || 'w')", width, width, wanted, rows)
    patterns: tuple[tuple[str, Callable[[str], str], int], ...] = (
        (r"e_?mail", lambda t: f"lower({first(t)} || '.' || {last(t)}) || ({t})::text || '@example.com'", rows),
        (r"first_?name|given", first, len(_FIRST)),
        (r"last_?name|surname|family", last, len(_LAST)),
        (r"user_?name|login|nick|handle|screen_name", lambda t: f"lower({first(t)}) || ({t})::text", rows),
        (r"full_?name|display_name|author|contact|person|customer_name", lambda t: f"{first(t)} || ' ' || {last(t)} || CASE WHEN {t} < 1600 THEN '' ELSE ' ' || ({t})::text END", rows),  # noqa: E501
        (r"company|organi[sz]ation|vendor|employer", lambda t: f"({last(t)} || ' and ' || {first(t)} || ' Ltd ' || ({t})::text)", rows),  # noqa: E501
        (r"city|town|municip", lambda t: _choice(_CITIES, t), len(_CITIES)),
        (r"country_?(code|iso)|^country$|^iso", lambda t: _choice(_COUNTRIES if limit < 40 else _COUNTRY_NAMES, t), 20),
        (r"country|nation", lambda t: _choice(_COUNTRY_NAMES, t), 20),
        (r"currency", lambda t: _choice(_CURRENCIES, t), len(_CURRENCIES)),
        (r"locale|lang", lambda t: _choice(_LANGUAGES, t), len(_LANGUAGES)),
        (r"time_?zone|^tz$", lambda t: _choice(("Europe/Berlin", "UTC", "America/New_York", "Asia/Tokyo", "Europe/London"), t), 5),  # noqa: E501
        (r"phone|mobile|fax|telephone", lambda t: f"'+49' || (1510000000 + {hashed(t, seed)} % 89999999)::text", rows),
        (r"zip|postal|postcode", lambda t: f"lpad(({hashed(t, seed)} % 90000 + 10000)::text, 5, '0')", min(rows, 5000)),
        (r"street|address", lambda t: f"({last(t)} || ' Street ' || ({t} % 200 + 1)::text)", rows),
        (r"(^|_)ip(_|$)|ip_?addr|remote_addr", lambda t: f"host(inet '10.0.0.1' + {hashed(t, seed)} % 16000000)", rows),
        (r"url|uri|website|link|href|avatar|image", lambda t: f"'https://example.com/' || {_choice(_WORDS, hashed(t, seed))} || '/' || ({t})::text", rows),  # noqa: E501
        (r"mime|content_?type|media_type", lambda t: _choice(("image/png", "application/pdf", "text/html", "image/jpeg", "application/json"), t), 5),  # noqa: E501
        (r"user_?agent", lambda t: f"'Mozilla/5.0 (X11; Linux x86_64) rv:' || ({t} % 40 + 90)::text", 40),
        (r"password|hash|digest|checksum|sha|md5|etag|fingerprint", lambda t: f"md5(({t})::text || {seed}) || md5({seed} || ({t})::text)", rows),  # noqa: E501
        (r"token|secret|api_?key|nonce|session_?id", lambda t: f"md5(({t})::text || {seed})", rows),
        (r"slug|permalink", lambda t: f"{_choice(_WORDS, hashed(t, seed))} || '-' || {_choice(_WORDS, hashed(t, seed + 1))} || '-' || ({t})::text", rows),  # noqa: E501
        (r"colou?r", lambda t: f"'#' || lpad(to_hex({hashed(t, seed)} % 16777216), 6, '0')", 200),
        (r"status|^state$|_state$|phase", lambda t: _choice(_STATES, t), len(_STATES)),
        (r"gender|^sex$", lambda t: _choice(("f", "m", "x"), t), 3),
        (r"(^|_)path$|file_?name|^file$|directory", lambda t: f"'/data/' || ({t} % 50)::text || '/' || ({t})::text || '.dat'", rows),
        (r"sku|code|reference|number$|_no$|_nr$|isbn|barcode|serial", lambda t: f"upper(left(md5({seed} || ({t} % 26)::text), 2)) || lpad(({t})::text, 6, '0')", rows),  # noqa: E501
        (r"descri|body|content|text|comment|note|message|bio|summary|details|remark|reason|error", lambda t: f"{_words(t, seed, f'(40 + {hashed(t, seed)} % 160)::int')}", rows),  # noqa: E501
        (r"title|subject|headline|label|caption", lambda t: f"initcap({_words(t, seed, f'(12 + {hashed(t, seed)} % 24)::int')}) || ' ' || ({t})::text", rows),  # noqa: E501
        (r"name$|^name", lambda t: f"initcap({_choice(_WORDS, hashed(t, seed))}) || ' ' || {_choice(_WORDS, hashed(t, seed + 1))} || ' ' || ({t})::text", rows),  # noqa: E501
    )  # fmt: skip
    for pattern, expression, capacity in patterns:
        if re.search(pattern, name):
            break
    else:
        if any(word in name for word in _SETTLED):
            expression, capacity = (lambda t: f"'{name.replace(chr(39), '')[:12]}_' || ({t})::text"), min(rows, 12)
        else:
            expression, capacity = (
                (lambda t: f"{_choice(_WORDS, hashed(t, seed))} || '-' || ({t})::text"),
                max(rows // 4, 1),
            )
    if wanted.unique and capacity < rows:
        short = expression
        expression = lambda t: f"{short(t)} || '-' || ({t})::text"  # noqa: E731
    return _fitted(expression, least, limit, wanted, rows if wanted.unique else capacity)


def _fitted(
    expression: Callable[[str], str], least: int, limit: int, wanted: Wanted, capacity: int
) -> tuple[Callable[[str], str], int]:
    """`expression` within a length; unique ones keep their counter, so the counter comes first where room is short."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    if limit <= 0:
        return (lambda t: "''"), 1
    if limit <= 6:
        powers = [len(letters) ** p for p in range(limit)]
        digit = lambda t, p: f"substr('{letters}', (({t}) / {p} % {len(letters)})::int + 1, 1)"  # noqa: E731
        if wanted.unique:
            return (lambda t: " || ".join(digit(t, p) for p in reversed(powers))), len(letters) ** limit
        return (lambda t: f"rpad(left({expression(t)}, {limit}), {max(least, 1)}, 'x')"), capacity
    if wanted.unique and limit < 60:
        body = lambda t: f"left(to_hex({t}) || '-' || {expression(t)}, {limit})"  # noqa: E731
    elif limit < 10**6:
        body = lambda t: f"left({expression(t)}, {limit})"  # noqa: E731
    else:
        body = expression
    if least > 1:
        return (lambda t: f"rpad({body(t)}, greatest({least}, length({body(t)})), md5(({t})::text))"), capacity
    return body, capacity


_CLASSES = {"d": "0123456789", "w": "abcdefghijklmnopqrstuvwxyz0123456789_", "s": " "}


def _matching(pattern: str) -> tuple[Callable[[str], str], int] | None:
    """A text that a simple anchored pattern (classes and counts, no alternatives) matches."""
    if not pattern.startswith("^") or not pattern.endswith("$"):
        return None
    inner = pattern[1:-1]
    if re.search(r"(?<!\\)[|*?()]", re.sub(r"\[[^\]]*\]", "", inner)):
        inner = re.sub(r"\(([^()|?*]*)\)(?![?*+{])", r"\1", inner)
        if re.search(r"(?<!\\)[|()]", re.sub(r"\[[^\]]*\]", "", inner)):
            return None
    atoms: list[str] = []
    for match in re.finditer(r"(\[(?:[^\]\\]|\\.)+\]|\\.|.)(\{\d+(?:,\d*)?\}|[+*?])?", inner):
        atom, count = match.groups()
        if atom.startswith("["):
            if atom[1] == "^":
                return None
            letters = _class(atom[1:-1])
        elif atom.startswith("\\"):
            letters = _CLASSES.get(atom[1], atom[1])
        else:
            letters = "x" if atom == "." else atom
        if not letters:
            return None
        times = 1
        if count is not None:
            numbers = re.findall(r"\d+", count)
            times = int(numbers[-1]) if numbers else 8 if count in "+*" else 0
            if count.endswith(",}"):
                times = max(int(numbers[0]), 8)
        atoms.extend([letters] * min(times, 64))
    capacity = 1
    parts: list[tuple[str, int]] = []
    for letters in reversed(atoms):
        parts.append((letters, capacity if capacity < 2**60 else 1))
        capacity = min(capacity * len(letters), 2**61)

    def expression(t: str) -> str:
        made = [
            f"substr('{letters.replace(chr(39), chr(39) * 2)}', (({t}) / {power} % {len(letters)})::int + 1, 1)"
            if len(letters) > 1
            else "'" + letters.replace("'", "''") + "'"
            for letters, power in reversed(parts)
        ]
        return "(" + (" || ".join(made) or "''") + ")"

    return expression, min(capacity, 10**9)


def _class(inner: str) -> str:
    letters: list[str] = []
    at = 0
    while at < len(inner):
        if inner[at] == "\\" and at + 1 < len(inner):
            letters.extend(_CLASSES.get(inner[at + 1], inner[at + 1]))
            at += 2
        elif at + 2 < len(inner) and inner[at + 1] == "-":
            letters.extend(chr(c) for c in range(ord(inner[at]), ord(inner[at + 2]) + 1))
            at += 3
        else:
            letters.append(inner[at])
            at += 1
    return "".join(dict.fromkeys(letters))


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
    sql = kind.sql
    seed = draw(wanted.seed, "expression") >> 1
    rows = max(wanted.filled, 1)
    if base in TEXTS:
        return _text(wanted, scene)
    if base in _GEOMETRY:
        pattern = _GEOMETRY[base]
        x = lambda t: f"({hashed(t, seed)} % 100000)"  # noqa: E731
        y = lambda t: f"({hashed(t, seed + 1)} % 100000)"  # noqa: E731
        return (lambda t: pattern.format(x=x(t), y=y(t))), rows
    if base in ("json", "jsonb"):
        return _document(wanted, scene, seed)
    if base == "tsvector":
        return (lambda t: f"to_tsvector('simple', {_words(t, seed, '80')})"), rows
    if base == "tsquery":
        return (lambda t: f"plainto_tsquery('simple', {_choice(_WORDS, t)})"), len(_WORDS)
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
        return (lambda t: f"('<v>' || ({t})::text || '</v>')::xml"), rows
    if base.startswith("reg"):
        return (lambda t: f"'0'::{base}"), 1
    if base in ("vector", "halfvec"):
        size = max(kind.modifier, 1) if kind.modifier > 0 else 3
        number = lambda t: uniform(f"({t}) * 8192 + g", seed)  # noqa: E731
        return (
            lambda t: f"(ARRAY(SELECT ({number(t)} * 2 - 1)::real FROM generate_series(1, {size}) AS g))::real[]::{sql}"
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
    if kind.kind == "base" and kind.schema != "pg_catalog" or base in ("xid8", "xid", "cid", "tid"):
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
            return f"{base}_build_array(({t}), {_choice(_WORDS, hashed(t, seed))})"
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
                "name": _choice(_WORDS, hashed(t, seed)),
                "flag": f"({hashed(t, seed + 1)} % 3 = 0)",
            }
        if filler:
            keys["note"] = _words(t, seed, str(filler))
        return _object(base, keys)

    return expression, max(wanted.filled, 1)


def _object(base: str, members: Mapping[str, str]) -> str:
    return f"{base}_build_object({', '.join(f'{quote_literal(k)}, {v}' for k, v in members.items())})"


def _member(key: str, kind: Type, t: str, seed: int, scene: Scene) -> str:
    """A member of a document, as text that casts to `kind`, the type of the column that is computed from it."""
    base = kind.base or kind.name
    found = scene.types.get(Name(schema=kind.schema, name=kind.name))
    if isinstance(found, EnumType) and found.labels:
        return _choice(found.labels, hashed(t, seed))
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
    """Ranges of any subtype that has ticks. They follow each other without touching, which suits exclusion constraints."""
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
        (int(h.values[0]) for h in scene.hints if h.operator in ("length >=", "length =") and _whole(h.values[0])),
        default=1,
    )  # noqa: E501
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
