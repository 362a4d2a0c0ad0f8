"""Unused index of a collection

## What it says

No operation took an index since the server counts, 14 days or more ago (`$indexStats`), and it is neither unique nor a
TTL index nor the shard key's. Redundant ones are named by their own rule.

## Why it matters

Each write pays for it, and it takes memory from what is used.

## What would make it false

Another member of the replica set serves the reads: each counts its own. Or a job that runs less often needs it.

## How to mend it

Hide it first (`hideIndex`): it is kept up to date and can be shown again at once. Then drop it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.documents.rule import Rule, covers, index_ref, keys_text, shell
from dbarchitect.model.documents import Documents
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding

RULE = Rule(__name__, __doc__, needs=("indexes", "uses"), certainty="likely")

MATURE_DAYS = 14  # as for other engines: two weekly jobs


def check(look: Documents) -> Iterator[Finding]:
    """Indexes that nothing takes."""
    for one in look.collections:
        for index in one.indexes:
            if index.uses != 0 or index.name == "_id_" or index.unique or index.ttl is not None or index.hidden:
                continue
            if (
                index.days is None
                or index.days < MATURE_DAYS
                or index.keys[: len(one.shard_key)] == one.shard_key != ()
            ):
                continue
            if any(covers(other, index) for other in one.indexes if other is not index):
                continue
            size = f", {size_text(index.bytes)}" if index.bytes else ""
            yield RULE.finding(
                index_ref(one.name, index.name),
                f"nothing took {index.name} {keys_text(index.keys)} of {one.name} in {index.days:,.0f} days{size}",
                facts={"days": round(index.days, 1), "bytes": index.bytes},
                fix=(f"{shell(one.name)}.hideIndex({index.name!r})", f"{shell(one.name)}.dropIndex({index.name!r})"),
                ask=(f"{shell(one.name)}.aggregate([{{$indexStats: {{}}}}])",),
            )
