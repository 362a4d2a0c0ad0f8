"""Requests for the simulation: as a log tells them, or drawn from the rates of a workload.

Popularity that nobody has counted is Zipf's: key `k` of the ranking has a share in proportion to `k ** -s`. YCSB takes
s = 0.99 (Cooper et al., SoCC 2010); measured web traces lie between 0.64 and 0.83 (Breslau et al., INFOCOM 1999).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from dbarchitect.model.execution import Execution
from dbarchitect.model.names import Name
from dbarchitect.sql.asked import asked_columns
from dbarchitect.sql.shapes import WRITES, Reading, Shape, read_statement

from .reads import Read, Reads, written_columns
from .simulate import Step

MOST_KEYS = 30_000  # of one query that are drawn; more are told in proportion
_SPREAD = 1 << 40  # ids of keys of one query


@dataclass(frozen=True, slots=True)
class Effect:
    """What a writing statement does to a query's entries: to those of one value of the scope (`precise`), or to all."""

    precise: bool
    column: str = ""


@dataclass(slots=True)
class Write:
    """A statement that writes: its shape, the tables with the columns that it sets (None: whole rows come or go)."""

    shape: Shape
    sql: str
    tables: dict[Name, frozenset[str] | None] = field(default_factory=dict[Name, frozenset[str] | None])
    inserts: bool = False


def write_of(sql: str, reads: Reads) -> Write | None:
    """What a statement writes; None where it is none of the schema's tables."""
    shape = read_statement(sql).shape
    if shape.kind not in WRITES and not shape.written:
        return None
    made = Write(shape, sql, inserts=shape.kind == "insert")
    sets: dict[Name, frozenset[str]] = {}
    if shape.kind == "update":
        sets = written_columns(asked_columns(sql, reads.schema))
    for name in shape.written:
        table = reads.table(name)
        if table is None:
            continue
        made.tables[table.name] = sets.get(table.name) if shape.kind == "update" else None
        if shape.kind == "delete":
            for child in _cascades(table.name, reads):
                made.tables[child] = None
    return made if made.tables else None


def _cascades(parent: Name, reads: Reads) -> Iterator[Name]:
    seen = {parent}
    waiting = [parent]
    while waiting:
        of = waiting.pop()
        for table in reads.schema.tables:
            if table.name not in seen and any(
                one.target == of and one.on_delete == "CASCADE" for one in table.foreign_keys
            ):
                seen.add(table.name)
                waiting.append(table.name)
                yield table.name


def effect(write: Write, read: Read) -> Effect | None:
    """What a write does to the entries of a read; None for nothing."""
    worst: Effect | None = None
    for table, columns in write.tables.items():
        if table not in read.columns:
            continue
        looked_at = read.columns[table]
        if columns is not None and looked_at is not None and not columns & looked_at:
            continue  # it sets what the answer does not depend on
        if write.inserts and read.keeps == "row":
            continue  # a row that was not there had no entry
        scope = read.scope(table)
        if scope is None:
            return Effect(precise=False)
        worst = Effect(precise=True, column=scope.column)
    return worst


# --- declared ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Requests of one query: a second, over so many keys. `one`, `every`: writes a second that make one key's entry
    stale, or all of them."""

    reads: float
    keys: int
    zipf: float
    one: float = 0.0
    every: float = 0.0


def drawn(streams: Sequence[Stream], *, requests: int, seed: int) -> list[Step]:
    """So many reads and writes of all streams together, in order of time. A key's id is `group * 2**40 + rank`."""
    dice = np.random.default_rng(seed)
    rates = np.array([rate for one in streams for rate in (one.reads, one.one, one.every)])
    whole = float(rates.sum())
    if whole <= 0:
        return []
    times = np.cumsum(dice.exponential(1.0 / whole, requests))
    kinds = np.searchsorted(np.cumsum(rates / whole), dice.random(requests), side="right")
    kinds = np.minimum(kinds, len(rates) - 1)
    ranks = np.zeros(requests, dtype=np.int64)
    for number, one in enumerate(streams):
        mine = np.flatnonzero(kinds // 3 == number)
        weights = np.arange(1, one.keys + 1, dtype=float) ** -one.zipf
        picked = np.searchsorted(np.cumsum(weights / weights.sum()), dice.random(len(mine)))
        ranks[mine] = np.minimum(picked, one.keys - 1)
    steps: list[Step] = []
    none: set[int] = set()
    alive = [none.copy() for _ in streams]
    for at, kind, rank in zip(times.tolist(), kinds.tolist(), ranks.tolist(), strict=True):
        group, what = int(kind) // 3, int(kind) % 3
        key = group * _SPREAD + rank
        if what == 0:
            steps.append((at, key, True))
            alive[group].add(key)
        elif what == 1:
            steps.append((at, key, False))
        else:
            steps += [(at, one, False) for one in alive[group]]
            alive[group].clear()
    return steps


def group_of(key: int) -> int:
    """The stream, or the query, that a key is of."""
    return key // _SPREAD


# --- from a log -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Logged:
    """A trace from executions. `keys`: different ones of each read; `reads`, `stale`: how many reads there were, and
    entries that writes made stale; `seconds` from the first to the last."""

    steps: list[Step]
    keys: list[int]
    reads: list[int]
    seconds: float


class Trace:
    """Turns executions into steps. A key is what a query was asked with; a write that names the value of the scope
    makes stale the entries of that value, another precise one those of a key drawn as often as keys are read: what is
    read most is taken to be written most."""

    def __init__(self, reads: Sequence[Read], known: Reads, *, most: int, seed: int) -> None:
        self._reads = list(reads)
        self._by_shape: dict[tuple[str, bool], list[int]] = {}
        for number, one in enumerate(self._reads):
            self._by_shape.setdefault((one.shape.fingerprint, one.shape.lists), []).append(number)
        self._known = known
        self._most = most
        self._random = np.random.default_rng(seed)
        self._ids: list[dict[tuple[str, ...], int]] = [{} for _ in self._reads]
        self._by_value: list[dict[str, set[int]]] = [{} for _ in self._reads]
        self._counts: list[int] = [0 for _ in self._reads]
        self._alive: list[set[int]] = [set[int]() for _ in self._reads]  # read since all were made stale
        self._lately: list[list[int]] = [[] for _ in self._reads]  # keys as they were read, to draw from
        self._writes: dict[str, tuple[Write, list[tuple[int, Effect]]] | None] = {}
        self.steps: list[Step] = []
        self.first: float | None = None
        self.last = 0.0

    def add(self, executions: Iterable[Execution]) -> None:
        """Those that tell when they were run, up to the limit."""
        for one in executions:
            if one.at is None or len(self.steps) >= self._most:
                continue
            reading = read_statement(one.sql)
            shape = reading.shape
            if self.first is None:
                self.first = one.at
            at = max(one.at, self.last)  # logs tell of sessions side by side, not always in order
            self.last = at
            if shape.kind == "select" and not shape.written:
                for number in self._by_shape.get((shape.fingerprint, shape.lists), ())[:1]:
                    self._read(at, number, reading, one.parameters)
            elif shape.kind in WRITES or shape.written:
                self._write(at, one, reading)

    def _read(self, at: float, number: int, reading: Reading, parameters: tuple[str, ...]) -> None:
        ids = self._ids[number]
        asked = (*parameters, *reading.constants)
        key = ids.get(asked)
        if key is None:
            key = ids[asked] = number * _SPREAD + len(ids)
            for scope in self._reads[number].scopes:
                value = _value(scope.key.parameter, scope.key.constant, parameters, reading.constants)
                if value is not None:
                    self._by_value[number].setdefault(f"{scope.column}={value}", set()).add(key)
        self._counts[number] += 1
        lately = self._lately[number]
        if len(lately) < 4096:
            lately.append(key)
        else:
            lately[self._counts[number] % 4096] = key
        self._alive[number].add(key)
        self.steps.append((at, key, True))

    def _write(self, at: float, one: Execution, reading: Reading) -> None:
        text = reading.shape.fingerprint
        if text not in self._writes:
            made = write_of(one.sql, self._known)
            effects = [(n, found) for n, read in enumerate(self._reads) if made and (found := effect(made, read))]
            self._writes[text] = (made, effects) if made is not None else None
        known = self._writes[text]
        if known is None:
            return
        for number, found in known[1]:
            lately = self._lately[number]
            if not found.precise:
                self.steps += ((at, key, False) for key in self._alive[number])
                self._alive[number].clear()
                continue
            value = self._named(found.column, reading, one.parameters)
            if value is not None:
                self.steps += ((at, key, False) for key in self._by_value[number].get(f"{found.column}={value}", ()))
            elif lately:
                self.steps.append((at, lately[int(self._random.integers(len(lately)))], False))

    def _named(self, column: str, reading: Reading, parameters: tuple[str, ...]) -> str | None:
        """The value of the scope's column that the write names."""
        shape = reading.shape
        for key in shape.keys:
            if key.column == column:
                return _value(key.parameter, key.constant, parameters, reading.constants)
        if shape.kind == "insert" and column in shape.columns:
            at = shape.columns.index(column)
            for values in (parameters, reading.constants):
                if len(values) == len(shape.columns):
                    return _plain(values[at])
        return None

    def done(self) -> Logged:
        """The trace, with times from 0."""
        first = self.first or 0.0
        steps = [(at - first, key, reads) for at, key, reads in self.steps]
        return Logged(steps, [len(one) for one in self._ids], list(self._counts), self.last - first)


def _value(parameter: int, constant: int, parameters: Sequence[str], constants: Sequence[str]) -> str | None:
    if parameter:
        return _plain(parameters[parameter - 1]) if parameter <= len(parameters) else None
    return _plain(constants[constant]) if 0 <= constant < len(constants) else None


def _plain(literal: str) -> str:
    """`'42'` and `42` are the same value."""
    return literal[1:-1] if len(literal) > 1 and literal[0] == literal[-1] == "'" else literal
