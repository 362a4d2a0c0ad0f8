"""What SQLite's plan of a query says: scans of large tables, sorts, indexes that are built for one query.

SQLite prints no figures; those here are the estimates of `engines.sqlite.explain`, in rows that are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dbarchitect.model.explain import PlanNode, QueryPlan
from dbarchitect.model.finding import Severity
from dbarchitect.model.query_advice import NodeTime, QueryFinding
from dbarchitect.sql.sqlite import quoted, tokens

# Rows from which reading them all is felt: about 1 ms at a million rows a second, SQLite's pace on a warm file.
_LARGE = 1_000.0

PAGES: Mapping[str, str] = {
    "sqlite-scan": """Scan of a large SQLite table

## What it says

The plan reads every row of a table, of which the query wants some: it has conditions, a join or a limit.

## Why it matters

The time grows with the table, and a scan within a loop is done once for each row before it.

## What would make it false

The query wants most rows anyway.

## How to mend it

An index on what the conditions compare: `dba index` chooses it over all queries. A function or another collation around
a column keeps an index on the column from serving; an index on the expression serves.
""",
    "sqlite-sort": """Sort in a temporary B-tree

## What it says

`USE TEMP B-TREE FOR ORDER BY`, `GROUP BY` or `DISTINCT`: no index gives the rows in the order that is asked for.

## Why it matters

All rows are gathered and sorted before the first one comes, also where a LIMIT wants few.

## What would make it false

The rows to sort are few.

## How to mend it

An index on what is compared with `=`, then on the columns of the order, in its direction.
""",
    "sqlite-automatic-index": """Index that is built for one query

## What it says

`AUTOMATIC INDEX`: SQLite builds an index while the query runs, and throws it away.

## Why it matters

Each execution reads the whole table and sorts it, to look a few rows up.

## What would make it false

The query runs once in a long while.

## How to mend it

Create the index that it builds.
""",
    "sqlite-correlated": """Subquery that runs once for each row

## What it says

A `CORRELATED` subquery reads a table from end to end, or much of it, for each row of the query around it.

## Why it matters

Rows times rows.

## What would make it false

The query around it gives a handful of rows.

## How to mend it

An index on what the subquery compares with the outer row, or a join with a grouped subquery.
""",
}


@dataclass(frozen=True, slots=True)
class _Spot:
    node: PlanNode
    number: int  # in reading order, from 1
    above: tuple[PlanNode, ...]


def times(plan: QueryPlan) -> tuple[NodeTime, ...]:
    """What each node costs, alone and with all below it."""
    return tuple(
        NodeTime(
            own=max(node.total_cost - sum(child.total_cost for child in node.children), 0.0), whole=node.total_cost
        )
        for node in plan.root.walk()
    )


def findings(plan: QueryPlan, sql: str) -> tuple[QueryFinding, ...]:
    """What the plan says, what costs most first."""
    total = max(plan.root.total_cost, 1.0)
    words = [one.upper for one in tokens(sql)]
    wants_some = any(word in words for word in ("WHERE", "JOIN", "LIMIT", "HAVING"))
    found: list[QueryFinding] = []
    for spot in _spots(plan):
        found += _said(spot, total, wants_some=wants_some)
    return tuple(sorted(found, key=lambda one: -one.share))


def _spots(plan: QueryPlan) -> Iterator[_Spot]:
    number = 0
    waiting: list[tuple[PlanNode, tuple[PlanNode, ...]]] = [(plan.root, ())]
    while waiting:
        node, above = waiting.pop()
        number += 1
        yield _Spot(node, number, above)
        waiting += [(child, (*above, node)) for child in reversed(node.children)]


def _said(spot: _Spot, total: float, *, wants_some: bool) -> Iterator[QueryFinding]:
    node = spot.node
    own = max(node.total_cost - sum(child.total_cost for child in node.children), 0.0)
    share = min(own / total, 1.0)
    each = float(node.detail.get("rows each", "0"))
    loops = float(node.detail.get("loops", "1"))
    if node.type.startswith("Scan") and each >= _LARGE and wants_some:
        covering = f" in {node.index}" if node.index else ""
        often = f", {loops:,.0f} times" if loops > 1 else ""
        yield QueryFinding(
            rule="sqlite-scan",
            node=spot.number,
            severity=Severity.WARNING,
            message=f"all {each:,.0f} rows of {node.relation} are read{covering}{often}",
            advice="an index on what its conditions compare: dba index, with all queries",
            unless="the query wants most of them",
            facts={"table": node.relation, "rows": each, "times": loops},
            share=share,
        )
    if node.index == "automatic index":
        columns = [part.partition("=")[0].strip() for part in node.condition.split(" AND ") if "=" in part]
        name = "_".join((node.relation, *columns, "idx"))
        keys = ", ".join(map(quoted, columns))
        yield QueryFinding(
            rule="sqlite-automatic-index",
            node=spot.number,
            message=f"an index on {node.relation} ({', '.join(columns)}) is built each time that the query runs",
            advice="create it",
            sql=(f"CREATE INDEX {quoted(name)} ON {quoted(node.relation)} ({keys})",),
            facts={"table": node.relation, "columns": ", ".join(columns)},
            share=share,
        )
    if node.type.upper().startswith("USE TEMP B-TREE") and node.rows >= _LARGE:
        what = node.type.upper().partition(" FOR ")[2] or "the order"
        yield QueryFinding(
            rule="sqlite-sort",
            node=spot.number,
            message=f"about {node.rows:,.0f} rows are sorted in a temporary B-tree for {what}",
            advice="an index that ends with the columns of the order gives them as they come",
            facts={"rows": round(node.rows)},
            share=share,
        )
    if node.type.upper().startswith("CORRELATED") and node.total_cost >= _LARGE * 10:
        yield QueryFinding(
            rule="sqlite-correlated",
            node=spot.number,
            message=f"{node.type.lower()} runs once for each row: about {node.total_cost:,.0f} rows read in all",
            advice="an index on what it compares with the outer row, or a join with a grouped subquery",
            facts={"rows": round(node.total_cost)},
            share=min(node.total_cost / total, 1.0),
        )
