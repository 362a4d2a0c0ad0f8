"""Key of more than a megabyte

## What it says

A key of the sample takes more than 1 MB (`BYTES`).

## Why it matters

Reading it keeps a link of 1 Gbit/s busy for 8 ms, and the one thread that serves all clients as well; it cannot be
divided between the nodes of a cluster, and evicting it empties as much at once. Removing it by DEL blocks: UNLINK
frees it in another thread.

## What would make it false

It is read in small parts only (HGET, LRANGE of a page), and there are few like it.

## How to mend it

Several keys by a part of the name (a hash by the first bytes of its field, a list by day), or a compressed value.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.keyspace.rule import Rule, keys_ref
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding
from dbarchitect.model.keyspace import Keyspace

RULE = Rule(__name__, __doc__, needs=("keys",))

BYTES = 1 << 20


def check(space: Keyspace) -> Iterator[Finding]:
    """The largest of the sample."""
    for one in space.big:
        if one.bytes < BYTES:
            continue
        length = f", {one.length:,} elements" if one.length is not None else ""
        yield RULE.finding(
            keys_ref(one.key),
            f"the {one.type} {one.key} takes {size_text(one.bytes)}{length}",
            facts={"bytes": one.bytes, "length": one.length, "type": one.type},
            ask=(f"MEMORY USAGE {one.key}",),
        )
