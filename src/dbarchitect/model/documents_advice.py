"""Advice on indexes of a document database, and validators with their probes."""

from __future__ import annotations

from .documents import AskedQuery
from .value import Value


class Candidate(Value, frozen=True, kw_only=True):
    """What a query examines through one index, or through the collection (no keys).

    name      of an index that is there; else the rule that made it: E, ES, ESR, ERS, ER
    sampled_  counted in the sample; the others are carried to the whole collection
    sorted    documents that are sorted in memory
    work      keys and documents examined, and the comparisons of the sort
    """

    name: str
    keys: tuple[tuple[str, int], ...] = ()
    sampled_keys: int = 0
    sampled_documents: int = 0
    keys_examined: int = 0
    documents_examined: int = 0
    sorted: int = 0
    returned: int = 0
    work: float = 0.0


class Explained(Value, frozen=True, kw_only=True):
    """What the server itself says of a query as it runs it now (`explain`, executionStats)."""

    stages: tuple[str, ...]
    index: str = ""
    keys: int = 0
    documents: int = 0
    returned: int = 0
    millis: int = 0


class IndexAdvice(Value, frozen=True, kw_only=True):
    """Advice for one query. `now`: the best of what is there; `best`: the index to make, None where what is there
    serves; `refused`: why nothing was counted. `explained`: what the server says of now; `silent`: why it says
    nothing."""

    query: AskedQuery
    now: Candidate | None = None
    best: Candidate | None = None
    tried: tuple[Candidate, ...] = ()
    returned: int = 0
    sampled: int = 0
    documents: int = 0
    refused: str = ""
    explained: Explained | None = None
    silent: str = ""


class IndexPlan(Value, frozen=True, kw_only=True):
    """Advice for all queries of a file. `create`: (collection, keys) of the indexes to make, without those that are the
    beginning of another."""

    source: str
    server: str
    queries: tuple[IndexAdvice, ...] = ()
    create: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()


class Probe(Value, frozen=True, kw_only=True):
    """A document that a validator must take or refuse; `document` in extended JSON. `held`: whether the server did as
    expected, None where none was asked; `said`: what it said else."""

    about: str
    document: str
    accepted: bool
    held: bool | None = None
    said: str = ""


class Validator(Value, frozen=True, kw_only=True):
    """A validator for a collection, with the probes of what it does. `schema` is its $jsonSchema, `command` sets it and
    `count` counts what is there already and would be refused, both for mongosh."""

    collection: str
    schema: str
    command: str
    count: str
    sample: str = ""
    probes: tuple[Probe, ...] = ()
    server: str = ""
