"""Where the time of a plan goes: what each node takes itself, without those below it.

EXPLAIN prints times per loop and, below a Gather, summed over processes; a CTE's time appears again in each of its
scans, an InitPlan's in the node that first asked for it. Here each millisecond of the wall clock is counted once, so
that the selves sum to the time of the whole. The rules:

1. A node took `time x loops / processes`. Below a Gather, processes are those that ran its child: from the workers'
   own lines where VERBOSE printed them, else the child's loops over the Gather's, at most the workers launched and the
   leader.
2. Its own time is that without its children's. SubPlans are children. InitPlans and CTEs are not: they run inside of
   those that read them.
3. A CTE's time is taken from its scans, in proportion to what they took.
4. An InitPlan's is taken from the node that refers to it and has the most own time; below a Gather from the Gather,
   which evaluates it before it starts its workers; without such a node from the one that it is attached to.

A CTE that changes data and that nobody reads runs after the rest: its time comes on top of the root's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dbarchitect.model.explain import PlanNode, QueryPlan

_NAMED = re.compile(r"^InitPlan (?P<name>\S+)(?: \(returns (?P<returns>[^)]*)\))?")


@dataclass(frozen=True, slots=True)
class SelfTimes:
    """The times of a plan's nodes, in the order of `QueryPlan.root.walk()`.

    own     milliseconds of the node itself, none below 0
    whole   milliseconds with all below it
    raw     `own` before what rounding left below 0 was taken from the children
    total   of the plan: the selves sum to it
    measured  whether these are milliseconds; else they are the planner's costs
    """

    own: tuple[float, ...]
    whole: tuple[float, ...]
    raw: tuple[float, ...]
    total: float
    measured: bool


@dataclass(slots=True)
class _Spot:
    number: int
    node: PlanNode
    parent: _Spot | None
    gather: _Spot | None
    whole: float
    own: float = 0.0
    children: list[_Spot] = field(default_factory=list["_Spot"])

    def walk(self) -> Iterator[_Spot]:
        yield self
        for child in self.children:
            yield from child.walk()


def self_times(plan: QueryPlan) -> SelfTimes:
    """The times of all nodes; of a plan that was not run or not timed, the costs."""
    measured = any(node.actual_total_ms is not None for node in plan.root.walk())
    spots: list[_Spot] = []
    root = _place(plan.root, None, None, 1.0, spots, measured=measured)
    for spot in spots:
        spot.own = spot.whole - sum(child.whole for child in spot.children if _inside(child))
    detached = 0.0
    if measured:
        _init_plans(spots)
        detached = _ctes(spots)
    raw = tuple(spot.own for spot in spots)
    own = [0.0] * len(spots)
    _settle(root, own, raw)
    total = root.whole + detached
    # What no rule above could place is in proportion to the rest.
    summed = sum(own)
    if summed <= 0:
        own[0] = total
    elif abs(summed - total) > 1e-9:
        own = [one * total / summed for one in own]
    return SelfTimes(own=tuple(own), whole=tuple(spot.whole for spot in spots), raw=raw, total=total, measured=measured)


def _place(
    node: PlanNode, parent: _Spot | None, gather: _Spot | None, processes: float, spots: list[_Spot], *, measured: bool
) -> _Spot:
    whole = (node.actual_total_ms or 0.0) * (node.loops or 0.0) / processes if measured else node.total_cost
    spot = _Spot(number=len(spots), node=node, parent=parent, gather=gather, whole=whole)
    spots.append(spot)
    for child in node.children:
        own_gather, own_processes = gather, processes
        # A subplan of the Gather's own outputs is run by the leader alone.
        if node.type in ("Gather", "Gather Merge") and not child.subplan:
            own_gather, own_processes = spot, _processes(node, child)
        elif _aside(child) and gather is not None and (child.loops or 0.0) <= 1:
            own_processes = 1.0  # evaluated once, by the leader
        spot.children.append(_place(child, spot, own_gather, own_processes, spots, measured=measured))
    return spot


def _aside(node: PlanNode) -> bool:
    return node.parent_relationship == "InitPlan" or node.subplan.startswith(("InitPlan", "CTE "))


def _inside(spot: _Spot) -> bool:
    return not _aside(spot.node)


def _processes(gather: PlanNode, child: PlanNode) -> float:
    loops, gathers = child.loops or 0.0, gather.loops or 0.0
    if loops <= 0 or gathers <= 0:
        return 1.0
    ran = [one for one in child.workers if (one.loops or 0.0) > 0]
    if ran and gathers == 1:
        led = loops - sum(one.loops or 0.0 for one in ran) > 0.5
        return float(len(ran) + led)
    return max(1.0, min(loops / gathers, (gather.workers_launched or 0) + 1))


def _ctes(spots: list[_Spot]) -> float:
    """Rule 3; returns the time of what runs after the root."""
    detached = 0.0
    for spot in spots:
        name = spot.node.subplan.removeprefix("CTE ")
        if name == spot.node.subplan or spot.parent is None:
            continue
        scans = [one for one in spots if one.node.type == "CTE Scan" and one.node.cte == name and one.whole > 0]
        weight = sum(max(scan.own, 0.0) for scan in scans)
        if not scans or weight <= 0:
            if spot.node.type == "ModifyTable" or spot.whole > spot.parent.own:
                detached += spot.whole
            else:
                spot.parent.own -= spot.whole
            continue
        # What it took beyond its scans (its workers' end) was waited for by the node that it is attached to.
        spot.parent.own -= max(spot.whole - weight, 0.0)
        for scan in scans:
            scan.own -= min(spot.whole, weight) * max(scan.own, 0.0) / weight
    return detached


def _init_plans(spots: list[_Spot]) -> None:
    """Rule 4."""
    for spot in spots:
        if not (_aside(spot.node) and not spot.node.subplan.startswith("CTE ")) or spot.parent is None:
            continue
        asks = _reference(spot.node.subplan)
        below = {id(one) for one in spot.walk()}
        users = [
            one for one in spot.parent.walk() if id(one) not in below and asks is not None and _says(one.node, asks)
        ]
        users = [one.gather or one for one in users] if spot.gather is None else users
        user = max(users, key=lambda one: one.own, default=spot.parent)
        user.own -= spot.whole


def _reference(subplan: str) -> re.Pattern[str] | None:
    match = _NAMED.match(subplan)
    if match is None:
        return None
    if match["returns"]:
        names = "|".join(re.escape(one.strip()) for one in match["returns"].split(","))
        return re.compile(rf"(?:{names})(?!\d)")
    return re.compile(rf"InitPlan {re.escape(match['name'])}\b")


def _says(node: PlanNode, pattern: re.Pattern[str]) -> bool:
    texts = (node.condition, node.filter, *node.output, *node.sort_key, *node.group_key, *node.detail.values())
    return any(pattern.search(text) for text in texts)


def _settle(root: _Spot, own: list[float], raw: tuple[float, ...]) -> None:
    """Nothing takes less than nothing: where rounding says so, the nodes below took that much less."""
    for spot in root.walk():
        own[spot.number] = max(raw[spot.number], 0.0)
    for spot in root.walk():
        missing = -raw[spot.number]
        if missing <= 0:
            continue
        below = [one for one in spot.walk() if own[one.number] > 0]
        available = sum(own[one.number] for one in below)
        if available <= 0:
            continue
        left = max(available - missing, 0.0) / available
        for one in below:
            own[one.number] *= left


__all__ = ["SelfTimes", "self_times"]
