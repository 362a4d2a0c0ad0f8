"""Statements that an application repeats where one would do: N+1 queries, repeats of the same, writes row by row."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal

from .names import Name, Position
from .value import Value

Kind = Literal["n+1", "duplicate", "row-by-row"]
Confidence = Literal["high", "medium", "low"]


class Repeated(Value, frozen=True, kw_only=True):
    """One statement of a finding.

    `lists`: it asks by IN, ANY or several VALUES rows. `calls` and `rows` (given or touched; None: not told) are sums
    over all places where it was found. `relationship`: the attribute whose lazy loading sent it, where an ORM told.
    """

    sql: str
    fingerprint: str
    lists: bool = False
    tables: tuple[Name, ...] = ()
    calls: int = 0
    rows: float | None = None
    site: str = ""
    relationship: str = ""
    position: Position | None = None


class NPlusOne(Value, frozen=True, kw_only=True):
    """A statement that was repeated, merged over all places with the same kind, parent, child and call site.

    kind          n+1: a read with other values each time; duplicate: a read with the same values; row-by-row: a write
    child         the repeated statement, `parent` the one that gave the rows for it (None: none was seen)
    site          the application's line, "" where the source of the executions does not tell
    count         executions of the child, `places` in how many transactions, requests or runs, `worst` most in one
    total_ms      what the executions took; `wasted_ms` the same less one execution a place (None: not told)
    share         of `wasted_ms` in the time of all executions that were looked at
    columns       of the child that its varying values are compared with
    confidence    with `because`, the evidence for it
    examples      bind values or constants of some executions, as SQL literals
    orm           who sent it, where that is known
    fixes         what to write instead, by `sql`, `sqlalchemy`, `prisma`, `drizzle`, `kysely`, `tortoise`
    """

    kind: Kind
    child: Repeated
    parent: Repeated | None = None
    site: str = ""
    count: int
    places: int = 1
    worst: int
    total_ms: float | None = None
    wasted_ms: float | None = None
    share: float | None = None
    columns: tuple[str, ...] = ()
    confidence: Confidence
    because: tuple[str, ...] = ()
    examples: tuple[tuple[str, ...], ...] = ()
    orm: str = ""
    fixes: dict[str, str] = {}

    @property
    def key(self) -> str:
        """What a baseline keeps: kind, parent, child and call site without its line."""
        file, _, rest = self.site.rpartition(":")
        place = f"{file} {rest.partition(' in ')[2]}" if file else self.site
        parent = self.parent.fingerprint if self.parent else ""
        text = "\0".join((parent, self.child.fingerprint, "lists" if self.child.lists else "", place))
        return f"{self.kind} {blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
