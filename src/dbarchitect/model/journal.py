"""The history of migrations that a database keeps of itself, and what one run of `apply` or `rollback` came to.

A *run* is one migration going one way, once. Applying, rolling back and applying again are three runs, and none is
ever deleted: the latest one of a migration says how it stands.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from .plan import Step
from .value import Value, to_json

JOURNAL = "dbarchitect"  # the schema in the user's database that holds the history
ADOPTED = "adopted"  # in place of a plan's id: what the database had before it had a history
KEPT = "dba_kept_"  # how a column is called that a migration moved aside instead of dropping it

Direction = Literal["up", "down"]
# planned: its turn comes when those before it are done; undone: taken back by a run downwards
RunState = Literal["planned", "running", "done", "undone"]
StepState = Literal["started", "done"]


def step_checksum(step: Step) -> str:
    """16 hexadecimal digits of what the step runs, and whether in a transaction."""
    what: Any = step.backfill if step.backfill is not None else step.sql
    return hashlib.sha256(to_json([step.transactional, what])).hexdigest()[:16]


class Progressed(Value, frozen=True, kw_only=True):
    """How far a backfill has come: keys as text, in the order of the key's columns.

    end   the last key there was when it began, which is where it stops
    last  the last key that is done; () for none
    rows  rows changed so far; `seen`: rows looked at
    """

    end: tuple[str, ...]
    last: tuple[str, ...] = ()
    rows: int = 0
    seen: int = 0


class StepRecord(Value, frozen=True, kw_only=True):
    """One step as the journal has it. `number` counts from 1 in its migration's list of that direction.

    checksum  of its SQL as it ran
    before    of a step outside a transaction: what the catalogue had under its name before it began ("": nothing)
    """

    number: int
    state: StepState
    checksum: str
    does: str = ""
    attempts: int = 1
    started: str = ""
    finished: str = ""
    before: str = ""
    position: Progressed | None = None


class Run(Value, frozen=True, kw_only=True):
    """One migration going one way. Times are ISO 8601, "" where it has not come to that.

    plan       id of the plan that it was rehearsed with; runs of one plan share it; `ADOPTED`: none was run
    undoes     of a run downwards: the number of the run upwards that it takes back
    steps      how many its list has
    base_hash  of the schema before the plan's first migration
    forced     what `--force` overrode, in words; "" for nothing
    by         the role, and the machine and program that it came from
    backup     where the backup is that was made first
    """

    number: int
    plan: str
    id: str
    name: str = ""
    checksum: str = ""
    direction: Direction = "up"
    state: RunState = "planned"
    undoes: int | None = None
    steps: int = 0
    base_hash: str = ""
    forced: str = ""
    by: str = ""
    backup: str = ""
    started: str = ""
    finished: str = ""
    records: tuple[StepRecord, ...] = ()

    @property
    def adopted(self) -> bool:
        """Whether it was only recorded: done by other means, so that there is no record of any step."""
        return self.plan == ADOPTED

    @property
    def done(self) -> tuple[int, ...]:
        """Numbers of the steps that are done."""
        return tuple(one.number for one in self.records if one.state == "done")

    def record(self, number: int) -> StepRecord | None:
        """What the journal has of one step."""
        return next((one for one in self.records if one.number == number), None)


class Journal(Value, frozen=True, kw_only=True):
    """All runs, in the order in which they were planned. Empty where a database has no history."""

    runs: tuple[Run, ...] = ()

    @property
    def standing(self) -> tuple[Run, ...]:
        """Runs upwards that count: not taken back."""
        return tuple(one for one in self.runs if one.direction == "up" and one.state != "undone")

    @property
    def applied(self) -> tuple[str, ...]:
        """Ids of the migrations that the database has, whole, in the order in which they came."""
        return tuple(one.id for one in self.standing if one.state == "done" and not self._leaving(one))

    @property
    def begun(self) -> Run | None:
        """The run upwards that stopped half-way, None without one."""
        return next((one for one in self.standing if one.state == "running"), None)

    @property
    def planned(self) -> tuple[Run, ...]:
        """Runs of a plan that was begun whose turn has not come."""
        return tuple(one for one in self.standing if one.state == "planned")

    @property
    def returning(self) -> Run | None:
        """The run downwards that stopped half-way, None without one."""
        return next((one for one in self.runs if one.direction == "down" and one.state == "running"), None)

    def run(self, number: int) -> Run:
        """One run by its number."""
        return next(one for one in self.runs if one.number == number)

    def _leaving(self, up: Run) -> bool:
        returning = self.returning
        return returning is not None and returning.undoes == up.number


BackupKind = Literal["tables", "full", "none"]


class Prospect(Value, frozen=True, kw_only=True):
    """What is about to be done, for whoever has to agree.

    adopts      nothing is run, the migrations are only recorded
    migrations  id, name and number of steps of each, in order
    loses       data that is gone afterwards, in words
    endangered  tables whose rows the SQL can destroy, with why
    overridden  what `--force` goes on against
    """

    to: str
    direction: Direction
    resumes: bool = False
    adopts: bool = False
    migrations: tuple[tuple[str, str, int], ...] = ()
    loses: tuple[str, ...] = ()
    endangered: dict[str, str] = {}
    backup: BackupKind = "tables"
    overridden: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class Backup(Value, frozen=True, kw_only=True):
    """What was saved before data could be lost.

    path      of the file; for a snapshot what the hook printed
    tables    that it holds; () for the whole database
    rows      by table, as counted in the same snapshot
    verified  how it was checked, in words; "" where it was not
    restore   the command that brings it back
    """

    path: str
    tables: tuple[str, ...] = ()
    rows: dict[str, int] = {}
    bytes: int = 0
    verified: str = ""
    restore: str = ""


FailureKind = Literal["sql", "lock", "connection", "outside"]


class Failure(Value, frozen=True, kw_only=True):
    """Why a run stopped: at which step of which migration, with the server's words.

    kind       sql: the server refuses the statement or the data; lock: a lock was not to be had in time; connection:
               it was lost and did not come back; outside: what a statement outside a transaction left cannot be told
    offenders  a query that lists the rows in the way, "" where there are none
    hint       what to do about it
    """

    kind: FailureKind
    migration: str
    direction: Direction
    step: int
    of: int
    does: str = ""
    statement: str = ""
    message: str = ""
    sqlstate: str = ""
    attempts: int = 1
    offenders: str = ""
    hint: str = ""


class MigrationResult(Value, frozen=True, kw_only=True):
    """What became of one migration: how many of its steps this command did, found done, and there are."""

    id: str
    name: str = ""
    direction: Direction = "up"
    state: RunState = "done"
    did: int = 0
    found_done: int = 0
    steps: int = 0
    rows: int = 0
    retries: int = 0
    seconds: float = 0.0


class Applied(Value, frozen=True, kw_only=True):
    """What a run of `apply`, `rollback` or `adopt` came to.

    to           the database, without a password
    adopted      nothing was run: the migrations were recorded
    plan         the plan's id, "" where nothing was to be done
    differences  of the schema afterwards from what it should be, in words
    checked      what it was compared with; "" where nothing could be compared
    forced       what `--force` overrode, in words
    declined     nobody agreed to it: nothing was done
    next         what to do now, in words, "" where nothing is left
    """

    to: str
    direction: Direction
    adopted: bool = False
    plan: str = ""
    migrations: tuple[MigrationResult, ...] = ()
    backups: tuple[Backup, ...] = ()
    failure: Failure | None = None
    differences: tuple[str, ...] = ()
    checked: str = ""
    forced: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    declined: bool = False
    next: str = ""
