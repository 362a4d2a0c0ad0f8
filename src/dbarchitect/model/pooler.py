"""What of an application's statements a pooler in transaction mode does not stand."""

from __future__ import annotations

from typing import Literal

from .names import Position
from .proof import ASSERTED, Proof
from .value import Value

Habit = Literal[
    "prepared statement", "temporary table", "held cursor", "listen", "session lock", "session setting", "session value"
]


class SessionHabit(Value, frozen=True, kw_only=True):
    """Statements that count on their session, of one kind.

    calls    how often they ran; `statements`: some of them, without their literals
    silent   nothing fails: other clients get what was this one's
    happens  what comes of it; `instead`: what to write
    first    where the first of them stands
    """

    kind: Habit
    calls: float
    statements: tuple[str, ...]
    silent: bool
    happens: str
    instead: str
    first: Position | None = None
    proof: Proof = ASSERTED


class PoolerReport(Value, frozen=True, kw_only=True):
    """The kinds that were found among `statements` executions, the silent ones first. `around`: what no
    statement's text shows, and what is safe, as (what, what was seen); empty where nothing was tried."""

    origin: str
    statements: float
    habits: tuple[SessionHabit, ...] = ()
    around: tuple[tuple[str, Proof], ...] = ()
