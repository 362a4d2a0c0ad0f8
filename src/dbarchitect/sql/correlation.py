"""How a subquery refers to the row around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .nodes import equality, printed, steady, sublink, terms
from .selects import Piece, Reference, Select, Statement
from .tree import Node

_OTHERS = ("groupClause", "havingClause", "distinctClause", "limitCount", "limitOffset", "lockingClause",
           "windowClause", "valuesLists", "withClause", "intoClause")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Correlation:
    """`pairs`: the subquery's column and the expression of the row around it that must be equal; `rest`: its other
    conditions, without that row; `source`: its FROM and `rest` as SQL; `outer`: the columns around it."""

    pairs: tuple[tuple[Reference, Node], ...]
    rest: tuple[Node, ...]
    source: str
    outer: tuple[Reference, ...]


def correlated(inner: Select) -> Correlation | None:
    """How a subquery refers to the row around it, where it does so by equalities alone."""
    if any(inner.fields.get(one) for one in _OTHERS) or "from" not in inner.clauses:
        return None
    for part in (inner.fields.get("fromClause"), inner.fields.get("targetList")):
        found = inner.references(part)
        if found is None or any(one.select is not inner for one in found):
            return None
    pairs: list[tuple[Reference, Node]] = []
    rest: list[Node] = []
    outer: dict[tuple[str, str], Reference] = {}
    for term in terms(inner.fields.get("whereClause")):
        named = inner.references(term)
        if named is None:
            return None
        if all(one.select is inner for one in named):
            rest.append(term)
            continue
        pair = _pair(inner, term)
        if pair is None:
            return None
        pairs.append(pair)
        outer.update((one.key, one) for one in named if one.select is not inner)
    if not pairs:
        return None
    source = inner.statement.slice(inner.clauses["from"].whole)
    if rest:
        shown = " AND ".join(f"({printed(one)})" if "BoolExpr" in one else printed(one) for one in rest)
        source = f"{source} WHERE {shown}"
    return Correlation(tuple(pairs), tuple(rest), source, tuple(outer.values()))


def correlated_targets(query: Statement) -> Iterator[tuple[Select, Piece, Select, Correlation]]:
    """(the SELECT around, its target, the subquery that the target is, how that refers to its row), where the SELECT
    has one FROM item and gives a row for each of it, and the subquery gives one column, always the same, and refers to
    no row further out."""
    for select in query.selects:
        if not select.plain_but_limit or len(select.fields.get("fromClause", ())) != 1 or "" in select.stars:
            continue
        for target in select.targets:
            inner = query.select_of(sublink(target.node, "EXPR_SUBLINK") or {})
            found = correlated(inner) if inner is not None else None
            if inner is None or found is None or len(inner.targets) != 1:
                continue
            near = all(one.select is select for one in found.outer)
            if near and steady({"SelectStmt": inner.fields}, query.schema):
                yield select, target, inner, found


def _pair(inner: Select, term: Node) -> tuple[Reference, Node] | None:
    sides = equality(term)
    for one, other in ((sides[0], sides[1]), (sides[1], sides[0])) if sides else ():
        column, named, around = inner.find(one), inner.references(other), inner.qualified(other)
        if column is None or column.select is not inner or not named or around is None:
            continue
        if all(reference.select is not inner for reference in named):
            return column, around
    return None
