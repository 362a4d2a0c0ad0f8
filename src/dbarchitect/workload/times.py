"""Times as logs print them, in seconds since the epoch."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?\s*(Z|[A-Za-z]{2,6}|[+-]\d\d(?::?\d\d)?(?::?\d\d)?)?"
)

# Hours east of UTC of the abbreviations that PostgreSQL's `Default` set has and that mean one thing only.
_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "UCT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "AST": -4, "ADT": -3, "EST": -5,
    "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "SAST": 2, "HKT": 8, "SGT": 8, "PKT": 5, "IST": 5.5,
}  # fmt: skip


class Clock:
    """Reads times; the second that was read last is remembered, because a log has many lines of one second.

    `unknown` collects zones that are not known; their times count as UTC.
    """

    def __init__(self) -> None:
        self._second: str = ""
        self._zoned: str = ""
        self._epoch: float | None = None
        self.unknown: set[str] = set()

    def read(self, text: str) -> float | None:
        """`2026-11-26 15:50:29.123 UTC`, with or without milliseconds; `1764172229.123`; None for anything else."""
        if not text:
            return None
        if text[4:5] != "-":
            return _epoch(text)
        second = text[:19]
        fraction = text[19:20] == "."
        zone = text[23:] if fraction else text[19:]
        if second != self._second or zone != self._zoned:
            self._second, self._zoned = second, zone
            self._epoch = self._parsed(second, zone.strip())
        if self._epoch is None or not fraction:
            return self._epoch
        try:
            return self._epoch + int(text[20:23]) / 1000
        except ValueError:
            return self._epoch

    def _parsed(self, second: str, zone: str) -> float | None:
        match = _TIME.fullmatch(f"{second} {zone}".strip())
        if match is None:
            return None
        try:
            at = datetime(*(int(match[n]) for n in range(1, 7)), tzinfo=self._zone(match[8] or ""))
            return at.timestamp()
        except (ValueError, OverflowError):
            return None

    def _zone(self, name: str) -> timezone:
        if name[:1] in ("+", "-"):
            digits = name[1:].replace(":", "").ljust(4, "0")
            offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
            return timezone(offset if name[0] == "+" else -offset)
        if name and name.upper() not in _ZONES:
            self.unknown.add(name)
            return UTC
        return timezone(timedelta(hours=_ZONES.get(name.upper(), 0)))


def _epoch(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 1e11 else None
