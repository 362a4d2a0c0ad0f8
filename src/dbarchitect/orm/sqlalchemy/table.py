"""What a table has besides its columns: keys, checks, exclusions, indexes and options, as arguments of `sa.Table`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dbarchitect.model.names import Name, ObjectRef, quote_identifier
from dbarchitect.model.schema import (
    Check,
    Column,
    Constraint,
    Exclude,
    ForeignKey,
    Index,
    IndexKey,
    NotNull,
    PrimaryKey,
    Relational,
    Table,
    Unique,
    View,
)
from dbarchitect.orm.project import Report

from .names import Named
from .python import Code, Item, call, expression, mapping, names, sequence, sql, string

_FUNCTION = re.compile(r'[\w."]+\(.*\)\Z', re.S)
_SEQUENCE = re.compile(r"nextval\('((?:[^']|'')+)'::regclass\)\Z")


def constraints(one: Named, known: Mapping[Name, Named], report: Report) -> list[Code]:
    """Keys, checks and exclusions that stand for the table as a whole."""
    table = one.entity.table
    if table is None:
        return []
    found: list[Code] = []
    for each in table.constraints:
        at = _ref(table, each)
        if each.inherited and not isinstance(each, NotNull):
            continue
        if isinstance(each, ForeignKey):
            if not _inline(each, known):
                found += _foreign_key(one, each, known, report, at)
            continue
        code = _constraint(table, each, report, at)
        if code is not None:
            found.append(code)
        if each.comment:
            report.lose(at, "comment", "comments of constraints and indexes")
    return found


def inline_keys(holder: Named, table: Table, column: str, known: Mapping[Name, Named], report: Report) -> list[Code]:
    """`sa.ForeignKey(...)` of the foreign keys that are this column alone."""
    found: list[Code] = []
    for one in table.foreign_keys:
        if one.columns == (column,) and _inline(one, known) and not one.inherited:
            _lost_of_key(one, report, _ref(table, one))
            target = f"{known[one.target].table}.{one.target_columns[0]}"
            found.append(call("sa.ForeignKey", string(target), **_options_of_key(holder, one)))
    return found


def indexes(relation: Table | View, report: Report) -> list[Code]:
    """`sa.Index(...)` of every index that serves no constraint."""
    found: list[Code] = []
    for one in relation.indexes:
        if one.constraint is not None:
            continue
        at = ObjectRef(kind="index", schema=one.name.schema, name=one.name.name)
        if one.comment:
            report.lose(at, "comment", "comments of constraints and indexes")
        if one.clustered or one.replica_identity or one.statistics_targets:
            report.lose(at, "storage parameter", "CLUSTER, REPLICA IDENTITY and statistics targets of an index")
        found.append(_index(one))
    return found


def options(one: Named, report: Report) -> list[tuple[str, Code]]:
    """The options of a table: schema, comment, partitioning, storage."""
    relation = one.entity.relation
    found: list[tuple[str, Code]] = []
    if relation.name.schema != "public":
        found.append(("schema", string(relation.name.schema)))
    if isinstance(relation, View):
        return found
    at = relation.ref
    if relation.comment:
        found.append(("comment", string(relation.comment)))
    if relation.persistence == "unlogged":
        found.append(("prefixes", sequence(['"UNLOGGED"'])))
    if relation.partition_key is not None:
        found.append(("postgresql_partition_by", string(relation.partition_key.definition)))
        report.lose(at, "partitioned table")
    if relation.inherits:
        parents = [name.name for name in relation.inherits]
        found.append(("postgresql_inherits", sequence((string(one) for one in parents), "()")))
        report.lose(at, "inheritance")
    if relation.options:
        found.append(("postgresql_with", mapping((key, string(value)) for key, value in relation.options.items())))
    if relation.tablespace:
        found.append(("postgresql_tablespace", string(relation.tablespace)))
    if relation.kind == "foreign":
        report.lose(at, "storage parameter", "a foreign table stands in the models as an ordinary one")
    for present, construct in (
        (relation.triggers, "trigger"), (relation.rules, "rule"), (relation.toast_options, "storage parameter"),
        (relation.row_security or relation.policies, "row level security"),
        (relation.replica_identity != "default", "storage parameter"),
        (relation.access_method not in ("heap", ""), "storage parameter"), (relation.grants, "grant"),
    ):  # fmt: skip
        if present:
            report.lose(at, construct)
    return found


def serial(table: Table, column: Column, schema: Relational) -> bool:
    """Whether a column is what SERIAL makes, so that SQLAlchemy's own way of numbering keys says it."""
    found = _SEQUENCE.match(column.default or "")
    sequence_name = f"{table.name.name}_{column.name}_seq"
    whole = Name(schema=table.name.schema, name=sequence_name)
    return (
        found is not None
        and found[1] == str(whole)
        and column.not_null
        and any(one.name == whole and one.owned_by == (table.name, column.name) and one.increment == 1
                and one.start == 1 and not one.cycle and one.cache == 1 for one in schema.sequences)
    )  # fmt: skip


def text_of_key(key: IndexKey) -> str:
    """A key of an index as SQL, without its operator class."""
    if key.column is not None:
        text = quote_identifier(key.column)
    else:
        text = key.expression or ""
        if not text.startswith("(") and not _FUNCTION.match(text):
            text = f"({text})"
    if key.collation is not None:
        text += f" COLLATE {key.collation.short if key.collation.schema == 'pg_catalog' else key.collation}"
    if key.descending:
        text += " DESC"
    if key.nulls_first != key.descending:
        text += " NULLS FIRST" if key.nulls_first else " NULLS LAST"
    return text


def _ref(table: Table, one: Constraint) -> ObjectRef:
    return ObjectRef(kind="constraint", schema=table.name.schema, name=table.name.name, sub=one.name)


def _dotted(names_: Iterable[str]) -> bool:
    return any("." in one for one in names_)


def _inline(key: ForeignKey, known: Mapping[Name, Named]) -> bool:
    return (
        len(key.columns) == 1
        and key.target in known
        and not _dotted((key.target.schema, key.target.name, *key.target_columns))
        and not key.period
    )


def _options_of_key(holder: Named, key: ForeignKey) -> dict[str, Code | None]:
    action = key.on_delete + (f" ({', '.join(map(quote_identifier, key.set_columns))})" if key.set_columns else "")
    return {
        "name": string(key.name),
        "onupdate": string(key.on_update) if key.on_update != "NO ACTION" else None,
        "ondelete": string(action) if key.on_delete != "NO ACTION" else None,
        "deferrable": "True" if key.deferrable else None,
        "initially": '"DEFERRED"' if key.initially_deferred else None,
        "use_alter": "True" if key.name in holder.late else None,
        "match": string(key.match) if key.match != "SIMPLE" else None,
        "postgresql_not_valid": "True" if not key.validated else None,
    }


def _lost_of_key(key: ForeignKey, report: Report, at: ObjectRef) -> None:
    if not key.enforced:
        report.lose(at, "constraint not valid", "NOT ENFORCED")
    if key.comment:
        report.lose(at, "comment", "comments of constraints and indexes")


def _foreign_key(
    holder: Named, key: ForeignKey, known: Mapping[Name, Named], report: Report, at: ObjectRef
) -> list[Code]:
    if key.target not in known or key.period or _dotted((key.target.schema, key.target.name, *key.target_columns)):
        why = "PERIOD" if key.period else "its target has no model, or a dot in its name"
        report.lose(at, "temporal key" if key.period else "foreign key", why)
        return []
    _lost_of_key(key, report, at)
    targets = [f"{known[key.target].table}.{column}" for column in key.target_columns]
    return [call("sa.ForeignKeyConstraint", names(key.columns), names(targets), **_options_of_key(holder, key))]


def _deferring(one: Unique | PrimaryKey | Exclude) -> dict[str, Code | None]:
    return {
        "deferrable": "True" if one.deferrable else None,
        "initially": '"DEFERRED"' if one.initially_deferred else None,
    }


def _constraint(table: Table, one: Constraint, report: Report, at: ObjectRef) -> Code | None:
    if isinstance(one, PrimaryKey):
        return _primary_key(table, one, report, at)
    if isinstance(one, Unique):
        if one.without_overlaps:
            report.lose(at, "temporal key")
            return None
        return call(
            "sa.UniqueConstraint",
            *(string(column) for column in one.columns),
            name=string(one.name),
            **_deferring(one),
            postgresql_include=names(one.include) if one.include else None,
            postgresql_nulls_not_distinct="True" if one.nulls_not_distinct else None,
        )
    if isinstance(one, Check):
        if one.no_inherit or not one.enforced:
            report.lose(at, "check constraint", "NO INHERIT and NOT ENFORCED")
        return call(
            "sa.CheckConstraint",
            expression(one.expression),
            name=string(one.name),
            postgresql_not_valid="True" if not one.validated else None,
        )
    if isinstance(one, Exclude):
        return _exclude(table, one)
    if isinstance(one, NotNull):
        usual = f"{table.name.name}_{one.columns[0]}_not_null" if one.columns else ""
        if not one.inherited and one.name != usual and len(usual) < 64:
            report.lose(at, "check constraint", "the name of a NOT NULL")
    return None


def _primary_key(table: Table, one: PrimaryKey, report: Report, at: ObjectRef) -> Code | None:
    if one.without_overlaps:
        report.lose(at, "temporal key", "the models have its columns as the primary key, without WITHOUT OVERLAPS")
    in_order = tuple(column.name for column in table.columns if column.name in one.columns)
    if one.name == f"{table.name.name}_pkey" and in_order == one.columns and not (one.include or one.deferrable):
        return None
    return call(
        "sa.PrimaryKeyConstraint",
        *(string(column) for column in one.columns),
        name=string(one.name),
        **_deferring(one),
        postgresql_include=names(one.include) if one.include else None,
    )


def _exclude(table: Table, one: Exclude) -> Code:
    index = next(index for index in table.indexes if index.constraint == one.name)
    pairs: list[Code] = []
    classes: list[tuple[str, Code]] = []
    for key, operator in zip(index.keys, one.operators, strict=True):
        element = (
            string(key.column) if key.column is not None else call("sa.literal_column", expression(text_of_key(key)))
        )
        pairs.append(sequence([element, string(operator)], "()"))
        if key.opclass is not None and not key.opclass_default and key.column is not None:
            classes.append((key.column, string(_class(key))))
    return call(
        "postgresql.ExcludeConstraint",
        *pairs,
        name=string(one.name),
        using=string(index.method),
        where=sql(index.predicate) if index.predicate else None,
        ops=mapping(classes) if classes else None,
        **_deferring(one),
    )


def _class(key: IndexKey) -> str:
    assert key.opclass is not None
    name = key.opclass.name if key.opclass.schema in ("pg_catalog", "public") else str(key.opclass)
    if key.opclass_options:
        name += " (" + ", ".join(f"{option}='{value}'" for option, value in key.opclass_options.items()) + ")"
    return name


def _index(one: Index) -> Code:
    keys: list[Code] = []
    classes: list[tuple[str, Code]] = []
    for number, key in enumerate(one.keys, 1):
        opclass = _class(key) if key.opclass is not None and (not key.opclass_default or key.opclass_options) else ""
        text = text_of_key(key)
        if key.column is not None and text == quote_identifier(key.column):
            keys.append(string(key.column))
            if opclass:
                classes.append((key.column, string(opclass)))
        elif opclass and not key.descending and key.nulls_first == key.descending:
            # An operator class is given by a label's name, which is not shown.
            label = f"key_{number}"
            keys.append(call(f"sa.literal_column({expression(text)}).label", string(label)))
            classes.append((label, string(opclass)))
        else:
            # The operator class stands between the collation and the direction.
            words = text.split(" DESC", 1) if opclass else [text]
            keys.append(sql(f"{words[0]} {opclass} DESC{words[1]}" if opclass and len(words) == 2 else text))
    return call(
        "sa.Index",
        string(one.name.name),
        *keys,
        unique="True" if one.unique else None,
        postgresql_using=string(one.method) if one.method != "btree" else None,
        postgresql_ops=mapping(classes) if classes else None,
        postgresql_include=names(one.include) if one.include else None,
        postgresql_nulls_not_distinct="True" if one.nulls_not_distinct else None,
        postgresql_where=sql(one.predicate) if one.predicate else None,
        postgresql_with=mapping((key, string(value)) for key, value in one.options.items()) if one.options else None,
        postgresql_tablespace=string(one.tablespace) if one.tablespace else None,
    )


def spread(pairs: Iterable[tuple[str, Code]]) -> list[Item]:
    """Options as named arguments."""
    return [Item(f"{name}=", value) for name, value in pairs]
