"""Ordered actions as steps, each in the form that locks least on a server of that version and a table of that size.

Where rows are few the plain statement is as good and simpler; the step says so. Where the size is not known the table
counts as large. The way back is made of the inverse changes in the same forms, in the inverse order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from dbarchitect.migrate.actions import Action
from dbarchitect.migrate.objects import tables
from dbarchitect.migrate.order import Unit
from dbarchitect.migrate.words import describe, lost
from dbarchitect.model.change import (
    AddColumn,
    AddConstraint,
    AddIndex,
    AddTable,
    Alter,
    AlterColumn,
    AlterIndex,
    AttachIndex,
    Change,
    Create,
    DetachPartition,
    DropConstraint,
    DropIndex,
    Reindex,
    Rename,
    SetComment,
    SetGrants,
    SetOwner,
    ValidateConstraint,
)
from dbarchitect.model.facts import Facts
from dbarchitect.model.names import Name, ObjectRef, quote_identifier
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import (
    Check,
    Column,
    Constraint,
    DomainType,
    ForeignKey,
    Index,
    NotNull,
    PrimaryKey,
    Relational,
    Table,
    Unique,
    View,
)

SMALL_BYTES = 8 << 20  # read or indexed in some ten milliseconds: no longer than a lock that is waited for anyway
_NO_TIMEOUT = 0  # a statement that waits for others without holding anybody up


@dataclass(frozen=True, slots=True, kw_only=True)
class Online:
    """Expand and contract on one schema.

    steps     (up, down) of a change; None where it has nothing to say
    carried   the objects that these steps drop and make again by themselves
    obstacle  why a change that blocks has no such steps, in words; "" for others
    """

    steps: Callable[[Change], tuple[tuple[Step, ...], tuple[Step, ...]] | None]
    carried: Callable[[Change], tuple[ObjectRef, ...]]
    obstacle: Callable[[Change], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """What the form of a step depends on.

    ddl      prints a change
    version  of the server that the steps are for, 180006 style
    facts    its sizes; None: not known
    fresh    tables that the plan itself makes: nobody uses them
    large    how tables count whose size is not known
    online   expand and contract for what no plain form does without blocking; None where it has nothing to say
    """

    ddl: Callable[[Change], tuple[str, ...]]
    version: int
    before: Relational
    after: Relational
    facts: Facts | None = None
    large: bool = True
    online: Online | None = None

    @property
    def major(self) -> int:
        """The server's major version."""
        return self.version // 10000


def write(units: Iterable[Unit], forms: Forms) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """(the way up, the way back). Each step back names the step that it undoes."""
    writer = _Writer(forms)
    up: list[Step] = []
    back: list[list[Step]] = []
    for unit in units:
        steps, undo = writer.unit(unit)
        steps = [step for step in steps if step.sql]  # what differs in the catalogue alone needs no statement
        undo = [step for step in undo if step.sql]
        first = len(up)
        up += steps
        numbered = [replace(step, undoes=first + (step.undoes or 1)) for step in undo]
        back.append(numbered)
    return tuple(up), tuple(step for steps in reversed(back) for step in steps)


class _Writer:
    def __init__(self, forms: Forms) -> None:
        self.forms = forms
        self.tables: dict[Name, Table] = {**tables(forms.after), **tables(forms.before)}
        known = set(tables(forms.before))
        self.fresh = set(tables(forms.after)) - known
        self.views: dict[Name, View] = {view.name: view for view in (*forms.after.views, *forms.before.views)}
        self.partitions: dict[Name, list[Table]] = {}
        for table in self.tables.values():
            if table.partition_of is not None:
                self.partitions.setdefault(table.partition_of.parent, []).append(table)

    # A unit

    def unit(self, unit: Unit) -> tuple[list[Step], list[Step]]:
        """(steps, the steps that undo them, each with the number of its step within the unit)."""
        if len(unit) == 1:
            return self.single(unit[0])
        if (alone := self._carrying(unit)) is not None:
            return self.single(alone)
        statements: list[str] = []
        changes = [action.change for action in unit]
        for change in changes:
            statements += self.forms.ddl(change)
        statements = _one_rewrite(statements)
        undo = [change for action in reversed(unit) for change in action.reverse()]
        loses = tuple(dict.fromkeys(words for action in unit for words in action.loses))
        step = Step(
            sql=tuple(statements),
            does=_together(unit),
            why=_why_together(unit),
            change=changes[0],
            loses=loses,
            hazards=(
                *_remade(unit),
                *(words for change in changes for words in (*self._fails_on_rows(change), *self._obstacle(change))),
            ),
        )
        back = self.inverse(undo, f"undo: {step.does}")
        return [step], back

    def single(self, action: Action) -> tuple[list[Step], list[Step]]:
        change = action.change
        if self.forms.online is not None and self._concerns(change):
            found = self.forms.online.steps(change)
            if found is not None:
                up, down = found
                return [replace(one, loses=(*one.loses, *action.loses)) for one in up[:1]] + list(up[1:]), list(down)
        steps, undo = self.safe(change)
        steps[0] = replace(steps[0], hazards=(*steps[0].hazards, *self._fails_on_rows(change), *self._obstacle(change)))
        if action.loses:
            steps[-1] = replace(steps[-1], loses=action.loses)
        if action.remakes:
            steps[0] = replace(steps[0], hazards=(*steps[0].hazards, f"made anew: {action.remakes}"))
        if action.undo is not None or undo is None:
            undo = self.inverse(action.reverse(), f"undo: {steps[0].does}")
        return steps, undo

    def _fails_on_rows(self, change: Change) -> tuple[str, ...]:
        """A new column that must have a value, and has none for the rows that are there."""
        match change:
            case AddColumn(
                table=table, column=Column(not_null=True, default=None, identity=None, generated=None) as new
            ):
                if table not in self.fresh and self._bytes(table) != 0:
                    return (
                        f"fails if {table.short} has rows: there is no value for {quote_identifier(new.name)} in them",
                    )
            case _:
                pass
        return ()

    def _obstacle(self, change: Change) -> tuple[str, ...]:
        """Why a change that blocks is not made online, where that was wanted."""
        if self.forms.online is None or not self._concerns(change):
            return ()
        words = self.forms.online.obstacle(change)
        return (f"not online: {words}",) if words else ()

    def _carrying(self, unit: Unit) -> Action | None:
        """The action of a unit whose online form does all the rest of it by itself."""
        if self.forms.online is None:
            return None
        for action in unit:
            if not isinstance(action.change, AlterColumn) or not self._concerns(action.change):
                continue
            if self.forms.online.steps(action.change) is None:
                return None
            carried = set(self.forms.online.carried(action.change))
            if all(other is action or _concerned(other) <= carried for other in unit):
                return action
        return None

    def inverse(self, changes: Sequence[Change], does: str) -> list[Step]:
        """Steps for the changes that take a unit back. Several are one transaction: they belong together."""
        if not changes:
            return []
        losses = tuple(dict.fromkeys(words for change in changes for words in lost(change)))
        if len(changes) == 1:
            steps, _ = self.safe(changes[0])
            return [*steps[:-1], replace(steps[-1], loses=losses)]
        statements = [sql for change in changes for sql in self.forms.ddl(change)]
        return [Step(sql=tuple(statements), does=does, loses=losses, change=changes[0])] if statements else []

    # Forms

    def plain(self, change: Change, *, why: str = "") -> Step:
        return Step(sql=self.forms.ddl(change), does=describe(change), why=why, change=change)

    def safe(self, change: Change) -> tuple[list[Step], list[Step] | None]:
        """(steps for a change, what undoes each; None: what undoes the change)."""
        match change:
            case AddIndex(index=index) if self._counts(index.table):
                return self._add_index(change)
            case DropIndex(index=index) if self._counts(index.table) and self._free(index):
                return [self._outside(replace(change, concurrently=True), "dropped without blocking readers")], None
            case Reindex() if self._counts(change.index.table):
                return [self._outside(replace(change, concurrently=True), "rebuilt without blocking writers")], None
            case AddConstraint(constraint=ForeignKey() | Check() | NotNull() as constraint) if self._can_wait(
                change.table, constraint
            ):
                return self._not_valid(change, constraint)
            case AddConstraint(table=table, constraint=PrimaryKey() | Unique() as key, index=Index() as index) if (
                self._counts(table)
                and not change.using_index
                and not key.without_overlaps
                and not self._partitioned(table)
            ):
                return self._using_index(change, key, index)
            case AlterColumn(before=before, after=after) if after.not_null and not before.not_null:
                if self._counts(change.table) and not self._foreign(change.table):
                    return self._set_not_null(change)
            case DetachPartition(of=of) if self.forms.major >= 14 and not self._has_default(of.parent):
                if self._counts(change.table):
                    why = "detached without blocking the whole partitioned table"
                    return [self._outside(replace(change, concurrently=True), why)], None
            case Alter(before=DomainType() as old, after=DomainType() as new):
                if any(isinstance(one, Check) and one.validated for one in new.constraints) and old != new:
                    return self._domain(change, old, new)
            case _:
                pass
        return [self.plain(change, why=self._why_plain(change))], None

    def _outside(self, change: Change, why: str) -> Step:
        return Step(
            sql=self.forms.ddl(change),
            does=describe(change),
            why=why,
            change=change,
            transactional=False,
            lock_timeout_ms=_NO_TIMEOUT,
        )

    def _add_index(self, change: AddIndex) -> tuple[list[Step], list[Step] | None]:
        index = change.index
        if self._partitioned(index.table):
            step = self.plain(replace(change, only=True), why="the indexes of the partitions are built one by one")
            return [step], [] if index.parent is not None else self._drop_tree(index)
        built = self._outside(
            replace(change, concurrently=True), self._size(index.table, "built without blocking writers")
        )
        first, *rest = self.forms.ddl(replace(change, concurrently=True))
        steps = [replace(built, sql=(first,))]
        if index.parent is not None:
            rest = [*self.forms.ddl(AttachIndex(parent=index.parent, index=index.name)), *rest]
        if rest:
            steps.append(Step(sql=tuple(rest), does=f"settings of index {index.name.short}", change=change))
        # That of a partition goes with its parent's, which undoes both.
        undo = [] if index.parent is not None else [self._drop_built(index)]
        return steps, undo

    def _drop_tree(self, index: Index) -> list[Step]:
        """DROP of a partitioned index with those below it, also where they had not all joined it yet; those that were
        there before it are made again."""
        below: list[Index] = []
        waiting = [index.name]
        while waiting:
            parent = waiting.pop()
            found = [one for t in tables(self.forms.after).values() for one in t.indexes if one.parent == parent]
            below += found
            waiting += [one.name for one in found]
        names = [index.name, *(one.name for one in below)]
        drop = Step(
            sql=tuple(f"DROP INDEX IF EXISTS {name}" for name in names),
            does=f"drop index {index.name.short} and those of the partitions",
        )
        before = {one.name: one for t in tables(self.forms.before).values() for one in t.indexes}
        alone = [before[one.name] for one in below if one.name in before and before[one.name].parent is None]
        return [drop, *(step for one in alone for step in self.safe(AddIndex(index=one))[0])]

    def _drop_built(self, index: Index) -> Step:
        """DROP of an index that may be half-built, or a key's by now and gone with it."""
        return Step(
            sql=(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}",),
            does=f"drop index {index.name.short}",
            transactional=False,
            lock_timeout_ms=_NO_TIMEOUT,
            change=DropIndex(index=index, concurrently=True),
        )

    def _not_valid(self, change: AddConstraint, constraint: Constraint) -> tuple[list[Step], list[Step] | None]:
        later = replace(change, constraint=replace(constraint, validated=False))
        why = self._size(change.table, "added without a scan, validated while others read and write")
        check = ValidateConstraint(table=change.table, constraint=constraint)
        steps = [self.plain(later, why=why), replace(self.plain(check), lock_timeout_ms=None)]
        gone = DropConstraint(table=change.table, constraint=constraint)
        return steps, [self.plain(gone)]

    def _using_index(
        self, change: AddConstraint, key: PrimaryKey | Unique, index: Index
    ) -> tuple[list[Step], list[Step] | None]:
        built = replace(index, constraint=None, comment=None, replica_identity=False, clustered=False)
        first, *_ = self.forms.ddl(AddIndex(index=built, concurrently=True))
        why = self._size(change.table, "its index is built without blocking writers")
        make = Step(
            sql=(first,),
            does=f"build index {index.name.short}",
            why=why,
            change=AddIndex(index=built, concurrently=True),
            transactional=False,
            lock_timeout_ms=_NO_TIMEOUT,
        )
        adopt = self.plain(replace(change, using_index=True), why="takes the index over: no scan, no build")
        settings = self.forms.ddl(
            AlterIndex(before=replace(index, replica_identity=False, clustered=False), after=index)
        )
        steps = [make, replace(adopt, sql=(*adopt.sql, *settings))]
        drop = self.plain(DropConstraint(table=change.table, constraint=key, index=index))
        return steps, [replace(drop, undoes=2), replace(self._drop_built(built), undoes=1)]

    def _set_not_null(self, change: AlterColumn) -> tuple[list[Step], list[Step] | None]:
        table, after = change.table, change.after
        rest = replace(change, after=replace(after, not_null=False))
        steps: list[Step] = []
        undo: list[Step] = []
        if rest.before != rest.after:
            steps.append(self.plain(rest))
            back = rest.reverse()
            if back is not None:
                undo.append(replace(self.plain(back), undoes=1))
        at = len(steps)
        why = self._size(table, "checked while others read and write")
        if self.forms.major >= 18:
            name = f"{table.name}_{after.name}_not_null"
            constraint: Constraint = NotNull(name=name, columns=(after.name,), validated=False)
            steps.append(self.plain(AddConstraint(table=table, constraint=constraint), why=why))
            steps.append(self.plain(ValidateConstraint(table=table, constraint=constraint)))
            drop = self.plain(DropConstraint(table=table, constraint=constraint))
            return steps, [replace(drop, undoes=at + 1), *undo]
        name = f"{table.name}_{after.name}_is_not_null"[:63]
        check = Check(name=name, expression=f"{quote_identifier(after.name)} IS NOT NULL", validated=False)
        steps.append(self.plain(AddConstraint(table=table, constraint=check), why=why))
        steps.append(self.plain(ValidateConstraint(table=table, constraint=check)))
        last = AlterColumn(table=table, before=replace(after, not_null=False), after=after)
        dropped = self.forms.ddl(DropConstraint(table=table, constraint=check))
        steps.append(
            Step(
                sql=(*self.forms.ddl(last), *dropped),
                does=describe(last),
                why="proved by the constraint: no scan",
                change=last,
            )
        )
        drop_check = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {quote_identifier(name)}"
        back = last.reverse()
        assert back is not None
        return steps, [
            replace(self.plain(back), undoes=at + 3),
            Step(sql=(drop_check,), does=f"drop constraint {name}", undoes=at + 1),
            *undo,
        ]

    def _domain(self, change: Alter, old: DomainType, new: DomainType) -> tuple[list[Step], list[Step] | None]:
        known = {one.name for one in old.constraints}
        late = tuple(
            replace(one, validated=False) if isinstance(one, Check) and one.name not in known else one
            for one in new.constraints
        )
        if late == new.constraints:
            return [self.plain(change)], None
        middle = replace(new, constraints=late)
        first = self.plain(
            replace(change, after=middle), why="added without a scan, validated while others read and write"
        )
        return [first, self.plain(replace(change, before=middle))], [self.plain(Alter(before=new, after=old))]

    # What is known

    def _concerns(self, change: Change) -> bool:
        """Whether the change is of a table that others use and that is not small: there is something to be gained."""
        match change:
            case AddColumn(table=table) | AlterColumn(table=table):
                return self._counts(table)
            case Rename(at=at):
                return self._counts(Name(schema=at.schema, name=at.name))
            case _:
                return False

    def _counts(self, table: Name) -> bool:
        """Whether it matters how the table is locked: it existed before and is not known to be small."""
        if table in self.fresh:
            return False
        if table in self.views and table not in self.tables:
            return self._large(table)
        children = self.partitions.get(table, ())
        return self._large(table) or any(self._counts(child.name) for child in children)

    def _bytes(self, table: Name) -> int | None:
        facts = self.forms.facts
        found = facts.tables.get(str(table)) if facts is not None else None
        if found is None:
            return None
        if found.heap_bytes is not None:
            return found.heap_bytes
        if found.rows is None and found.pages <= 0:
            return None  # nobody has looked yet
        return max(found.pages, 0) * 8192

    def _large(self, table: Name) -> bool:
        size = self._bytes(table)
        return self.forms.large if size is None else size >= SMALL_BYTES

    def _size(self, table: Name, why: str) -> str:
        size = self._bytes(table)
        if size is None:
            return f"the size of {table.short} is not known: {why}"
        return f"{table.short} has {_human(size)}: {why}"

    def _why_plain(self, change: Change) -> str:
        table = _locked(change)
        if table is None:
            return ""
        if table in self.fresh:
            return "the table is new: nobody uses it"
        size = self._bytes(table)
        if size is not None and size < SMALL_BYTES:
            return f"{table.short} has {_human(size)}: done at once"
        return ""

    def _partitioned(self, table: Name) -> bool:
        return table in self.tables and self.tables[table].kind == "partitioned"

    def _foreign(self, table: Name) -> bool:
        return table in self.tables and self.tables[table].kind == "foreign"

    def _free(self, index: Index) -> bool:
        """Whether the index can be dropped concurrently: it is of no partition tree."""
        return index.parent is None and not self._partitioned(index.table)

    def _has_default(self, parent: Name) -> bool:
        return any(
            one.partition_of is not None and one.partition_of.bound == "DEFAULT"
            for one in self.partitions.get(parent, ())
        )

    def _can_wait(self, table: Name, constraint: Constraint) -> bool:
        """Whether a constraint is better added NOT VALID and validated later, and the server lets it."""
        counts = self._counts(table)
        if isinstance(constraint, ForeignKey) and table not in self.fresh:
            counts = counts or self._counts(constraint.target)  # which is locked, and looked into, as well
        if not (constraint.validated and constraint.enforced and counts) or self._foreign(table):
            return False
        return not (isinstance(constraint, ForeignKey) and self._partitioned(table) and self.forms.major < 18)


_RETYPES = re.compile(r"(ALTER TABLE (?:ONLY )?\S+ )(ALTER COLUMN .* TYPE .*)", re.S)


def _one_rewrite(statements: Sequence[str]) -> list[str]:
    """Changes of type that follow each other on one table as one statement, which writes the table once."""
    made: list[str] = []
    before = ""
    for statement in statements:
        found = _RETYPES.fullmatch(statement)
        if found is not None and found[1] == before:
            made[-1] += f", {found[2]}"
        else:
            made.append(statement)
        before = found[1] if found is not None else ""
    return made


def _concerned(action: Action) -> set[ObjectRef]:
    """The objects that an action is about; what belongs to a view is the view."""
    found = {*action.makes, *action.unmakes, *action.alters} or set(action.needs)
    if isinstance(action.change, SetOwner | SetGrants | SetComment):
        found = {action.change.at}
    return found


def _locked(change: Change) -> Name | None:
    """The table that a change would scan, build on or rewrite, where it does."""
    match change:
        case AddIndex(index=index) | DropIndex(index=index) | Reindex(index=index):
            return index.table
        case AddConstraint(table=table):
            return table
        case AlterColumn(table=table, before=before, after=after):
            return table if after.not_null and not before.not_null else None
        case _:
            return None


def _together(unit: Unit) -> str:
    made = [describe(action.change) for action in unit if not isinstance(action.change, AddIndex)]
    head = next(
        (describe(a.change) for a in unit if isinstance(a.change, AddTable | AlterColumn)),
        next((describe(a.change) for a in unit if isinstance(a.change, Create | Alter)), made[0] if made else ""),
    )
    return head if len(unit) < 2 else f"{head}, and what belongs to it ({len(unit)} changes)"


def _why_together(unit: Unit) -> str:
    fresh = any(isinstance(action.change, AddTable | Create) for action in unit)
    dropped = any(action.unmakes for action in unit)
    if dropped and fresh:
        return "in one transaction: nobody sees it without what is made again"
    return ""


def _remade(unit: Unit) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"made anew: {action.remakes}" for action in unit if action.remakes))


def _human(size: int) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{size:,.0f} {unit}"
        size //= 1024
    return ""
