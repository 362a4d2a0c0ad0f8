"""A cache that seldom answers

## What it says

Since the start (or CONFIG RESETSTAT) fewer than half of 10,000 or more look-ups found their key. It says whether keys
were evicted meanwhile, for then memory is the cause, or not: then the keys are seldom asked for twice, or end too soon.

## Why it matters

Each miss costs a look-up, the query and a write: below a share of hits that depends on the query's time the cache costs
more than it saves (`dba cache` computes it).

## What would make it false

Look-ups that usually find nothing are meant to: locks, sets of what has been seen, limits of rates.

## How to mend it

With evictions: more `maxmemory`, or smaller values. Without: longer TTLs, other keys, or no cache for this.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import SERVER, Rule
from dbarchitect.model.finding import Finding
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, certainty="likely", ask=("INFO stats",))

SHARE = 0.5
_LOOKUPS = 10_000


def check(space: Keyspace) -> Iterator[Finding]:
    """Hits over look-ups."""
    hits, misses = space.number("keyspace_hits") or 0.0, space.number("keyspace_misses") or 0.0
    if hits + misses < _LOOKUPS or hits >= SHARE * (hits + misses):
        return
    evicted = space.number("evicted_keys") or 0.0
    cause = f"{evicted:,.0f} keys were evicted" if evicted else "no key was evicted"
    yield RULE.finding(
        SERVER,
        f"{hits / (hits + misses):.0%} of {hits + misses:,.0f} look-ups found their key; {cause}",
        facts={"hits": int(hits), "misses": int(misses), "evicted": int(evicted)},
    )
