"""Statistics missing or out of date

## What it says

A table or materialised view of more than 10 pages was never analysed, or at least as many rows have changed since its
last ANALYZE as it holds, and at least 10,000. A partitioned table of 10,000 rows or more that was never analysed itself
is `info`. Where most tables are so it is one finding.

## Why it matters

The planner guesses how many rows match, and a plan that was made for a few rows runs over millions.

Autovacuum analyses a table after 50 rows and 10 % of it have changed (`autovacuum_analyze_threshold`,
`autovacuum_analyze_scale_factor`); ten times that means that it does not run, or does not come round. It never
analyses partitioned tables themselves.

## What would make it false

The table has just been filled, and autovacuum is on its way.

## How to mend it

`ANALYZE`, at once. Then find out why autovacuum does not: switched off, cancelled by locks, or too few workers.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.facts import TableFacts
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import Table
from dbarchitect.review.context import SMALL_PAGES, Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.WARNING, needs="live")

_MANY_ROWS = 10_000
_PAGE_BYTES = 8192


def check(review: Context) -> Iterator[Finding]:
    """Tables, partitions and materialised views that the planner knows nothing true about."""
    if review.facts is None or review.facts.is_replica:
        return  # a standby does not know when its primary analysed
    found: list[Finding] = []
    of = 0
    relations = [(one.name, one.ref) for one in review.all_tables if one.kind == "ordinary"]
    relations += [
        (view.name, ObjectRef(kind="view", schema=view.name.schema, name=view.name.name))
        for view in review.schema.views
        if view.materialized
    ]
    for name, ref in relations:
        facts = review.facts.tables.get(str(name))
        if facts is None or (facts.heap_bytes or facts.pages * _PAGE_BYTES) <= SMALL_PAGES * _PAGE_BYTES:
            continue
        of += 1
        said = _said(name, facts)
        if said:
            changed = {"rows": facts.rows, "changed": facts.modified_since_analyze, "last_analyze": facts.last_analyze}
            found.append(RULE.finding(ref, f"{said}: run ANALYZE {name}", facts={**changed}))
    for table in review.tables:
        rows = review.rows(table)
        if table.kind == "partitioned" and rows is not None and rows >= _MANY_ROWS and _unknown(review, table):
            of += 1
            said = f"{table.name.short} ({rows:,.0f} rows) was never analysed as a whole, which autovacuum does not do"
            found.append(
                RULE.finding(
                    table.ref,
                    f"{said}: run ANALYZE {table.name}",
                    severity=Severity.INFO,
                    facts={"rows": rows, "partitions": len(review.leaves(table))},
                )
            )
    yield from roll_up(found, f"{len(found)} of {of} tables have no statistics, or old ones: run ANALYZE", of=of)


def _unknown(review: Context, table: Table) -> bool:
    """Whether a partitioned table has no figures of its own."""
    own = review.table_facts(table)
    seen = bool(review.facts and review.facts.columns.get(str(table.name)))
    return own is not None and own.rows is None and own.last_analyze is None and not seen


def _said(name: Name, facts: TableFacts) -> str:
    size = facts.heap_bytes or facts.pages * _PAGE_BYTES
    if facts.rows is None:
        return f"{name.short} ({size / 2**20:,.1f} MB) was never analysed"
    changed = facts.modified_since_analyze or 0
    if changed >= max(_MANY_ROWS, facts.rows):
        return f"{changed:,} rows of {name.short} have changed since its {facts.rows:,.0f} were analysed"
    return ""
