"""What a query reads, by the schema: columns with types and NULLs, and the keys that tell its rows apart.

A key of a join is the keys of its relations, without those of relations that the others determine: by equality with all
columns of a key, in an inner join both ways, in an outer join from the side whose rows are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, cast

from dbarchitect.model.names import Name

from . import tree
from .tree import Node

Reference = tuple[str, str]  # relation's alias, column

# Functions of pg_catalog that give NULL for no argument but NULL, and operators that do.
_TOTAL = frozenset(
    """
    lower upper initcap btrim ltrim rtrim length char_length character_length octet_length abs ceil ceiling floor
    md5 reverse date_trunc concat count row_number rank dense_rank percent_rank cume_dist ntile
    """.split()  # noqa: SIM905
)
_TOTAL_OPERATORS = frozenset(("+", "-", "*", "/", "%", "||"))
_NEVER_NULL = frozenset(("count", "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "concat"))
_FAMILIES = {"smallint": "integer", "bigint": "integer", "character varying": "text"}  # types with one `=` over them


@dataclass(frozen=True, slots=True)
class RelationColumn:
    """A column of a relation. `type` is "" where the schema does not say it."""

    name: str
    type: str = ""
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation in FROM. `table`: the table that it is, with its whole name; None for anything else.

    keys   sets of columns that no two rows share (NULL counted as a value); one without columns: there is one row
    why    why there are none
    """

    alias: str
    columns: tuple[RelationColumn, ...]
    keys: tuple[tuple[str, ...], ...] = ()
    why: str = ""
    table: Name | None = None
    complete: bool = True  # whether `columns` are all

    def column(self, name: str) -> RelationColumn | None:
        """The column of that name."""
        return next((one for one in self.columns if one.name == name), None)


@dataclass(slots=True)
class Scope:
    """The relations of one SELECT. `determined` says which columns are given by equality: (column, by what, of which
    relation's row or None for a constant)."""

    relations: list[Relation] = field(default_factory=list[Relation])
    equal: list[tuple[Reference, Reference | None]] = field(default_factory=list[tuple[Reference, Reference | None]])
    tests: list[Node] = field(default_factory=list[Node])  # terms that every row satisfies
    # Columns of JOIN USING: the relation whose column the name alone is; None: of whichever is not NULL (FULL JOIN).
    merged: dict[str, str | None] = field(default_factory=dict[str, str | None])

    def find(self, names: Sequence[str]) -> Reference | None:
        """The column that a name (with its qualifiers) is; None where it is none of these relations, or of several."""
        if not names or (len(names) == 1 and self.merged.get(names[0], "") is None):
            return None
        if len(names) == 1 and self.merged.get(names[0]):
            return self.merged[names[0]] or "", names[0]
        found = [
            (one.alias, names[-1])
            for one in self.relations
            if (len(names) == 1 or names[-2] == one.alias) and one.column(names[-1]) is not None
        ]
        return found[0] if len(found) == 1 else None

    def table(self, alias: str) -> Name | None:
        """The table that a relation is; None for anything else."""
        return next((one.table for one in self.relations if one.alias == alias), None)

    def column(self, reference: Reference) -> RelationColumn | None:
        """The column of a reference."""
        return next((one.column(reference[1]) for one in self.relations if one.alias == reference[0]), None)

    @staticmethod
    def bare_name(node: Node) -> str:
        """The name that an expression is, where it has no qualifier; "" for anything else."""
        fields = node.get("ColumnRef", {}).get("fields", ())
        return (tree.strings(fields) or [""])[0] if len(fields) == 1 else ""

    def relations_of(self, node: Node) -> set[str]:
        """The aliases of the relations whose columns an expression names; "" for a name that is none of theirs."""
        found: set[str] = set()
        for kind, fields in tree.walk([node]):
            if kind == "ColumnRef":
                reference = self.find(tree.strings(fields.get("fields")))
                found.add(reference[0] if reference else "")
        return found

    def columns_of(self, node: Node) -> Iterator[str]:
        """The names of the columns in an expression."""
        for kind, fields in tree.walk([node]):
            if kind == "ColumnRef":
                yield from tree.strings(fields.get("fields"))[-1:]

    def simple_tests(self, alias: str) -> Iterator[tuple[str, bool, str]]:
        """(column, negated, "null" or "boolean") of the tests of one column of a relation that every row passes."""
        for term in self.tests:
            negated = term.get("BoolExpr", {}).get("boolop") == "NOT_EXPR"
            inner = cast(Node, term["BoolExpr"]["args"][0]) if negated else term
            reference = self.reference(inner)
            if reference is not None and reference[0] == alias:
                yield reference[1], negated, "boolean"
            null = inner.get("NullTest")
            reference = self.reference(null.get("arg", {})) if null else None
            if null and reference is not None and reference[0] == alias:
                yield reference[1], negated != (null.get("nulltesttype") == "IS_NOT_NULL"), "null"

    def compared_alike(self, one: Reference, other: Reference) -> bool:
        """Whether `=` of two columns is the equality by which each of them is unique."""
        columns = self.column(one), self.column(other)
        kinds = {_FAMILIES.get(kind, kind) for kind in (c.type.partition("(")[0] if c else "" for c in columns)}
        return len(kinds) == 1 and "" not in kinds

    def reference(self, node: Node) -> Reference | None:
        """The column that an expression is."""
        fields = node.get("ColumnRef")
        return self.find(tree.strings(fields.get("fields"))) if fields else None

    def nullable(self, node: Node) -> bool:
        """Whether an expression may be NULL, as far as the text and the schema say."""
        kind, fields = typed(node)
        if kind == "ColumnRef":
            reference = self.reference(node)
            column = self.column(reference) if reference else None
            return column is None or (column.nullable and not any(self._tested(one, reference) for one in self.tests))
        if kind == "A_Const":
            return bool(fields.get("isnull"))
        if kind in ("TypeCast", "CollateClause"):
            return self.nullable(fields.get("arg", {}))
        if kind == "CoalesceExpr":
            return all(self.nullable(one) for one in fields.get("args", ()))
        if kind == "FuncCall":
            names = tree.strings(fields.get("funcname"))
            called = names[-1] if names[:-1] in ([], ["pg_catalog"]) else ""
            if called in _NEVER_NULL:
                return False
            return called not in _TOTAL or any(self.nullable(one) for one in fields.get("args", ()))
        if kind == "A_Expr" and fields.get("kind") == "AEXPR_OP":
            sides = [fields[one] for one in ("lexpr", "rexpr") if one in fields]
            return tree.strings(fields.get("name"))[-1] not in _TOTAL_OPERATORS or any(map(self.nullable, sides))
        return not (kind == "NullTest" or kind == "BooleanTest")

    def _tested(self, term: Node, reference: Reference | None) -> bool:
        kind, fields = typed(term)
        if kind == "NullTest":
            return fields.get("nulltesttype") == "IS_NOT_NULL" and self.reference(fields.get("arg", {})) == reference
        if kind == "A_Expr" and fields.get("kind") in ("AEXPR_OP", "AEXPR_IN", "AEXPR_BETWEEN"):
            if tree.strings(fields.get("name"))[-1:] not in (["="], ["<"], [">"], ["<="], [">="], ["<>"], ["BETWEEN"]):
                return False
            # The right side of IN and BETWEEN is a list: of these the left one counts.
            sides = [cast(Node, fields[one]) for one in ("lexpr", "rexpr") if isinstance(fields.get(one), dict)]
            return any(self.reference(one) == reference for one in sides)
        return False

    def keys(self, wanted: Sequence[Reference]) -> tuple[tuple[Reference, ...] | None, str]:
        """The fewest columns besides `wanted` that, with those, tell the rows apart; None where there are none, and
        why."""
        without = [one for one in self.relations if not one.keys]
        best: tuple[Reference, ...] | None = None
        for number in range(len(self.relations) + 1):
            for chosen in combinations(self.relations, number):
                if not self.determine(chosen) or any(one in without for one in chosen):
                    continue
                more = [self._cheapest(one, wanted) for one in chosen]
                listed = tuple(dict.fromkeys(one for key in more for one in key))
                if best is None or len(listed) < len(best):
                    best = listed
            if best is not None:
                return best, ""
        return None, without[0].why if without else "there is no relation"

    def _cheapest(self, relation: Relation, wanted: Sequence[Reference]) -> tuple[Reference, ...]:
        given = set(wanted)
        options = [tuple((relation.alias, name) for name in key) for key in relation.keys]
        return min((tuple(one for one in key if one not in given) for key in options), key=len)

    def determine(self, chosen: Sequence[Relation]) -> bool:
        """Whether the rows of some relations leave one row of each other one."""
        known = {one.alias for one in chosen}
        while True:
            more = {one.alias for one in self.relations if one.alias not in known and self._given(one, known)}
            if not more:
                return len(known) == len(self.relations)
            known |= more

    def _given(self, relation: Relation, known: set[str]) -> bool:
        """Whether the rows of `known` relations leave one row of this one."""
        given = {to[1] for to, by in self.equal if to[0] == relation.alias and (by is None or by[0] in known)}
        return any(set(key) <= given for key in relation.keys)


def own_nodes(node: Any) -> Iterator[tuple[str, Node]]:
    """Every typed node of an expression but those of subqueries in it."""
    for one in tree.mappings(node, besides=("SelectStmt",)):
        for key, value in one.items():
            if key != "SelectStmt" and key[:1].isupper() and isinstance(value, dict):
                yield key, cast(Node, value)


def collation_of(node: Node) -> tuple[Node, Name | None]:
    """(the expression without COLLATE, the collation that it names)."""
    fields = node.get("CollateClause")
    if not fields:
        return node, None
    names = tree.strings(fields.get("collname"))
    return cast(Node, fields.get("arg", {})), Name(schema=names[-2] if len(names) > 1 else "", name=names[-1])


def own_nodes_named(node: Any, kind: str) -> Iterator[Node]:
    """The fields of every node of one kind in an expression, but those of subqueries in it."""
    return (fields for found, fields in own_nodes(node) if found == kind)


def is_constant(node: Node) -> bool:
    """Whether an expression is a constant or a parameter, perhaps cast."""
    while "TypeCast" in node:
        node = node["TypeCast"].get("arg", {})
    return "ParamRef" in node or ("A_Const" in node and not node["A_Const"].get("isnull"))


def typed(node: Node) -> tuple[str, Node]:
    """(type, fields) of a node; "" for none."""
    return next(iter(node.items())) if node else ("", {})


def column_node(alias: str, name: str) -> Node:
    """The tree of `alias.name`."""
    return {"ColumnRef": {"fields": [{"String": {"sval": alias}}, {"String": {"sval": name}}]}}


def output_name(node: Node) -> str:
    """The name that PostgreSQL gives a column without an alias (FigureColname of parse_target.c); "" for ?column?."""
    kind, fields = typed(node)
    if kind == "ColumnRef":
        return (tree.strings(fields.get("fields"))[-1:] or [""])[0]
    if kind == "FuncCall":
        return (tree.strings(fields.get("funcname"))[-1:] or [""])[0]
    if kind == "TypeCast":
        inner = output_name(fields.get("arg", {}))
        return inner or (tree.strings(fields.get("typeName", {}).get("names"))[-1:] or [""])[0]
    if kind == "CollateClause":
        return output_name(fields.get("arg", {}))
    if kind == "CaseExpr":
        return output_name(fields.get("defresult", {})) or "case"
    if kind == "MinMaxExpr":
        return "least" if fields.get("op") == "IS_LEAST" else "greatest"
    if kind == "SubLink" and fields.get("subLinkType") == "EXPR_SUBLINK":
        targets = fields.get("subselect", {}).get("SelectStmt", {}).get("targetList", ())
        first: Node = targets[0]["ResTarget"] if targets else {}
        return str(first.get("name", "")) or output_name(first.get("val", {}))
    if kind == "SubLink":
        return {"EXISTS_SUBLINK": "exists", "ARRAY_SUBLINK": "array"}.get(str(fields.get("subLinkType")), "")
    return {"CoalesceExpr": "coalesce", "A_ArrayExpr": "array", "RowExpr": "row", "GroupingFunc": "grouping"}.get(
        kind, ""
    )
