"""Whether one object can become another in place, and when two of them are the same but for their names."""

from __future__ import annotations

from msgspec.structs import replace

from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import (
    Check,
    Collation,
    Column,
    CompositeType,
    Constraint,
    DomainType,
    EnumType,
    EventTrigger,
    ExtendedStatistics,
    Extension,
    ForeignKey,
    ForeignServer,
    Function,
    Grant,
    Index,
    NotNull,
    Policy,
    Publication,
    SchemaObject,
    Table,
    Trigger,
    UserType,
    View,
)


def in_place(before: SchemaObject, after: SchemaObject, major: int) -> bool:
    """Whether the server has a statement that turns `before` into `after`, both of one name."""
    if isinstance(before, View) and isinstance(after, View):
        return _same_view(before, after)
    if isinstance(before, Function) and isinstance(after, Function):
        return _same_function(before, after)
    if isinstance(before, Trigger) and isinstance(after, Trigger):
        return before.definition == after.definition or (major >= 14 and not before.constraint and not after.constraint)
    if isinstance(before, Policy) and isinstance(after, Policy):
        return (before.command, before.permissive) == (after.command, after.permissive) and not (
            # ALTER POLICY replaces an expression; it cannot take one away.
            (before.using is not None and after.using is None) or (before.check is not None and after.check is None)
        )
    if isinstance(before, EventTrigger) and isinstance(after, EventTrigger):
        return (before.event, before.function, before.tags) == (after.event, after.function, after.tags)
    if isinstance(before, ExtendedStatistics) and isinstance(after, ExtendedStatistics):
        return before.definition == after.definition
    if isinstance(before, Publication) and isinstance(after, Publication):
        return before.all_tables == after.all_tables
    if isinstance(before, ForeignServer) and isinstance(after, ForeignServer):
        versions = before.version == after.version or bool(after.version)
        return (before.wrapper, before.type) == (after.wrapper, after.type) and versions
    if isinstance(before, Collation):
        return replace(before, owner="", comment=None, version="") == replace(after, owner="", comment=None, version="")
    if isinstance(before, UserType):
        return _same_type(before, after)
    return True


def _same_view(before: View, after: View) -> bool:
    if before.materialized != after.materialized:
        return False
    if before.materialized:
        return before.definition == after.definition
    old = [(one.name, one.type.sql, one.collation) for one in before.columns]
    new = [(one.name, one.type.sql, one.collation) for one in after.columns]
    return new[: len(old)] == old


def _same_function(before: Function, after: Function) -> bool:
    """CREATE OR REPLACE keeps name, argument types, result and the names of arguments; it may add defaults."""
    if (before.kind, before.returns) != (after.kind, after.returns):
        return False
    if before.kind == "aggregate":
        return before.definition == after.definition
    if before.arguments == after.arguments:
        return True
    old, new = _arguments(before.arguments), _arguments(after.arguments)
    return len(old) == len(new) and all(
        one == other
        or (" DEFAULT " not in one and other.startswith(f"{one} DEFAULT "))
        or (" DEFAULT " in one and other.startswith(one.partition(" DEFAULT ")[0] + " DEFAULT "))
        for one, other in zip(old, new, strict=True)
    )


def _arguments(text: str) -> list[str]:
    """The arguments that a server printed, split at the commas between them."""
    found: list[str] = []
    depth, start, quote = 0, 0, ""
    for place, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and depth == 0:
            found.append(text[start:place].strip())
            start = place + 1
    return [*found, text[start:].strip()] if text.strip() else []


def _same_type(before: UserType, after: SchemaObject) -> bool:
    if isinstance(before, EnumType) and isinstance(after, EnumType):
        return [label for label in after.labels if label in before.labels] == list(before.labels)
    if isinstance(before, DomainType) and isinstance(after, DomainType):
        return (before.type, before.collation) == (after.type, after.collation)
    if isinstance(before, CompositeType) and isinstance(after, CompositeType):
        old, new = [one.name for one in before.attributes], [one.name for one in after.attributes]
        # An attribute that is added is the last one.
        return new == [name for name in old if name in new] + [name for name in new if name not in old]
    return replace(before, owner="", grants=(), comment=None) == replace(after, owner="", grants=(), comment=None)


def bare_constraint(one: Constraint) -> Constraint:
    """A constraint without what can be changed in place, is printed from the rest, or is not its own."""
    found = replace(one, definition="", comment=None, validated=True, inherited=False)
    if isinstance(found, ForeignKey):
        return replace(found, target_index="", deferrable=False, initially_deferred=False, enforced=True)
    return found if isinstance(found, Check) or not hasattr(found, "index") else replace(found, index="")


def constraint_in_place(before: Constraint, after: Constraint, major: int) -> bool:
    """Whether ALTER and VALIDATE turn one constraint into the other."""
    if bare_constraint(before) != bare_constraint(after) or (before.validated and not after.validated):
        # A foreign key that is no longer enforced is no longer valid either: that is one change.
        return (
            bare_constraint(before) == bare_constraint(after) and before.enforced and not after.enforced and major >= 18
        )
    # To be enforced it is checked at once, under its lock: another one, NOT VALID at first, is not.
    return before.enforced == after.enforced or (isinstance(before, ForeignKey) and major >= 18 and not after.enforced)


def bare_index(one: Index) -> Index:
    """An index without its settings: what cannot be changed but by another index."""
    return replace(
        one,
        definition="",
        comment=None,
        valid=True,
        ready=True,
        clustered=False,
        replica_identity=False,
        options={},
        tablespace="",
        statistics_targets={},
        parent=None,
        constraint=None,
        # The usual class of operators follows the column's type by itself.
        keys=tuple(replace(key, opclass=None) if key.opclass_default else key for key in one.keys),
    )


def unnamed_index(one: Index) -> Index:
    """An index but for its name."""
    return replace(bare_index(one), name=Name(schema=one.name.schema, name=""), options=one.options)


def table_settings(table: Table) -> Table:
    """What `AlterTable` changes: a table without its parts."""
    return replace(
        table,
        columns=(),
        constraints=(),
        indexes=(),
        triggers=(),
        rules=(),
        policies=(),
        owner="",
        grants=(),
        partition_of=None,
    )


def plain_column(column: Column) -> Column:
    """A column without its place and its origin."""
    return replace(column, position=0, inherited=False)


_INTEGERS = frozenset(("int2", "int4", "int8"))
_TEXTS = frozenset(("text", "varchar"))


def comparable(before: Column, after: Column) -> bool:
    """Whether a foreign key between a column of the one type and one of the other can stand."""
    old, new = before.type.base, after.type.base
    return old == new or {old, new} <= _INTEGERS or {old, new} <= _TEXTS


# Pairs of base types whose cast gives up a part of the value in silence; the others refuse what does not fit.
_LOSSY = {
    ("timestamptz", "timestamp"): "the time zone of each instant",
    ("timestamptz", "date"): "the time of day",
    ("timestamp", "date"): "the time of day",
    ("timestamptz", "time"): "the date",
    ("timestamp", "time"): "the date",
    ("float8", "float4"): "digits",
    ("numeric", "float8"): "exactness",
    ("numeric", "float4"): "exactness",
}
_FRACTIONS = frozenset(("numeric", "float4", "float8", "money"))


def lost_by_cast(before: Column, after: Column) -> str:
    """What a change of type takes from the values without an error, in words; "" for nothing."""
    old, new = before.type.base, after.type.base
    if (old, new) in _LOSSY:
        return _LOSSY[old, new]
    if old in _FRACTIONS and new in _INTEGERS:
        return "fractions, by rounding"
    if old == new and old == "numeric" and before.type.modifier != after.type.modifier and after.type.modifier >= 0:
        scale = (after.type.modifier - 4) & 0x7FF
        if before.type.modifier < 0 or (before.type.modifier - 4) & 0x7FF > scale:
            return f"digits after the first {scale} of the fraction"
    times = old == new and old in ("timestamp", "timestamptz", "time", "timetz", "interval")
    shorter = before.type.modifier < 0 or before.type.modifier > after.type.modifier
    return "fractions of seconds" if times and shorter and after.type.modifier >= 0 else ""


def other_type(before: Column, after: Column) -> bool:
    """Whether two columns differ in type or collation."""
    return (before.type.sql, before.collation) != (after.type.sql, after.collation)


def settled(one: Constraint) -> Constraint:
    """A constraint without what is printed from the rest or is not its own."""
    found = replace(one, definition="", inherited=False)
    return replace(found, target_index="") if isinstance(found, ForeignKey) else found


def not_null_of(table: Table, column: str) -> NotNull | None:
    """The NOT NULL constraint of a column, None where it has none of its own name (before 18)."""
    return next((one for one in table.constraints if isinstance(one, NotNull) and one.columns == (column,)), None)


def key_of(table: Table) -> str:
    """How a table is partitioned, in words."""
    return table.partition_key.definition if table.partition_key is not None else "none"


def generated_in_place(before: Column, after: Column, major: int) -> bool:
    """Whether ALTER COLUMN can turn the one into the other with regard to how it is generated."""
    if before.generated == after.generated:
        return True
    if after.generated is None:
        return True  # DROP EXPRESSION, or the values copied
    return before.generated is not None and before.generated.stored == after.generated.stored and major >= 17


def conversion_of(before: Column, after: Column) -> str:
    """The expression that converts a column where the server would not do so by itself; "" where it does.

    Assignment refuses what does not fit (a text that is too long), an explicit cast cuts it off: so none is written
    where the server has one of its own.
    """
    old, new = before.type, after.type
    if old.sql == new.sql:
        return ""
    if new.category == "S" and not new.is_array and new.kind in ("base", "domain"):
        return ""
    name = quote_identifier(before.name)
    if old.is_array and new.is_array and new.schema != "pg_catalog":
        return f"{name}::text[]::{new.sql}"
    if old.category == new.category and old.kind == new.kind == "base" and old.category != "U":
        return ""
    if {old.kind, new.kind} & {"range", "multirange", "composite"}:
        return f"{name}::text::{new.sql}"
    if "enum" in (old.kind, new.kind) and old.category != "S":
        return f"{name}::text::{new.sql}"
    return f"{name}::{new.sql}"


def grants_of(one: SchemaObject | Table | None) -> tuple[Grant, ...]:
    """Who may do what on an object, in an order of its own, whoever granted it; the owner's own is grantee ""."""
    owner = getattr(one, "owner", "")
    found: dict[tuple[str, str], Grant] = {}
    for grant in getattr(one, "grants", ()):
        key = ("" if grant.grantee == owner else grant.grantee, grant.column)
        known = found.get(key, Grant(grantee=key[0], column=grant.column))
        found[key] = replace(
            known,
            privileges=tuple(sorted({*known.privileges, *grant.privileges})),
            grantable=tuple(sorted({*known.grantable, *grant.grantable})),
        )
    return tuple(found[key] for key in sorted(found))


def bare_object(one: SchemaObject) -> SchemaObject:
    """An object without what is compared apart or not at all."""
    if isinstance(one, Function):
        # The definition says it all; bodies are compared as the server keeps them.
        return replace(one, owner="", grants=())
    if isinstance(one, View):
        columns = tuple(replace(column, position=0) for column in one.columns)
        indexes = tuple(replace(index, definition="") for index in one.indexes)
        return replace(one, owner="", grants=(), triggers=(), rules=(), columns=columns, indexes=indexes)
    if isinstance(one, Extension):
        return replace(one, version="", comment=None)
    if isinstance(one, Collation):
        return replace(one, owner="", version="")
    if isinstance(one, CompositeType):
        attributes = tuple(replace(a, position=n) for n, a in enumerate(one.attributes, 1))
        return replace(one, owner="", grants=(), attributes=attributes)
    fields = {name: value for name, value in (("owner", ""), ("grants", ())) if hasattr(one, name)}
    return replace(one, **fields)


def same_parts(before: SchemaObject, after: SchemaObject) -> dict[str, object]:
    """The parts of a view that other actions change."""
    if isinstance(before, View) and isinstance(after, View):
        return {"indexes": before.indexes, "triggers": before.triggers, "rules": before.rules}
    return {}
