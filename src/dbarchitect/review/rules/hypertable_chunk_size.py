"""Chunks of hypertables too large for memory, or too many

## What it says

Too large: the indexes of the newest chunks of all hypertables together are larger than `shared_buffers`. Too many: a
hypertable has 100 chunks and more, of less than 8 MB each.

## Why it matters

Rows that come go to places all over the indexes of the chunks that are written: where these do not stay in memory, each
row costs a read from disk. Too many chunks cost each query planning time.

TimescaleDB's documentation ("Size hypertable chunks") gives these indexes 25% of memory, and calls that
`shared_buffers`. The 100 and the 8 MB are ours: `benchmarks/timescale.py` shows what chunks cost in planning.

## What would make it false

`shared_buffers` was left at its default on a server with much memory.

## How to mend it

`SELECT set_chunk_time_interval(...)`: it holds for chunks that are made from then on. `dba timeseries` says how long.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.chunks import length_text
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.series import hypertable_refs
from dbarchitect.review.storage import PAGE

RULE = Rule(__name__, __doc__, area="operations", certainty="likely", severity=Severity.WARNING, needs="live")

_MANY = 100
_SMALL = 8 * 2**20


def check(review: Context) -> Iterator[Finding]:
    """Chunks whose indexes do not stay in memory, and chunks by the hundred."""
    found = list(hypertable_refs(review))
    facts = review.schema.facts
    buffers = float(facts.settings.get("shared_buffers", 0)) * PAGE if facts is not None else 0.0
    active = sum(one.active_index_bytes or 0.0 for one, _ in found)
    for one, table in found:
        short = Name(schema=one.schema, name=one.name).short
        length = length_text(one.interval_seconds) if one.interval_seconds else "a range of numbers"
        mine = one.active_index_bytes or 0.0
        if buffers and active > buffers and mine >= active / len(found):
            yield RULE.finding(
                table.ref,
                f"the indexes of a chunk of {short} take {size_text(mine)}, those of all chunks that are written "
                f"{size_text(active)}, more than shared_buffers ({size_text(buffers)}): {length} are too long",
                facts={"index_bytes": mine, "active_index_bytes": active, "shared_buffers": buffers},
            )
        elif one.chunks >= _MANY and one.chunk_bytes is not None and one.chunk_bytes < _SMALL:
            yield RULE.finding(
                table.ref,
                f"{short} has {one.chunks:,} chunks of {size_text(one.chunk_bytes)} on average: {length} is too short",
                severity=Severity.INFO,
                facts={"chunks": one.chunks, "chunk_bytes": one.chunk_bytes},
            )
