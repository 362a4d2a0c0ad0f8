"""Server settings at odds with the machine

## What it says

A live server has more connections allowed than any machine has processors for (`max_connections` over 500), or still
the shared buffers that PostgreSQL is delivered with (128 MB) though its tables are larger than that by far, or still
`random_page_cost = 4` while shared buffers have been set: the cost of a rotating disk. Neon sets shared buffers by the
size of the compute: they are left out there.

## Why it matters

The planner and the cache work for a machine of twenty years ago, or hundreds of sessions fight for a few processors.

A reasonable start for shared_buffers is "25% of the memory in your system" (documentation, "Resource Consumption").
Each connection is a process, and snapshots grow with their number; a pooler serves thousands of clients with tens of
connections. On solid-state storage `random_page_cost` is commonly put near 1.1.

## What would make it false

The machine really is small or has rotating disks, or a platform decides these settings.

## How to mend it

Measure first: `dba` shows the plans that another `random_page_cost` gives. Then set it for the tablespace or the
server; put a pooler in front before lowering `max_connections`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="operations", certainty="likely", severity=Severity.INFO, needs="server")

_CONNECTIONS = 500  # PgBouncer and the platforms begin to recommend a pooler from a few hundred
_DELIVERED_PAGES = 16384  # shared_buffers as delivered: 128 MB in pages of 8 kB
_FACTOR = 8  # tables of 1 GB


def check(review: Context) -> Iterator[Finding]:
    """One finding with all that is odd."""
    connections, buffers = _number(review, "max_connections"), _number(review, "shared_buffers")
    used = sum((one.heap_bytes or 0) for one in review.facts.tables.values()) if review.facts else 0
    odd: list[str] = []
    if connections is not None and connections > _CONNECTIONS:
        odd.append(f"max_connections = {connections:.0f}")
    if review.platform != "neon" and buffers == _DELIVERED_PAGES and used > _FACTOR * _DELIVERED_PAGES * 8192:
        odd.append(f"shared_buffers = 128 MB beside {used / 2**30:,.0f} GB of tables")
    if buffers is not None and buffers > _DELIVERED_PAGES and _number(review, "random_page_cost") == 4:
        odd.append("random_page_cost = 4, as for a rotating disk")
    if odd:
        yield RULE.finding(
            DATABASE,
            f"server settings look at odds with the machine: {'; '.join(odd)}",
            facts={"max_connections": connections, "shared_buffers_pages": buffers, "table_bytes": used},
            asks=True,
        )


def _number(review: Context, name: str) -> float | None:
    try:
        return float(review.setting(name) or "")
    except ValueError:
        return None  # unknown, or with a unit of its own by ALTER DATABASE
