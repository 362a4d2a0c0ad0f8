"""Many dead rows

## What it says

Of a table of at least 10,000 rows, more rows are dead than autovacuum would let lie: twice its threshold, by the
table's own parameters where it has some, else by the server's (50 rows and 20 % of the table as delivered).

## Why it matters

Every scan reads the dead rows too, and the space that they take is not used again: VACUUM does not keep up.

Usual causes are an old transaction, a replication slot that nobody reads, a prepared transaction, or too few or too
slow autovacuum workers. Above `threshold + scale_factor * rows` the table is due (documentation, "The Autovacuum
Daemon").

## What would make it false

A large delete or update has just run, and autovacuum is on its way.

## How to mend it

Find what holds VACUUM back: the oldest `backend_xmin` in `pg_stat_activity`, `xmin` in `pg_replication_slots`,
`pg_prepared_xacts`. Then `VACUUM (ANALYZE)`; a large table wants a smaller `autovacuum_vacuum_scale_factor`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.WARNING, needs="live")

_MANY_ROWS = 10_000
_TIMES = 2.0  # once over the threshold is ordinary: workers come round every minute
_THRESHOLD, _SCALE = 50.0, 0.2  # as PostgreSQL is delivered


def check(review: Context) -> Iterator[Finding]:
    """Tables whose dead rows VACUUM should have taken long ago."""
    found: list[Finding] = []
    of = 0
    for table in review.all_tables:
        facts = review.table_facts(table)
        if facts is None or facts.dead_rows is None or table.kind != "ordinary":
            continue
        live = facts.live_rows or facts.rows or 0.0
        if live + facts.dead_rows < _MANY_ROWS:
            continue
        of += 1
        threshold = _parameter(review, table, "autovacuum_vacuum_threshold", _THRESHOLD)
        due = threshold + _parameter(review, table, "autovacuum_vacuum_scale_factor", _SCALE) * (facts.rows or live)
        if facts.dead_rows <= _TIMES * due:
            continue
        share = facts.dead_rows / (live + facts.dead_rows)
        found.append(
            RULE.finding(
                table.ref,
                f"{table.name.short} has {facts.dead_rows:,} dead rows ({share:.0%}); autovacuum is due at {due:,.0f}",
                facts={"dead": facts.dead_rows, "live": live, "due": round(due), "last_vacuum": facts.last_vacuum},
            )
        )
    yield from roll_up(found, f"{len(found)} of {of} large tables have many dead rows", of=of)


def _parameter(review: Context, table: Table, name: str, delivered: float) -> float:
    try:
        return float(table.options.get(name) or review.setting(name) or delivered)
    except ValueError:
        return delivered
