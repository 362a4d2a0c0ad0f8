"""Changes while the application runs: expand, then contract.

What a plain form would do in one statement that makes everybody wait (write a table anew, break a name that running
code uses) is done here in steps that each hold a strong lock for a moment only, or none. In between, old and new code
both find what they need, and each step has its way back.

- `AlterColumn` with another type: `retype`.
- `Rename` of a column or a table: `rename`.
- `AddColumn` with a value of its own for each row: `fill`.

Foreign keys, checks, NOT NULL, indexes and keys have ordinary safe forms (NOT VALID and VALIDATE, CONCURRENTLY, USING
INDEX), which are online: there is nothing here for them. A stored generated column has no online form at all: the
server alone writes it, so nothing can fill it beforehand, and a filled column cannot become a generated one.

The order of the columns is another one afterwards: the column that was swapped in is the last. Comparisons leave the
order aside; `INSERT` without a list of columns and `SELECT *` do not, and the steps say so.
"""

from __future__ import annotations

from dbarchitect.migrate.online import fill, rename
from dbarchitect.migrate.online.dependents import Dependents
from dbarchitect.migrate.online.keys import comparable
from dbarchitect.migrate.online.retype import Retype
from dbarchitect.migrate.online.rewriting import constrained_domain, rewrites, session_dependent, volatile
from dbarchitect.migrate.online.steps import Ddl, Phase, index_columns, joined, walking_key
from dbarchitect.model.change import AddColumn, AlterColumn, Change, Rename
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import Column, Exclude, PrimaryKey, Relational, Table, Unique
from dbarchitect.sql.parse import columns_of

__all__ = ["Phase", "carried", "obstacle", "online_phases", "online_steps"]


def online_steps(
    change: Change, schema: Relational, *, version: int, ddl: Ddl, keep: bool = False
) -> tuple[tuple[Step, ...], tuple[Step, ...]] | None:
    """The online form of `change` on `schema`, as steps up and down for a server of `version`; None where the plain or
    the ordinary safe form is online already, and where there is none (`obstacle` says why).

    No steps down: there is no way back (`change.using_back` is None). `keep`: the old column of another type stays.
    Raises `InputError` for expressions that the grammar refuses.
    """
    phases = online_phases(change, schema, version=version, ddl=ddl, keep=keep)
    return joined(phases) if phases else None


def online_phases(
    change: Change, schema: Relational, *, version: int, ddl: Ddl, keep: bool = False
) -> tuple[Phase, ...]:
    """The same in phases, between which an application can be deployed: "expand", and "contract" where something is
    left to take away. Steps down count within their phase."""
    schema = _for_server(schema, version)
    if not _wanted(change, schema) or obstacle(change, schema, version=version):
        return ()
    match change:
        case AlterColumn():
            return Retype(change, _table(schema, change.table), schema, ddl).phases(keep=keep)
        case AddColumn():
            return fill.phases(change, _table(schema, change.table), schema, ddl)
        case Rename(at=at):
            table = _table(schema, Name(schema=at.schema, name=at.name))
            if at.kind == "table":
                return rename.table_phases(change, table, schema, ddl)
            column = table.column(at.sub)
            assert column is not None
            return rename.ColumnRename(change, table, column, schema, ddl).phases()
        case _:
            return ()


def carried(change: Change, schema: Relational) -> tuple[ObjectRef, ...]:
    """Objects that the online form itself drops and makes again, as they are: whoever plans around it must not."""
    if isinstance(change, AlterColumn):
        return Dependents(schema, change.table, change.before.name).refs
    return ()


def obstacle(change: Change, schema: Relational, *, version: int) -> str:
    """Why a change that would block has no online form, in words; "" where it has one or needs none."""
    schema = _for_server(schema, version)
    match change:
        case AddColumn(column=column) if column.generated is not None and column.generated.stored:
            virtual = " (VIRTUAL would cost nothing)" if schema.major >= 18 else ""
            return f"a stored generated column is computed for every row while everybody waits{virtual}"
        case AlterColumn(before=before, after=after) if _computed_anew(before, after):
            return f"{before.name} is computed for every row while everybody waits: only the server writes it"
        case AddColumn(column=column) if constrained_domain(column.type, schema):
            return f"a column of domain {column.type.sql} is written into every row: its values are checked"
        case _ if not _wanted(change, schema):
            return ""
        case AlterColumn():
            return _retype_obstacle(change, schema)
        case AddColumn():
            return _walk_obstacle(_table(schema, change.table))
        case Rename(at=at):
            return _rename_obstacle(change, _table(schema, Name(schema=at.schema, name=at.name)), schema)
        case _:
            return ""


def _for_server(schema: Relational, version: int) -> Relational:
    from msgspec.structs import replace

    return schema if schema.version == version else replace(schema, version=version)


def _table(schema: Relational, name: Name) -> Table:
    found = schema.table(name)
    if found is None:
        raise KeyError(str(name))
    return found


def _wanted(change: Change, schema: Relational) -> bool:
    """Whether the plain form makes everybody wait, or breaks a name."""
    match change:
        case AlterColumn(table=name):
            table = schema.table(name)
            return table is not None and table.kind != "foreign" and rewrites(change, table, schema)
        case AddColumn(table=name, column=column):
            table = schema.table(name)
            if table is None or table.kind == "foreign" or column.generated is not None:
                return False
            return column.identity is not None or (column.default is not None and volatile(column.default, schema))
        case Rename(at=at) if at.kind in ("table", "column"):
            table = schema.table(Name(schema=at.schema, name=at.name))
            return table is not None and (at.kind == "table" or table.column(at.sub) is not None)
        case _:
            return False


def _computed_anew(before: Column, after: Column) -> bool:
    old, new = before.generated, after.generated
    return new is not None and new.stored and (old != new or before.type.sql != after.type.sql)


def _walk_obstacle(table: Table) -> str:
    """What keeps a backfill from reaching every row."""
    if not walking_key(table):
        return f"{table.name.short} has no unique index over NOT NULL columns by which it could be filled in batches"
    if table.row_security_forced:
        return f"row security of {table.name.short} binds its owner as well: a backfill might not see every row"
    return ""


def _shape_obstacle(table: Table) -> str:
    """Tables that share their columns with others."""
    if table.kind == "partitioned" or table.partition_of is not None:
        return f"{table.name.short} is partitioned: indexes and triggers would have to be swapped in every partition"
    if table.inherits or table.of_type is not None:
        return f"{table.name.short} has its columns from another table or type"
    return ""


def _parent_obstacle(table: Table, schema: Relational) -> str:
    heirs = [one.name.short for one in schema.tables if table.name in one.inherits]
    return f"{table.name.short} is inherited by {', '.join(heirs)}" if heirs else ""


def _retype_obstacle(change: AlterColumn, schema: Relational) -> str:
    table, before, after = _table(schema, change.table), change.before, change.after
    column = before.name
    if found := _shape_obstacle(table) or _parent_obstacle(table, schema) or _walk_obstacle(table):
        return found
    if before.name != after.name:
        return f"{column} changes its name and its type in one"
    if before.generated is not None or after.generated is not None:
        return f"{column} is a generated column"
    if constrained_domain(after.type, schema):
        return f"a column of domain {after.type.sql} is written into every row: its values are checked"
    for using, old, new in ((change.using, before, after), (change.using_back, after, before)):
        if using is None:
            continue
        if setting := session_dependent(old, new, using):
            return f"{old.type.sql} to {new.type.sql} depends on each session's {setting}: say it in USING" + (
                ", also for the way back" if old is after else ""
            )
        computed = {one.name for one in table.columns if one.generated is not None}
        if using and (named := sorted(computed.intersection(columns_of(using)))):
            return f"the conversion reads generated column {named[0]}, which triggers do not see"
    for constraint in table.constraints:
        if column not in constraint.columns:
            continue
        if isinstance(constraint, Exclude) or (
            isinstance(constraint, PrimaryKey | Unique) and constraint.without_overlaps
        ):
            return f"exclusion {constraint.name} cannot take an index that is built beside it"
    for index in table.indexes:
        if column in index_columns(index) and not (index.valid and index.ready):
            return f"index {index.name.short} is invalid: rebuild or drop it first"
    if found := _key_obstacle(change, table, schema):
        return found
    for publication in schema.publications:
        for one in publication.tables:
            if one.table == table.name and (column in one.columns or (one.where and column in columns_of(one.where))):
                return f"publication {publication.name} names it"
    dependents = Dependents(schema, table.name, column)
    return dependents.obstacles[0] if dependents.obstacles else ""


def _key_obstacle(change: AlterColumn, table: Table, schema: Relational) -> str:
    column = change.before.name
    for child in schema.tables:
        for key in child.foreign_keys:
            ours = child.name == table.name and column in key.columns
            points = key.target == table.name and column in key.target_columns
            if not ours and not points:
                continue
            if ours and points:
                return f"foreign key {key.name} has it on both ends"
            if child.kind == "partitioned" or child.partition_of is not None or key.period:
                return f"foreign key {key.name} of {child.name.short} cannot be added without checking its rows at once"
            parent = _table(schema, key.target)
            for name, target in zip(key.columns, key.target_columns, strict=True):
                left, right = child.column(name), parent.column(target)
                if left is None or right is None:
                    continue
                if ours and name == column:
                    left = change.after
                elif points and target == column:
                    right = change.after
                else:
                    continue
                if not comparable(left, right):
                    return f"foreign key {key.name} cannot join {left.type.sql} to {right.type.sql} meanwhile"
    return ""


def _rename_obstacle(change: Rename, table: Table, schema: Relational) -> str:
    if change.at.kind == "table":
        if schema.major < 15 and table.row_security:
            return f"before PostgreSQL 15 a view of {table.name.short} would not keep its row security"
        return ""
    column = table.column(change.at.sub)
    if found := _shape_obstacle(table) or _parent_obstacle(table, schema) or _walk_obstacle(table):
        return found
    if column is not None and column.generated is not None:
        return f"{column.name} is a generated column: a copy cannot be kept by a trigger"
    if column is not None and constrained_domain(column.type, schema):
        return f"a copy of domain {column.type.sql} would be written into every row"
    return ""
