"""Steps and plans of a migration, and advice."""

from __future__ import annotations

from typing import Literal

from .change import Change
from .proof import ASSERTED, Proof, Scalar
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


class Step(Value, frozen=True, kw_only=True):
    """One statement of a migration: the change it makes, its SQL, the strongest lock it takes, whether it may run in a
    transaction, its timeouts in milliseconds, what is hazardous about it, and the SQL that undoes it."""

    change: Change
    sql: str
    lock: Lock
    transactional: bool = True
    lock_timeout_ms: int | None = None
    statement_timeout_ms: int | None = None
    hazards: tuple[str, ...] = ()
    undo: str | None = None


class Plan(Value, frozen=True, kw_only=True):
    """Steps from one schema to another, identified by hashes of both ends."""

    engine: str
    from_hash: str
    to_hash: str
    steps: tuple[Step, ...] = ()
    proof: Proof = ASSERTED


class Advice(Value, frozen=True, kw_only=True):
    """Changes that are worth making: why, what they help, what they hurt."""

    changes: tuple[Change, ...]
    because: str
    helps: dict[str, Scalar] = {}
    hurts: dict[str, Scalar] = {}
    proof: Proof = ASSERTED
