"""Changes in words, and what of the data they take away."""

from __future__ import annotations

from typing import assert_never

from dbarchitect.migrate.alike import lost_by_cast
from dbarchitect.migrate.objects import ref_of
from dbarchitect.model.change import (
    AddColumn,
    AddConstraint,
    AddIndex,
    AddTable,
    Alter,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    AlterTable,
    AttachIndex,
    AttachPartition,
    Change,
    Create,
    DetachPartition,
    Drop,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    RebuildType,
    Reindex,
    Rename,
    SetComment,
    SetDefaultPrivileges,
    SetGrants,
    SetOwner,
    SetSetting,
    Statements,
    SwapIdentity,
    ValidateConstraint,
)
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import Constraint, ForeignKey, NotNull, PrimaryKey, SchemaObject, Sequence


def describe(change: Change) -> str:
    """One line for people: "add column orders.note"."""
    match change:
        case AddTable(table=table):
            return f"create table {table.name.short}"
        case DropTable(table=table):
            return f"drop table {table.name.short}"
        case AlterTable(after=after):
            return f"change settings of {after.name.short}"
        case AttachPartition(table=table, of=of):
            return f"attach {table.short} to {of.parent.short}"
        case DetachPartition(table=table, of=of):
            return f"detach {table.short} from {of.parent.short}"
        case AddColumn(table=table, column=column):
            return f"add column {_column(table, column.name)}"
        case DropColumn(table=table, column=column):
            return f"drop column {_column(table, column.name)}"
        case AlterColumn(table=table, before=before, after=after):
            what = _altered(change)
            return f"{what} of {_column(table, after.name)}" if before.name == after.name else what
        case AddConstraint(table=table, constraint=constraint):
            return f"add {_constraint(constraint)} to {table.short}"
        case DropConstraint(table=table, constraint=constraint):
            return f"drop {_constraint(constraint)} from {table.short}"
        case AlterConstraint(table=table, after=constraint):
            return f"change {_constraint(constraint)} of {table.short}"
        case ValidateConstraint(table=table, constraint=constraint):
            return f"validate {_constraint(constraint)} of {table.short}"
        case AddIndex(index=index):
            return f"create index {index.name.short} on {index.table.short}"
        case DropIndex(index=index):
            return f"drop index {index.name.short} of {index.table.short}"
        case AlterIndex(after=index):
            return f"change settings of index {index.name.short}"
        case AttachIndex(parent=parent, index=index):
            return f"attach index {index.short} to {parent.short}"
        case Reindex(index=index):
            return f"rebuild index {index.name.short}"
        case Create(object=one, on=on):
            return f"create {_object(one, on)}"
        case Drop(object=one, on=on):
            return f"drop {_object(one, on)}"
        case Alter(after=one, on=on):
            return f"change {_object(one, on)}"
        case Rename(at=at, to=to):
            return f"rename {at.kind} {at.short} to {to.short}"
        case SetOwner(at=at, after=after):
            return f"give {at.kind} {at.short} to {after}"
        case SetGrants(at=at):
            return f"privileges on {at.kind} {at.short}"
        case SetDefaultPrivileges(after=after):
            where = f" in {after.schema}" if after.schema else ""
            return f"default privileges on {after.objects} of {after.role}{where}"
        case SetComment(at=at):
            return f"comment on {at.kind} {at.short}"
        case SetSetting(name=name):
            return f"setting {name} of the database"
        case RebuildType(after=after):
            return f"rebuild type {after.name.short}"
        case SwapIdentity(table=table, after=after):
            return f"{_column(table, after.name)} counts as {'identity' if after.identity else 'a default'} from now on"
        case Statements(sql=sql):
            return " ".join(sql[0].split())[:60]
        case _:
            assert_never(change)


def lost(change: Change) -> tuple[str, ...]:
    """Data that is gone once the change is made, in words."""
    match change:
        case DropTable(table=table):
            return (f"all rows of {table.name.short}",) if table.kind == "ordinary" else ()
        case DropColumn(table=table, column=column):
            return () if column.generated is not None else (f"the values of {_column(table, column.name)}",)
        case AlterColumn(table=table, before=before, after=after):
            words = lost_by_cast(before, after)
            return (f"{words} of {_column(table, after.name)}",) if words else ()
        case Drop(object=Sequence(owned_by=None) as sequence):
            return (f"where sequence {sequence.name.short} has come to",)
        case _:
            return ()


def _column(table: Name, column: str) -> str:
    return f"{table.short}.{quote_identifier(column)}"


def _constraint(one: Constraint) -> str:
    if isinstance(one, PrimaryKey):
        return f"primary key {quote_identifier(one.name)}"
    if isinstance(one, ForeignKey):
        return f"foreign key {quote_identifier(one.name)}"
    if isinstance(one, NotNull):
        return f"NOT NULL {quote_identifier(one.columns[0])}"
    return f"constraint {quote_identifier(one.name)}"


def _object(one: SchemaObject, on: Name | None) -> str:
    ref = ref_of(one, on)
    return f"{ref.kind} {quote_identifier(ref.sub)} on {on.short}" if on is not None else f"{ref.kind} {ref.short}"


def _altered(change: AlterColumn) -> str:
    before, after = change.before, change.after
    if before.name != after.name:
        return f"rename column {_column(change.table, before.name)} to {quote_identifier(after.name)}"
    found: list[str] = []
    if before.type.sql != after.type.sql:
        found.append(f"type {before.type.sql} to {after.type.sql}")
    if before.collation != after.collation:
        found.append("collation")
    if before.not_null != after.not_null:
        found.append("NOT NULL" if after.not_null else "no NOT NULL")
    if before.generated != after.generated:
        found.append("generation")
    if before.identity != after.identity:
        found.append("identity")
    if before.default != after.default:
        found.append("default" if after.default is not None else "no default")
    for name, words in (
        ("storage", "storage"),
        ("compression", "compression"),
        ("statistics_target", "statistics target"),
        ("options", "options"),
        ("foreign_options", "options"),
        ("comment", "comment"),
    ):
        if getattr(before, name) != getattr(after, name):
            found.append(words)
    return ", ".join(found) or "nothing"
