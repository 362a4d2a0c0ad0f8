"""The plan of a query as rows of a table: own times as bars, rows beside what was expected."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.query_advice import NodeTime
from dbarchitect.query.selftime import self_times
from dbarchitect.render.plan_tree import HOT, WARM, condition, misjudged_words, node_name, node_rows, shown, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A node. `own` and `share_text` are ready to print, `share` is of the whole, `off` what the planner misjudged."""

    number: int
    depth: int
    name: str
    own: str
    share: float
    share_text: str
    heat: Literal["hot", "warm", ""]
    rows: str
    off: str
    condition: str
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTable:
    """The rows of a plan, the unit of their times, and how many nodes are left out."""

    rows: tuple[PlanRow, ...]
    unit: Literal["ms", "cost"]
    hidden: int


def plan_table(
    plan: QueryPlan, times: Sequence[NodeTime], total: float, *, timed: bool, marked: Collection[int] = ()
) -> PlanTable:
    """The table of a plan. `marked`: numbers (from 1) of the nodes that something is said of."""
    nodes = list(walk(plan.root))
    visible = shown(nodes, times)
    rows: list[PlanRow] = []
    for number, (node, depth) in enumerate(nodes):
        if number not in visible:
            continue
        time = times[number] if number < len(times) else NodeTime(own=0.0, whole=0.0)
        share = time.own / total if total > 0 else 0.0
        rows.append(
            PlanRow(
                number=number + 1,
                depth=depth,
                name=node_name(node),
                own=f"{time.own:,.2f}",
                share=share,
                share_text=f"{share:.0%}",
                heat="hot" if share >= HOT else "warm" if share >= WARM else "",
                rows=node_rows(node).strip(),
                off=misjudged_words(node, time.off).strip(" ()"),
                condition=condition(node),
                marked=number + 1 in marked,
            )
        )
    return PlanTable(rows=tuple(rows), unit="ms" if timed else "cost", hidden=len(nodes) - len(rows))


def planned_table(plan: QueryPlan) -> PlanTable:
    """The table of a plan that was not run: its times are the planner's costs."""
    found = self_times(plan)
    times = [NodeTime(own=own, whole=whole) for own, whole in zip(found.own, found.whole, strict=True)]
    return plan_table(plan, times, found.total, timed=found.measured)
