"""B-tree on an array or a document

## What it says

The first key of a B-tree that is not unique is an array, a jsonb document or a tsvector. It is not reported where the
workload compares the whole value for equality or order.

## Why it matters

A B-tree compares whole values: it finds no element. `@>`, `&&`, `?` and `@@` read the table in spite of it, and a row
whose value takes more than 2,704 bytes there is refused.

Documentation, "Built-in Operator Classes" of GIN: `array_ops` serves `&&`, `@>`, `<@` and `=`, `jsonb_ops` serves `@>`,
`?`, `@?`; the limit is a third of a page (`BTMaxItemSize`).

## What would make it false

The whole value is what is looked for, and it is always short.

## How to mend it

Build a GIN index on the column, then drop the B-tree; keep that where only whole values are compared.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddIndex, Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name
from dbarchitect.model.proof import Refused
from dbarchitect.model.schema import Column, Index, IndexKey, Table
from dbarchitect.review.context import Context, base_type, index_ref
from dbarchitect.review.mending import drop_index, free_name
from dbarchitect.review.overlap import obligations, settled
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import REDUNDANT, Rule

RULE = Rule(
    __name__,
    __doc__,
    area="indexes",
    certainty="likely",
    severity=Severity.WARNING,
    harms_by="rows",
    yields_to=REDUNDANT,
)

_WHOLE = frozenset(("=", "in", "<", ">", "<=", ">=", "between", "order"))
_NUMBERS = frozenset(("int4", "int8", "numeric", "float8"))
_TEXTS = frozenset(("text", "varchar"))


def check(review: Context) -> Iterator[Finding]:
    """B-trees that answer no question about what is inside."""
    asked = review.asked
    for table in review.tables:
        for index in table.indexes:
            if index.method != "btree" or index.unique or not settled(index) or obligations(review, table, index):
                continue
            column = table.column(index.keys[0].column) if index.keys[0].column else None
            if column is None or not (column.type.is_array or base_type(column) in ("jsonb", "tsvector")):
                continue
            if not _WHOLE.isdisjoint(asked.of(table).get(column.name, ())):
                continue
            kind = column.type.sql if not column.type.is_array else f"an array ({column.type.sql})"
            yield RULE.finding(
                index_ref(index),
                f"{index.name.name} on {table.name.short} is a B-tree on {column.name}, {kind}: it finds no element, "
                "and refuses large values",
                facts={"column": column.name, "type": column.type.sql},
                fix=_as_gin(review, table, index, column) if len(index.keys) == 1 else (),
                experiment=_too_large(review, table, column),
            )


def _as_gin(review: Context, table: Table, index: Index, column: Column) -> tuple[Change, ...]:
    gin = Index(
        name=Name(schema=table.name.schema, name=free_name(review, table, (column.name, "gin"))),
        table=table.name,
        method="gin",
        keys=(IndexKey(column=column.name),),
        predicate=index.predicate,
    )
    return AddIndex(index=gin), drop_index(table, index)


def _too_large(review: Context, table: Table, column: Column) -> Refused | None:
    """A row that the index refuses: 2,000 values of which none compresses."""
    element = column.type.element
    values = "SELECT string_agg(md5(n::text), '') FROM generate_series(1, 200) AS many(n)"
    if element in _NUMBERS:
        value = "(SELECT array_agg((hashint4(n) & 1073741823)::{}) FROM generate_series(1, 2000) AS many(n))"
        value = value.format(element)
    elif element in _TEXTS and column.type.modifier <= 0:
        value = f"ARRAY[({values})]::{column.type.sql}"
    elif base_type(column) == "jsonb":
        value = f"to_jsonb(({values}))"
    else:
        return None
    if any(one.predicate is not None and column.name in one.predicate for one in table.indexes):
        return None
    rows = Rows(review)
    made = rows.add(table, {column.name: value})
    if made is None:
        return None
    return Refused(
        script=tuple(rows.statements),
        shows=f"a long value of {column.name} does not fit into the index",
    )
