"""Ordered actions as steps, each in the form that locks least on a server of that version and a table of that size.

Where rows are few the plain statement is as good and simpler; the step says so. Where the size is not known the table
counts as large. The way back is made of the inverse changes in the same forms, in the inverse order.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from dbarchitect.migrate.actions import Action
from dbarchitect.migrate.forms.around import around, foreign_keys_over
from dbarchitect.migrate.forms.constraints import can_wait, domain, foreign_key_of_partitions, not_valid, set_not_null
from dbarchitect.migrate.forms.indexes import add_index, key_of_partitions, key_using_index
from dbarchitect.migrate.forms.known import Form, Forms, Known, Online
from dbarchitect.migrate.objects import constraint_ref
from dbarchitect.migrate.order import Unit
from dbarchitect.migrate.words import describe, lost
from dbarchitect.model.change import (
    AddColumn,
    AddConstraint,
    AddIndex,
    AddTable,
    Alter,
    AlterColumn,
    Change,
    Create,
    DetachPartition,
    DropIndex,
    Reindex,
    Rename,
    SetComment,
    SetGrants,
    SetOwner,
)
from dbarchitect.model.names import Name, ObjectRef, quote_identifier
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import Check, Column, DomainType, ForeignKey, Index, NotNull, PrimaryKey, Unique

__all__ = ["Forms", "Online", "write"]


def write(units: Iterable[Unit], forms: Forms) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """(the way up, the way back). Each step back names the step that it undoes."""
    listed = tuple(units)
    writer = _Writer(forms, listed)
    up: list[Step] = []
    back: list[list[Step]] = []
    for unit in listed:
        steps, undo = writer.unit(unit)
        steps = [step for step in steps if step.sql]  # what differs in the catalogue alone needs no statement
        undo = [step for step in undo if step.sql]
        first = len(up)
        up += steps
        numbered = [replace(step, undoes=first + (step.undoes or 1)) for step in undo]
        back.append(numbered)
    return tuple(up), tuple(step for steps in reversed(back) for step in steps)


class _Writer:
    def __init__(self, forms: Forms, units: Sequence[Unit]) -> None:
        self.forms = forms
        self.known = Known(forms)
        self._touched = frozenset(
            ref for unit in units for action in unit for ref in (*action.makes, *action.unmakes, *action.alters)
        )
        self._at = -1
        self._retyped: dict[ObjectRef, list[int]] = defaultdict(list)
        for number, unit in enumerate(units):
            for action in unit:
                for table, key in foreign_keys_over(self.known, action.change):
                    self._retyped[constraint_ref(table, key)].append(number)

    # A unit

    def unit(self, unit: Unit) -> tuple[list[Step], list[Step]]:
        """(steps, the steps that undo them, each with the number of its step within the unit)."""
        self._at += 1
        if len(unit) == 1:
            return self._single(unit[0])
        if (alone := self._carrying(unit)) is not None:
            return self._single(alone)
        changes = [action.change for action in unit]
        undo = [change for action in reversed(unit) for change in action.reverse()]
        loses = tuple(dict.fromkeys(words for action in unit for words in action.loses))
        hazards = (
            *_remade(unit),
            *(words for change in changes for words in (*self._fails_on_rows(change), *self._obstacle(change))),
        )
        form = self._together(changes, does=_together(unit), why=_why_together(unit), last=max)
        main = form.steps[form.main - 1]
        form.steps[form.main - 1] = replace(main, loses=loses, hazards=hazards)
        back = self._inverse(undo, f"undo: {main.does}")
        return form.steps, [*(replace(step, undoes=form.main) for step in back), *form.tidy]

    def _single(self, action: Action) -> tuple[list[Step], list[Step]]:
        change = action.change
        if self.forms.online is not None and self._concerns(change):
            found = self.forms.online.steps(change)
            if found is not None:
                up, down = found
                return [replace(one, loses=(*one.loses, *action.loses)) for one in up[:1]] + list(up[1:]), list(down)
        form = self._safe(change, last=max)
        steps = form.steps
        main = steps[form.main - 1]
        hazards = (*main.hazards, *self._fails_on_rows(change), *self._obstacle(change))
        steps[form.main - 1] = replace(main, hazards=hazards)
        if action.loses:
            steps[-1] = replace(steps[-1], loses=action.loses)
        if action.remakes:
            steps[0] = replace(steps[0], hazards=(*steps[0].hazards, f"made anew: {action.remakes}"))
        if form.undo is not None and action.undo is None:
            return steps, [*form.undo, *form.tidy]
        back = self._inverse(action.reverse(), f"undo: {main.does}")
        return steps, [*(replace(step, undoes=form.main) for step in back), *form.tidy]

    def _together(self, changes: Sequence[Change], *, does: str, why: str, last: Callable[..., int]) -> Form:
        """Changes as one transaction, with what goes around it."""
        found = around(
            self.known, changes, touched=self._touched, last=lambda key: last(self._retyped[key]) == self._at
        )
        acting = [found.instead.get(number, change) for number, change in enumerate(changes)]
        statements = [sql for change in acting for sql in self.forms.ddl(change)]
        main = Step(
            sql=(
                *(sql for change in found.opening for sql in self.forms.ddl(change)),
                *_one_rewrite(statements),
                *(sql for change in found.closing for sql in self.forms.ddl(change)),
            ),
            does=does,
            why="; ".join(words for words in (why, *found.why) if words),
            change=changes[0],
        )
        ahead = len(found.ahead)
        return Form(steps=[*found.ahead, main, *found.behind], main=ahead + 1, tidy=found.tidy)

    def _fails_on_rows(self, change: Change) -> tuple[str, ...]:
        """A new column that must have a value, and has none for the rows that are there."""
        match change:
            case AddColumn(
                table=table, column=Column(not_null=True, default=None, identity=None, generated=None) as new
            ):
                if not self.known.fresh(table) and self.known.bytes(table) != 0:
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

    def _inverse(self, changes: Sequence[Change], does: str) -> list[Step]:
        """Steps for the changes that take a unit back. Several are one transaction: they belong together."""
        if not changes:
            return []
        losses = tuple(dict.fromkeys(words for change in changes for words in lost(change)))
        if len(changes) == 1:
            steps = self._safe(changes[0], last=min).steps
            return [*steps[:-1], replace(steps[-1], loses=losses)]
        form = self._together(changes, does=does, why="", last=min)
        form.steps[form.main - 1] = replace(form.steps[form.main - 1], loses=losses)
        return form.steps if any(step.sql for step in form.steps) else []

    # Forms

    def _safe(self, change: Change, *, last: Callable[..., int]) -> Form:
        """The form of one change. `last`: which of the steps that change the columns of a foreign key checks it."""
        known = self.known
        match change:
            case AddIndex(index=index) if known.counts(index.table):
                return add_index(known, change)
            case DropIndex(index=index) if known.counts(index.table) and self._free(index):
                later = replace(change, concurrently=True)
                return Form(steps=[self.forms.outside(later, "dropped without blocking readers")])
            case Reindex() if known.counts(change.index.table):
                later = replace(change, concurrently=True)
                return Form(steps=[self.forms.outside(later, "rebuilt without blocking writers")])
            case AddConstraint(table=table, constraint=ForeignKey() as key) if known.partitioned(
                table
            ) and not known.fresh(table):
                return foreign_key_of_partitions(known, change, key)
            case AddConstraint(constraint=ForeignKey() | Check() | NotNull() as constraint) if can_wait(
                known, change.table, constraint
            ):
                return not_valid(known, change)
            case AddConstraint(table=table, constraint=PrimaryKey() | Unique() as key, index=Index() as index) if (
                not change.using_index and not key.without_overlaps
            ):
                if known.partitioned(table) and not known.fresh(table):
                    return key_of_partitions(known, change, key, index)
                if known.counts(table):
                    return key_using_index(known, change, key, index)
            case AlterColumn(before=before, after=after) if after.not_null and not before.not_null:
                if known.counts(change.table) and not known.foreign(change.table):
                    return self._set_not_null(change, last=last)
            case DetachPartition(of=of) if self.forms.major >= 14 and known.default_partition(of.parent) is None:
                if known.counts(change.table):
                    later = replace(change, concurrently=True)
                    return Form(steps=[self.forms.outside(later, "detached without blocking the partitioned table")])
            case Alter(before=DomainType() as old, after=DomainType() as new):
                if any(isinstance(one, Check) and one.validated for one in new.constraints) and old != new:
                    return domain(known, change, old, new)
            case _:
                pass
        return self._together([change], does=describe(change), why=known.why_plain(change), last=last)

    def _set_not_null(self, change: AlterColumn, *, last: Callable[..., int]) -> Form:
        """What else changes of the column, and then NOT NULL."""
        rest = replace(change, after=replace(change.after, not_null=False))
        proof = set_not_null(self.known, change)
        if rest.before == rest.after:
            return proof
        first = self._together([rest], does=describe(rest), why="", last=last)
        at = len(first.steps)
        back = rest.reverse()
        undone = [replace(step, undoes=at + (step.undoes or 1)) for step in proof.undo or ()]
        if back is not None:
            undone += [replace(step, undoes=first.main) for step in self._inverse([back], "")]
        return Form(steps=[*first.steps, *proof.steps], undo=undone, main=first.main, tidy=first.tidy)

    # What is known

    def _concerns(self, change: Change) -> bool:
        """Whether the change is of a table that others use and that is not small: there is something to be gained."""
        match change:
            case AddColumn(table=table) | AlterColumn(table=table):
                return self.known.counts(table)
            case Rename(at=at):
                return self.known.counts(Name(schema=at.schema, name=at.name))
            case _:
                return False

    def _free(self, index: Index) -> bool:
        """Whether the index can be dropped concurrently: it is of no partition tree."""
        return index.parent is None and not self.known.partitioned(index.table)


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
