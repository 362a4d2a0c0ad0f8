"""What of a schema Drizzle's code does not tell: the capability table, and the report by object."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    Check,
    CompositeType,
    Constraint,
    DomainType,
    Exclude,
    ForeignKey,
    Index,
    NotNull,
    PrimaryKey,
    RangeType,
    Sequence,
    Table,
    Unique,
    View,
)
from dbarchitect.orm.blueprint import Blueprint
from dbarchitect.orm.project import Level, Report

_EXTRA = "drizzle-kit has no word for it; the migration makes it"
CAPABILITIES: dict[str, tuple[Level, str]] = {
    "schema": ("native", "pgSchema"),
    "extension": ("raw", _EXTRA),
    "enum": ("native", "pgEnum"),
    "domain": ("approximate", "customType of its name with its base type's values; its checks are in the database"),
    "composite type": ("approximate", "customType whose values are text; the type itself is made by the migration"),
    "range type": ("approximate", "customType whose values are text; the type itself is made by the migration"),
    "array": ("native", ".array()"),
    "jsonb": ("native", "jsonb, typed in json.ts"),
    "vector": ("native", "vector, halfvec, sparsevec"),
    "money type": ("native", "customType whose values are text"),
    "identity": ("native", "generatedAlwaysAsIdentity, generatedByDefaultAsIdentity"),
    "serial": ("native", "serial, bigserial, smallserial"),
    "sequence": ("native", "pgSequence; always bigint there"),
    "default": ("native", "values where they are constants, sql otherwise"),
    "generated column": ("native", "generatedAlwaysAs"),
    "virtual generated column": ("approximate", "generatedAlwaysAs, which is STORED to drizzle-kit"),
    "collation": ("raw", "columns have none in Drizzle; the migration sets it"),
    "primary key": ("native", "primaryKey"),
    "composite primary key": ("native", "primaryKey({ columns })"),
    "no primary key": ("native", "a table without one"),
    "foreign key": ("native", "foreignKey"),
    "composite foreign key": ("native", "foreignKey({ columns })"),
    "deferrable foreign key": ("approximate", "foreignKey, which cannot say when it is checked"),
    "on delete": ("native", "onDelete, onUpdate; not the columns of SET NULL (a, b)"),
    "unique": ("native", "unique"),
    "nulls not distinct": ("native", "unique().nullsNotDistinct(); unique indexes cannot say it"),
    "check constraint": ("native", "check, with the text that PostgreSQL prints"),
    "exclusion constraint": ("raw", _EXTRA),
    "temporal key": ("approximate", "without WITHOUT OVERLAPS and PERIOD"),
    "constraint not valid": ("approximate", "as if it were valid and enforced"),
    "index": ("native", "index, uniqueIndex"),
    "descending index": ("native", ".desc().nullsFirst(), as PostgreSQL sorts DESC"),
    "partial index": ("native", ".where()"),
    "expression index": ("native", "sql keys"),
    "include columns": ("approximate", "the index without what it includes"),
    "index method": ("native", ".using()"),
    "operator class": ("native", ".op(); written out where a key is DESC too"),
    "view": ("native", "pgView with its query"),
    "materialised view": ("native", "pgMaterializedView; its indexes are made by the migration"),
    "partitioned table": ("approximate", "one table; how it is divided and its partitions are made by the migration"),
    "inheritance": ("approximate", "tables on their own"),
    "trigger": ("raw", _EXTRA),
    "rule": ("raw", _EXTRA),
    "function": ("raw", _EXTRA),
    "row level security": ("native", "pgPolicy, enableRLS; not FORCE"),
    "comment": ("approximate", "a comment in schema.ts; the migration sets it"),
    "grant": ("raw", "not managed: grants stay with who runs the database"),
    "self reference": ("native", "foreignKey and relations with relationName"),
    "many to many": ("approximate", "relations to the junction and on from it"),
    "reserved word": ("native", "names in SQL stand beside those in code"),
    "mixed case name": ("native", "names in SQL stand beside those in code"),
    "second schema": ("native", "pgSchema().table"),
    "storage parameter": ("raw", _EXTRA),
    "statistics object": ("raw", _EXTRA),
    # Beyond the common list.
    "event trigger": ("raw", _EXTRA),
    "publication": ("raw", _EXTRA),
    "foreign table": ("approximate", "a table like others; its server is made by the migration"),
    "table setting": ("approximate", "the table without UNLOGGED, access method, tablespace or replica identity"),
    "named not null": ("approximate", "NOT NULL without the constraint's own name"),
    "column setting": ("approximate", "the column without its storage, compression or statistics target"),
    "index setting": ("approximate", "the index without CLUSTER, replica identity, tablespace or statistics targets"),
    "other object": ("raw", _EXTRA),
}  # fmt: skip


def report(blueprint: Blueprint, sequences: tuple[Sequence, ...], partitioned: frozenset[Name]) -> Report:
    """All losses. `partitioned`: tables that have no entity of their own."""
    told = Report(CAPABILITIES)
    schema = blueprint.schema
    for one in schema.extensions:
        if one.name != "plpgsql":
            told.lose(ObjectRef(kind="extension", name=one.name), "extension")
    for one in schema.types:
        at = ObjectRef(kind="type", schema=one.name.schema, name=one.name.name)
        if isinstance(one, DomainType):
            told.lose(at, "domain")
        elif isinstance(one, CompositeType):
            told.lose(at, "composite type")
        elif isinstance(one, RangeType):
            told.lose(at, "range type")
        _comment(told, at, one.comment)
    for one in schema.collations:
        told.lose(ObjectRef(kind="collation", schema=one.name.schema, name=one.name.name), "collation")
    for one in sequences:
        at = ObjectRef(kind="sequence", schema=one.name.schema, name=one.name.name)
        if one.type != "bigint" or one.owned_by is not None or one.persistence != "permanent":
            told.lose(at, "sequence", "pgSequence without its type and its owner")
        _comment(told, at, one.comment)
    for one in schema.functions:
        told.lose(
            ObjectRef(kind="function", schema=one.name.schema, name=f"{one.name.name}({one.identity})"), "function"
        )
    for one in schema.statistics:
        told.lose(ObjectRef(kind="statistics", schema=one.name.schema, name=one.name.name), "statistics object")
    for one in schema.event_triggers:
        told.lose(ObjectRef(kind="event trigger", name=one.name), "event trigger")
    for one in (*schema.publications, *schema.subscriptions):
        told.lose(ObjectRef(kind="publication", name=one.name), "publication")
    for one in schema.foreign_servers:
        told.lose(ObjectRef(kind="foreign server", name=one.name), "other object")
    for one in schema.unmodelled:
        told.lose(one.ref, "other object", "not carried: make it in the database by hand")
    for one in schema.schemas:
        _comment(told, ObjectRef(kind="schema", name=one.name), one.comment)
    for table in schema.tables:
        if table.name in partitioned:
            told.lose(table.ref, "partitioned table", "a partition: made by the migration, read through its root")
        elif any(entity.name == table.name for entity in blueprint.entities):
            _table(told, table, blueprint)
    for view in schema.views:
        if any(entity.name == view.name for entity in blueprint.entities):
            _view(told, view)
    return told


def _comment(told: Report, at: ObjectRef, text: str | None) -> None:
    if text:
        told.lose(at, "comment")


def _table(told: Report, table: Table, blueprint: Blueprint) -> None:
    entity = blueprint.entity(table.name)
    if table.kind == "foreign":
        told.lose(table.ref, "foreign table")
    if table.partition_key is not None:
        told.lose(table.ref, "partitioned table")
    if table.inherits:
        told.lose(table.ref, "inheritance")
    plain = table.persistence == "permanent" and table.access_method in ("", "heap") and not table.tablespace
    if not plain or table.replica_identity != "default" or table.of_type is not None:
        told.lose(table.ref, "table setting")
    if table.options or table.toast_options:
        told.lose(table.ref, "storage parameter")
    if table.row_security_forced or (table.policies and not table.row_security):
        told.lose(table.ref, "row level security", "FORCE, and policies that are not in force, have no word")
    for one in table.policies:
        _comment(told, _at(table, one.name, "policy"), one.comment)
    if entity.junction and any(one.through == table.name for many in blueprint.relations.values() for one in many):
        told.lose(table.ref, "many to many")
    _comment(told, table.ref, table.comment)
    for column in table.columns:
        at = _at(table, column.name, "column")
        if column.collation is not None:
            told.lose(at, "collation")
        if column.generated is not None and not column.generated.stored:
            told.lose(at, "virtual generated column")
        if column.storage or column.compression or column.statistics_target is not None or column.options:
            told.lose(at, "column setting")
        _comment(told, at, column.comment)
    for one in table.constraints:
        for construct, note in _of_constraint(one, table, blueprint):
            told.lose(_at(table, one.name, "constraint"), construct, note)
        if not isinstance(one, Exclude):
            _comment(told, _at(table, one.name, "constraint"), one.comment)
    for one in table.indexes:
        if one.constraint is None:
            _index(told, one)
    for one in table.triggers:
        told.lose(_at(table, one.name, "trigger"), "trigger")
    for one in table.rules:
        told.lose(_at(table, one.name, "rule"), "rule")


def _of_constraint(one: Constraint, table: Table, blueprint: Blueprint) -> Iterator[tuple[str, str]]:
    if isinstance(one, Exclude):
        yield "exclusion constraint", ""
        return
    if isinstance(one, NotNull):
        if one.name != f"{table.name.name}_{one.columns[0]}_not_null" or one.comment:
            yield "named not null", ""
    elif one.deferrable and not isinstance(one, Check):
        yield "deferrable foreign key", "without DEFERRABLE"
    if not one.validated or not one.enforced:
        yield "constraint not valid", ""
    if isinstance(one, PrimaryKey | Unique) and one.include:
        yield "include columns", ""
    if isinstance(one, PrimaryKey | Unique) and one.without_overlaps:
        yield "temporal key", ""
    if isinstance(one, Check) and one.no_inherit:
        yield "check constraint", "without NO INHERIT"
    if isinstance(one, ForeignKey):
        if not any(entity.name == one.target for entity in blueprint.entities):
            yield "foreign key", "its target is a partition, which has no code: only the migration makes it"
        if one.set_columns or one.match != "SIMPLE":
            yield "on delete", "without MATCH FULL or the columns that are set"
        if one.period:
            yield "temporal key", ""


def _index(told: Report, one: Index) -> None:
    at = ObjectRef(kind="index", schema=one.name.schema, name=one.name.name)
    if one.include:
        told.lose(at, "include columns")
    if one.nulls_not_distinct:
        told.lose(at, "nulls not distinct", "the unique index without NULLS NOT DISTINCT")
    if one.clustered or one.replica_identity or one.tablespace or one.statistics_targets or not one.valid:
        told.lose(at, "index setting")
    _comment(told, at, one.comment)


def _view(told: Report, view: View) -> None:
    at = ObjectRef(kind="view", schema=view.name.schema, name=view.name.name)
    if view.materialized and (view.options or view.tablespace or view.access_method not in ("", "heap")):
        told.lose(at, "storage parameter")
    for one in view.indexes:
        index = ObjectRef(kind="index", schema=one.name.schema, name=one.name.name)
        told.lose(index, "materialised view", "an index of one: made by the migration")
    for one in view.triggers:
        told.lose(ObjectRef(kind="trigger", schema=at.schema, name=at.name, sub=one.name), "trigger")
    for one in view.rules:
        told.lose(ObjectRef(kind="rule", schema=at.schema, name=at.name, sub=one.name), "rule")
    _comment(told, at, view.comment)
    for column in view.columns:
        _comment(told, ObjectRef(kind="column", schema=at.schema, name=at.name, sub=column.name), column.comment)


def _at(table: Table, sub: str, kind: str) -> ObjectRef:
    return ObjectRef(kind=kind, schema=table.name.schema, name=table.name.name, sub=sub)  # type: ignore[arg-type]
