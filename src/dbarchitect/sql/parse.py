"""Questions about one statement or expression, answered by PostgreSQL's own grammar.

Names come back as they are folded by the parser. Every function raises `InputError` with the place in `sql` for text
that the grammar refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, cast

import postgast

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name, quote_identifier

from . import tree
from .tree import Node

T = TypeVar("T")

_KINDS = {
    "SelectStmt": "select",
    "InsertStmt": "insert",
    "UpdateStmt": "update",
    "DeleteStmt": "delete",
    "MergeStmt": "merge",
    "CopyStmt": "copy",
    "CallStmt": "call",
    "DoStmt": "do",
    "ExplainStmt": "explain",
    "TransactionStmt": "transaction",
}


def statement_kind(sql: str) -> str:
    """`select`, `insert`, `update`, `delete`, `merge`, `copy`, `call`, `do`, `explain`, `transaction` or `utility`; a
    `WITH` that modifies rows inside a SELECT is what it modifies with."""
    (kind, fields), *_ = _parsed(sql)
    if kind == "SelectStmt":
        for inner, _ in tree.walk(fields.get("withClause")):
            if inner in ("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"):
                return _KINDS[inner]
    return _KINDS.get(kind, "utility")


def fingerprint(sql: str) -> str:
    """16 hexadecimal digits that are equal for queries which differ in constants, spacing or names of cursors only."""
    return _asked(sql, lambda: postgast.fingerprint(sql).hex)


def normalize(sql: str) -> str:
    """`sql` with its constants replaced by `$1`, `$2`, ... as pg_stat_statements shows it."""
    return _asked(sql, lambda: postgast.normalize(sql))


@dataclass(frozen=True, slots=True)
class TableUse:
    """A relation that a statement names; `schema` of `name` is empty where the text does not say it."""

    name: Name
    written: bool


def tables_of(sql: str) -> tuple[TableUse, ...]:
    """The relations that the statements of `sql` name, each once, in the order of the text; common table expressions
    are not among them."""
    found: dict[Name, bool] = {}
    for kind, fields in _parsed(sql):
        nodes = [(kind, fields), *tree.walk(fields)]
        local = {f.get("ctename", "") for k, f in nodes if k == "CommonTableExpr"}
        for at, field in nodes:
            target = field.get("relation") if at in _WRITERS else None
            if target:
                name = _name(target)
                found[name] = True
            if at == "RangeVar":
                name = _name(field)
                if name.schema or name.name not in local:
                    found.setdefault(name, False)
    return tuple(TableUse(name, written) for name, written in found.items())


_WRITERS = frozenset(("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"))


def updated_columns(sql: str) -> tuple[str, ...]:
    """The columns that an UPDATE sets, also inside WITH or ON CONFLICT; none for other statements."""
    found: dict[str, None] = {}
    for kind, fields in tree.walk([{kind: node} for kind, node in _parsed(sql)]):
        targets = fields.get("targetList", ()) if kind in ("UpdateStmt", "OnConflictClause") else ()
        found.update(dict.fromkeys(one["ResTarget"].get("name", "") for one in targets if "ResTarget" in one))
    return tuple(found)


def reads_no_table(sql: str) -> bool:
    """Whether `sql` is a SELECT (or CALL) over no table: what a script runs for the effect of the functions called."""
    (kind, fields), *_ = _parsed(sql)
    if kind == "CallStmt":
        return True
    return kind == "SelectStmt" and not any(
        inner in ("RangeVar", *_WRITERS) for inner, _ in tree.walk([{kind: fields}])
    )


def makes_table(sql: str) -> bool:
    """Whether `sql` is `SELECT ... INTO table`."""
    return any(kind == "SelectStmt" and "intoClause" in fields for kind, fields in _parsed(sql))


def roles_of(sql: str) -> tuple[str, ...]:
    """The roles that a GRANT, an OWNER TO, a policy or the like names; keywords such as CURRENT_USER are not roles."""
    nodes = tree.mappings([fields for _, fields in _parsed(sql)])
    roles = (one.get("rolename", "") for one in nodes if one.get("roletype") == "ROLESPEC_CSTRING")
    return tuple(dict.fromkeys(roles))


def extension_of(sql: str) -> tuple[str, str]:
    """(name, schema) of a CREATE EXTENSION; the schema is empty where it is not said."""
    (_, fields), *_ = _parsed(sql)
    schema = ""
    for option in fields.get("options", []):
        element = option.get("DefElem", {})
        if element.get("defname") == "schema":
            schema = str(element["arg"]["String"].get("sval", ""))
    return str(fields.get("extname", "")), schema


def created_name(sql: str) -> Name:
    """The name of what a CREATE makes, as it is written; empty where it has none."""
    (_, fields), *_ = _parsed(sql)
    fields = cast(Node, fields.get("base", fields))
    for key in ("relation", "view", "sequence", "typevar"):
        if key in fields:
            return _name(fields[key])
    if "into" in fields:
        return _name(fields["into"].get("rel", {}))
    lists = ("defnames", "typeName", "funcname", "domainname")
    written = next((fields[key] for key in lists if isinstance(fields.get(key), list)), None)
    parts = tree.strings(written)
    return Name(schema=parts[-2] if len(parts) > 1 else "", name=parts[-1] if parts else "")


def has_constants_or_calls(sql: str) -> bool:
    """Whether `sql` holds what a server may evaluate already while it reads the statement: constants and calls in
    expressions (those in modifiers of types and in options are none)."""
    nodes = tree.mappings([fields for _, fields in _parsed(sql)], besides=("TypeName", "typeName", "DefElem"))
    return any(not _EVALUATED.isdisjoint(one) for one in nodes)


_EVALUATED = frozenset(
    ("A_Const", "FuncCall", "TypeCast", "SQLValueFunction", "SubLink", "A_ArrayExpr", "RowExpr", "XmlExpr", "CaseExpr")
)


def only_changes_owner(sql: str) -> bool:
    """Whether `sql` is one ALTER ... OWNER TO and changes nothing else."""
    (kind, fields), *more = _parsed(sql)
    if more:
        return False
    commands = [one.get("AlterTableCmd", {}).get("subtype") for one in fields.get("cmds", ())]
    return kind == "AlterOwnerStmt" or (kind == "AlterTableStmt" and commands == ["AT_ChangeOwner"])


def names_functions_of_wrapper(sql: str) -> bool:
    """Whether a CREATE FOREIGN DATA WRAPPER names a handler or validator."""
    (_, fields), *_ = _parsed(sql)
    return bool(fields.get("func_options"))


def wrapper_of(sql: str) -> str:
    """The name that a CREATE FOREIGN DATA WRAPPER gives."""
    (_, fields), *_ = _parsed(sql)
    return str(fields.get("fdwname", ""))


# --- predicates -----------------------------------------------------------------------------------------------------


def conjuncts(predicate: str) -> tuple[str, ...]:
    """The terms that `predicate` joins with AND, each in the printer's form."""
    return tuple(printed_tree(one) for one in terms_of_tree(expression_tree(predicate)))


def equivalent(first: str, second: str) -> bool:
    """Whether two expressions say the same: equal after parsing, whatever their parentheses, spacing, case of keywords,
    order of ANDed terms, or a cast of a constant to text that the server's printer adds."""
    return canonical_tree(expression_tree(first)) == canonical_tree(expression_tree(second))


def implies_not_null(predicate: str, column: str) -> bool:
    """Whether every row that satisfies `predicate` has a value in `column`: `IS NOT NULL`, or a strict comparison with
    it, among the terms joined with AND (and in each branch of an OR)."""
    return _implies(expression_tree(predicate), column)


def columns_of(expression: str) -> tuple[str, ...]:
    """The columns that `expression` names (without qualifiers), each once."""
    found: dict[str, None] = {}
    node = expression_tree(expression)
    for kind, fields in tree.walk([node]):
        if kind == "ColumnRef":
            parts = tree.strings(fields.get("fields"))
            if parts:
                found[parts[-1]] = None
    return tuple(found)


def _implies(node: Node, column: str) -> bool:
    kind, fields = next(iter(node.items()))
    if kind == "BoolExpr":
        parts = fields.get("args", [])
        if fields.get("boolop") == "AND_EXPR":
            return any(_implies(part, column) for part in parts)
        if fields.get("boolop") == "OR_EXPR":
            return all(_implies(part, column) for part in parts)
        return bool(parts) and _strictly_uses(parts[0], column)
    if kind == "NullTest":
        return fields.get("nulltesttype") == "IS_NOT_NULL" and _is_column(fields.get("arg"), column)
    if kind == "BooleanTest":
        return fields.get("booltesttype") in ("IS_TRUE", "IS_FALSE") and _strictly_uses(fields.get("arg", {}), column)
    return _strictly_uses(node, column)


# Operators of pg_catalog that are strict: NULL in, NULL out.
_STRICT = frozenset(
    "= <> != < > <= >= + - * / % ^ ~ ~* !~ !~* ~~ ~~* !~~ !~~* @> <@ && ? ?| ?& @? @@ -> ->> #> #>> <<".split()  # noqa: SIM905
)
_STRICT_KINDS = frozenset(("AEXPR_OP", "AEXPR_LIKE", "AEXPR_ILIKE", "AEXPR_IN", "AEXPR_OP_ANY", "AEXPR_BETWEEN"))


def _strictly_uses(node: Any, column: str) -> bool:
    """Whether the value of `node` is NULL whenever `column` is, as far as that is certain without a catalogue."""
    if not isinstance(node, dict) or not node:
        return False
    kind, fields = next(iter(cast(Node, node).items()))
    if kind == "ColumnRef":
        return _is_column(node, column)
    if kind == "TypeCast":
        return _strictly_uses(fields.get("arg"), column)
    if kind == "CollateClause":
        return _strictly_uses(fields.get("arg"), column)
    if (
        kind == "A_Expr"
        and fields.get("kind") in _STRICT_KINDS
        and set(tree.strings(fields.get("name")))
        <= _STRICT
        | {
            "pg_catalog",
            "BETWEEN",
        }
    ):
        right = None if fields.get("kind") in ("AEXPR_IN", "AEXPR_OP_ANY", "AEXPR_BETWEEN") else fields.get("rexpr")
        return _strictly_uses(fields.get("lexpr"), column) or _strictly_uses(right, column)
    return False


def _is_column(node: Any, column: str) -> bool:
    if not isinstance(node, dict) or "ColumnRef" not in node:
        return False
    parts = tree.strings(cast(Node, node)["ColumnRef"].get("fields"))
    return bool(parts) and parts[-1] == column


def terms_of_tree(node: Node) -> list[Node]:
    fields = node.get("BoolExpr")
    if fields and fields.get("boolop") == "AND_EXPR":
        return [term for part in fields.get("args", []) for term in terms_of_tree(part)]
    return [node]


_TEXT_TYPES = frozenset(("text", "varchar", "bpchar", "unknown"))


def canonical_tree(node: Any) -> Any:
    """The tree without what does not matter: offsets, order of AND and OR, a text constant's cast to text."""
    if isinstance(node, list):
        return tuple(canonical_tree(one) for one in cast("list[Any]", node))
    if not isinstance(node, dict):
        return node
    fields = cast(Node, node)
    cast_ = fields.get("TypeCast")
    if cast_ and "A_Const" in cast_.get("arg", {}) and "sval" in cast_["arg"]["A_Const"]:
        names = tree.strings(cast_.get("typeName", {}).get("names"))
        if names and names[-1] in _TEXT_TYPES and not cast_["typeName"].get("arrayBounds"):
            return canonical_tree(cast_["arg"])
    boolean = fields.get("BoolExpr")
    if boolean and boolean.get("boolop") in ("AND_EXPR", "OR_EXPR"):
        parts = sorted({repr(canonical_tree(part)) for part in _flattened(node, boolean["boolop"])})
        return (boolean["boolop"], tuple(parts))
    return tuple(
        (key, canonical_tree(value))
        for key, value in sorted(fields.items())
        if key not in ("location", "rexpr_list_start", "rexpr_list_end", "stmt_location", "stmt_len")
    )


def _flattened(node: Any, operator: str) -> list[Any]:
    boolean = cast(Node, node).get("BoolExpr") if isinstance(node, dict) else None
    if boolean and boolean.get("boolop") == operator:
        return [term for part in boolean.get("args", []) for term in _flattened(part, operator)]
    return [node]


@lru_cache(maxsize=4096)
def expression_tree(text: str) -> Node:
    prefix = "SELECT "
    try:
        parsed = tree.parse(prefix + text)
    except tree.ParserError as err:
        raise InputError(
            f"expression {text!r}: {err.message} (character {max(err.offset - len(prefix), 0) + 1})",
            hint="correct the expression",
        ) from err
    targets: list[Node] = parsed[0][1].get("targetList", []) if len(parsed) == 1 else []
    if len(targets) != 1 or "ResTarget" not in targets[0] or "val" not in targets[0]["ResTarget"]:
        raise InputError(f"{text!r} is not one expression", hint="give one expression, without a semicolon")
    return cast(Node, targets[0]["ResTarget"]["val"])


def printed_tree(node: Node) -> str:
    """SQL of an expression's tree. Its JSON is protobuf's own mapping, so it can go back the same way; columns and
    parameters, which most expressions are, need no such journey."""
    if (number := node.get("ParamRef", {}).get("number")) is not None:
        return f"${number}"
    fields = node.get("ColumnRef", {}).get("fields", ())
    if len(fields) == 1 and (names := tree.strings(fields)):
        return quote_identifier(names[0])
    from google.protobuf.json_format import ParseDict

    statement = {"SelectStmt": {"targetList": [{"ResTarget": {"val": node}}], "limitOption": "LIMIT_OPTION_DEFAULT"}}
    message = postgast.ParseResult()
    ParseDict({"stmts": [{"stmt": statement}]}, message, max_recursion_depth=1000)
    return _asked("", lambda: postgast.deparse(message)).removeprefix("SELECT ")


def _asked(sql: str, call: Callable[[], T]) -> T:
    try:
        return tree.call_parser(call, len(sql))
    except tree.ParserError as err:
        raise _refused(sql, err) from err


def _parsed(sql: str) -> list[tuple[str, Node]]:
    try:
        found = tree.parse(sql)
    except tree.ParserError as err:
        raise _refused(sql, err) from err
    if not found:
        raise InputError("there is no statement in the text", hint="give one SQL statement")
    return found


def one_query(sql: str) -> tuple[str, Node]:
    """The one statement that a text is, as (node type, its fields). Raises `InputError` for any other text."""
    try:
        found = tree.parse(sql)
    except tree.ParserError as err:
        raise InputError(f"{err.message} (character {max(err.offset, 0) + 1})", hint="correct the query") from err
    if len(found) != 1:
        raise InputError("this is not one statement", hint="give one query")
    return found[0]


def _refused(sql: str, err: tree.ParserError) -> InputError:
    before = sql[: max(err.offset, 0)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return InputError(f"{err.message} (line {line}, column {column})", hint="correct the statement")


def _name(relation: Node) -> Name:
    return Name(schema=relation.get("schemaname", ""), name=relation.get("relname", ""))
