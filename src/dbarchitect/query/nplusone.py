"""N+1 queries, repeats of the same query and writes row by row, in a stream of executions from any source.

Executions come in the order of time, perhaps millions of them; what is kept is the state of open windows and what was
found. A window is a transaction, in which statements may interleave; in autocommit a trace (one request), or, where
there is none, a run of consecutive executions of one statement on one connection. A long pause ends a window, and what
waits each time is a poller: a loop over rows does not wait.

A statement is its fingerprint, whether it asks by a list, and the call site. Its values are bind parameters *and*
constants of its text, without those that stand in lists, choose a page or limit a range: a loader by `IN (...)` and a
walk through pages or pieces are no N+1, although libpg_query gives the first the fingerprint of one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from dbarchitect.model.execution import Execution
from dbarchitect.model.names import Name
from dbarchitect.model.nplusone import Confidence, Kind, NPlusOne, Repeated
from dbarchitect.model.schema import ForeignKey, PrimaryKey, Relational
from dbarchitect.sql.shapes import READS, WRITES, Reading, Shape, read_statement

from .remedies import remedies, table_named, varying_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When repetition counts.

    count          executions in one window: five, as Sentry's detector of N+1 queries has it
    poll_pause     seconds without a statement before it that speak for a poller: round trips of a loop follow one
                   another in milliseconds. What mostly waits so long is no run in autocommit and no needless repeat;
                   in a transaction with other values each time it may be a loop that calls a service in between
    window_pause   seconds without a statement that end a window
    forgotten      seconds after which a silent window is closed; `windows`: how many may be open, `statements`: how
                   many different ones a window remembers (all three bound the memory)
    """

    count: int = 5
    poll_pause: float = 0.1
    window_pause: float = 1.0
    forgotten: float = 60.0
    windows: int = 10_000
    statements: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """What is accepted: a fingerprint, a glob of the call site, or both at once; with the reason."""

    fingerprint: str = "*"
    site: str = "*"
    reason: str = ""

    def covers(self, found: NPlusOne) -> bool:
        """Whether the finding is one of these."""
        return fnmatchcase(found.child.fingerprint, self.fingerprint) and fnmatchcase(found.site, self.site)


def find(
    executions: Iterable[Execution],
    *,
    schema: Relational | None = None,
    limits: Limits | None = None,
    ignored: Sequence[Ignored] = (),
) -> tuple[NPlusOne, ...]:
    """What was repeated in `executions` (in the order of time), what wastes most time first.

    `schema` raises the confidence where the values are compared with a key, and gives the types in the fixes.
    Statements with the comment `dba: allow n+1` are left out.
    """
    search = Search(limits or Limits())
    for one in executions:
        search.add(one)
    return tuple(one for one in search.found(schema) if not any(ignore.covers(one) for ignore in ignored))


@dataclass(slots=True)
class _Group:
    """One statement at one call site in one window."""

    shape: Shape
    first: Execution
    number: int  # of its first execution in the window
    count: int = 0
    ms: float = 0.0
    timed: int = 0
    rows: float = 0.0
    told: int = 0  # executions whose rows are known
    scalars: set[int] = field(default_factory=set[int])  # as many as tell a loop
    lists: set[int] = field(default_factory=set[int])  # values in lists, up to two
    same: dict[int, int] = field(default_factory=dict[int, int])
    repeats: int = 0
    slow: int = 0  # executions that the application waited before
    epoch: int = -1
    unknown: int = 0  # executions whose bind values were not told
    examples: list[Execution] = field(default_factory=list[Execution])


_EXAMPLES = 5
_MOST_REPEATS = 100  # sets of values of one statement in one window that are counted for themselves


@dataclass(slots=True)
class _Window:
    single: bool  # a run in autocommit: of one statement, with the one before as its parent
    until: float = 0.0  # when its last statement ended
    number: int = 0
    groups: dict[tuple[object, ...], _Group] = field(default_factory=dict[tuple[object, ...], _Group])
    written: dict[str, int] = field(default_factory=dict[str, int])
    before: _Group | None = None


@dataclass(slots=True)
class _Merged:
    kind: Kind
    child: _Group
    parent: _Group | None
    site: str
    count: int = 0
    places: int = 0
    worst: int = 0
    ms: float = 0.0
    wasted: float = 0.0
    timed: int = 0
    rows: float = 0.0
    told: int = 0
    parent_calls: int = 0
    parent_rows: float = 0.0
    parent_told: int = 0
    alike: int = 0  # places where the parent gave about as many rows as there were executions
    unknown: int = 0
    examples: list[Execution] = field(default_factory=list[Execution])


class Search:
    """The state of one search: `add` executions in the order of time, then ask what was `found`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._windows: OrderedDict[tuple[str, ...], _Window] = OrderedDict()
        self._open: dict[str, str] = {}  # the transaction that a session is in
        self._merged: dict[tuple[object, ...], _Merged] = {}
        self._ms = 0.0
        self._clock = 0.0
        self._swept = 0.0

    def add(self, one: Execution) -> None:
        """Take the next execution."""
        if one.milliseconds:
            self._ms += one.milliseconds
        reading = read_statement(one.sql)
        shape = reading.shape
        if shape.kind == "control":
            return
        window = self._window(one)
        limits = self._limits
        at = one.at
        pause = 0.0
        if at is not None:
            pause = at - window.until if window.until else 0.0
            if pause > limits.window_pause:
                self._judge(window)
            window.until = max(window.until, at + (one.milliseconds or 0.0) / 1000)
        key = (shape.fingerprint, shape.lists, one.site, bool(shape.page_parameters or shape.page_constants))
        group = window.groups.get(key)
        if group is None:
            if window.single and window.groups:
                self._judge(window, keep=True)
            elif len(window.groups) >= limits.statements:
                self._judge(window)
            group = window.groups[key] = _Group(shape, one, window.number)
        window.number += 1
        self._count(window, group, one, reading, pause)

    def _count(self, window: _Window, group: _Group, one: Execution, reading: Reading, pause: float) -> None:
        shape = group.shape
        group.count += 1
        group.slow += pause > self._limits.poll_pause
        if one.milliseconds is not None:
            group.ms += one.milliseconds
            group.timed += 1
        if one.rows is not None:
            group.rows += one.rows
            group.told += 1
        if shape.kind in WRITES:
            for name in shape.written:
                window.written[name.name] = window.number
        if reading.allowed or shape.queue or "batch" in one.tags:
            group.count -= 1  # still a parent, never a child
            return
        if shape.parameters and not one.parameters:
            group.unknown += 1
            return
        values, listed, paged = _values(reading, one)
        most = max(self._limits.count, _EXAMPLES)  # more need not be told apart
        if len(group.scalars) < most and values not in group.scalars:
            group.scalars.add(values)
            if len(group.examples) < _EXAMPLES:
                group.examples.append(one)
        if len(group.lists) < 2:
            group.lists.add(listed)
        if shape.kind in READS and len(group.scalars) < self._limits.count:
            # What was written in between may have changed the answer: asking again is then no repeat.
            epoch = max((window.written.get(name.name, -1) for name in shape.tables), default=-1)
            if epoch != group.epoch:
                group.same.clear()
                group.epoch = epoch
            whole = hash((values, listed, paged))
            if whole in group.same or len(group.same) < _MOST_REPEATS:
                group.same[whole] = times = group.same.get(whole, 0) + 1
                group.repeats = max(group.repeats, times)

    def found(self, schema: Relational | None = None) -> tuple[NPlusOne, ...]:
        """Close all windows and tell what was repeated, what wastes most time first."""
        while self._windows:
            self._judge(self._windows.popitem(last=False)[1])
        made = [_finding(one, schema, self._ms) for one in self._merged.values()]
        return tuple(sorted(made, key=lambda one: (-(one.wasted_ms or 0.0), -one.count, one.key)))

    # --- windows ------------------------------------------------------------------------------------------------------

    def _window(self, one: Execution) -> _Window:
        session = one.session
        if one.transaction:
            key = ("transaction", session, one.transaction)
        elif one.trace:
            key = ("trace", one.trace)
        else:
            key = ("run", session)
        if self._open.get(session, "") != one.transaction:  # a connection is in one transaction at a time
            left = self._windows.pop(("transaction", session, self._open.pop(session, "")), None)
            if left is not None:
                self._judge(left)
            if one.transaction:
                self._open[session] = one.transaction
        if one.at is not None and one.at > self._clock:
            self._clock = one.at
            if self._clock - self._swept > self._limits.forgotten:
                self._sweep()
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = _Window(single=key[0] == "run")
            if len(self._windows) > self._limits.windows:
                self._close(next(iter(self._windows)))
        else:
            self._windows.move_to_end(key)
        return window

    def _sweep(self) -> None:
        self._swept = self._clock
        for key, window in list(self._windows.items()):
            if window.until + self._limits.forgotten < self._clock:
                self._close(key)

    def _close(self, key: tuple[str, ...]) -> None:
        self._judge(self._windows.pop(key))
        if key[0] == "transaction" and self._open.get(key[1]) == key[2]:
            del self._open[key[1]]

    # --- the judgement ------------------------------------------------------------------------------------------------

    def _judge(self, window: _Window, *, keep: bool = False) -> None:
        """Merge what was repeated in the window into what was found, and empty it; `keep`: the run that ends may be the
        parent of the next."""
        groups = list(window.groups.values())
        for group in groups:
            kind = self._kind(group, window.single) if group.count >= self._limits.count else None
            if kind is not None:
                earlier = [one for one in groups if one.number < group.number]
                parent = window.before if window.single else _parent(group, earlier)
                self._merge(kind, group, parent)
        window.before = groups[-1] if keep and groups else None
        window.groups.clear()
        window.written.clear()
        window.number = 0

    def _kind(self, group: _Group, single: bool) -> Kind | None:
        shape, count = group.shape, self._limits.count
        polls = 2 * group.slow > group.count
        if single and polls:
            return None
        if len(group.lists) > 1 or (shape.lists and shape.fingerprint.startswith("x")):  # which values: not known
            return None
        if shape.kind in WRITES:
            piecewise = bool(shape.page_parameters or shape.page_constants) and len(group.scalars) < count
            return None if piecewise or (shape.lists and shape.kind == "insert") else "row-by-row"
        if shape.kind not in READS or not shape.tables:
            return None
        if max(len(group.scalars), group.unknown) >= count:
            return "n+1"
        return "duplicate" if group.repeats >= count and not polls else None

    def _merge(self, kind: Kind, group: _Group, parent: _Group | None) -> None:
        if kind == "duplicate":
            parent = None
        site = group.first.site
        key = (kind, parent and parent.shape.fingerprint, group.shape.fingerprint, group.shape.lists, site)
        merged = self._merged.get(key)
        if merged is None:
            merged = self._merged[key] = _Merged(kind, group, parent, site, examples=group.examples)
        # Of a repeated query only the repeats count: others may have had other values.
        count = group.repeats if kind == "duplicate" else group.count
        mean = group.ms / group.timed if group.timed else 0.0
        merged.count += count
        merged.places += 1
        merged.worst = max(merged.worst, count)
        merged.ms += mean * count
        merged.wasted += mean * (count - 1)
        merged.timed += group.timed
        merged.rows += group.rows
        merged.told += group.told
        merged.unknown += group.unknown
        if parent is not None:
            merged.parent_calls += max(parent.count, 1)
            merged.parent_rows += parent.rows
            merged.parent_told += parent.told
            merged.alike += _alike(parent, count)


def _values(reading: Reading, one: Execution) -> tuple[int, int, int]:
    """(the values that tell rows apart, those in lists, those of pages and ranges), as hashes."""
    shape = reading.shape
    if shape.plain:
        return hash((one.parameters, reading.constants)), 0, 0
    scalars: list[str] = []
    lists: list[str] = []
    pages: list[str] = []
    for number, value in enumerate(one.parameters, 1):
        part = lists if number in shape.list_parameters else pages if number in shape.page_parameters else scalars
        part.append(value)
    for ordinal, value in enumerate(reading.constants):
        part = lists if ordinal in shape.list_constants else pages if ordinal in shape.page_constants else scalars
        part.append(value)
    return hash(tuple(scalars)), hash(tuple(lists)), hash(tuple(pages))


def _alike(parent: _Group, count: int) -> bool:
    """Whether the parent gave about as many rows as there were executions (a fifth more or less)."""
    return parent.told > 0 and 0.8 * count <= parent.rows <= 1.25 * count


def _parent(child: _Group, earlier: Sequence[_Group]) -> _Group | None:
    """The statement that gave the rows: of those before the child that ran clearly less often, the last that gave
    about as many rows as there were executions, else the last that gave any."""
    candidates = [
        one
        for one in earlier
        if 2 * one.count <= child.count and one.shape.kind != "other" and not (one.told and one.rows == 0)
    ]
    alike = [one for one in candidates if _alike(one, child.count)]
    return (alike or candidates or [None])[-1]


def _finding(merged: _Merged, schema: Relational | None, all_ms: float) -> NPlusOne:
    group, first = merged.child, merged.child.first
    varying = varying_of(merged.examples, group.shape)
    keys = [one for one in group.shape.keys if one.parameter in varying.parameters or one.constant in varying.constants]
    columns = tuple(dict.fromkeys(one.column for one in keys))
    because: list[str] = []
    alike = merged.alike * 2 >= merged.places and merged.parent is not None
    if alike:
        because.append("the statement before it gave about as many rows as it was executed times")
    if merged.unknown:
        because.append("the values were not told: that they differ is an assumption")
    keyed = [column for one in keys if (column := _key_of(schema, one.table, one.column))]
    if keyed:
        because.append(f"its values are compared with {keyed[0]}")
    elif columns:
        because.append(f"its values are compared with {', '.join(columns)}")
    if merged.site:
        because.append("all executions come from one line")
    certain = merged.kind != "n+1" or bool(columns)
    confidence: Confidence = "low"
    if not merged.unknown and certain:
        confidence = "high" if alike or keyed or merged.site else "medium"
    found = NPlusOne(
        kind=merged.kind,
        child=_statement(group, merged.count, merged.rows if merged.told else None),
        parent=None
        if merged.parent is None
        else _statement(merged.parent, merged.parent_calls, merged.parent_rows if merged.parent_told else None),
        site=merged.site,
        count=merged.count,
        places=merged.places,
        worst=merged.worst,
        total_ms=merged.ms if merged.timed else None,
        wasted_ms=merged.wasted if merged.timed else None,
        share=merged.wasted / all_ms if merged.timed and all_ms else None,
        columns=columns,
        confidence=confidence,
        because=tuple(because),
        examples=tuple(one.parameters or read_statement(one.sql).constants for one in merged.examples),
        orm=first.tags.get("orm", ""),
    )
    return remedies(found, varying, first, schema)


def _statement(group: _Group, calls: int, rows: float | None) -> Repeated:
    return Repeated(
        sql=group.first.sql,
        fingerprint=group.shape.fingerprint,
        lists=group.shape.lists,
        tables=group.shape.tables,
        calls=calls,
        rows=rows,
        site=group.first.site,
        relationship=group.first.tags.get("relationship", ""),
        position=group.first.position,
    )


def _key_of(schema: Relational | None, table: Name | None, column: str) -> str:
    """`the primary key id` or `the foreign key order_id`, "" for what is neither or not known."""
    found = None if schema is None or table is None else table_named(schema, table)
    for one in found.constraints if found else ():
        if isinstance(one, (PrimaryKey, ForeignKey)) and column in one.columns:
            word = "primary" if isinstance(one, PrimaryKey) else "foreign"
            return f"the {word} key {column}"
    return ""
