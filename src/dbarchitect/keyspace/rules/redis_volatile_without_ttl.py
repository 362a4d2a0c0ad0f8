"""Eviction that finds few keys

## What it says

The policy evicts only keys that expire (`volatile-*`), and fewer than half the keys do. It is an error where none
does: the policy is then `noeviction` by another name.

## Why it matters

When memory is full the few keys with a TTL go over and over while the others stay, and without any left writes fail
with OOM.

## What would make it false

The keys without a TTL are data that must stay, and those with one are enough to give way.

## How to mend it

A TTL on every key of a cache, or `allkeys-lru`; data that must stay goes to a server of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import SERVER, Rule
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, needs=("info", "keys"), ask=("CONFIG GET maxmemory-policy", "INFO keyspace"))


def check(space: Keyspace) -> Iterator[Finding]:
    """volatile-* over keys that live for ever."""
    if not space.policy.startswith("volatile") or not space.keys or space.with_ttl * 2 >= space.keys:
        return
    yield RULE.finding(
        SERVER,
        f"maxmemory-policy is {space.policy}, and {space.with_ttl:,} of {space.keys:,} keys have a TTL: the others can "
        "never be evicted",
        severity=Severity.WARNING if space.with_ttl else Severity.ERROR,
        facts={"keys": space.keys, "with_ttl": space.with_ttl, "policy": space.policy},
        fix=("CONFIG SET maxmemory-policy allkeys-lru",),
    )
