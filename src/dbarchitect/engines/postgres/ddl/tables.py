"""Tables: what makes one, and what changes its settings."""

from __future__ import annotations

from collections.abc import Iterable

from dbarchitect.engines.postgres.ddl.clauses import (
    comment_change,
    comment_on,
    foreign_changes,
    foreign_options,
    options,
)
from dbarchitect.engines.postgres.ddl.columns import column_constraints, column_definition, column_settings
from dbarchitect.engines.postgres.ddl.constraints import add_constraint, constraint_comment, constraint_definition
from dbarchitect.engines.postgres.ddl.indexes import create_index_sql, index_settings
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Constraint, ConstraintTrigger, NotNull, Table


def add_table(table: Table, major: int) -> Iterable[str]:
    """CREATE TABLE with its columns and constraints, settings and comments; a partition is attached at the end."""
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
    if storage := _storage(table):
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
        yield from add_constraint(table.name, constraint, indexes.get(constraint.name), major)
    if table.partition_of is not None:
        # Its own indexes must exist before it is attached, or the parent's would be made again under other names.
        for index in table.indexes:
            if index.parent is not None and not index.constraint:
                yield create_index_sql(index, tablespace=True)
        yield f"ALTER TABLE ONLY {table.partition_of.parent} ATTACH PARTITION {table.name} {table.partition_of.bound}"
    for index in indexes.values():
        yield from index_settings(index)
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
            yield from constraint_comment(table.name, constraint)


def alter_table(before: Table, after: Table) -> Iterable[str]:
    """What differs of a table besides its columns and other parts."""
    only = f"ALTER {'FOREIGN ' if after.kind == 'foreign' else ''}TABLE ONLY {after.name}"
    target = f"ALTER {'FOREIGN ' if after.kind == 'foreign' else ''}TABLE {after.name}"
    for parent in before.inherits:
        if parent not in after.inherits:
            yield f"{target} NO INHERIT {parent}"
    if before.of_type != after.of_type:
        yield f"{target} NOT OF" if after.of_type is None else f"{target} OF {after.of_type}"
    for parent in after.inherits:
        if parent not in before.inherits:
            yield f"{target} INHERIT {parent}"
    if before.persistence != after.persistence:
        yield f"{target} SET {'UNLOGGED' if after.persistence == 'unlogged' else 'LOGGED'}"
    if before.access_method != after.access_method:
        yield f"{target} SET ACCESS METHOD {quote_identifier(after.access_method)}"
    if before.tablespace != after.tablespace:
        yield f"{target} SET TABLESPACE {quote_identifier(after.tablespace or 'pg_default')}"
    old, new = _storage(before), _storage(after)
    if changed := {key: value for key, value in new.items() if old.get(key) != value}:
        yield f"{target} SET ({options(changed)})"
    if gone := sorted(old.keys() - new.keys()):
        yield f"{target} RESET ({', '.join('.'.join(map(quote_identifier, key.split('.', 1))) for key in gone)})"
    if before.foreign_options != after.foreign_options:
        yield f"{target} OPTIONS ({foreign_changes(before.foreign_options, after.foreign_options)})"
    # That of an index is set with the index.
    if before.replica_identity != after.replica_identity and after.replica_identity != "index":
        yield f"{only} REPLICA IDENTITY {after.replica_identity.upper()}"
    if before.row_security != after.row_security:
        yield f"{target} {'ENABLE' if after.row_security else 'DISABLE'} ROW LEVEL SECURITY"
    if before.row_security_forced != after.row_security_forced:
        yield f"{only} {'FORCE' if after.row_security_forced else 'NO FORCE'} ROW LEVEL SECURITY"
    word = "FOREIGN TABLE" if after.kind == "foreign" else "TABLE"
    yield from comment_change(f"{word} {after.name}", before.comment, after.comment)


def _storage(table: Table) -> dict[str, str]:
    return {**table.options, **{f"toast.{key}": value for key, value in table.toast_options.items()}}
