"""What models in code believe of a database, and what it has: the differences."""

from __future__ import annotations

from typing import Literal

from .finding import Gap
from .names import ObjectRef, Position
from .value import Value

Found = Literal["only in the code", "only in the database", "differs"]


class Drift(Value, frozen=True, kw_only=True):
    """One difference.

    constructs    keys of a mapper's capability table that it comes from; none for what every mapper can say
    code          what the code says, "" where it says nothing; `database` likewise
    part          it is not the object that one side lacks, but something of it: a default, a comment
    place         where the code says it, or would
    blind         why the code cannot say what the database has; "" for drift
    """

    at: ObjectRef
    found: Found
    code: str = ""
    database: str = ""
    constructs: tuple[str, ...] = ()
    part: bool = False
    place: Position | None = None
    blind: str = ""


class DriftReport(Value, frozen=True, kw_only=True):
    """What differs between a database and code.

    drifts    differences that one of the two sides would mend
    blind     what the database has and the code cannot say, so that it is no drift; each says why
    left_out  what was not compared, in words
    migrate   the command whose plan gives the database what the code says
    """

    source: str
    code: str
    mapper: str
    drifts: tuple[Drift, ...] = ()
    blind: tuple[Drift, ...] = ()
    left_out: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    migrate: str = ""
