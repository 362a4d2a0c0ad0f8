"""A design of documents, with what was shown of it."""

from __future__ import annotations

from typing import Literal

from .documents_advice import Candidate, Explained, Probe
from .value import Value

Level = Literal["measured", "modelled", "static"]
Outcome = Literal["same", "differs", "not run"]


class Alternative(Value, frozen=True, kw_only=True):
    """One way to keep a relation, as modelled.

    form       embed, reference, extended reference, bucket
    bytes      of the document that holds it, on average and at its bound (None: it has none)
    elements   of the array, on average
    queries    a second for the accesses that it matters to, with the searches of $lookup
    documents  read a second; `pages` what is read and written a second, in pages of 32 KB
    rewritten  bytes written when one is added
    atomic     whether parent and child are changed together in one document
    copies     of each value that is kept twice, 0 for none
    refused    why it cannot be taken, "" where it can
    """

    form: str
    bytes: float = 0.0
    most_bytes: float | None = None
    elements: float = 0.0
    queries: float = 0.0
    documents: float = 0.0
    pages: float = 0.0
    rewritten: float = 0.0
    atomic: bool = False
    copies: float = 0.0
    refused: str = ""


class Placement(Value, frozen=True, kw_only=True):
    """How a relation is kept: `chosen` of the alternatives; `held`: the parent is a value inside of the child.
    `asked`: by access the queries that each form takes."""

    child: str
    parent: str
    role: str
    chosen: str
    alternatives: tuple[Alternative, ...] = ()
    asked: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    most: int | None = None
    held: bool = False
    line: int = 0


class DesignedIndex(Value, frozen=True, kw_only=True):
    """An index. `keys` as MongoDB takes them; `queries`: the accesses that it is for; `rule`: E, ES, ESR, ERS, ER,
    unique, text, 2dsphere."""

    name: str
    keys: tuple[tuple[str, int | str], ...]
    unique: bool = False
    partial: str = ""
    rule: str = ""
    queries: tuple[str, ...] = ()


class DesignedCollection(Value, frozen=True, kw_only=True):
    """A collection. `validator` as JSON: $jsonSchema and expressions; `example` in extended JSON.

    bytes      of an average document as modelled; `measured` of those made up, as encoded; `most`: at the bounds
    now, later documents at the start and in two years
    """

    name: str
    holds: tuple[str, ...]
    validator: str
    example: str
    indexes: tuple[DesignedIndex, ...] = ()
    probes: tuple[Probe, ...] = ()
    bytes: float = 0.0
    measured: float = 0.0
    most: float | None = None
    now: float = 0.0
    later: float = 0.0
    said: bool = False


class DesignedQuery(Value, frozen=True, kw_only=True):
    """An access with its commands, as JSON with {"?": NAME} for what is given.

    queries    commands that it takes; `lookups` of them look into other collections too
    counted    what the scan of the index examines on made-up documents, `walked` what a walk through all would
    refused    why there is no command
    outcome    whether the server's answer was that of a brute-force search; `said`: how it differs, or why it was not
               run
    """

    text: str
    collection: str = ""
    commands: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    per_second: float = 1.0
    queries: int = 0
    lookups: int = 0
    transaction: bool = False
    index: str = ""
    counted: Candidate | None = None
    walked: Candidate | None = None
    uncounted: str = ""
    explained: Explained | None = None
    outcome: Outcome = "not run"
    said: str = ""
    returned: int = 0
    refused: str = ""
    note: str = ""
    line: int = 0


class DocumentsArchitecture(Value, frozen=True, kw_only=True):
    """What `dba design --target documents` made and showed.

    server    that it was proved on, "" for none; `standin`: it is an emulator, `limits` what it cannot show
    level     of the trials: measured on a server, or static
    failures  what went otherwise than designed
    unread    pieces of the brief that nothing of the design keeps
    """

    title: str
    unread: int = 0
    folder: str = ""
    server: str = ""
    standin: bool = False
    limits: tuple[str, ...] = ()
    level: Level = "static"
    collections: tuple[DesignedCollection, ...] = ()
    placements: tuple[Placement, ...] = ()
    queries: tuple[DesignedQuery, ...] = ()
    setup: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    seeded: int = 0
    lab: int = 0
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    seconds: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether everything that was tried is as it must be."""
        return not self.failures
