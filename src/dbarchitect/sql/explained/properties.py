"""From the properties that EXPLAIN prints, by their names in its JSON, to typed plans. Every format is read into these
properties first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, cast

from dbarchitect.errors import InputError
from dbarchitect.model.explain import JitTimes, PlanNode, QueryPlan, TriggerTime, WorkerRun

_DEEPEST = 200  # nodes below one another: the planner's own recursion ends far earlier

# Properties with a field of their own in PlanNode; everything else goes to `detail`.
_CONDITIONS = ("Index Cond", "Hash Cond", "Merge Cond", "Recheck Cond", "TID Cond", "Order By")
_TEXTS = {
    "relation": ("Relation Name",),
    "schema": ("Schema",),
    "alias": ("Alias",),
    "index": ("Index Name",),
    "join": ("Join Type",),
    "strategy": ("Strategy",),
    "parent_relationship": ("Parent Relationship",),
    "subplan": ("Subplan Name",),
    "cte": ("CTE Name",),
    "operation": ("Operation",),
    "index_condition": ("Index Cond",),
    "join_filter": ("Join Filter",),
    "sort_method": ("Sort Method",),
    "sort_space": ("Sort Space Type",),
    "storage": ("Storage",),
}
_AMOUNTS = {
    "actual_startup_ms": ("Actual Startup Time",),
    "actual_total_ms": ("Actual Total Time",),
    "actual_rows": ("Actual Rows",),
    "loops": ("Actual Loops",),
    "rows_removed": ("Rows Removed by Filter",),
    "removed_by_join": ("Rows Removed by Join Filter",),
    "removed_by_recheck": ("Rows Removed by Index Recheck",),
    "heap_fetches": ("Heap Fetches",),
    "index_searches": ("Index Searches",),
    "exact_blocks": ("Exact Heap Blocks",),
    "lossy_blocks": ("Lossy Heap Blocks",),
    "sort_kb": ("Sort Space Used",),
    "hash_batches": ("Hash Batches", "HashAgg Batches"),
    "hash_batches_planned": ("Original Hash Batches",),
    "memory_kb": ("Peak Memory Usage",),
    "disk_kb": ("Disk Usage",),
    "cache_hits": ("Cache Hits",),
    "cache_misses": ("Cache Misses",),
    "cache_evictions": ("Cache Evictions",),
}
_COUNTS = {
    "workers_planned": ("Workers Planned",),
    "workers_launched": ("Workers Launched",),
    "shared_hit": ("Shared Hit Blocks",),
    "shared_read": ("Shared Read Blocks",),
    "shared_dirtied": ("Shared Dirtied Blocks",),
    "temp_read": ("Temp Read Blocks",),
    "temp_written": ("Temp Written Blocks",),
}
_LISTS = {
    "sort_key": "Sort Key",
    "presorted_key": "Presorted Key",
    "group_key": "Group Key",
    "output": "Output",
}
# 17 tells shared and local ones apart, older versions do not; temp ones came with 15.
_IO = (
    "I/O Read Time", "I/O Write Time", "Shared I/O Read Time", "Shared I/O Write Time", "Local I/O Read Time",
    "Local I/O Write Time", "Temp I/O Read Time", "Temp I/O Write Time",
)  # fmt: skip
_TAKEN = frozenset(
    (
        "Node Type", "Startup Cost", "Total Cost", "Plan Rows", "Plan Width", "Filter", "Plans", "Workers",
        "Parallel Aware", "Disabled", "Full-sort Groups", *_CONDITIONS, *_IO, *_LISTS.values(),
        *(name for group in (_TEXTS, _AMOUNTS, _COUNTS) for names in group.values() for name in names),
    )
) - {"Operation"}  # that one in `detail` as well, where it stood before it had a field  # fmt: skip


def plan_from_json(document: Any) -> QueryPlan:
    """The plan in what EXPLAIN (FORMAT JSON) printed, already decoded: a list of one object, or that object.

    Raises `InputError` where it is no such thing.
    """
    return plans_from_json(document)[0]


def plans_from_json(document: Any) -> tuple[QueryPlan, ...]:
    """The same for several plans in one list."""
    tops = cast("list[object]", document) if isinstance(document, list) else [document]
    while len(tops) == 1 and isinstance(tops[0], list):  # a result's rows, each a list of one value
        tops = cast("list[object]", tops[0])
    found = [_query(cast("dict[str, Any]", top)) for top in tops if isinstance(top, dict) and "Plan" in top]
    if not found:
        raise InputError("this is not the output of EXPLAIN (FORMAT JSON): it has no Plan")
    return tuple(found)


def _query(raw: Mapping[str, Any]) -> QueryPlan:
    root = node_of(raw["Plan"])
    planning = _mapping(raw.get("Planning"))
    triggers = tuple(_trigger(one) for one in _mappings(raw.get("Triggers")))
    times: dict[str, float] = {}
    for one in triggers:
        times[one.name or one.constraint] = times.get(one.name or one.constraint, 0.0) + one.ms
    executed = _amount(raw, "Execution Time")
    return QueryPlan(
        root=root,
        planning_ms=_amount(raw, "Planning Time"),
        planning_hit=_count(planning, "Shared Hit Blocks"),
        planning_read=_count(planning, "Shared Read Blocks"),
        execution_ms=_amount(raw, "Total Runtime") if executed is None else executed,
        serialization_ms=_amount(_mapping(raw.get("Serialization")), "Time"),
        executed=any(one.loops is not None for one in root.walk()),
        settings={str(key): str(value) for key, value in _mapping(raw.get("Settings")).items()},
        triggers_ms=times,
        triggers=triggers,
        jit=_jit(raw.get("JIT")),
        sql=_text(raw, "Query Text"),
    )


def node_of(raw: object, *, depth: int = 0) -> PlanNode:
    """A node with all below it. Raises `InputError` for one without a type, or whose numbers are none."""
    if depth > _DEEPEST:
        raise InputError(f"this plan is nested more than {_DEEPEST} deep")
    if not isinstance(raw, dict):
        raise InputError("this plan is broken: where a node should stand is something else")
    given = cast("dict[str, Any]", raw)
    kind = given.get("Node Type")
    if not isinstance(kind, str) or not kind:
        raise InputError("this plan is broken: a node has no Node Type")
    join_filter, filtered = _text(given, "Join Filter"), _text(given, "Filter")
    read: dict[str, Any] = {field: _text(given, *names) for field, names in _TEXTS.items()}
    read |= {field: _amount(given, *names) for field, names in _AMOUNTS.items()}
    read |= {field: _count(given, *names) for field, names in _COUNTS.items()}
    read |= {field: _strings(given.get(name)) for field, name in _LISTS.items()}
    spent = [one for name in _IO if (one := _amount(given, name)) is not None]
    return PlanNode(
        type=kind,
        startup_cost=_amount(given, "Startup Cost") or 0.0,
        total_cost=_amount(given, "Total Cost") or 0.0,
        rows=_amount(given, "Plan Rows") or 0.0,
        width=_count(given, "Plan Width") or 0,
        parallel=given.get("Parallel Aware") in (True, "true"),
        disabled=given.get("Disabled") in (True, "true"),
        workers=tuple(_worker(one) for one in _mappings(given.get("Workers"))),
        io_ms=sum(spent) if spent else None,
        sort_groups=_amount(_mapping(given.get("Full-sort Groups")), "Group Count"),
        condition=" AND ".join(_text(given, key) for key in _CONDITIONS if key in given),
        filter=" AND ".join(part for part in (filtered, join_filter) if part),
        detail={str(key): str(value) for key, value in given.items() if key not in _TAKEN},
        children=tuple(node_of(child, depth=depth + 1) for child in _items(given.get("Plans"))),
        **read,
    )


def _worker(raw: Mapping[str, Any]) -> WorkerRun:
    return WorkerRun(
        number=_count(raw, "Worker Number") or 0,
        startup_ms=_amount(raw, "Actual Startup Time"),
        total_ms=_amount(raw, "Actual Total Time"),
        rows=_amount(raw, "Actual Rows"),
        loops=_amount(raw, "Actual Loops"),
    )


def _trigger(raw: Mapping[str, Any]) -> TriggerTime:
    return TriggerTime(
        name=_text(raw, "Trigger Name"),
        constraint=_text(raw, "Constraint Name"),
        relation=_text(raw, "Relation"),
        ms=_amount(raw, "Time") or 0.0,
        calls=_amount(raw, "Calls") or 0.0,
    )


def _jit(raw: object) -> JitTimes | None:
    given = _mapping(raw)
    if not given:
        return None
    timing = _mapping(given.get("Timing"))
    return JitTimes(functions=_count(given, "Functions") or 0, total_ms=_amount(timing, "Total") or 0.0)


def _text(raw: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = raw.get(name)
        if value is not None:
            return value if isinstance(value, str) else " AND ".join(_strings(value))
    return ""


def _amount(raw: Mapping[str, Any], *names: str) -> float | None:
    for name in names:
        value = raw.get(name)
        if value is None:
            continue
        try:
            number = float(value) if isinstance(value, int | float | str) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise InputError(f"this plan is broken: {name} is {str(value)[:40]!r}, not a number")
        return max(number, 0.0)  # a clock that was set back gives times below 0
    return None


def _count(raw: Mapping[str, Any], *names: str) -> int | None:
    number = _amount(raw, *names)
    return None if number is None else round(number)


def _strings(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(str(one) for one in cast("list[object]", value))
    return (str(value),)


def _items(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    for one in _items(value):
        if isinstance(one, dict):
            yield cast("dict[str, Any]", one)
