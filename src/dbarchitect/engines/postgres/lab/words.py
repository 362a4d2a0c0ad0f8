"""Words for the lab: texts that suit the names of their columns.

A text is an SQL expression over a number, so that equal numbers give equal texts and a counter makes unique ones.
"""

# ruff: noqa: E501, E731, SIM905 (tables of patterns and words: one line each is how they are read)

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from dbarchitect.engines.postgres.lab.checks import Hint
from dbarchitect.engines.postgres.lab.values import Wanted, array, draw, hashed
from dbarchitect.model.names import quote_literal

Text = Callable[[str], str]

_FIRST = "Ada Alan Anna Barbara Carlos Chen David Edsger Elena Emma Fatima Grace Hans Ines Ivan James Jana Kenji Lea Lin Linus Liam Maria Marta Mei Noah Nora Olga Omar Paul Priya Ravi Rosa Sara Sofia Tim Tom Uma Yuki Zoe".split()
_LAST = "Abbas Andersson Bauer Becker Brown Cohen Costa Diaz Dubois Evans Fischer Garcia Gupta Haddad Ito Jensen Johnson Kim Kovacs Kumar Lee Lopez Martin Meyer Miller Moreau Nguyen Novak Okafor Patel Petrov Rossi Santos Sato Schmidt Silva Singh Smith Suzuki Tanaka Weber Wang Williams Yilmaz Zhang".split()
_CITIES = "Amsterdam Athens Bangalore Barcelona Berlin Bogota Boston Cairo Chicago Delhi Dublin Hamburg Istanbul Jakarta Lagos Lima Lisbon London Madrid Melbourne Mexico Milan Mumbai Munich Nairobi Osaka Oslo Paris Prague Rome Seattle Seoul Sydney Tokyo Toronto Vienna Warsaw Zurich".split()
_COUNTRIES = "US DE GB FR IN JP BR CA AU ES IT NL SE PL CH MX KR ZA NG AR".split()
_COUNTRY_NAMES = "Germany France India Japan Brazil Canada Australia Spain Italy Netherlands Sweden Poland Mexico Kenya Nigeria Argentina Chile Egypt Portugal Norway".split()
_CURRENCIES = "USD EUR GBP JPY CHF INR BRL CAD".split()
_LANGUAGES = "en de fr es pt ja zh it nl pl".split()
_STATES = "active pending completed cancelled failed archived".split()
WORDS = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur".split()
_FREE = r"descri|body|content|text|comment|note|message|bio|summary|details|remark|reason|error"
_PROSE = 100  # bytes from which a text of such a name is sentences
_SETTLED = frozenset({"tag", "type", "kind", "category", "class", "level", "tier", "plan", "role", "source", "method"})


def whole_number(text: str) -> bool:
    """Whether a constant of a check is an integer."""
    return re.fullmatch(r"-?\d+", text) is not None


def choice(values: Sequence[str], number: str) -> str:
    """One of `values`, by number."""
    return f"{array(list(values), 'text')}[1 + ({number}) % {len(values)}]"


def words(number: str, seed: int, length: str) -> str:
    """Words, about `length` characters of them."""
    word = f"{array(WORDS, 'text')}[1 + {hashed(f'({number}) * 64 + g', seed)} % {len(WORDS)}]"
    return f"left((SELECT string_agg({word}, ' ') FROM generate_series(1, least(({length}) / 6 + 1, 4000)) AS g), {length})"


def text(name: str, wanted: Wanted, checks: Sequence[Hint], width: int) -> tuple[Text, int]:
    """A text by its column's name, the checks on it and its average width (0: unknown): the expression over a number, and
    how many distinct ones there are."""
    kind = wanted.type
    base = kind.base or kind.name
    seed = draw(wanted.seed, "text") >> 1
    limit = 63 if base == "name" else kind.modifier - 4 if kind.modifier >= 4 else 10**6
    least = 0
    for hint in checks:
        if hint.operator.startswith("length") and whole_number(hint.values[0]):
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
    first: Text = lambda t: choice(_FIRST, hashed(t, seed))
    last: Text = lambda t: choice(_LAST, hashed(t, seed + 1))
    if width:
        width = max(width - (1 if width < 127 else 4), 1)
        if width >= _PROSE and not wanted.unique and re.search(_FREE, name):
            prose: Text = lambda t: words(t, seed, f"({width // 2} + {hashed(t, seed)} % {width})::int")
            return _fitted(prose, least, limit, wanted, rows)
        return _fitted(lambda t: f"md5(({t})::text || 'w')", width, width, wanted, rows)
    patterns: tuple[tuple[str, Text, int], ...] = (
        (r"e_?mail", lambda t: f"lower({first(t)} || '.' || {last(t)}) || ({t})::text || '@example.com'", rows),
        (r"first_?name|given", first, len(_FIRST)),
        (r"last_?name|surname|family", last, len(_LAST)),
        (r"user_?name|login|nick|handle|screen_name", lambda t: f"lower({first(t)}) || ({t})::text", rows),
        (r"full_?name|display_name|author|contact|person|customer_name", lambda t: f"{first(t)} || ' ' || {last(t)} || CASE WHEN {t} < 1600 THEN '' ELSE ' ' || ({t})::text END", rows),
        (r"company|organi[sz]ation|vendor|employer", lambda t: f"({last(t)} || ' and ' || {first(t)} || ' Ltd ' || ({t})::text)", rows),
        (r"city|town|municip", lambda t: choice(_CITIES, t), len(_CITIES)),
        (r"country_?(code|iso)|^country$|^iso", lambda t: choice(_COUNTRIES if limit < 40 else _COUNTRY_NAMES, t), 20),
        (r"country|nation", lambda t: choice(_COUNTRY_NAMES, t), 20),
        (r"currency", lambda t: choice(_CURRENCIES, t), len(_CURRENCIES)),
        (r"locale|lang", lambda t: choice(_LANGUAGES, t), len(_LANGUAGES)),
        (r"time_?zone|^tz$", lambda t: choice(("Europe/Berlin", "UTC", "America/New_York", "Asia/Tokyo", "Europe/London"), t), 5),
        (r"phone|mobile|fax|telephone", lambda t: f"'+49' || (1510000000 + {hashed(t, seed)} % 89999999)::text", rows),
        (r"zip|postal|postcode", lambda t: f"lpad(({hashed(t, seed)} % 90000 + 10000)::text, 5, '0')", min(rows, 5000)),
        (r"street|address", lambda t: f"({last(t)} || ' Street ' || ({t} % 200 + 1)::text)", rows),
        (r"(^|_)ip(_|$)|ip_?addr|remote_addr", lambda t: f"host(inet '10.0.0.1' + {hashed(t, seed)} % 16000000)", rows),
        (r"url|uri|website|link|href|avatar|image", lambda t: f"'https://example.com/' || {choice(WORDS, hashed(t, seed))} || '/' || ({t})::text", rows),
        (r"mime|content_?type|media_type", lambda t: choice(("image/png", "application/pdf", "text/html", "image/jpeg", "application/json"), t), 5),
        (r"user_?agent", lambda t: f"'Mozilla/5.0 (X11; Linux x86_64) rv:' || ({t} % 40 + 90)::text", 40),
        (r"password|hash|digest|checksum|sha|md5|etag|fingerprint", lambda t: f"md5(({t})::text || {seed}) || md5({seed} || ({t})::text)", rows),
        (r"token|secret|api_?key|nonce|session_?id", lambda t: f"md5(({t})::text || {seed})", rows),
        (r"slug|permalink", lambda t: f"{choice(WORDS, hashed(t, seed))} || '-' || {choice(WORDS, hashed(t, seed + 1))} || '-' || ({t})::text", rows),
        (r"colou?r", lambda t: f"'#' || lpad(to_hex({hashed(t, seed)} % 16777216), 6, '0')", 200),
        (r"status|^state$|_state$|phase", lambda t: choice(_STATES, t), len(_STATES)),
        (r"gender|^sex$", lambda t: choice(("f", "m", "x"), t), 3),
        (r"(^|_)path$|file_?name|^file$|directory", lambda t: f"'/data/' || ({t} % 50)::text || '/' || ({t})::text || '.dat'", rows),
        (r"sku|code|reference|number$|_no$|_nr$|isbn|barcode|serial", lambda t: f"upper(left(md5({seed} || ({t} % 26)::text), 2)) || lpad(({t})::text, 6, '0')", rows),
        (_FREE, lambda t: f"{words(t, seed, f'(40 + {hashed(t, seed)} % 160)::int')}", rows),
        (r"title|subject|headline|label|caption", lambda t: f"initcap({words(t, seed, f'(12 + {hashed(t, seed)} % 24)::int')}) || ' ' || ({t})::text", rows),
        (r"name$|^name", lambda t: f"initcap({choice(WORDS, hashed(t, seed))}) || ' ' || {choice(WORDS, hashed(t, seed + 1))} || ' ' || ({t})::text", rows),
    )  # fmt: skip
    expression: Text = lambda t: f"{choice(WORDS, hashed(t, seed))} || '-' || ({t})::text"
    capacity = max(rows // 4, 1)
    found = next(((e, n) for p, e, n in patterns if re.search(p, name)), None)
    if found is not None:
        expression, capacity = found
    elif any(word in name for word in _SETTLED):
        prefix = quote_literal(name[:12] + "_")
        settled: Text = lambda t: f"{prefix} || ({t})::text"
        expression, capacity = settled, min(rows, 12)
    if wanted.unique and capacity < rows:
        return _fitted(lambda t: f"{expression(t)} || '-' || ({t})::text", least, limit, wanted, rows)
    return _fitted(expression, least, limit, wanted, rows if wanted.unique else capacity)


def _fitted(expression: Text, least: int, limit: int, wanted: Wanted, capacity: int) -> tuple[Text, int]:
    """`expression` within a length; unique ones keep their counter, so the counter comes first where room is short."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    if limit <= 0:
        return (lambda t: "''"), 1
    if limit <= 6:
        powers = [len(letters) ** p for p in range(limit)]
        digit: Callable[[str, int], str] = lambda t, p: (
            f"substr('{letters}', (({t}) / {p} % {len(letters)})::int + 1, 1)"
        )
        if wanted.unique:
            return (lambda t: " || ".join(digit(t, p) for p in reversed(powers))), len(letters) ** limit
        return (lambda t: f"rpad(left({expression(t)}, {limit}), {max(least, 1)}, 'x')"), capacity
    if wanted.unique and limit < 60:
        body: Text = lambda t: f"left(to_hex({t}) || '-' || {expression(t)}, {limit})"
    elif limit < 10**6:
        body = lambda t: f"left({expression(t)}, {limit})"
    else:
        body = expression
    if least > 1:
        return (lambda t: f"rpad({body(t)}, greatest({least}, length({body(t)})), md5(({t})::text))"), capacity
    return body, capacity


_CLASSES = {"d": "0123456789", "w": "abcdefghijklmnopqrstuvwxyz0123456789_", "s": " "}


def _matching(pattern: str) -> tuple[Text, int] | None:
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
