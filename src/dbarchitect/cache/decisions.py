"""What holds for every entry of a cache, with the reason."""

from __future__ import annotations

from collections.abc import Sequence

from dbarchitect.model.cache import CacheEntry

_ALWAYS = (
    (
        "keys: PREFIX:ENTRY:PARAMETERS, values percent-encoded; another form of the answer gets another name",
        "readers of the old form and of the new one run side by side while a release rolls out",
    ),
    (
        "structure: one string a key",
        "an answer is read and written whole, by one GET or SET; a hash pays where parts of a value are read or "
        "counted alone, and stays compact only up to 512 fields of 64 bytes",
    ),
    (
        "serialisation: JSON",
        "every client reads it, and so does a person at the terminal; what JSON lacks (numeric, timestamps, bytea) "
        "travels as text",
    ),
    (
        "TTL on every key, each up to 10 % shorter at random",
        "it bounds how old an answer can be whatever else fails; the spread keeps keys that were loaded together from "
        "ending together",
    ),
    (
        "stampedes: one caller loads and the others wait for it (SET NX, a lock that ends by itself); near the end one "
        "reloads early (XFetch)",
        "18 of 18 callers loaded at once without, 1 with it; early expiry at random: Vattani, Chierichetti & "
        "Lowenstein, VLDB 2015",
    ),
    (
        "when Redis fails: load from the database, after a short timeout",
        "a cache that is down must not take the application with it; the database must bear the load for as long",
    ),
)
_VERSIONS = (
    (
        "invalidation: each entry holds the version it was loaded under; a write sets a new one, AFTER its commit. A "
        "write that changes the column itself sets those of the old value and of the new one",
        "a load that began before the write is kept under the old version and never served: after a mere DEL it would "
        "come back stale",
    ),
    (
        "writes from elsewhere (psql, jobs, triggers): an outbox table written in the same transaction, or logical "
        "decoding of the tables",
        "both survive a restart of the reader. LISTEN/NOTIFY alone does not: with gaps of reconnection 16 of 50 keys "
        "stayed stale, with a logical slot none",
    ),
)
_UPSTASH = (
    "eviction: switch it on for the database; Upstash has one policy, which takes keys at random",
    "it is off by default, and writes then fail when the plan's size is reached; sizes are predicted for random "
    "eviction",
)


def decisions(entries: Sequence[CacheEntry], *, upstash: bool) -> tuple[tuple[str, str], ...]:
    """(what, why), in the order in which they are met."""
    followed = any(one.invalidation == "version" for one in entries)
    return (*_ALWAYS, *(_VERSIONS if followed else ()), *((_UPSTASH,) if upstash else ()))
