"""The changes that mend, built in one place: names that do not collide, types as PostgreSQL prints them."""

from __future__ import annotations

import zlib

import msgspec

from dbarchitect.model.change import AddIndex, AlterColumn, Change, DropConstraint, DropIndex
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, IdentityOptions, Index, IndexKey, Table, Type
from dbarchitect.review.context import Context, base_type

TIMESTAMPTZ = Type(sql="timestamp with time zone", name="timestamptz", base="timestamptz", category="D", length=8)
NUMERIC = Type(sql="numeric", name="numeric", base="numeric", category="N")
TEXT = Type(sql="text", name="text", base="text", category="S")
JSONB = Type(sql="jsonb", name="jsonb", base="jsonb", category="U")
BIGINT = Type(sql="bigint", name="int8", base="int8", category="N", length=8)

_LONGEST = 63  # bytes of an identifier: NAMEDATALEN - 1


def retype(
    review: Context,
    table: Table,
    column: Column,
    to: Type,
    *,
    using: str,
    back: str | None,
    default: str | None = None,
    checks: bool = False,
) -> tuple[Change, ...]:
    """ALTER COLUMN TYPE and back again, or nothing where PostgreSQL would refuse it.

    `using` and `back` hold `{}` for the column's quoted name. `default` replaces the default where there is one.
    """
    if review.entangled(table, column, checks=checks):
        return ()
    quoted = str(Name(schema="", name=column.name))
    after = msgspec.structs.replace(
        column,
        type=to,
        collation=None if to.category != "S" else column.collation,
        storage=None,
        default=default if column.default is not None and default is not None else column.default,
    )
    return (
        AlterColumn(
            table=table.name,
            before=column,
            after=after,
            using=using.format(quoted),
            using_back=None if back is None else back.format(quoted),
        ),
    )


def new_index(review: Context, table: Table, columns: tuple[str, ...]) -> AddIndex:
    """CREATE INDEX on plain columns, B-tree, named as PostgreSQL would."""
    return AddIndex(
        index=Index(
            name=Name(schema=table.name.schema, name=free_name(review, table, (*columns, "idx"))),
            table=table.name,
            keys=tuple(IndexKey(column=column) for column in columns),
        )
    )


def free_name(review: Context, table: Table, parts: tuple[str, ...]) -> str:
    """`table_part_part`, within 63 bytes (a checksum ends what was cut) and not taken in the table's schema."""
    wanted = "_".join((table.name.name, *parts))
    if len(wanted.encode()) > _LONGEST:
        cut = wanted.encode()[: _LONGEST - 9].decode(errors="ignore")
        wanted = f"{cut}_{zlib.crc32(wanted.encode()):08x}"
    taken = review.relation_names
    name, number = wanted, 0
    while Name(schema=table.name.schema, name=name) in taken:
        number += 1
        name = f"{wanted[: _LONGEST - 3]}{number}"
    return name


def drop_index(table: Table, index: Index) -> Change:
    """DROP INDEX, or DROP CONSTRAINT where the index serves one."""
    if index.constraint is not None:
        for constraint in table.constraints:
            if constraint.name == index.constraint:
                return DropConstraint(table=table.name, constraint=constraint)
    return DropIndex(index=index)


# What the narrow integer types hold, by the type's name.
INTEGER_LIMITS: dict[str, int] = {"int2": 2**15 - 1, "int4": 2**31 - 1}


def referring_columns(review: Context, table: Table, column: Column) -> list[tuple[Table, Column]]:
    """The columns whose foreign keys point at `column`."""
    found: list[tuple[Table, Column]] = []
    for child, key in review.references(table):
        for name, target in zip(key.columns, key.target_columns, strict=True):
            other = child.column(name) if target == column.name else None
            if other is not None:
                found.append((child, other))
    return found


def as_identity(review: Context, table: Table, column: Column) -> Column | None:
    """A `serial` column as an identity that goes on where its sequence stands; None where that place is unknown.

    The old sequence stays, owned by the column and no longer called, so that the change can be taken back.
    """
    sequence = review.sequence(table, column)
    known = review.facts.sequences.get(str(sequence.name)) if review.facts and sequence else None
    if sequence is None or known is None or sequence.cycle:
        return None
    start = sequence.start if known.last_value is None else known.last_value + sequence.increment
    return msgspec.structs.replace(
        column,
        default=None,
        identity=IdentityOptions(
            always=False,
            sequence=Name(schema=table.name.schema, name=free_name(review, table, (column.name, "identity", "seq"))),
            start=start,
            increment=None if sequence.increment == 1 else sequence.increment,
        ),
    )


def widen_key(review: Context, table: Table, column: Column) -> tuple[Change, ...]:
    """A numbered key, and all that refers to it, as bigint; nothing where one of them cannot be.

    An identity's sequence follows its column; that of a `serial` ends where `integer` does, so it becomes one.
    """
    sequence = review.sequence(table, column)
    changes: list[Change] = []
    for owner, one in [(table, column), *referring_columns(review, table, column)]:
        if base_type(one) not in INTEGER_LIMITS:
            continue
        change = retype(review, owner, one, BIGINT, using="", back="")
        if not change:
            return ()
        changes += change
    first = changes[0] if changes else None
    if sequence is not None and sequence.type != "bigint" and column.identity is None:
        identity = as_identity(review, table, column)
        if identity is None or not isinstance(first, AlterColumn):
            return ()
        after = msgspec.structs.replace(identity, type=BIGINT)
        changes[0] = msgspec.structs.replace(first, after=after)
    return tuple(changes)


def without_options(table: Table, *names: str) -> Table:
    """`table` with these storage parameters back at the server's own values."""
    return msgspec.structs.replace(
        table, options={name: value for name, value in table.options.items() if name not in names}
    )
