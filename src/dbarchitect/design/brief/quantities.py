"""Numbers and quantities as people write them."""

from __future__ import annotations

import re

_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "dozen": 12,
}  # fmt: skip
_UNITS = {
    "k": 1e3, "thousand": 1e3, "thousands": 1e3, "m": 1e6, "mio": 1e6, "mn": 1e6, "million": 1e6, "millions": 1e6,
    "b": 1e9, "bn": 1e9, "billion": 1e9, "billions": 1e9, "t": 1e12, "trillion": 1e12, "hundred": 100, "dozen": 12,
}  # fmt: skip
_MOST = 1e300  # larger ones are no numbers of anything
NUMBER = (
    r"(?:10 ?\^ ?\d{1,3}\b|\d+(?:\.\d+)?e\+?\d{1,3}\b|\d[\d,_ ]*(?:\.\d+)?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|fifty"
    r"|a hundred|a thousand|a million|a billion|a dozen|half a million)\b)"
    r"(?:\s?(?:k|m|mio|mn|b|bn|t|hundred|thousands?|millions?|billions?|trillion)\b)?"
)
_NUMBER = re.compile(rf"({NUMBER})", re.IGNORECASE)
_SECONDS = {
    "second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "hour": 3600, "h": 3600, "day": 86400, "d": 86400,
    "week": 604800, "month": 2629800, "year": 31557600, "yr": 31557600,
}  # fmt: skip
RATE = re.compile(
    rf"({NUMBER})\s*(?P<what>[a-z ]*?)\s*(?:/|\b(?:per|an?|every|each)\b)\s*(?P<unit>seconds?|secs?|s|minutes?|mins?|hours?|h|days?|d"
    r"|weeks?|months?|years?|yrs?)\b",
    re.IGNORECASE,
)
MILLISECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|seconds?)\b", re.IGNORECASE)


def number(text: str) -> float | None:
    """`20 million`, `50k`, `1,000`, `1.5M`, `ten`; None for anything else."""
    wanted = text.strip().lower().replace("_", "").replace("~", "")
    if wanted == "half a million":
        return 5e5
    power = re.fullmatch(r"10 ?\^ ?(\d{1,3})|(\d+(?:\.\d+)?e\+?\d{1,3})", wanted)
    if power is not None:
        return min(10.0 ** int(power[1]) if power[1] else float(power[2]), _MOST)
    match = re.fullmatch(r"(?:(\d[\d, ]*(?:\.\d+)?)|([a-z]+))\s*([a-z]+)?", wanted)
    if match is None:
        return None
    if match[1] is not None:
        value = float(re.sub(r"[, ]", "", match[1]))
    elif match[2] in _WORDS:
        value = float(_WORDS[match[2]])
    else:
        return None
    if match[3] is None:
        return value
    return value * _UNITS[match[3]] if match[3] in _UNITS else None


def numbers(text: str) -> list[float]:
    """Every number of a text, in order."""
    found = (number(match[1]) for match in _NUMBER.finditer(text))
    return [one for one in found if one is not None]


def a_second(text: str) -> tuple[float, str] | None:
    """A rate, per second, and what it counts: `50k orders a day` is 0.58 of "orders"."""
    match = RATE.search(text)
    if match is None:
        return None
    value = number(match[1])
    if value is None:
        return None
    return value / _SECONDS[_unit(match["unit"])], match["what"].strip().lower()


def milliseconds(text: str) -> float | None:
    """A latency: `50 ms`, `2 s`."""
    match = MILLISECONDS.search(text)
    if match is None:
        return None
    return float(match[1]) * (1 if match[2].lower().startswith("m") else 1000)


def _unit(word: str) -> str:
    lower = word.lower()
    return lower if lower in _SECONDS else lower.removesuffix("s")
