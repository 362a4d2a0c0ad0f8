"""How a subquery refers to the row around it."""

from __future__ import annotations

from dataclasses import dataclass

from .nodes import equality, printed, terms
from .selects import Reference, Select
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


def _pair(inner: Select, term: Node) -> tuple[Reference, Node] | None:
    sides = equality(term)
    for one, other in ((sides[0], sides[1]), (sides[1], sides[0])) if sides else ():
        column, named, around = inner.find(one), inner.references(other), inner.qualified(other)
        if column is None or column.select is not inner or not named or around is None:
            continue
        if all(reference.select is not inner for reference in named):
            return column, around
    return None
