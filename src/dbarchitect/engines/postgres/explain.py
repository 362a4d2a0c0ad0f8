"""EXPLAIN's JSON as typed plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import psycopg

from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.errors import InputError
from dbarchitect.model.explain import PlanNode, QueryPlan

# Properties with a field of their own in PlanNode; everything else goes to `detail`.
_CONDITIONS = ("Index Cond", "Hash Cond", "Merge Cond", "Recheck Cond", "TID Cond", "Order By")
_TAKEN = {
    "Node Type", "Relation Name", "Schema", "Alias", "Index Name", "Join Type", "Strategy", "Parent Relationship",
    "Startup Cost", "Total Cost", "Plan Rows", "Plan Width", "Actual Startup Time", "Actual Total Time", "Actual Rows",
    "Actual Loops", "Shared Hit Blocks", "Shared Read Blocks", "Filter", "Join Filter", "Rows Removed by Filter",
    "Sort Key", "Group Key", "Output", "Plans", *_CONDITIONS,
}  # fmt: skip


_PARAMETERS = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'dba_explained'"


def _node(raw: Mapping[str, Any]) -> PlanNode:
    join_filter = raw.get("Join Filter", "")
    return PlanNode(
        type=raw["Node Type"],
        relation=raw.get("Relation Name", ""),
        schema=raw.get("Schema", ""),
        alias=raw.get("Alias", ""),
        index=raw.get("Index Name", ""),
        join=raw.get("Join Type", ""),
        strategy=raw.get("Strategy", ""),
        parent_relationship=raw.get("Parent Relationship", ""),
        startup_cost=raw.get("Startup Cost", 0.0),
        total_cost=raw.get("Total Cost", 0.0),
        rows=raw.get("Plan Rows", 0.0),
        width=raw.get("Plan Width", 0),
        actual_startup_ms=raw.get("Actual Startup Time"),
        actual_total_ms=raw.get("Actual Total Time"),
        actual_rows=raw.get("Actual Rows"),
        loops=raw.get("Actual Loops"),
        shared_hit=raw.get("Shared Hit Blocks"),
        shared_read=raw.get("Shared Read Blocks"),
        condition=" AND ".join(str(raw[key]) for key in _CONDITIONS if key in raw),
        filter=" AND ".join(part for part in (raw.get("Filter", ""), join_filter) if part),
        rows_removed=raw.get("Rows Removed by Filter"),
        sort_key=tuple(raw.get("Sort Key", ())),
        group_key=tuple(raw.get("Group Key", ())),
        output=tuple(raw.get("Output", ())),
        detail={key: str(value) for key, value in raw.items() if key not in _TAKEN},
        children=tuple(_node(child) for child in raw.get("Plans", ())),
    )


def plan_from_json(document: Any) -> QueryPlan:
    """The plan in what EXPLAIN (FORMAT JSON) printed, already decoded: a list of one object, or that object.

    Raises `InputError` where it is no such thing.
    """
    top = cast("list[object]", document)[0] if isinstance(document, list) and document else cast("object", document)
    if not isinstance(top, dict) or "Plan" not in top:
        raise InputError("this is not the output of EXPLAIN (FORMAT JSON): it has no Plan")
    raw = cast("dict[str, Any]", top)
    root = _node(raw["Plan"])
    return QueryPlan(
        root=root,
        planning_ms=raw.get("Planning Time"),
        execution_ms=raw.get("Execution Time"),
        executed=root.actual_rows is not None,
        settings={key: str(value) for key, value in raw.get("Settings", {}).items()},
        triggers_ms={str(t.get("Trigger Name", "")): float(t.get("Time", 0)) for t in raw.get("Triggers", ())},
    )


def explain(
    connection: psycopg.Connection[Any],
    sql: str,
    parameters: Sequence[str] = (),
    *,
    execute: bool = False,
    verbose: bool = False,
) -> QueryPlan:
    """The plan of one statement. With `execute` it is run (EXPLAIN ANALYZE) inside a transaction that is rolled back.

    With `verbose` columns are named with their tables and every node says what it gives on.

    `parameters` are SQL literals for `$1`, `$2`...: the plan is the custom one for them. A statement with `$n` and no
    parameters gets its generic plan. Raises `InputError` with the server's words.
    """
    statement = sql.strip().rstrip(";")
    options = ("FORMAT JSON, ANALYZE, BUFFERS" if execute else "FORMAT JSON") + (", VERBOSE" if verbose else "")
    unfilled = not parameters and not execute and "$" in statement
    try:
        with connection.transaction(force_rollback=True):
            if parameters or unfilled:
                one_statement(connection, f"PREPARE dba_explained AS {statement}")
                mode = "force_custom_plan"
                if unfilled:  # the plan for any values: none are looked at
                    mode = "force_generic_plan"
                    found = connection.execute(_PARAMETERS).fetchone()
                    parameters = ["NULL"] * (found[0] if found else 0)
                connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
                statement = "EXECUTE dba_explained" + (f"({', '.join(parameters)})" if parameters else "")
            row = one_statement(connection, f"EXPLAIN ({options}) {statement}").fetchone()
    except psycopg.Error as err:
        raise InputError(f"the server refuses to plan this query: {err.diag.message_primary or err}") from err
    finally:
        if (parameters or unfilled) and not connection.closed:
            connection.execute("DEALLOCATE ALL")  # a prepared statement outlives a rolled-back transaction
    assert row is not None
    return plan_from_json(row[0])
