"""Where a script writes down each object: tables, columns, constraints, indexes and the rest, by `ObjectRef`.

The statements are followed in order, renames and drops included, with the `search_path` that they set; an unqualified
name is `public` unless they say otherwise. Constraints and indexes without a name get the one that PostgreSQL would
choose (`ChooseIndexName`, `ChooseConstraintName` of its source), so that a finding read from the catalogue finds its
line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from dbarchitect.model.names import Name, ObjectKind, ObjectRef, Position

from . import tree
from .script import Statement
from .tree import Node


@dataclass(frozen=True, slots=True)
class Written:
    """Where one object is written: its place, and the index of the statement it stands in."""

    position: Position
    statement: int


class Positions:
    """A map from objects to places, with the fallbacks that a reader wants."""

    def __init__(self, written: Mapping[ObjectRef, Written]) -> None:
        """`written` as `positions` collects it."""
        self._written = written

    def __len__(self) -> int:
        return len(self._written)

    def __contains__(self, ref: ObjectRef) -> bool:
        return ref in self._written

    def items(self) -> Iterator[tuple[ObjectRef, Written]]:
        """Every object with its place."""
        yield from self._written.items()

    def exact(self, ref: ObjectRef) -> Position | None:
        """The place of exactly this object."""
        found = self._written.get(ref)
        return found.position if found else None

    def find(self, ref: ObjectRef) -> Position | None:
        """The place of the object, else of what holds it: a constraint's table, a function of that name whatever its
        arguments, a materialised view asked for as a table."""
        for candidate in _candidates(ref):
            found = self._written.get(candidate)
            if found:
                return found.position
        if ref.kind == "function":
            bare = ref.name.partition("(")[0]
            for other, found in self._written.items():
                if other.kind == "function" and other.schema == ref.schema and other.name.partition("(")[0] == bare:
                    return found.position
        return None


def _candidates(ref: ObjectRef) -> Iterator[ObjectRef]:
    yield ref
    if ref.kind == "index" and not ref.sub:
        yield ObjectRef(kind="index", schema=ref.schema, name="", sub=ref.name)
    if ref.kind in ("index", "constraint") and ref.sub:
        # A primary key is both; which one a finding names is its own choice.
        other: ObjectKind = "constraint" if ref.kind == "index" else "index"
        yield ObjectRef(kind=other, schema=ref.schema, name=ref.name, sub=ref.sub)
    kinds: tuple[ObjectKind, ...] = ("table", "view", "type", "domain") if ref.name else ()
    for kind in kinds:
        if kind != ref.kind or ref.sub:
            yield ObjectRef(kind=kind, schema=ref.schema, name=ref.name)


def positions(statements: Sequence[Statement]) -> Positions:
    """Where `statements` (of one script, or of migrations in order) write their objects down."""
    reader = _Reader()
    for number, statement in enumerate(statements):
        if statement.kind.partition(" ")[0] in _VERBS or statement.kind == "SELECT":
            reader.read(number, statement)
    return Positions(reader.written)


_VERBS = frozenset(("CREATE", "ALTER", "DROP", "SET", "RESET"))
_IDENTIFIER_BYTES = 63
_SYSTEM = frozenset(("pg_catalog", "pg_temp", "$user", "information_schema"))


@dataclass(slots=True)
class _Reader:
    written: dict[ObjectRef, Written] = field(default_factory=dict[ObjectRef, Written])
    _schema: str = "public"
    _number: int = 0
    _statement: Statement | None = None
    _names: dict[str, set[str]] = field(default_factory=dict[str, set[str]])  # taken relation names by schema

    def read(self, number: int, statement: Statement) -> None:
        if statement.kind == "SELECT" and "set_config" not in statement.sql[:60].lower():
            return
        self._number, self._statement = number, statement
        try:
            parsed = tree.parse(statement.sql)
        except tree.ParserError:  # it nests too deeply; the script as a whole was accepted
            return
        for kind, fields in parsed:
            self._handle(kind, fields)

    def _handle(self, kind: str, fields: Node) -> None:
        handler = _HANDLERS.get(kind)
        if handler:
            handler(self, fields)

    # --- names ------------------------------------------------------------------------------------------------------

    def _name(self, relation: Node) -> Name:
        return Name(schema=relation.get("schemaname") or self._schema, name=relation.get("relname", ""))

    def _list_name(self, parts: Any) -> Name:
        names = tree.strings(parts)
        return Name(schema=names[-2] if len(names) > 1 else self._schema, name=names[-1] if names else "")

    def _put(self, ref: ObjectRef, offset: int | None = None, *, again: bool = False) -> None:
        """Note `ref` at byte `offset` of the statement (None: its start). The first place stays unless `again`."""
        assert self._statement is not None
        if ref in self.written and not again:
            return
        place = self._statement.position if not offset or offset < 0 else self._statement.at(offset)
        self.written[ref] = Written(place, self._number)

    def _taken(self, schema: str) -> set[str]:
        return self._names.setdefault(schema, set())

    def _choose(self, schema: str, first: str, second: str, label: str) -> str:
        """PostgreSQL's choice of a free name among the relations of a schema."""
        number = 0
        while True:
            name = make_object_name(first, second, f"{label}{number or ''}")
            if name not in self._taken(schema):
                self._taken(schema).add(name)
                return name
            number += 1

    # --- statements -------------------------------------------------------------------------------------------------

    def set_variable(self, fields: Node) -> None:
        if fields.get("name") != "search_path":
            return
        values = [one.get("A_Const", {}).get("sval", {}).get("sval", "") for one in fields.get("args", [])]
        self._schema = next((v for v in values if v and v not in _SYSTEM), "public")

    def select(self, fields: Node) -> None:
        for target in fields.get("targetList", []):
            call = target.get("ResTarget", {}).get("val", {}).get("FuncCall")
            if call and tree.strings(call.get("funcname"))[-1:] == ["set_config"]:
                values = [one.get("A_Const", {}).get("sval", {}).get("sval", "") for one in call.get("args", [])]
                if values[:1] == ["search_path"] and len(values) > 1:
                    parts = [part.strip().strip('"') for part in values[1].split(",")]
                    self._schema = next((p for p in parts if p and p not in _SYSTEM), "public")

    def create_schema(self, fields: Node) -> None:
        name = fields.get("schemaname") or fields.get("authrole", {}).get("rolename", "")
        self._put(ObjectRef(kind="schema", schema=name))
        before, self._schema = self._schema, name
        for element in fields.get("schemaElts", []):
            for kind, inner in element.items():
                self._handle(kind, inner)
        self._schema = before

    def create_table(self, fields: Node) -> None:
        if "base" in fields:  # CREATE FOREIGN TABLE
            fields = fields["base"]
        name = self._name(fields["relation"])
        ref = ObjectRef(kind="table", schema=name.schema, name=name.name)
        if ref in self.written:
            return  # IF NOT EXISTS, or a second attempt: the first one counts
        self._taken(name.schema).add(name.name)
        self._put(ref)
        self._elements(name, fields.get("tableElts", []))

    def _elements(self, table: Name, elements: Sequence[Node]) -> None:
        """Columns and constraints in PostgreSQL's own order of naming: checks and NOT NULLs by their place, then the
        keys (primary first), then foreign keys."""
        constraints: list[tuple[Node, str, int]] = []
        for element in elements:
            column = element.get("ColumnDef")
            if column:
                constraints += self._column(table, column)
            elif "Constraint" in element:
                constraints.append((element["Constraint"], "", element["Constraint"].get("location", 0)))
        for constraint, column_name, offset in sorted(constraints, key=lambda one: _RANK.get(one[0]["contype"], 1)):
            self._constraint(table, constraint, column_name, offset)

    def _column(self, table: Name, column: Node) -> list[tuple[Node, str, int]]:
        name = column.get("colname", "")
        offset = column.get("location", 0)
        self._put(ObjectRef(kind="column", schema=table.schema, name=table.name, sub=name), offset)
        types = tree.strings(column.get("typeName", {}).get("names"))
        found = [
            (one["Constraint"], name, one["Constraint"].get("location", offset))
            for one in column.get("constraints", [])
        ]
        identity = any(one[0]["contype"] == "CONSTR_IDENTITY" for one in found)
        if identity or (types and types[-1] in _SERIALS):
            sequence = self._choose(table.schema, table.name, name, "seq")
            self._put(ObjectRef(kind="sequence", schema=table.schema, name=sequence), offset)
            if not any(one[0]["contype"] == "CONSTR_NOTNULL" for one in found):
                self._constraint(table, {"contype": "CONSTR_NOTNULL"}, name, offset)
        return [one for one in found if one[0]["contype"] in _CONSTRAINTS]

    def _constraint(self, table: Name, constraint: Node, column: str, offset: int) -> None:
        kind = constraint["contype"]
        if kind not in _CONSTRAINTS:
            return
        columns = tree.strings(constraint.get("keys")) + tree.strings(constraint.get("including"))
        columns = columns or tree.strings(constraint.get("fk_attrs")) or ([column] if column else [])
        name = constraint.get("conname") or constraint.get("indexname") or ""
        is_index = kind in ("CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION")
        if name:
            self._taken(table.schema).add(name)
        elif kind == "CONSTR_PRIMARY":
            name = self._choose(table.schema, table.name, "", "pkey")
        elif kind == "CONSTR_UNIQUE":
            name = self._choose(table.schema, table.name, _joined(columns), "key")
        elif kind == "CONSTR_EXCLUSION":
            keys = [_key_name(one["List"]["items"][0].get("IndexElem", {})) for one in constraint.get("exclusions", [])]
            name = self._choose(table.schema, table.name, _joined(keys), "excl")
        elif kind == "CONSTR_FOREIGN":
            name = self._choose_constraint(table, _joined(columns), "fkey")
        elif kind == "CONSTR_NOTNULL":
            name = self._choose_constraint(table, _joined(columns), "not_null")
        else:
            used = {
                n for k, f in tree.walk([constraint]) if k == "ColumnRef" for n in tree.strings(f.get("fields"))[-1:]
            }
            name = self._choose_constraint(table, next(iter(used)) if len(used) == 1 else "", "check")
        self._put(ObjectRef(kind="constraint", schema=table.schema, name=table.name, sub=name), offset)
        if is_index:
            self._put_index(table, name, offset)
        if kind == "CONSTR_PRIMARY":  # from PostgreSQL 18 on, its columns have named NOT NULL constraints
            for one in tree.strings(constraint.get("keys")) or [column]:
                not_null = make_object_name(table.name, one, "not_null")
                self._put(ObjectRef(kind="constraint", schema=table.schema, name=table.name, sub=not_null), offset)

    def _choose_constraint(self, table: Name, second: str, label: str) -> str:
        """A constraint's name that is free on its table."""
        number = 0
        while True:
            name = make_object_name(table.name, second, f"{label}{number or ''}")
            if ObjectRef(kind="constraint", schema=table.schema, name=table.name, sub=name) not in self.written:
                return name
            number += 1

    def _put_index(self, table: Name, name: str, offset: int | None) -> None:
        self._put(ObjectRef(kind="index", schema=table.schema, name=table.name, sub=name), offset)
        self._put(ObjectRef(kind="index", schema=table.schema, name="", sub=name), offset)

    def create_index(self, fields: Node) -> None:
        table = self._name(fields["relation"])
        name = fields.get("idxname", "")
        if name:
            self._taken(table.schema).add(name)
        else:
            keys = [_key_name(one.get("IndexElem", {})) for one in fields.get("indexParams", [])]
            keys += [_key_name(one.get("IndexElem", {})) for one in fields.get("indexIncludingParams", [])]
            name = self._choose(table.schema, table.name, _joined(_distinct(keys)), "idx")
        self._put_index(table, name, None)

    def alter_table(self, fields: Node) -> None:
        table = self._name(fields.get("relation", {}))
        elements: list[Node] = []
        for one in fields.get("cmds", []):
            command = one.get("AlterTableCmd", {})
            subtype = command.get("subtype")
            if subtype in ("AT_AddColumn", "AT_AddConstraint") and "def" in command:
                elements.append(command["def"])
            elif subtype == "AT_DropColumn":
                self._forget("column", table, command.get("name", ""))
            elif subtype == "AT_DropConstraint":
                self._forget("constraint", table, command.get("name", ""))
                self._forget("index", table, command.get("name", ""))
                self._taken(table.schema).discard(command.get("name", ""))
        self._elements(table, elements)

    def _forget(self, kind: ObjectKind, table: Name, sub: str) -> None:
        self.written.pop(ObjectRef(kind=kind, schema=table.schema, name=table.name, sub=sub), None)

    def create_view(self, fields: Node) -> None:
        name = self._name(fields["view"])
        self._put(ObjectRef(kind="view", schema=name.schema, name=name.name), again=True)

    def create_as(self, fields: Node) -> None:
        name = self._name(fields.get("into", {}).get("rel", {}))
        kind: ObjectKind = "view" if fields.get("objtype") == "OBJECT_MATVIEW" else "table"
        self._taken(name.schema).add(name.name)
        self._put(ObjectRef(kind=kind, schema=name.schema, name=name.name))

    def create_sequence(self, fields: Node) -> None:
        name = self._name(fields["sequence"])
        self._taken(name.schema).add(name.name)
        self._put(ObjectRef(kind="sequence", schema=name.schema, name=name.name))

    def create_type(self, fields: Node) -> None:
        name = self._name(fields["typevar"]) if "typevar" in fields else self._list_name(fields.get("typeName"))
        self._put(ObjectRef(kind="type", schema=name.schema, name=name.name))

    def create_domain(self, fields: Node) -> None:
        name = self._list_name(fields.get("domainname"))
        for kind in ("domain", "type"):
            self._put(ObjectRef(kind=cast(ObjectKind, kind), schema=name.schema, name=name.name))

    def define(self, fields: Node) -> None:
        name = self._list_name(fields.get("defnames"))
        kinds: dict[str, ObjectKind] = {
            "OBJECT_TYPE": "type",
            "OBJECT_COLLATION": "collation",
            "OBJECT_AGGREGATE": "function",
        }
        kind = kinds.get(fields.get("kind", ""))
        if kind:
            self._put(ObjectRef(kind=kind, schema=name.schema, name=name.name))

    def create_function(self, fields: Node) -> None:
        name = self._list_name(fields.get("funcname"))
        arguments: list[str] = []
        for one in fields.get("parameters", []):
            parameter = one.get("FunctionParameter", {})
            mode = parameter.get("mode")
            if mode == "FUNC_PARAM_TABLE":
                continue
            if fields.get("is_procedure") and mode in ("FUNC_PARAM_DEFAULT", "FUNC_PARAM_IN"):
                mode = "IN"  # printed for procedures alone
            prefix = {
                "IN": "IN ",
                "FUNC_PARAM_INOUT": "INOUT ",
                "FUNC_PARAM_VARIADIC": "VARIADIC ",
                "FUNC_PARAM_OUT": "OUT ",
            }.get(mode or "", "")
            label = f"{parameter['name']} " if parameter.get("name") else ""
            arguments.append(f"{prefix}{label}{_type_text(parameter.get('argType', {}))}")
        signature = f"{name.name}({', '.join(arguments)})"
        self._put(ObjectRef(kind="function", schema=name.schema, name=signature), again=True)

    def create_on_table(self, kind: ObjectKind, relation: str, own: str) -> Callable[[Node], None]:
        def put(fields: Node) -> None:
            table = self._name(fields.get(relation, {}))
            self._put(ObjectRef(kind=kind, schema=table.schema, name=table.name, sub=fields.get(own, "")), again=True)

        return put

    def create_trigger(self, fields: Node) -> None:
        self.create_on_table("trigger", "relation", "trigname")(fields)

    def create_policy(self, fields: Node) -> None:
        self.create_on_table("policy", "table", "policy_name")(fields)

    def create_rule(self, fields: Node) -> None:
        self.create_on_table("rule", "relation", "rulename")(fields)

    def create_event_trigger(self, fields: Node) -> None:
        self._put(ObjectRef(kind="event trigger", name=fields.get("trigname", "")))

    def create_extension(self, fields: Node) -> None:
        self._put(ObjectRef(kind="extension", name=fields.get("extname", "")))

    def create_statistics(self, fields: Node) -> None:
        name = self._list_name(fields.get("defnames"))
        self._put(ObjectRef(kind="statistics", schema=name.schema, name=name.name))

    def create_publication(self, fields: Node) -> None:
        self._put(ObjectRef(kind="publication", name=fields.get("pubname", "")))

    # --- renames and drops ------------------------------------------------------------------------------------------

    def rename(self, fields: Node) -> None:
        what, new = fields.get("renameType", ""), fields.get("newname", "")
        if what == "OBJECT_SCHEMA":
            old = fields.get("subname", "")
            self._rekey(lambda ref: _replaced(ref, schema=new) if ref.schema == old else ref)
            return
        if "relation" not in fields:
            return
        table = self._name(fields["relation"])
        if what in ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE"):
            self._taken(table.schema).discard(table.name)
            self._taken(table.schema).add(new)
            self._rekey(
                lambda ref: _replaced(ref, name=new) if (ref.schema, ref.name) == (table.schema, table.name) else ref
            )
        elif what in ("OBJECT_COLUMN", "OBJECT_TABCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY"):
            old = fields.get("subname", "")
            kinds = {"OBJECT_COLUMN": ("column",), "OBJECT_TRIGGER": ("trigger",), "OBJECT_POLICY": ("policy",)}.get(
                what, ("constraint", "index")
            )
            self._rekey(
                lambda ref: (
                    _replaced(ref, sub=new)
                    if ref.kind in kinds
                    and ref.schema == table.schema
                    and ref.name in (table.name, "")
                    and ref.sub == old
                    else ref
                )
            )
        elif what in ("OBJECT_INDEX", "OBJECT_SEQUENCE"):
            self._rekey(
                lambda ref: (
                    _replaced(ref, sub=new)
                    if ref.kind in ("index", "constraint") and ref.schema == table.schema and ref.sub == table.name
                    else _replaced(ref, name=new)
                    if ref.kind == "sequence" and (ref.schema, ref.name) == (table.schema, table.name)
                    else ref
                )
            )

    def set_schema(self, fields: Node) -> None:
        if "relation" in fields:
            name, new = self._name(fields["relation"]), fields.get("newschema", "")
            self._rekey(
                lambda ref: _replaced(ref, schema=new) if (ref.schema, ref.name) == (name.schema, name.name) else ref
            )

    def drop(self, fields: Node) -> None:
        what = fields.get("removeType", "")
        for one in fields.get("objects", []):
            parts = tree.strings(one.get("List", {}).get("items"))
            if not parts:
                continue
            schema, name = (parts[-2] if len(parts) > 1 else self._schema), parts[-1]
            if what in ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE"):
                gone = [
                    r for r in self.written if (r.schema, r.name) == (schema, name) and r.kind not in ("type", "domain")
                ]
            elif what == "OBJECT_INDEX":
                gone = [r for r in self.written if r.kind == "index" and r.schema == schema and r.sub == name]
            elif what in ("OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"):
                table = Name(
                    schema=parts[-3] if len(parts) > 2 else self._schema, name=parts[-2] if len(parts) > 1 else ""
                )
                gone = [r for r in self.written if (r.schema, r.name, r.sub) == (table.schema, table.name, name)]
            else:
                gone = [r for r in self.written if r.kind in ("sequence",) and (r.schema, r.name) == (schema, name)]
            for ref in gone:
                del self.written[ref]
                self._taken(ref.schema).discard(ref.sub or ref.name)

    def _rekey(self, change: Callable[[ObjectRef], ObjectRef]) -> None:
        self.written = {change(ref): place for ref, place in self.written.items()}


_SERIALS = frozenset(("serial", "bigserial", "smallserial", "serial4", "serial8", "serial2"))
_CONSTRAINTS = frozenset(
    ("CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION", "CONSTR_FOREIGN", "CONSTR_CHECK", "CONSTR_NOTNULL")
)
_RANK = {"CONSTR_PRIMARY": 2, "CONSTR_UNIQUE": 3, "CONSTR_EXCLUSION": 3, "CONSTR_FOREIGN": 4}

_HANDLERS: dict[str, Callable[[_Reader, Node], None]] = {
    "VariableSetStmt": _Reader.set_variable,
    "SelectStmt": _Reader.select,
    "CreateSchemaStmt": _Reader.create_schema,
    "CreateStmt": _Reader.create_table,
    "CreateForeignTableStmt": _Reader.create_table,
    "CreateTableAsStmt": _Reader.create_as,
    "IndexStmt": _Reader.create_index,
    "AlterTableStmt": _Reader.alter_table,
    "ViewStmt": _Reader.create_view,
    "CreateSeqStmt": _Reader.create_sequence,
    "CreateEnumStmt": _Reader.create_type,
    "CreateRangeStmt": _Reader.create_type,
    "CompositeTypeStmt": _Reader.create_type,
    "CreateDomainStmt": _Reader.create_domain,
    "DefineStmt": _Reader.define,
    "CreateFunctionStmt": _Reader.create_function,
    "CreateTrigStmt": _Reader.create_trigger,
    "CreatePolicyStmt": _Reader.create_policy,
    "RuleStmt": _Reader.create_rule,
    "CreateEventTrigStmt": _Reader.create_event_trigger,
    "CreateExtensionStmt": _Reader.create_extension,
    "CreateStatsStmt": _Reader.create_statistics,
    "CreatePublicationStmt": _Reader.create_publication,
    "RenameStmt": _Reader.rename,
    "AlterObjectSchemaStmt": _Reader.set_schema,
    "DropStmt": _Reader.drop,
}


def _replaced(
    ref: ObjectRef, *, schema: str | None = None, name: str | None = None, sub: str | None = None
) -> ObjectRef:
    return ObjectRef(
        kind=ref.kind,
        schema=ref.schema if schema is None else schema,
        name=ref.name if name is None else name,
        sub=ref.sub if sub is None else sub,
    )


def make_object_name(first: str, second: str, label: str) -> str:
    """`first_second_label` cut to 63 bytes, the longer of the first two shortened first (makeObjectName)."""
    one, two = first.encode(), second.encode()
    room = _IDENTIFIER_BYTES - len(label.encode()) - 1 - (1 if two else 0)
    size_one, size_two = len(one), len(two)
    while size_one + size_two > room:
        if size_one > size_two:
            size_one -= 1
        else:
            size_two -= 1
    parts = [one[:size_one].decode(errors="ignore"), two[:size_two].decode(errors="ignore") if two else "", label]
    return "_".join(part for i, part in enumerate(parts) if part or i == 0)


def _joined(columns: Sequence[str]) -> str:
    """Column names as PostgreSQL puts them into a generated name, cut at the length of a name."""
    text = ""
    for column in columns:
        if len(text.encode()) >= _IDENTIFIER_BYTES:
            break
        text = f"{text}_{column}" if text else column
    return text.encode()[:_IDENTIFIER_BYTES].decode(errors="ignore")


def _key_name(element: Node) -> str:
    if element.get("name"):
        return str(element["name"])
    expression = element.get("expr", {})
    while "CollateClause" in expression or "TypeCast" in expression:
        expression = (expression.get("CollateClause") or expression.get("TypeCast", {})).get("arg", {})
    call = expression.get("FuncCall")
    return tree.strings(call.get("funcname"))[-1] if call else "expr"


def _distinct(names: Sequence[str]) -> list[str]:
    """Names made different by a number (ChooseIndexColumnNames)."""
    found: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in found:
            digits = str(number)
            candidate = name.encode()[: _IDENTIFIER_BYTES - len(digits)].decode(errors="ignore") + digits
            number += 1
        found.append(candidate)
    return found


_TYPE_NAMES = {
    "int4": "integer",
    "int8": "bigint",
    "int2": "smallint",
    "float8": "double precision",
    "float4": "real",
    "bool": "boolean",
    "varchar": "character varying",
    "bpchar": "character",
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "timetz": "time with time zone",
    "time": "time without time zone",
    "varbit": "bit varying",
}


def _type_text(type_name: Node) -> str:
    """A type as `format_type` writes it without a modifier, as far as the text alone tells."""
    names = tree.strings(type_name.get("names"))
    if not names:
        return ""
    if len(names) == 1 or names[0] == "pg_catalog":
        text = _TYPE_NAMES.get(names[-1], names[-1])
    else:
        text = ".".join(names)
    return text + "[]" if type_name.get("arrayBounds") else text
