"""Questions about expressions of statements, as far as the text alone answers them."""

from __future__ import annotations

from typing import Any, cast

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name

from . import parse, tree
from .statements import Expression, PartitionBound, TypeName
from .tree import Node


def expression_of(text: str) -> Expression | None:
    """The expression that `text` is, None for one that the grammar refuses."""
    try:
        return Expression(tree=parse.expression_tree(text))
    except InputError:
        return None


def printed(expression: Expression) -> str:
    """The SQL of an expression."""
    return parse.printed_tree(expression.tree)


def same(first: Expression, second: Expression) -> bool:
    """Whether two expressions say the same, whatever their spelling."""
    return parse.canonical_tree(first.tree) == parse.canonical_tree(second.tree)


def requires(expression: Expression, column: str) -> bool:
    """Whether every row that satisfies `expression` has a value in `column`, as far as PostgreSQL itself proves it from
    the plain test: `column IS NOT NULL` among the terms joined with AND."""
    kind, fields = next(iter(expression.tree.items()))
    if kind == "BoolExpr" and fields.get("boolop") == "AND_EXPR":
        return any(requires(Expression(tree=part), column) for part in fields.get("args", []))
    return kind == "NullTest" and fields.get("nulltesttype") == "IS_NOT_NULL" and columns_in(expression) == (column,)


def columns_in(expression: Expression) -> tuple[str, ...]:
    """The columns that an expression names (without qualifiers), each once."""
    return tuple(
        dict.fromkeys(
            names[-1]
            for kind, fields in tree.walk([expression.tree])
            if kind == "ColumnRef" and (names := tree.strings(fields.get("fields")))
        )
    )


def calls(expression: Expression) -> tuple[Name, ...]:
    """The functions that an expression calls by name, each once."""
    return tuple(dict.fromkeys(_call(fields) for kind, fields in tree.walk([expression.tree]) if kind == "FuncCall"))


def _call(fields: Node) -> Name:
    names = tree.strings(fields.get("funcname"))
    return Name(schema=names[-2] if len(names) > 1 else "", name=names[-1] if names else "")


def is_null(expression: Expression | None) -> bool:
    """Whether an expression is the constant NULL (or is not there)."""
    if expression is None:
        return True
    node = expression.tree
    while "TypeCast" in node:
        node = node["TypeCast"].get("arg", {})
    return bool(node.get("A_Const", {}).get("isnull"))


def is_true(expression: Expression) -> bool:
    """Whether a condition holds for every row by its form: true, 1 = 1, a = a is not among them."""
    kind, fields = next(iter(expression.tree.items()))
    if kind == "A_Const":
        return bool(fields.get("boolval", {}).get("boolval"))
    if kind == "BoolExpr":
        parts = [is_true(Expression(tree=part)) for part in fields.get("args", [])]
        return all(parts) if fields.get("boolop") == "AND_EXPR" else any(parts) and fields.get("boolop") == "OR_EXPR"
    if kind == "A_Expr" and tree.strings(fields.get("name")) == ["="]:
        left, right = fields.get("lexpr", {}), fields.get("rexpr", {})
        return "A_Const" in left and parse.canonical_tree(left) == parse.canonical_tree(right)
    return False


def texts_in(node: Any) -> tuple[str, ...]:
    """The text constants in a tree."""
    return tuple(
        str(fields["sval"].get("sval", ""))
        for kind, fields in tree.walk(node)
        if kind == "A_Const" and "sval" in fields
    )


def cast_of_column(expression: Expression, column: str) -> TypeName | None:
    """For `column` itself: a type without a name; for `column::type`: that type; None for any other expression."""
    node: Node = expression.tree
    casts: list[TypeName] = []
    while "TypeCast" in node:
        casts.append(type_name(node["TypeCast"].get("typeName", {})))
        node = cast(Node, node["TypeCast"].get("arg", {}))
    reference = node.get("ColumnRef")
    if not reference or tree.strings(reference.get("fields"))[-1:] != [column]:
        return None
    return casts[0] if casts else TypeName(name="")


def type_name(node: Node) -> TypeName:
    """A type as the tree has it."""
    names = tree.strings(node.get("names"))
    modifiers = tuple(
        int(one["A_Const"]["ival"].get("ival", 0))
        for one in node.get("typmods", ())
        if "ival" in one.get("A_Const", {})
    )
    schema = names[-2] if len(names) > 1 else ""
    return TypeName(
        schema=schema,
        name=names[-1] if names else "",
        modifiers=modifiers,
        arrays=len(node.get("arrayBounds", ())),
    )


def type_of(text: str) -> TypeName | None:
    """The type that `text` (as `format_type` prints it) is; None for what the grammar refuses."""
    try:
        node = parse.expression_tree(f"NULL::{text}")
    except InputError:
        return None
    return type_name(node["TypeCast"].get("typeName", {})) if "TypeCast" in node else None


def bound_of(text: str) -> PartitionBound | None:
    """A partition's bound as the catalogue prints it."""
    if text == "DEFAULT":
        return PartitionBound(default=True)
    try:
        (_, fields), *_ = tree.parse(f"CREATE TABLE a PARTITION OF b {text}")
    except tree.ParserError:
        return None
    return PartitionBound(tree=fields.get("partbound", {}))


def terms(expression: Expression) -> tuple[Expression, ...]:
    """The terms that a condition joins with AND."""
    return tuple(Expression(tree=one) for one in parse.terms_of_tree(expression.tree))
