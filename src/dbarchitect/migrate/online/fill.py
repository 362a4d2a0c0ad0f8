"""A new column whose default gives each row a value of its own (gen_random_uuid(), clock_timestamp(), nextval()), or an
identity: ADD COLUMN would write the whole table anew while everybody waits. Instead the column comes empty, its default
counts for new rows, the others are filled in batches, and NOT NULL comes by way of a constraint."""

from __future__ import annotations

from msgspec.structs import replace

from dbarchitect.migrate.online.steps import (
    Ddl,
    Draft,
    Phase,
    bare,
    fill,
    fitted,
    not_null,
    relation_names,
    server_name,
    transaction,
    walking_key,
)
from dbarchitect.model.change import AddColumn, AlterColumn, Create, Drop
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.plan import Backfill, Step
from dbarchitect.model.schema import IdentityOptions, Relational, Sequence, Table

_LIMITS = {"int2": 2**15 - 1, "int4": 2**31 - 1, "int8": 2**63 - 1}


def phases(change: AddColumn, table: Table, schema: Relational, ddl: Ddl) -> tuple[Phase, ...]:
    """One phase: old code does not know the column and need not."""
    column, name = change.column, table.name
    quoted = quote_identifier(column.name)
    draft = Draft(change)
    counter = (
        None if column.identity is None else _counter(table, column.name, column.identity, column.type.name, schema)
    )
    if counter is None:
        default = column.default or ""
    else:
        default = f"nextval({quote_literal(str(counter.name)).strip()}::regclass)"
    empty = bare(column, column.name)
    draft.add(
        transaction(
            f"add column {name.short}.{quoted}, empty, with its default for new rows",
            (
                *ddl(AddColumn(table=name, column=empty)),
                *(() if counter is None else ddl(Create(object=counter))),
                f"ALTER TABLE {name} ALTER COLUMN {quoted} SET DEFAULT {default}",
            ),
            {name: "ACCESS EXCLUSIVE"},
            why="with its default at once, every row would be written while everybody waits",
        ),
        transaction(
            f"drop column {name.short}.{quoted}",
            (
                f"ALTER TABLE {name} DROP COLUMN {quoted}",
                *(() if counter is None else ddl(Drop(object=counter))),
            ),
            {name: "ACCESS EXCLUSIVE"},
            loses=(f"values of {name.short}.{quoted}",),
        ),
    )
    backfill = Backfill(
        table=name, key=walking_key(table), assignments={column.name: default}, where=f"{quoted} IS NULL"
    )
    fire = [one.name for one in table.triggers if "UPDATE" in one.events and not one.columns]
    hazards = (f"every row of {name.short} is written once: it grows until it is vacuumed",)
    if fire:
        hazards += (f"trigger {', '.join(fire)} fires for each row that is filled",)
    draft.add(fill(f"fill {name.short}.{quoted}", backfill, why="in batches that each commit", hazards=hazards))
    if column.not_null or column.identity is not None:
        taken = {one.name for one in table.constraints}
        check = fitted(name.name, column.name, "not_null", taken=taken)
        named = server_name(name.name, column.name, "not_null")
        not_null(draft, name, column.name, name=named, check=check, major=schema.major, ddl=ddl)
    if counter is not None and column.identity is not None:
        draft.add(*_identity(table, change, counter, default, ddl))
    return (draft.phase("expand", "old code does not name the column and gets its default"),)


def _counter(table: Table, column: str, identity: IdentityOptions, type_: str, schema: Relational) -> Sequence:
    """A sequence that counts until the column has its own."""
    taken = relation_names(schema, table.name.schema) | {identity.sequence.name}
    increment = identity.increment or 1
    limit = _LIMITS.get(type_, 2**63 - 1)
    low, high = (1, limit) if increment > 0 else (-limit - 1, -1)
    minimum = low if identity.minimum is None else identity.minimum
    maximum = high if identity.maximum is None else identity.maximum
    return Sequence(
        name=Name(schema=table.name.schema, name=fitted(table.name.name, column, "dba", taken=taken)),
        start=identity.start if identity.start is not None else minimum if increment > 0 else maximum,
        increment=increment,
        minimum=minimum,
        maximum=maximum,
        cycle=identity.cycle,
    )


def _identity(table: Table, change: AddColumn, counter: Sequence, default: str, ddl: Ddl) -> tuple[Step, Step]:
    """The column's own sequence goes on where the other stopped; and back."""
    assert change.column.identity is not None
    name, column = table.name, change.column
    plain = replace(column, identity=None, default=None)
    target = f"ALTER TABLE {name} ALTER COLUMN {quote_identifier(column.name)}"
    own = change.column.identity.sequence
    add, *_ = ddl(
        AlterColumn(table=name, before=plain, after=column)
    )  # the rest would read the rows to find the counter
    lock = f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE"
    step = transaction(
        f"{name.short}.{quote_identifier(column.name)} is an identity column",
        (
            lock,
            f"{target} DROP DEFAULT",
            add,
            _copied(counter.name, own),
            *ddl(Drop(object=counter)),
        ),
        {name: "ACCESS EXCLUSIVE"},
        why="no row is read",
    )
    back = transaction(
        f"{name.short}.{quote_identifier(column.name)} has a plain default again",
        (
            lock,
            *ddl(Create(object=counter)),
            _copied(own, counter.name),
            f"{target} DROP IDENTITY",
            f"{target} SET DEFAULT {default}",
        ),
        {name: "ACCESS EXCLUSIVE"},
    )
    return step, back


def _copied(source: Name, to: Name) -> str:
    """The counter of one sequence in another."""
    new = quote_literal(str(to)).strip()
    return f"SELECT pg_catalog.setval({new}, last_value, is_called) FROM {source}"
