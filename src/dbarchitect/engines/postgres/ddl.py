"""Changes as the DDL of PostgreSQL, in their plain forms: which locks they take and how long is not judged here.

Everything is printed from the values; texts that the server printed (`definition`) serve only where the model holds
nothing else: functions, triggers, and an exclusion constraint without its index. Owners and privileges are not
printed: whoever runs the DDL owns what it makes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from dbarchitect.engines.postgres.ddl_clauses import comment_on, foreign_options, name_list, options
from dbarchitect.engines.postgres.ddl_columns import (
    alter_column,
    column_constraints,
    column_definition,
    column_settings,
)
from dbarchitect.model.change import (
    AddColumn,
    AddConstraint,
    AddIndex,
    AddTable,
    AlterColumn,
    Change,
    Create,
    Drop,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    Reindex,
    ValidateConstraint,
)
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.schema import (
    BaseType,
    Check,
    CompositeType,
    Constraint,
    ConstraintTrigger,
    DomainType,
    EnumType,
    Exclude,
    ForeignKey,
    Function,
    Index,
    IndexKey,
    NotNull,
    PrimaryKey,
    RangeType,
    Table,
    Trigger,
    Unique,
    UserType,
)

_TRIGGER_STATES = {"disabled": "DISABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS"}


def ddl(change: Change, *, version: int) -> tuple[str, ...]:
    """SQL statements for one change, without semicolons, in order, for a server of `version` (180006 style).

    Raises `ValueError` for what no DDL of ours can say: a type with C functions, an index
    that comes with its constraint.
    """
    major = version // 10000
    match change:
        case AddTable(table=table):
            return tuple(_add_table(table, major))
        case DropTable(table=table):
            return (f"DROP {'FOREIGN ' if table.kind == 'foreign' else ''}TABLE {table.name}",)
        case AddColumn(table=table, column=column):
            added = f"ALTER TABLE {table} ADD COLUMN {column_definition(column, major=major, table=table)}"
            return (added, *column_settings(table, column, major))
        case DropColumn(table=table, column=column):
            return (f"ALTER TABLE {table} DROP COLUMN {quote_identifier(column.name)}",)
        case AlterColumn():
            return tuple(alter_column(change, major))
        case AddConstraint(table=table, constraint=constraint, index=index):
            return tuple(_add_constraint(table, constraint, index, major))
        case DropConstraint(table=table, constraint=constraint):
            return tuple(_drop_constraint(table, constraint, major))
        case ValidateConstraint(table=table, constraint=constraint):
            return (f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote_identifier(constraint.name)}",)
        case AddIndex(index=index, concurrently=concurrently):
            return tuple(_add_index(index, concurrently=concurrently))
        case DropIndex(index=index, concurrently=concurrently):
            if index.constraint:
                return (f"ALTER TABLE {index.table} DROP CONSTRAINT {quote_identifier(index.constraint)}",)
            return (f"DROP INDEX {'CONCURRENTLY ' if concurrently else ''}{index.name}",)
        case Reindex(index=index, concurrently=concurrently):
            return (f"REINDEX INDEX {'CONCURRENTLY ' if concurrently else ''}{index.name}",)
        case Create(object=Function() as function):
            return tuple(_add_function(function))
        case Drop(object=Function() as function):
            return (f"DROP {_function_kind(function)} {_signature(function)}",)
        case Create(object=Trigger() as trigger, on=Name() as table):
            return tuple(_add_trigger(table, trigger))
        case Drop(object=Trigger() as trigger, on=Name() as table):
            return (f"DROP TRIGGER {quote_identifier(trigger.name)} ON {table}",)
        case Create(object=EnumType() | DomainType() | CompositeType() | RangeType() | BaseType() as type_):
            return tuple(_add_type(type_, major))
        case Drop(object=EnumType() | DomainType() | CompositeType() | RangeType() | BaseType() as type_):
            return (f"DROP {'DOMAIN' if isinstance(type_, DomainType) else 'TYPE'} {type_.name}",)
        case _:
            raise ValueError(f"no DDL for {type(change).__name__}")


# Tables


def _add_table(table: Table, major: int) -> Iterable[str]:
    not_null = {c.columns[0]: c for c in table.constraints if isinstance(c, NotNull) and c.columns}
    indexes = {index.constraint: index for index in table.indexes if index.constraint}
    alone = not table.inherits  # a partition is made whole and attached, which merges what it shares with its parent
    elements: list[str] = []
    later: list[Constraint] = []
    for column in table.columns:
        if column.inherited and not alone:
            continue
        constraint = not_null.get(column.name)
        if constraint is not None and not constraint.validated:
            later.append(constraint)
        if table.of_type is None:
            elements.append(column_definition(column, major=major, not_null=constraint, table=table.name))
        elif text := column_constraints(column, major, constraint, table.name):
            elements.append(f"{quote_identifier(column.name)} WITH OPTIONS {text}")
    printed = {c.name for c in table.columns if alone or not c.inherited}
    for constraint in table.constraints:
        if isinstance(constraint, ConstraintTrigger) or (constraint.inherited and not alone):
            continue
        if isinstance(constraint, NotNull):
            if constraint.columns[0] in printed or major < 18:
                continue
            if not constraint.validated:
                later.append(constraint)
                continue
        elif not constraint.validated and constraint.enforced:
            # In CREATE TABLE it would count as valid: the table is empty.
            later.append(constraint)
            continue
        elements.append(constraint_definition(constraint, index=indexes.get(constraint.name)))

    words = ["CREATE"]
    if table.persistence != "permanent":
        words.append(table.persistence.upper())
    words.append("FOREIGN TABLE" if table.kind == "foreign" else "TABLE")
    words.append(str(table.name))
    if table.of_type is not None:
        words.append(f"OF {table.of_type}")
    if elements or table.of_type is None:
        words.append("(\n    " + ",\n    ".join(elements) + "\n)" if elements else "()")
    if table.inherits:
        words.append(f"INHERITS ({', '.join(map(str, table.inherits))})")
    if table.partition_key is not None:
        words.append(f"PARTITION BY {table.partition_key.definition}")
    if table.kind == "foreign":
        words.append(f"SERVER {quote_identifier(table.foreign_server)}")
        if table.foreign_options:
            words.append(f"OPTIONS ({foreign_options(table.foreign_options)})")
    elif table.access_method not in ("", "heap"):
        words.append(f"USING {quote_identifier(table.access_method)}")
    storage = {**table.options, **{f"toast.{key}": value for key, value in table.toast_options.items()}}
    if storage:
        words.append(f"WITH ({options(storage)})")
    if table.tablespace:
        words.append(f"TABLESPACE {quote_identifier(table.tablespace)}")
    yield " ".join(words)

    for column in table.columns:
        if column.inherited and not alone:
            target = f"ALTER TABLE ONLY {table.name} ALTER COLUMN {quote_identifier(column.name)}"
            if column.default is not None:
                yield f"{target} SET DEFAULT {column.default}"
            if column.not_null and major < 18:
                yield f"{target} SET NOT NULL"
        yield from column_settings(table.name, column, major)
    for constraint in later:
        yield from _add_constraint(table.name, constraint, indexes.get(constraint.name), major)
    if table.partition_of is not None:
        # Its own indexes must exist before it is attached, or the parent's would be made again under other names.
        for index in table.indexes:
            if index.parent is not None and not index.constraint:
                yield create_index_sql(index, tablespace=True)
        yield f"ALTER TABLE ONLY {table.partition_of.parent} ATTACH PARTITION {table.name} {table.partition_of.bound}"
    for index in indexes.values():
        yield from _index_settings(index)
    if table.replica_identity in ("full", "nothing"):
        yield f"ALTER TABLE ONLY {table.name} REPLICA IDENTITY {table.replica_identity.upper()}"
    if table.row_security:
        yield f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY"
    if table.row_security_forced:
        yield f"ALTER TABLE ONLY {table.name} FORCE ROW LEVEL SECURITY"
    kind = "FOREIGN TABLE" if table.kind == "foreign" else "TABLE"
    yield from comment_on(f"{kind} {table.name}", table.comment)
    for constraint in table.constraints:
        if not isinstance(constraint, ConstraintTrigger) and constraint not in later:
            yield from _constraint_comment(table.name, constraint)


# Constraints


def constraint_definition(constraint: Constraint, *, index: Index | None = None) -> str:
    """`CONSTRAINT name ...` as it stands in CREATE TABLE or behind ADD; `NOT VALID` is left to the caller.

    `index` is the one that serves a key or an exclusion: it knows expressions, operator classes, options.
    """
    match constraint:
        case PrimaryKey() | Unique():
            body = _key(constraint, index)
        case ForeignKey():
            body = _foreign_key(constraint)
        case Check():
            body = f"CHECK ({constraint.expression})" + (" NO INHERIT" if constraint.no_inherit else "")
        case Exclude():
            body = _exclude(constraint, index)
        case NotNull():
            body = f"NOT NULL {quote_identifier(constraint.columns[0])}" + (
                " NO INHERIT" if constraint.no_inherit else ""
            )
        case ConstraintTrigger():
            raise ValueError(f"constraint {constraint.name} comes with its trigger")
        case _:
            assert_never(constraint)
    words = [f"CONSTRAINT {quote_identifier(constraint.name)}"] if constraint.name else []
    words.append(body)
    if constraint.deferrable:
        words.append("DEFERRABLE")
    if constraint.initially_deferred:
        words.append("INITIALLY DEFERRED")
    if not constraint.enforced:
        words.append("NOT ENFORCED")
    return " ".join(words)


def _key(constraint: PrimaryKey | Unique, index: Index | None) -> str:
    columns = [quote_identifier(column) for column in constraint.columns]
    if constraint.without_overlaps:
        columns[-1] += " WITHOUT OVERLAPS"
    text = "PRIMARY KEY" if isinstance(constraint, PrimaryKey) else "UNIQUE"
    if isinstance(constraint, Unique) and constraint.nulls_not_distinct:
        text += " NULLS NOT DISTINCT"
    text += f" ({', '.join(columns)})"
    if constraint.include:
        text += f" INCLUDE ({name_list(constraint.include)})"
    if index is not None and index.options:
        text += f" WITH ({options(index.options)})"
    if index is not None and index.tablespace:
        text += f" USING INDEX TABLESPACE {quote_identifier(index.tablespace)}"
    return text


def _foreign_key(constraint: ForeignKey) -> str:
    columns = [quote_identifier(column) for column in constraint.columns]
    target_columns = [quote_identifier(column) for column in constraint.target_columns]
    if constraint.period:
        columns[-1] = f"PERIOD {columns[-1]}"
        target_columns[-1] = f"PERIOD {target_columns[-1]}"
    text = f"FOREIGN KEY ({', '.join(columns)}) REFERENCES {constraint.target} ({', '.join(target_columns)})"
    if constraint.match != "SIMPLE":
        text += f" MATCH {constraint.match}"
    if constraint.on_update != "NO ACTION":
        text += f" ON UPDATE {constraint.on_update}"
    if constraint.on_delete != "NO ACTION":
        text += f" ON DELETE {constraint.on_delete}"
        if constraint.set_columns:
            text += f" ({name_list(constraint.set_columns)})"
    return text


def _exclude(constraint: Exclude, index: Index | None) -> str:
    if index is None:
        if constraint.definition:
            return constraint.definition.split(" DEFERRABLE")[0]
        pairs = [
            f"{quote_identifier(c)} WITH {o}" for c, o in zip(constraint.columns, constraint.operators, strict=True)
        ]
        return f"EXCLUDE USING gist ({', '.join(pairs)})"
    pairs = [f"{_key_text(k)} WITH {o}" for k, o in zip(index.keys, constraint.operators, strict=True)]
    text = f"EXCLUDE USING {quote_identifier(index.method)} ({', '.join(pairs)})"
    if index.include:
        text += f" INCLUDE ({name_list(index.include)})"
    if index.options:
        text += f" WITH ({options(index.options)})"
    if index.tablespace:
        text += f" USING INDEX TABLESPACE {quote_identifier(index.tablespace)}"
    if index.predicate is not None:
        text += f" WHERE ({index.predicate})"
    return text


def _add_constraint(table: Name, constraint: Constraint, index: Index | None, major: int) -> Iterable[str]:
    if isinstance(constraint, ConstraintTrigger):
        return
    if isinstance(constraint, NotNull) and major < 18:
        yield f"ALTER TABLE {table} ALTER COLUMN {quote_identifier(constraint.columns[0])} SET NOT NULL"
        return
    not_valid = " NOT VALID" if not constraint.validated and constraint.enforced else ""
    yield f"ALTER TABLE {table} ADD {constraint_definition(constraint, index=index)}{not_valid}"
    yield from _constraint_comment(table, constraint)


def _drop_constraint(table: Name, constraint: Constraint, major: int) -> Iterable[str]:
    if isinstance(constraint, ConstraintTrigger):
        return
    if isinstance(constraint, NotNull) and major < 18:
        yield f"ALTER TABLE {table} ALTER COLUMN {quote_identifier(constraint.columns[0])} DROP NOT NULL"
    else:
        yield f"ALTER TABLE {table} DROP CONSTRAINT {quote_identifier(constraint.name)}"


def _constraint_comment(table: Name, constraint: Constraint) -> Iterable[str]:
    return comment_on(f"CONSTRAINT {quote_identifier(constraint.name)} ON {table}", constraint.comment)


# Indexes


def create_index_sql(index: Index, *, concurrently: bool = False, tablespace: bool = False) -> str:
    """CREATE INDEX from the values alone. Its tablespace is printed only on request: a copy seldom has it."""
    text = f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {'CONCURRENTLY ' if concurrently else ''}"
    if index.name.name:
        text += f"{quote_identifier(index.name.name)} "
    text += f"ON {index.table} USING {quote_identifier(index.method)} ({', '.join(map(_key_text, index.keys))})"
    if index.include:
        text += f" INCLUDE ({name_list(index.include)})"
    if index.nulls_not_distinct:
        text += " NULLS NOT DISTINCT"
    if index.options:
        text += f" WITH ({options(index.options)})"
    if tablespace and index.tablespace:
        text += f" TABLESPACE {quote_identifier(index.tablespace)}"
    if index.predicate is not None:
        text += f" WHERE {index.predicate}"
    return text


def _key_text(key: IndexKey) -> str:
    if key.column is not None:
        text = quote_identifier(key.column)
    else:
        expression = key.expression or ""
        text = expression if _stands_alone(expression) else f"({expression})"
    if key.collation is not None:
        text += f" COLLATE {key.collation}"
    if key.opclass is not None and (not key.opclass_default or key.opclass_options):
        text += f" {key.opclass}"
        if key.opclass_options:
            text += f" ({options(key.opclass_options)})"
    if key.descending:
        text += " DESC" if key.nulls_first else " DESC NULLS LAST"
    elif key.nulls_first:
        text += " NULLS FIRST"
    return text


def _stands_alone(expression: str) -> bool:
    """Whether an index key takes the expression without parentheses of its own: it is one call, or enclosed."""
    head, bracket, _ = expression.partition("(")
    if not bracket or not all(c.isalnum() or c in "_.$" for c in head):
        return False
    depth = 0
    quote = ""
    for place, char in enumerate(expression):
        if quote:
            if char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return place == len(expression) - 1
    return False


def _add_index(index: Index, *, concurrently: bool) -> Iterable[str]:
    if index.constraint:
        raise ValueError(f"index {index.name} comes with constraint {index.constraint}: add the constraint")
    yield create_index_sql(index, concurrently=concurrently, tablespace=True)
    if index.parent is not None:
        yield f"ALTER INDEX {index.parent} ATTACH PARTITION {index.name}"
    yield from _index_settings(index)


def _index_settings(index: Index) -> Iterable[str]:
    for number, target in index.statistics_targets.items():
        yield f"ALTER INDEX {index.name} ALTER COLUMN {number} SET STATISTICS {target}"
    if index.clustered:
        yield f"ALTER TABLE {index.table} CLUSTER ON {quote_identifier(index.name.name)}"
    if index.replica_identity:
        yield f"ALTER TABLE ONLY {index.table} REPLICA IDENTITY USING INDEX {quote_identifier(index.name.name)}"
    yield from comment_on(f"INDEX {index.name}", index.comment)


# Functions, triggers, types


def _function_kind(function: Function) -> str:
    return {"procedure": "PROCEDURE", "aggregate": "AGGREGATE"}.get(function.kind, "FUNCTION")


def _signature(function: Function) -> str:
    arguments = "*" if function.kind == "aggregate" and not function.identity else function.identity
    return f"{function.name}({arguments})"


def _add_function(function: Function) -> Iterable[str]:
    if not function.definition:
        raise ValueError(f"function {function.name} has no definition")
    yield function.definition.strip()
    yield from comment_on(f"{_function_kind(function)} {_signature(function)}", function.comment)


def _add_trigger(table: Name, trigger: Trigger) -> Iterable[str]:
    yield trigger.definition
    if state := _TRIGGER_STATES.get(trigger.enabled):
        yield f"ALTER TABLE {table} {state} TRIGGER {quote_identifier(trigger.name)}"
    yield from comment_on(f"TRIGGER {quote_identifier(trigger.name)} ON {table}", trigger.comment)


def _add_type(type_: UserType, major: int) -> Iterable[str]:
    match type_:
        case EnumType():
            yield f"CREATE TYPE {type_.name} AS ENUM ({', '.join(map(quote_literal, type_.labels))})"
        case DomainType():
            yield from _add_domain(type_, major)
        case CompositeType():
            attributes = [
                f"{quote_identifier(a.name)} {a.type.sql}" + (f" COLLATE {a.collation}" if a.collation else "")
                for a in type_.attributes
            ]
            yield f"CREATE TYPE {type_.name} AS ({', '.join(attributes)})"
            for attribute in type_.attributes:
                yield from comment_on(f"COLUMN {type_.name}.{quote_identifier(attribute.name)}", attribute.comment)
        case RangeType():
            options = [f"subtype = {type_.subtype.sql}"]
            options += [
                f"{word} = {value}"
                for word, value in (
                    ("subtype_opclass", type_.opclass),
                    ("collation", type_.collation),
                    ("canonical", type_.canonical),
                    ("subtype_diff", type_.subtype_diff),
                    ("multirange_type_name", type_.multirange if major >= 14 else None),
                )
                if value
            ]
            yield f"CREATE TYPE {type_.name} AS RANGE ({', '.join(options)})"
        case BaseType():
            raise ValueError(f"type {type_.name} has input and output functions in C, which the model does not carry")
        case _:
            assert_never(type_)
    yield from comment_on(f"{'DOMAIN' if isinstance(type_, DomainType) else 'TYPE'} {type_.name}", type_.comment)


def _add_domain(domain: DomainType, major: int) -> Iterable[str]:
    words = [f"CREATE DOMAIN {domain.name} AS {domain.type.sql}"]
    if domain.collation is not None:
        words.append(f"COLLATE {domain.collation}")
    if domain.default is not None:
        words.append(f"DEFAULT {domain.default}")
    named = next((c for c in domain.constraints if isinstance(c, NotNull)), None)
    if domain.not_null:
        words.append(f"CONSTRAINT {quote_identifier(named.name)} NOT NULL" if named and major >= 17 else "NOT NULL")
    checks = [c for c in domain.constraints if isinstance(c, Check)]
    words += [constraint_definition(c) for c in checks if c.validated]
    yield " ".join(words)
    for check in checks:
        if not check.validated:
            yield f"ALTER DOMAIN {domain.name} ADD {constraint_definition(check)} NOT VALID"
    for constraint in domain.constraints:
        yield from comment_on(
            f"CONSTRAINT {quote_identifier(constraint.name)} ON DOMAIN {domain.name}", constraint.comment
        )
