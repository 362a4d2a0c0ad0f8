"""Server without autovacuum

## What it says

The server runs with `autovacuum = off`, or with `track_counts = off`, without which autovacuum does nothing.

## Why it matters

No table is vacuumed or analysed: all of them grow, and plans are made from old figures.

The documentation calls autovacuum "an optional but highly recommended feature" ("The Autovacuum Daemon"). To prevent
transaction ID wraparound it runs even so, at a time that nobody chose.

## What would make it false

Jobs vacuum and analyse every table on a schedule.

## How to mend it

Switch it on in the server's configuration; it needs no restart. Where it disturbs, make it slower
(`autovacuum_vacuum_cost_delay`), not absent.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.ERROR, needs="server")


def check(review: Context) -> Iterator[Finding]:
    """The server, where nothing is vacuumed by itself."""
    off = [name for name in ("autovacuum", "track_counts") if review.setting(name) == "off"]
    if off:
        yield RULE.finding(
            DATABASE,
            f"the server runs with {' and '.join(f'{name} = off' for name in off)}: no table is vacuumed or analysed",
            facts=dict.fromkeys(off, "off"),
        )
