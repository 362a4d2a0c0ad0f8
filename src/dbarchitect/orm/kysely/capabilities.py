"""What of a schema `types.ts` and the repositories tell, and the report on what they do not."""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    Check,
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
from dbarchitect.orm.blueprint import Blueprint
from dbarchitect.orm.project import Level, Report

from .columns import Types, in_database
from .types_file import unsayable

_DDL = "Kysely keeps no schema: the migration makes it"

CAPABILITIES: Mapping[str, tuple[Level, str]] = {
    "schema": ("native", "part of the key in Database: `billing.invoice`"),
    "extension": ("raw", _DDL),
    "enum": ("native", "a union of its labels, and a list of them"),
    "domain": ("approximate", "an alias of its type; its checks are the database's"),
    "composite type": ("approximate", "text, as the driver gives it: (1,a)"),
    "range type": ("approximate", "text with the form of a range"),
    "array": ("native", "an array; those of types of the schema are learnt when a connection opens"),
    "jsonb": ("native", "a value when read, text when written; json.ts gives it a shape"),
    "vector": ("approximate", "text with the form of a vector: [0.1,0.2]"),
    "money type": ("approximate", "text, in the form of the server's locale"),
    "identity": ("native", "Generated, or GeneratedAlways where nobody may give a value"),
    "serial": ("native", "Generated"),
    "sequence": ("raw", _DDL),
    "default": ("approximate", "Generated: the column may be left out; the expression is the migration's"),
    "generated column": ("native", "GeneratedAlways: it cannot be written"),
    "virtual generated column": ("native", "GeneratedAlways: it cannot be written"),
    "collation": ("raw", _DDL),
    "primary key": ("native", "the key by which a repository finds and pages"),
    "composite primary key": ("native", "the same, compared as a row"),
    "no primary key": ("native", "a repository that inserts and reads relations"),
    "foreign key": ("native", "a relation in both directions"),
    "composite foreign key": ("native", "a relation over all its columns"),
    "deferrable foreign key": ("raw", _DDL),
    "on delete": ("raw", _DDL),
    "unique": ("raw", _DDL),
    "nulls not distinct": ("raw", _DDL),
    "check constraint": ("raw", _DDL),
    "exclusion constraint": ("raw", _DDL),
    "temporal key": ("raw", _DDL),
    "constraint not valid": ("raw", _DDL),
    "index": ("raw", _DDL),
    "descending index": ("raw", _DDL),
    "partial index": ("raw", _DDL),
    "expression index": ("raw", _DDL),
    "include columns": ("raw", _DDL),
    "index method": ("raw", _DDL),
    "operator class": ("raw", _DDL),
    "view": ("approximate", "its columns are read only and may be null, which a view does not tell"),
    "materialised view": ("approximate", "its columns are read only and may be null, which a view does not tell"),
    "partitioned table": ("approximate", "one table; its partitions are the migration's"),
    "inheritance": ("approximate", "tables of their own; that one inherits is the migration's"),
    "trigger": ("raw", _DDL),
    "rule": ("raw", _DDL),
    "function": ("raw", _DDL),
    "row level security": ("raw", _DDL),
    "comment": ("native", "JSDoc of tables, views, columns, enums and domains"),
    "grant": ("impossible", "neither: the role that migrates owns everything"),
    "self reference": ("native", "a relation in both directions, under an alias"),
    "many to many": ("native", "a relation by way of the junction"),
    "reserved word": ("native", "Kysely quotes every name"),
    "mixed case name": ("native", "kept as it is"),
    "second schema": ("native", "part of the key in Database"),
    "storage parameter": ("raw", _DDL),
    "statistics object": ("raw", _DDL),
    # Kysely's own: its references are texts in which dots and ` as ` have a meaning.
    "unsayable name": ("impossible", "a dot, ` as ` or a blank at its end: use `sql.id`; the migration makes it"),
}


def report(blueprint: Blueprint, types: Types) -> Report:
    """What the types and repositories do not tell as it is, object by object."""
    found = Report(CAPABILITIES)
    schema = blueprint.schema
    for one in schema.extensions:
        if one.schema != "pg_catalog":
            found.lose(ObjectRef(kind="extension", name=one.name), "extension")
    for kind in schema.types:
        at = ObjectRef(kind="type", schema=kind.name.schema, name=kind.name.name)
        if isinstance(kind, DomainType):
            found.lose(at, "domain")
        elif isinstance(kind, CompositeType):
            found.lose(at, "composite type")
        elif isinstance(kind, RangeType):
            found.lose(at, "range type")
    for sequence in schema.sequences:
        if sequence.owned_by is None and not sequence.internal:
            found.lose(ObjectRef(kind="sequence", schema=sequence.name.schema, name=sequence.name.name), "sequence")
    for collation in schema.collations:
        at = ObjectRef(kind="collation", schema=collation.name.schema, name=collation.name.name)
        found.lose(at, "collation")
    for statistics in schema.statistics:
        at = ObjectRef(kind="statistics", schema=statistics.name.schema, name=statistics.name.name)
        found.lose(at, "statistics object")
    for function in schema.functions:
        name = f"{function.name.name}({function.identity})"
        found.lose(ObjectRef(kind="function", schema=function.name.schema, name=name), "function")
    for table in schema.tables:
        _table(table, found)
    for view in schema.views:
        at = _ref(view.name, kind="view")
        found.lose(at, "materialised view" if view.materialized else "view")
        for index in view.indexes:
            _index(index, view.name, found)
        _grants(view, at, found)
    for entity in blueprint.entities:
        if not in_database(entity.name):
            found.lose(_ref(entity.name, kind="table" if entity.table else "view"), "unsayable name")
        for name in unsayable(entity):
            found.lose(_ref(entity.name, name, kind="column"), "unsayable name")
        for attribute in entity.attributes:
            kind, at = attribute.column.type, _ref(entity.name, attribute.column.name, kind="column")
            if kind.base in ("vector", "halfvec"):
                found.lose(at, "vector")
            elif kind.base == "money":
                found.lose(at, "money type")
            elif kind.kind in ("range", "multirange"):
                found.lose(at, "range type")
            if entity.table and attribute.column.default is not None:
                found.lose(at, "default")
            if attribute.column.collation is not None:
                found.lose(at, "collation")
    return found


def _ref(name: Name, sub: str = "", *, kind: str = "table") -> ObjectRef:
    return ObjectRef(kind=kind, schema=name.schema, name=name.name, sub=sub)  # type: ignore[arg-type]


def _table(table: Table, found: Report) -> None:
    at = _ref(table.name)
    if table.partition_of is not None:
        found.lose(at, "partitioned table", "a partition: reached by its root")
        return
    if table.kind == "partitioned":
        found.lose(at, "partitioned table")
    if table.inherits:
        found.lose(at, "inheritance")
    if table.options or table.toast_options or table.persistence != "permanent":
        found.lose(at, "storage parameter")
    if table.row_security or table.policies:
        found.lose(at, "row level security")
    for one in table.constraints:
        place = _ref(table.name, one.name, kind="constraint")
        match one:
            case Check():
                found.lose(place, "check constraint")
            case Exclude():
                found.lose(place, "exclusion constraint")
            case Unique():
                found.lose(place, "nulls not distinct" if one.nulls_not_distinct else "unique")
            case ForeignKey():
                if one.deferrable:
                    found.lose(place, "deferrable foreign key")
                if one.on_delete != "NO ACTION" or one.on_update != "NO ACTION":
                    found.lose(place, "on delete")
                if one.period:
                    found.lose(place, "temporal key")
            case PrimaryKey():
                if one.without_overlaps:
                    found.lose(place, "temporal key")
            case _:
                pass
        if not one.validated or not one.enforced:
            found.lose(place, "constraint not valid")
    for index in table.indexes:
        if index.constraint is None:
            _index(index, table.name, found)
    for trigger in table.triggers:
        found.lose(_ref(table.name, trigger.name, kind="trigger"), "trigger")
    for rule in table.rules:
        found.lose(_ref(table.name, rule.name, kind="rule"), "rule")
    _grants(table, at, found)


def _grants(one: Table | View, at: ObjectRef, found: Report) -> None:
    if one.grants:
        found.lose(at, "grant")


def _index(index: Index, table: Name, found: Report) -> None:
    at = _ref(table, index.name.name, kind="index")
    kinds = {
        "expression index": any(key.column is None for key in index.keys),
        "partial index": index.predicate is not None,
        "include columns": bool(index.include),
        "descending index": any(key.descending for key in index.keys),
        "index method": index.method != "btree",
        "operator class": any(not key.opclass_default for key in index.keys),
        "nulls not distinct": index.nulls_not_distinct,
    }
    for construct in [name for name, has in kinds.items() if has] or ["unique" if index.unique else "index"]:
        found.lose(at, construct)
