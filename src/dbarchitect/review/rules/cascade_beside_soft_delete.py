"""CASCADE below a table that only marks its deletions

## What it says

A table marks its rows as deleted (`deleted_at`), and foreign keys to it say ON DELETE CASCADE: as long as nothing is
really deleted they never act. One question for each such table.

## Why it matters

Two ways of deleting live side by side: children of a row that is marked stay and are found, and the day that somebody
really deletes it, all of them are gone.

## What would make it false

A job purges the marked rows in the end, and the CASCADE is there for it.

## How to mend it

Choose one: mark the children with their parent (or look at the parent's mark in every query), and let the foreign keys
restrict; or delete for good and drop the mark.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, Reference, base_type, constraint_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import SOFT_DELETE

RULE = Rule(__name__, __doc__, area="foreign keys", certainty="possible", severity=Severity.INFO)


def check(review: Context) -> Iterator[Finding]:
    """Cascades that wait for a delete that never comes."""
    found: list[Finding] = []
    of = 0
    for table in review.tables:
        mark = next((column for column in table.columns if _is_mark(column)), None)
        if mark is None:
            continue
        of += 1
        cascades = [
            one
            for one in review.references(table)
            if one.key.on_delete == "CASCADE" and one.key.enforced and not one.key.inherited and one.table != table
        ]
        if cascades:
            found.append(_found(review, table, mark, cascades))
    message = (
        f"{len(found)} of {of} tables only mark their deletions, and foreign keys to them cascade: which is meant?"
    )
    yield from roll_up(found, message, of=of)


def _is_mark(column: Column) -> bool:
    return column.name.lower() in SOFT_DELETE and base_type(column) in ("timestamp", "timestamptz", "bool")


def _found(review: Context, table: Table, mark: Column, cascades: list[Reference]) -> Finding:
    names = ", ".join(one.table.name.short for one in cascades[:3])
    more = f" and {len(cascades) - 3} more" if len(cascades) > 3 else ""
    return RULE.finding(
        table.ref,
        f"{table.name.short} marks its deletions in {mark.name}, and a real one cascades to {names}{more}: "
        "which is meant?",
        also=[constraint_ref(one.table, one.key.name) for one in cascades],
        facts={"mark": mark.name, "cascades": len(cascades), "parent_deletes": review.counted(table, "deleted")},
        asks=True,
        experiment=_stays(review, table, mark, cascades[0]),
    )


def _stays(review: Context, table: Table, mark: Column, one: Reference) -> Accepted | None:
    """A parent, a child, and the mark on the parent."""
    rows = Rows(review)
    first = rows.add(table, must=one.key.target_columns)
    if first is None:
        return None
    values = {name: first[target] for name, target in zip(one.key.columns, one.key.target_columns, strict=True)}
    if rows.add(one.table, values) is None:
        return None
    name = quote_identifier(mark.name)
    where = " AND ".join(f"{quote_identifier(column)} = {first[column]}" for column in one.key.target_columns)
    marked = "true" if base_type(mark) == "bool" else "now()"
    return Accepted(
        script=(
            *rows.statements,
            f"UPDATE {table.name} SET {name} = {marked} WHERE {where}",
            f"SELECT count(*) AS children FROM {one.table.name}",
        ),
        shows=f"a row of {one.table.name.short} outlives its parent, which is marked as deleted",
    )
