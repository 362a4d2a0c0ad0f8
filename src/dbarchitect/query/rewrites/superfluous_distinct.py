"""A DISTINCT that removes nothing is left out.

## What it does

`SELECT DISTINCT` becomes `SELECT`.

## When it holds

The columns that are given hold a key, without NULLs, of a table whose rows the joins do not multiply: each further
table is joined by its own key. Or they hold all that the query groups by.

## What a careless form does

A join to the other side of a foreign key multiplies rows, and DISTINCT removed them.

## Why it pays

It saves a sort or a hash of the whole result, and lets a LIMIT stop early.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.keys import determined, outputs
from dbarchitect.sql.layout import Edit, Span
from dbarchitect.sql.nodes import has_aggregate, same
from dbarchitect.sql.selects import Select, Statement

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """Each SELECT DISTINCT whose rows are distinct anyway."""
    for select in query.selects:
        place = distinct_word(select)
        if place is None:
            continue
        if _grouped(select) and not select.makes_rows:
            yield Offer(query.edited(Edit(place, "")), "what it groups by is given, so no two rows are equal")
        elif "groupClause" not in select.fields and "havingClause" not in select.fields:
            if any(has_aggregate(one) for one in select.fields.get("targetList", ())) or select.makes_rows:
                continue
            if determined(select, outputs(select)):
                yield Offer(query.edited(Edit(place, "")), "a key is given, and no join multiplies its rows")


def distinct_word(select: Select) -> Span | None:
    """The word DISTINCT, without ON, and the space before it."""
    tokens = select.statement.tokens
    word = tokens[select.token + 1]
    if select.fields.get("distinctClause") != [{}] or word.word != "distinct":
        return None
    return Span(tokens[select.token].end, word.end)


def _grouped(select: Select) -> bool:
    keys = select.fields.get("groupClause", ())
    given = [one.node for one in select.targets]
    return bool(keys) and all("GroupingSet" not in key and any(same(key, one) for one in given) for key in keys)
