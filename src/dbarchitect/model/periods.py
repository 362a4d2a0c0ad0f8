"""Names of a beginning, and of the end that belongs to it: `starts at` and `ends at`, `valid from` and `valid to`."""

from __future__ import annotations

from collections.abc import Iterator

# What begins, and the words that end it; the rest of the two names must be the same. No arrival and departure: a guest
# arrives first, and a train departs first.
_ENDS: dict[str, tuple[str, ...]] = {
    "start": ("end", "stop", "finish"),
    "starts": ("ends",),
    "started": ("ended", "finished", "completed", "stopped"),
    "startdate": ("enddate",),
    "starttime": ("endtime",),
    "startts": ("endts",),
    "begin": ("end",),
    "begins": ("ends",),
    "began": ("ended",),
    "from": ("to", "until", "till", "thru", "through"),
    "since": ("until", "till"),
    "checkin": ("checkout",),
    "in": ("out",),
    "pickup": ("return", "dropoff"),
    "opens": ("closes",),
    "effective": ("expiry", "expiration"),
}
_LATEST = frozenset({"last", "latest", "recent", "previous", "next", "first"})  # the last start may follow the last end


def ends_of(name: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The names, as words, that the end of what begins with `name` may have, the likeliest first; none where it begins
    nothing."""
    if _LATEST.isdisjoint(name):
        for place, word in enumerate(name):
            for other in _ENDS.get(word, ()):
                yield (*name[:place], other, *name[place + 1 :])
