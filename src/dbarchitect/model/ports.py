"""What analysis and proof ask of an engine: small Protocols. An engine that lacks one is absent there, and says so."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from .change import Change
from .explain import QueryPlan
from .finding import Gap
from .schema import Relational


class Prints(Protocol):
    """Prints changes as the engine's DDL."""

    def ddl(self, change: Change, *, version: int) -> tuple[str, ...]:
        """SQL statements for one change, without semicolons, for a server of that version."""
        ...


class Plans(Protocol):
    """The real planner, without data."""

    def explain(self, sql: str, parameters: Sequence[str] = ()) -> QueryPlan:
        """The plan that the source would choose. Raises `InputError` for SQL that does not plan."""
        ...

    def supposing(self, changes: Sequence[Change]) -> AbstractContextManager[Plans]:
        """The same planner as if `changes` (indexes made or dropped) had been made; undone on exit."""
        ...


class Lab(Protocol):
    """A private copy with rows, where things are measured."""

    def run(self, sql: str) -> list[tuple[object, ...]]:
        """Execute and return the rows of the last statement; nothing of it stays."""
        ...


class Inspects(Protocol):
    """A source whose structure can be read."""

    def inspect(self) -> Relational:
        """The whole catalogue with its live facts."""
        ...

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What could not be carried over."""
        ...
