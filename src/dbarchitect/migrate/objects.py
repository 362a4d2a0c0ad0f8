"""A schema as a flat list of objects, each under the reference that dependencies and findings know it by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dbarchitect.model.journal import JOURNAL
from dbarchitect.model.names import Name, ObjectKind, ObjectRef
from dbarchitect.model.schema import (
    Collation,
    Column,
    Constraint,
    ConstraintTrigger,
    DomainType,
    EventTrigger,
    ExtendedStatistics,
    Extension,
    ForeignServer,
    Function,
    Index,
    Namespace,
    Policy,
    Publication,
    Relational,
    Rule,
    SchemaObject,
    Sequence,
    Subscription,
    Table,
    Trigger,
    View,
)


@dataclass(frozen=True, slots=True)
class Object:
    """An object that is no table, and the relation that a trigger, a rule or a policy hangs on."""

    value: SchemaObject
    on: Name | None = None


def _kind(one: SchemaObject) -> ObjectKind:
    match one:
        case Namespace():
            return "schema"
        case Extension():
            return "extension"
        case Collation():
            return "collation"
        case Sequence():
            return "sequence"
        case View():
            return "view"
        case Function():
            return "function"
        case Trigger():
            return "trigger"
        case Rule():
            return "rule"
        case Policy():
            return "policy"
        case EventTrigger():
            return "event trigger"
        case ExtendedStatistics():
            return "statistics"
        case Publication():
            return "publication"
        case Subscription():
            return "subscription"
        case ForeignServer():
            return "foreign server"
        case DomainType():
            return "domain"
        case _:
            return "type"


def ref_of(one: SchemaObject, on: Name | None = None) -> ObjectRef:
    """The reference of an object, as `Dependency` names it."""
    kind = _kind(one)
    if on is not None:
        return ObjectRef(kind=kind, schema=on.schema, name=on.name, sub=str(one.name))
    if isinstance(one, Function):
        return ObjectRef(kind=kind, schema=one.name.schema, name=f"{one.name.name}({one.inputs})")
    if isinstance(one.name, str):
        return ObjectRef(kind=kind, name=one.name)
    return ObjectRef(kind=kind, schema=one.name.schema, name=one.name.name)


def part(kind: ObjectKind, of: Name, name: str) -> ObjectRef:
    """The reference of a column, a constraint or an index (`name` without schema) of a relation."""
    return ObjectRef(kind=kind, schema=of.schema, name=of.name, sub=name)


def constraint_ref(table: Name, constraint: Constraint) -> ObjectRef:
    """The reference of a constraint; an index that serves one is known by it."""
    return part("constraint", table, constraint.name)


def index_ref(index: Index) -> ObjectRef:
    """The reference of an index that serves no constraint."""
    return part("index", index.table, index.name.name)


def view_ref(name: Name) -> ObjectRef:
    """The reference of a view."""
    return ObjectRef(kind="view", schema=name.schema, name=name.name)


def _all(schema: Relational) -> Iterator[Object]:
    for one in schema.schemas:
        if one.name != JOURNAL:
            yield Object(one)
    for group in (
        schema.extensions,
        schema.types,
        schema.collations,
        schema.views,
        schema.functions,
        schema.event_triggers,
        schema.statistics,
        schema.publications,
        schema.subscriptions,
        schema.foreign_servers,
    ):
        for one in group:
            if not (isinstance(one.name, Name) and one.name.schema == JOURNAL):
                yield Object(one)
    for one in schema.sequences:
        if not one.internal and one.name.schema != JOURNAL:
            yield Object(one)
    for relation in (*schema.tables, *schema.views):
        if relation.name.schema == JOURNAL:
            continue
        for trigger in relation.triggers:
            if not trigger.inherited:
                yield Object(trigger, relation.name)
        for rule in relation.rules:
            yield Object(rule, relation.name)
    for table in schema.tables:
        if table.name.schema != JOURNAL:
            for policy in table.policies:
                yield Object(policy, table.name)


def objects(schema: Relational) -> dict[ObjectRef, Object]:
    """All objects but tables, their columns, constraints and indexes; what belongs to our history is left out."""
    return {ref_of(one.value, one.on): one for one in _all(schema)}


def tables(schema: Relational) -> dict[Name, Table]:
    """All tables by name."""
    return {table.name: table for table in schema.tables if table.name.schema != JOURNAL}


def own_constraints(table: Table) -> dict[str, Constraint]:
    """The constraints that a table has by itself, by name; what it inherits is left to its parent."""
    return {one.name: one for one in table.constraints if not isinstance(one, ConstraintTrigger) and not one.inherited}


def own_indexes(table: Table | View) -> dict[Name, Index]:
    """The indexes that serve no constraint, by name."""
    return {index.name: index for index in table.indexes if index.constraint is None}


def constraint_index(table: Table, constraint: Constraint) -> Index | None:
    """The index that serves `constraint`, None where it has none."""
    return next((index for index in table.indexes if index.constraint == constraint.name), None)


def needs_of(one: SchemaObject, on: Name | None) -> set[ObjectRef]:
    """What an object needs by its nature, which no dependency says."""
    found: set[ObjectRef] = set()
    if on is not None:
        found |= {ObjectRef(kind="table", schema=on.schema, name=on.name), view_ref(on)}
    name = on or (one.name if isinstance(one.name, Name) else None)
    if name is not None:
        found.add(ObjectRef(kind="schema", name=name.schema))
    if isinstance(one, Trigger | EventTrigger):
        schema, _, rest = one.function.partition(".")
        found.add(ObjectRef(kind="function", schema=schema.strip('"'), name=rest))
    if isinstance(one, ExtendedStatistics):
        found |= {part("column", one.table, column) for column in one.columns}
    if isinstance(one, Publication):
        found |= {ObjectRef(kind="table", schema=t.table.schema, name=t.table.name) for t in one.tables}
        found |= {part("column", t.table, column) for t in one.tables for column in t.columns}
        found |= {ObjectRef(kind="schema", name=schema) for schema in one.schemas}
    return found


def is_type(ref: ObjectRef) -> bool:
    """Whether this is a type of any kind."""
    return ref.kind in ("type", "domain")


def is_of(column: Column, ref: ObjectRef) -> bool:
    """Whether a column is of this type, or an array of it."""
    if ref.kind == "collation":
        return column.collation == Name(schema=ref.schema, name=ref.name)
    return column.type.schema == ref.schema and ref.name in (column.type.name, column.type.element)
