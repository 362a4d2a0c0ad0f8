"""Keys and foreign keys to add: the changes, and the queries that list the rows which they would refuse."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence

import msgspec

from dbarchitect.model.change import AddConstraint, Change, DropConstraint, ValidateConstraint
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.proof import Shown
from dbarchitect.model.schema import Action, ForeignKey, Index, Table, Unique
from dbarchitect.review.context import Context, base_type
from dbarchitect.review.mending import free_name
from dbarchitect.review.overlap import enforces, settled

_LONGEST = 63  # bytes of an identifier: NAMEDATALEN - 1
_NOT_VALID_ON_PARTITIONED = 18  # the first major whose partitioned tables take a foreign key NOT VALID
_TEXTS = frozenset({"text", "varchar", "bpchar", "citext", "name"})


def family(base: str) -> str:
    """The family of a base type that a key may have: types of one family can refer to each other without a cast of
    the other side. "" for a type that is no key."""
    if base in ("int2", "int4", "int8"):
        return "integer"
    if base in _TEXTS:
        return "text"
    return base if base in ("uuid", "numeric", "bytea") else ""


def distinguishes(table: Table, columns: Collection[str]) -> bool:
    """Whether some unique key that holds at once and over all rows lies within `columns`: no two rows agree in them."""
    return any(
        _plain_key(table, index) and {key.column for key in index.keys} <= set(columns) for index in table.indexes
    )


def is_target(table: Table, columns: Sequence[str]) -> bool:
    """Whether a foreign key may refer to exactly these columns, in any order."""
    return any(
        _plain_key(table, index) and {key.column for key in index.keys} == set(columns) for index in table.indexes
    )


def _plain_key(table: Table, index: Index) -> bool:
    return (
        settled(index)
        and index.method == "btree"
        and index.predicate is None
        and enforces(table, index)
        and all(key.column is not None for key in index.keys)
    )


def unique(review: Context, table: Table, columns: tuple[str, ...]) -> AddConstraint | None:
    """ADD UNIQUE, or None where a partition key makes that impossible."""
    if table.partition_key is not None and not (
        table.partition_key.columns and set(table.partition_key.columns) <= set(columns)
    ):
        return None
    name = free_name(review, table, (*columns, "key"))
    return AddConstraint(table=table.name, constraint=Unique(name=name, columns=columns))


def foreign_key(
    review: Context,
    child: Table,
    columns: tuple[str, ...],
    parent: Table,
    target_columns: tuple[str, ...],
    *,
    on_delete: Action = "NO ACTION",
    like: ForeignKey | None = None,
) -> tuple[Change, ...]:
    """ADD FOREIGN KEY NOT VALID, which only looks at new rows, and VALIDATE, which blocks no writes; with the actions
    and the timing of `like`. Nothing where PostgreSQL would refuse it: a table that outlives a crash may not refer to
    one that does not."""
    if child.persistence == "permanent" and parent.persistence != "permanent":
        return ()
    later = child.kind != "partitioned" or review.schema.major >= _NOT_VALID_ON_PARTITIONED
    name = constraint_name(child, (*columns, "fkey"))
    key = ForeignKey(name=name, columns=columns, target=parent.name, target_columns=target_columns, on_delete=on_delete)
    if like is not None:
        key = msgspec.structs.replace(
            like,
            name=name,
            columns=columns,
            target_columns=target_columns,
            target_index="",
            definition="",
            comment=None,
            validated=True,
        )
    if not later or not key.enforced:
        return (AddConstraint(table=child.name, constraint=key),)
    return (
        AddConstraint(table=child.name, constraint=msgspec.structs.replace(key, validated=False)),
        ValidateConstraint(table=child.name, constraint=key),
    )


def replaced(table: Table, before: ForeignKey, **changed: object) -> tuple[Change, ...]:
    """A foreign key anew, of the same name, with `changed` attributes; its rows held it before."""
    after = msgspec.structs.replace(before, definition="", **changed)
    return (
        DropConstraint(table=table.name, constraint=before),
        AddConstraint(table=table.name, constraint=after),
    )


def constraint_name(table: Table, parts: tuple[str, ...]) -> str:
    """`table_column_fkey`, within 63 bytes (a checksum ends what was cut) and not taken on the table."""
    wanted = "_".join((table.name.name, *parts))
    if len(wanted.encode()) > _LONGEST:
        cut = wanted.encode()[: _LONGEST - 9].decode(errors="ignore")
        wanted = f"{cut}_{zlib.crc32(wanted.encode()):08x}"
    taken = {constraint.name for constraint in table.constraints}
    name, number = wanted, 0
    while name in taken:
        number += 1
        name = f"{wanted.encode()[: _LONGEST - 3].decode(errors='ignore')}{number}"
    return name


def duplicates(table: Table, columns: Sequence[str], where: str = "") -> str:
    """The values that more than one row has, with how many."""
    names = ", ".join(quote_identifier(column) for column in columns)
    conditions = [f"{quote_identifier(column)} IS NOT NULL" for column in columns] + ([where] if where else [])
    return (
        f"SELECT {names}, count(*) AS rows FROM {table.name} WHERE {' AND '.join(conditions)} "
        f"GROUP BY {names} HAVING count(*) > 1"
    )


def orphans(child: Table, columns: Sequence[str], parent: Table, target_columns: Sequence[str]) -> str:
    """The rows whose reference finds no parent; a NULL in it refers to nothing, and is no orphan."""
    present = " AND ".join(f"child.{quote_identifier(column)} IS NOT NULL" for column in columns)
    same = " AND ".join(
        f"parent.{quote_identifier(target)} = child.{quote_identifier(column)}"
        for column, target in zip(columns, target_columns, strict=True)
    )
    return (
        f"SELECT child.* FROM {child.name} AS child "
        f"WHERE {present} AND NOT EXISTS (SELECT FROM {parent.name} AS parent WHERE {same})"
    )


def comparable(table: Table, column: str, parent: Table, target: str) -> bool:
    """Whether a column may refer to another by its type: both of one family."""
    one, other = table.column(column), parent.column(target)
    if one is None or other is None or one.type.is_array or other.type.is_array:
        return False
    return family(base_type(one)) == family(base_type(other)) != ""


def both_checked(table: Table, keys: Sequence[ForeignKey]) -> Shown:
    """The experiment that one insert is checked by each of several foreign keys: the triggers behind them."""
    names = ", ".join(quote_literal(key.name) for key in keys)
    return Shown(
        query=f"SELECT count(*) = {len(keys)}, string_agg(conname, ', ' ORDER BY conname) AS checks "
        "FROM pg_catalog.pg_trigger JOIN pg_catalog.pg_constraint AS made ON made.oid = tgconstraint "
        f"WHERE tgrelid = {quote_literal(str(table.name))}::regclass AND conrelid = tgrelid "
        f"AND conname IN ({names}) AND tgtype & 4 = 4",  # TRIGGER_TYPE_INSERT
        shows=f"each insert into {table.name.short} runs the check of every one of them",
    )
