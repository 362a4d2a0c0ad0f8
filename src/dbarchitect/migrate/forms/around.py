"""What goes before, into and behind the transaction of a change, so that it finds its work done and holds nobody up.

A partition finds a valid CHECK that says its bound, and so does the DEFAULT partition. An index that another collation
would rebuild, and a materialised view, have been made beside the old one. A foreign key that another type would check
again is dropped and added NOT VALID in the same transaction, and validated behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from dbarchitect.migrate.alike import bare_index, settled
from dbarchitect.migrate.forms.constraints import can_wait, dropped_if_there, validation
from dbarchitect.migrate.forms.indexes import drop_built
from dbarchitect.migrate.forms.known import Known
from dbarchitect.migrate.objects import constraint_ref, index_ref, own_constraints, part, view_ref
from dbarchitect.model.change import (
    AddConstraint,
    AddIndex,
    AddTable,
    Alter,
    AlterColumn,
    AlterIndex,
    AttachPartition,
    Change,
    Create,
    Drop,
    DropConstraint,
    DropIndex,
    Rename,
    SetComment,
    SetGrants,
    SetOwner,
    SwapIdentity,
)
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import (
    Check,
    Column,
    ForeignKey,
    Function,
    Index,
    PartitionOf,
    PrimaryKey,
    Table,
    Unique,
    View,
)
from dbarchitect.sql import bounds, expressions
from dbarchitect.sql.statements import Expression, PartitionBound

_COLLATE_DEFAULT = Name(schema="pg_catalog", name="default")


@dataclass(slots=True)
class Around:
    """What goes around the changes of one transaction.

    ahead    steps before it, after each of which the schema serves as before
    opening, closing  changes in it, before and after the others
    behind   steps after it
    instead  what some of the others, by their numbers, have become
    tidy     what takes the steps ahead back, each with the number of its step: finds nothing once the rest was undone
    why      the reason, in words
    """

    ahead: list[Step] = field(default_factory=list[Step])
    opening: list[Change] = field(default_factory=list[Change])
    closing: list[Change] = field(default_factory=list[Change])
    behind: list[Step] = field(default_factory=list[Step])
    instead: dict[int, Change] = field(default_factory=dict[int, Change])
    tidy: list[Step] = field(default_factory=list[Step])
    why: list[str] = field(default_factory=list[str])

    def check(self, known: Known, table: Name, name: str, expression: str) -> None:
        """A CHECK that holds until the transaction is done."""
        check = Check(name=name[:63], expression=expression, validated=False)
        why = known.why(table, "checked while others read and write, so that nothing is when the bound is set")
        self.ahead.append(known.forms.plain(AddConstraint(table=table, constraint=check), why=why))
        self.tidy.insert(0, dropped_if_there(table, check.name, undoes=len(self.ahead)))
        self.ahead.append(validation(known, table, check))
        self.closing.append(DropConstraint(table=table, constraint=check))


def around(
    known: Known, changes: Sequence[Change], *, touched: frozenset[ObjectRef], last: Callable[[ObjectRef], bool]
) -> Around:
    """What goes around `changes`, which are one transaction.

    `touched`: constraints and indexes that the plan makes or drops on its own account; they are left to it. `last`:
    whether no later step changes the types of a foreign key's columns again.
    """
    found = Around()
    for change in changes:
        match change:
            case AttachPartition(table=table, of=of):
                _bound(found, known, known.tables.get(table), of)
            case AddTable(table=Table(partition_of=PartitionOf() as of)):
                _bound(found, known, None, of)
            case _:
                pass
    _materialized(found, known, changes)
    keys = list(_foreign_keys(known, changes, touched))
    freed = {constraint_ref(table, key) for table, key in keys}
    found.opening += [DropConstraint(table=table, constraint=key) for table, key in keys]
    for change in changes:
        if isinstance(change, AlterColumn) and _recollates(change) and known.counts(change.table):
            _indexes(found, known, change, touched, freed)
    for table, key in keys:
        found.closing.append(AddConstraint(table=table, constraint=replace(key, validated=False)))
        found.why.append(f"foreign key {key.name} is checked afterwards, while others read and write")
        if last(constraint_ref(table, key)):
            found.behind.append(validation(known, table, key))
    return found


# --- partitions -------------------------------------------------------------------------------------------------------


def _bound(found: Around, known: Known, child: Table | None, of: PartitionOf) -> None:
    """CHECKs that say the bound of a new partition, on itself (None: it is empty) and on the DEFAULT partition."""
    parent = known.after.get(of.parent)
    bound = expressions.bound_of(of.bound)
    key = _plain_key(parent)
    if parent is None or bound is None or not key:
        return
    siblings = [one for one in known.partitions(parent.name) if _stays(known, one) and one is not child]
    others = [other for one in siblings if (other := _bound_of(one)) is not None]
    here = bounds.condition(bound, key, parent.name, others)
    above = list(_conditions_above(known, parent))
    if child is not None and known.counts(child.name) and here and all(above):
        not_null = frozenset(column.name for column in child.columns if column.not_null)
        inside = bounds.inside(_checks(child), bound, key, parent.name, not_null=not_null, others=others)
        if above or not inside:
            whole = " AND ".join(f"({text})" for text in (here, *above)) if above else here
            found.check(known, child.name, f"{child.name.name[:52]}_in_bounds", whole)
    default = known.default_partition(parent.name)
    if default is None or default is child or bound.default or not here or not _stays(known, default):
        return
    if known.counts(default.name) and not bounds.outside(_checks(default), bound, key, parent.name):
        found.check(known, default.name, f"{default.name.name[:48]}_out_of_bounds", f"NOT ({here})")


def _plain_key(table: Table | None) -> tuple[str, ...]:
    """The columns of a partition key; () where it has expressions, collations or operator classes of its own."""
    key = table.partition_key if table is not None else None
    if key is None or key.definition != bounds.key_definition(key.strategy, key.columns):
        return ()
    return key.columns


def _bound_of(partition: Table) -> PartitionBound | None:
    return expressions.bound_of(partition.partition_of.bound) if partition.partition_of is not None else None


def _stays(known: Known, partition: Table) -> bool:
    tables = known.before.get(partition.name), known.after.get(partition.name)
    return all(one is not None and one.partition_of == partition.partition_of for one in tables)


def _conditions_above(known: Known, table: Table) -> Iterator[str]:
    """What the bounds of a table say that is a partition itself; "" for what cannot be said."""
    bound = _bound_of(table)
    if bound is None or table.partition_of is None:
        return
    parent = known.after.get(table.partition_of.parent)
    key = _plain_key(parent)
    if parent is None or not key:
        yield ""
        return
    others = [other for one in known.partitions(parent.name) if (other := _bound_of(one)) is not None]
    yield bounds.condition(bound, key, parent.name, others)
    yield from _conditions_above(known, parent)


def _checks(table: Table) -> list[Expression]:
    texts = [one.expression for one in table.constraints if isinstance(one, Check) and one.validated and one.enforced]
    parsed = [expressions.expression_of(text) for text in texts]
    return [term for one in parsed if one is not None for term in expressions.terms(one)]


# --- materialised views -----------------------------------------------------------------------------------------------


def _materialized(found: Around, known: Known, changes: Sequence[Change]) -> None:
    """Materialised views that are made in the place of others: filled under another name, where what they read is not
    changed in the same transaction."""
    for number, change in enumerate(changes):
        match change:
            case Create(object=View(materialized=True, populated=True) as view):
                pass
            case _:
                continue
        if not known.counts(view.name) or not any(isinstance(c, Drop) and c.object.name == view.name for c in changes):
            continue
        reads = {
            (one.on.schema, one.on.name)
            for schema in (known.forms.before, known.forms.after)
            for one in schema.dependencies
            if (one.of.schema, one.of.name) == (view.name.schema, view.name.name)
        } - {(view.name.schema, view.name.name)}
        if reads & {name for other in changes for name in _names(other)}:
            continue
        beside = replace(view, name=_beside(view.name), indexes=())
        made: list[Change] = [replace(change, object=beside)]
        for place, other in enumerate(changes):
            if isinstance(other, AddIndex) and other.index.table == view.name:
                index = replace(other.index, name=_beside(other.index.name), table=beside.name)
                made.append(AddIndex(index=index))
                at = part("index", view.name, index.name.name)
                found.instead[place] = Rename(at=at, to=Name(schema="", name=other.index.name.name))
        why = known.why(view.name, "filled beside the old one, whose place it takes then")
        found.ahead.append(known.forms.plain(*made, why=why))
        sql = f"DROP MATERIALIZED VIEW IF EXISTS {beside.name}"
        found.tidy.insert(0, Step(sql=(sql,), does=f"drop {beside.name.short}", undoes=len(found.ahead)))
        found.instead[number] = Rename(at=view_ref(beside.name), to=view.name)


def _beside(name: Name) -> Name:
    return Name(schema=name.schema, name=f"{name.name[:55]}_beside")


def _names(change: Change) -> Iterator[tuple[str, str]]:
    """The objects that a change may change, as schema and name."""
    match change:
        case Create(object=one) | Drop(object=one) | Alter(after=one):
            if isinstance(one, Function):
                yield one.name.schema, f"{one.name.name}({one.inputs})"
            elif isinstance(one.name, Name):
                yield one.name.schema, one.name.name
            if change.on is not None:
                yield change.on.schema, change.on.name
        case SetOwner(at=at) | SetGrants(at=at) | SetComment(at=at) | Rename(at=at):
            yield at.schema, at.name
        case AddIndex(index=index) | DropIndex(index=index):
            yield index.table.schema, index.table.name
        case _:
            table = getattr(change, "table", None)
            name = table.name if isinstance(table, Table) else table
            if isinstance(name, Name):
                yield name.schema, name.name


# --- types and collations ---------------------------------------------------------------------------------------------


def _retypes(change: AlterColumn | SwapIdentity) -> bool:
    before, after = change.before, change.after
    return (before.type.schema, before.type.name, before.collation) != (
        after.type.schema,
        after.type.name,
        after.collation,
    )


def _recollates(change: AlterColumn) -> bool:
    return change.before.type == change.after.type and change.before.collation != change.after.collation


def foreign_keys_over(known: Known, change: Change) -> Iterator[tuple[Name, ForeignKey]]:
    """The foreign keys, with their tables, that the server would check again when a column has another type."""
    if not (isinstance(change, AlterColumn | SwapIdentity) and _retypes(change)):
        return
    columns = {part("column", change.table, name) for name in (change.before.name, change.after.name)}
    for table in known.before.values():
        after = known.after.get(table.name)
        for one in own_constraints(table).values():
            if not isinstance(one, ForeignKey) or after is None:
                continue
            ends = {part("column", table.name, c) for c in one.columns}
            ends |= {part("column", one.target, c) for c in one.target_columns}
            same = own_constraints(after).get(one.name)
            stays = isinstance(same, ForeignKey) and settled(replace(same, comment=one.comment)) == settled(one)
            if ends & columns and stays:
                yield table.name, one


def _foreign_keys(
    known: Known, changes: Iterable[Change], touched: frozenset[ObjectRef]
) -> Iterator[tuple[Name, ForeignKey]]:
    seen: set[ObjectRef] = set()
    for change in changes:
        for table, key in foreign_keys_over(known, change):
            ref = constraint_ref(table, key)
            if ref not in touched | seen and can_wait(known, table, key):
                seen.add(ref)
                yield table, key


def _indexes(
    found: Around, known: Known, change: AlterColumn, touched: frozenset[ObjectRef], freed: set[ObjectRef]
) -> None:
    """Indexes over a column whose collation changes: built beside the old ones, and put in their places. The server
    keeps those whose keys say the collation already, unless they have expressions or a predicate."""
    before, after = known.before.get(change.table), known.after.get(change.table)
    if before is None or after is None or before.kind == "partitioned":
        return
    for index in before.indexes:
        wanted = next((one for one in after.indexes if one.name == index.name), None)
        if wanted is None or bare_index(wanted) != bare_index(index) or not _reusable(index, change.after):
            continue
        ref = part("constraint", change.table, index.constraint) if index.constraint else index_ref(index)
        if ref in touched or _leaned_on(known, index, freed):
            continue
        # With the settings of before: others come later, and are gone by then on the way back.
        _replace(found, known, change.after, index, own_constraints(before).get(index.constraint or ""))


def _reusable(index: Index, column: Column) -> bool:
    plain = all(key.column is not None for key in index.keys) and index.predicate is None and index.parent is None
    return plain and index.valid and any(key.column == column.name and key.collation is None for key in index.keys)


def _leaned_on(known: Known, index: Index, freed: set[ObjectRef]) -> bool:
    """Whether something holds on to an index or its key, that it cannot be dropped under."""
    refs = {part(kind, index.table, index.name.name) for kind in ("constraint", "index")}
    schemas = (known.forms.before, known.forms.after)
    return any(one.on in refs and one.of not in freed for schema in schemas for one in schema.dependencies)


def _replace(found: Around, known: Known, column: Column, index: Index, key: object) -> None:
    if index.constraint and not isinstance(key, PrimaryKey | Unique):
        return
    keys = tuple(
        replace(one, collation=column.collation or _COLLATE_DEFAULT)
        if one.column == column.name and one.collation is None
        else one
        for one in index.keys
    )
    beside = _beside(index.name)
    bare = replace(index, constraint=None, comment=None, replica_identity=False, clustered=False, statistics_targets={})
    built = replace(bare, name=beside, keys=keys)
    why = known.why(index.table, "built in the new collation without blocking writers, and kept when the column has it")
    found.ahead.append(known.forms.outside(AddIndex(index=built, concurrently=True), why))
    found.tidy.insert(0, drop_built(known, built, undoes=len(found.ahead)))
    if isinstance(key, PrimaryKey | Unique):
        found.opening.append(DropConstraint(table=index.table, constraint=key, index=index))
        add = AddConstraint(table=index.table, constraint=key, index=replace(index, name=beside), using_index=True)
        found.closing.append(add)
    else:
        found.opening.append(DropIndex(index=index))
        found.closing.append(Rename(at=index_ref(built), to=Name(schema="", name=index.name.name)))
        if index.comment is not None:
            found.closing.append(SetComment(at=index_ref(index), after=index.comment))
    found.closing.append(AlterIndex(before=replace(bare, name=index.name), after=index))
