"""Keys of one form, some of which never expire

## What it says

Among the keys of one pattern some have a TTL and some have none: a path in the code forgets it (SET without EX takes
a TTL away, PERSIST too). In a cache, where most keys expire, it also names patterns none of whose keys does.

## Why it matters

What does not expire is never cleaned up: memory grows by it, and what it says may be old for ever.

## What would make it false

The keys are meant to stay, and the pattern mixes two kinds of keys.

## How to mend it

`SET key value EX n` each time (or KEEPTTL), `EXPIRE` after HSET and the like; for those that are there `EXPIRE key n`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import Rule, keys_ref
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, needs=("keys",), certainty="likely")

_FEW = 2  # of the sample: one may be a coincidence


def check(space: Keyspace) -> Iterator[Finding]:
    """Patterns with and without."""
    for one in space.patterns:
        mixed = one.without_ttl < one.keys
        if one.without_ttl < _FEW or not (mixed or (space.with_ttl * 2 > space.keys and one.keys > _FEW)):
            continue
        among = "" if mixed else ", in a server most of whose keys expire"
        yield RULE.finding(
            keys_ref(one.pattern),
            f"{one.without_ttl:,} of {one.keys:,} keys {one.pattern} ({one.type}) in the sample never expire{among}",
            severity=Severity.WARNING if mixed else Severity.INFO,
            facts={"keys": one.keys, "without_ttl": one.without_ttl, "ttl_seconds": one.ttl_seconds},
            ask=(f"SCAN 0 MATCH {one.pattern} COUNT 1000", "TTL KEY"),
        )
