"""Growing table larger than memory, in one piece

## What it says

A table that only grows (its counters see at most one row changed or removed for a hundred that come in), has a time,
and is not partitioned, is larger than what the server is told of its memory (`effective_cache_size`), and than 10 GB.

## Why it matters

Old rows can only be deleted one by one, and VACUUM, indexes and caches carry the whole history for the last days.

"a rule of thumb is that the size of the table should exceed the physical memory of the database server"
(documentation, "Table Partitioning"). Dropping a partition takes no longer for a large one.

## What would make it false

Nothing is ever removed from it, and queries reach its rows by a key and not by time.

## How to mend it

A new table partitioned by the range of its time; the old one becomes its first partition with a CHECK that has been
validated. A primary key must then contain the time.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import is_change_time

RULE = Rule(__name__, __doc__, area="structure", certainty="likely", severity=Severity.INFO, needs="counters")

_BYTES = 10 * 2**30
_SHARE = 0.01
_PAGE = 8192


def check(review: Context) -> Iterator[Finding]:
    """Large tables that only grow."""
    memory = _memory(review)
    for table in review.tables:
        facts = review.table_facts(table)
        if table.kind != "ordinary" or table.inherits or facts is None or not facts.heap_bytes or memory is None:
            continue
        time = _time(table)
        if time is None or facts.heap_bytes < max(_BYTES, memory) or not facts.inserted:
            continue
        changed = (facts.updated or 0) + (facts.deleted or 0)
        if changed > _SHARE * facts.inserted:
            continue
        yield RULE.finding(
            table.ref,
            f"{table.name.short} ({facts.heap_bytes / 2**30:,.0f} GB beside {memory / 2**30:,.0f} GB of cache) only "
            f"grows and is in one piece: partition it by {time.name}?",
            also=(column_ref(table, time),),
            facts={"heap_bytes": facts.heap_bytes, "memory_bytes": memory, "inserted": facts.inserted},
            asks=True,
        )


def _memory(review: Context) -> float | None:
    """What the server is told of memory for caching, in bytes; the setting counts pages of 8 kB."""
    settings = review.facts.settings if review.facts else {}
    pages = settings.get("effective_cache_size", "")
    return int(pages) * _PAGE if pages.isdigit() else None


def _time(table: Table) -> Column | None:
    """The first mandatory time of the row, not that of its last change."""
    times = ("timestamptz", "timestamp", "date")
    return next(
        (one for one in table.columns if base_type(one) in times and one.not_null and not is_change_time(one.name)),
        None,
    )
