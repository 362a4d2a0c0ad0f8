"""Data that a restart loses

## What it says

Neither snapshots (`save`) nor the log of writes (`appendonly`) are on, no replica is attached, and most keys never
expire: they look like data and not like a cache.

## Why it matters

A restart, an upgrade or the end of the machine empties the server.

## What would make it false

All of it can be made again from elsewhere, and the load of doing so is bearable.

## How to mend it

`appendonly yes` loses a second at most; `save 3600 1` a snapshot an hour. Or a TTL on every key, if it is a cache.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import SERVER, Rule
from dbarchitect.model.finding import Finding
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(
    __name__, __doc__, needs=("info", "config", "keys"), ask=("CONFIG GET save", "INFO persistence", "INFO keyspace")
)


def check(space: Keyspace) -> Iterator[Finding]:
    """No save, no AOF, no replica."""
    if "save" not in space.config:  # a platform that keeps its settings to itself
        return
    saved = space.config.get("save", "").strip() or space.info.get("aof_enabled") == "1"
    if saved or space.number("connected_slaves") or space.info.get("role") == "slave" or space.is_cache:
        return
    lasting = space.keys - space.with_ttl
    yield RULE.finding(
        SERVER,
        f"nothing is written to disk, and {lasting:,} of {space.keys:,} keys never expire",
        facts={"keys": space.keys, "without_ttl": lasting},
        fix=("CONFIG SET appendonly yes", "CONFIG REWRITE"),
    )
