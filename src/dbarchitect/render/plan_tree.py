"""The nodes of a plan as lines: which are shown, what each does, its rows, how far the planner was off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbarchitect.model.explain import PlanNode
from dbarchitect.model.query_advice import NodeTime
from dbarchitect.render.untrusted import line

HOT, WARM = 0.3, 0.1  # shares of the time that are marked
_LONGEST = 100  # characters of a condition
_MOST = 60  # nodes that are shown; of more, those that take time and what leads to them


def walk(root: PlanNode) -> Iterator[tuple[PlanNode, int]]:
    """The nodes in reading order, each with its depth."""
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in reversed(node.children)]


def shown(nodes: Sequence[tuple[PlanNode, int]], times: Sequence[NodeTime]) -> set[int]:
    """The numbers of the nodes to show: of very many, those that take time and what they stand below."""
    if len(nodes) <= _MOST:
        return set(range(len(nodes)))
    order = sorted(range(len(nodes)), key=lambda one: -(times[one].own if one < len(times) else 0.0))
    found: set[int] = set()
    for number in order[: _MOST // 2]:
        depth = nodes[number][1]
        found.add(number)
        for before in range(number - 1, -1, -1):  # what it stands below
            if nodes[before][1] < depth:
                depth = nodes[before][1]
                found.add(before)
    return found


def node_name(node: PlanNode) -> str:
    """What a node does, as one line."""
    kind = node.type
    if node.operation:
        kind = node.operation
    elif node.join and node.join != "Inner":
        kind = f"{kind.removesuffix(' Join')} {node.join} Join"
    elif node.type == "Aggregate" and node.strategy in ("Hashed", "Sorted", "Mixed"):
        kind = {"Hashed": "HashAggregate", "Sorted": "GroupAggregate", "Mixed": "MixedAggregate"}[node.strategy]
    parallel = "Parallel " if node.parallel else ""
    using = f" using {node.index}" if node.index else ""
    on = node.relation or node.cte or node.detail.get("Function Name", "")
    of = f" on {on}" if on else ""
    alias = f" {node.alias}" if node.alias and node.alias != on else ""
    label = f"[{node.subplan}] " if node.subplan else ""
    return line(f"{label}{parallel}{kind}{using}{of}{alias}")


def condition(node: PlanNode) -> str:
    """What a node compares, sorts or groups by, on one line."""
    parts = [text for text in (node.condition, node.filter) if text] or [", ".join(node.sort_key or node.group_key)]
    text = line(" ".join(" and ".join(parts).split()))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def node_rows(node: PlanNode) -> str:
    """The rows that came of it, or that are expected."""
    if node.loops == 0:
        return "  never ran"
    if node.actual_rows is None or node.loops is None:
        return f"  {_rows(node.rows)} expected"
    times = f" x {node.loops:,.0f}" if node.loops != 1 else ""
    thrown = f", {node.rows_removed:,.0f} thrown away" if node.rows_removed else ""
    return f"  {_rows(node.actual_rows)}{thrown}{times}"


def _rows(count: float) -> str:
    said = f"{count:,.0f}"
    return f"{said} row" if said == "1" else f"{said} rows"


def misjudged_words(node: PlanNode, times: float) -> str:
    """How far the planner was off, "" where it was not."""
    if times == 1.0:
        return ""
    wrong = f"{times:,.0f}x too few" if times > 1 else f"{1 / times:,.0f}x too many"
    return f" (expected {node.rows:,.0f}: {wrong})"
