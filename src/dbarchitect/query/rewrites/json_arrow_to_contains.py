"""A text in a document compared by ->> as containment.

## What it does

`doc ->> 'kind' = 'a'` becomes `doc @> '{"kind": "a"}'`.

## When it holds

doc is jsonb, and the text cannot be how another value of JSON is printed: no number, no true or false, no document.
So only a document with that very text is meant.

## What a careless form does

`doc ->> 'n' = '1'` also finds the number 1, which `doc @> '{"n": "1"}'` does not.

## Why it pays

A GIN index on the document serves containment, and never ->>.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

from dbarchitect.model.names import quote_literal
from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.nodes import compared, comparison, constant
from dbarchitect.sql.selects import Select, Statement
from dbarchitect.sql.tree import Node

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """All such comparisons at once."""
    edits = [edit for select in query.selects for edit in select.rewritten_terms(partial(_contained, select=select))]
    if edits:
        yield Offer(query.edited(*edits), "only a text is printed like that")


def _contained(node: Node, select: Select) -> str | None:
    for operator, left, right in compared(node):
        value, path = constant(right), _path(left)
        if operator != "=" or not isinstance(value, str) or path is None or _prints_otherwise(value):
            continue
        column = select.find(path[0])
        if column is None or column.select is not select or column.type != "jsonb":
            continue
        document: object = value
        for key in reversed(path[1]):
            document = {key: document}
        return f"{column.written} @> {quote_literal(json.dumps(document, ensure_ascii=False)).strip()}"
    return None


def _path(node: Node) -> tuple[Node, list[str]] | None:
    """(what the first arrow is applied to, the keys) of `x -> 'a' ->> 'b'`."""
    keys: list[str] = []
    wanted = "->>"
    while (sides := comparison(node)) and sides[0] == wanted:
        key = constant(sides[2])
        if not isinstance(key, str):
            return None
        keys.insert(0, key)
        node, wanted = sides[1], "->"
    return (node, keys) if keys else None


def _prints_otherwise(text: str) -> bool:
    """Whether a value of JSON that is no text may be printed like this."""
    return text in ("true", "false", "null") or text[:1] in tuple("{[-0123456789")
