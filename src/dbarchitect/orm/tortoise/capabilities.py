"""How each construct of PostgreSQL stands in Tortoise 1.1, and what of a schema its models do not tell."""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import Check, Exclude, PrimaryKey, Table, Unique
from dbarchitect.orm.blueprint import Blueprint
from dbarchitect.orm.project import Level, Report

from .members import action, conditional
from .plan import Plan, Planned, plain, simple, unquotable
from .types import VECTORS

_RAW = "stands only in the migration"
CAPABILITIES: Mapping[str, tuple[Level, str]] = {
    "schema": ("native", "Meta.schema; the migration makes it"),
    "extension": ("raw", "made by the migration; its types are read and written as text"),
    "enum": ("native", "EnumField of the project with a StrEnum: Tortoise's own enums are VARCHAR"),
    "domain": ("approximate", "SqlField of the domain; its CHECK is the database's"),
    "composite type": ("approximate", "SqlField, read and written as a tuple of its attributes"),
    "range type": ("native", "SqlField with asyncpg's Range"),
    "array": ("native", "ListField of the project, which converts the elements"),
    "jsonb": ("native", "JSONField"),
    "vector": ("native", "SqlField with a list of floats; distances are SQL"),
    "money type": ("approximate", "SqlField, as text in the server's locale"),
    "interval": ("approximate", "SqlField with a timedelta: a year is read as 365 days, a month as 30"),
    "identity": ("native", "generated=True where it is ALWAYS or Tortoise numbers the key, else db_default"),
    "serial": ("native", "generated=True for a key, else db_default with nextval"),
    "sequence": ("raw", "made by the migration"),
    "default": ("native", "db_default=SqlDefault, given back by RETURNING"),
    "generated column": ("native", "generated=True: read back, never written; the expression is the migration's"),
    "virtual generated column": ("native", "as a stored one"),
    "collation": ("raw", "set by the migration"),
    "primary key": ("native", "primary_key=True"),
    "composite primary key": ("approximate", "Tortoise knows an object by one column: a Row of the project instead"),
    "no primary key": ("approximate", "a Row of the project, which can be read and inserted"),
    "foreign key": ("native", "ForeignKeyField or OneToOneField, with related_name"),
    "composite foreign key": ("raw", "its columns are fields; there is no relation"),
    "deferrable foreign key": ("raw", "a relation; that it is deferrable stands only in the migration"),
    "on delete": ("native", "on_delete"),
    "on update": ("raw", "stands only in the migration"),
    "unique": ("native", "unique=True or UniqueConstraint"),
    "nulls not distinct": ("raw", "made by the migration"),
    "check constraint": ("native", "CheckConstraint in Meta.constraints; made by the migration"),
    "exclusion constraint": ("raw", "made by the migration"),
    "temporal key": ("raw", "made by the migration"),
    "constraint not valid": ("raw", "made by the migration"),
    "index": ("native", "Index in Meta.indexes"),
    "unique index as key": ("raw", "a model has a primary key: without one in the database, what is unique"),
    "unique index": ("raw", "a UNIQUE that is an index and no constraint is made by the migration"),
    "descending index": ("native", "KeyIndex of the project"),
    "partial index": ("native", "KeyIndex of the project; a unique one as UniqueConstraint(condition=...)"),
    "expression index": ("native", "KeyIndex of the project; a unique one stands only in the migration"),
    "include columns": ("native", "KeyIndex of the project; a unique one stands only in the migration"),
    "index method": ("native", "GinIndex and the like, or KeyIndex of the project"),
    "operator class": ("native", "KeyIndex of the project"),
    "view": ("approximate", "a Row of the project, which can be read"),
    "materialised view": ("approximate", "a Row of the project, which can be read; REFRESH is SQL"),
    "partitioned table": ("approximate", "a model or Row of the root; partitions are made by the migration"),
    "inheritance": ("approximate", "each table is a model of its own"),
    "trigger": ("raw", "made by the migration"),
    "rule": ("raw", "made by the migration"),
    "function": ("raw", "made by the migration"),
    "row level security": ("raw", "made by the migration"),
    "comment": ("native", "description and table_description; others stand only in the migration"),
    "grant": ("raw", "not part of the migration's DDL where owners and privileges are left out"),
    "self reference": ("native", "ForeignKeyField to the model itself"),
    "many to many": ("native", "ManyToManyField through the junction"),
    "reserved word": ("native", "a name with an underscore and source_field"),
    "mixed case name": ("native", "a name in snake case and source_field, Meta.table"),
    "second schema": ("native", "Meta.schema, a module of its own"),
    "storage parameter": ("raw", "made by the migration"),
    "statistics object": ("raw", "made by the migration"),
}


def report_losses(blueprint: Blueprint, plan: Plan, report: Report) -> None:
    """Note what the models do not tell as it is; relations were noted where they were named."""
    for one in plan.rows:
        _row(one, report)
    for one in plan.models:
        _model(one, report)
    crossed = {across.relation.through for one in plan.models for across in one.across}
    for entity in blueprint.entities:
        if entity.table is not None:
            _table(entity.table, report, model=entity.name in {one.name for one in plan.models} | crossed)
    _whole(blueprint, report)


def _row(one: Planned, report: Report) -> None:
    entity, table = one.entity, one.entity.table
    if table is None:
        view = next((view for view in (entity.relation,) if getattr(view, "materialized", False)), None)
        report.lose(one.ref(), "materialised view" if view is not None else "view")
        return
    if len(entity.key) > 1:
        report.lose(one.ref(), "composite primary key")
    elif not entity.key:
        report.lose(one.ref(), "no primary key")
    if unquotable(table):
        how = "Tortoise does not double a quote in a column's name: a Row of the project instead"
        report.lose(one.ref(), "primary key", how, "approximate")
    for key in table.foreign_keys:
        construct = "composite foreign key" if len(key.columns) > 1 else "foreign key"
        how = "a Row has no relations: `among` reads the rows of many keys at once"
        report.lose(_at(table, key.name), construct, how, "raw")
    _values(one, report)


def _model(one: Planned, report: Report) -> None:
    table = one.entity.table
    assert table is not None
    if len(one.entity.key) != 1:
        construct = "composite primary key" if one.entity.key else "no primary key"
        report.lose(one.ref(), construct, f"the model's key is {one.key}, which is unique by itself", "approximate")
    _values(one, report)
    for ref in one.references:
        key = ref.relation.key
        where = _at(table, key.name)
        if key.deferrable:
            report.lose(where, "deferrable foreign key")
        if key.on_update != "NO ACTION" or key.match != "SIMPLE" or key.set_columns:
            report.lose(
                where, "on delete", "ON UPDATE, MATCH and SET NULL (columns) stand only in the migration", "raw"
            )
        if action(ref) != key.on_delete:
            report.lose(where, "on delete", "SET NULL of a column that is NOT NULL", "raw")


def _values(one: Planned, report: Report) -> None:
    for data in (*one.data, *one.references):
        column, where = data.attribute.column, one.ref(data.attribute.column.name)
        if data.shape.codec is not None and data.shape.codec.name not in VECTORS:
            report.lose(where, "extension", f"{column.type.sql} is read and written as text", "approximate")
        elif data.shape.near:
            report.lose(where, data.shape.near)
        if column.type.kind == "domain":
            report.lose(where, "domain")
        if column.collation is not None:
            report.lose(where, "collation")


def _table(table: Table, report: Report, *, model: bool) -> None:
    for one in table.constraints:
        where = _at(table, one.name)
        if isinstance(one, Exclude):
            report.lose(where, "exclusion constraint")
        elif isinstance(one, Unique | PrimaryKey):
            if one.without_overlaps:
                report.lose(where, "temporal key")
            elif isinstance(one, Unique) and one.nulls_not_distinct:
                report.lose(where, "nulls not distinct")
            elif not plain(one) or (isinstance(one, Unique) and not model):
                report.lose(where, "unique", _RAW, "raw")
        elif isinstance(one, Check) and not (model and one.enforced):
            report.lose(where, "check constraint", _RAW, "raw")
        if not one.validated:
            report.lose(where, "constraint not valid")
        if one.comment:
            report.lose(where, "comment", _RAW, "raw")
    for index in table.indexes:
        where = _at(table, index.name.name)
        if index.constraint is None and not (model and (not index.unique or conditional(index) or simple(index))):
            report.lose(where, "index", _RAW, "raw")
        if index.comment and index.constraint is None:
            report.lose(where, "comment", _RAW, "raw")
    for trigger in table.triggers:
        report.lose(_at(table, trigger.name), "trigger")
    for rule in table.rules:
        report.lose(_at(table, rule.name), "rule")
    if table.row_security or table.policies:
        report.lose(table.ref, "row level security")
    if table.options or table.toast_options:
        report.lose(table.ref, "storage parameter")
    if table.partition_key is not None:
        report.lose(table.ref, "partitioned table")
    if table.inherits and table.partition_of is None:
        report.lose(table.ref, "inheritance")
    if not model and (table.comment or any(column.comment for column in table.columns)):
        report.lose(table.ref, "comment", _RAW, "raw")


def _whole(blueprint: Blueprint, report: Report) -> None:
    schema = blueprint.schema
    for extension in schema.extensions:
        if extension.name == "plpgsql":  # every database has it
            continue
        report.lose(ObjectRef(kind="extension", name=extension.name), "extension", "made by the migration")
    for sequence in schema.sequences:
        if sequence.owned_by is None:
            report.lose(_ref("sequence", sequence.name), "sequence")
    for function in schema.functions:
        ref = ObjectRef(kind="function", schema=function.name.schema, name=f"{function.name.name}({function.identity})")
        report.lose(ref, "function")
    for one in schema.statistics:
        report.lose(_ref("statistics", one.name), "statistics object")
    for view in schema.views:
        for rule in view.rules:
            report.lose(ObjectRef(kind="view", schema=view.name.schema, name=view.name.name, sub=rule.name), "rule")
        for trigger in view.triggers:
            where = ObjectRef(kind="view", schema=view.name.schema, name=view.name.name, sub=trigger.name)
            report.lose(where, "trigger")


def _ref(kind: str, name: Name) -> ObjectRef:
    return ObjectRef(kind="sequence" if kind == "sequence" else "statistics", schema=name.schema, name=name.name)


def _at(table: Table, part: str) -> ObjectRef:
    return ObjectRef(kind="table", schema=table.name.schema, name=table.name.name, sub=part)
