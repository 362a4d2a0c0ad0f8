"""From a script to its statements as values (`sql.statements`), parsed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

from dbarchitect.model.names import Name

from . import statements as s
from . import tree
from .expressions import columns_in, texts_in, type_name
from .script import Statement, parsed_script
from .statements import Action, ColumnSpec, Command, ConstraintSpec, Expression, PartitionBound
from .tree import Node


@dataclass(frozen=True, slots=True)
class Parsed:
    """One statement of a script: its text and place, and what it says."""

    text: Statement
    action: Action


def read_statements(text: str, file: str) -> tuple[Parsed, ...]:
    """The statements of a script. Raises `InputError` with the place of what the grammar refuses."""
    return tuple(
        Parsed(statement, action_of(kind, fields, base)) for statement, kind, fields, base in parsed_script(text, file)
    )


def action_of(kind: str, fields: Node, base: int = 0) -> Action:
    """The value of one statement's tree; `base` is the byte at which the statement begins in the tree's offsets."""
    reader = _READERS.get(kind)
    return reader(_Place(base), fields) if reader else s.Other(word=kind.removesuffix("Stmt") or "META")


@dataclass(frozen=True, slots=True)
class _Place:
    base: int

    def at(self, node: Node) -> int:
        location = node.get("location", 0 if self.base == 0 else -1)
        return location - self.base if location >= self.base else -1


# --- names and parts ------------------------------------------------------------------------------------------------


def _range(node: Node) -> Name:
    return Name(schema=node.get("schemaname", ""), name=node.get("relname", ""))


def _listed(items: Any) -> Name:
    parts = tree.strings(items)
    return Name(schema=parts[-2] if len(parts) > 1 else "", name=parts[-1] if parts else "")


def _of_object(node: Node) -> Name:
    """A name in one of the forms in which the grammar keeps it."""
    if "List" in node:
        return _listed(node["List"].get("items"))
    if "ObjectWithArgs" in node:
        return _listed(node["ObjectWithArgs"].get("objname"))
    if "TypeName" in node:
        return _listed(node["TypeName"].get("names"))
    if "RangeVar" in node:
        return _range(node["RangeVar"])
    if "String" in node:
        return Name(schema="", name=node["String"].get("sval", ""))
    return Name(schema="", name="")


def _expression(node: Node | None) -> Expression | None:
    return Expression(tree=node) if node else None


def _reads(node: Any) -> tuple[Name, ...]:
    """The relations that a query names, without its common table expressions."""
    nodes = list(tree.walk(node))
    local = {fields.get("ctename", "") for kind, fields in nodes if kind == "CommonTableExpr"}
    names = (_range(fields) for kind, fields in nodes if kind == "RangeVar")
    return tuple(dict.fromkeys(one for one in names if one.schema or one.name not in local))


_CONSTRAINTS: dict[str, s.ConstraintKind] = {
    "CONSTR_PRIMARY": "primary key",
    "CONSTR_UNIQUE": "unique",
    "CONSTR_EXCLUSION": "exclude",
    "CONSTR_FOREIGN": "foreign key",
    "CONSTR_CHECK": "check",
    "CONSTR_NOTNULL": "not null",
}
_ACTIONS = {"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


def _constraint(place: _Place, node: Node, column: str = "") -> ConstraintSpec | None:
    kind = _CONSTRAINTS.get(node.get("contype", ""))
    if kind is None:
        return None
    expression = _expression(node.get("raw_expr"))
    columns = tuple(tree.strings(node.get("keys")) or tree.strings(node.get("fk_attrs")))
    if kind == "check" and expression is not None:
        columns = columns_in(expression)
    elif kind == "exclude":
        columns = tuple(
            one["List"]["items"][0].get("IndexElem", {}).get("name", "") for one in node.get("exclusions", ())
        )
    elif column:
        columns = (column,)
    return ConstraintSpec(
        kind=kind,
        name=node.get("conname", ""),
        columns=columns,
        expression=expression,
        target=_range(node["pktable"]) if "pktable" in node else None,
        target_columns=tuple(tree.strings(node.get("pk_attrs"))),
        on_delete=_ACTIONS.get(node.get("fk_del_action", ""), ""),
        on_update=_ACTIONS.get(node.get("fk_upd_action", ""), ""),
        using_index=node.get("indexname", ""),
        include=tuple(tree.strings(node.get("including"))),
        method=node.get("access_method", ""),
        not_valid=bool(node.get("skip_validation")),
        # The tree leaves `is_enforced` out both for false and where a constraint has no such thing.
        enforced=bool(node.get("is_enforced")) or kind not in ("check", "foreign key"),
        deferrable=bool(node.get("deferrable")),
        no_inherit=bool(node.get("is_no_inherit")),
        at=place.at(node),
    )


def _column(place: _Place, node: Node) -> ColumnSpec:
    name = node.get("colname", "")
    default: Node | None = None
    generated: Literal["", "stored", "virtual"] = ""
    expression: Node | None = None
    identity = False
    collation = tree.strings(node.get("collClause", {}).get("collname"))
    constraints: list[ConstraintSpec] = []
    for one in node.get("constraints", ()):
        inner = one["Constraint"]
        kind = inner.get("contype")
        if kind == "CONSTR_DEFAULT":
            default = inner.get("raw_expr")
        elif kind == "CONSTR_GENERATED":
            expression = inner.get("raw_expr")
            generated = "stored" if inner.get("generated_kind", "v") == "s" else "virtual"
        elif kind == "CONSTR_IDENTITY":
            identity = True
        else:
            found = _constraint(place, inner, name)
            if found:
                constraints.append(found)
    return ColumnSpec(
        name=name,
        type=type_name(node.get("typeName", {})),
        default=_expression(default),
        generated=generated,
        expression=_expression(expression),
        identity=identity,
        collation=collation[-1] if collation else "",
        constraints=tuple(constraints),
        at=place.at(node),
    )


# --- ALTER TABLE ----------------------------------------------------------------------------------------------------

_RELATIONS: dict[str, s.RelationKind] = {
    "OBJECT_TABLE": "table",
    "OBJECT_INDEX": "index",
    "OBJECT_VIEW": "view",
    "OBJECT_MATVIEW": "materialized view",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_FOREIGN_TABLE": "foreign table",
    "OBJECT_TYPE": "type",
}


def _alter_table(place: _Place, fields: Node) -> Action:
    relation = fields.get("relation", {})
    return s.AlterTable(
        table=_range(relation),
        kind=_RELATIONS.get(fields.get("objtype", ""), "table"),
        commands=tuple(_command(place, one["AlterTableCmd"]) for one in fields.get("cmds", ())),
        if_exists=bool(fields.get("missing_ok")),
        only=not relation.get("inh"),
    )


def _command(place: _Place, one: Node) -> Command:
    word = one.get("subtype", "AT_AddColumn")
    reader = _COMMANDS.get(word)
    return reader(place, one, one.get("def", {})) if reader else s.OtherCommand(word=word.removeprefix("AT_"))


def _cascade(one: Node) -> bool:
    return one.get("behavior") == "DROP_CASCADE"


def _set_type(_: _Place, one: Node, definition: Node) -> Command:
    column = definition.get("ColumnDef", {})
    collation = tree.strings(column.get("collClause", {}).get("collname"))
    return s.SetType(
        name=one.get("name", ""),
        type=type_name(column.get("typeName", {})),
        using=_expression(column.get("raw_default")),
        collation=collation[-1] if collation else "",
    )


def _add_constraint(place: _Place, one: Node, definition: Node) -> Command:
    found = _constraint(place, definition.get("Constraint", {}))
    return s.AddConstraint(constraint=found) if found else s.OtherCommand(word="AddConstraint")


def _alter_constraint(_: _Place, one: Node, definition: Node) -> Command:
    inner = definition.get("ATAlterConstraint", definition.get("Constraint", {}))
    enforced = bool(inner.get("is_enforced")) if inner.get("alterEnforceability") else None
    return s.AlterConstraint(
        name=inner.get("conname", ""), enforced=enforced, inherit=bool(inner.get("alterInheritability"))
    )


def _attach(_: _Place, one: Node, definition: Node) -> Command:
    inner = definition.get("PartitionCmd", {})
    bound = inner.get("bound")
    return s.AttachPartition(partition=_range(inner.get("name", {})), bound=_bound(bound) if bound else None)


def _bound(node: Node) -> PartitionBound:
    return PartitionBound(default=bool(node.get("is_default")), tree=node)


def _detach(_: _Place, one: Node, definition: Node) -> Command:
    inner = definition.get("PartitionCmd", {})
    return s.DetachPartition(
        partition=_range(inner.get("name", {})),
        concurrently=bool(inner.get("concurrent")),
        finalize=one.get("subtype") == "AT_DetachPartitionFinalize",
    )


def _options(_: _Place, one: Node, definition: Node) -> Command:
    items: list[Node] = definition.get("List", {}).get("items", [])
    return s.SetOptions(options=tuple(item.get("DefElem", {}).get("defname", "") for item in items))


def _replica_identity(_: _Place, one: Node, definition: Node) -> Command:
    how = definition.get("ReplicaIdentityStmt", {}).get("identity_type", "d")
    kinds: dict[str, Literal["default", "nothing", "full", "index"]] = {"n": "nothing", "f": "full", "i": "index"}
    return s.ReplicaIdentity(how=kinds.get(how, "default"))


_Read = Callable[[_Place, Node, Node], Command]


def _named(make: Callable[[str], Command]) -> _Read:
    return lambda _, one, __: make(one.get("name", ""))


def _plain(command: Command) -> _Read:
    return lambda _, __, ___: command


_COMMANDS: dict[str, _Read] = {
    "AT_AddColumn": lambda place, one, d: s.AddColumn(
        column=_column(place, d.get("ColumnDef", {})), if_not_exists=bool(one.get("missing_ok"))
    ),
    "AT_DropColumn": lambda _, one, __: s.DropColumn(
        name=one.get("name", ""), if_exists=bool(one.get("missing_ok")), cascade=_cascade(one)
    ),
    "AT_AlterColumnType": _set_type,
    "AT_ColumnDefault": lambda _, one, d: s.SetDefault(name=one.get("name", ""), default=_expression(d)),
    "AT_SetNotNull": _named(lambda name: s.SetNotNull(name=name)),
    "AT_DropNotNull": _named(lambda name: s.DropNotNull(name=name)),
    "AT_SetExpression": _named(lambda name: s.SetExpression(name=name)),
    "AT_DropExpression": _named(lambda name: s.DropExpression(name=name)),
    "AT_AddIdentity": _named(lambda name: s.ChangeIdentity(name=name, how="add")),
    "AT_SetIdentity": _named(lambda name: s.ChangeIdentity(name=name, how="set")),
    "AT_DropIdentity": _named(lambda name: s.ChangeIdentity(name=name, how="drop")),
    "AT_SetStatistics": _named(lambda name: s.SetColumnOption(name=name, option="statistics")),
    "AT_SetStorage": _named(lambda name: s.SetColumnOption(name=name, option="storage")),
    "AT_SetCompression": _named(lambda name: s.SetColumnOption(name=name, option="compression")),
    "AT_SetOptions": _named(lambda name: s.SetColumnOption(name=name, option="options")),
    "AT_ResetOptions": _named(lambda name: s.SetColumnOption(name=name, option="options")),
    "AT_AddConstraint": _add_constraint,
    "AT_DropConstraint": lambda _, one, __: s.DropConstraint(
        name=one.get("name", ""), if_exists=bool(one.get("missing_ok")), cascade=_cascade(one)
    ),
    "AT_ValidateConstraint": _named(lambda name: s.ValidateConstraint(name=name)),
    "AT_AlterConstraint": _alter_constraint,
    "AT_AttachPartition": _attach,
    "AT_DetachPartition": _detach,
    "AT_DetachPartitionFinalize": _detach,
    "AT_EnableTrig": _named(lambda name: s.ToggleTrigger(name=name, enable=True)),
    "AT_EnableAlwaysTrig": _named(lambda name: s.ToggleTrigger(name=name, enable=True)),
    "AT_EnableReplicaTrig": _named(lambda name: s.ToggleTrigger(name=name, enable=True)),
    "AT_DisableTrig": _named(lambda name: s.ToggleTrigger(name=name, enable=False)),
    "AT_EnableTrigAll": _named(lambda name: s.ToggleTrigger(name="", enable=True)),
    "AT_DisableTrigAll": _named(lambda name: s.ToggleTrigger(name="", enable=False)),
    "AT_EnableTrigUser": _named(lambda name: s.ToggleTrigger(name="", enable=True)),
    "AT_DisableTrigUser": _named(lambda name: s.ToggleTrigger(name="", enable=False)),
    "AT_EnableRule": _named(lambda name: s.ToggleRule(name=name, enable=True)),
    "AT_EnableAlwaysRule": _named(lambda name: s.ToggleRule(name=name, enable=True)),
    "AT_EnableReplicaRule": _named(lambda name: s.ToggleRule(name=name, enable=True)),
    "AT_DisableRule": _named(lambda name: s.ToggleRule(name=name, enable=False)),
    "AT_EnableRowSecurity": _plain(s.RowSecurity(how="enable")),
    "AT_DisableRowSecurity": _plain(s.RowSecurity(how="disable")),
    "AT_ForceRowSecurity": _plain(s.RowSecurity(how="force")),
    "AT_NoForceRowSecurity": _plain(s.RowSecurity(how="no force")),
    "AT_SetLogged": _plain(s.SetLogged(logged=True)),
    "AT_SetUnLogged": _plain(s.SetLogged(logged=False)),
    "AT_SetTableSpace": _named(lambda name: s.SetTablespace(tablespace=name)),
    "AT_SetAccessMethod": _named(lambda name: s.SetAccessMethod(method=name)),
    "AT_SetRelOptions": _options,
    "AT_ResetRelOptions": _options,
    "AT_ClusterOn": _named(lambda name: s.ClusterOn(index=name)),
    "AT_DropCluster": _plain(s.ClusterOn(index="")),
    "AT_ReplicaIdentity": _replica_identity,
    "AT_ChangeOwner": lambda _, one, __: s.OwnerTo(owner=one.get("newowner", {}).get("rolename", "")),
    "AT_AddInherit": lambda _, __, d: s.ChangeInheritance(parent=_range(d.get("RangeVar", {})), inherit=True),
    "AT_DropInherit": lambda _, __, d: s.ChangeInheritance(parent=_range(d.get("RangeVar", {})), inherit=False),
}


# --- CREATE ---------------------------------------------------------------------------------------------------------


def _create_table(place: _Place, fields: Node) -> Action:
    foreign = "base" in fields
    if foreign:
        fields = cast(Node, fields["base"])
    relation = fields.get("relation", {})
    columns: list[ColumnSpec] = []
    constraints: list[ConstraintSpec] = []
    likes: list[tuple[Name, int]] = []
    for element in fields.get("tableElts", ()):
        kind, inner = next(iter(element.items()))
        if kind == "ColumnDef":
            columns.append(_column(place, inner))
        elif kind == "Constraint":
            found = _constraint(place, inner)
            if found:
                constraints.append(found)
        elif kind == "TableLikeClause":
            likes.append((_range(inner.get("relation", {})), inner.get("options", 0)))
    parents = tuple(_range(one.get("RangeVar", {})) for one in fields.get("inhRelations", ()))
    bound = fields.get("partbound")
    spec = fields.get("partspec", {})
    return s.CreateTable(
        table=_range(relation),
        columns=tuple(columns),
        constraints=tuple(constraints),
        if_not_exists=bool(fields.get("if_not_exists")),
        temporary=relation.get("relpersistence") == "t",
        unlogged=relation.get("relpersistence") == "u",
        inherits=() if bound else parents,
        partition_of=parents[0] if bound and parents else None,
        bound=_bound(bound) if bound else None,
        partitioned=bool(spec),
        partition_columns=tuple(one.get("PartitionElem", {}).get("name", "") for one in spec.get("partParams", ())),
        likes=tuple(likes),
        typed="ofTypename" in fields,
        foreign=foreign,
    )


def _create_table_as(place: _Place, fields: Node) -> Action:
    into = fields.get("into", {})
    return s.CreateTableAs(
        table=_range(into.get("rel", {})),
        materialized=fields.get("objtype") == "OBJECT_MATVIEW",
        with_data=not into.get("skipData"),
        if_not_exists=bool(fields.get("if_not_exists")),
        temporary=into.get("rel", {}).get("relpersistence") == "t",
        reads=_reads(fields.get("query")),
    )


def _create_index(place: _Place, fields: Node) -> Action:
    relation = fields.get("relation", {})
    return s.CreateIndex(
        name=fields.get("idxname", ""),
        table=_range(relation),
        keys=tuple(_part(one.get("IndexElem", {})) for one in fields.get("indexParams", ())),
        include=tuple(one.get("IndexElem", {}).get("name", "") for one in fields.get("indexIncludingParams", ())),
        where=_expression(fields.get("whereClause")),
        method=fields.get("accessMethod") or "btree",
        unique=bool(fields.get("unique")),
        concurrently=bool(fields.get("concurrent")),
        if_not_exists=bool(fields.get("if_not_exists")),
        only=not relation.get("inh"),
    )


def _part(element: Node) -> s.IndexPart:
    return s.IndexPart(
        column=element.get("name", ""),
        expression=_expression(element.get("expr")),
        opclass=".".join(tree.strings(element.get("opclass"))),
        collation=".".join(tree.strings(element.get("collation"))),
        descending=element.get("ordering") == "SORTBY_DESC",
    )


def _create_view(place: _Place, fields: Node) -> Action:
    view = fields.get("view", {})
    names = tree.strings(fields.get("aliases"))
    targets: list[Node] = fields.get("query", {}).get("SelectStmt", {}).get("targetList", [])
    if not names:
        for one in targets:
            target = one.get("ResTarget", {})
            referenced = tree.strings(target.get("val", {}).get("ColumnRef", {}).get("fields"))
            name = target.get("name") or (referenced[-1] if referenced else "")
            names.append(name)
    star = any(kind == "A_Star" for one in targets for kind, _ in tree.walk([one.get("ResTarget", {}).get("val")]))
    return s.CreateView(
        name=_range(view),
        replace=bool(fields.get("replace")),
        temporary=view.get("relpersistence") == "t",
        columns=() if star or not all(names) else tuple(names),
        reads=_reads(fields.get("query")),
    )


def _create_domain(place: _Place, fields: Node) -> Action:
    default: Node | None = None
    constraints: list[ConstraintSpec] = []
    for one in fields.get("constraints", ()):
        inner = one["Constraint"]
        if inner.get("contype") == "CONSTR_DEFAULT":
            default = inner.get("raw_expr")
        elif found := _constraint(place, inner):
            constraints.append(found)
    return s.CreateDomain(
        name=_listed(fields.get("domainname")),
        type=type_name(fields.get("typeName", {})),
        constraints=tuple(constraints),
        default=_expression(default),
    )


def _alter_domain(place: _Place, fields: Node) -> Action:
    kinds: dict[str, Any] = {
        "C": "add constraint",
        "X": "drop constraint",
        "V": "validate",
        "O": "set not null",
        "N": "drop not null",
        "T": "default",
    }
    return s.AlterDomain(
        name=_listed(fields.get("typeName")),
        how=kinds.get(fields.get("subtype", ""), "default"),
        constraint=_constraint(place, fields.get("def", {}).get("Constraint", {})),
        constraint_name=fields.get("name", ""),
    )


def _alter_enum(_: _Place, fields: Node) -> Action:
    type_ = _listed(fields.get("typeName"))
    if fields.get("oldVal"):
        return s.RenameEnumValue(type=type_, old=fields["oldVal"], new=fields.get("newVal", ""))
    return s.AddEnumValue(
        type=type_,
        value=fields.get("newVal", ""),
        placed=bool(fields.get("newValNeighbor")),
        if_not_exists=bool(fields.get("skipIfNewValExists")),
    )


def _create_function(_: _Place, fields: Node) -> Action:
    language, body = "", ""
    volatility: Literal["immutable", "stable", "volatile"] = "volatile"
    for one in fields.get("options", ()):
        element = one.get("DefElem", {})
        name, value = element.get("defname"), element.get("arg", {})
        if name == "as":
            body = "\n".join(tree.strings(value.get("List", {}).get("items")))
        elif name == "language":
            language = value.get("String", {}).get("sval", "")
        elif name == "volatility" and value.get("String", {}).get("sval") in ("immutable", "stable"):
            volatility = value["String"]["sval"]
    arguments = [
        str(type_name(inner.get("argType", {})))
        for one in fields.get("parameters", ())
        if (inner := one.get("FunctionParameter", {})).get("mode") not in ("FUNC_PARAM_OUT", "FUNC_PARAM_TABLE")
    ]
    returns = str(type_name(fields["returnType"])) if "returnType" in fields else ""
    if any(one.get("FunctionParameter", {}).get("mode") == "FUNC_PARAM_TABLE" for one in fields.get("parameters", ())):
        columns = [
            f"{inner.get('name', '')} {type_name(inner.get('argType', {}))}"
            for one in fields.get("parameters", ())
            if (inner := one.get("FunctionParameter", {})).get("mode") == "FUNC_PARAM_TABLE"
        ]
        returns = f"table({', '.join(columns)})"
    return s.CreateFunction(
        name=_listed(fields.get("funcname")),
        replace=bool(fields.get("replace")),
        procedure=bool(fields.get("is_procedure")),
        language=language.lower() or ("sql" if "sql_body" in fields else ""),
        body=body,
        volatility=volatility,
        arguments=tuple(arguments),
        returns=returns,
    )


def _owned_by(fields: Node) -> tuple[Name, str] | None:
    for one in fields.get("options", ()):
        element = one.get("DefElem", {})
        if element.get("defname") == "owned_by":
            parts = tree.strings(element.get("arg", {}).get("List", {}).get("items"))
            if len(parts) > 1:
                return Name(schema=parts[-3] if len(parts) > 2 else "", name=parts[-2]), parts[-1]
    return None


def _type_kind(kind: Literal["composite", "range", "base"]) -> Callable[[_Place, Node], Action]:
    def read(place: _Place, fields: Node) -> Action:
        name = _range(fields["typevar"]) if "typevar" in fields else _listed(fields.get("typeName"))
        columns = tuple(_column(place, one.get("ColumnDef", {})) for one in fields.get("coldeflist", ()))
        return s.CreateType(name=name, kind=kind, columns=columns)

    return read


def _define(_: _Place, fields: Node) -> Action:
    if fields.get("kind") == "OBJECT_TYPE":
        return s.CreateType(name=_listed(fields.get("defnames")), kind="base")
    return s.Other(word="Define")


def _publication(_: _Place, fields: Node) -> Action:
    tables = tuple(
        _range(one["PublicationObjSpec"].get("pubtable", {}).get("relation", {}))
        for one in fields.get("pubobjects", ())
        if "pubtable" in one.get("PublicationObjSpec", {})
    )
    return s.ChangePublication(
        name=fields.get("pubname", ""),
        create=("action" not in fields and "pubobjects" in fields) or "for_all_tables" in fields,
        drop=fields.get("action") == "AP_DropObjects",
        all_tables=bool(fields.get("for_all_tables")),
        tables=tables,
    )


# --- DROP, RENAME and the rest --------------------------------------------------------------------------------------


def _kind(word: str) -> str:
    """`OBJECT_MATVIEW` as people say it."""
    spelled = {
        "OBJECT_MATVIEW": "materialized view",
        "OBJECT_TABCONSTRAINT": "constraint",
        "OBJECT_DOMCONSTRAINT": "domain constraint",
        "OBJECT_STATISTIC_EXT": "statistics",
        "OBJECT_ATTRIBUTE": "column",
    }
    return spelled.get(word) or word.removeprefix("OBJECT_").lower().replace("_", " ")


def _drop(_: _Place, fields: Node) -> Action:
    kind = _kind(fields.get("removeType", ""))
    names = [_of_object(one) for one in fields.get("objects", ())]
    on: Name | None = None
    if kind in ("trigger", "rule", "policy"):
        parts = tree.strings(fields["objects"][0].get("List", {}).get("items"))
        on = Name(schema=parts[-3] if len(parts) > 2 else "", name=parts[-2] if len(parts) > 1 else "")
        names = [Name(schema="", name=parts[-1])]
    return s.Drop(
        kind=kind,
        names=tuple(names),
        on=on,
        if_exists=bool(fields.get("missing_ok")),
        cascade=_cascade(fields),
        concurrently=bool(fields.get("concurrent")),
    )


def _rename(_: _Place, fields: Node) -> Action:
    kind = _kind(fields.get("renameType", ""))
    name = _range(fields["relation"]) if "relation" in fields else _of_object(fields.get("object", {}))
    if kind == "schema":
        name = Name(schema="", name=fields.get("subname", ""))
    sub = fields.get("subname", "") if kind in ("column", "constraint", "trigger", "policy", "rule") else ""
    return s.Rename(kind=kind, name=name, sub=sub, new=fields.get("newname", ""))


def _set_schema(_: _Place, fields: Node) -> Action:
    name = _range(fields["relation"]) if "relation" in fields else _of_object(fields.get("object", {}))
    return s.SetSchema(kind=_kind(fields.get("objectType", "")), name=name, new=fields.get("newschema", ""))


def _comment(_: _Place, fields: Node) -> Action:
    kind = _kind(fields.get("objtype", ""))
    name, sub = _of_object(fields.get("object", {})), ""
    if kind in ("column", "constraint", "trigger", "policy", "rule"):
        parts = tree.strings(fields.get("object", {}).get("List", {}).get("items"))
        sub = parts[-1] if parts else ""
        name = Name(schema=parts[-3] if len(parts) > 2 else "", name=parts[-2] if len(parts) > 1 else "")
    return s.CommentOn(kind=kind, name=name, sub=sub)


def _grant(_: _Place, fields: Node) -> Action:
    tables = tuple(_range(one["RangeVar"]) for one in fields.get("objects", ()) if "RangeVar" in one)
    return s.ChangeGrant(
        revoke=not fields.get("is_grant"),
        tables=tables if fields.get("objtype") == "OBJECT_TABLE" else (),
        what=_kind(fields.get("objtype", "")),
        grantees=_roles(fields.get("grantees", ())),
    )


def _roles(items: Any) -> tuple[str, ...]:
    names = (one.get("RoleSpec", {}) for one in items)
    return tuple(one.get("rolename") or ("PUBLIC" if one.get("roletype") == "ROLESPEC_PUBLIC" else "") for one in names)


def _default_privileges(_: _Place, fields: Node) -> Action:
    inner = fields.get("action", {})
    return s.ChangeGrant(
        revoke=not inner.get("is_grant"),
        default=True,
        what=_kind(inner.get("objtype", "")),
        grantees=_roles(inner.get("grantees", ())),
    )


def _grant_role(_: _Place, fields: Node) -> Action:
    return s.ChangeGrant(
        revoke=not fields.get("is_grant"), what="role", grantees=_roles(fields.get("grantee_roles", ()))
    )


def _ranges(items: Any) -> tuple[Name, ...]:
    return tuple(_range(one["RangeVar"]) for one in items or () if "RangeVar" in one)


def _vacuum(_: _Place, fields: Node) -> Action:
    tables = tuple(_range(one["VacuumRelation"].get("relation", {})) for one in fields.get("rels", ()))
    return s.Vacuum(
        tables=tables, full=_flag(fields.get("options"), "full"), analyze_only=not fields.get("is_vacuumcmd")
    )


def _flag(options: Any, name: str) -> bool:
    """Whether an option of a list in parentheses is on."""
    for one in options or ():
        element = one.get("DefElem", {})
        if element.get("defname") == name:
            value = element.get("arg")
            if value is None:
                return True
            text = value.get("String", {}).get("sval", "")
            return bool(value.get("Integer", {}).get("ival") or value.get("Boolean", {}).get("boolval")) or text in (
                "true",
                "on",
                "1",
            )
    return False


def _reindex(_: _Place, fields: Node) -> Action:
    kind: Any = fields.get("kind", "REINDEX_OBJECT_INDEX").removeprefix("REINDEX_OBJECT_").lower()
    name = _range(fields["relation"]) if "relation" in fields else None
    if name is None and fields.get("name"):
        name = Name(schema="", name=fields["name"])
    return s.Reindex(kind=kind, name=name, concurrently=_flag(fields.get("params"), "concurrently"))


# --- rows -----------------------------------------------------------------------------------------------------------


def _limited(node: Any) -> bool:
    return any(kind == "SelectStmt" and "limitCount" in fields for kind, fields in tree.walk(node))


def _update(_: _Place, fields: Node) -> Action:
    table = _range(fields.get("relation", {}))
    others = [fields.get("fromClause"), fields.get("whereClause"), fields.get("withClause"), fields.get("targetList")]
    return s.Update(
        table=table,
        columns=tuple(one.get("ResTarget", {}).get("name", "") for one in fields.get("targetList", ())),
        where=_expression(fields.get("whereClause")),
        reads=_reads(others),
        limited=_limited(others),
    )


def _delete(_: _Place, fields: Node) -> Action:
    others = [fields.get("usingClause"), fields.get("whereClause"), fields.get("withClause")]
    return s.Delete(
        table=_range(fields.get("relation", {})),
        where=_expression(fields.get("whereClause")),
        reads=_reads(others),
        limited=_limited(others),
    )


def _insert(_: _Place, fields: Node) -> Action:
    query = fields.get("selectStmt", {}).get("SelectStmt", {})
    rows = len(query.get("valuesLists", ())) or int(not query)
    return s.Insert(
        table=_range(fields.get("relation", {})),
        rows=rows,
        reads=_reads([query, fields.get("withClause")]),
        texts=texts_in([query]),
    )


def _select(_: _Place, fields: Node) -> Action:
    if "intoClause" in fields:
        into = fields["intoClause"]
        return s.CreateTableAs(table=_range(into.get("rel", {})), reads=_reads([{"SelectStmt": fields}]))
    for kind, inner in tree.walk(fields.get("withClause")):
        if kind in ("UpdateStmt", "DeleteStmt", "InsertStmt"):
            return _READERS[kind](_Place(0), inner)
    functions: list[Name] = []
    settings: list[tuple[str, str]] = []
    for kind, call in tree.walk([{"SelectStmt": fields}]):
        if kind == "FuncCall":
            name = _listed(call.get("funcname"))
            functions.append(name)
            values = texts_in(call.get("args"))
            if name.name == "set_config" and len(values) > 1:
                settings.append((values[0].lower(), values[1]))
    return s.Select(
        reads=_reads([{"SelectStmt": fields}]), functions=tuple(dict.fromkeys(functions)), settings=tuple(settings)
    )


def _call(_: _Place, fields: Node) -> Action:
    return s.Select(functions=(_listed(fields.get("funccall", {}).get("funcname")),))


_TRANSACTIONS: dict[str, Literal["begin", "commit", "rollback"]] = {
    "TRANS_STMT_BEGIN": "begin",
    "TRANS_STMT_START": "begin",
    "TRANS_STMT_COMMIT": "commit",
    "TRANS_STMT_ROLLBACK": "rollback",
}


def _transaction(_: _Place, fields: Node) -> Action:
    return s.Transaction(kind=_TRANSACTIONS.get(fields.get("kind", ""), "other"), chain=bool(fields.get("chain")))


def _constants(items: Any) -> Iterator[str]:
    for one in items or ():
        constant = one.get("A_Const", {})
        if "sval" in constant:
            yield str(constant["sval"].get("sval", ""))
        elif "ival" in constant:
            yield str(constant["ival"].get("ival", 0))
        elif "fval" in constant:
            yield str(constant["fval"].get("fval", ""))
        elif "TypeCast" in one:
            yield from _constants([one["TypeCast"].get("arg", {})])


def _set(_: _Place, fields: Node) -> Action:
    values = tuple(_constants(fields.get("args")))
    is_set = fields.get("kind", "VAR_SET_VALUE") == "VAR_SET_VALUE"
    return s.SetVariable(
        name=fields.get("name", "").lower(),
        value=", ".join(values) if is_set else None,
        local=bool(fields.get("is_local")),
        values=values,
    )


def _do(_: _Place, fields: Node) -> Action:
    body, language = "", "plpgsql"
    for one in fields.get("args", ()):
        element = one.get("DefElem", {})
        text = element.get("arg", {}).get("String", {}).get("sval", "")
        if element.get("defname") == "as":
            body = text
        elif element.get("defname") == "language":
            language = text
    return s.Do(body=body, language=language)


_READERS: dict[str, Callable[[_Place, Node], Action]] = {
    "AlterTableStmt": _alter_table,
    "CreateStmt": _create_table,
    "CreateForeignTableStmt": _create_table,
    "CreateTableAsStmt": _create_table_as,
    "IndexStmt": _create_index,
    "DropStmt": _drop,
    "DropdbStmt": lambda _, f: s.DropDatabase(name=f.get("dbname", "")),
    "ReindexStmt": _reindex,
    "RenameStmt": _rename,
    "AlterObjectSchemaStmt": _set_schema,
    "ViewStmt": _create_view,
    "RefreshMatViewStmt": lambda _, f: s.RefreshView(
        name=_range(f.get("relation", {})), concurrently=bool(f.get("concurrent")), with_data=not f.get("skipData")
    ),
    "CreateEnumStmt": lambda _, f: s.CreateEnum(
        name=_listed(f.get("typeName")), labels=tuple(tree.strings(f.get("vals")))
    ),
    "AlterEnumStmt": _alter_enum,
    "CreateDomainStmt": _create_domain,
    "AlterDomainStmt": _alter_domain,
    "CompositeTypeStmt": _type_kind("composite"),
    "CreateRangeStmt": _type_kind("range"),
    "DefineStmt": _define,
    "CreateFunctionStmt": _create_function,
    "CreateTrigStmt": lambda _, f: s.CreateTrigger(
        name=f.get("trigname", ""),
        table=_range(f.get("relation", {})),
        replace=bool(f.get("replace")),
        constraint=bool(f.get("isconstraint")),
        references=_range(f["constrrel"]) if "constrrel" in f else None,
    ),
    "CreatePolicyStmt": lambda _, f: s.CreatePolicy(name=f.get("policy_name", ""), table=_range(f.get("table", {}))),
    "AlterPolicyStmt": lambda _, f: s.CreatePolicy(
        name=f.get("policy_name", ""), table=_range(f.get("table", {})), alter=True
    ),
    "RuleStmt": lambda _, f: s.CreateRule(name=f.get("rulename", ""), table=_range(f.get("relation", {}))),
    "CreateSeqStmt": lambda _, f: s.CreateSequence(
        name=_range(f.get("sequence", {})), if_not_exists=bool(f.get("if_not_exists")), owned_by=_owned_by(f)
    ),
    "AlterSeqStmt": lambda _, f: s.AlterSequence(name=_range(f.get("sequence", {})), owned_by=_owned_by(f)),
    "CreateSchemaStmt": lambda _, f: s.CreateSchema(
        name=f.get("schemaname") or f.get("authrole", {}).get("rolename", ""),
        if_not_exists=bool(f.get("if_not_exists")),
    ),
    "CreateExtensionStmt": lambda _, f: s.CreateExtension(name=f.get("extname", "")),
    "AlterExtensionStmt": lambda _, f: s.CreateExtension(name=f.get("extname", ""), alter=True),
    "CreateStatsStmt": lambda _, f: s.CreateStatistics(
        name=_listed(f.get("defnames")), table=next(iter(_ranges(f.get("relations"))), None)
    ),
    "CreatePublicationStmt": _publication,
    "AlterPublicationStmt": _publication,
    "GrantStmt": _grant,
    "GrantRoleStmt": _grant_role,
    "AlterDefaultPrivilegesStmt": _default_privileges,
    "AlterOwnerStmt": lambda _, f: s.ChangeOwner(
        kind=_kind(f.get("objectType", "")),
        name=_of_object(f.get("object", {})),
        owner=f.get("newowner", {}).get("rolename", ""),
    ),
    "CommentStmt": _comment,
    "TruncateStmt": lambda _, f: s.Truncate(tables=_ranges(f.get("relations")), cascade=_cascade(f)),
    "LockStmt": lambda _, f: s.LockTables(tables=_ranges(f.get("relations")), mode=f.get("mode", 8)),
    "VacuumStmt": _vacuum,
    "ClusterStmt": lambda _, f: s.Cluster(table=_range(f["relation"]) if "relation" in f else None),
    "UpdateStmt": _update,
    "DeleteStmt": _delete,
    "InsertStmt": _insert,
    "MergeStmt": lambda _, f: s.Merge(
        table=_range(f.get("relation", {})), reads=_reads([f.get("sourceRelation"), f.get("withClause")])
    ),
    "CopyStmt": lambda _, f: s.Copy(
        table=_range(f["relation"]) if "relation" in f else None, into=bool(f.get("is_from"))
    ),
    "SelectStmt": _select,
    "CallStmt": _call,
    "TransactionStmt": _transaction,
    "VariableSetStmt": _set,
    "DoStmt": _do,
}
