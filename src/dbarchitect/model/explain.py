"""Query plans as typed values."""

from __future__ import annotations

from collections.abc import Iterator

from .value import Value


class PlanNode(Value, frozen=True, kw_only=True):
    """One node of a plan. Costs are the planner's, times are milliseconds per loop, rows per loop; None where the plan
    was not executed. `detail` keeps every other property that EXPLAIN printed, as text."""

    type: str
    relation: str = ""
    schema: str = ""
    alias: str = ""
    index: str = ""
    join: str = ""
    strategy: str = ""
    parent_relationship: str = ""
    startup_cost: float = 0.0
    total_cost: float = 0.0
    rows: float = 0.0
    width: int = 0
    actual_startup_ms: float | None = None
    actual_total_ms: float | None = None
    actual_rows: float | None = None
    loops: float | None = None
    shared_hit: int | None = None
    shared_read: int | None = None
    condition: str = ""  # index, hash, merge or recheck condition
    filter: str = ""
    rows_removed: float | None = None
    sort_key: tuple[str, ...] = ()
    group_key: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
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


class QueryPlan(Value, frozen=True, kw_only=True):
    """A plan with what surrounds it. `executed` is true for EXPLAIN ANALYZE."""

    root: PlanNode
    planning_ms: float | None = None
    execution_ms: float | None = None
    executed: bool = False
    settings: dict[str, str] = {}
    triggers_ms: dict[str, float] = {}

    @property
    def cost(self) -> float:
        """Total cost in the planner's units."""
        return self.root.total_cost
