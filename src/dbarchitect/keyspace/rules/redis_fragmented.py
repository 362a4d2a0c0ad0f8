"""Memory that is held and not used

## What it says

The allocator holds more than 10 % and more than 100 MB beyond what keys use: the thresholds from which Redis's own
active defragmentation works (`active-defrag-threshold-lower`, `active-defrag-ignore-bytes`).

## Why it matters

`maxmemory` counts what is used; the machine gives what is held. The difference is what the process grows beyond its
limit.

## What would make it false

Many keys have just been deleted, and new ones will fill the room.

## How to mend it

`activedefrag yes` where the allocator is Redis's own jemalloc, else MEMORY PURGE, or a restart of the replica first.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import SERVER, Rule
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, ask=("INFO memory",))

SHARE = 1.1
BYTES = 100 * 2**20


def check(space: Keyspace) -> Iterator[Finding]:
    """What the allocator holds beyond what it has given."""
    ratio, spare = space.number("allocator_frag_ratio"), space.number("allocator_frag_bytes")
    if ratio is None or spare is None or ratio < SHARE or spare < BYTES:
        return
    yield RULE.finding(
        SERVER,
        f"{size_text(spare)} are held and not used: allocator_frag_ratio {ratio:.2f}",
        facts={"allocator_frag_ratio": ratio, "allocator_frag_bytes": int(spare)},
        fix=("MEMORY PURGE", "CONFIG SET activedefrag yes"),
    )
