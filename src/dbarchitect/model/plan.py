"""Migrations: steps, the plan that a difference gives, the migration that a folder keeps; and advice.

A step is what runs and is recorded as one: either all its statements in one transaction, or one statement that must
stand outside (CREATE INDEX CONCURRENTLY), or a backfill in batches that each commit. The way back is a list of steps
of its own; each names the step of the way up that it takes back, so that a run that stopped half-way can be undone
exactly.
"""

from __future__ import annotations

from typing import Literal, get_args

from .change import Change
from .names import Name, Position
from .proof import ASSERTED, Proof
from .value import Value

Lock = Literal[
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
]
LOCKS: tuple[Lock, ...] = get_args(Lock)  # from the weakest to the strongest


class Effects(Value, frozen=True, kw_only=True):
    """What statements do to the tables that exist before them, claimed by a rule or observed on a server.

    locks     the strongest lock by table (or materialised view), `str(Name)`; ACCESS SHARE is left out
    rewrites  tables whose rows are written anew, with all their indexes
    scans     tables that are read whole
    builds    indexes that are built or rebuilt, by the name of their table
    """

    locks: dict[str, Lock] = {}
    rewrites: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()


class Backfill(Value, frozen=True, kw_only=True):
    """UPDATE of a whole table in batches, each its own transaction, in the order of `key` (columns of a unique index
    over NOT NULL columns): `assignments` by column as SQL expressions, for rows where `where` ("" all) holds.

    It must be repeatable: a batch that ran twice leaves what one run leaves.
    """

    table: Name
    key: tuple[str, ...]
    assignments: dict[str, str]
    where: str = ""
    batch: int = 1000


class Step(Value, frozen=True, kw_only=True):
    """One unit of a migration, which is done whole or not at all.

    sql            statements without semicolons; several only where `transactional`; for people and psql where there is
                   a `backfill`, which is what runs
    does           one line for people: "add column orders.note"
    why            why in this form: "orders has 41 GB: built without blocking writers"
    change         what it changes, where a plan made it; None for SQL that somebody wrote
    transactional  False: one statement, outside a transaction
    lock_timeout_ms  None: the runner's own; 0: none (a statement that waits without blocking others)
    effects        claimed locks, rewrites and scans
    loses          data that is gone afterwards, each in words
    hazards        what may go wrong or block, each in words
    offenders      a query that lists the rows on which the step would fail, where there can be any
    undoes         in the way back: the number (from 1) of the step that it takes back; 0: all of them
    position       where a file has it
    """

    sql: tuple[str, ...]
    does: str = ""
    why: str = ""
    change: Change | None = None
    transactional: bool = True
    backfill: Backfill | None = None
    lock_timeout_ms: int | None = None
    effects: Effects = Effects()
    loses: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    offenders: str = ""
    undoes: int = 0
    position: Position | None = None


class Plan(Value, frozen=True, kw_only=True):
    """Steps from one schema to another, identified by hashes of both ends, and back.

    renames    what was recognised or stated, in words; `not_compared`: what the plan is silent about, and why
    demands    queries over the first schema that must give no row, or a step fails on them
    no_way_back  why there is none; "" where there is one
    remaining  what is left of the data after the way back: "" or what it lacks, in words
    """

    engine: str
    from_hash: str
    to_hash: str
    steps: tuple[Step, ...] = ()
    down: tuple[Step, ...] = ()
    renames: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    no_way_back: str = ""
    proof: Proof = ASSERTED

    @property
    def loses(self) -> tuple[str, ...]:
        """All data that the way up loses."""
        return tuple(dict.fromkeys(loss for step in self.steps for loss in step.loses))


class Migration(Value, frozen=True, kw_only=True):
    """One migration as a folder keeps it.

    id        what the tool's history knows it by: "0003", an Alembic revision, the name of Prisma's folder
    parents   ids that come before it; more than one is a merge, and two migrations with the same one are a fork
    down      None: there is no way back
    checksum  SHA-256 of the files, hexadecimal
    """

    id: str
    name: str
    up: tuple[Step, ...]
    down: tuple[Step, ...] | None = None
    parents: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    checksum: str = ""
