"""A condition on the groups' keys in WHERE instead of HAVING.

## What it does

`GROUP BY x HAVING x > 1` becomes `WHERE x > 1 GROUP BY x`.

## When it holds

The condition names only what is grouped by, there is no aggregate and no volatile function in it, and no grouping
sets.

## What a careless form does

A condition on an aggregate moved along fails; in grouping sets x is NULL in other sets, which HAVING sees.

## Why it pays

PostgreSQL moves such conditions by itself in most cases; where it does not, rows are grouped only to be thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.layout import Edit, Span
from dbarchitect.sql.nodes import has_aggregate, steady
from dbarchitect.sql.selects import Statement

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """HAVINGs all of whose terms are on keys."""
    for select in query.selects:
        groups = select.fields.get("groupClause", ())
        keys = [select.find(one) for one in groups]
        if not groups or None in keys or not select.having:
            continue
        known = {one.key for one in keys if one is not None}
        node = select.fields["havingClause"]
        found = select.references(node)
        if found is None or has_aggregate(node) or not steady(node, query.schema):
            continue
        if not all(one.select is not select or one.key in known for one in found):
            continue
        having = select.clauses["having"]
        before = max(token.end for token in query.tokens if token.end <= having.whole.start)
        text = query.slice(having.body)
        added = select.added_term(f"({text})" if node.get("BoolExpr", {}).get("boolop") == "OR_EXPR" else text)
        yield Offer(query.edited(added, Edit(Span(before, having.whole.end), "")), "it names only what is grouped by")
