"""What is said about one query: its plan, what is wrong with it, and what would be better."""

from __future__ import annotations

from typing import Literal

from .explain import QueryPlan
from .finding import Gap, Severity
from .names import Position
from .proof import ASSERTED, Proof, Scalar
from .rewrite import Rewritten
from .value import Value

Origin = Literal["plan", "text", "workload"]


class QueryFinding(Value, frozen=True, kw_only=True):
    """One statement about a query.

    rule      its id
    origin    what it was read from: the plan, the text of the query, or the workload around it
    severity  `info` says something worth knowing that asks for nothing
    message   one sentence with the figures; `advice`: what to do; `unless`: what would make it false
    node      the plan's node that it is about, its number in reading order from 1; None: the whole
    at        that node, or the place in the text, in words
    sql       statements that do what is advised
    facts     the figures that the message used
    saves_ms  what the advice saves at most, in milliseconds; None where nothing was timed
    share     the same as a share of the query's time (of its cost, where it was not run)
    """

    rule: str
    origin: Origin = "plan"
    severity: Severity = Severity.WARNING
    message: str
    advice: str = ""
    unless: str = ""
    node: int | None = None
    at: str = ""
    sql: tuple[str, ...] = ()
    facts: dict[str, Scalar] = {}
    saves_ms: float | None = None
    share: float = 0.0
    position: Position | None = None
    proof: Proof = ASSERTED


class NodeTime(Value, frozen=True, kw_only=True):
    """What a node of the plan takes: itself (`own`) and with all below it (`whole`); milliseconds, or costs where the
    plan was not run. The `own` of all nodes sum to the whole of the plan. `off`: by how many times its rows were
    misjudged (0.01: a hundred times too many expected), 1 where they were not or where something above stopped it."""

    own: float
    whole: float
    off: float = 1.0


class QueryReview(Value, frozen=True, kw_only=True):
    """The result of `query`. `times`: of the nodes in reading order; `timed` whether these are milliseconds.

    findings  what the plan says, those that would save most first
    patterns  what the text says
    rewrites  other forms of the query that cost less, each tested to give the same rows
    calls     how often it runs in its workload; 1 where it was asked about alone
    notes     what a reader of the result has to know
    """

    sql: str = ""
    source: str = ""
    calls: float = 1.0
    plan: QueryPlan | None = None
    times: tuple[NodeTime, ...] = ()
    timed: bool = False
    total: float = 0.0
    findings: tuple[QueryFinding, ...] = ()
    patterns: tuple[QueryFinding, ...] = ()
    rewrites: tuple[Rewritten, ...] = ()
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    proof: Proof = ASSERTED

    @property
    def to_improve(self) -> tuple[QueryFinding, ...]:
        """All findings that ask for something."""
        return tuple(one for one in (*self.findings, *self.patterns) if one.severity is not Severity.INFO)

    @property
    def saves(self) -> float:
        """What the best finding or form would save at most over all calls, in the unit of `total`."""
        shares = [one.share for one in self.to_improve]
        shares += [1.0 - 1.0 / one.gain for one in self.rewrites if one.gain and not one.caution]
        return self.calls * self.total * max(shares, default=0.0)


class WorkloadReview(Value, frozen=True, kw_only=True):
    """The result of `query --workload`. `reviews`: those that there is something to say of, what they would save over
    all calls first; `fine`: how many need nothing; `left_out`: what could not be planned, and why."""

    source: str = ""
    reviews: tuple[QueryReview, ...] = ()
    fine: int = 0
    left_out: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    proof: Proof = ASSERTED
