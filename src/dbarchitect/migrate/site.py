"""Where a rule looks: one statement, with the schema that it meets, what it does, and what its transaction did before.

A rule asks a `Site`; it never sees a database or a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dbarchitect.model.figures import duration_text, size_text
from dbarchitect.model.finding import Severity
from dbarchitect.model.names import Name, ObjectKind, ObjectRef, Position
from dbarchitect.model.plan import LOCKS, Lock
from dbarchitect.model.proof import Scalar
from dbarchitect.sql.spans import command_spans
from dbarchitect.sql.statements import Action, AlterTable, ColumnSpec, Command, ConstraintSpec, CreateTable

from . import durations
from .effects import Cause, Claims
from .picture import Picture, Relation
from .script import Script, Unit, stands_outside

# What is done in less than this is over before anybody notices; PostgreSQL's own deadlock_timeout is 1 s.
_SOON_S = 0.5


@dataclass(slots=True)
class Held:
    """A lock that the transaction holds since statement `by` (its number in the script)."""

    lock: Lock
    by: int


@dataclass(slots=True)
class Passage:
    """What happened in the script and its transaction before a statement. The linter keeps it up to date."""

    block: int = -1
    held: dict[Name, Held] = field(default_factory=dict[Name, Held])
    done: list[int] = field(default_factory=list[int])  # statements of this transaction
    lock_timeout: str | None = None  # what was set, None: nothing
    session_lock_timeout: str | None = None  # without what SET LOCAL says until the transaction ends
    statement_timeout: str | None = None
    exclusive: bool = False  # a lock that blocks reads was taken somewhere before in this script


@dataclass(frozen=True)
class ScriptSite:
    """A script as a whole, at its end: `picture` is what it leaves, `before` what it met."""

    script: Script
    units: tuple[Unit, ...]
    before: Picture
    picture: Picture
    version: int
    pictures: tuple[Picture, ...]  # what each statement met

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Each statement once more, without claims and history."""
        return tuple(
            Site(
                script=self.script,
                units=self.units,
                number=number,
                picture=self.pictures[number],
                claims=Claims(),
                passage=Passage(),
                version=self.version,
            )
            for number in range(len(self.units))
        )


@dataclass(frozen=True)
class Site:
    """One statement. `number` counts the statements of the script from 0; `command` and `command_number` are set where
    a rule looks at one command of an ALTER TABLE."""

    script: Script
    units: tuple[Unit, ...]
    number: int
    picture: Picture
    claims: Claims
    passage: Passage
    version: int
    command: Command | None = None
    command_number: int = -1

    # --- the statement ------------------------------------------------------------------------------------------------

    @property
    def unit(self) -> Unit:
        """The statement in its place."""
        return self.units[self.number]

    @property
    def action(self) -> Action:
        """What the statement says."""
        return self.unit.action

    @property
    def sql(self) -> str:
        """Its text."""
        return self.unit.parsed.text.sql

    @cached_property
    def table(self) -> Relation:
        """The table of an ALTER TABLE."""
        assert isinstance(self.action, AlterTable)
        return self.picture.relation(self.action.table)

    @property
    def position(self) -> Position:
        """Where a finding about the statement, or its command, points."""
        statement = self.unit.parsed.text
        if self.command_number >= 0 and isinstance(self.action, AlterTable) and len(self.action.commands) > 1:
            spans = command_spans(statement.sql)
            if self.command_number < len(spans):
                return statement.at(len(statement.sql[: spans[self.command_number][0]].encode()))
        return statement.position

    def position_at(self, offset: int) -> Position:
        """The place of byte `offset` of the statement, as the parts of statements carry it; -1: its start."""
        return self.unit.parsed.text.at(offset) if offset >= 0 else self.position

    # --- its transaction ----------------------------------------------------------------------------------------------

    @property
    def in_transaction(self) -> bool:
        """Whether it runs in a transaction block, of its own script or of the tool."""
        if self.unit.explicit:
            return True
        return self.script.runs != "plain" and self.unit.shared

    def same_transaction(self) -> Iterator[Unit]:
        """The statements before it in its transaction."""
        for number in self.passage.done:
            yield self.units[number]

    def later(self) -> Iterator[Unit]:
        """The statements after it in the script."""
        yield from self.units[self.number + 1 :]

    # --- tables -------------------------------------------------------------------------------------------------------

    def effects_here(self, *kinds: str) -> tuple[Cause, ...]:
        """Effects of the command (or of the statement) on tables that others use and that have rows."""
        return tuple(
            one
            for one in self.claims.causes
            if one.what in kinds and self._here(one) and not self.unused(self.picture.relation(one.table))
        )

    def _here(self, cause: Cause) -> bool:
        """Whether an effect is of the command that is looked at; of a whole statement all are."""
        return self.command is None or cause.command in (-1, self.command_number)

    def unused(self, relation: Relation) -> bool:
        """Whether nobody can be blocked by work on it: this migration made it, or it has no rows."""
        return relation.fresh or relation.empty or relation.persistence == "temporary"

    def strongest(self, table: Name) -> Lock | None:
        """The strongest lock of the command on a table."""
        locks = [
            LOCKS.index(one.lock) for one in self.claims.causes if one.table == table and one.lock and self._here(one)
        ]
        return LOCKS[max(locks)] if locks else None

    # --- in words -----------------------------------------------------------------------------------------------------

    def size_of(self, relation: Relation) -> str:
        """ ", 41 GB" for a message; "" where the size is not known."""
        size = relation.total_bytes if relation.total_bytes is not None else relation.bytes
        return "" if size is None else f", {size_text(size)}"

    def seconds(self, relation: Relation, what: str) -> float | None:
        """How long a rewrite, a scan or a build of one index takes; None where the size is not known."""
        heap, whole = relation.bytes, relation.total_bytes
        if heap is None:
            return None
        if what == "rewrite":
            return (whole if whole is not None else heap) / durations.REWRITE
        return heap / (durations.BUILD if what == "build" else durations.SCAN)

    def weigh(self, severity: Severity, relation: Relation, what: str) -> tuple[Severity, str, dict[str, Scalar]]:
        """(severity, words for the message, facts) of work on a table: what is soon done is only worth a note."""
        seconds = self.seconds(relation, what)
        if seconds is None:
            return severity, "", {}
        size = relation.total_bytes if what == "rewrite" and relation.total_bytes is not None else relation.bytes
        facts: dict[str, Scalar] = {"bytes": size, f"{what}_s": round(seconds, 3), "rate": durations.BASIS}
        if relation.rows is not None:
            facts["rows"] = relation.rows
        words = f" for {_article(what)} of about {duration_text(seconds)}"
        if seconds < _SOON_S:
            return Severity.INFO, words + ", which is short: the table is small", facts
        return severity, words, facts

    def burden(
        self, severity: Severity, relation: Relation, what: str, lock: Lock | None = None
    ) -> tuple[Severity, str, dict[str, Scalar]]:
        """(severity, "takes LOCK on orders, 41 GB, for a scan of about 82 s", facts) of work under a lock."""
        lock = lock or self.strongest(relation.name) or "ACCESS EXCLUSIVE"
        weighed, words, facts = self.weigh(severity, relation, what)
        facts = {"table": str(relation.name), "lock": lock, **facts}
        words = words or f" for {_article(what)}"
        size = self.size_of(relation)
        return weighed, f"takes {lock} on {relation.name.short}{size}{',' if size else ''}{words}", facts

    def ref(self, relation: Relation, sub: str = "", kind: ObjectKind = "column") -> ObjectRef:
        """A finding's object: the table, or a part of it."""
        name = relation.name
        if sub:
            return ObjectRef(kind=kind, schema=name.schema, name=name.name, sub=sub)
        whole: ObjectKind = "view" if relation.kind in ("view", "materialized view") else "table"
        return ObjectRef(kind=whole, schema=name.schema, name=name.name)


def _article(what: str) -> str:
    return {"rewrite": "a rewrite", "scan": "a scan", "build": "an index build"}[what]


def new_columns(action: Action) -> Iterator[tuple[Name, ColumnSpec]]:
    """The columns that a CREATE TABLE or ALTER TABLE makes, with the table as written."""
    if isinstance(action, CreateTable):
        for column in action.columns:
            yield action.table, column
    elif isinstance(action, AlterTable):
        for command in action.commands:
            column = getattr(command, "column", None)
            if isinstance(column, ColumnSpec):
                yield action.table, column


def new_constraints(action: Action) -> Iterator[tuple[Name, ConstraintSpec]]:
    """The constraints that a CREATE TABLE or ALTER TABLE makes, with their table as written."""
    for table, column in new_columns(action):
        for constraint in column.constraints:
            yield table, constraint
    if isinstance(action, CreateTable):
        for constraint in action.constraints:
            yield action.table, constraint
    elif isinstance(action, AlterTable):
        for command in action.commands:
            constraint = getattr(command, "constraint", None)
            if isinstance(constraint, ConstraintSpec):
                yield action.table, constraint


def any_outside(units: Sequence[Unit]) -> bool:
    """Whether a script has a statement that must stand outside a transaction."""
    return any(stands_outside(one.action) for one in units)
