"""What the schema says of the rows of a SELECT: which columns tell them apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dbarchitect.model.schema import ForeignKey, PrimaryKey, Table, Unique

from . import parse
from .nodes import constant, equality
from .selects import Select, never_null
from .tree import Node


def keys_of(table: Table, *, not_null: bool) -> Iterator[tuple[str, ...]]:
    """The columns of each key of a table that is sure; `not_null`: of those whose columns are never NULL alone."""
    found = [
        one.columns
        for one in table.constraints
        if isinstance(one, PrimaryKey | Unique) and not one.deferrable and not one.without_overlaps
    ]
    for index in table.indexes:
        plain = all(key.column for key in index.keys)
        if index.unique and index.valid and plain and not index.predicate and not index.constraint:
            found.append(tuple(key.column or "" for key in index.keys))
    for columns in dict.fromkeys(found):
        known = [table.column(name) for name in columns]
        if not not_null or all(column is not None and never_null(table, column) for column in known):
            yield columns


def sure_foreign_keys(table: Table) -> Iterator[ForeignKey]:
    """Those that hold for every row at every moment."""
    for one in table.foreign_keys:
        if one.validated and one.enforced and not one.deferrable and not one.period:
            yield one


def determined(select: Select, known: Iterable[tuple[str, str]], *, without: str = "") -> bool:
    """Whether rows of a SELECT that agree in the columns `known`, (alias, column), are one and the same: of each
    relation a key is known, or follows by equalities from what is known. The relation `without` is not looked at."""
    have = set(known)
    sides = [pair for left, right in select.equalities for pair in ((left, right), (right, left))]
    for relation in select.relations.values():
        join = select.join_of(relation)
        if join and join.get("usingClause"):
            return False
        if join and join.get("jointype") == "JOIN_LEFT":  # at most one row of the right side to each of the left one
            for one, other in _both_ways(join.get("quals")):
                target = select.find(other)
                if target is not None and target.relation is relation:
                    sides.append((one, other))
    done: set[str] = set()
    changed = True
    while changed:
        changed = False
        for one, other in sides:
            target = select.find(other)
            if target is None or target.select is not select or target.key in have or target.relation.alias == without:
                continue
            source = select.find(one)
            fixed = constant(one) is not None or "ParamRef" in one
            if fixed or (
                source is not None
                and (source.select is not select or source.key in have)
                and source.relation.alias != without
            ):
                have.add(target.key)
                changed = True
        for alias, relation in select.relations.items():
            if alias in done or alias == without or relation.table is None:
                continue
            for key in keys_of(relation.table, not_null=True):
                if all((alias, column) in have for column in key):
                    done.add(alias)
                    have |= {(alias, column.name) for column in relation.table.columns}
                    changed = True
                    break
    return done | {without} == set(select.relations) | {without} and bool(done)


def _both_ways(condition: Node | None) -> Iterator[tuple[Node, Node]]:
    for term in parse.terms_of_tree(condition) if condition else ():
        sides = equality(term)
        if sides:
            yield sides
            yield sides[1], sides[0]


def outputs(select: Select) -> frozenset[tuple[str, str]]:
    """The columns, (alias, column), that a SELECT gives as they are."""
    found: set[tuple[str, str]] = set()
    for one in select.targets:
        reference = select.find(one.node)
        if reference is not None and reference.select is select:
            found.add(reference.key)
    for star in select.stars:
        for alias, relation in select.relations.items():
            if star in ("", alias):
                found |= {(alias, column) for column in relation.columns or ()}
    return frozenset(found)
