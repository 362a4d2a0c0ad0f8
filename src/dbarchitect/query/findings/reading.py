"""A plan as the findings see it: nodes with their times, rows over all loops, parents, and what the catalogue knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dbarchitect.model.explain import PlanNode, QueryPlan
from dbarchitect.model.facts import TableFacts
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import Relational, Table
from dbarchitect.query.selftime import SelfTimes, self_times

# What hands rows on as they come, so that what stands above it stops what stands below it.
PASSING = frozenset(
    ("Limit", "Gather", "Gather Merge", "Append", "Merge Append", "LockRows", "Subquery Scan", "Result")
)
SCANS = frozenset(("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Sample Scan"))


@dataclass(slots=True, eq=False)
class Spot:
    """One node of the plan. `own` and `whole` in milliseconds, or in costs of a plan that was not run."""

    number: int
    node: PlanNode
    parent: Spot | None
    own: float
    whole: float
    share: float
    children: list[Spot] = field(default_factory=list["Spot"])

    @property
    def loops(self) -> float:
        """How often it ran, over all processes; 1 for a plan that was not run."""
        return 1.0 if self.node.loops is None else self.node.loops

    @property
    def rows(self) -> float:
        """Rows that it gave over all loops; estimated ones of a plan that was not run."""
        return self.node.rows if self.node.actual_rows is None else self.node.actual_rows * self.loops

    @property
    def removed(self) -> float:
        """Rows that its filter threw away, over all loops."""
        return (self.node.rows_removed or 0.0) * self.loops

    @property
    def pages(self) -> float:
        """Pages that it read itself, over all loops, where BUFFERS counted them."""
        below = sum((one.node.shared_hit or 0) + (one.node.shared_read or 0) for one in self.children)
        return max((self.node.shared_hit or 0) + (self.node.shared_read or 0) - below, 0)

    @property
    def at(self) -> str:
        """The node in words: Seq Scan on orders o."""
        node = self.node
        kind = f"{node.operation} on" if node.operation else f"{node.type} on"
        if not node.relation:
            if node.type == "CTE Scan" and node.cte:
                return f"CTE Scan on {node.cte}"
            return node.type
        alias = f" {node.alias}" if node.alias and node.alias != node.relation else ""
        return f"{kind} {node.relation}{alias}"

    def above(self) -> Iterator[Spot]:
        """Its parent, that one's parent, up to the root."""
        one = self.parent
        while one is not None:
            yield one
            one = one.parent

    def below(self) -> Iterator[Spot]:
        """Itself and all below it."""
        yield self
        for child in self.children:
            yield from child.below()

    @property
    def inner(self) -> Spot | None:
        """The join that it is the inner side of, past what only passes rows on or keeps them."""
        one: Spot = self
        while one.parent is not None:
            if one.parent.node.type == "Nested Loop":
                return one.parent if one is one.parent.children[-1] and len(one.parent.children) > 1 else None
            if one.parent.node.type not in ("Materialize", "Memoize", *PASSING) or one.node.subplan:
                return None
            one = one.parent
        return None

    @property
    def cut_short(self) -> bool:
        """Whether something above may have stopped it before its end, so that its rows say less than they seem to."""
        one: Spot = self
        for parent in self.above():
            kind = parent.node.type
            if kind == "Limit" or one.node.subplan.startswith("SubPlan"):
                return True
            if kind == "Merge Join" or (kind in ("Nested Loop", "Hash Join") and parent.node.join in ("Semi", "Anti")):
                return True
            if kind in ("Sort", "Hash", "Aggregate", "Bitmap Heap Scan", "ModifyTable", "SetOp"):
                return False
            one = parent
        return False


class Reading:
    """One plan, read. `schema` with facts where the source is known."""

    def __init__(self, plan: QueryPlan, schema: Relational | None = None, sql: str = "") -> None:
        self.plan = plan
        self.schema = schema
        self.sql = sql or plan.sql
        self.times: SelfTimes = self_times(plan)
        self.total = self.times.total
        self.spots: list[Spot] = []
        self._add(plan.root, None)

    def _add(self, node: PlanNode, parent: Spot | None) -> Spot:
        number = len(self.spots)
        own = self.times.own[number]
        spot = Spot(
            number=number,
            node=node,
            parent=parent,
            own=own,
            whole=self.times.whole[number],
            share=own / self.total if self.total > 0 else 0.0,
        )
        self.spots.append(spot)
        for child in node.children:
            spot.children.append(self._add(child, spot))
        return spot

    @property
    def timed(self) -> bool:
        """Whether times are milliseconds."""
        return self.times.measured

    @property
    def executed(self) -> bool:
        """Whether rows are counted, not estimated."""
        return self.plan.executed

    @property
    def writes(self) -> bool:
        """Whether the statement changes rows."""
        return any(one.node.type == "ModifyTable" or one.node.operation for one in self.spots)

    def of(self, *kinds: str) -> Iterator[Spot]:
        """The nodes of these types that ran."""
        for one in self.spots:
            if one.node.type in kinds and one.node.loops != 0:
                yield one

    def table(self, node: PlanNode) -> Table | None:
        """The table that a node reads, where the catalogue is known."""
        if self.schema is None or not node.relation:
            return None
        if node.schema:
            return self.schema.table(Name(schema=node.schema, name=node.relation))
        found = [one for one in self.schema.tables if one.name.name == node.relation]
        return next((one for one in found if one.name.schema == "public"), found[0] if len(found) == 1 else None)

    def facts(self, node: PlanNode) -> TableFacts | None:
        """The size and counters of the table that a node reads."""
        table = self.table(node)
        if table is None or self.schema is None or self.schema.facts is None:
            return None
        return self.schema.facts.tables.get(str(table.name))

    def name(self, node: PlanNode) -> str:
        """The relation of a node as SQL."""
        return str(Name(schema=node.schema if node.schema != "public" else "", name=node.relation))

    def own_columns(self, node: PlanNode) -> frozenset[str]:
        """The qualifiers that columns of a node's relation have in its conditions."""
        return frozenset(("", node.alias or node.relation, node.relation))


def quoted(columns: tuple[str, ...] | list[str]) -> str:
    """Columns as SQL."""
    return ", ".join(quote_identifier(one) for one in columns)
