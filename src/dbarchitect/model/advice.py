"""Advice on indexes: what to create, what to drop, what it does to each query, and why some get nothing."""

from __future__ import annotations

from .costfit import CostFit
from .finding import Gap
from .names import Name, Position
from .plan import Step
from .proof import ASSERTED, Proof
from .schema import Index
from .value import Value


class QueryVerdict(Value, frozen=True, kw_only=True):
    """One query of the workload, or the check of a foreign key that one causes (`source` says so). Costs are the
    planner's for one call, `after` with everything that is advised.

    used  the advised indexes that its plan takes, by name
    why   why it got none, in words; "" where it got one
    blocks  what in its text keeps an index from helping, and the other way to write it; "" where nothing does
    before_ms, after_ms  the time of its fastest run on rows; None where it was not run
    planned  the text as it was planned, where a normalised one had to be mended; "": as it is
    parameters, values  SQL literals for its `$n`, and where they come from if not from the workload
    """

    id: str
    sql: str
    calls: float
    before: float
    after: float
    used: tuple[str, ...] = ()
    why: str = ""
    blocks: str = ""
    before_ms: float | None = None
    after_ms: float | None = None
    parameters: tuple[str, ...] = ()
    planned: str = ""
    values: str = ""
    source: str = ""
    position: Position | None = None

    @property
    def change(self) -> float:
        """The cost after as a share of that before."""
        return self.after / self.before if self.before else 1.0


class AdvisedIndex(Value, frozen=True, kw_only=True):
    """An index to create. `bytes` is the size model's. `queries` are the numbers (from 1, in `IndexAdvice.queries`) of
    those whose plans take it.

    sql       of its steps, one statement a line
    saves     what the workload costs more without this one and with all the others, as a share of its cost before
    upkeep    what keeping it costs over the workload, as such a share: entries that inserts, updates and deletes make
    build_s   seconds that building it takes, without blocking anybody, by rates of one machine; None: sizes not known
    built_ms  how long it took where it was built on rows, None where it was not
    replaces  names of indexes whose work it does, which are dropped
    steps, undo  how it is made and unmade
    """

    index: Index
    sql: str
    bytes: int
    queries: tuple[int, ...] = ()
    saves: float = 0.0
    upkeep: float = 0.0
    build_s: float | None = None
    built_ms: float | None = None
    replaces: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    undo: tuple[Step, ...] = ()


class DroppedIndex(Value, frozen=True, kw_only=True):
    """An index to drop. `why`: duplicate of another, prefix of another, never scanned; `instead`: the other's name."""

    index: Index
    sql: str
    bytes: int | None
    why: str
    instead: str = ""
    steps: tuple[Step, ...] = ()
    undo: tuple[Step, ...] = ()


class StatisticsAdvice(Value, frozen=True, kw_only=True):
    """Statistics that bring an estimate of the planner nearer to the rows that come, tried on rows.

    query   the number (from 1, in `IndexAdvice.queries`) of one that showed it; its times before and with them
    estimated_before, estimated_after, actual  rows that a node of its plan was thought to give, and gave
    """

    table: Name
    sql: tuple[str, ...]
    undo: tuple[str, ...]
    why: str
    query: int
    estimated_before: float
    estimated_after: float
    actual: float
    before_ms: float | None = None
    after_ms: float | None = None


class BudgetPoint(Value, frozen=True, kw_only=True):
    """What a budget buys: bytes spent, indexes, and the cost as a share of that before. `planned`: every query was
    planned with these indexes; else the cost is by answers to other questions."""

    budget: int
    bytes: int
    indexes: int
    cost: float
    planned: bool = True


class IndexAdvice(Value, frozen=True, kw_only=True):
    """The result of `dba index`.

    before, after  weighted costs of the workload; `geometric`: the geometric mean of the queries' shares
    candidates, questions  how many indexes were considered, and how many plans were asked for
    gap            how far the choice may be from the best one by what was asked, as a share; None: not proved
    statistics     what the planner should be told of the data
    fit            cost parameters fitted to the machine that the queries were timed on, with which all this was planned
    left_out       queries that could not be planned, and what of the source could not be carried over
    notes          what else there is to say: of counters, of statistics
    """

    create: tuple[AdvisedIndex, ...] = ()
    drop: tuple[DroppedIndex, ...] = ()
    queries: tuple[QueryVerdict, ...] = ()
    before: float = 0.0
    after: float = 0.0
    geometric: float = 1.0
    bytes: int = 0
    budget: int | None = None
    curve: tuple[BudgetPoint, ...] = ()
    candidates: int = 0
    questions: int = 0
    seconds: float = 0.0
    gap: float | None = None
    statistics: tuple[StatisticsAdvice, ...] = ()
    fit: CostFit | None = None
    left_out: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    proof: Proof = ASSERTED
