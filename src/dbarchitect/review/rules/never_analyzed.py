"""Statistics that were never gathered

## What it says

An SQLite file with a table of at least 10,000 rows that has an index of its own holds no `sqlite_stat1`: nobody ran
ANALYZE, or `PRAGMA optimize`.

## Why it matters

Of several indexes the planner takes one by rules of thumb: it assumes that `column = ?` finds 10 rows, whatever is
there.

Without statistics a table has about a million rows to the planner, and the first column of an index tells 1 of 10 rows
apart (sqlite.org/optoverview.html, "The NGQP", and `sqlite3DefaultRowEst` in the source). Plans of joins follow.

## What would make it false

No table has more than one index that a query could take, and no query joins.

## How to mend it

`PRAGMA optimize` when a connection closes (from 3.46 on it also begins by analysing), or `ANALYZE` once and after large
changes; `PRAGMA analysis_limit = 400` bounds the time.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import Statements
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="sqlite", severity=Severity.WARNING, needs="live", engines=("sqlite",))

_ROWS = 10_000  # from here a wrong index is felt: the same limit as of `fk-without-index`


def check(review: Context) -> Iterator[Finding]:
    """One finding for a file without statistics."""
    if review.facts is None or review.facts.settings.get("analyzed") != "no":
        return
    large = [table for table in review.tables if table.indexes and (review.rows(table) or 0) >= _ROWS]
    if large:
        most = max(large, key=lambda table: review.rows(table) or 0)
        yield RULE.finding(
            DATABASE,
            f"nobody ran ANALYZE, and {len(large)} of {len(review.tables)} tables are large and have indexes: "
            f"{most.name.short} has {review.rows(most):,.0f} rows",
            also=[table.ref for table in large],
            facts={"tables": len(large), "rows": review.rows(most)},
            fix=(Statements(sql=("ANALYZE",), undo=("DROP TABLE sqlite_stat1", "DROP TABLE IF EXISTS sqlite_stat4")),),
        )
