"""Values at which queries that look alike differ: boundaries of types, and the constants of a query with their
neighbours. Texts, as a client would give them; those that a column does not take are sorted out by the server.
"""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

INTEGERS = frozenset(("int2", "int4", "int8", "oid"))
NUMBERS = INTEGERS | {"numeric", "float4", "float8", "money"}
TEXTS = frozenset(("text", "varchar", "bpchar", "name", "citext"))
MOMENTS = frozenset(("date", "timestamp", "timestamptz"))
ZONES = ("America/New_York", "Europe/Berlin")  # their clocks change on different days and at different hours

_INTERVAL = re.compile(r"-?\d+\s*(microsecond|millisecond|second|minute|hour|day|week|month|year)", re.IGNORECASE)
_MONTH = re.compile(r"(\d{4})-(\d\d)\Z")
_LIMITS = {"int2": "32767", "int4": "2147483647", "int8": "9223372036854775807"}
_UUIDS = tuple(f"{n:08x}-0000-4000-8000-000000000000" for n in range(1, 9))
_OTHERS: dict[str, Sequence[str]] = {
    "bool": ("true", "false"),
    "uuid": _UUIDS,
    "interval": ("0", "1 day", "24 hours", "1 month", "30 days", "-1 day", "1 hour"),
    "time": ("00:00", "23:59:59.999999", "12:00", "02:30"),
    "timetz": ("00:00+00", "12:00+02"),
    "bytea": (r"\x", r"\x00", r"\xff"),
    "inet": ("10.0.0.1", "10.0.0.0/8", "::1"),
    "cidr": ("10.0.0.0/8", "192.168.0.0/24"),
    "macaddr": ("08:00:2b:01:02:03", "00:00:00:00:00:00"),
    "int4range": ("empty", "[1,3)", "[2,5)", "[,1)", "[3,)"),
    "int8range": ("empty", "[1,3)", "[2,5)", "[,1)", "[3,)"),
    "numrange": ("empty", "[1,3)", "[2,5)", "(,)"),
    "daterange": ("empty", "[2024-01-01,2024-02-01)", "[2024-01-31,2024-03-01)", "[2024-01-01,)"),
    "tsrange": ("empty", "[2024-01-01,2024-02-01)", "[2024-01-01,)"),
    "tstzrange": ("empty", "[2024-01-01,2024-02-01)", "[2024-01-01,)"),
    "tsvector": ("", "'a' 'b'", "'a':1 'c':2"),
    "xml": ("<a/>", "<a>1</a>"),
    "point": ("(0,0)", "(1,1)"),
    "bit": ("0", "1"),
    "varbit": ("", "0", "101"),
    "hstore": ("", "a=>1", "b=>NULL"),
    "ltree": ("", "a", "a.b"),
}


def boundaries(base: str) -> tuple[str, ...]:
    """Values of a built-in type that are its boundaries, or usual; none for a type that is not known."""
    if base in INTEGERS:
        return ("0", "1", "2", "3", "4", "-1", _LIMITS.get(base, "5"))
    if base in NUMBERS:
        return ("0", "1", "2", "3", "-1", "0.5", "1.5", "-0.01", "10", *(("NaN",) if base != "money" else ()))
    if base in TEXTS:
        return ("", " ", "a", "A", "b", "ab", "%", "_", "a%", "1", "01", "x\\y", "ä")
    if base in MOMENTS:
        return tuple(dict.fromkeys(_moments(())))
    if base in ("json", "jsonb"):
        return ("{}", "null", "[]", '"a"', "1", '{"a": 1}', '{"a": null}')
    return tuple(_OTHERS.get(base, ()))


def neighbours(base: str, constants: Iterable[str]) -> tuple[str, ...]:
    """The constants of a query, as far as a column of that type may hold them, and the values next to them."""
    texts = list(dict.fromkeys(constants))
    if base in NUMBERS:
        found = _numbers(texts, whole=base in INTEGERS)
    elif base in TEXTS:
        found = _texts(texts)
    elif base in MOMENTS:
        found = _moments(texts) if any(_moment(one) for one in texts) else iter(())
    elif base in ("json", "jsonb"):
        found = _documents(texts)
    else:
        found = iter(texts)
    return tuple(dict.fromkeys(found))


def intervals(constants: Iterable[str]) -> tuple[str, ...]:
    """Those of the constants that are lengths of time."""
    return tuple(one for one in constants if _INTERVAL.match(one))


def days_around(text: str) -> list[str]:
    """A moment, and those about a day before and after it."""
    moment = _moment(text)
    if moment is None:
        return [text]
    hours = (0, 24, 24.5, 23.5, -24)
    return [_text(moment + timedelta(hours=one)) for one in hours]


def _numbers(texts: Sequence[str], *, whole: bool) -> Iterator[str]:
    values: list[float] = []
    for text in texts:
        try:
            values.append(float(text))
        except ValueError:
            continue
    values = [one for one in values if abs(one) < 1e15]
    steps = (0, 1, -1, 2, -2, 3, 4) if whole else (0, 1, -1, 0.5, -0.5, 0.01, -0.01, 0.001)
    for one in values:
        yield from (_number(one + step, whole=whole) for step in steps)
    for one, other in itertools.islice(itertools.permutations(values, 2), 40):
        made = [one + other, one - other, one * other, *([one / other] if other else [])]
        for value in made:
            yield from (_number(value + step, whole=whole) for step in (0, 1, -1))


def _number(value: float, *, whole: bool) -> str:
    return str(round(value)) if whole or value == int(value) else f"{value:.6f}".rstrip("0")


def _texts(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from (text, text + " ", text + "x", text.upper(), text.lower(), text[:-1], "x" + text)
        if "%" in text or "_" in text:
            filled = text.replace("%", "").replace("_", "q")
            yield from (filled, filled + "z", "z" + filled, text.replace("%", "mid"))


def _moments(texts: Iterable[str]) -> Iterator[str]:
    found = [one for text in texts if (one := _moment(text)) is not None]
    for one in found:
        day = one.replace(hour=0, minute=0, second=0, microsecond=0)
        for base in dict.fromkeys((one, day)):
            for days, seconds, micro in _SHIFTS:
                yield _shifted(base, days, seconds, micro)
        for months in (1, -1, 12):
            yield _text(_months_later(day, months))
            yield _shifted(_months_later(day, months), 0, 0, -1)
    years = dict.fromkeys([one.year for one in found[:3]] or [2024])
    for year in years:
        for change in _clock_changes(year):
            for days in (-1, 0, 1):
                for hour in ("00:00", "01:30", "02:30", "03:00"):
                    yield f"{change + timedelta(days=days)} {hour}:00"
        last = 29 if calendar.isleap(year) else 28
        yield from (f"{year}-01-01 00:00:00", f"{year}-12-31 23:59:59.999999", f"{year}-02-{last} 00:00:00",
                     f"{year}-02-{last} 23:59:59", f"{year}-03-01 00:00:00", f"{year}-01-31 12:00:00")  # fmt: skip
    yield "infinity"


_SHIFTS = (
    *((0, 0, 0), (0, 0, 1), (0, 0, -1), (0, 1, 0), (0, -1, 0), (0, 3600, 0), (0, -3600, 0), (1, 0, 0), (-1, 0, 0)),
    *((0, 43200, 0), (0, 86399, 0), (0, 86399, 500_000), (1, -3600, 0), (7, 0, 0), (-7, 0, 0), (31, 0, 0)),
)


def _moment(text: str) -> datetime | None:
    month = _MONTH.match(text)
    if month:
        text = f"{text}-01"
    elif re.fullmatch(r"(19|20)\d\d", text):
        text = f"{text}-01-01"
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    return found if 1700 < found.year < 2900 else None


def _shifted(base: datetime, days: int, seconds: int, microseconds: int) -> str:
    return _text(base + timedelta(days=days, seconds=seconds, microseconds=microseconds))


def _text(moment: datetime) -> str:
    return moment.isoformat(sep=" ")


def _months_later(day: datetime, months: int) -> datetime:
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def _clock_changes(year: int) -> Iterator[date]:
    """The days on which clocks change in `ZONES` (rules of 2007 and 1996)."""

    def sunday(month: int, which: int) -> date:
        days = [d for d in range(1, calendar.monthrange(year, month)[1] + 1) if date(year, month, d).weekday() == 6]
        return date(year, month, days[which])

    yield from (sunday(3, 1), sunday(11, 0), sunday(3, -1), sunday(10, -1))


def _documents(texts: Sequence[str]) -> Iterator[str]:
    keys = [one for one in texts if one and re.fullmatch(r"[\w .-]+", one)][:6]
    for key in keys:
        for value in [*texts[:8], "other"]:
            if value != key or len(keys) == 1:
                quoted = value.replace("\\", "\\\\").replace('"', '\\"')
                yield f'{{"{key}": "{quoted}"}}'
                if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?|true|false", value):
                    yield f'{{"{key}": {value}}}'
                    yield f'{{"{key}": {value}.0}}'
                yield f'{{"{key}": ["{quoted}"]}}'
                yield f'["{quoted}"]'
        yield f'{{"{key}": null}}'
        yield f'{{"{key}": 1}}'
        yield f'{{"{key}": {{"a": 1}}}}'
        yield f'[{{"{key}": 1}}]'
    quoted = [one.replace("\\", "\\\\").replace('"', '\\"') for one in texts[:6]]
    for one, other in itertools.permutations(keys, 2):  # two keys beside each other, and one within the other
        for value in quoted:
            yield f'{{"{one}": {{"{other}": "{value}"}}}}'
            for second in quoted:
                if value not in (one, other) and second not in (one, other):
                    yield f'{{"{one}": "{value}", "{other}": "{second}"}}'
    yield from (one for one in texts if one[:1] in "{[")
