"""The effects of one statement as they are written down: each with its table and its reason."""

from __future__ import annotations

from typing import Literal

from dbarchitect.migrate.picture import Picture, Relation
from dbarchitect.model.names import Name
from dbarchitect.model.plan import LOCKS, Effects, Lock
from dbarchitect.model.value import Value

What = Literal["lock", "rewrite", "scan", "build"]

SUE: Lock = "SHARE UPDATE EXCLUSIVE"
SRE: Lock = "SHARE ROW EXCLUSIVE"
AEL: Lock = "ACCESS EXCLUSIVE"
STORED = ("table", "materialized view")


class Cause(Value, frozen=True, kw_only=True):
    """One effect on one table. `command`: the number of the command of an ALTER TABLE that has it, -1: the statement
    itself; `sure`: False where it depends on what is not known, which `why` names."""

    what: What
    table: Name
    lock: Lock | None = None
    why: str = ""
    sure: bool = True
    command: int = -1


class Claims(Value, frozen=True, kw_only=True):
    """All effects of a statement."""

    causes: tuple[Cause, ...] = ()

    @property
    def effects(self) -> Effects:
        """Without the reasons."""
        locks: dict[str, Lock] = {}
        for one in self.causes:
            if one.lock and (str(one.table) not in locks or _stronger(one.lock, locks[str(one.table)])):
                locks[str(one.table)] = one.lock
        return Effects(
            locks=dict(sorted(locks.items())),
            rewrites=self._tables("rewrite"),
            scans=self._tables("scan"),
            builds=self._tables("build"),
        )

    def _tables(self, what: What) -> tuple[str, ...]:
        return tuple(sorted({str(one.table) for one in self.causes if one.what == what}))

    def of(self, *kinds: What, command: int | None = None) -> tuple[Cause, ...]:
        """The effects of these kinds, of one command where it is given."""
        return tuple(one for one in self.causes if one.what in kinds and command in (None, one.command))


def _stronger(one: Lock, other: Lock) -> bool:
    return LOCKS.index(one) > LOCKS.index(other)


class Book:
    """Where the effects of one statement are written down."""

    def __init__(self, picture: Picture, version: int) -> None:
        self.picture = picture
        self.version = version
        self.causes: list[Cause] = []
        self.command = -1

    def relation(self, name: Name) -> Relation:
        return self.picture.relation(name)

    def lock(self, table: Relation, lock: Lock, why: str = "", *, sure: bool = True) -> None:
        if table.kind not in ("view", "sequence"):
            self._note("lock", table, why, sure, lock)

    def scan(self, table: Relation, why: str, *, sure: bool = True) -> None:
        if table.kind in STORED:
            self._note("scan", table, why, sure)

    def build(self, table: Relation, why: str, *, sure: bool = True) -> None:
        if table.kind in STORED:
            self._note("build", table, why, sure)

    def rewrite(self, table: Relation, why: str, *, sure: bool = True, reads: bool = True) -> None:
        """A new file with all indexes; `reads`: the rows are read by a scan, beside what building indexes reads."""
        if table.kind in STORED:
            self._note("rewrite", table, why, sure)
            if table.indexes or not table.known:
                # Of a table that is not known an index is likely (a primary key), not certain.
                self._note("build", table, "a rewrite builds all indexes anew", sure and table.known)
            if reads or table.indexes:
                self._note("scan", table, why, sure)

    def _note(self, what: What, table: Relation, why: str, sure: bool, lock: Lock | None = None) -> None:
        self.causes.append(Cause(what=what, table=table.name, lock=lock, why=why, sure=sure, command=self.command))

    def tree(self, table: Relation, *, only: bool = False) -> tuple[Relation, ...]:
        """A table with its partitions or heirs."""
        return (table,) if only else (table, *self.picture.descendants(table.name))
