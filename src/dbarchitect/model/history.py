"""What a database says of the migrations that were run on it, in the words of the tool that ran them."""

from __future__ import annotations

from typing import Literal

from .names import Name
from .value import Value

Tool = Literal["dbarchitect", "alembic", "prisma", "drizzle"]
RecordState = Literal["applied", "half applied", "half undone", "failed"]


class Recorded(Value, frozen=True, kw_only=True):
    """One migration as a history has it.

    id        how the tool calls it: for Alembic only the heads, for Drizzle the milliseconds of its journal's `when`
    checksum  of the file as it was run, "" where the tool keeps none
    steps     numbers of the steps up that are done and not taken back, where it stopped half-way
    adopted   it was never run here: the database had its schema, and that was recorded
    at        when, ISO 8601, "" where the tool does not say
    """

    id: str
    checksum: str = ""
    state: RecordState = "applied"
    steps: tuple[int, ...] = ()
    adopted: bool = False
    at: str = ""


class History(Value, frozen=True, kw_only=True):
    """A tool's table with what it holds, in the order in which it was recorded. `tables` is all that is the tool's."""

    tool: Tool
    table: Name
    recorded: tuple[Recorded, ...] = ()
    tables: tuple[Name, ...] = ()
