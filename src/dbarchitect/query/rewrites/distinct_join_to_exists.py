"""DISTINCT after a join that only filters as EXISTS.

## What it does

`SELECT DISTINCT a.* FROM a JOIN b ON b.a = a.id WHERE b.x = 1` becomes `SELECT a.* FROM a WHERE EXISTS (SELECT 1 FROM
b WHERE b.a = a.id AND b.x = 1)`.

## When it holds

Nothing of b is given or sorted by, and what is given holds a key of the rest.

## What a careless form does

Without the key DISTINCT also removes equal rows of a, which come back.

## Why it pays

The semi join stops at the first row of b, and no copies are made only to be removed.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.query.rewrites.superfluous_distinct import distinct_word
from dbarchitect.sql.keys import determined, outputs
from dbarchitect.sql.layout import Edit
from dbarchitect.sql.selects import Piece, Relation, Select, Statement

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """Joined tables of which a SELECT DISTINCT gives nothing."""
    for select in query.selects:
        word = distinct_word(select)
        if word is None or "groupClause" in select.fields or select.makes_rows or select.looks_around:
            continue
        for relation in select.relations.values():
            join, place = select.join_of(relation), select.join_span(relation)
            if not (join and place and relation.table) or join.get("jointype") != "JOIN_INNER" or relation.nullable:
                continue
            condition = select.on_text(relation)
            about = [term for term in select.terms if _names(select, term, relation)]
            if not condition or select.uses(relation, besides=(place, *(term.span for term in about))):
                continue
            known = {key for key in outputs(select) if key[0] != relation.alias}
            if not determined(select, known, without=relation.alias):
                continue
            parts = [condition, *(_apart(term, query) for term in about)]
            source = query.slice(select.span_of_item(relation))
            shown = f"EXISTS (SELECT 1 FROM {source} WHERE {' AND '.join(parts)})"
            edits = [Edit(word, ""), Edit(place, "")]
            if about:
                edits += [Edit(about[0].span, shown), *(select.without_term(term) for term in about[1:])]
            else:
                edits.append(select.added_term(shown))
            yield Offer(query.edited(*edits), f"nothing of {relation.alias} is given, and a key of the rest is")


def _names(select: Select, term: Piece, relation: Relation) -> bool:
    found = select.references(term.node)
    return found is None or any(one.select is select and one.relation.alias == relation.alias for one in found)


def _apart(term: Piece, query: Statement) -> str:
    text = query.slice(term.span)
    return f"({text})" if term.node.get("BoolExpr", {}).get("boolop") == "OR_EXPR" and text[:1] != "(" else text
