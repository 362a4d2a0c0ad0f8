"""Small rows kept twice, or large ones in a key's tree

## What it says

An SQLite table with a rowid has a primary key that is no whole number, no other index, and rows of less than a 20th
of a page (its key's index repeats most of each row): it could be WITHOUT ROWID. Or the other way round: a table is
WITHOUT ROWID and its rows take more than a 20th of a page on average. Sizes are those of the file.

## Why it matters

Such a table keeps its key twice and reads two trees for one row; of large rows in one tree few fit on a page, so
look-ups go through more of them.

The documentation gives the measure: WITHOUT ROWID tables "work best when individual rows are not too large", with "a
good rule-of-thumb" of "about 1/20th the size of a database page" (sqlite.org/withoutrowid.html).

## What would make it false

The rowid is used (`last_insert_rowid`, full-text content tables, incremental blob I/O), or the table hardly has rows.

## How to mend it

Add or remove WITHOUT ROWID: a rebuild, which `dba check --fix` writes. Compare `dbstat` before and after.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dbarchitect.model.change import AlterTable, Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.proof import Scalar
from dbarchitect.model.schema import Table
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule

RULE = Rule(
    __name__, __doc__, area="sqlite", certainty="likely", severity=Severity.INFO, needs="live", engines=("sqlite",)
)

_OF_A_PAGE = 20  # sqlite.org/withoutrowid.html: "about 1/20th the size of a database page"
_BYTES = 1 << 20  # of a table, below which there is nothing to gain


def check(review: Context) -> Iterator[Finding]:
    """Tables whose other form is smaller or faster."""
    page = int(review.schema.settings.get("page_size", "4096"))
    for table in review.tables:
        facts = review.table_facts(table)
        if table.sqlite is None or facts is None or not facts.rows or not facts.heap_bytes:
            continue
        width = facts.heap_bytes / facts.rows
        small = width <= page / _OF_A_PAGE
        figures: dict[str, Scalar] = {
            "rows": facts.rows,
            "row_bytes": round(width, 1),
            "page_bytes": page,
            "bytes": facts.total_bytes,
        }
        if table.sqlite.without_rowid and not small and facts.heap_bytes >= _BYTES:
            yield RULE.finding(
                table.ref,
                f"{table.name.short} is WITHOUT ROWID, and its rows take {width:,.0f} bytes of pages of {page:,}",
                facts=figures,
                fix=(
                    AlterTable(before=table, after=replace(table, sqlite=replace(table.sqlite, without_rowid=False))),
                ),
            )
        elif small and _keeps_twice(table) and (facts.total_bytes or 0) >= _BYTES:
            key = table.primary_key
            index = review.facts.indexes.get(key.index) if key is not None and review.facts else None
            used = index.bytes if index is not None else None
            twice = f", of which its key's index {used / 2**20:,.1f} MB" if used else ""
            yield RULE.finding(
                table.ref,
                f"{table.name.short} takes {(facts.total_bytes or 0) / 2**20:,.1f} MB{twice}: WITHOUT ROWID it is kept "
                "once",
                facts={**figures, "key_index_bytes": used},
                fix=_other_form(table),
            )


def _other_form(table: Table) -> tuple[Change, ...]:
    lite = table.sqlite
    if lite is None:
        return ()
    after = replace(table, sqlite=replace(lite, without_rowid=not lite.without_rowid))
    return (AlterTable(before=table, after=after),)


def _keeps_twice(table: Table) -> bool:
    """Whether the key has an index of its own, and there is no other that would have to carry the key along."""
    key, lite = table.primary_key, table.sqlite
    return (
        key is not None
        and lite is not None
        and bool(key.index)
        and not lite.without_rowid
        and all(index.name.name == key.index for index in table.indexes)
    )
