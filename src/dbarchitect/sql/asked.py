"""Which operators a statement sets beside the columns of each table, read from its text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, cast

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Relational

from . import tree
from .levels import Level, bare, read
from .tree import Node

_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "@>": "<@", "<@": "@>"}
_NAMED = {
    "AEXPR_IN": "in", "AEXPR_BETWEEN": "between", "AEXPR_NOT_BETWEEN": "not between", "AEXPR_LIKE": "~~",
    "AEXPR_ILIKE": "~~*", "AEXPR_DISTINCT": "is distinct", "AEXPR_NOT_DISTINCT": "is not distinct",
}  # fmt: skip


def asked_columns(sql: str, schema: Relational) -> Iterator[tuple[Name, dict[str, frozenset[str]]]]:
    """For each level of a statement and each table that it reads: the operators beside its columns in WHERE and ON
    ("=", "in", "between", "<", "@>", "->>", "is null", "is not null", "true", ...), "order" for what it is sorted by,
    "set" for what an UPDATE writes. Raises `InputError` for what is not one statement that the grammar takes."""
    for level in read(sql, schema).levels:
        found: dict[Name, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for node, operator in _beside(level):
            known = level.column(node)
            if known is not None:
                found[known[0].name][known[1].name].add(operator)
        if level.kind == "update":
            written = next(iter(level.items.values()), None)
            for one in cast("list[Node]", level.fields.get("targetList", [])):
                if written is not None and written.table is not None:
                    found[written.table.name][one.get("ResTarget", {}).get("name", "")].add("set")
        for item in level.items.values():
            if item.table is not None:
                found.setdefault(item.table.name, defaultdict(set))
        for table, columns in found.items():
            yield table, {column: frozenset(operators) for column, operators in columns.items()}


def _beside(level: Level) -> Iterator[tuple[Node, str]]:
    for condition in level.conditions:
        yield from _in_condition(condition)
    for one in cast("list[Node]", level.fields.get("sortClause", [])):
        yield bare(one.get("SortBy", {}).get("node")), "order"


def _in_condition(node: Any) -> Iterator[tuple[Node, str]]:
    made = cast(Node, node) if isinstance(node, dict) else {}
    if "ColumnRef" in made:
        yield made, "true"
    if "BoolExpr" in made:
        for one in made["BoolExpr"].get("args", ()):
            yield from _in_condition(one)
    if "NullTest" in made:
        test = made["NullTest"]
        yield bare(test.get("arg")), "is null" if test.get("nulltesttype") == "IS_NULL" else "is not null"
    if "BooleanTest" in made:
        yield bare(made["BooleanTest"].get("arg")), "true"
    if "A_Expr" in made:
        yield from _in_comparison(made["A_Expr"])


def _in_comparison(fields: Node) -> Iterator[tuple[Node, str]]:
    name = (tree.strings(fields.get("name")) or [""])[-1]
    operator = _NAMED.get(fields.get("kind", ""), name)
    if fields.get("kind") == "AEXPR_OP_ANY":
        operator = "in" if name == "=" else name
    left, right = bare(fields.get("lexpr")), bare(fields.get("rexpr"))
    if fields.get("kind") == "AEXPR_OP_ANY" and "ColumnRef" in right:
        operator = "any"  # `value = ANY (column)`: no B-tree and no GIN answers that
    yield left, operator
    yield right, operator if operator == "any" else _FLIPPED.get(operator, operator)
    for side in (left, right):
        inner = side.get("A_Expr")
        if inner:
            yield from _in_comparison(inner)
