"""An OR over several tables as a UNION.

## What it does

`... WHERE a.x = 1 OR b.y = 2` becomes `... WHERE a.x = 1 UNION ... WHERE b.y = 2`.

## When it holds

What is given holds a key of the joined rows, so that no two are equal and UNION removes only what both parts found.

## What a careless form does

UNION ALL gives twice what satisfies both; without the key UNION also removes rows that only look alike.

## Why it pays

No index serves an OR over two tables: the join is made whole and then filtered. Each part by itself has its index.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.keys import determined, outputs
from dbarchitect.sql.layout import Span
from dbarchitect.sql.nodes import printed
from dbarchitect.sql.selects import Piece, Select, Statement

__all__ = ["offers"]

_MOST = 4  # arms: each is the whole query once more


def offers(query: Statement) -> Iterator[Offer]:
    """ORs in the WHERE of the query itself."""
    for select in query.selects:
        fit = select.role == "top" and select.plain_but_limit and not select.makes_rows and not select.looks_around
        if not fit or not _ordered_by_outputs(select):
            continue
        for term in select.terms:
            arms = _arms(select, term)
            if not arms or not determined(select, outputs(select)):
                continue
            start = select.clauses["select"].whole.start
            end = select.clauses["where"].whole.end
            whole = [
                query.slice(Span(start, term.span.start)) + arm + query.slice(Span(term.span.end, end)) for arm in arms
            ]
            text = query.text[:start].decode() + "\nUNION\n".join(whole) + query.text[end:].decode()
            yield Offer(text, "a key of the rows is given, so none is found twice")


def _arms(select: Select, term: Piece) -> list[str]:
    """The arms of an OR that speak about different tables."""
    fields = term.node.get("BoolExpr", {})
    if fields.get("boolop") != "OR_EXPR" or len(fields["args"]) > _MOST:
        return []
    about: list[frozenset[str]] = []
    for one in fields["args"]:
        found = select.references(one)
        if found is None:
            return []
        about.append(frozenset(one.relation.alias for one in found if one.select is select))
    if len(set(about)) < 2 or frozenset() in about:
        return []
    return [printed(one) for one in fields["args"]]


def _ordered_by_outputs(select: Select) -> bool:
    """Whether it is ordered by names or places of what it gives, as a UNION must be."""
    names = [one.name for one in select.targets]
    for one in select.fields.get("sortClause", ()):
        node = one["SortBy"]["node"]
        written = node.get("ColumnRef", {}).get("fields", ())
        name = written[0].get("String", {}).get("sval") if len(written) == 1 else None
        if "ival" not in node.get("A_Const", {}) and names.count(name or "") != 1:
            return False
    return True
