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
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
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


_Row = dict[object, Any]  # the value of each column by name, of each unknown by its canonical tree
_Reading = Callable[[_Row], Truth]


class Condition:
    """A condition to be asked what it can come to. `not_null`: columns that hold a value in every row.

    understood  whether nothing in it is an unknown
    columns     the columns that are understood, by name
    """

    def __init__(self, expression: Expression, not_null: Collection[str] = ()) -> None:
        self._not_null = not_null
        self._numbers: dict[str, set[Decimal]] = {}
        self._texts: dict[str, set[str]] = {}
        self._flags: set[str] = set()
        self._plain: set[str] = set()  # all of them, so also those only asked whether they are NULL
        self._unknown: dict[object, None] = {}
        self._truth = self._read(expression.tree)
        self.columns = tuple(sorted(self._plain))
        self.understood = not self._unknown

    def outcomes(self, missing: str = "") -> frozenset[Truth] | None:
        """What it can come to, in rows in which the column `missing` is NULL. None: too many combinations to try."""
        rows = self._rows(missing)
        return None if rows is None else frozenset(self._truth(row) for row in rows)

    def refused(self, unlike: str = "") -> dict[str, Any] | None:
        """The values of a row for which it is false; with `unlike`, one that is NULL, not true, without that column's
        value. None where there is none, or too many combinations to try."""
        for row in self._rows() or ():
            if self._truth(row) is False and (not unlike or self._truth({**row, unlike: None}) is None):
                return {name: row[name] for name in self.columns}
        return None

    def _rows(self, missing: str = "") -> Iterator[_Row] | None:
        values = {*self._numbers, *self._texts}
        if not self._flags.isdisjoint(values) or not self._numbers.keys().isdisjoint(self._texts):
            return None  # a column and its cast to text: they hang together in a way that is not followed
        choices: list[tuple[Any, ...]] = [
            (None,) if name == missing else (*(() if name in self._not_null else (None,)), *self._points(name))
            for name in self.columns
        ]
        choices += [(True, False, None)] * len(self._unknown)
        if math.prod(len(one) for one in choices) > _MOST_ROWS:
            return None
        keys = [*self.columns, *self._unknown]
        return (dict(zip(keys, row, strict=True)) for row in itertools.product(*choices))

    def _points(self, name: str) -> tuple[Any, ...]:
        """The values that stand for all that a column can hold."""
        numbers = sorted(self._numbers.get(name, ()))
        texts = self._texts.get(name)
        if numbers:
            between = [(low + high) / 2 for low, high in itertools.pairwise(numbers)]
            return (numbers[0] - 1, *numbers, *between, numbers[-1] + 1)
        return (*sorted(texts), _OTHER) if texts else (True, False)

    # ---- reading

    def _read(self, node: Node) -> _Reading:
        """How the condition is evaluated for a row; its columns and unknowns are noted on the way."""
        if "BoolExpr" in node:
            parts = [self._read(part) for part in node["BoolExpr"].get("args", [])]
            if node["BoolExpr"].get("boolop") == "NOT_EXPR":
                return lambda row: None if (value := parts[0](row)) is None else not value
            decides = node["BoolExpr"].get("boolop") == "OR_EXPR"
            return lambda row: _joined((part(row) for part in parts), decides)
        if "NullTest" in node:
            wanted = node["NullTest"]["nulltesttype"] == "IS_NULL"
            name = _column(node["NullTest"]["arg"])
            if name is not None:
                self._plain.add(name)
                return lambda row: (row[name] is None) == wanted
            if _is_condition(node["NullTest"]["arg"]):
                part = self._read(node["NullTest"]["arg"])
                return lambda row: (part(row) is None) == wanted
            return self._unknown_of(node)
        if "BooleanTest" in node:
            part, kind = self._read(node["BooleanTest"]["arg"]), node["BooleanTest"]["booltesttype"]
            return lambda row: _boolean_test(kind, part(row))
        constant = _constant(node)
        if isinstance(constant, bool) or constant is None:
            return lambda row: constant
        flag = _column(node)
        if flag is not None:
            self._plain.add(flag)
            self._flags.add(flag)
            return lambda row: row[flag]
        return self._comparison(node)

    def _comparison(self, node: Node) -> _Reading:
        itself = _itself(node)
        if itself is not None:
            name, holds = itself[0], itself[1] in ("=", "<=", ">=")
            self._plain.add(name)
            return lambda row: None if row[name] is None else holds
        sides = _sides(node)
        if sides is None:
            return self._unknown_of(node)
        column, operator, constants, decides = sides
        texts = {one for one in constants if isinstance(one, str)}
        numbers = {one for one in constants if isinstance(one, Decimal)}
        if texts and (numbers or operator not in ("=", "<>")):
            return self._unknown_of(node)  # the order of texts is the collation's
        self._plain.add(column)
        if texts:
            self._texts.setdefault(column, set()).update(texts)
        if numbers:
            self._numbers.setdefault(column, set()).update(numbers)
        return lambda row: _joined((_compared(row[column], operator, one) for one in constants), decides)

    def _unknown_of(self, node: Node) -> _Reading:
        key = parse.canonical_tree(node)
        self._unknown[key] = None
        return lambda row: row[key]


def _joined(parts: Iterable[Truth], decides: bool) -> Truth:
    """OR of the parts, where True `decides`; AND, where False does."""
    values = set(parts)
    return decides if decides in values else None if None in values else not decides


def _compared(value: Any, operator: str, constant: Any) -> Truth:
    if value is None or constant is None:
        return None
    if value is _OTHER:
        return operator == "<>"
    return _ORDER[operator](value, constant)


def _boolean_test(kind: str, value: Truth) -> bool:
    wanted: Truth = {"TRUE": True, "FALSE": False, "UNKNOWN": None}[kind.rpartition("_")[2]]
    return (value is wanted) != ("_NOT_" in kind)


def _is_condition(node: Node) -> bool:
    """Whether an expression is a truth value by its form."""
    compared = nodes.comparison(node)
    return not {"BoolExpr", "BooleanTest"}.isdisjoint(node) or (compared is not None and compared[0] in _ORDER)


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
    if not tested or not condition.understood or condition.refused() is None:
        return None
    for name in condition.columns:
        if name in tested or name in not_null:
            continue
        outcomes = condition.outcomes(name)
        refused = condition.refused(unlike=name)
        if outcomes is not None and None in outcomes and False not in outcomes and refused is not None:
            others = {key: value for key, value in refused.items() if key != name}
            return Opened(name, {key: "no such value" if one is _OTHER else one for key, one in others.items()})
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
