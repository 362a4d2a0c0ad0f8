"""UNION of parts that have nothing in common as UNION ALL.

## What it does

`SELECT 'a', id ... UNION SELECT 'b', id ...` becomes `... UNION ALL ...`.

## When it holds

The parts give different constants in the same place, so that no row is in both; and each gives a key, so that it has
no row twice.

## What a careless form does

UNION also removes what is double within a part.

## Why it pays

It saves a sort or a hash of all rows, and lets a LIMIT stop early.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.keys import determined, outputs
from dbarchitect.sql.layout import Edit, Span
from dbarchitect.sql.nodes import constant, walked
from dbarchitect.sql.selects import Select, Statement

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """UNIONs of two SELECTs."""
    for node in walked(query.root, "SelectStmt"):
        fields = node["SelectStmt"]
        if fields.get("op") != "SETOP_UNION" or fields.get("all"):
            continue
        left, right = query.select_of(fields["larg"]), query.select_of(fields["rarg"])
        if left is None or right is None or not _disjoint(left, right):
            continue
        if not all(one.plain and determined(one, outputs(one)) for one in (left, right)):
            continue
        word = next(one for one in reversed(query.tokens[: right.token]) if one.keyword and one.word == "union")
        yield Offer(
            query.edited(Edit(Span(word.end, word.end), " ALL")),
            "the two give different constants, and each a key of its rows",
        )


def _disjoint(left: Select, right: Select) -> bool:
    for one, other in zip(left.targets, right.targets, strict=False):
        first, second = constant(one.node), constant(other.node)
        if first is not None and second is not None and type(first) is type(second) and first != second:
            return True
    return False
