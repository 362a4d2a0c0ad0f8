"""The picture of the schema after a statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from dbarchitect.model.names import Name
from dbarchitect.sql import statements as s
from dbarchitect.sql.expressions import columns_in
from dbarchitect.sql.positions import make_object_name
from dbarchitect.sql.statements import Action, ColumnSpec, Command, ConstraintSpec

from .picture import Column, Constrained, Domain, Indexed, Picture, Relation, near, signature


def follow(picture: Picture, action: Action) -> Picture:
    """The schema after `action`; a statement that changes nothing known gives `picture` itself."""
    step = _STEPS.get(type(action))
    return step(picture, action) if step else picture


# --- names ------------------------------------------------------------------------------------------------------------


def constraint_name(table: Relation, spec: ConstraintSpec) -> str:
    """The name that a constraint has or gets from PostgreSQL (as long as that is free)."""
    if spec.name:
        return spec.name
    if spec.using_index:
        return spec.using_index
    if spec.kind == "primary key":
        return make_object_name(table.name.name, "", "pkey")
    label = {"unique": "key", "exclude": "excl", "foreign key": "fkey", "check": "check", "not null": "not_null"}[
        spec.kind
    ]
    columns = (*spec.columns, *spec.include) if spec.kind != "check" or len(spec.columns) == 1 else ()
    taken = {*table.constraints, *table.indexes}
    number = 0
    while True:
        name = make_object_name(table.name.name, "_".join(columns), f"{label}{number or ''}")
        if name not in taken:
            return name
        number += 1


def index_name(picture: Picture, action: s.CreateIndex) -> str:
    """The name that an index has or gets from PostgreSQL."""
    if action.name:
        return action.name
    table = picture.full(action.table)
    keys = "_".join([*(key.column or "expr" for key in action.keys), *action.include])
    number = 0
    while True:
        name = make_object_name(table.name, keys, f"idx{number or ''}")
        if Name(schema=table.schema, name=name) not in picture.index_tables:
            return name
        number += 1


# --- tables -----------------------------------------------------------------------------------------------------------


def _column(spec: ColumnSpec, *, fresh: bool) -> Column:
    return Column(
        type=spec.type,
        not_null=spec.not_null,
        has_default=spec.default is not None or spec.identity or spec.type.is_serial,
        collation=spec.collation,
        generated=spec.generated,
        identity=spec.identity,
        fresh=fresh,
    )


def add_constraint(picture: Picture, table: Relation, spec: ConstraintSpec, *, new_table: bool = False) -> Picture:
    """The picture with a constraint on `table`, and its index."""
    name = constraint_name(table, spec)
    columns = spec.columns
    if spec.using_index and (used := table.indexes.get(spec.using_index)):
        columns = used.keys
    target = picture.full(spec.target) if spec.target else None
    target_columns = spec.target_columns
    if target and not target_columns and (referenced := picture.get(target)):
        key = referenced.primary_key()
        target_columns = key.columns if key else ()
    has_index = spec.kind in ("primary key", "unique", "exclude")
    constrained = Constrained(
        kind=spec.kind,
        columns=columns,
        expression=spec.expression,
        target=target,
        target_columns=target_columns,
        index=name if has_index else "",
        validated=not spec.not_valid or new_table,
        enforced=spec.enforced,
        since=picture.transaction,
    )
    changed = replace(table, constraints={**table.constraints, name: constrained})
    if (
        spec.kind in ("primary key", "not null") and (spec.kind == "primary key" or not spec.not_valid)
    ) or spec.kind == "not null":
        changed = replace(changed, columns=_set_not_null(changed, columns))
    if not has_index:
        return picture.with_relation(changed)
    if spec.using_index:
        old = changed.indexes.get(spec.using_index, Indexed(keys=columns, unique=True))
        kept = {key: one for key, one in changed.indexes.items() if key != spec.using_index}
        picture = picture.without_index(Name(schema=table.name.schema, name=spec.using_index))
        return picture.with_index(replace(changed, indexes=kept), name, replace(old, constraint=name))
    index = Indexed(
        keys=columns,
        mentions=columns,
        include=spec.include,
        unique=spec.kind != "exclude",
        method=spec.method or ("gist" if spec.kind == "exclude" else "btree"),
        constraint=name,
        signature=signature("btree", columns, spec.include, True) if spec.kind != "exclude" else "",
        fresh=True,
    )
    return picture.with_index(changed, name, index)


def _set_not_null(table: Relation, columns: tuple[str, ...]) -> dict[str, Column]:
    found = {name: replace(table.columns.get(name, Column()), not_null=True) for name in columns if name}
    return {**table.columns, **found}


def _create_table(picture: Picture, action: s.CreateTable) -> Picture:
    name = picture.full(action.table)
    if action.if_not_exists and name in picture.relations:
        return picture
    parents = tuple(
        picture.full(one) for one in (*action.inherits, *([action.partition_of] if action.partition_of else []))
    )
    columns: dict[str, Column] = {}
    constraints: dict[str, Constrained] = {}
    known = not action.typed
    for parent in (*parents, *(picture.full(like) for like, _ in action.likes)):
        found = picture.get(parent)
        known = known and found is not None and found.known
        columns.update(found.columns if found else {})
        if found and parent in parents:
            constraints.update(
                {key: one for key, one in found.constraints.items() if one.kind in ("check", "not null")}
            )
    columns.update({one.name: _column(one, fresh=True) for one in action.columns})
    relation = Relation(
        name=name,
        kind="partitioned" if action.partitioned else "foreign" if action.foreign else "table",
        columns=columns,
        constraints=constraints,
        parents=parents,
        bound=action.bound,
        partition_columns=action.partition_columns,
        known=known,
        fresh=True,
        row_security=False,
        persistence="temporary" if action.temporary else "unlogged" if action.unlogged else "permanent",
    )
    picture = picture.with_relation(relation)
    specs = [*(one for column in action.columns for one in column.constraints), *action.constraints]
    for spec in specs:
        picture = add_constraint(picture, picture.relations[name], spec, new_table=True)
    if action.partition_of and (parent := picture.get(parents[0])):
        for index_of, index in parent.indexes.items():
            own = replace(index, parent=Name(schema=parent.name.schema, name=index_of), fresh=True, constraint="")
            label = make_object_name(name.name, "_".join(index.keys), "key" if index.unique else "idx")
            picture = picture.with_index(picture.relations[name], label, own)
    for column in action.columns:
        if column.type.is_serial or column.identity:
            sequence = Name(schema=name.schema, name=make_object_name(name.name, column.name, "seq"))
            picture = picture.with_relation(Relation(name=sequence, kind="sequence", known=True, fresh=True))
    return picture


def _create_table_as(picture: Picture, action: s.CreateTableAs) -> Picture:
    name = picture.full(action.table)
    if action.if_not_exists and name in picture.relations:
        return picture
    return picture.with_relation(
        Relation(
            name=name,
            kind="materialized view" if action.materialized else "table",
            fresh=True,
            filled=action.with_data,
            reads=tuple(picture.full(one) for one in action.reads) if action.materialized else (),
        )
    )


def _create_view(picture: Picture, action: s.CreateView) -> Picture:
    reads = tuple(picture.full(one) for one in action.reads)
    return picture.with_relation(
        Relation(name=picture.full(action.name), kind="view", reads=reads, outputs=action.columns, fresh=True)
    )


def _create_index(picture: Picture, action: s.CreateIndex) -> Picture:
    name = index_name(picture, action)
    table = picture.relation(action.table)
    if action.if_not_exists and name in table.indexes:
        return picture
    more = [key.expression for key in action.keys if key.expression is not None]
    if action.where is not None:
        more.append(action.where)
    mentioned = [column for one in more for column in columns_in(one)]
    keys = tuple(one.column for one in action.keys)
    index = Indexed(
        keys=keys,
        mentions=tuple(dict.fromkeys([*(key for key in keys if key), *mentioned])),
        include=action.include,
        unique=action.unique,
        partial=action.where is not None,
        plain=not more,
        method=action.method,
        collated=tuple(one.column for one in action.keys if one.column and one.collation),
        signature=signature(action.method, keys, action.include, action.unique, more),
        valid=not (action.only and table.kind == "partitioned"),
        fresh=True,
    )
    picture = picture.with_index(table, name, index)
    if not action.only:
        full = Name(schema=table.name.schema, name=name)
        for child in picture.children(table.name):
            if child.is_partition and not any(one.signature == index.signature != "" for one in child.indexes.values()):
                label = make_object_name(child.name.name, "_".join(key or "expr" for key in keys), "idx")
                picture = picture.with_index(picture.relations[child.name], label, replace(index, parent=full))
    return picture


def _alter_table(picture: Picture, action: s.AlterTable) -> Picture:
    if action.kind == "index":
        index = picture.index(action.table)
        table = picture.table_of_index(action.table)
        for command in action.commands:
            if isinstance(command, s.AttachPartition) and index and table:
                picture = _attach_index(picture, action.table, command.partition)
        return picture
    if action.kind in ("sequence", "type"):
        return picture
    name = picture.full(action.table)
    for command in action.commands:
        changed = _command(picture, picture.relation(name), command)
        if isinstance(command, _INHERITED) and not action.only:
            for child in picture.descendants(name):
                changed = _command(changed, changed.relations[child.name], command)
        picture = changed
    return picture


_INHERITED = (
    s.AddColumn,
    s.DropColumn,
    s.SetType,
    s.SetNotNull,
    s.DropNotNull,
    s.ValidateConstraint,
    s.DropConstraint,
)


def _attach_index(picture: Picture, parent: Name, name: Name) -> Picture:
    full = picture.index_full(name)
    table = picture.table_of_index(full)
    if table is None:
        return picture
    changed = replace(table.indexes[full.name], parent=picture.index_full(parent))
    return picture.with_relation(replace(table, indexes={**table.indexes, full.name: changed}))


def _command(picture: Picture, table: Relation, command: Command) -> Picture:
    match command:
        case s.AddColumn(column=spec):
            if command.if_not_exists and spec.name in table.columns:
                return picture
            columns = {**table.columns, spec.name: _column(spec, fresh=True)}
            picture = picture.with_relation(replace(table, columns=columns, gone=table.gone - {spec.name}))
            for one in spec.constraints:
                picture = add_constraint(picture, picture.relations[table.name], one)
            return picture
        case s.DropColumn(name=name):
            return _without_column(picture, table, name)
        case s.SetType(name=name, type=type_):
            return _with_column(
                picture, table, name, type=type_, collation=command.collation or _collation(table, name)
            )
        case s.SetDefault(name=name):
            return _with_column(picture, table, name, has_default=command.default is not None)
        case s.SetNotNull(name=name):
            marked = table.unvalidated_not_null(name)
            if marked:
                constraints = {**table.constraints, marked: replace(table.constraints[marked], validated=True)}
                table = replace(table, constraints=constraints)
            return _with_column(picture, table, name, not_null=True)
        case s.DropNotNull(name=name):
            kept = {
                key: one
                for key, one in table.constraints.items()
                if not (one.kind == "not null" and one.columns == (name,))
            }
            return _with_column(picture, replace(table, constraints=kept), name, not_null=False)
        case s.ChangeIdentity(name=name, how=how):
            return _with_column(picture, table, name, identity=how != "drop", has_default=how != "drop")
        case s.AddConstraint(constraint=spec):
            picture = add_constraint(picture, table, spec)
            if spec.kind in ("check", "not null") and not spec.no_inherit:
                for child in picture.descendants(table.name):
                    named = replace(spec, name=constraint_name(table, spec))
                    picture = add_constraint(picture, picture.relations[child.name], named)
            return picture
        case s.DropConstraint(name=name):
            return _without_constraint(picture, table, name)
        case s.ValidateConstraint(name=name):
            found = table.constraints.get(name)
            if found is None:
                return picture
            constraints = {**table.constraints, name: replace(found, validated=True)}
            return picture.with_relation(replace(table, constraints=constraints))
        case s.AlterConstraint(name=name, enforced=enforced):
            found = table.constraints.get(name)
            if found is None or enforced is None:
                return picture
            changed = replace(found, enforced=enforced, validated=enforced)
            return picture.with_relation(replace(table, constraints={**table.constraints, name: changed}))
        case s.AttachPartition(partition=name, bound=bound):
            return _attach(picture, table, name, bound)
        case s.DetachPartition(partition=name):
            child = picture.relation(name)
            parents = tuple(one for one in child.parents if one != table.name)
            return picture.with_relation(replace(child, parents=parents, bound=None))
        case s.RowSecurity(how=how):
            if how in ("enable", "disable"):
                return picture.with_relation(replace(table, row_security=how == "enable"))
            return picture
        case s.SetLogged(logged=logged):
            return picture.with_relation(replace(table, persistence="permanent" if logged else "unlogged"))
        case s.SetAccessMethod(method=method):
            return picture.with_relation(replace(table, access_method=method))
        case s.ChangeInheritance(parent=parent, inherit=inherit):
            full = picture.full(parent)
            parents = (*table.parents, full) if inherit else tuple(one for one in table.parents if one != full)
            return picture.with_relation(replace(table, parents=parents))
        case _:
            return picture


def _attach(picture: Picture, table: Relation, name: Name, bound: s.PartitionBound | None) -> Picture:
    child = picture.relation(name)
    child = replace(child, parents=(*child.parents, table.name), bound=bound or s.PartitionBound())
    picture = picture.with_relation(child)
    if table.name not in picture.relations:
        picture = picture.with_relation(replace(table, kind="partitioned"))
    for index_of, index in table.indexes.items():
        full = Name(schema=table.name.schema, name=index_of)
        child = picture.relations[child.name]
        match = next((key for key, one in child.indexes.items() if one.signature == index.signature != ""), None)
        if match:
            attached = replace(child.indexes[match], parent=full)
            picture = picture.with_relation(replace(child, indexes={**child.indexes, match: attached}))
        else:
            label = make_object_name(child.name.name, "_".join(key or "expr" for key in index.keys), "idx")
            picture = picture.with_index(child, label, replace(index, parent=full, constraint="", fresh=True))
    return picture


def _collation(table: Relation, column: str) -> str:
    found = table.columns.get(column)
    return found.collation if found else ""


def _with_column(picture: Picture, table: Relation, name: str, **changes: Any) -> Picture:
    column = replace(table.columns.get(name, Column()), **changes)
    return picture.with_relation(replace(table, columns={**table.columns, name: column}))


def _without_column(picture: Picture, table: Relation, name: str) -> Picture:
    columns = {key: one for key, one in table.columns.items() if key != name}
    constraints = {key: one for key, one in table.constraints.items() if name not in one.columns}
    lost = [key for key, one in table.indexes.items() if name in (*one.mentions, *one.include)]
    changed = replace(table, columns=columns, constraints=constraints, gone=table.gone | {name})
    picture = picture.with_relation(changed)
    for index in lost:
        picture = picture.without_index(Name(schema=table.name.schema, name=index))
    for other, key, one in picture.references(table.name):
        if name in one.target_columns:
            current = picture.relations[other.name]
            kept = {label: two for label, two in current.constraints.items() if label != key}
            picture = picture.with_relation(replace(current, constraints=kept))
    return picture


def _without_constraint(picture: Picture, table: Relation, name: str) -> Picture:
    found = table.constraints.get(name)
    kept = {key: one for key, one in table.constraints.items() if key != name}
    columns = table.columns
    if found and found.kind == "not null":
        columns = {**columns, **{one: replace(columns.get(one, Column()), not_null=False) for one in found.columns}}
    picture = picture.with_relation(replace(table, constraints=kept, columns=columns))
    if found and found.index:
        picture = picture.without_index(Name(schema=table.name.schema, name=found.index))
    return picture


# --- drops and renames ------------------------------------------------------------------------------------------------

_TABLES = ("table", "view", "materialized view", "foreign table", "sequence")


def _drop(picture: Picture, action: s.Drop) -> Picture:
    if action.kind in _TABLES:
        names = [picture.full(one) for one in action.names]
        below = [child.name for name in names for child in picture.descendants(name) if child.is_partition]
        views = [view.name for name in (*names, *below) for view in picture.views_over(name)] if action.cascade else []
        return picture.without([*names, *below, *views])
    if action.kind == "index":
        for name in action.names:
            full = picture.index_full(name)
            table = picture.table_of_index(full)
            parts = [
                Name(schema=child.name.schema, name=index)
                for child in (picture.descendants(table.name) if table else ())
                for index, one in child.indexes.items()
                if one.parent == full
            ]
            for one in (full, *parts):
                picture = picture.without_index(one)
        return picture
    if action.kind in ("trigger", "policy") and action.on is not None:
        table = picture.get(action.on)
        if table is None:
            return picture
        name = {action.names[0].name}
        return picture.with_relation(replace(table, triggers=table.triggers - name, policies=table.policies - name))
    if action.kind == "schema":
        lost = {one.name for one in action.names}
        return picture.without([name for name in picture.relations if name.schema in lost])
    if action.kind in ("type", "domain"):
        lost_types = {full for one in action.names for full in picture.in_path(one)}
        return replace(
            picture,
            enums={key: one for key, one in picture.enums.items() if key not in lost_types},
            domains={key: one for key, one in picture.domains.items() if key not in lost_types},
        )
    return picture


def _rename(picture: Picture, action: s.Rename) -> Picture:
    if action.kind in ("table", "view", "materialized view", "foreign table", "sequence"):
        return _moved(picture, action.name, lambda name: Name(schema=name.schema, name=action.new))
    if action.kind == "index":
        return _rename_index(picture, action.name, action.new)
    if action.kind == "schema":
        old = action.name.name
        for name in [one for one in picture.relations if one.schema == old]:
            picture = _moved(picture, name, lambda one: Name(schema=action.new, name=one.name))
        return picture
    if action.kind in ("type", "domain"):
        return _rename_type(picture, action.name, action.new)
    table = picture.get(action.name)
    if action.kind == "column":
        return _rename_column(picture, picture.relation(action.name), action.sub, action.new)
    if table is None:
        return picture
    if action.kind == "constraint" and action.sub in table.constraints:
        found = table.constraints[action.sub]
        constraints = {action.new if key == action.sub else key: one for key, one in table.constraints.items()}
        picture = picture.with_relation(replace(table, constraints=constraints))
        if found.index:
            picture = _rename_index(picture, Name(schema=table.name.schema, name=found.index), action.new)
            table = picture.relations[table.name]
            moved = {**table.constraints, action.new: replace(found, index=action.new)}
            picture = picture.with_relation(replace(table, constraints=moved))
    return picture


def _rename_type(picture: Picture, name: Name, new: str) -> Picture:
    """A type under another name, which the columns of it have too."""
    known = (one for one in picture.in_path(name) if one in picture.enums or one in picture.domains)
    old = next(known, name)

    def renamed(column: Column) -> Column:
        kind = column.type
        if kind is None or kind.name != old.name or (kind.schema and old.schema and kind.schema != old.schema):
            return column
        return replace(column, type=replace(kind, name=new))

    now = Name(schema=old.schema, name=new)
    return replace(
        picture,
        enums={now if key == old else key: one for key, one in picture.enums.items()},
        domains={now if key == old else key: one for key, one in picture.domains.items()},
        relations={
            key: replace(one, columns={label: renamed(column) for label, column in one.columns.items()})
            for key, one in picture.relations.items()
        },
    )


def _rename_index(picture: Picture, name: Name, new: str) -> Picture:
    full = picture.index_full(name)
    table = picture.table_of_index(full)
    if table is None:
        return picture
    index = table.indexes[full.name]
    picture = picture.without_index(full)
    return picture.with_index(picture.relations[table.name], new, index)


def _rename_column(picture: Picture, table: Relation, old: str, new: str) -> Picture:
    def swap(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if one == old else one for one in names)

    column = table.columns.get(old, Column())
    columns = {new if key == old else key: one for key, one in table.columns.items()}
    columns.setdefault(new, column)
    constraints = {
        key: replace(one, columns=swap(one.columns), expression=None if old in one.columns else one.expression)
        for key, one in table.constraints.items()
    }
    indexes = {
        key: replace(one, keys=swap(one.keys), mentions=swap(one.mentions)) for key, one in table.indexes.items()
    }
    gone = (table.gone | {old}) - {new}
    return picture.with_relation(replace(table, columns=columns, constraints=constraints, indexes=indexes, gone=gone))


def _moved(picture: Picture, name: Name, change: Callable[[Name], Name]) -> Picture:
    """A relation under another name, in everything that names it."""
    old = picture.full(name)
    new = change(old)
    relation = picture.relations.get(old, Relation(name=old))

    def swap(names: tuple[Name, ...]) -> tuple[Name, ...]:
        return tuple(new if one == old else one for one in names)

    relations = {
        key: one
        if old not in one.parents and old not in one.reads and not _points_at(one, old)
        else replace(
            one,
            parents=swap(one.parents),
            reads=swap(one.reads),
            constraints={
                label: replace(two, target=new) if two.target == old else two for label, two in one.constraints.items()
            },
        )
        for key, one in picture.relations.items()
        if key != old
    }
    relations[new] = replace(relation, name=new)
    indexes = {
        (Name(schema=new.schema, name=index.name) if table == old else index): (new if table == old else table)
        for index, table in picture.index_tables.items()
    }
    heirs, users = near(relations.values())
    gone = (picture.gone | {old}) - {new}
    made = (picture.made - {old}) | {new} if old in picture.made else picture.made
    return replace(picture, relations=relations, index_tables=indexes, gone=gone, heirs=heirs, users=users, made=made)


def _points_at(relation: Relation, name: Name) -> bool:
    return any(one.target == name for one in relation.constraints.values())


def _set_schema(picture: Picture, action: s.SetSchema) -> Picture:
    if action.kind in _TABLES:
        return _moved(picture, action.name, lambda name: Name(schema=action.new, name=name.name))
    return picture


# --- types, functions and the rest ------------------------------------------------------------------------------------


def _created(picture: Picture, name: Name) -> Name:
    return name if name.schema else Name(schema=picture.path[0] if picture.path else "public", name=name.name)


def _create_domain(picture: Picture, action: s.CreateDomain) -> Picture:
    checks = {
        one.name or make_object_name(action.name.name, "", "check"): True
        for one in action.constraints
        if one.kind == "check"
    }
    domain = Domain(
        type=action.type, constraints=checks, not_null=any(one.kind == "not null" for one in action.constraints)
    )
    return replace(picture, domains={**picture.domains, _created(picture, action.name): domain})


def _alter_domain(picture: Picture, action: s.AlterDomain) -> Picture:
    name = next((one for one in picture.in_path(action.name) if one in picture.domains), None)
    if name is None:
        return picture
    domain = picture.domains[name]
    spec = action.constraint
    if action.how == "add constraint" and spec is not None:
        if spec.kind == "not null":
            domain = replace(domain, not_null=True)
        else:
            label = spec.name or make_object_name(name.name, "", "check")
            domain = replace(domain, constraints={**domain.constraints, label: not spec.not_valid})
    elif action.how == "drop constraint":
        kept = {key: one for key, one in domain.constraints.items() if key != action.constraint_name}
        domain = replace(domain, constraints=kept)
    elif action.how == "validate":
        domain = replace(domain, constraints={**domain.constraints, action.constraint_name: True})
    elif action.how in ("set not null", "drop not null"):
        domain = replace(domain, not_null=action.how == "set not null")
    return replace(picture, domains={**picture.domains, name: domain})


def _create_enum(picture: Picture, action: s.CreateEnum) -> Picture:
    return replace(picture, enums={**picture.enums, _created(picture, action.name): action.labels})


def _add_enum_value(picture: Picture, action: s.AddEnumValue) -> Picture:
    name = picture.enum(action.type) or _created(picture, action.type)
    labels = picture.enums.get(name)
    enums = {**picture.enums, name: (*labels, action.value)} if labels is not None else picture.enums
    return replace(picture, enums=enums, added=picture.added | {(name, action.value)})


def _create_function(picture: Picture, action: s.CreateFunction) -> Picture:
    name = _created(picture, action.name)
    key = f"{name}({', '.join(action.arguments)})"
    return replace(
        picture,
        functions={**picture.functions, name: action.volatility},
        bodies={**picture.bodies, key: action.body},
        returns={**picture.returns, key: action.returns},
    )


def _create_trigger(picture: Picture, action: s.CreateTrigger) -> Picture:
    table = picture.relation(action.table)
    return picture.with_relation(replace(table, triggers=table.triggers | {action.name}))


def _create_policy(picture: Picture, action: s.CreatePolicy) -> Picture:
    table = picture.relation(action.table)
    return picture.with_relation(replace(table, policies=table.policies | {action.name}))


def _filled(picture: Picture, action: s.Insert | s.Copy | s.Merge) -> Picture:
    if action.table is None or (isinstance(action, s.Insert) and action.rows):
        return picture  # a handful of rows of a VALUES list is no load
    table = picture.get(action.table)
    if table is None or not table.fresh or table.filled:
        return picture
    return picture.with_relation(replace(table, filled=True))


def _publication(picture: Picture, action: s.ChangePublication) -> Picture:
    named = tuple(picture.full(one) for one in action.tables)
    before = picture.publications.get(action.name, ())
    if action.all_tables or before is None:
        tables = None
    elif action.create:
        tables = named
    elif action.drop:
        tables = tuple(one for one in before if one not in named)
    else:
        tables = (*before, *named)
    return replace(picture, publications={**picture.publications, action.name: tables})


def _set(picture: Picture, action: s.SetVariable) -> Picture:
    if action.name == "search_path":
        system = ("pg_catalog", "$user", "information_schema", "pg_temp")
        path = tuple(one for one in action.values if one and one not in system)
        return replace(picture, path=path or ("public",))
    if action.name == "timezone":
        return replace(picture, time_zone=action.value or "")
    return picture


def _select(picture: Picture, action: s.Select) -> Picture:
    for name, value in action.settings:
        values = tuple(one.strip().strip('"') for one in value.split(","))
        picture = _set(picture, s.SetVariable(name=name, value=value, values=values))
    return picture


_STEPS: dict[type, Callable[[Picture, Any], Picture]] = {
    s.CreateTable: _create_table,
    s.CreateTableAs: _create_table_as,
    s.CreateView: _create_view,
    s.CreateIndex: _create_index,
    s.AlterTable: _alter_table,
    s.Drop: _drop,
    s.Rename: _rename,
    s.SetSchema: _set_schema,
    s.CreateDomain: _create_domain,
    s.AlterDomain: _alter_domain,
    s.CreateEnum: _create_enum,
    s.AddEnumValue: _add_enum_value,
    s.CreateFunction: _create_function,
    s.CreateTrigger: _create_trigger,
    s.CreatePolicy: _create_policy,
    s.CreateSequence: lambda picture, action: picture.with_relation(
        Relation(name=picture.full(action.name), kind="sequence", known=True, fresh=True)
    ),
    s.CreateExtension: lambda picture, action: replace(picture, extensions=picture.extensions | {action.name}),
    s.ChangePublication: _publication,
    s.Insert: _filled,
    s.Copy: _filled,
    s.Merge: _filled,
    s.SetVariable: _set,
    s.Select: _select,
}
