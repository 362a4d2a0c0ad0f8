"""A partition's bound as a condition, and whether constraints prove that rows lie inside, or outside, of it.

Only what PostgreSQL proves too (predicate_implied_by over the partition's constraint): the bound's own condition, term
by term, or comparisons of the one key column with constants. Constants are numbers or texts; texts are in order where
both are dates or times in ISO form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbarchitect.model.names import Name, quote_identifier, quote_literal

from . import expressions, parse, tree
from .statements import Expression, PartitionBound
from .tree import Node

_ISO = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d(:?\d\d)?)?)?\Z")

Constant = float | str


def key_definition(strategy: str, columns: Sequence[str]) -> str:
    """How a partition key by range, list or hash is printed that is of plain columns in their own collations."""
    return f"{strategy.upper()} ({', '.join(map(quote_identifier, columns))})"


def condition(
    bound: PartitionBound, columns: Sequence[str], parent: Name, others: Sequence[PartitionBound] = ()
) -> str:
    """What rows of a partition by `columns` satisfy (get_qual_from_partbound), as SQL for a CHECK; "" for what has no
    such form. `others`: the bounds of its siblings, where it is the DEFAULT partition."""
    names = [quote_identifier(column) for column in columns]
    if bound.default:
        return _of_no_other(names, [one.tree for one in others if not one.default])
    node = bound.tree
    match node.get("strategy"):
        case "l" if len(names) == 1:
            return _listed(names[0], node.get("listdatums", ()))
        case "r" if names:
            between = _between(names, node)
            return " AND ".join([*(f"{name} IS NOT NULL" for name in names), between]) if between else ""
        case "h" if names:
            numbers = f"{node.get('modulus', 0)}, {node.get('remainder', 0)}"
            table = quote_literal(str(parent))
            return f"satisfies_hash_partition({table}::regclass::oid, {numbers}, {', '.join(names)})"
        case _:
            return ""


def _of_no_other(names: Sequence[str], siblings: Sequence[Node]) -> str:
    """What no sibling takes, in the form that the server has for the DEFAULT partition."""
    strategies = {one.get("strategy") for one in siblings}
    if strategies == {"l"} and len(names) == 1:
        inside = _listed(names[0], [datum for one in siblings for datum in one.get("listdatums", ())])
        return f"NOT ({inside})" if inside else ""
    if strategies == {"r"} and names:
        taken = [_between(names, one) for one in siblings]
        there = " AND ".join(f"{name} IS NOT NULL" for name in names)
        return f"NOT ({there} AND ({' OR '.join(f'({one})' for one in sorted(taken))}))" if all(taken) else ""
    return ""


def _between(names: Sequence[str], node: Node) -> str:
    lower, upper = node.get("lowerdatums", ()), node.get("upperdatums", ())
    if not len(lower) == len(upper) == len(names):
        return ""
    ends = (_side(names, lower, upper=False), _side(names, upper, upper=True))
    return "" if "" in ends else " AND ".join(end for end in ends if end != "true") or "true"


def _listed(name: str, datums: Sequence[Node]) -> str:
    values = [_literal(one) for one in datums]
    inside = ", ".join(sorted(value for value in values if value != "NULL"))
    if "" in values:
        return ""
    if "NULL" in values:
        return f"{name} IS NULL" + (f" OR {name} IN ({inside})" if inside else "")
    return f"{name} IS NOT NULL AND {name} IN ({inside})"


def _side(names: Sequence[str], datums: Sequence[Node], *, upper: bool) -> str:
    """The rows on one side of a bound, compared column by column; "" where a value is no constant."""
    if not names:
        return "false" if upper else "true"
    name, end = names[0], _infinite(datums[0])
    if end:
        return "true" if (end == "maxvalue") == upper else "false"
    value = _literal(datums[0])
    rest = _side(names[1:], datums[1:], upper=upper)
    if not value or not rest:
        return ""
    beyond = "<" if upper else ">"
    if rest == "true":
        return f"{name} {beyond}= {value}"
    if rest == "false":
        return f"{name} {beyond} {value}"
    return f"({name} {beyond} {value} OR ({name} = {value} AND {rest}))"


def _infinite(node: Node) -> str:
    names = tree.strings(node.get("ColumnRef", {}).get("fields"))
    return names[0] if names and names[0] in ("minvalue", "maxvalue") else ""


def _literal(node: Node) -> str:
    """A constant as SQL, in the type of what it is compared with; "" for what is none."""
    constant = _uncast(node).get("A_Const", {})
    if constant.get("isnull"):
        return "NULL"
    if "boolval" in constant:
        return "true" if constant["boolval"].get("boolval") else "false"
    if "sval" in constant:
        return quote_literal(str(constant["sval"].get("sval", "")))
    for kind in ("ival", "fval"):
        if kind in constant:
            return quote_literal(str(constant[kind].get(kind, 0)))
    return ""


def inside(
    terms: Sequence[Expression],
    bound: PartitionBound,
    columns: Sequence[str],
    parent: Name,
    *,
    not_null: frozenset[str],
    others: Sequence[PartitionBound] = (),
) -> bool:
    """Whether rows that satisfy all `terms`, with values in `not_null`, lie within the bound of a partition."""
    if len(columns) == 1 and implies(terms, bound, columns[0], not_null=columns[0] in not_null):
        return True
    return _stated(terms, condition(bound, columns, parent, others), not_null)


def outside(terms: Sequence[Expression], bound: PartitionBound, columns: Sequence[str], parent: Name) -> bool:
    """Whether rows that satisfy all `terms` lie outside of the bound of a partition."""
    if len(columns) == 1 and excludes(terms, bound, columns[0]):
        return True
    text = condition(bound, columns, parent)
    return _stated(terms, f"NOT ({text})" if text else "", frozenset())


def _stated(terms: Sequence[Expression], wanted: str, not_null: frozenset[str]) -> bool:
    parsed = expressions.expression_of(wanted) if wanted else None
    if parsed is None:
        return False
    said = {_normal(one.tree) for one in terms}
    return all(
        _normal(one.tree) in said or any(expressions.requires(one, column) for column in not_null)
        for one in expressions.terms(parsed)
    )


def _normal(node: Node) -> object:
    """A condition without what the server prints otherwise than it was written: casts of constants, IN, the order of
    what is joined with AND and OR."""
    kind, fields = next(iter(node.items()))
    if kind == "BoolExpr":
        operator, parts = fields.get("boolop"), fields.get("args", [])
        flat = [inner for one in parts for inner in _flat(one, operator)] if operator != "NOT_EXPR" else parts
        return operator, frozenset(_normal(one) for one in flat)
    if kind == "A_Expr":
        operator = tree.strings(fields.get("name"))[-1:]
        right = _uncast(fields.get("rexpr"))
        several = right.get("A_ArrayExpr", {}).get("elements") or right.get("List", {}).get("items")
        if several is not None and fields.get("kind") in ("AEXPR_IN", "AEXPR_OP_ANY"):
            found = frozenset(_normal(one) for one in several)
            # IN with one value is a comparison with it.
            return ("in", _normal(fields["lexpr"]), found)
        left = _normal(fields["lexpr"]) if "lexpr" in fields else None
        value = _normal(fields["rexpr"])
        return ("in", left, frozenset((value,))) if operator == ["="] and left else (*operator, left, value)
    if (value := _constant(node)) is not None:
        return value
    if kind == "TypeCast" and "ColumnRef" in _uncast(node):  # varchar, printed as text
        return _normal(_uncast(node))
    if kind == "NullTest":
        return fields.get("nulltesttype"), _normal(fields["arg"])
    if kind == "ColumnRef":
        return tuple(tree.strings(fields.get("fields"))[-1:])
    return repr(parse.canonical_tree(node))


def _flat(node: Node, operator: str) -> list[Node]:
    fields = node.get("BoolExpr", {})
    if fields.get("boolop") == operator:
        return [inner for one in fields.get("args", []) for inner in _flat(one, operator)]
    return [node]


def implies(terms: Sequence[Expression], bound: PartitionBound, column: str, *, not_null: bool) -> bool:
    """Whether rows that satisfy all `terms` lie within `bound` of a partition by `column`."""
    trees = [one.tree for one in terms]
    if not not_null and not any(_is_not_null(one, column) for one in trees):
        return False
    node = bound.tree
    if node.get("strategy") == "l":
        allowed = [_constant(one) for one in node.get("listdatums", ())]
        return any(
            (values := _values(one, column)) is not None and all(value in allowed for value in values) for one in trees
        )
    if node.get("strategy") != "r":
        return False
    low, high = _limits(node)
    return all(
        limit is None or any(_beyond(one, column, limit, upper=upper) for one in trees)
        for limit, upper in ((low, False), (high, True))
    )


def excludes(terms: Sequence[Expression], bound: PartitionBound, column: str) -> bool:
    """Whether rows that satisfy all `terms` lie outside of `bound`."""
    return any(_outside(one.tree, bound.tree, column, negated=False) for one in terms)


def _outside(node: Node, bound: Node, column: str, *, negated: bool) -> bool:
    kind, fields = next(iter(node.items()))
    if kind == "BoolExpr":
        parts = fields.get("args", [])
        if fields.get("boolop") == "NOT_EXPR":
            return _outside(parts[0], bound, column, negated=not negated)
        found = [_outside(one, bound, column, negated=negated) for one in parts]
        every = (fields.get("boolop") == "OR_EXPR") != negated
        return all(found) if every else any(found)
    if kind == "NullTest":
        null = (fields.get("nulltesttype") == "IS_NULL") != negated
        return null and _names(fields.get("arg"), column)
    if bound.get("strategy") == "l":
        values, other = _values(node, column), _values(node, column, operator="<>")
        inside = [_constant(one) for one in bound.get("listdatums", ())]
        allowed, refused = (other, values) if negated else (values, other)
        if refused is not None:
            return all(one in refused for one in inside)
        return allowed is not None and not any(one in allowed for one in inside)
    if bound.get("strategy") != "r":
        return False
    low, high = _limits(bound)
    compared = _comparison(node, column)
    if compared is None:
        return False
    operator, value = compared
    if negated:
        operator = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}.get(operator, "")
    if operator == "<":
        return low is not None and _at_most(value, low)
    if operator == "<=":
        return low is not None and _at_most(value, low) and value != low
    return operator in (">", ">=") and high is not None and _at_most(high, value)


def _limits(bound: Node) -> tuple[Constant | None, Constant | None]:
    low, high = bound.get("lowerdatums", [{}]), bound.get("upperdatums", [{}])
    return _constant(low[0]), _constant(high[0])


def _constant(node: Node | None) -> Constant | None:
    """The value of a constant, past its casts; None for MINVALUE, MAXVALUE, NULL and for what is computed."""
    node = _uncast(node)
    constant: Node = node.get("A_Const", {})
    if "sval" in constant:
        text = str(constant["sval"].get("sval", ""))
        return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else text
    if "ival" in constant:
        return float(constant["ival"].get("ival", 0))
    if "fval" in constant:
        return float(constant["fval"].get("fval", "0"))
    negative: Node = node.get("A_Expr", {})
    if negative and tree.strings(negative.get("name")) == ["-"] and "lexpr" not in negative:
        inner = _constant(negative.get("rexpr"))
        return -inner if isinstance(inner, float) else None
    return None


def _at_most(one: Constant, other: Constant) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one <= other
    if isinstance(one, str) and isinstance(other, str):
        return one == other or (len(one) == len(other) and bool(_ISO.match(one) and _ISO.match(other)) and one < other)
    return False


def _names(node: Node | None, column: str) -> bool:
    return tree.strings(_uncast(node).get("ColumnRef", {}).get("fields"))[-1:] == [column]


def _uncast(node: Node | None) -> Node:
    while node and "TypeCast" in node:
        node = node["TypeCast"].get("arg", {})
    return node or {}


def _is_not_null(node: Node, column: str) -> bool:
    test = node.get("NullTest")
    return bool(test) and test["nulltesttype"] == "IS_NOT_NULL" and _names(test.get("arg"), column)


def _comparison(node: Node, column: str) -> tuple[str, Constant] | None:
    """`column < constant` as ("<", constant), whichever way round it is written."""
    fields = node.get("A_Expr", {})
    operator = tree.strings(fields.get("name"))[-1:]
    if fields.get("kind") != "AEXPR_OP" or not operator:
        return None
    if _names(fields.get("lexpr"), column):
        value = _constant(fields.get("rexpr"))
        return None if value is None else (operator[0], value)
    if _names(fields.get("rexpr"), column):
        value = _constant(fields.get("lexpr"))
        turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator[0], operator[0])
        return None if value is None else (turned, value)
    return None


def _beyond(node: Node, column: str, limit: Constant, *, upper: bool) -> bool:
    """Whether a term says column >= limit (the lower limit of a range) or column < limit (the upper)."""
    compared = _comparison(node, column)
    if compared is None:
        return False
    operator, value = compared
    if upper:
        return (operator == "<" and _at_most(value, limit)) or (
            operator in ("<=", "=") and _at_most(value, limit) and value != limit
        )
    return operator in (">=", ">", "=") and _at_most(limit, value)


def _values(node: Node, column: str, *, operator: str = "=") -> list[Constant | None] | None:
    """The constants that a term allows for the column: `= 'a'`, `IN (...)`, `= ANY (ARRAY[...])`; with the operator
    `<>` those that it refuses."""
    fields = node.get("A_Expr", {})
    if not _names(fields.get("lexpr"), column) or tree.strings(fields.get("name"))[-1:] != [operator]:
        return None
    if fields.get("kind") == ("AEXPR_OP_ALL" if operator == "=" else "AEXPR_OP_ANY"):
        return None
    right = _uncast(fields.get("rexpr"))
    if "A_ArrayExpr" in right:
        return [_constant(one) for one in right["A_ArrayExpr"].get("elements", ())]
    if "List" in right:
        return [_constant(one) for one in right["List"].get("items", ())]
    value = _constant(right)
    return None if value is None else [value]
