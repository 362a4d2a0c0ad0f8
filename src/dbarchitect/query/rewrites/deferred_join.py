"""LIMIT and OFFSET before the joins.

## What it does

`... FROM a JOIN b ON b.id = a.b ... ORDER BY a.x LIMIT 20 OFFSET 1000` takes its 20 rows of a in a subquery, and
joins these alone.

## When it holds

Each further table gives exactly one row to each row of a: an inner join along a foreign key that is never NULL, or a
LEFT JOIN to a key. Conditions and sort keys are of a alone.

## What a careless form does

A join that finds no row, or several, makes another page of them.

## Why it pays

The rows that OFFSET skips are joined too, only to be thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.names import quote_identifier
from dbarchitect.query.rewrite import Offer
from dbarchitect.query.rewrites.drop_fk_join import along_key
from dbarchitect.sql.keys import keys_of
from dbarchitect.sql.layout import Edit, Span
from dbarchitect.sql.nodes import equality, steady, terms
from dbarchitect.sql.selects import Relation, Select, Statement

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """Joins under an OFFSET, or a LIMIT."""
    for select in query.selects:
        if "limit" not in select.clauses or "order" not in select.clauses or "fetch" in select.clauses:
            continue
        relations = list(select.relations.values())
        if len(relations) < 2 or not select.plain_but_limit or select.makes_rows or select.looks_around:
            continue
        first = relations[0]
        if first.table is None or first.nullable or len(select.fields.get("fromClause", ())) != 1:
            continue
        if not all(_one_row(select, one) for one in relations[1:]) or not _of_first_alone(select, first):
            continue
        yield Offer(_deferred(query, select, first), "each join gives exactly one row to each row of the page")


def _deferred(query: Statement, select: Select, first: Relation) -> str:
    item = select.span_of_item(first)
    tail = [query.slice(select.clauses[one].whole) for one in ("where", "order", "limit", "offset")
            if one in select.clauses]  # fmt: skip
    inside = f"(SELECT * FROM {query.slice(item)} {' '.join(tail)}) {quote_identifier(first.alias)}"
    edits = [Edit(item, inside)]
    for one in ("where", "limit", "offset"):
        if one in select.clauses:
            whole = select.clauses[one].whole
            before = max(token.end for token in query.tokens if token.end <= whole.start)
            edits.append(Edit(Span(before, whole.end), ""))
    return query.edited(*edits)


def _one_row(select: Select, relation: Relation) -> bool:
    join = select.join_of(relation)
    if not join or relation.table is None or not join.get("quals"):
        return False
    if join.get("jointype") == "JOIN_INNER":
        found = along_key(select, relation.alias, join["quals"])
        return found is not None and not any(one.nullable for one in found)
    if join.get("jointype") != "JOIN_LEFT":
        return False
    named: set[str] = set()
    for term in terms(join["quals"]):
        for side in equality(term) or ():
            reference = select.find(side)
            if reference is not None and reference.relation is relation:
                named.add(reference.name)
    return any(set(key) <= named for key in keys_of(relation.table, not_null=False))


def _of_first_alone(select: Select, first: Relation) -> bool:
    """Whether conditions and sort keys are of the first table alone."""
    for part in (select.fields.get("whereClause"), select.fields.get("sortClause")):
        found = select.references(part) if part else ()
        if found is None or any(one.select is not select or one.relation is not first for one in found):
            return False
        if not steady(part, select.statement.schema):
            return False
    sorts = [one["SortBy"]["node"] for one in select.fields.get("sortClause", ())]
    renamed = {one.name for one in select.targets if one.name and select.find(one.node) is None}
    names = {one["ColumnRef"]["fields"][-1].get("String", {}).get("sval") for one in sorts if "ColumnRef" in one}
    return not renamed & names and not any("A_Const" in one for one in sorts)
