"""What a condition can come to: true, false or NULL, over all rows that there could be.

Three-valued logic on a parse tree. A column that is only compared with constants gets one value for each place that
the constants leave (below, at, between, above, NULL); all else is an unknown that may come to anything, the same
unknown wherever the same expression stands. So "never false" is certain, and "can be false" is for conditions whose
parts do not hang together in a way that is not seen.
"""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from . import nodes, parse, tree
from .expressions import expression_of
from .statements import Expression
from .tree import Node

Truth = bool | None  # None is NULL

_MOST_ROWS = 4096  # combinations that are tried; a condition with more is not judged
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass
class Condition:
    """A condition to be asked what it can come to. `not_null`: columns that hold a value in every row."""

    expression: Expression
    not_null: Collection[str] = ()
    _numbers: dict[str, set[Decimal]] = field(default_factory=dict[str, set[Decimal]])
    _texts: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _plain: set[str] = field(default_factory=set[str])  # all of them, so also those only asked whether they are NULL
    _flags: set[str] = field(default_factory=set[str])
    _unknown: dict[object, Node] = field(default_factory=dict[object, Node])

    def __post_init__(self) -> None:
        self._collect(self.expression.tree)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are understood, by name."""
        return tuple(sorted({*self._numbers, *self._texts, *self._plain}))

    @property
    def understood(self) -> bool:
        """Whether nothing in it is an unknown."""
        return not self._unknown

    def outcomes(self, missing: str = "") -> frozenset[Truth] | None:
        """What it can come to, in rows in which the column `missing` is NULL. None: too many combinations to try."""
        rows = self._rows(missing)
        return None if rows is None else frozenset(self._truth(self.expression.tree, row) for row in rows)

    def refused(self, unlike: str = "") -> dict[str, Any] | None:
        """The values of a row for which it is false; with `unlike`, one that is NULL, not true, without that column's
        value. None where there is none, or too many combinations to try."""
        for row in self._rows() or ():
            if self._truth(self.expression.tree, row) is False and (
                not unlike or self._truth(self.expression.tree, {**row, unlike: None}) is None
            ):
                return {name: row[name] for name in self.columns}
        return None

    def _rows(self, missing: str = "") -> Iterator[dict[Any, Any]] | None:
        if not self._flags.isdisjoint([*self._numbers, *self._texts]) or not self._numbers.keys().isdisjoint(
            self._texts
        ):
            return None  # a column and its cast to text: they hang together in a way that is not followed
        names = self.columns
        choices: list[tuple[Any, ...]] = [
            (None,) if name == missing else self._points(name) if name in self.not_null else (None, *self._points(name))
            for name in names
        ]
        unknown = list(self._unknown)
        choices += [(True, False, None)] * len(unknown)
        if math.prod(len(one) for one in choices) > _MOST_ROWS:
            return None
        return (dict(zip([*names, *unknown], row, strict=True)) for row in itertools.product(*choices))

    # ---- what is in it

    def _collect(self, node: Node) -> None:
        """Sort the atoms: comparisons of one column with constants, NULL tests, boolean columns, unknowns."""
        if not isinstance(self._inner(node), list):
            atom = self._atom(node)
            if atom is None:
                if not self._is_constant(node):
                    self._unknown.setdefault(parse.canonical_tree(node), node)
                return
            name, constants = atom
            self._plain.add(name)
            if _column(node) is not None or "BooleanTest" in node:
                self._flags.add(name)
            for one in constants:
                if isinstance(one, Decimal):
                    self._numbers.setdefault(name, set()).add(one)
                elif isinstance(one, str):
                    self._texts.setdefault(name, set()).add(one)
            return
        for part in self._inner(node) or ():
            self._collect(part)

    @staticmethod
    def _inner(node: Node) -> list[Node] | None:
        """The conditions that a node is made of; None where it is an atom."""
        if "BoolExpr" in node:
            return list(node["BoolExpr"].get("args", []))
        if "NullTest" in node and not {"A_Expr", "BoolExpr", "BooleanTest"}.isdisjoint(node["NullTest"].get("arg", {})):
            compared = nodes.comparison(node["NullTest"]["arg"])
            return [node["NullTest"]["arg"]] if compared is None or compared[0] in _ORDER else None
        if "BooleanTest" in node and _column(node["BooleanTest"].get("arg", {})) is None:
            return [node["BooleanTest"]["arg"]]
        return None

    def _atom(self, node: Node) -> tuple[str, list[Any]] | None:
        """(column, constants) of an atom that is understood."""
        if "NullTest" in node:
            name = _column(node["NullTest"]["arg"])
            return None if name is None or node["NullTest"].get("argisrow") else (name, [])
        if "BooleanTest" in node:
            name = _column(node["BooleanTest"]["arg"])
            return None if name is None else (name, [])
        name = _column(node)
        if name is not None:
            return name, []
        itself = _itself(node)
        if itself is not None:
            return itself[0], []
        sides = _sides(node)
        if sides is None:
            return None
        name, operator, constants, _ = sides
        texts = any(isinstance(one, str) for one in constants)
        numbers = any(isinstance(one, Decimal) for one in constants)
        if texts and (numbers or operator not in ("=", "<>")):
            return None  # the order of texts is the collation's
        return name, constants

    @staticmethod
    def _is_constant(node: Node) -> bool:
        return _constant(node) is not _NONE

    def _points(self, name: str) -> tuple[Any, ...]:
        numbers = sorted(self._numbers.get(name, ()))
        texts = self._texts.get(name, set[str]())
        if numbers:
            between = [(low + high) / 2 for low, high in itertools.pairwise(numbers)]
            return (numbers[0] - 1, *numbers, *between, numbers[-1] + 1)
        if texts:
            return (*sorted(texts), _OTHER)
        return (True, False)

    # ---- evaluation

    def _truth(self, node: Node, row: dict[Any, Any]) -> Truth:
        if "BoolExpr" in node:
            fields = node["BoolExpr"]
            parts = [self._truth(part, row) for part in fields.get("args", [])]
            if fields.get("boolop") == "NOT_EXPR":
                return None if parts[0] is None else not parts[0]
            decides = fields.get("boolop") == "OR_EXPR"
            return decides if decides in parts else None if None in parts else not decides
        if "BooleanTest" in node:
            return _boolean_test(node["BooleanTest"]["booltesttype"], self._truth(node["BooleanTest"]["arg"], row))
        if "NullTest" in node and self._inner(node) is not None:
            missing = self._truth(node["NullTest"]["arg"], row) is None
            return missing == (node["NullTest"]["nulltesttype"] == "IS_NULL")
        constant = _constant(node)
        if constant is not _NONE:
            return constant if isinstance(constant, bool) or constant is None else None
        if self._atom(node) is None:
            return row[parse.canonical_tree(node)]
        if "NullTest" in node:
            missing = row[_column(node["NullTest"]["arg"])] is None
            return missing == (node["NullTest"]["nulltesttype"] == "IS_NULL")
        name = _column(node)
        if name is not None:
            value = row[name]
            return value if isinstance(value, bool) else None
        return self._compared(node, row)

    @staticmethod
    def _compared(node: Node, row: dict[Any, Any]) -> Truth:
        itself = _itself(node)
        if itself is not None:
            return None if row[itself[0]] is None else itself[1] in ("=", "<=", ">=")
        sides = _sides(node)
        assert sides is not None
        name, operator, constants, decides = sides
        value = row[name]
        results = [
            None if value is None or one is None else value == one if operator == "=" else _apply(operator, value, one)
            for one in constants
        ]
        return decides if decides in results else None if None in results else not decides


def always_passes(expression: Expression, not_null: Collection[str] = ()) -> bool:
    """Whether a CHECK of this expression can refuse no row: it is never false (NULL passes)."""
    outcomes = Condition(expression, not_null).outcomes()
    return outcomes is not None and False not in outcomes


def without_nulls_in_lists(text: str) -> str:
    """A condition without the NULLs in its lists (`x = ANY (ARRAY[1, NULL])`), printed; "" where it has none, or still
    passes always."""
    expression = expression_of(text)
    if expression is None:
        return ""
    made = copy.deepcopy(expression.tree)
    found = False
    for kind, fields in tree.walk([made]):
        if kind == "A_ArrayExpr":
            elements = fields.get("elements", [])
            kept = [one for one in elements if _constant(one) is not None]
            found |= 0 < len(kept) < len(elements)
            fields["elements"] = kept or elements
    strict = Expression(tree=made)
    return parse.printed_tree(made) if found and not always_passes(strict) else ""


@dataclass(frozen=True)
class Opened:
    """A CHECK that holds wherever `column` is NULL. With `others` as they are here some value of it is refused: a
    Decimal, a text, None for NULL, or a truth value, which also stands for any value of another type."""

    column: str
    others: dict[str, Decimal | str | bool | None]


def opened_by_null(expression: Expression, not_null: Collection[str] = ()) -> Opened | None:
    """The first column of a CHECK whose NULL makes it pass whatever the others hold, though it asks of these whether
    they are NULL: the condition means to decide by a column, and decides nothing where that is NULL."""
    condition = Condition(expression, not_null)
    tested = set(_null_tested(expression.tree))
    refused = condition.refused() if condition.understood and tested else None
    if refused is None:
        return None
    for name in condition.columns:
        if name in tested or name in not_null or name not in refused:
            continue
        outcomes = condition.outcomes(name)
        refused = condition.refused(unlike=name)
        if outcomes is not None and None in outcomes and False not in outcomes and refused is not None:
            others = {
                key: "no such value" if value is _OTHER else value for key, value in refused.items() if key != name
            }
            return Opened(name, others)
    return None


def _null_tested(node: Node) -> Iterator[str]:
    for kind, fields in tree.walk([node]):
        name = _column(fields["arg"]) if kind == "NullTest" else None
        if name is not None:
            yield name


class _None:
    """What is no constant; NULL is one."""


_NONE = _None()
_OTHER = object()  # a text that no constant is


def _apply(operator: str, value: Any, constant: Any) -> bool:
    if value is _OTHER:
        return operator == "<>"
    return _ORDER[operator](value, constant)


def _boolean_test(kind: str, value: Truth) -> bool:
    wanted: Truth = {"TRUE": True, "FALSE": False, "UNKNOWN": None}[kind.rpartition("_")[2]]
    return (value is wanted) != ("_NOT_" in kind)


_TEXTS = frozenset({"text", "varchar"})  # where equal means the same bytes
_NUMBERS = frozenset({"int2", "int4", "int8", "numeric", "float4", "float8"})


def _column(node: Node) -> str | None:
    """The column that a node is, perhaps cast to text (from another text) or to a wider number."""
    while "TypeCast" in node and not node["TypeCast"]["typeName"].get("typmods"):
        names = tree.strings(node["TypeCast"]["typeName"].get("names"))
        if node["TypeCast"]["typeName"].get("arrayBounds") or names[-1] not in ("text", "numeric"):
            return None
        node = node["TypeCast"]["arg"]
    names = tree.strings(node.get("ColumnRef", {}).get("fields"))
    return names[-1] if names else None


def _constant(node: Node) -> Any:
    """A text, a Decimal, a truth value or None (NULL); `_NONE` for what is no constant or not of these types."""
    kind = ""
    while "TypeCast" in node:
        names = tree.strings(node["TypeCast"]["typeName"].get("names"))
        kind = kind or names[-1]
        node = node["TypeCast"]["arg"]
    compared = nodes.comparison(node)
    if compared is not None and compared[0] in _ORDER and not kind:
        left, right = _constant(compared[1]), _constant(compared[2])
        both = isinstance(left, Decimal) and isinstance(right, Decimal)
        return _ORDER[compared[0]](left, right) if both else _NONE
    if "A_Const" not in node:
        return _NONE
    fields = node["A_Const"]
    if fields.get("isnull"):
        return None
    if "boolval" in fields:
        return bool(fields["boolval"].get("boolval"))
    try:
        if "ival" in fields:
            return Decimal(fields["ival"].get("ival", 0))
        if "fval" in fields:
            return Decimal(fields["fval"]["fval"])
        text = fields.get("sval", {}).get("sval", "")
        if kind in _NUMBERS:
            return Decimal(text)
        if kind == "bool":
            return {"t": True, "true": True, "f": False, "false": False}.get(text, _NONE)
    except InvalidOperation:
        return _NONE
    return text if kind in _TEXTS or not kind else _NONE


def _itself(node: Node) -> tuple[str, str] | None:
    """(column, operator) of a comparison of a column with itself."""
    sides = nodes.comparison(node)
    if sides is None or sides[0] not in _ORDER:
        return None
    name = _column(sides[1])
    return (name, sides[0]) if name is not None and name == _column(sides[2]) else None


def _sides(node: Node) -> tuple[str, str, list[Any], bool] | None:
    """(column, operator, constants, what one of them decides) of a comparison of a column with constants; for one
    constant, any value decides nothing more."""
    fields = node.get("A_Expr", {})
    form = fields.get("kind")
    names = tree.strings(fields.get("name"))
    if form == "AEXPR_OP":
        for operator, left, right in nodes.compared(node):
            name, constant = _column(left), _constant(right)
            if name is not None and constant is not _NONE and not isinstance(constant, bool):
                return name, operator, [constant], True
        return None
    if form not in ("AEXPR_OP_ANY", "AEXPR_OP_ALL") or len(names) != 1 or names[0] not in _ORDER:
        return None
    name = _column(fields["lexpr"])
    array = fields["rexpr"]
    while "TypeCast" in array:
        array = array["TypeCast"]["arg"]
    if name is None or "A_ArrayExpr" not in array:
        return None
    constants = [_constant(one) for one in array["A_ArrayExpr"].get("elements", [])]
    if not constants or any(one is _NONE or isinstance(one, bool) for one in constants):
        return None
    return name, names[0], constants, form == "AEXPR_OP_ANY"
