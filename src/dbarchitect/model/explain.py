"""Query plans as typed values."""

from __future__ import annotations

from collections.abc import Iterator

from .value import Value


class WorkerRun(Value, frozen=True, kw_only=True):
    """What one parallel worker did in a node: milliseconds and rows per loop."""

    number: int = 0
    startup_ms: float | None = None
    total_ms: float | None = None
    rows: float | None = None
    loops: float | None = None


class PlanNode(Value, frozen=True, kw_only=True):
    """One node of a plan. Costs are the planner's, times are milliseconds per loop, rows per loop; None where the plan
    was not executed or its version does not tell. Blocks are of 8 kB and counted over all loops.

    condition       index, hash, merge and recheck conditions together; `index_condition` that of the index alone
    filter          the filter and the join filter together; `join_filter` the second alone
    rows_removed    by the filter, per loop; `removed_by_join`, `removed_by_recheck` likewise
    subplan         its name below its parent: "InitPlan 1 (returns $0)", "SubPlan 2", "CTE recent"
    cte             the CTE that a CTE Scan reads
    operation       of ModifyTable: Insert, Update, Delete, Merge
    sort_kb         space of the sort, on disk or in memory as `sort_space` says
    sort_groups     of rows that an Incremental Sort sorted each by itself
    hash_batches    of Hash and of a hashed Aggregate; `hash_batches_planned` before it ran
    exact_blocks    of a bitmap, `lossy_blocks` those of which only the page was known
    storage         of CTE Scan, Materialize and WindowAgg from 18 on: Memory or Disk
    io_ms           time in reads and writes, with track_io_timing
    detail          every other property that EXPLAIN printed, as text
    """

    type: str
    relation: str = ""
    schema: str = ""
    alias: str = ""
    index: str = ""
    join: str = ""
    strategy: str = ""
    parent_relationship: str = ""
    subplan: str = ""
    cte: str = ""
    operation: str = ""
    startup_cost: float = 0.0
    total_cost: float = 0.0
    rows: float = 0.0
    width: int = 0
    actual_startup_ms: float | None = None
    actual_total_ms: float | None = None
    actual_rows: float | None = None
    loops: float | None = None
    parallel: bool = False
    workers_planned: int | None = None
    workers_launched: int | None = None
    workers: tuple[WorkerRun, ...] = ()
    shared_hit: int | None = None
    shared_read: int | None = None
    shared_dirtied: int | None = None
    temp_read: int | None = None
    temp_written: int | None = None
    io_ms: float | None = None
    condition: str = ""
    index_condition: str = ""
    filter: str = ""
    join_filter: str = ""
    rows_removed: float | None = None
    removed_by_join: float | None = None
    removed_by_recheck: float | None = None
    heap_fetches: float | None = None
    index_searches: float | None = None
    exact_blocks: float | None = None
    lossy_blocks: float | None = None
    sort_key: tuple[str, ...] = ()
    presorted_key: tuple[str, ...] = ()
    group_key: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    sort_method: str = ""
    sort_kb: float | None = None
    sort_space: str = ""
    sort_groups: float | None = None
    hash_batches: float | None = None
    hash_batches_planned: float | None = None
    memory_kb: float | None = None
    disk_kb: float | None = None
    storage: str = ""
    cache_hits: float | None = None
    cache_misses: float | None = None
    cache_evictions: float | None = None
    disabled: bool = False
    detail: dict[str, str] = {}
    children: tuple[PlanNode, ...] = ()

    def walk(self) -> Iterator[PlanNode]:
        """Yield the node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def shape(self) -> str:
        """The plan without its numbers: two plans of equal shape do the same thing in the same order."""
        own = " ".join(part for part in (self.type, self.join, self.strategy, self.relation, self.index) if part)
        return own if not self.children else f"{own}({', '.join(child.shape for child in self.children)})"


class JitTimes(Value, frozen=True, kw_only=True):
    """What compiling expressions took."""

    functions: int = 0
    total_ms: float = 0.0


class TriggerTime(Value, frozen=True, kw_only=True):
    """What a trigger took after the statement proper. `constraint`: the one that it enforces."""

    name: str = ""
    constraint: str = ""
    relation: str = ""
    ms: float = 0.0
    calls: float = 0.0


class QueryPlan(Value, frozen=True, kw_only=True):
    """A plan with what surrounds it. `executed` is true for EXPLAIN ANALYZE; `sql` where auto_explain told it;
    `others`: how many plans followed this one in the same text."""

    root: PlanNode
    planning_ms: float | None = None
    planning_hit: int | None = None
    planning_read: int | None = None
    execution_ms: float | None = None
    serialization_ms: float | None = None
    executed: bool = False
    settings: dict[str, str] = {}
    triggers_ms: dict[str, float] = {}
    triggers: tuple[TriggerTime, ...] = ()
    jit: JitTimes | None = None
    sql: str = ""
    others: int = 0

    @property
    def cost(self) -> float:
        """Total cost in the planner's units."""
        return self.root.total_cost
