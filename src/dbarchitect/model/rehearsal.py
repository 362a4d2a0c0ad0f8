"""What a rehearsal saw: statement by statement what it did to tables, whom it blocks, how long, and whether it undoes.

The value is its own file: `rehearsals/<plan>.json` beside the migrations, which `apply` asks for.
"""

from __future__ import annotations

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
