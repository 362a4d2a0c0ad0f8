"""Keys that nobody has used for a month

## What it says

The keys of one pattern never expire, and on average none was read or written for 30 days (`DAYS`; OBJECT IDLETIME).

## Why it matters

They take memory that the rest could have, and are saved and loaded each time.

## What would make it false

They are asked for at the end of a quarter or a year. A restart from a snapshot sets all times anew under most policies,
so a month means a month at least.

## How to mend it

A TTL, or UNLINK after looking at some.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import Rule, keys_ref
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, needs=("keys",), certainty="likely", severity=Severity.INFO)

DAYS = 30


def check(space: Keyspace) -> Iterator[Finding]:
    """Old patterns without a TTL."""
    for one in space.patterns:
        if one.idle_seconds is None or one.without_ttl < one.keys or one.idle_seconds < DAYS * 86_400:
            continue
        yield RULE.finding(
            keys_ref(one.pattern),
            f"{one.keys:,} keys {one.pattern} ({size_text(one.bytes)}) of the sample were last used "
            f"{one.idle_seconds / 86_400:,.0f} days ago on average",
            facts={"keys": one.keys, "bytes": one.bytes, "idle_days": round(one.idle_seconds / 86_400, 1)},
            ask=(f"SCAN 0 MATCH {one.pattern} COUNT 1000", "OBJECT IDLETIME KEY"),
        )
