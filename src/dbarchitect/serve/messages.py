"""What goes between the server and the processes that work for it: one JSON document a frame, its length before it."""

from __future__ import annotations

import struct
from io import RawIOBase

from dbarchitect.model.query_advice import QueryReview
from dbarchitect.model.rehearsal import Rehearsal
from dbarchitect.model.report import Report
from dbarchitect.model.schema import Relational
from dbarchitect.model.trial import IndexTrial, QueryTrial
from dbarchitect.model.value import Value, from_json, to_json
from dbarchitect.render.erd import Implied

_LENGTH = struct.Struct(">I")
MOST_BYTES = 512 << 20  # of a frame: what is longer is not one of ours


class Surroundings(Value, frozen=True, kw_only=True):
    """What all work is about: the source as it was given, the file that its one opening is kept in, options of the
    command line. `now` is ISO 8601; `sqlite`: whether the source is SQLite's, of the dialect `engine`."""

    source: str
    sqlite: bool = False
    engine: str | None = None
    folder: str
    now: str
    workload: str | None = None
    select: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    prove: bool = True
    data: bool = False
    rows: dict[str, int] | None = None
    seed: int = 0
    pg_bin: str | None = None
    cache: str | None = None
    configuration: str = ""  # the folder whose configuration counts


class AskReport(Value, tag="report", frozen=True, kw_only=True):
    """Open the source and look at all of it."""


class AskQuery(Value, tag="query", frozen=True, kw_only=True):
    """Try a query on the twin."""

    sql: str


class AskIndex(Value, tag="index", frozen=True, kw_only=True):
    """Try an index on the twin. `queries`: to plan with it, none for the source's workload."""

    sql: str
    queries: str = ""


class AskRows(Value, tag="rows", frozen=True, kw_only=True):
    """Run one statement on a private copy with made-up rows."""

    sql: str


class AskPlan(Value, tag="plan", frozen=True, kw_only=True):
    """Read a plan that EXPLAIN printed."""

    text: str


class AskRehearsal(Value, tag="rehearse", frozen=True, kw_only=True):
    """Rehearse a migration: `up` and `down` as SQL, or a folder. `data`: on many rows."""

    up: str = ""
    down: str = ""
    folder: str = ""
    data: bool = False


Ask = AskReport | AskQuery | AskIndex | AskRows | AskPlan | AskRehearsal


class Progress(Value, tag="progress", frozen=True, kw_only=True):
    """What is being done now."""

    text: str


class Opened(Value, tag="opened", frozen=True, kw_only=True):
    """The source was read."""

    name: str
    engine: str
    relations: Relational
    implied: tuple[Implied, ...] = ()


class Rows(Value, tag="rows", frozen=True, kw_only=True):
    """What a statement gave, as text."""

    sql: str
    text: str


class Failed(Value, tag="failed", frozen=True, kw_only=True):
    """It could not be done; `bug`: which is our fault."""

    message: str
    hint: str = ""
    bug: bool = False


class Done(Value, tag="done", frozen=True, kw_only=True):
    """The result; one of them is there."""

    report: Report | None = None
    query: QueryTrial | None = None
    index: IndexTrial | None = None
    plan: QueryReview | None = None
    rehearsal: Rehearsal | None = None
    rows: Rows | None = None


Told = Progress | Opened | Failed | Done


def framed(value: Value) -> bytes:
    """A value as a frame."""
    body = to_json(value)
    return _LENGTH.pack(len(body)) + body


def length_of(head: bytes) -> int:
    """How long the document after these four bytes is. Raises `ValueError` for what is no frame."""
    (length,) = _LENGTH.unpack(head)
    if length > MOST_BYTES:
        raise ValueError(f"a frame of {length:,} bytes")
    return length


def read_frame(stream: RawIOBase, kind: object) -> object | None:
    """The next value of a type, None at the end of the stream."""
    head = _exactly(stream, _LENGTH.size)
    body = None if head is None else _exactly(stream, length_of(head))
    return None if body is None else from_json(kind, body)


def _exactly(stream: RawIOBase, length: int) -> bytes | None:
    found = bytearray()
    while len(found) < length:
        chunk = stream.read(length - len(found))
        if not chunk:
            return None
        found += chunk
    return bytes(found)
