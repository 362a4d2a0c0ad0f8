"""What the schema of Prisma does not tell as it is, object by object."""

from __future__ import annotations

from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    Check,
    Column,
    CompositeType,
    DomainType,
    Exclude,
    ForeignKey,
    Index,
    PrimaryKey,
    RangeType,
    Table,
    Unique,
    View,
)

from ..project import Loss, Report
from .capabilities import CAPABILITIES
from .keys import keys_of, unseen
from .schema import Sketch
from .types import Scalar

_KNOWN_METHODS = ("btree", "hash", "gin", "gist", "spgist", "brin")


def losses(made: Sketch) -> tuple[Loss, ...]:
    """The report."""
    report = Report(CAPABILITIES)
    schema = made.blueprint.schema
    _database(made, report)
    said = {(one.there.at, one.key.name) for one in made.references}
    for table in schema.tables:
        if table.partition_of is not None:
            report.lose(table.ref, "partitioned table", "a partition, of which the schema says nothing")
        else:
            _table(made, table, said, report)
    for view in schema.views:
        _view(made, view, report)
    return tuple(report.losses)


def unsaid(made: Sketch) -> list[str]:
    """What Prisma's check finds although nothing is wrong: foreign keys for which its language has no relation, and
    columns of types that Prisma sees and cannot say (a label of an enum that is empty, more decimals than digits)."""
    said = {(one.there.at, one.key.name) for one in made.references}
    models = {one.name for one in made.entities}
    found: list[str] = []
    for entity in made.entities:
        if entity.table is None:
            continue
        found += [
            f"foreign key {key.name} of {entity.name.short}"
            for key in entity.table.foreign_keys
            if key.target in models and (entity.name, key.name) not in said
        ]
        for name, scalar in made.scalars[str(entity.name)].items():
            if _seen_otherwise(entity.attribute(name).column, scalar):
                found.append(f"column {name} of {entity.name.short}")
    return found


def _seen_otherwise(column: Column, scalar: Scalar) -> bool:
    return not scalar.known and (column.type.category == "E" or scalar.base == "numeric")


def _database(made: Sketch, report: Report) -> None:
    schema = made.blueprint.schema
    for one in schema.extensions:
        if one.name == "plpgsql":
            continue  # every database has it
        report.lose(ObjectRef(kind="extension", schema="", name=one.name), "extension")
    for one in schema.types:
        ref = ObjectRef(kind="type", schema=one.name.schema, name=one.name.name)
        if isinstance(one, DomainType):
            report.lose(ObjectRef(kind="domain", schema=ref.schema, name=ref.name), "domain")
        elif isinstance(one, CompositeType):
            report.lose(ref, "composite type")
        elif isinstance(one, RangeType):
            report.lose(ref, "range type")
        if one.name not in made.names.enums and one.comment:
            report.lose(ref, "comment")
        if one.grants:
            report.lose(ref, "grant")
    owned = {
        column.identity.sequence for table in schema.tables for column in table.columns if column.identity is not None
    }
    for one in schema.sequences:
        if not one.internal and one.owned_by is None and one.name not in owned:
            report.lose(ObjectRef(kind="sequence", schema=one.name.schema, name=one.name.name), "sequence")
    for one in schema.functions:
        ref = ObjectRef(kind="function", schema=one.name.schema, name=one.name.name)
        report.lose(ref, "function")
        if one.grants:
            report.lose(ref, "grant")
    for one in schema.collations:
        report.lose(ObjectRef(kind="collation", schema=one.name.schema, name=one.name.name), "collation")
    for one in schema.statistics:
        report.lose(ObjectRef(kind="statistics", schema=one.name.schema, name=one.name.name), "statistics object")
    for one in schema.event_triggers:
        report.lose(ObjectRef(kind="event trigger", schema="", name=one.name), "trigger")
    for one in schema.schemas:
        ref = ObjectRef(kind="schema", schema="", name=one.name)
        if one.comment and one.name != "public":
            report.lose(ref, "comment")
        if one.grants and one.name != "public":
            report.lose(ref, "grant")
    for one in (*schema.publications, *schema.subscriptions, *schema.foreign_servers):
        report.lose(ObjectRef(kind="database", schema="", name=one.name), "other object")
    for one in schema.unmodelled:
        report.losses.append(Loss(at=one.ref, construct="other object", level="impossible", note="not read either"))
    for one in schema.default_privileges:
        report.lose(ObjectRef(kind="schema", schema="", name=one.schema or "public"), "grant", "default privileges")


def _table(made: Sketch, table: Table, said: set[tuple[Name, str]], report: Report) -> None:
    at = str(table.name)
    if not table.columns:
        report.lose(table.ref, "no primary key", "it has no column, so it can be no model")
        return
    if at in made.ignored:
        report.lose(table.ref, "no primary key", "@@ignore: no key of NOT NULL columns that the client knows")
    if table.kind == "partitioned":
        report.lose(table.ref, "partitioned table")
    elif table.kind == "foreign":
        report.lose(table.ref, "inheritance", "a foreign table: its server is not in the schema")
    if table.inherits:
        report.lose(table.ref, "inheritance")
    if table.row_security or table.policies:
        report.lose(table.ref, "row level security")
    if table.grants:
        report.lose(table.ref, "grant")
    if table.options or table.toast_options or table.persistence == "unlogged" or table.tablespace:
        report.lose(table.ref, "storage parameter")
    for one in table.triggers:
        if not one.inherited:
            report.lose(_part(table, "trigger", one.name), "trigger")
    for one in table.rules:
        report.lose(_part(table, "rule", one.name), "rule")
    for column in table.columns:
        _column(made, table, column, report)
    for one in table.constraints:
        _constraint(table, one, said, report)
    seen = {key.index.name for key in keys_of(table)}
    excluded = unseen(table)
    for index in table.indexes:
        if index.constraint not in excluded:
            _index(table, index, index.name in seen, report)


def _column(made: Sketch, table: Table | View, column: Column, report: Report) -> None:
    ref = ObjectRef(kind="column", schema=table.name.schema, name=table.name.name, sub=column.name)
    scalar = made.scalars[str(table.name)][column.name]
    if made.types.domain(column.type) is not None:
        report.lose(ref, "domain", f"{scalar.name}: the domain is not in the schema")
    if scalar.many:
        report.lose(ref, "array")
    if not scalar.known:
        if _seen_otherwise(column, scalar):
            report.lose(ref, "other type", f"{scalar.name}: `migrate diff` would rebuild the column")
            return
        kinds = {"range": "range type", "multirange": "range type", "composite": "composite type"}
        construct = "vector" if scalar.base == "vector" else kinds.get(column.type.kind, "other type")
        report.lose(ref, construct, f"{scalar.name}: the client neither reads nor writes it")
    if column.generated is not None:
        report.lose(ref, "generated column" if column.generated.stored else "virtual generated column")
    if column.identity is not None:
        options = column.identity
        plain = not (options.start or options.increment or options.minimum or options.maximum)
        if options.always or not plain or options.cycle or options.cache not in (None, 1):
            report.lose(ref, "identity")
    if column.collation is not None:
        report.lose(ref, "collation")
    if column.storage or column.compression or column.options or column.statistics_target is not None:
        report.lose(ref, "storage parameter")


def _constraint(table: Table, one: object, said: set[tuple[Name, str]], report: Report) -> None:
    if isinstance(one, Check):
        report.lose(_part(table, "constraint", one.name), "check constraint")
    elif isinstance(one, Exclude):
        report.lose(_part(table, "constraint", one.name), "exclusion constraint")
    elif isinstance(one, ForeignKey):
        ref = _part(table, "constraint", one.name)
        if one.inherited:
            return
        if (table.name, one.name) not in said:
            why = "no relation: Prisma wants equal types and a key at the other end; `migrate diff` would drop it"
            report.losses.append(Loss(at=ref, construct="foreign key", level="raw", note=why))
        if one.deferrable:
            report.lose(ref, "deferrable foreign key")
        if one.set_columns or one.match != "SIMPLE":
            report.lose(ref, "on delete", "SET NULL of some columns" if one.set_columns else f"MATCH {one.match}")
        if one.period:
            report.lose(ref, "temporal key")
    elif isinstance(one, PrimaryKey | Unique):
        ref = _part(table, "constraint", one.name)
        if one.without_overlaps:
            report.lose(ref, "temporal key")
        if one.deferrable:
            report.losses.append(Loss(at=ref, construct="unique", level="approximate", note="that it is deferrable"))
    if isinstance(one, Check | ForeignKey) and not (one.validated and one.enforced):
        report.lose(_part(table, "constraint", one.name), "constraint not valid")
    if getattr(one, "comment", None):
        report.lose(_part(table, "constraint", getattr(one, "name", "")), "comment")


def _index(table: Table | View, index: Index, seen: bool, report: Report) -> None:
    ref = ObjectRef(kind="index", schema=index.name.schema, name=index.name.name)
    if any(key.column is None for key in index.keys):
        report.lose(ref, "expression index")
        return
    if not seen:
        report.losses.append(Loss(at=ref, construct="index", level="raw", note="it has a column twice"))
        return
    if index.include:
        report.lose(ref, "include columns")
    if index.nulls_not_distinct:
        report.lose(ref, "nulls not distinct")
    if index.method not in _KNOWN_METHODS:
        report.lose(ref, "index method", f"a plain index in place of {index.method}")
    plain = index.method in ("btree", "hash") or index.method not in _KNOWN_METHODS
    if plain and any(not key.opclass_default for key in index.keys):
        report.lose(ref, "operator class")
    if index.method == "btree" and any(key.nulls_first != key.descending for key in index.keys):
        report.lose(ref, "operator class", "NULLS FIRST or LAST")
    if any(key.collation is not None for key in index.keys):
        report.lose(ref, "collation")
    if index.options or index.tablespace:
        report.lose(ref, "storage parameter")
    if index.comment:
        report.lose(ref, "comment")


def _view(made: Sketch, view: View, report: Report) -> None:
    ref = ObjectRef(kind="view", schema=view.name.schema, name=view.name.name)
    if view.materialized:
        report.lose(ref, "materialised view")
    if view.grants:
        report.lose(ref, "grant")
    for index in view.indexes:
        at = ObjectRef(kind="index", schema=index.name.schema, name=index.name.name)
        report.lose(at, "materialised view", "an index of a materialised view")
    for one in view.triggers:
        report.lose(ObjectRef(kind="trigger", schema=view.name.schema, name=view.name.name, sub=one.name), "trigger")
    for column in view.columns:
        if str(view.name) in made.scalars and not made.scalars[str(view.name)][column.name].known:
            _column(made, view, column, report)


def _part(table: Table, kind: str, name: str) -> ObjectRef:
    return ObjectRef(kind=kind, schema=table.name.schema, name=table.name.name, sub=name)  # type: ignore[arg-type]
