"""Sharded cluster: no shard key, or one that only grows

## What it says

A collection of 1 GB or more of a sharded cluster is not sharded; or its shard key begins with an ObjectId, a date or a
timestamp in order, which only grows.

## Why it matters

What is not sharded lies on one shard, whatever the others have free. With a key that only grows all new documents go to
the shard that has the last range.

## What would make it false

The collection is small beside what its shard has, or new documents are few.

## How to mend it

A key with many values that queries ask by, in no order of time; else a hashed one: `sh.shardCollection`, and for what
is sharded already `refineCollectionShardKey` or `sh.reshardCollection`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.documents.rule import Rule, collection_ref, keys_text
from dbarchitect.model.documents import Documents
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, needs=("sharded",), certainty="likely")

LARGE = 2**30  # eight ranges of 128 MB, the default since MongoDB 6.0


def check(look: Documents) -> Iterator[Finding]:
    """Large collections without a shard key, and keys in order of time."""
    for one in look.collections:
        name = f"{look.database}.{one.name}"
        ask = (f"db.getSiblingDB('config').collections.findOne({{_id: {name!r}}})",)
        if not one.shard_key:
            if one.bytes >= LARGE and one.kind == "collection":
                yield RULE.finding(
                    collection_ref(one.name),
                    f"{one.name} has {size_text(one.bytes)} and is not sharded: all of it lies on one shard",
                    facts={"bytes": one.bytes},
                    ask=ask,
                )
            continue
        path, way = one.shard_key[0]
        shape = one.path(path)
        types = set(shape.types) if shape else set[str]()
        if way != "hashed" and types and types <= {"objectId", "date", "timestamp"}:
            yield RULE.finding(
                collection_ref(one.name),
                f"the shard key {keys_text(one.shard_key)} of {one.name} begins with {path}, which only grows "
                f"({', '.join(sorted(types))}): new documents all go to one shard",
                facts={"path": path, "bytes": one.bytes},
                fix=(f"sh.reshardCollection({name!r}, {{{path!r}: 'hashed'}})",),
                ask=ask,
            )
