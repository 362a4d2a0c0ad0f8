"""Indexes, and keys on them, built without blocking writers."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dbarchitect.migrate.alike import bare_index
from dbarchitect.migrate.forms.known import Form, Known
from dbarchitect.migrate.objects import own_constraints
from dbarchitect.model.change import AddConstraint, AddIndex, AlterIndex, AttachIndex, DropConstraint, DropIndex
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import Index, PrimaryKey, Table, Unique


def add_index(known: Known, change: AddIndex) -> Form:
    """CREATE INDEX CONCURRENTLY; of a partitioned table alone, for those of the partitions are changes of their own."""
    forms, index = known.forms, change.index
    if known.partitioned(index.table):
        step = forms.plain(replace(change, only=True), why="the indexes of the partitions are built one by one")
        return Form(steps=[step], undo=[] if index.parent is not None else _drop_tree(known, index))
    later = replace(change, concurrently=True)
    built = forms.outside(later, known.why(index.table, "built without blocking writers"))
    first, *rest = forms.ddl(later)
    steps = [replace(built, sql=(first,))]
    if index.parent is not None:
        rest = [*forms.ddl(AttachIndex(parent=index.parent, index=index.name)), *rest]
    if rest:
        steps.append(Step(sql=tuple(rest), does=f"settings of index {index.name.short}", change=change))
    # That of a partition goes with its parent's, which undoes both.
    return Form(steps=steps, undo=[] if index.parent is not None else [drop_built(known, index)])


def _drop_tree(known: Known, index: Index) -> list[Step]:
    """DROP of a partitioned index with those below it, also where they had not all joined it yet; those that were there
    before it are made again."""
    below: list[Index] = []
    waiting = [index.name]
    while waiting:
        parent = waiting.pop()
        found = [one for table in known.after.values() for one in table.indexes if one.parent == parent]
        below += found
        waiting += [one.name for one in found]
    names = [index.name, *(one.name for one in below)]
    drop = Step(
        sql=tuple(f"DROP INDEX IF EXISTS {name}" for name in names),
        does=f"drop index {index.name.short} and those of the partitions",
    )
    before = {one.name: one for table in known.before.values() for one in table.indexes}
    alone = [before[one.name] for one in below if one.name in before and before[one.name].parent is None]
    return [drop, *(step for one in alone for step in _again(known, one))]


def _again(known: Known, index: Index) -> list[Step]:
    change = AddIndex(index=index)
    return add_index(known, change).steps if known.counts(index.table) else [known.forms.plain(change)]


def drop_built(known: Known, index: Index, undoes: int = 0) -> Step:
    """DROP of an index that may be half-built, or a key's by now and gone with it."""
    return replace(
        known.forms.outside(DropIndex(index=index, concurrently=True)),
        sql=(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}",),
        does=f"drop index {index.name.short}",
        undoes=undoes,
    )


def key_using_index(known: Known, change: AddConstraint, key: PrimaryKey | Unique, index: Index) -> Form:
    """A key whose index is built without blocking writers, and taken over then; joins its parent's in the same step."""
    built = replace(index, constraint=None, comment=None, replica_identity=False, clustered=False, parent=None)
    add = AddIndex(index=built, concurrently=True)
    first, *_ = known.forms.ddl(add)
    make = replace(
        known.forms.outside(add, known.why(change.table, "its index is built without blocking writers")),
        sql=(first,),
        does=f"build index {index.name.short}",
    )
    adopt = known.forms.plain(
        replace(change, using_index=True),
        AlterIndex(before=replace(index, replica_identity=False, clustered=False), after=index),
        *((AttachIndex(parent=index.parent, index=index.name),) if index.parent is not None else ()),
        why="takes the index over: no scan, no build",
    )
    drop = known.forms.plain(DropConstraint(table=change.table, constraint=key, index=index), undoes=2)
    return Form(steps=[make, adopt], undo=[drop, drop_built(known, built, undoes=1)])


def key_of_partitions(known: Known, change: AddConstraint, key: PrimaryKey | Unique, index: Index) -> Form:
    """A key of a partitioned table: made on it alone, then on each partition, where it joins it.

    The way back drops all of them with the first, and makes again those that partitions had before.
    """
    forms = known.forms
    drop = DropConstraint(table=change.table, constraint=key, index=index)
    joining = list(_keys_below(known, index))
    if not known.counts(change.table):
        again = [_adding(known.before[table.name], one) for table, one, had in joining if had]
        return Form(
            steps=[forms.plain(change, why=known.why_plain(change))], undo=[forms.plain(drop, *again, undoes=1)]
        )
    steps = [forms.plain(replace(change, only=True), why="the keys of the partitions are built one by one")]
    undo = [forms.plain(drop, undoes=1)]
    for table, one, had in joining:
        add = _adding(table, one)
        attach = AttachIndex(parent=one.parent or index.name, index=one.name)
        if had:
            steps.append(forms.plain(attach, why="the partition has the key already"))
            again = _key_again(known, _adding(known.before[table.name], one))
            undo += [replace(step, undoes=len(steps)) for step in again]
        elif known.partitioned(table.name):
            steps.append(forms.plain(replace(add, only=True), attach))
        else:
            steps += key_using_index(known, add, _key(table, one), one).steps
            undo.append(drop_built(known, one, undoes=len(steps) - 1))
    return Form(steps=steps, undo=undo)


def _keys_below(known: Known, index: Index) -> Iterator[tuple[Table, Index, bool]]:
    """The keys' indexes of partitions that shall belong to `index`, each behind the one that it belongs to, and whether
    the partition has the key by itself already. New partitions come with theirs."""
    for table in known.after.values():
        for one in table.indexes:
            if one.parent == index.name and one.constraint is not None and known.stays_partition(table):
                had = _has(known.before[table.name], one)
                yield table, one, had
                if not had:
                    yield from _keys_below(known, one)


def _has(table: Table, index: Index) -> bool:
    own = own_constraints(table)
    return any(
        one.name == index.name and one.constraint in own and bare_index(one) == bare_index(index)
        for one in table.indexes
    )


def _key(table: Table, index: Index) -> PrimaryKey | Unique:
    return next(
        one for one in table.constraints if one.name == index.constraint and isinstance(one, PrimaryKey | Unique)
    )


def _adding(table: Table, index: Index) -> AddConstraint:
    own: Index = next(one for one in table.indexes if one.name == index.name)
    return AddConstraint(table=table.name, constraint=_key(table, own), index=own)


def _key_again(known: Known, change: AddConstraint) -> list[Step]:
    key, index = change.constraint, change.index
    assert isinstance(key, PrimaryKey | Unique)
    assert index is not None
    if not known.counts(change.table) or known.partitioned(change.table):
        return [known.forms.plain(change)]
    return key_using_index(known, change, key, index).steps
