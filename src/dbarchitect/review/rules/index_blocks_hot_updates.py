"""Index that keeps updates from being heap-only

## What it says

A table is updated often (100,000 times, and as often as it has rows, since the counters began at least 14 days ago),
less than half of it heap-only, and a plain index has a column that updates change: by the workload's UPDATE statements,
or without a workload by its name (`updated_at`, `last_seen_at` and the like). Unique indexes, those that serve a
foreign key, and BRIN from PostgreSQL 16 on are left out.

## Why it matters

An update that changes an indexed column writes a new entry into every index of the table, and leaves the old ones for
vacuum.

Documentation, "Heap-Only Tuples (HOT)": an update is heap-only where it changes no column of any index (summarising
ones such as BRIN excepted) and the page has room. `pg_stat_all_tables.n_tup_hot_upd` counts them.

## What would make it false

The index is worth it: a feed sorted by `updated_at` needs it. Or the pages are full, and a lower `fillfactor` is what
is missing.

## How to mend it

Drop the index if its queries can do without; take the column out of it; or keep the changing column in a table of its
own. Then set `fillfactor` to 90 or less, for room on each page.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.schema import Index, Table
from dbarchitect.review.context import Context, base_type, index_ref, mentions
from dbarchitect.review.overlap import obligations, serves_foreign_key, settled
from dbarchitect.review.rule import REDUNDANT, Rule

RULE = Rule(
    __name__, __doc__, area="indexes", certainty="likely", severity=Severity.INFO, needs="counters", yields_to=REDUNDANT
)

MANY_UPDATES = 100_000
LOW = 0.5
_CHANGES = frozenset({"updated", "modified", "changed", "last", "synced", "refreshed", "touched"})
_TIMES = ("timestamp", "timestamptz")


def check(review: Context) -> Iterator[Finding]:
    """Indexes on what is written again and again."""
    asked = review.asked
    for table in review.tables:
        updated, hot, rows = review.counted(table, "updated"), review.counted(table, "hot_updated"), review.rows(table)
        if not updated or hot is None or updated < max(MANY_UPDATES, rows or 0) or hot >= LOW * updated:
            continue
        written = {name for name, operators in asked.of(table).items() if "set" in operators}
        changing = written if review.workload is not None else _by_name(table)
        for index in table.indexes:
            if (
                index.unique
                or not settled(index)
                or obligations(review, table, index)
                or (index.method == "brin" and review.schema.major >= 16)
                or any(serves_foreign_key(index, key.columns) for key in table.foreign_keys)
            ):
                continue
            column = next((name for name in sorted(changing) if _has(index, name)), None)
            if column is not None:
                yield _found(review, table, index, column, updated, hot)


def _by_name(table: Table) -> set[str]:
    return {
        one.name
        for one in table.columns
        if base_type(one) in _TIMES and not _CHANGES.isdisjoint(words(one.name)) and "created" not in words(one.name)
    }


def _has(index: Index, column: str) -> bool:
    """Whether a new value of the column changes the index."""
    if column in index.include or any(key.column == column for key in index.keys):
        return True
    texts = [key.expression or "" for key in index.keys] + [index.predicate or ""]
    return any(mentions(text, column) for text in texts)


def _found(review: Context, table: Table, index: Index, column: str, updated: int, hot: int) -> Finding:
    scans = review.index_scans(index)
    used = f"; it was read {scans:,} times" if scans is not None else ""
    return RULE.finding(
        index_ref(index),
        f"{index.name.name} has {column}, which updates change: of {updated:,} updates of {table.name.short} "
        f"{hot / updated:.0%} were heap-only{used}",
        facts={"column": column, "updated": updated, "hot_share": round(hot / updated, 3), "scans": scans},
    )
