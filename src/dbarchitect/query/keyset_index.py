"""The index that serves an order: what is equal in every row first, then the keys with their directions and NULLs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dbarchitect.model.keyset import CursorColumn
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import Index, IndexKey, Relational, Table
from dbarchitect.sql.answers import Reader
from dbarchitect.sql.relations import Scope, collation_of

_LONGEST_NAME = 63  # NAMEDATALEN - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The index to make; or the name of one that is there; or why no index gives the order."""

    index: Index | None = None
    existing: str = ""
    why: str = ""


def supporting_index(
    scope: Scope, nodes: Sequence[dict[str, Any]], keys: Sequence[CursorColumn], schema: Relational
) -> Served:
    """The B-tree that gives the rows of `scope` in the order of `keys` (`nodes`: their trees)."""
    relations = [scope.relations_of(node) for node in nodes]
    first = relations[0]
    relation = next((one for one in scope.relations if first == {one.alias}), None)
    if relation is None:
        return Served(why="the first key is of no one table")
    table = schema.table(relation.table) if relation.table is not None else None
    if table is None:
        return Served(why=f"{relation.alias} is no table: what it reads decides")
    if {one for some in relations for one in some} != {relation.alias}:
        other = next(key.expression for key, some in zip(keys, relations, strict=True) if some != first)
        return Served(why=f"the keys are of several tables ({keys[0].expression}, {other}): no index holds both")
    if any(table.column(name) is None for name in _columns(scope, nodes)):
        return Served(why=f"{relation.alias} has other names for its columns")
    wanted = [_index_key(scope, node, key) for node, key in zip(nodes, keys, strict=True)]
    if wanted[0].descending:  # a B-tree is read in both directions: the one that people write
        wanted = [_turned(one) for one in wanted]
    equal = [name for name in dict.fromkeys(_equal(scope, relation.alias)) if table.column(name) is not None]
    predicates = tuple(dict.fromkeys(_predicates(scope, table, relation.alias)))
    wanted = [one for one in wanted if one.column not in equal or one.expression]
    index = Index(
        name=Name(schema=table.name.schema, name=""),
        table=table.name,
        keys=(*(IndexKey(column=one) for one in equal), *wanted),
        predicate=" AND ".join(predicates) or None,
    )
    there = next((one for one in table.indexes if _serves(one, equal, wanted, predicates)), None)
    if there is not None:
        return Served(existing=there.name.name)
    return Served(index=_named(index, table))


def _columns(scope: Scope, nodes: Sequence[dict[str, Any]]) -> Iterator[str]:
    for node in nodes:
        yield from scope.columns_of(node)


def _index_key(scope: Scope, node: dict[str, Any], key: CursorColumn) -> IndexKey:
    inner, collation = collation_of(node)
    reference = scope.reference(inner)
    return IndexKey(
        column=reference[1] if reference else None,
        expression=None if reference else Reader.printed(inner, qualified=False),
        collation=collation,
        descending=key.descending,
        nulls_first=key.nulls_first,
    )


def _turned(key: IndexKey) -> IndexKey:
    return IndexKey(
        column=key.column,
        expression=key.expression,
        collation=key.collation,
        descending=not key.descending,
        nulls_first=not key.nulls_first,
    )


def _equal(scope: Scope, alias: str) -> Iterator[str]:
    """The columns that have one value in all rows."""
    yield from (to[1] for to, by in scope.equal if to[0] == alias and by is None)


def _predicates(scope: Scope, table: Table, alias: str) -> Iterator[str]:
    """Tests that an index may have as its condition: IS NULL, which gives no order as a key, and booleans."""
    for column, negated, kind in scope.simple_tests(alias):
        found = table.column(column)
        if kind == "null" and not negated:
            yield f"{quote_identifier(column)} IS NULL"
        elif kind == "boolean" and found is not None and found.type.name == "bool":
            yield f"NOT {quote_identifier(column)}" if negated else quote_identifier(column)


def _serves(index: Index, equal: Sequence[str], wanted: Sequence[IndexKey], predicates: Sequence[str]) -> bool:
    """Whether an index that is there gives the order: the equal columns first, in any order, then the keys."""
    if (
        index.method != "btree"
        or not index.valid
        or (index.predicate and index.predicate.strip("()") not in predicates)
    ):
        return False
    head, rest = index.keys[: len(equal)], index.keys[len(equal) : len(equal) + len(wanted)]
    if {one.column for one in head} != set(equal) or len(rest) < len(wanted):
        return False
    if not all(one.opclass_default for one in (*head, *rest)):
        return False
    return any(
        all(_alike(one, other) for one, other in zip(rest, way, strict=True))
        for way in (wanted, [_turned(one) for one in wanted])
    )


def _alike(one: IndexKey, other: IndexKey) -> bool:
    same = one.column == other.column and (one.expression or "").strip("()") == (other.expression or "").strip("()")
    collation = (one.collation.name if one.collation else "") == (other.collation.name if other.collation else "")
    return same and collation and (one.descending, one.nulls_first) == (other.descending, other.nulls_first)


def _named(index: Index, table: Table) -> Index:
    parts = [table.name.name]
    parts += ["".join(c if c.isalnum() else "_" for c in one.text).strip("_") for one in index.keys]
    taken = {one.name.name for one in table.indexes}
    base = "_".join(parts).encode()[: _LONGEST_NAME - 9].decode(errors="ignore")
    name = f"{base}_page_idx"
    while name in taken:
        name = f"{name[: _LONGEST_NAME - 1]}1"
    return Index(
        name=Name(schema=table.name.schema, name=name), table=index.table, keys=index.keys, predicate=index.predicate
    )
