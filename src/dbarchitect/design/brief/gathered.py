"""What was gathered from a brief so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dbarchitect.design.spec import Assumed, Noted

from .exact import Deleting, Pairs
from .grammar import Reader
from .markdown import Part
from .statements import Statements


@dataclass(frozen=True)
class Embedded:
    """A block of a schema in another language: `kind` is sql, prisma or dbml."""

    kind: str
    text: str
    line: int


@dataclass
class Gathered:
    """Everything that its parts have said; `name` is the brief's."""

    name: str
    said: Statements = field(default_factory=Statements)
    reader: Reader = field(init=False)
    title: str = ""
    about: list[str] = field(default_factory=list[str])
    around: dict[str, Any] = field(default_factory=dict[str, Any])
    # Access patterns with their lines: they are read once all entities are known.
    later: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    shares: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])  # `5 % of the jobs are open`
    meanings: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])  # `a late job is one that is open`
    asked: list[tuple[str, int]] = field(
        default_factory=list[tuple[str, int]]
    )  # questions, of which all has to be known
    noted: list[Noted] = field(default_factory=list[Noted])
    volumes: list[tuple[Part, dict[str, int] | None]] = field(default_factory=list[tuple[Part, dict[str, int] | None]])
    embedded: list[Embedded] = field(default_factory=list[Embedded])
    scripted: set[str] = field(default_factory=set[str])  # tables of blocks of SQL, Prisma, DBML
    blocks: set[int] = field(default_factory=set[int])  # lines of names that a list of fields stands below
    answered: bool = False
    settled: list[str] = field(default_factory=list[str])
    guessed: list[Assumed] = field(default_factory=list[Assumed])  # from samples
    deletions: list[Deleting] = field(default_factory=list[Deleting])
    pairs: list[Pairs] = field(default_factory=list[Pairs])
    # Headings right above a table of fields: entities, whatever they are called.
    headed: set[str] = field(default_factory=set[str])
    inquiring: bool = False  # the sentences of this paragraph are what is asked
    asking: bool = False  # a list of what is asked stands below
    block: str = ""  # the entity of such a list
    columns: dict[int, dict[str, int] | None] = field(default_factory=dict[int, dict[str, int] | None])
    counted: dict[int, dict[str, int] | None] = field(default_factory=dict[int, dict[str, int] | None])
    related: dict[int, dict[str, int] | None] = field(default_factory=dict[int, dict[str, int] | None])
    question: tuple[str, int] = ("", 0)  # one that waits for its answer

    def __post_init__(self) -> None:
        self.reader = Reader(self.said)
