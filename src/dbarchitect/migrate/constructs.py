"""What of PostgreSQL an object uses, by the names that the capability tables of mappers have for it
(`orm.project.CONSTRUCTS`). What every mapper can say (a table, a column, NOT NULL) has none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.schema import (
    Check,
    Collation,
    Column,
    CompositeType,
    Constraint,
    ConstraintTrigger,
    DomainType,
    EnumType,
    EventTrigger,
    Exclude,
    ExtendedStatistics,
    Extension,
    ForeignKey,
    ForeignServer,
    Function,
    Index,
    Namespace,
    NotNull,
    Policy,
    PrimaryKey,
    Publication,
    RangeType,
    Rule,
    SchemaObject,
    Sequence,
    Subscription,
    Trigger,
    Type,
    Unique,
    View,
)

_NUMBER = re.compile(r"'(\d+(?:\.\d+)?)'::(?:numeric|integer|bigint|smallint|real|double precision)")
_EMPTY = re.compile(r"ARRAY\[\]::(.+\[\])")
_RANGES = ("range", "multirange")


def type_features(one: Type) -> tuple[str, ...]:
    """What a column's type uses."""
    found: list[str] = []
    if one.kind in ("domain", "enum"):
        found.append(one.kind)
    elif one.kind == "composite":
        found.append("composite type")
    elif one.kind in _RANGES:
        found.append("range type")
    if one.is_array:
        found.append("array")
    name = one.element or one.name
    if name in ("vector", "halfvec", "sparsevec"):
        found.append("vector")
    elif name in ("jsonb", "json"):
        found.append("jsonb")
    elif name == "money":
        found.append("money type")
    return tuple(found)


def column_features(before: Column, after: Column) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What differs of a column in the database (`before`) and in the code: (in the code, in the database, what it
    uses), "" where a side has nothing of it."""
    if before.type.sql != after.type.sql:
        yield after.type.sql, before.type.sql, type_features(before.type)
    if before.not_null != after.not_null:
        yield _not_null(after), _not_null(before), ("array",) if before.type.is_array else ()
    if before.identity != after.identity or _serial(before) != _serial(after):
        used = "identity" if before.identity is not None else "serial" if _serial(before) else ""
        yield _counter(after), _counter(before), (used,) if used else ()
    elif default_value(before.default) != default_value(after.default):
        yield _default(after), _default(before), ("default",)
    if before.generated != after.generated:
        virtual = before.generated is not None and not before.generated.stored
        yield (
            _generated(after),
            _generated(before),
            ("virtual generated column",) if virtual else ("generated column",),
        )
    if before.collation != after.collation:
        yield _collation(after), _collation(before), ("collation",)
    if before.comment != after.comment:
        yield _comment(after), _comment(before), ("comment",)
    for field in ("storage", "compression", "statistics_target", "options"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield f"{field} {new}" if new else "", f"{field} {old}" if old else "", ("storage parameter",)


def default_value(default: str | None) -> str | None:
    """A default in one way of several that say exactly the same."""
    if default == "CURRENT_TIMESTAMP":
        return "now()"
    if number := _NUMBER.fullmatch(default or ""):
        return number[1]
    empty = _EMPTY.fullmatch(default or "")
    return f"'{{}}'::{empty[1]}" if empty else default


def _serial(one: Column) -> bool:
    return one.default is not None and one.default.startswith("nextval(")


def _counter(one: Column) -> str:
    if one.identity is not None:
        return f"GENERATED {'ALWAYS' if one.identity.always else 'BY DEFAULT'} AS IDENTITY{_options(one)}"
    if _serial(one):
        return f"serial (DEFAULT {one.default})"
    return _default(one)


def _options(one: Column) -> str:
    identity = one.identity
    assert identity is not None
    named = (
        ("START", identity.start),
        ("INCREMENT", identity.increment),
        ("MINVALUE", identity.minimum),
        ("MAXVALUE", identity.maximum),
        ("CACHE", identity.cache),
    )
    said = [f"{word} {value}" for word, value in named if value is not None and (word, value) != ("CACHE", 1)]
    return f" ({identity.sequence.short}{': ' if said else ''}{' '.join(said)})"


def _not_null(one: Column) -> str:
    return "NOT NULL" if one.not_null else "may be NULL"


def _default(one: Column) -> str:
    return f"DEFAULT {one.default}" if one.default is not None else ""


def _generated(one: Column) -> str:
    if one.generated is None:
        return ""
    return f"GENERATED ALWAYS AS ({one.generated.expression}) {'STORED' if one.generated.stored else 'VIRTUAL'}"


def _collation(one: Column) -> str:
    return f"COLLATE {one.collation.short}" if one.collation is not None else ""


def _comment(one: Column) -> str:
    return f"comment {one.comment!r}" if one.comment else ""


def constraint_features(one: Constraint) -> tuple[str, ...]:
    """What a constraint uses."""
    found: list[str] = []
    match one:
        case PrimaryKey(columns=columns):
            found.append("composite primary key" if len(columns) > 1 else "primary key")
            if one.without_overlaps:
                found.append("temporal key")
        case Unique():
            found.append("unique")
            if one.nulls_not_distinct:
                found.append("nulls not distinct")
            if one.without_overlaps:
                found.append("temporal key")
        case ForeignKey(columns=columns):
            found.append("composite foreign key" if len(columns) > 1 else "foreign key")
            if one.deferrable:
                found.append("deferrable foreign key")
            if one.on_delete != "NO ACTION":
                found.append("on delete")
            if one.on_update != "NO ACTION":
                found.append("on update")
            if one.period:
                found.append("temporal key")
        case Check():
            found.append("check constraint")
        case Exclude():
            found.append("exclusion constraint")
        case ConstraintTrigger():
            found.append("trigger")
        case NotNull():
            pass
    if isinstance(one, PrimaryKey | Unique) and one.include:
        found.append("include columns")
    if not one.validated:
        found.append("constraint not valid")
    return tuple(found)


def index_features(one: Index) -> tuple[str, ...]:
    """What an index uses."""
    found = ["index"]
    if one.unique:
        found.append("unique index")
    if any(key.expression is not None for key in one.keys):
        found.append("expression index")
    if one.predicate is not None:
        found.append("partial index")
    if one.include:
        found.append("include columns")
    if one.method != "btree":
        found.append("index method")
    if any(not key.opclass_default for key in one.keys):
        found.append("operator class")
    if any(key.collation is not None for key in one.keys):
        found.append("collation")
    if any(key.descending for key in one.keys):
        found.append("descending index")
    if one.nulls_not_distinct:
        found.append("nulls not distinct")
    if one.options:
        found.append("storage parameter")
    return tuple(found)


def object_features(one: SchemaObject) -> tuple[str, ...]:
    """What an object of its own is."""
    match one:
        case View():
            return ("materialised view",) if one.materialized else ("view",)
        case Policy():
            return ("row level security",)
        case _:
            for kind, name in _KINDS:
                if isinstance(one, kind):
                    return (name,)
            return ()


_KINDS: tuple[tuple[type[object], str], ...] = (
    (Namespace, "schema"),
    (Extension, "extension"),
    (EnumType, "enum"),
    (DomainType, "domain"),
    (CompositeType, "composite type"),
    (RangeType, "range type"),
    (Sequence, "sequence"),
    (Trigger, "trigger"),
    (Rule, "rule"),
    (Function, "function"),
    (ExtendedStatistics, "statistics object"),
    (Collation, "collation object"),
    (Publication, "publication"),
    (Subscription, "subscription"),
    (EventTrigger, "event trigger"),
    (ForeignServer, "foreign server"),
)
# What no mapper has a word for, so that no capability table has it.
NOWHERE = ("collation object", "publication", "subscription", "event trigger", "foreign server")
