"""Collections just past their compact form

## What it says

Hashes or sorted sets of one pattern are kept as hash tables or skip lists and have at most twice as many elements as
a compact listpack may: `hash-max-listpack-entries` (512 by default) or `zset-max-listpack-entries` (128); or they have
fewer, and one of them is longer than `...-listpack-value` (64 bytes).

## Why it matters

A listpack takes a fraction of the memory: an element costs two bytes beside its text, in a table some 60.

## What would make it false

The elements are long: then most of the memory is theirs, and a long listpack is slow to change. Look-ups in a listpack
walk through it; up to some hundred elements that takes microseconds.

## How to mend it

Raise the threshold where the number of elements is the cause, after measuring on a copy; where a single long value is,
keep that in a key of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import Rule, keys_ref
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, needs=("keys", "config"), certainty="likely", severity=Severity.INFO)

TIMES = 2  # the limit: past that a listpack is long to walk through
_KEYS = 10  # of a pattern in the sample, for a setting to be worth a change
_KINDS = {"hash": ("hashtable", "hash-max"), "zset": ("skiplist", "zset-max")}


def check(space: Keyspace) -> Iterator[Finding]:
    """Patterns in the large form with few elements."""
    for one in space.patterns:
        if one.type not in _KINDS or not one.lengths:
            continue
        large, setting = _KINDS[one.type]
        past = one.encodings.get(large, 0)
        form = "listpack" if f"{setting}-listpack-entries" in space.config else "ziplist"
        limit = space.setting(f"{setting}-{form}-entries")
        longest = space.setting(f"{setting}-{form}-value")
        most = max(one.lengths)
        if past < _KEYS or limit is None or most > TIMES * limit:
            continue
        if most > limit:
            cause = f"up to {most:,} elements are more than {setting}-{form}-entries {limit:,}"
            fix = (f"CONFIG SET {setting}-{form}-entries {TIMES * limit}",)
        else:
            cause = f"an element is longer than {setting}-{form}-value {longest:,} bytes"
            fix = ()
        yield RULE.finding(
            keys_ref(one.pattern),
            f"{past:,} of {one.keys:,} {one.type} keys {one.pattern} are kept as {large}: {cause}; "
            f"{size_text(one.bytes / one.keys)} each",
            facts={"keys": one.keys, "past": past, "elements": most, "limit": limit, "bytes": one.bytes},
            fix=fix,
            ask=(f"CONFIG GET {setting}-{form}-*", "OBJECT ENCODING KEY"),
        )
