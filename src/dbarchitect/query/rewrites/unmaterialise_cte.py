"""A CTE that the planner may look into.

## What it does

`WITH x AS MATERIALIZED (...)` becomes `WITH x AS NOT MATERIALIZED (...)`; so does one without the word that is used
more than once.

## When it holds

What it calls is not volatile, it changes nothing, locks nothing, and does not refer to itself.

## What a careless form does

Written out as subqueries, a volatile function is run once for each use, with another result each time. (NOT
MATERIALIZED leaves the fence around such a one.)

## Why it pays

Conditions of the query reach into it and its indexes are used; materialised, all of it is computed first.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.layout import Edit, Span
from dbarchitect.sql.nodes import steady, walked
from dbarchitect.sql.selects import Statement
from dbarchitect.sql.tree import Node

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """Each fenced CTE."""
    for name, fields in query.ctes.items():
        inner = fields.get("ctequery", {})
        if "SelectStmt" not in inner or _uses(inner, name) or not steady(inner, query.schema):
            continue
        place = _place(query, fields, fenced=fields.get("ctematerialized") == "CTEMaterializeAlways")
        used = _uses(query.root, name)
        if used > 1 and not _same_each_time(inner):
            continue
        if place is None or (fields.get("ctematerialized") != "CTEMaterializeAlways" and used < 2):
            continue
        yield Offer(query.edited(place), f"nothing in {name} is volatile")


def _uses(node: Node, name: str) -> int:
    tables = (one["RangeVar"] for one in walked(node, "RangeVar"))
    return sum(one.get("relname") == name and not one.get("schemaname") for one in tables)


def _same_each_time(inner: Node) -> bool:
    """Whether its rows are the same whoever computes them: nothing is cut off or numbered among equals."""
    for node in walked(inner, "SelectStmt"):
        fields = node["SelectStmt"]
        if fields.get("limitCount") or fields.get("limitOffset") or fields.get("distinctClause", [{}]) != [{}]:
            return False
    calls = (one["FuncCall"] for one in walked(inner, "FuncCall"))
    return not any(walked(inner, "RangeTableSample")) and not any(
        one.get("over") or "agg" in one["funcname"][-1]["String"]["sval"] for one in calls
    )


def _place(query: Statement, fields: Node, *, fenced: bool) -> Edit | None:
    """Where the word goes: after AS, in the place of MATERIALIZED."""
    tokens = query.tokens
    start = next((n for n, one in enumerate(tokens) if one.start == fields.get("location", -1)), None)
    word = next((n for n in range(start, len(tokens)) if tokens[n].word == "as"), None) if start is not None else None
    if word is None:
        return None
    end = tokens[word + 1].end if fenced else tokens[word].end
    return Edit(Span(tokens[word].end, end), " NOT MATERIALIZED")
