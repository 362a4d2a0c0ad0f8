"""When one index does the work of another: exact semantics, never a comparison of texts.

Two keys are the same only with the same column or expression, operator class and its options, collation and place
of NULLs; a B-tree may be read backwards, so an order and its whole reverse are one.
"""

from __future__ import annotations

from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import SamePlans
from dbarchitect.model.schema import Index, NotNull, PrimaryKey, Table, Unique
from dbarchitect.review.context import Context
from dbarchitect.review.mending import drop_index

KeySignature = tuple[object, ...]


def key_signature(index: Index) -> tuple[KeySignature, ...]:
    """The keys as the planner compares them; for a B-tree in the reading direction that begins ascending."""
    backwards = index.method == "btree" and bool(index.keys) and index.keys[0].descending
    return tuple(
        (
            key.column,
            key.expression,
            "" if key.opclass_default else str(key.opclass),
            tuple(sorted(key.opclass_options.items())),
            str(key.collation or ""),
            key.descending != backwards,
            key.nulls_first != backwards,
        )
        for key in index.keys
    )


def is_beginning(index: Index, wide: Index) -> bool:
    """Whether `wide` begins with the keys of `index` and holds all that it includes, and more: what reads the one can
    read the other. Both are B-trees over the same rows."""
    if wide.predicate != index.predicate or not begins_alike(index, wide):
        return False
    return len(wide.keys) > len(index.keys) or set(wide.include) > set(index.include)


def begins_alike(index: Index, wide: Index) -> bool:
    """Whether `wide` is another B-tree with the keys of `index` first, and holds all that it includes; the rows that
    are in them may differ."""
    if wide is index or wide.method != "btree" or index.method != "btree":
        return False
    keys, wide_keys = key_signature(index), key_signature(wide)
    held = {key.column for key in wide.keys} | set(wide.include)
    return wide_keys[: len(keys)] == keys and set(index.include) <= held


def answers_equality(index: Index, wide: Index) -> bool:
    """Whether a hash index has what the B-tree `wide` begins with: that finds the same rows for every `=`."""
    if index.method != "hash" or wide.method != "btree" or wide.predicate != index.predicate:
        return False
    own, first = index.keys[0], wide.keys[0]
    same = (own.column, own.expression, own.collation) == (first.column, first.expression, first.collation)
    return same and own.opclass_default and first.opclass_default


def never_null(table: Table) -> frozenset[str]:
    """The columns of a table that hold no NULL: NOT NULL, and not merely from now on."""
    unsure = {one.columns for one in table.constraints if isinstance(one, NotNull) and not one.validated}
    return frozenset(one.name for one in table.columns if one.not_null and (one.name,) not in unsure)


def settled(index: Index) -> bool:
    """Whether an index is one to reason about: complete, and no member of a partitioned one."""
    return index.valid and index.ready and index.parent is None


def obligations(review: Context, table: Table, index: Index) -> str:
    """What else hangs on an index, in words: why it must stay whatever another one covers; "" where nothing."""
    if index.replica_identity:
        return "it is the replica identity"
    if index.clustered:
        return "the table is clustered on it"
    if (table.name, index.name.name) in review.referenced_indexes:
        return "a foreign key relies on it"
    if index.constraint is not None:
        kind = next((c for c in table.constraints if c.name == index.constraint), None)
        if isinstance(kind, PrimaryKey):
            return "it is the primary key"
        if not isinstance(kind, Unique):
            return "it serves a constraint"
    return ""


def enforces(table: Table, index: Index) -> bool:
    """Whether an index enforces uniqueness at once (a deferrable constraint does so later)."""
    constraint = next((c for c in table.constraints if c.name == index.constraint), None) if index.constraint else None
    return index.unique and not (constraint is not None and constraint.deferrable)


def same_plans_without(table: Table, index: Index, *, typical: bool = True) -> SamePlans:
    """The experiment that an index is not missed: no plan of the workload gets dearer.

    `typical`: without a workload, look-ups that such an index is made for stand in; right where another index is said
    to answer them too, wrong where the claim is that nobody asks them.
    """
    sql: tuple[str, ...] = ()
    if typical and index.method in ("btree", "hash") and index.keys:
        where = f" AND {index.predicate}" if index.predicate else ""
        column = index.keys[0].column
        first = index.keys[0].text if column is None else quote_identifier(column)
        sql = (f"SELECT * FROM {table.name} WHERE {first} = (SELECT {first} FROM {table.name} LIMIT 1){where}",)
        if index.method == "btree":
            sql += (f"SELECT {first} FROM {table.name} WHERE true{where} ORDER BY {first} LIMIT 10",)
    return SamePlans(change=(drop_index(table, index),), sql=sql)


_EQUALITY = ("btree", "hash", "gist", "spgist", "gin")  # GiST and GIN have `=` where their operator class brings it


def serves_foreign_key(index: Index, columns: tuple[str, ...]) -> bool:
    """Whether the look-up of a parent's children by `columns` can use an index."""
    if not index.valid or not index.ready or index.method not in _EQUALITY or not admits_all(index, columns):
        return False
    names = [key.column for key in index.keys]
    if index.method == "gin":
        return set(columns) <= set(names)
    if index.unique and index.predicate is None and all(name in columns for name in names):
        return True  # at most one row for some of the columns
    return set(names[: len(columns)]) == set(columns)


def admits_all(index: Index, columns: tuple[str, ...]) -> bool:
    """Whether every row that refers to something is in the index: no predicate, or only `column IS NOT NULL`."""
    if index.predicate is None:
        return True
    said = index.predicate.replace("(", "").replace(")", "").split(" AND ")
    return all(part.strip() in {f"{quote_identifier(column)} IS NOT NULL" for column in columns} for part in said)
