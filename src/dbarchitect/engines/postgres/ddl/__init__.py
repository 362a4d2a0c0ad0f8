"""Changes as the DDL of PostgreSQL, in their plain forms: which locks they take and how long is not judged here.

Everything is printed from the values; texts that the server printed (`definition`) serve only where the model holds
nothing else: functions, triggers, rules, statistics objects, and an exclusion constraint without its index. Who runs
the DDL owns what it makes: owners and privileges are changes of their own.
"""

from __future__ import annotations

from typing import assert_never

from dbarchitect.engines.postgres.ddl.columns import alter_column, column_definition, column_settings
from dbarchitect.engines.postgres.ddl.constraints import (
    add_constraint,
    alter_constraint,
    constraint_definition,
    drop_constraint,
)
from dbarchitect.engines.postgres.ddl.identity import swap_identity
from dbarchitect.engines.postgres.ddl.indexes import add_index, alter_index, create_index_sql
from dbarchitect.engines.postgres.ddl.objects import alter, create, drop
from dbarchitect.engines.postgres.ddl.privileges import (
    rename,
    set_comment,
    set_default_privileges,
    set_grants,
    set_owner,
)
from dbarchitect.engines.postgres.ddl.tables import add_table, alter_table
from dbarchitect.engines.postgres.ddl.types import rebuild_type
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
from dbarchitect.model.names import quote_identifier, quote_literal

__all__ = ["constraint_definition", "create_index_sql", "ddl"]


# Settings whose value is a list that the server keeps with its quotes.
_LISTS = frozenset(
    ("search_path", "local_preload_libraries", "session_preload_libraries", "temp_tablespaces", "createrole_self_grant")
)


def ddl(change: Change, *, version: int) -> tuple[str, ...]:
    """SQL statements for one change, without semicolons, in order, for a server of `version` (180006 style).

    Raises `ValueError` for what no DDL of ours can say: a type with C functions, an index that comes with its
    constraint.
    """
    major = version // 10000
    match change:
        case AddTable(table=table):
            return tuple(add_table(table, major))
        case DropTable(table=table):
            return (f"DROP {'FOREIGN ' if table.kind == 'foreign' else ''}TABLE {table.name}",)
        case AlterTable(before=before, after=after):
            return tuple(alter_table(before, after))
        case AttachPartition(table=table, of=of):
            return (f"ALTER TABLE {of.parent} ATTACH PARTITION {table} {of.bound}",)
        case DetachPartition(table=table, of=of, concurrently=concurrently):
            return (f"ALTER TABLE {of.parent} DETACH PARTITION {table}{' CONCURRENTLY' if concurrently else ''}",)
        case AddColumn(table=table, column=column):
            added = f"ALTER TABLE {table} ADD COLUMN {column_definition(column, major=major, table=table)}"
            return (added, *column_settings(table, column, major))
        case DropColumn(table=table, column=column):
            return (f"ALTER TABLE {table} DROP COLUMN {quote_identifier(column.name)}",)
        case AlterColumn():
            return tuple(alter_column(change, major))
        case AddConstraint(table=table, constraint=constraint, index=index, using_index=using_index, only=only):
            return tuple(add_constraint(table, constraint, index, major, using_index=using_index, only=only))
        case DropConstraint(table=table, constraint=constraint):
            return tuple(drop_constraint(table, constraint, major))
        case AlterConstraint(table=table, before=before, after=after):
            return tuple(alter_constraint(table, before, after))
        case ValidateConstraint(table=table, constraint=constraint):
            return (f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote_identifier(constraint.name)}",)
        case AddIndex(index=index, concurrently=concurrently, only=only):
            if index.constraint:
                raise ValueError(f"index {index.name} comes with constraint {index.constraint}: add the constraint")
            return tuple(add_index(index, concurrently=concurrently, only=only))
        case DropIndex(index=index, concurrently=concurrently):
            if index.constraint:
                return (f"ALTER TABLE {index.table} DROP CONSTRAINT {quote_identifier(index.constraint)}",)
            return (f"DROP INDEX {'CONCURRENTLY ' if concurrently else ''}{index.name}",)
        case AlterIndex(before=before, after=after):
            return tuple(alter_index(before, after))
        case AttachIndex(parent=parent, index=index):
            return (f"ALTER INDEX {parent} ATTACH PARTITION {index}",)
        case Reindex(index=index, concurrently=concurrently):
            return (f"REINDEX INDEX {'CONCURRENTLY ' if concurrently else ''}{index.name}",)
        case Create(object=one, on=on):
            return tuple(create(one, on, major))
        case Drop(object=one, on=on):
            return (drop(one, on),)
        case Alter(before=before, after=after, on=on):
            return tuple(alter(before, after, on, major))
        case Rename():
            return tuple(rename(change))
        case SetOwner():
            return (set_owner(change),)
        case SetGrants():
            return tuple(set_grants(change, major))
        case SetDefaultPrivileges():
            return tuple(set_default_privileges(change, major))
        case SetComment():
            return tuple(set_comment(change))
        case SetSetting(name=name, after=value):
            # The name of the database is not the schema's: it stands for the current one in `DO`.
            text = value if name in _LISTS else quote_literal(value or "").strip()
            what = f"RESET {name}" if value is None else f"SET {name} = {text}"
            text = f"BEGIN EXECUTE format('ALTER DATABASE %I ' || {quote_literal(what)}, current_database()); END"
            return (f"DO {quote_literal(text)}",)
        case RebuildType():
            return tuple(rebuild_type(change, major))
        case SwapIdentity():
            return tuple(swap_identity(change, major))
        case Statements(sql=statements):
            return statements
        case _:
            assert_never(change)
