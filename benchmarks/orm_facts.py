"""The facts of a catalogue, construct by construct, so that of two databases can be said what was lost on the way.

A fact has a key (whose it is) and a value (what it says): elsewhere it is kept, changed (the key is there with another
value) or lost; a key that only the other database has was added. Names of constraints and indexes are facts of their
own and are not in the keys of what they name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from dbarchitect.model.schema import (
    Check,
    Column,
    Constraint,
    DomainType,
    EnumType,
    Exclude,
    ForeignKey,
    Index,
    PrimaryKey,
    Relational,
    Table,
    Unique,
)

Fact = tuple[str, str, str]  # construct, key, value

# In the order of the table; what the column types are built from comes first.
CONSTRUCTS = (
    "schema", "table", "column", "NOT NULL", "default", "array default", "identity", "serial", "generated column",
    "enum", "domain", "primary key", "unique key", "NULLS NOT DISTINCT", "foreign key", "DEFERRABLE", "CHECK",
    "EXCLUDE", "index", "partial index", "expression index", "DESC", "INCLUDE", "operator class", "vector", "HNSW",
    "partition", "comment", "view", "name of a constraint or index",
)  # fmt: skip
# Tables in which the tools keep what was applied.
HISTORIES = (
    "alembic_version",
    "_prisma_migrations",
    "kysely_migration",
    "kysely_migration_lock",
    "tortoise_migrations",
)


def facts(schema: Relational) -> Iterator[Fact]:
    """Every fact that is compared; without the tools' own tables and the schema `drizzle`."""
    for one in schema.schemas:
        if one.name not in ("public", "drizzle"):
            yield "schema", one.name, ""
    for one in schema.types:
        if isinstance(one, EnumType):
            yield "enum", str(one.name), ", ".join(one.labels)
        elif isinstance(one, DomainType):
            checks = sorted(check.expression for check in one.constraints if isinstance(check, Check))
            yield "domain", str(one.name), f"{one.type.sql} {checks}"
    for table in schema.tables:
        if table.name.name not in HISTORIES and table.name.schema != "drizzle":
            yield from _of_table(table, schema)
    for view in schema.views:
        yield "view", str(view.name), _spaced(view.definition)
        if view.comment:
            yield "comment", str(view.name), view.comment


def _of_table(table: Table, schema: Relational) -> Iterator[Fact]:
    key = str(table.name)
    yield "table", key, ""
    if table.comment:
        yield "comment", key, table.comment
    if table.partition_key:
        yield "partition", key, f"by {table.partition_key.definition}"
    if table.partition_of:
        yield "partition", key, f"of {table.partition_of.parent} {table.partition_of.bound}"
        return  # the rest is the parent's
    for column in table.columns:
        yield from _of_column(f"{key}.{column.name}", column)
    for constraint in table.constraints:
        yield from _of_constraint(key, constraint)
    for index in table.indexes:
        if not index.constraint:
            yield from _of_index(key, index)


def _of_column(key: str, column: Column) -> Iterator[Fact]:
    yield "column", key, column.type.sql
    if column.type.name == "vector":
        yield "vector", key, column.type.sql
    if column.not_null:
        yield "NOT NULL", key, ""
    if column.identity:
        one = column.identity
        yield "identity", key, f"{one.always} {one.start} {one.increment} {one.minimum} {one.maximum}"
    if column.generated:
        yield "generated column", key, f"{_spaced(column.generated.expression)} {column.generated.stored}"
    if column.default is not None:
        serial = column.default.startswith("nextval(")
        kind = "serial" if serial else "array default" if column.type.is_array else "default"
        yield kind, key, "" if serial else column.default
    if column.comment:
        yield "comment", key, column.comment


def _of_constraint(table: str, one: Constraint) -> Iterator[Fact]:
    key = f"{table} ({', '.join(one.columns)})"
    match one:
        case PrimaryKey():
            kind, key, value = "primary key", table, ", ".join(one.columns)
        case Unique():
            kind, value = "unique key", ""
            if one.nulls_not_distinct:
                yield "NULLS NOT DISTINCT", key, ""
        case ForeignKey():
            target = f"{one.target} ({', '.join(one.target_columns)})"
            kind, key, value = "foreign key", f"{key} to {target}", f"{one.on_delete} {one.on_update}"
            if one.deferrable:
                yield "DEFERRABLE", key, f"{one.initially_deferred}"
        case Check():
            kind, key, value = "CHECK", f"{table} {_spaced(one.expression)}", ""
        case Exclude():
            kind, value = "EXCLUDE", _spaced(one.definition)
        case _:
            return
    yield kind, key, value
    yield "name of a constraint or index", f"{kind} of {key}", one.name


def _of_index(table: str, index: Index) -> Iterator[Fact]:
    keys = ", ".join(_spaced(one.text) for one in index.keys)
    key = f"{table} {index.method} ({keys})"
    options = " ".join(f"{name}={value}" for name, value in sorted(index.options.items()))
    yield "index", key, f"{index.unique}"
    if index.method == "hnsw":
        yield "HNSW", key, options
    if index.predicate:
        yield "partial index", key, _spaced(index.predicate)
    if any(one.expression for one in index.keys):
        yield "expression index", key, keys
    if any(one.descending for one in index.keys):
        yield "DESC", key, str([(one.descending, one.nulls_first) for one in index.keys])
    if index.include:
        yield "INCLUDE", key, ", ".join(index.include)
    classes = [str(one.opclass) for one in index.keys if not one.opclass_default]
    if classes:
        yield "operator class", key, ", ".join(classes)
    yield "name of a constraint or index", f"index {key}", index.name.name


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().rstrip(";")


@dataclass(frozen=True)
class Loss:
    """What happened to the facts of one construct; a line is `lost KEY`, `changed KEY: A, now B` or `added KEY`."""

    facts: int
    lost: int
    changed: int
    added: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """`ok`, or `2 of 3 lost, 1 added`."""
        words = [f"{self.lost} of {self.facts} lost"] if self.lost else []
        words += [f"{self.changed} of {self.facts} changed"] if self.changed else []
        words += [f"{self.added} added"] if self.added else []
        return ", ".join(words) or "ok"


def compare(before: Relational, after: Relational) -> dict[str, Loss]:
    """What was lost of every construct that either has, in the order of `CONSTRUCTS`."""
    ours, theirs = _by_key(before), _by_key(after)
    found: dict[str, Loss] = {}
    for construct in CONSTRUCTS:
        left = {key: value for (kind, key), value in ours.items() if kind == construct}
        right = {key: value for (kind, key), value in theirs.items() if kind == construct}
        if not left and not right:
            continue
        lost = [key for key in left if key not in right]
        changed = [key for key in left if key in right and left[key] != right[key]]
        added = [key for key in right if key not in left]
        lines = [f"lost {key}" for key in lost]
        lines += [f"changed {key}: {left[key]}, now {right[key]}" for key in changed]
        lines += [f"added {key}" for key in added]
        found[construct] = Loss(len(left), len(lost), len(changed), len(added), tuple(lines))
    return found


def _by_key(schema: Relational) -> dict[tuple[str, str], str]:
    """Facts by construct and key; a key that occurs twice is numbered."""
    found: dict[tuple[str, str], str] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for construct, key, value in facts(schema):
        seen[construct, key] += 1
        number = seen[construct, key]
        found[construct, key if number == 1 else f"{key} #{number}"] = value
    return found
