"""Indexes: what makes them and what changes their settings."""

from __future__ import annotations

from collections.abc import Iterable

from dbarchitect.engines.postgres.ddl.clauses import comment_on, name_list, options
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Index, IndexKey


def create_index_sql(index: Index, *, concurrently: bool = False, only: bool = False, tablespace: bool = False) -> str:
    """CREATE INDEX from the values alone. Its tablespace is printed only on request: a copy seldom has it."""
    text = f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {'CONCURRENTLY ' if concurrently else ''}"
    if index.name.name:
        text += f"{quote_identifier(index.name.name)} "
    keys = ", ".join(map(key_text, index.keys))
    text += f"ON {'ONLY ' if only else ''}{index.table} USING {quote_identifier(index.method)} ({keys})"
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


def key_text(key: IndexKey) -> str:
    """One key as it stands in CREATE INDEX and EXCLUDE."""
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


def add_index(index: Index, *, concurrently: bool, only: bool) -> Iterable[str]:
    """CREATE INDEX with what belongs to it; an index of a partition is attached to its parent's."""
    if index.constraint:
        raise ValueError(f"index {index.name} comes with constraint {index.constraint}: add the constraint")
    yield create_index_sql(index, concurrently=concurrently, only=only, tablespace=True)
    if index.parent is not None and not concurrently:
        yield f"ALTER INDEX {index.parent} ATTACH PARTITION {index.name}"
    yield from index_settings(index)


def index_settings(index: Index) -> Iterable[str]:
    """What CREATE INDEX has no room for."""
    for number, target in index.statistics_targets.items():
        yield f"ALTER INDEX {index.name} ALTER COLUMN {number} SET STATISTICS {target}"
    if index.clustered:
        yield f"ALTER TABLE {index.table} CLUSTER ON {quote_identifier(index.name.name)}"
    if index.replica_identity:
        yield f"ALTER TABLE ONLY {index.table} REPLICA IDENTITY USING INDEX {quote_identifier(index.name.name)}"
    yield from comment_on(f"INDEX {index.name}", index.comment)


def alter_index(before: Index, after: Index) -> Iterable[str]:
    """What differs of the settings of an index; its keys are what they are."""
    target = f"ALTER INDEX {after.name}"
    if changed := {key: value for key, value in after.options.items() if before.options.get(key) != value}:
        yield f"{target} SET ({options(changed)})"
    if gone := sorted(before.options.keys() - after.options.keys()):
        yield f"{target} RESET ({name_list(gone)})"
    for number in sorted(before.statistics_targets.keys() | after.statistics_targets.keys()):
        if before.statistics_targets.get(number) != after.statistics_targets.get(number):
            yield f"{target} ALTER COLUMN {number} SET STATISTICS {after.statistics_targets.get(number, -1)}"
    if before.tablespace != after.tablespace:
        yield f"{target} SET TABLESPACE {quote_identifier(after.tablespace or 'pg_default')}"
    if before.clustered != after.clustered:
        yield f"ALTER TABLE {after.table} " + (
            f"CLUSTER ON {quote_identifier(after.name.name)}" if after.clustered else "SET WITHOUT CLUSTER"
        )
    if after.replica_identity and not before.replica_identity:
        yield f"ALTER TABLE ONLY {after.table} REPLICA IDENTITY USING INDEX {quote_identifier(after.name.name)}"
