"""A join along a foreign key that gives nothing is left out.

## What it does

`a JOIN b ON b.id = a.b_id`, where nothing of b is used, becomes `a`; where a.b_id can be NULL, with `a.b_id IS NOT
NULL`.

## When it holds

The foreign key holds for all rows (validated, not deferrable), the join is on all of its columns and on nothing else.

## What a careless form does

An inner join leaves out the rows whose reference is NULL; without the guard they come back.

## Why it pays

PostgreSQL takes out unneeded LEFT JOINs by itself, inner ones never: it does not look at foreign keys for that.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.keys import sure_foreign_keys
from dbarchitect.sql.layout import Edit
from dbarchitect.sql.nodes import equality, terms
from dbarchitect.sql.selects import Reference, Select, Statement

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """Inner joins of which nothing is used."""
    for select in query.selects:
        for relation in select.relations.values():
            join, place = select.join_of(relation), select.join_span(relation)
            if not (join and place and relation.table) or join.get("jointype") != "JOIN_INNER" or relation.nullable:
                continue
            if select.uses(relation, besides=(place,)):
                continue
            found = along_key(select, relation.alias, join.get("quals"))
            if found is None:
                continue
            nulls = [one for one in found if one.nullable]
            guard = " AND ".join(f"{one.sql} IS NOT NULL" for one in nulls)
            edits = [Edit(place, "")]
            if guard:
                edits.append(select.added_term(guard))
            names = ", ".join(one.sql for one in found)
            yield Offer(
                query.edited(*edits),
                f"the foreign key {names} finds exactly one row of {relation.alias}"
                + (", where it is not NULL" if nulls else " each time"),
            )


def along_key(select: Select, alias: str, condition: dict[str, object] | None) -> list[Reference] | None:
    """The referencing columns, where a condition is a foreign key to the relation `alias`, whole and alone."""
    pairs: dict[str, Reference] = {}
    source = None
    for term in terms(condition):
        sides = equality(term)
        if sides is None:
            return None
        first, second = (select.find(one) for one in sides)
        if first is None or second is None or first.select is not select or second.select is not select:
            return None
        if first.relation.alias == alias:
            first, second = second, first
        if second.relation.alias != alias or first.relation.alias == alias or second.name in pairs:
            return None
        if source is not None and source.alias != first.relation.alias:
            return None
        source = first.relation
        pairs[second.name] = first
    target = select.relations[alias].table
    if source is None or source.table is None or target is None or source.nullable:
        return None
    for key in sure_foreign_keys(source.table):
        if key.target == target.name and set(key.target_columns) == set(pairs):
            named = zip(key.columns, key.target_columns, strict=True)
            if all(pairs[there].name == here for here, there in named):
                return [pairs[there] for there in key.target_columns]
    return None
