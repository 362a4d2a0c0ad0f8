"""Table with very many indexes

## What it says

A table has twelve indexes or more (`MANY`). Where counters old enough say that it is hardly written (fewer writes than
a hundredth of its scans), it is not reported. Where sizes are known they are given beside the table's own.

## Why it matters

An insert writes into every one of them, and so does an update that is not heap-only: writing costs many times what the
row itself does.

The planner looks at each of them for every query of the table, and locks them: from sixteen locks of relations on, a
query leaves the fast path of the lock manager (`FP_LOCK_SLOTS_PER_BACKEND`, up to PostgreSQL 17).

## What would make it false

The table is read far more than written, and each index is needed.

## How to mend it

See which are not used (`unused-index`), repeat another one (`duplicate-index`, `prefix-redundant-index`) or could be
one; `dba index` looks for the fewest that a workload needs.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="indexes", severity=Severity.INFO, harms_by="writes")

MANY = 12
_READ_MOSTLY = 0.01  # writes a scan: an index that saves a scan a hundred times has paid for itself


def check(review: Context) -> Iterator[Finding]:
    """Tables whose writes pay for a dozen indexes."""
    for table in review.tables:
        if len(table.indexes) < MANY or _read_mostly(review, table):
            continue
        sizes = [review.index_bytes(index) for index in table.indexes]
        size = sum(one for one in sizes if one is not None) if None not in sizes else None
        heap = _heap_bytes(review, table)
        scale = f": {size / 2**20:,.0f} MB beside {heap / 2**20:,.0f} MB of rows" if size and heap else ""
        unique = sum(index.unique for index in table.indexes)
        yield RULE.finding(
            table.ref,
            f"{table.name.short} has {len(table.indexes)} indexes ({unique} of them unique){scale}; each insert writes "
            "into all of them",
            facts={"indexes": len(table.indexes), "unique": unique, "index_bytes": size, "heap_bytes": heap},
            experiment=Shown(
                query=f"SELECT count(*) >= {MANY}, count(*) AS indexes FROM pg_catalog.pg_index "
                f"WHERE indrelid = {quote_literal(str(table.name))}::regclass",
                shows="every one of them is maintained by an insert",
            ),
        )


def _read_mostly(review: Context, table: Table) -> bool:
    scans = [review.counted(table, "sequential_scans"), review.counted(table, "index_scans")]
    writes = [review.counted(table, "inserted"), review.counted(table, "updated"), review.counted(table, "deleted")]
    if None in scans or None in writes:
        return False
    return sum(one or 0 for one in writes) < _READ_MOSTLY * sum(one or 0 for one in scans)


def _heap_bytes(review: Context, table: Table) -> int | None:
    facts = [review.table_facts(leaf) for leaf in review.leaves(table)]
    known = [one.heap_bytes for one in facts if one is not None and one.heap_bytes is not None]
    return sum(known) if known and len(known) == len(facts) else None
