"""What was tried on a twin: a query with the indexes that it wants, and an index with the plans that it changes."""

from __future__ import annotations

from .advice import IndexAdvice
from .explain import QueryPlan
from .finding import Gap
from .proof import Proof
from .query_advice import QueryReview
from .value import Value


class QueryTrial(Value, frozen=True, kw_only=True):
    """A query on the twin: its review, and which indexes it would want if it were all that is asked; `unadvised`: why
    nothing is known of them."""

    review: QueryReview
    advice: IndexAdvice | None = None
    unadvised: str = ""


class PlansBeside(Value, frozen=True, kw_only=True):
    """A query as it is planned without an index and with it. `uses`: whether the plan with it uses it."""

    sql: str
    calls: float
    before: QueryPlan
    after: QueryPlan
    uses: bool


class IndexTrial(Value, frozen=True, kw_only=True):
    """An index that nobody built, beside queries of `origin`. `ddl`: how it is made; `bytes`: by the size model;
    `fine`: queries that are planned as before."""

    source: str
    ddl: tuple[str, ...]
    name: str
    table: str
    bytes: int
    origin: str
    queries: tuple[PlansBeside, ...] = ()
    fine: int = 0
    gaps: tuple[Gap, ...] = ()
    proof: Proof

    @property
    def before(self) -> float:
        """The cost of all calls of the queries whose plans change, without the index."""
        return sum(one.calls * one.before.cost for one in self.queries)

    @property
    def after(self) -> float:
        """The same with it."""
        return sum(one.calls * one.after.cost for one in self.queries)
