"""A workload's plans on two databases side by side: which changed, by how much, and what can be planned on one only."""

from __future__ import annotations

from typing import Literal

from .finding import Gap
from .names import Position
from .proof import ASSERTED, Proof
from .value import Value

Change = Literal["broken", "worse", "better", "other plan", "same"]

# A plan counts as dearer by a tenth, and by more than one unit: the cost of reading one page in sequence.
_OTHER, _OTHER_BY = 1.1, 1.0


class ComparedQuery(Value, frozen=True, kw_only=True):
    """One query on both sides. Costs are the planner's for one call, over all sets of values that it was planned with.

    before_plan, after_plan  the tree of the set that changed most, a node a line, indented by two blanks a level; none
                             where nothing changed
    plan_changed             whether the planner does something else, apart from what it costs
    broken                   the server's words where the query works on the first side only
    accepted                 a baseline holds this change
    parameters, values       literals for its `$n` in those trees, and where they come from if not from the workload
    """

    id: str
    sql: str
    calls: float
    before: float
    after: float | None = None
    plan_changed: bool = False
    before_plan: tuple[str, ...] = ()
    after_plan: tuple[str, ...] = ()
    broken: str = ""
    accepted: bool = False
    parameters: tuple[str, ...] = ()
    values: str = ""
    position: Position | None = None

    @property
    def ratio(self) -> float:
        """The cost after as a multiple of that before; infinite where it is broken."""
        if self.after is None:
            return float("inf")
        return self.after / self.before if self.before else 1.0

    @property
    def change(self) -> Change:
        """What became of it. Costs that differ by less than a tenth or a unit are the same."""
        if self.after is None:
            return "broken"
        low, high = sorted((self.before, self.after))
        if high > max(low * _OTHER, low + _OTHER_BY):
            return "worse" if self.after > self.before else "better"
        return "other plan" if self.plan_changed else "same"


class PlanDiff(Value, frozen=True, kw_only=True):
    """The result of `dba query diff`.

    before, after  what the two sides are, for people
    queries        all that could be planned before, the worst first
    only_after     queries that work on the second side only, with the reason
    total_before, total_after  the workload's weighted costs, without what is broken
    left_out       what could not be planned on either side, and what of the sources could not be carried over
    """

    before: str
    after: str
    queries: tuple[ComparedQuery, ...] = ()
    only_after: tuple[Gap, ...] = ()
    total_before: float = 0.0
    total_after: float = 0.0
    left_out: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    proof: Proof = ASSERTED

    def worse_than(self, ratio: float) -> tuple[ComparedQuery, ...]:
        """Queries that are broken, or dearer by that factor or more; not those that a baseline accepts."""
        bad = [one for one in self.queries if one.change in ("broken", "worse") and one.ratio >= ratio]
        return tuple(one for one in bad if not one.accepted)
