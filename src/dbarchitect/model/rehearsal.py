"""What a rehearsal saw: statement by statement what it did to tables, whom it blocks, how long, and whether it undoes.

The value is its own file: `rehearsals/<plan>.json` beside the migrations, which `apply` asks for.
"""

from __future__ import annotations

from typing import Literal, get_args

from .finding import Gap
from .names import Position
from .plan import LOCKS, Effects, Lock
from .value import Value


class Refusal(Value, frozen=True, kw_only=True):
    """An error of the server: its SQLSTATE, its words, and the objects that it names ("" where it names none)."""

    sqlstate: str
    message: str
    detail: str = ""
    schema: str = ""
    table: str = ""
    column: str = ""
    constraint: str = ""


class Observed(Value, frozen=True, kw_only=True):
    """One statement as it ran.

    effects       what it did; of locks those that it took beyond what its transaction held already
    milliseconds  how long it took on the copy, with the observer's eyes on it
    refused       the server's error; None: it ran
    """

    sql: str
    effects: Effects = Effects()
    milliseconds: float = 0.0
    refused: Refusal | None = None


class Trace(Value, frozen=True, kw_only=True):
    """The statements of one step as they ran, up to the first that was refused."""

    statements: tuple[Observed, ...] = ()

    @property
    def effects(self) -> Effects:
        """What all of them did together."""
        return merged(*(one.effects for one in self.statements))

    @property
    def refused(self) -> Refusal | None:
        """The error that ended it; None: all ran."""
        return self.statements[-1].refused if self.statements else None


def stronger(first: Lock, second: Lock) -> Lock:
    """The stronger of two lock modes."""
    return first if LOCKS.index(first) >= LOCKS.index(second) else second


def merged(*parts: Effects) -> Effects:
    """The effects of parts that hold their locks to a common end."""
    locks: dict[str, Lock] = {}
    for part in parts:
        for table, lock in part.locks.items():
            locks[table] = stronger(locks.get(table, lock), lock)
    return Effects(
        locks=dict(sorted(locks.items())),
        rewrites=tuple(sorted({table for part in parts for table in part.rewrites})),
        scans=tuple(sorted({table for part in parts for table in part.scans})),
        builds=tuple(sorted({table for part in parts for table in part.builds})),
    )


# --- the rehearsal of migrations --------------------------------------------------------------------------------------

Verdict = Literal["good", "not all run", "depends", "blocks", "does not undo", "fails"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)  # from the best to the worst
RowsOrigin = Literal["none", "made up", "statistics", "copy"]
Phase = Literal["up", "down", "again"]

_BLOCKED: dict[Lock, str] = {
    "ACCESS SHARE": "",
    "ROW SHARE": "",
    "ROW EXCLUSIVE": "",
    "SHARE UPDATE EXCLUSIVE": "DDL and vacuum",
    "SHARE": "writes",
    "SHARE ROW EXCLUSIVE": "writes",
    "EXCLUSIVE": "writes",
    "ACCESS EXCLUSIVE": "reads and writes",
}


def blocks(lock: Lock) -> str:
    """What other sessions have to wait with while a lock is held: "" nothing that applications do."""
    return _BLOCKED[lock]


class Wait(Value, frozen=True, kw_only=True):
    """The longest that a small read or write of `table` had to wait for while a step ran, of `tries` that were made."""

    table: str
    kind: Literal["read", "write"]
    milliseconds: float
    tries: int


class Held(Value, frozen=True, kw_only=True):
    """A lock on a table from the statement that took it to the end of its step.

    since    number of that statement in the step, from 1
    seconds  how long, estimated from the source's sizes; None where these are not known
    """

    table: str
    lock: Lock
    since: int = 1
    seconds: float | None = None


class Rehearsed(Value, frozen=True, kw_only=True):
    """One step as it ran.

    number        in its migration and direction, from 1
    held          the timeline of its locks; of a backfill that of a batch
    seconds       estimated on the source, `basis` says from what; None where its sizes are not known
    milliseconds  measured on the copy with nobody watching, None where it was not
    batches       of a backfill, and the `rows` it changed
    waits         of others, measured
    """

    migration: str
    phase: Phase
    number: int
    does: str = ""
    transactional: bool = True
    statements: tuple[Observed, ...] = ()
    held: tuple[Held, ...] = ()
    seconds: float | None = None
    basis: str = ""
    milliseconds: float | None = None
    batches: int = 0
    rows: int = 0
    waits: tuple[Wait, ...] = ()
    position: Position | None = None

    @property
    def effects(self) -> Effects:
        """What its statements did together."""
        return merged(*(one.effects for one in self.statements))

    @property
    def blocking(self) -> tuple[Held, ...]:
        """Locks that keep applications waiting."""
        return tuple(one for one in self.held if blocks(one.lock).endswith("writes"))


class Stop(Value, frozen=True, kw_only=True):
    """Why a rehearsal could not go on: the step, the statement, the server's words.

    done           what had been done before, step by step, and stays done
    left           what the step left behind although it failed: "" nothing, it was rolled back
    of_rows        the same step runs where there are no rows
    offenders      a query that lists the rows in the way, after the steps before; "" where none is known
    offending      how many there are on the copy; None where they were not counted
    examples       the first of them, by column
    """

    migration: str
    phase: Phase
    number: int
    does: str = ""
    statement: str = ""
    refusal: Refusal
    done: tuple[str, ...] = ()
    left: str = ""
    of_rows: bool = False
    offenders: str = ""
    offending: int | None = None
    examples: tuple[dict[str, str | None], ...] = ()
    position: Position | None = None


class QueryChange(Value, frozen=True, kw_only=True):
    """A query of the workload before and after. Costs are the planner's; `broken` has the server's words, "" where it
    still plans."""

    sql: str
    calls: float
    before: float
    after: float | None = None
    plan_changed: bool = False
    broken: str = ""
    position: Position | None = None


class BrokenRoutine(Value, frozen=True, kw_only=True):
    """A function that no longer works, or that may not: `certain` where the server refuses its body."""

    routine: str
    reason: str
    certain: bool


class Rehearsal(Value, frozen=True, kw_only=True):
    """What came of running migrations up, down and up again on a private copy of a source.

    plan          `migrate.identity.plan_id` over the steps of the ways up and `base_hash`
    base_hash     of the source's schema, `result_hash` of the schema afterwards ("" where the copy differs from the
                  source, or the way up fails): both of `migrate.compare.schema_hash`
    changes       what they change in the schema: `migrate.compare.differences(before, after)` without privileges
    not_run       statements that were left out, as they are not of one database alone: nothing is known of them
    stops         where it could not go on, or only without the rows of a table
    verdict       the worst of its parts; `reasons` say why it is not good
    expected      queries that must give no row on the source, which made-up rows cannot show: for what the schema
                  demands afterwards and did not before
    not_undone    what the schema after the way back differs in from the one before, a line each
    row_count     rows on the copy, in the tables that are touched and those that these refer to
    not_restored  tables whose rows differ after the way back; `checked_rows` how many were compared
    """

    plan: str
    source: str
    migrations: tuple[str, ...]
    base_hash: str
    result_hash: str = ""
    not_run: tuple[str, ...] = ()
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    rows: RowsOrigin = "none"
    row_count: int = 0
    steps: tuple[Rehearsed, ...] = ()
    stops: tuple[Stop, ...] = ()
    changes: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    not_undone: tuple[str, ...] = ()
    not_restored: tuple[str, ...] = ()
    checked_rows: int = 0
    reversible: bool = True
    queries: tuple[QueryChange, ...] = ()
    planned: int = 0
    routines: tuple[BrokenRoutine, ...] = ()
    gaps: tuple[Gap, ...] = ()
    environment: dict[str, str] = {}
    rehearsed_at: str = ""
    command: tuple[str, ...] = ()

    def of(self, phase: Phase) -> tuple[Rehearsed, ...]:
        """The steps of one way."""
        return tuple(one for one in self.steps if one.phase == phase)
