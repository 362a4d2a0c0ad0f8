"""Two plans of one query, side by side: are they the same, how far are their costs apart, and where does it begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dbarchitect.model.explain import PlanNode, QueryPlan

# Properties that only some majors print, or that are numbers: not what a plan does.
_IGNORED = frozenset({"Disabled", "Async Capable", "Planned Partitions"})


def _act(node: PlanNode) -> dict[str, object]:
    """What a node does, without its numbers and its children."""
    return {
        "node": node.type,
        "join": node.join,
        "strategy": node.strategy,
        "place": node.parent_relationship,
        "relation": f"{node.schema}.{node.relation}" if node.schema else node.relation,
        "alias": node.alias,
        "index": node.index,
        "condition": node.condition,
        "filter": node.filter,
        "sort": (node.sort_key, node.presorted_key),
        "part": (node.operation, node.subplan, node.cte, node.parallel, node.workers_planned),
        "children": len(node.children),
        **{key: value for key, value in node.detail.items() if key not in _IGNORED},
    }


def _pairs(source: PlanNode, twin: PlanNode, depth: int = 0) -> Iterator[tuple[int, PlanNode, PlanNode]]:
    """Nodes of two equal trees, parents first."""
    yield depth, source, twin
    for one, other in zip(source.children, twin.children, strict=False):
        yield from _pairs(one, other, depth + 1)


def _relative(source: float, twin: float) -> float:
    """By how much `twin` exceeds `source`, as a share of it. EXPLAIN prints hundredths: one is no difference."""
    if abs(twin - source) <= 0.0101:
        return 0.0
    return twin / source - 1 if source else 1.0


def label(node: PlanNode) -> str:
    """`Index Scan b_part on lineitem`."""
    place = f" on {node.relation}" if node.relation else ""
    return f"{node.type}{' ' + node.index if node.index else ''}{place}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Plans of one query. The twin's plan is `same` if every node does the same thing in the same order: node and join
    types, strategies, relations, indexes, conditions, filters, sort keys, workers."""

    name: str
    source: QueryPlan
    twin: QueryPlan

    @property
    def difference(self) -> str:
        """The first thing that the twin's plan does otherwise, or ""."""
        for _, one, other in _pairs(self.source.root, self.twin.root):
            ours, theirs = _act(one), _act(other)
            for key in {**ours, **theirs}:
                if ours.get(key) != theirs.get(key):
                    return f"{label(one)}: {key} {ours.get(key)!r}, on the twin {theirs.get(key)!r}"
        return ""

    @property
    def same(self) -> bool:
        """Whether the plans are identical but for their numbers."""
        return not self.difference

    @property
    def same_shape(self) -> bool:
        """Whether node types, join types, strategies, relations and indexes agree, whatever the conditions' text."""
        return self.source.root.shape == self.twin.root.shape

    @property
    def deviation(self) -> float:
        """Relative difference of the total costs, signed."""
        return _relative(self.source.cost, self.twin.cost)

    @property
    def origin(self) -> str:
        """The deepest node whose cost or row estimate differs most by itself, its children's part taken off."""
        if not self.same:
            return self.difference
        worst, words = 0.0, ""
        for depth, one, other in _pairs(self.source.root, self.twin.root):
            own = abs(_own_cost(other) - _own_cost(one))
            rows = _relative(one.rows, other.rows) if one.rows > 100 else 0.0
            # A difference of rows is what makes the costs above it differ: the deepest one counts first.
            weight = own + (abs(rows) * one.total_cost if abs(rows) > 1e-6 else 0) + depth * 1e-9
            if weight > worst and (own > 0.011 or rows):
                worst = weight
                words = f"{label(one)}: cost {one.startup_cost:.2f}..{one.total_cost:.2f}, twin "
                words += f"{other.startup_cost:.2f}..{other.total_cost:.2f}; rows {one.rows:.0f}, twin {other.rows:.0f}"
        return words

    @property
    def indexes(self) -> set[str]:
        """Names of the indexes that the source's plan reads."""
        return {node.index for node in self.source.root.walk() if node.index}


def _own_cost(node: PlanNode) -> float:
    return node.total_cost - sum(child.total_cost for child in node.children)


@dataclass(frozen=True, slots=True)
class Summary:
    """Many comparisons in a few figures."""

    comparisons: tuple[Comparison, ...]

    @classmethod
    def of(cls, source: Mapping[str, QueryPlan], twin: Mapping[str, QueryPlan]) -> Summary:
        """Compare plans of the same names."""
        return cls(tuple(Comparison(name, plan, twin[name]) for name, plan in source.items()))

    @property
    def identical(self) -> int:
        """How many plans are the same."""
        return sum(one.same for one in self.comparisons)

    @property
    def worst(self) -> Comparison:
        """The comparison with the largest cost deviation."""
        return max(self.comparisons, key=lambda one: abs(one.deviation))

    @property
    def within(self) -> dict[str, int]:
        """How many total costs agree within a share."""
        limits = {"equal": 0.0, "0.01 %": 1e-4, "0.1 %": 1e-3, "1 %": 1e-2, "5 %": 5e-2}
        return {name: sum(abs(one.deviation) <= limit for one in self.comparisons) for name, limit in limits.items()}

    @property
    def sentence(self) -> str:
        """`22 of 22 plans identical; largest cost deviation 0.01 % (h21)`, and how many are within what."""
        worst = self.worst
        counts = ", ".join(
            f"{count} {'' if name == 'equal' else 'within '}{name}" for name, count in self.within.items()
        )
        alike = sum(one.same_shape for one in self.comparisons)
        shape = f" ({alike} of the same shape, some with other conditions)" if alike > self.identical else ""
        return (
            f"**{self.identical} of {len(self.comparisons)} plans identical**{shape}, largest cost deviation "
            f"{abs(worst.deviation) * 100:.3f} % ({worst.name}); costs: {counts}"
        )
