"""The few values of a column by skipping through its index.

## What it does

`SELECT DISTINCT x FROM t` becomes a recursive query that asks the index for the next larger value, once a value.

## When it holds

x is NOT NULL, alone, and there is no condition.

## What a careless form does

NULLs are in no order of that kind: the value NULL is lost.

## Why it pays

DISTINCT reads the whole table or index. It pays only where the values are few and an index begins with x: the costs
decide.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.names import quote_identifier
from dbarchitect.query.rewrite import Offer
from dbarchitect.query.rewrites.superfluous_distinct import distinct_word
from dbarchitect.sql.selects import Statement

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """A query that is SELECT DISTINCT of one column."""
    for select in query.selects:
        if select.role != "top" or set(select.clauses) - {"select", "from", "order", "limit"} or query.ctes:
            continue
        column = select.find(select.targets[0].node) if len(select.targets) == 1 else None
        if column is None or column.nullable or len(select.relations) != 1 or distinct_word(select) is None:
            continue
        x, name = quote_identifier(column.name), quote_identifier(select.targets[0].name)
        source = query.slice(select.span_of_item(column.relation))
        walk = query.fresh("distinct_values")
        tail = [query.slice(select.clauses[one].whole) for one in ("order", "limit") if one in select.clauses]
        sorts = [one["SortBy"] for one in select.fields.get("sortClause", ())]
        if any(select.find(one["node"]) is None or select.find(one["node"]).key != column.key for one in sorts):  # type: ignore[union-attr]
            continue
        if sorts:  # by the output's name: the table is not there any more
            down = sorts[0].get("sortby_dir") == "SORTBY_DESC"
            tail[0] = f"ORDER BY {name}{' DESC' if down else ''}"
        first = f"(SELECT {column.sql} AS {name} FROM {source} ORDER BY {column.sql} LIMIT 1)"
        following = (
            f"(SELECT {column.sql} FROM {source} WHERE {column.sql} > {walk}.{name} ORDER BY {column.sql} LIMIT 1)"
        )
        text = (
            f"WITH RECURSIVE {walk} AS (\n  {first}\n  UNION ALL\n  SELECT {following} FROM {walk} "
            f"WHERE {walk}.{name} IS NOT NULL\n)\nSELECT {name} FROM {walk} WHERE {name} IS NOT NULL"
        )
        yield Offer(" ".join([text, *tail]), f"{x} is NOT NULL: every value has a next larger one, or is the last")
