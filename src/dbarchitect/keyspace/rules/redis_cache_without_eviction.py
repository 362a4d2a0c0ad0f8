"""A cache that refuses writes when it is full

## What it says

`maxmemory` is set with the policy `noeviction`, and most keys expire, as those of a cache do (INFO keyspace).

## Why it matters

When the limit is reached every write fails with OOM: the application then loads everything from its database, and
nothing new is kept until keys expire.

## What would make it false

The keys must not be lost before their time: locks, sessions, limits of rates. Then the limit must have room for all of
them, and a server of its own is better for the cache.

## How to mend it

`allkeys-lru`, or `allkeys-lfu` where what is popular stays so. `dba cache` predicts what each gives. At Upstash switch
eviction on in the console of the database: it has one policy, which takes keys at random, those with a TTL first.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import SERVER, Rule
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, ask=("CONFIG GET maxmemory*", "INFO keyspace"))


def check(space: Keyspace) -> Iterator[Finding]:
    """The policy noeviction where most keys expire."""
    limit = space.maxmemory
    if space.policy != "noeviction" or not limit or space.with_ttl * 2 <= space.keys:
        return
    used = space.used
    off = "eviction is off" if space.upstash else "maxmemory-policy is noeviction"
    yield RULE.finding(
        SERVER,
        f"{off}, and {space.with_ttl:,} of {space.keys:,} keys expire as in a cache: at "
        f"{size_text(limit)} ({used / limit:.0%} used) writes are refused",
        facts={"keys": space.keys, "with_ttl": space.with_ttl, "maxmemory": limit, "used_memory": used},
        # Upstash switches it on in its console, and has one policy, which takes keys at random.
        fix=() if space.upstash else ("CONFIG SET maxmemory-policy allkeys-lru",),
    )
