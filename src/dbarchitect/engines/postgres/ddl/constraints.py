"""Constraints: their definitions, and what adds, changes and drops them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from dbarchitect.engines.postgres.ddl.clauses import comment_on, name_list, options
from dbarchitect.engines.postgres.ddl.indexes import key_text
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import (
    Check,
    Constraint,
    ConstraintTrigger,
    Exclude,
    ForeignKey,
    Index,
    NotNull,
    PrimaryKey,
    Unique,
)


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
    return " ".join(words) + _timing(constraint) + ("" if constraint.enforced else " NOT ENFORCED")


def _timing(constraint: Constraint) -> str:
    return (" DEFERRABLE" if constraint.deferrable else "") + (
        " INITIALLY DEFERRED" if constraint.initially_deferred else ""
    )


def alter_constraint(table: Name, before: Constraint, after: Constraint) -> Iterable[str]:
    """What ALTER CONSTRAINT changes: when a foreign key is checked and whether (18), who inherits a NOT NULL (18)."""
    target = f"ALTER TABLE {table} ALTER CONSTRAINT {quote_identifier(after.name)}"
    if (before.deferrable, before.initially_deferred) != (after.deferrable, after.initially_deferred):
        timing = "DEFERRABLE" if after.deferrable else "NOT DEFERRABLE"
        yield f"{target} {timing}" + (" INITIALLY DEFERRED" if after.initially_deferred else "")
    if before.enforced != after.enforced:
        yield f"{target} {'ENFORCED' if after.enforced else 'NOT ENFORCED'}"
    if before.no_inherit != after.no_inherit:
        yield f"{target} {'NO INHERIT' if after.no_inherit else 'INHERIT'}"


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
    pairs = [f"{key_text(k)} WITH {o}" for k, o in zip(index.keys, constraint.operators, strict=True)]
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


def add_constraint(
    table: Name,
    constraint: Constraint,
    index: Index | None,
    major: int,
    *,
    using_index: bool = False,
    only: bool = False,
) -> Iterable[str]:
    """ALTER TABLE ADD, with its comment. `using_index`: the index `index` exists and becomes the key's. `only`: not of
    the partitions."""
    if isinstance(constraint, ConstraintTrigger):
        return
    if isinstance(constraint, NotNull) and major < 18:
        yield f"ALTER TABLE {table} ALTER COLUMN {quote_identifier(constraint.columns[0])} SET NOT NULL"
        return
    if using_index and isinstance(constraint, PrimaryKey | Unique) and index is not None:
        kind = "PRIMARY KEY" if isinstance(constraint, PrimaryKey) else "UNIQUE"
        text = f"CONSTRAINT {quote_identifier(constraint.name)} {kind} USING INDEX {quote_identifier(index.name.name)}"
        yield f"ALTER TABLE {table} ADD {text}{_timing(constraint)}"
        yield from constraint_comment(table, constraint)
        return
    not_valid = " NOT VALID" if not constraint.validated and constraint.enforced else ""
    target = f"ONLY {table}" if only else str(table)
    yield f"ALTER TABLE {target} ADD {constraint_definition(constraint, index=index)}{not_valid}"
    yield from constraint_comment(table, constraint)


def drop_constraint(table: Name, constraint: Constraint, major: int) -> Iterable[str]:
    """ALTER TABLE DROP CONSTRAINT."""
    if isinstance(constraint, ConstraintTrigger):
        return
    if isinstance(constraint, NotNull) and major < 18:
        yield f"ALTER TABLE {table} ALTER COLUMN {quote_identifier(constraint.columns[0])} DROP NOT NULL"
    else:
        yield f"ALTER TABLE {table} DROP CONSTRAINT {quote_identifier(constraint.name)}"


def constraint_comment(table: Name, constraint: Constraint) -> Iterable[str]:
    """COMMENT ON CONSTRAINT where there is one."""
    return comment_on(f"CONSTRAINT {quote_identifier(constraint.name)} ON {table}", constraint.comment)
