"""Two tables that share one key

## What it says

The primary key of a table is, whole, its foreign key to the primary key of another, it is the only such table, and it
has nothing that would keep the two apart: no row-level security, privileges or storage of its own, and no wide columns
(documents, texts without a limit, bytes) that are better stored beside. Where live sizes are known it speaks only if
both have about the same number of rows; without them it asks.

## Why it matters

One thing is two rows: every reader joins, every writer inserts twice, and nothing makes sure of the second row.

NOT NULL holds within the second table only: a thing without its second row has none of those values.

## What would make it false

The second table is optional, or a kind of the first (an employee is a person); other people may read it; it is updated
far more often than the first; or it belongs to another module.

## How to mend it

Move the columns to the first table, fill them from the second and drop it. A view with the old name serves readers.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, ForeignKey, PrimaryKey, Table
from dbarchitect.review.context import Context, base_type
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule

RULE = Rule(__name__, __doc__, area="normal forms", severity=Severity.INFO)

_WIDE = frozenset({"json", "jsonb", "text", "bytea", "xml", "tsvector"})
_ALIKE = 0.02  # difference of the rows: what autovacuum's estimates are off by


def check(review: Context) -> Iterator[Finding]:
    """Tables whose key is another's, row for row."""
    reviewed = {table.name for table in review.tables}
    for table in review.tables:
        shared = _shared_key(table)
        first = review.table(shared.target) if shared else None
        if shared is None or first is None or first.name == table.name or first.name not in reviewed:
            continue
        extensions = [one for one in review.references(first) if _shared_key(one.table) == one.key]
        if len(extensions) > 1 or _shared_key(first) is not None or not _could_be_one(first, table, shared):
            continue
        rows, first_rows = review.rows(table), review.rows(first)
        known = rows is not None and first_rows is not None and first_rows > 0
        if known and abs((rows or 0) - (first_rows or 0)) > _ALIKE * (first_rows or 0):
            continue
        yield _found(review, first, table, rows if known else None)


def _shared_key(table: Table) -> ForeignKey | None:
    """The foreign key that is the whole primary key."""
    key = table.primary_key
    if key is None:
        return None
    return next((one for one in table.foreign_keys if set(one.columns) == set(key.columns)), None)


def _could_be_one(first: Table, second: Table, shared: ForeignKey) -> bool:
    key = next((one for one in first.constraints if isinstance(one, PrimaryKey)), None)
    own = [column for column in second.columns if column.name not in shared.columns]
    return (
        key is not None
        and set(key.columns) == set(shared.target_columns)
        and bool(own)
        and all(column.not_null and not _is_wide(column) for column in own)
        and first.kind == second.kind == "ordinary"
        and first.name.schema == second.name.schema
        and not (first.row_security or second.row_security)
        and {(g.grantee, g.privileges) for g in first.grants} == {(g.grantee, g.privileges) for g in second.grants}
        and (first.options, first.tablespace, first.inherits) == (second.options, second.tablespace, second.inherits)
    )


def _is_wide(column: Column) -> bool:
    return base_type(column) in _WIDE or column.type.is_array


def _found(review: Context, first: Table, second: Table, rows: float | None) -> Finding:
    own = len(second.columns) - len(second.primary_key.columns if second.primary_key else ())
    columns = f"{own} more column{'' if own == 1 else 's'}"
    both = f"both have about {rows:,.0f} rows" if rows is not None else "does every row have one"
    return RULE.finding(
        second.ref,
        f"{second.name.short} has the key of {first.name.short} and {columns}: {both}"
        + ("; are they one table?" if rows is not None else ", and are they one table?"),
        also=(first.ref,),
        facts={"rows": rows, "columns": own},
        asks=True,
        experiment=_half(review, first, second),
    )


def _half(review: Context, first: Table, second: Table) -> Accepted | None:
    """A row of the first without one of the second."""
    rows = Rows(review)
    key = first.primary_key
    if key is None:
        return None
    values = rows.add(first, must=key.columns)
    if values is None:
        return None
    where = " AND ".join(f"{quote_identifier(name)} = {values[name]}" for name in key.columns)
    return Accepted(
        script=(*rows.statements, f"SELECT {quote_identifier(key.columns[0])} FROM {first.name} WHERE {where}"),
        shows=f"a row of {first.name.short} without its row of {second.name.short} is accepted",
    )
