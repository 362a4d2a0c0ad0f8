"""What of a table is as a design itself makes it: times, marks, queues, amounts, keys that mean nothing."""

from __future__ import annotations

import re

from dbarchitect.model.schema import Column, Index, Table

_MADE_UP = ("int2", "int4", "int8", "uuid")
MARK = "deleted_at"
TIMES = {"created_at": "When it was added", "updated_at": "When it last changed"}


def is_made_up(column: Column) -> bool:
    """Whether a key means nothing: it is numbered, or a UUID."""
    return (column.type.base or column.type.name) in _MADE_UP or column.identity is not None


def is_time_of(table: Table, name: str) -> bool:
    """Whether the column is there as the design itself would add it."""
    column = table.column(name)
    return column is not None and column.type.name == "timestamptz" and column.not_null and column.default == "now()"


def is_mark(table: Table) -> bool:
    column = table.column(MARK)
    return column is not None and column.type.name == "timestamptz" and not column.not_null


def is_queue(table: Table) -> bool:
    return all(table.column(one) is not None for one in ("available_at", "taken_at", "done_at", "attempts"))


def is_amount(column: Column) -> bool:
    """Whether it has the type that a design gives to money of which no row says the currency: numeric(16,2)."""
    name = column.type.base or column.type.name
    return name == "numeric" and column.type.modifier - 4 == 16 << 16 | 2


def is_of_place(expression: str) -> bool:
    return "num_nonnulls" in expression and "ARRAY[0, 2]" in expression


def is_near(table: Table) -> bool:
    """Whether an index finds the places that are nearest to one."""
    return any(
        one.method == "gist" and any(re.match(r"point\(\w*longitude, \w*latitude\)", key.text) for key in one.keys)
        for one in table.indexes
    )


def unique_columns(index: Index, *, soft: bool) -> tuple[str, ...]:
    """The columns that a unique index alone keeps apart; () where it is no such index."""
    if not index.unique or index.constraint is not None:
        return ()
    if index.predicate is not None and not (soft and re.fullmatch(r"\(?deleted_at IS NULL\)?", index.predicate)):
        return ()
    found: list[str] = []
    for key in index.keys:
        lowered = re.fullmatch(r"lower\(\(?\"?(\w+)\"?\)?(?:::text)?\)", key.expression or "")
        if key.column is None and lowered is None:
            return ()
        found.append(key.column or (lowered[1] if lowered else ""))
    return tuple(found)
