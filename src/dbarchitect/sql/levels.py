"""A statement as the levels that it consists of: each SELECT, UPDATE and DELETE with its tables and its own clauses.

It is read for what its text says. Names are resolved as far as the schema tells; what it does not tell stays open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, Relational, Table

from . import tree
from .parse import one_query
from .tree import Node

_NESTED = frozenset(("SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"))
_CLAUSES = (
    "distinctClause", "targetList", "fromClause", "usingClause", "whereClause", "groupClause", "havingClause",
    "sortClause", "limitCount", "limitOffset", "windowClause", "valuesLists", "returningList",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Item:
    """What a level reads under a name. `table`: of the schema; `named`: of the text, None for what is no table.
    `level`: of a subquery; `within`: it may use what stands before it (LATERAL, a function)."""

    alias: str
    named: Name | None = None
    table: Table | None = None
    level: Level | None = None
    within: bool = False
    location: int = 0


@dataclass(slots=True, eq=False)
class Level:
    """One SELECT, UPDATE or DELETE. `role`: top, arm (of a UNION), cte, from, exists, in, scalar, array; `comma`: its
    FROM lists several things with commas between."""

    kind: str
    fields: Node
    outer: Level | None
    role: str
    schema: Relational | None
    items: dict[str, Item] = field(default_factory=dict[str, Item])
    inner: list[Level] = field(default_factory=list["Level"])
    links: list[tuple[Node, Level]] = field(default_factory=list[tuple[Node, "Level"]])  # subqueries in expressions

    def nodes(self, *clauses: str) -> Iterator[tuple[str, Node]]:
        """The typed nodes of clauses (all: of every one) that are the level's own, without those of subqueries."""
        stack: list[Any] = [self.fields.get(one) for one in reversed(clauses or _CLAUSES)]
        while stack:
            one = stack.pop()
            if isinstance(one, list):
                stack.extend(reversed(cast("list[Any]", one)))
            elif isinstance(one, dict):
                for key, value in reversed(cast(Node, one).items()):
                    if key in _NESTED or key in ("subselect", "subquery"):
                        continue
                    stack.append(value)
                for key, value in cast(Node, one).items():
                    if key[:1].isupper() and isinstance(value, dict) and key not in _NESTED:
                        yield key, cast(Node, value)

    @property
    def conditions(self) -> list[Node]:
        """The terms of WHERE and of the ON of joins."""
        found = list(terms(self.fields.get("whereClause")))
        for kind, fields in self.nodes("fromClause", "usingClause"):
            if kind == "JoinExpr":
                found += terms(fields.get("quals"))
        return found

    @property
    def targets(self) -> list[Node]:
        """The expressions of the SELECT list."""
        listed = cast("list[Node]", self.fields.get("targetList", []))
        return [cast(Node, one["ResTarget"]["val"]) for one in listed if "val" in one.get("ResTarget", {})]

    def find(self, node: Any) -> tuple[Item, str] | None:
        """(whose column a plain reference is, the column's name); None where that is not certain."""
        if not isinstance(node, dict) or "ColumnRef" not in node:
            return None
        parts = tree.strings(cast(Node, node)["ColumnRef"].get("fields"))
        if len(parts) >= 2:
            item = self._named(parts[-2])
            return (item, parts[-1]) if item is not None else None
        if not parts:
            return None
        level: Level | None = self
        while level is not None:
            having = [one for one in level.items.values() if _has(one, parts[0]) is not False]
            if len(having) == 1 and (len(level.items) == 1 or _has(having[0], parts[0])):
                return having[0], parts[0]
            if having:
                return None
            level = level.outer
        return None

    def _named(self, alias: str) -> Item | None:
        level: Level | None = self
        while level is not None:
            if alias in level.items:
                return level.items[alias]
            level = level.outer
        return None

    def column(self, node: Any) -> tuple[Table, Column] | None:
        """The column of the schema that a plain reference is."""
        found = self.find(node)
        if found is None or found[0].table is None:
            return None
        table = found[0].table
        column = next((one for one in table.columns if one.name == found[1]), None)
        return (table, column) if column is not None else None

    def used(self, node: Any) -> set[str] | None:
        """The own items that an expression names, with what its subqueries name; None where that is not certain."""
        found: set[str] = set()
        for kind, fields in tree.walk([node]):
            if kind != "ColumnRef":
                continue
            item = self.find({"ColumnRef": fields})
            if item is None:
                return None
            if self.items.get(item[0].alias) is item[0]:
                found.add(item[0].alias)
        return found

    @property
    def one_row(self) -> bool:
        """Whether it gives one row whatever the tables hold: aggregates without groups, or no table."""
        if self.kind != "select":
            return False
        if self.fields.get("groupClause"):
            return False
        return not self.fields.get("fromClause") or has_aggregate(self.fields.get("targetList"))

    def by_key(self) -> bool:
        """Whether conditions fix a whole unique key of the only table: it gives one row at most."""
        tables = [one.table for one in self.items.values()]
        if len(tables) != 1 or tables[0] is None:
            return False
        fixed: set[str] = set()
        for term in terms(self.fields.get("whereClause")):
            made = comparison(term)
            for side, other in ((made[1], made[2]), (made[2], made[1])) if made and made[0] == "=" else ():
                found = self.find(side)
                if found is not None and not self.used(other):
                    fixed.add(found[1])
        return any(set(key) <= fixed for key in unique_keys(tables[0]))


@dataclass(slots=True)
class Statement:
    """A read statement; `levels` in the order of the text, outer ones first."""

    text: bytes
    root: Node
    schema: Relational | None
    levels: list[Level]

    def place(self, location: int) -> tuple[int, int]:
        """(line, column) of a byte of the text, from 1."""
        before = self.text[: max(location, 0)].decode("utf-8", "replace")
        return before.count("\n") + 1, len(before) - before.rfind("\n")


def read(sql: str, schema: Relational | None = None) -> Statement:
    """The levels of a statement. Raises `InputError` for what is not one statement that the grammar takes."""
    kind, fields = one_query(sql)
    statement = Statement(sql.encode(), {kind: fields}, schema, [])
    _Reader(statement).read(kind, fields, None, "top", {})
    return statement


_KINDS = {"SelectStmt": "select", "UpdateStmt": "update", "DeleteStmt": "delete"}
_LINKS = {
    "EXISTS_SUBLINK": "exists", "ANY_SUBLINK": "in", "ALL_SUBLINK": "in", "EXPR_SUBLINK": "scalar",
    "ARRAY_SUBLINK": "array",
}  # fmt: skip


class _Reader:
    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def read(self, kind: str, fields: Node, outer: Level | None, role: str, ctes: dict[str, Level | None]) -> None:
        """Add the levels of a statement, outer ones first."""
        known = dict(ctes)
        for one in fields.get("withClause", {}).get("ctes", ()):
            cte = one.get("CommonTableExpr", {})
            known.setdefault(cte.get("ctename", ""), None)
            for inner, body in cte.get("ctequery", {}).items():
                before = len(self._statement.levels)
                self.read(inner, body, outer, "cte", known)
                made = self._statement.levels[before : before + 1]
                known[cte.get("ctename", "")] = made[0] if made else None
        if kind == "InsertStmt":
            select = fields.get("selectStmt", {}).get("SelectStmt")
            if select:
                self.read("SelectStmt", select, outer, "from", known)
            return
        if kind not in _KINDS:
            return
        if fields.get("op", "SETOP_NONE") != "SETOP_NONE":
            for arm in ("larg", "rarg"):
                self.read("SelectStmt", fields[arm], outer, "arm" if role == "top" else role, known)
            return
        level = Level(_KINDS[kind], fields, outer, role, self._statement.schema)
        self._statement.levels.append(level)
        if outer is not None:
            outer.inner.append(level)
        if kind != "SelectStmt":
            self._item(level, {"RangeVar": fields.get("relation", {})}, known)
        for item in (*fields.get("fromClause", ()), *fields.get("usingClause", ())):
            self._item(level, item, known)
        for name, link in level.nodes():
            inner = link.get("subselect", {}).get("SelectStmt") if name == "SubLink" else None
            if inner:
                before = len(self._statement.levels)
                self.read("SelectStmt", inner, level, _LINKS.get(link.get("subLinkType", ""), "scalar"), known)
                level.links += [(link, one) for one in self._statement.levels[before : before + 1]]

    def _item(self, level: Level, item: Node, ctes: dict[str, Level | None]) -> None:
        kind, fields = next(iter(item.items()))
        if not isinstance(fields, dict):
            return
        fields = cast(Node, fields)
        alias = fields.get("alias", {}).get("aliasname", "")
        if kind == "RangeVar":
            name = Name(schema=fields.get("schemaname", ""), name=fields.get("relname", ""))
            alias = alias or name.name
            made = Item(alias, location=fields.get("location", 0))
            if not name.schema and name.name in ctes:
                made.level = ctes[name.name]
            else:
                made.named, made.table = name, self._table(name)
            level.items[alias] = made
        elif kind == "JoinExpr":
            self._item(level, fields["larg"], ctes)
            self._item(level, fields["rarg"], ctes)
        elif kind == "RangeSubselect":
            inner = fields.get("subquery", {}).get("SelectStmt")
            before = len(self._statement.levels)
            lateral = bool(fields.get("lateral"))
            if inner:
                self.read("SelectStmt", inner, level if lateral else level.outer, "from", ctes)
            made = self._statement.levels[before : before + 1]
            level.items[alias] = Item(alias, level=made[0] if made else None, within=lateral)
        else:
            alias = alias or f"?{len(level.items)}"
            level.items[alias] = Item(alias, within=True)

    def _table(self, name: Name) -> Table | None:
        if self._statement.schema is None:
            return None
        named = [
            one
            for one in self._statement.schema.tables
            if one.name.name == name.name and name.schema in ("", one.name.schema)
        ]
        return named[0] if len(named) == 1 else next((one for one in named if one.name.schema == "public"), None)


def _has(item: Item, column: str) -> bool | None:
    """Whether an item has a column of that name; None: that is not known."""
    return None if item.table is None else any(one.name == column for one in item.table.columns)


def set_operations(root: Node) -> Iterator[Node]:
    """The fields of every UNION, INTERSECT and EXCEPT."""
    for one in tree.selects([root]):
        if one.get("op", "SETOP_NONE") != "SETOP_NONE":
            yield one


# --- expressions ------------------------------------------------------------------------------------------------------

AGGREGATES = frozenset((
    "count", "sum", "avg", "min", "max", "array_agg", "string_agg", "json_agg", "jsonb_agg", "json_object_agg",
    "jsonb_object_agg", "bool_and", "bool_or", "every", "bit_and", "bit_or", "stddev", "variance", "percentile_cont",
    "percentile_disc", "mode", "any_value", "corr", "stddev_pop", "stddev_samp", "var_pop", "var_samp",
))  # fmt: skip


def terms(node: Any) -> Iterator[Node]:
    """The terms that AND joins."""
    if isinstance(node, dict) and node:
        made = cast(Node, node)
        if made.get("BoolExpr", {}).get("boolop") == "AND_EXPR":
            for one in made["BoolExpr"].get("args", ()):
                yield from terms(one)
        else:
            yield made


def comparison(node: Any) -> tuple[str, Node, Node] | None:
    """(operator, left, right) of a binary one."""
    made = cast(Node, node).get("A_Expr") if isinstance(node, dict) else None
    if not made or "lexpr" not in made or "rexpr" not in made:
        return None
    return (tree.strings(made.get("name")) or [""])[-1], made["lexpr"], made["rexpr"]


def function(node: Any) -> tuple[str, list[Node]]:
    """(name, arguments) of a call; ("", []) for everything else."""
    made = cast(Node, node).get("FuncCall") if isinstance(node, dict) else None
    return ((tree.strings(made.get("funcname")) or [""])[-1], made.get("args", [])) if made else ("", [])


def has_aggregate(node: Any) -> bool:
    """Whether it computes an aggregate (not over a window)."""
    for kind, fields in tree.walk([node]):
        if kind == "FuncCall" and "over" not in fields:
            name = (tree.strings(fields.get("funcname")) or [""])[-1]
            if name in AGGREGATES or "agg_filter" in fields or "agg_within_group" in fields:
                return True
    return False


def bare(node: Any) -> Node:
    """Without casts."""
    made = cast(Node, node) if isinstance(node, dict) else {}
    while "TypeCast" in made:
        made = made["TypeCast"].get("arg", {})
    return made


def text_of(node: Any) -> str | None:
    """The value of a string constant, also in a cast."""
    constant = bare(node).get("A_Const", {})
    return str(constant["sval"].get("sval", "")) if "sval" in constant else None


def number_of(node: Any) -> float | None:
    """The value of a number; None for what is none."""
    constant = bare(node).get("A_Const", {})
    if "ival" in constant:
        return float(constant["ival"].get("ival", 0))
    return float(constant["fval"].get("fval", "nan")) if "fval" in constant else None


def is_null(node: Any) -> bool:
    """Whether it is the constant NULL."""
    return bool(bare(node).get("A_Const", {}).get("isnull"))


def has_columns(node: Any) -> bool:
    """Whether it names a column, or asks a table."""
    return any(kind in ("ColumnRef", "SubLink") for kind, _ in tree.walk([node]))


def location_of(node: Any) -> int:
    """The first byte of an expression."""
    found = [fields["location"] for _, fields in tree.walk([node]) if fields.get("location", -1) >= 0]
    return min(found, default=0)


def unique_keys(table: Table) -> Iterator[tuple[str, ...]]:
    """The columns of a table's unique keys: of indexes without expressions and predicates, and of constraints."""
    for index in table.indexes:
        columns = tuple(key.column for key in index.keys if key.column)
        if index.unique and not index.predicate and len(columns) == len(index.keys):
            yield columns
