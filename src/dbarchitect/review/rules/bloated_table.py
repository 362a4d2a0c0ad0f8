"""Table that is mostly empty space

## What it says

An estimate: the rows of a table, as wide as the column statistics say, would fit into far fewer pages than it has. It
is said from half of the table and 20 MB on, or a quarter and 1 GB (`LIMITS`): those of the most widely
used public query (pgexperts, `table_bloat_check.sql`), whose authors give its error as 20 %.

It is silent without statistics of every column (an empty one has none either), and where they are old: more than a
tenth of the rows changed since ANALYZE, or the table was never analysed.

## Why it matters

Every sequential scan, every backup and the cache carry the empty space along; it is used again by new rows, but given
back only by a rewrite.

Documentation, "Recovering Disk Space": plain VACUUM keeps the space for the table itself. What has been left by one
large DELETE or UPDATE may be filled again; what grows shows a vacuum that is held up (long transactions, replication
slots) or comes too seldom.

## What would make it false

The table shrinks and grows by turns, or a low `fillfactor` is not in its options but in its history: the space is
wanted. `SELECT * FROM pgstattuple_approx('table')` (extension pgstattuple) measures what is only estimated here.

## How to mend it

First see why vacuum does not keep up. Then `pg_repack` or, with an exclusive lock, `VACUUM FULL`. A table that is
emptied regularly is better partitioned.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.storage import PAGE, PAGE_HEADER, fill_factor, row_bytes, trusted

RULE = Rule(__name__, __doc__, area="operations", certainty="likely", severity=Severity.WARNING, needs="statistics")

LIMITS = ((0.5, 20 * 2**20), (0.25, 2**30))


def check(review: Context) -> Iterator[Finding]:
    """Tables that would fit into half their pages."""
    for table in review.all_tables:
        facts = review.table_facts(table)
        if table.kind != "ordinary" or facts is None or facts.heap_bytes is None or not trusted(facts):
            continue
        if table.access_method != "heap" or facts.heap_bytes < LIMITS[0][1]:
            continue
        width = row_bytes(review, table)
        if width is None or facts.rows is None:
            continue
        needed = facts.rows * width / ((PAGE - PAGE_HEADER) * fill_factor(table.options, 100)) * PAGE
        spare = facts.heap_bytes - needed
        share = spare / facts.heap_bytes
        if not any(share >= least and spare >= size for least, size in LIMITS):
            continue
        yield RULE.finding(
            table.ref,
            f"about {share:.0%} of {table.name.short} is empty: {spare / 2**20:,.0f} of "
            f"{facts.heap_bytes / 2**20:,.0f} MB, an estimate; pgstattuple_approx measures it",
            facts={
                "heap_bytes": facts.heap_bytes,
                "estimated_bytes": round(needed),
                "share": round(share, 3),
                "dead_rows": facts.dead_rows,
                "last_vacuum": facts.last_vacuum,
            },
        )
