"""Tables side by side: the actions that turn them into each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from dbarchitect.migrate.actions import RANKS, Action, make_action
from dbarchitect.migrate.alike import (
    bare_index,
    conversion_of,
    lost_by_cast,
    not_null_of,
    plain_column,
    settled,
    table_settings,
)
from dbarchitect.migrate.objects import (
    constraint_index,
    constraint_ref,
    index_ref,
    own_indexes,
    part,
)
from dbarchitect.migrate.table_diff import ColumnPlan, PartPlan, TableDiff
from dbarchitect.model.change import (
    AddColumn,
    AddConstraint,
    AddIndex,
    AddTable,
    AlterColumn,
    AlterConstraint,
    AlterIndex,
    AlterTable,
    AttachIndex,
    AttachPartition,
    Change,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    Reindex,
    Rename,
    SetComment,
    SetGrants,
    ValidateConstraint,
)
from dbarchitect.model.journal import JOURNAL, KEPT
from dbarchitect.model.names import Name, ObjectRef, quote_identifier
from dbarchitect.model.schema import (
    Check,
    Column,
    Constraint,
    Exclude,
    ForeignKey,
    Index,
    NotNull,
    PrimaryKey,
    Table,
    Unique,
    View,
)


class TableActions(TableDiff):
    """A comparison of tables that also says what is to be done: `compare` first, `*_follows` until nothing follows,
    then `actions`."""

    def refs(self, table: Table) -> set[ObjectRef]:
        """A table and all its parts."""
        found = {table.ref}
        found |= {part("column", table.name, column.name) for column in table.columns}
        found |= {constraint_ref(table.name, one) for one in table.constraints}
        found |= {index_ref(one) for one in table.indexes if one.constraint is None}
        return found

    def creation(self, table: Table) -> Iterator[Action]:
        """What makes a table that is new, without owner and privileges."""
        yield from self._creation(table, self.new)

    def recreation(self, table: Table) -> Iterator[Action]:
        """What makes a table of the schema before as it was."""
        yield from self._creation(table, self.old)

    def _creation(self, table: Table, among: dict[Name, Table]) -> Iterator[Action]:
        foreign = [one for one in table.constraints if isinstance(one, ForeignKey) and not one.inherited]
        inside = tuple(one for one in table.constraints if not isinstance(one, ForeignKey))
        made = replace(table, constraints=inside)
        makes = self.refs(made)
        needs = {ObjectRef(kind="schema", name=table.name.schema)}
        for parent in self._parents(table):
            if parent in among:
                needs |= {among[parent].ref, *(part("column", parent, c.name) for c in among[parent].columns)}
                needs |= {constraint_ref(parent, one) for one in among[parent].constraints}
                needs |= {index_ref(one) for one in among[parent].indexes}
        needs |= {_type_ref(column) for column in table.columns}
        later = [index for index in own_indexes(table).values() if index.parent is None or table.partition_of is None]
        makes -= {index_ref(index) for index in later}
        yield make_action(AddTable(table=made), "table", makes=makes, needs=needs, group=table.ref)
        for index in later:
            yield make_action(
                AddIndex(index=index), "index", makes={index_ref(index)}, needs={table.ref}, group=table.ref
            )
        for one in foreign:
            yield self._add_constraint(table, one)

    def drop_change(self, table: Table) -> Change:
        """DROP TABLE, or moving it aside where data is kept."""
        if self.keep and table.kind != "foreign" and table.partition_of is None:
            return Rename(at=table.ref, to=Name(schema=JOURNAL, name=f"{table.name.schema}__{table.name.name}"[:63]))
        return DropTable(table=table)

    def actions(self) -> Iterator[Action]:
        """The actions for tables that are on both sides, and for foreign keys between dropped ones."""
        for name, new in self.new.items():
            if old := self.old.get(name):
                yield from self._settings(old, new)
        for ref, plan in self.columns.items():
            if ref not in self.handled:
                yield from self._column_actions(ref, plan)
        yield from self._not_nulls()
        self._adopt()
        for ref, plan in self.constraints.items():
            yield from self._constraint_actions(ref, plan)
        for plan in self.indexes.values():
            yield from self._index_actions(plan)
        for table in self.old.values():
            if table.name in self.new:
                continue
            for one in table.foreign_keys:
                if one.target != table.name and one.target not in self.new and not one.inherited:
                    yield self._drop_constraint(table, one)

    def _adopt(self) -> None:
        """A unique index that becomes the index of a key of its name is taken over, not built again."""
        for ref, plan in self.constraints.items():
            if plan.op != "add" or not isinstance(plan.after, PrimaryKey | Unique):
                continue
            wanted = constraint_index(self.new[plan.table], plan.after)
            at = part("index", plan.table, plan.after.name)
            known = self.indexes.get(at)
            if wanted is None or known is None or known.op != "drop":
                continue
            if bare_index(known.before) == bare_index(wanted) and known.before.valid:
                self.adopted.add(ref)
                del self.indexes[at]

    def _settings(self, old: Table, new: Table) -> Iterator[Action]:
        before, after = table_settings(old), table_settings(new)
        rls = {"row_security", "row_security_forced"}
        if any(getattr(before, name) != getattr(after, name) for name in rls):
            middle = replace(before, row_security=after.row_security, row_security_forced=after.row_security_forced)
            # Without a policy nobody sees a row: policies are there first, and are dropped after.
            rank = "row security" if after.row_security and not before.row_security else "setting"
            needs: set[ObjectRef] = set()
            if after.row_security:
                needs = {part("policy", new.name, one.name) for one in new.policies}
            yield make_action(AlterTable(before=before, after=middle), rank, needs=needs)
            before = middle
        if before != after:
            needs = {ObjectRef(kind="table", schema=one.schema, name=one.name) for one in after.inherits}
            if set(after.inherits) - set(before.inherits):
                for one in (new.name, *after.inherits):
                    table = self.new.get(one)
                    needs |= {part("column", one, c.name) for c in table.columns} if table is not None else set()
                    needs |= {constraint_ref(one, c) for c in table.constraints} if table is not None else set()
            yield make_action(
                AlterTable(before=before, after=after),
                "table settings",
                alters={new.ref},
                needs=needs,
                unmakes=(),
            )
        if old.partition_of != new.partition_of:
            group = new.ref if old.partition_of is not None and new.partition_of is not None else None
            if old.partition_of is not None:
                detach = make_action(DetachPartition(table=new.name, of=old.partition_of), "partition", group=group)
                parent = old.partition_of.parent
                detach.frees = frozenset((ObjectRef(kind="table", schema=parent.schema, name=parent.name),))
                yield detach
            if new.partition_of is not None:
                parent = new.partition_of.parent
                needs = {ObjectRef(kind="table", schema=parent.schema, name=parent.name), new.ref}
                needs |= (
                    {part("column", parent, c.name) for c in self.new[parent].columns} if parent in self.new else set()
                )
                needs |= {part("column", new.name, c.name) for c in new.columns}
                whole = (self.new.get(parent), new)
                needs |= {constraint_ref(t.name, c) for t in whole if t is not None for c in t.constraints}
                needs |= {index_ref(i) for t in whole if t is not None for i in t.indexes}
                yield make_action(
                    AttachPartition(table=new.name, of=new.partition_of),
                    "partition",
                    needs=needs,
                    group=group,
                )

    # Columns

    def _column_actions(self, ref: ObjectRef, plan: ColumnPlan) -> Iterator[Action]:
        old, new = plan.before, plan.after
        if plan.op == "add" and new is not None:
            yield make_action(
                AddColumn(table=plan.table, column=self._nullable_by_name(plan.table, new)),
                "column",
                makes={ref},
                needs={_type_ref(new), ObjectRef(kind="table", schema=ref.schema, name=ref.name)},
            )
        elif plan.op == "drop" and old is not None:
            yield self._drop_column(ref, plan.table, old)
        elif plan.op == "remake" and old is not None and new is not None:
            yield from self._remake(ref, plan.table, old, new)
        elif old is not None and new is not None:
            yield from self._alter_column(ref, plan, old, new)

    def _remake(self, ref: ObjectRef, table: Name, old: Column, new: Column) -> Iterator[Action]:
        """A column that no ALTER turns into what it shall be: dropped and made again, in one transaction."""
        drop = self._drop_column(ref, table, old)
        drop.remakes = f"column {table.short}.{quote_identifier(new.name)}"
        drop.rank = RANKS["alter column"]
        drop.group = ref
        yield drop
        yield make_action(
            AddColumn(table=table, column=new), "alter column", makes={ref}, needs={_type_ref(new)}, group=ref
        )

    def _nullable_by_name(self, table: Name, column: Column) -> Column:
        """A new column without the NOT NULL that a constraint with a name of its own gives it afterwards."""
        constraint = not_null_of(self.new[table], column.name)
        if constraint is None or self._usual(constraint, self.new[table], self.new):
            return column
        return replace(column, not_null=False)

    def _drop_column(self, ref: ObjectRef, table: Name, column: Column) -> Action:
        if self.keep and column.generated is None:
            aside = replace(column, name=f"{KEPT}{column.name}"[:63], not_null=False, identity=None)
            return make_action(AlterColumn(table=table, before=column, after=aside), "drop column", unmakes={ref})
        undo: list[Change] = [AddColumn(table=table, column=column)]
        constraint = not_null_of(self.old[table], column.name)
        if constraint is not None and not self._usual(constraint, self.old[table], self.old):
            undo = [
                AddColumn(table=table, column=replace(column, not_null=False)),
                AddConstraint(table=table, constraint=constraint),
            ]
        grants = tuple(one for one in self.old[table].grants if one.column == column.name)
        if grants:
            undo.append(SetGrants(at=self.old[table].ref, owner="", before=(), after=grants))
        words = f"the values of {table.short}.{quote_identifier(column.name)}"
        lost = column.generated is None and self.old[table].kind != "foreign"
        return make_action(
            DropColumn(table=table, column=column),
            "drop column",
            unmakes={ref},
            undo=tuple(undo),
            loses=(words,) if lost else (),
        )

    def _alter_column(self, ref: ObjectRef, plan: ColumnPlan, old: Column, new: Column) -> Iterator[Action]:
        retyped = self.retyped(ref)
        if plan.detached:
            bare = replace(old, default=None)
            detach = make_action(AlterColumn(table=plan.table, before=old, after=bare), "drop", unmakes={_default(ref)})
            detach.frees = frozenset(plan.needed)
            yield detach
            old = bare
        if plain_column(old) == plain_column(new):
            return
        using, back = "", ""
        if retyped and plan.op == "alter":
            using = (
                self.using.get(str(ref)) or self.using.get(f"{plan.table.short}.{new.name}") or conversion_of(old, new)
            )
            back = conversion_of(new, old)
        if retyped and new.not_null and not old.not_null and plan.op == "alter" and new.identity is None:
            # A type is changed under a lock anyway; that no value is NULL can be checked without one, afterwards.
            typed = replace(new, not_null=False)
            later = AlterColumn(table=plan.table, before=typed, after=new)
            constraint = not_null_of(self.new[plan.table], new.name)
            yield make_action(later, "key", needs=self._below(plan.table, constraint) | {ref} if constraint else {ref})
            new = typed
        lost = lost_by_cast(old, new) if retyped else ""
        words = f"{lost} of {plan.table.short}.{quote_identifier(new.name)}"
        remakes = ""
        makes: set[ObjectRef] = set()
        needs = {_type_ref(new)}
        constraint = not_null_of(self.new[plan.table], new.name)
        if new.not_null and not old.not_null and constraint is not None:
            needs |= self._below(plan.table, constraint)
        if old.not_null and not new.not_null:
            # While a parent hands it down it cannot be dropped.
            for parent in self._parents(self.new[plan.table]):
                among = self.new[parent].constraints if parent in self.new else ()
                needs |= {constraint_ref(parent, c) for c in among if isinstance(c, NotNull) and new.name in c.columns}
        if old.generated is not None and new.generated is None and (not old.generated.stored or self.major < 13):
            remakes = f"column {plan.table.short}.{quote_identifier(new.name)}"  # its values are copied
        if plan.detached:
            makes.add(_default(ref))
        yield make_action(
            AlterColumn(table=plan.table, before=old, after=new, using=using, using_back=back),
            "alter column",
            alters={ref},
            makes=makes,
            needs=needs,
            undo=self._nullable_again(plan.table, old, new, using, back),
            loses=(words,) if lost else (),
            remakes=remakes,
        )

    def _nullable_again(
        self, table: Name, old: Column, new: Column, using: str, back: str
    ) -> tuple[Change, ...] | None:
        """The way back from NOT NULL before 18, where it takes that of the children along, who had it by themselves."""
        if self.major >= 18 or old.not_null or not new.not_null:
            return None
        own = [
            (child.name, column)
            for child in self.old.values()
            if table in self._parents(child) and (column := child.column(new.name)) is not None and column.not_null
        ]
        if not own:
            return None
        again = [AlterColumn(table=name, before=replace(one, not_null=False), after=one) for name, one in own]
        return AlterColumn(table=table, before=new, after=old, using=back, using_back=using), *again

    # NOT NULL by name (18)

    def _not_nulls(self) -> Iterator[Action]:
        for name, new in self.new.items():
            old = self.old.get(name)
            if old is None:
                continue
            own_parents = set(self._parents(old))
            for column in new.columns:
                before, after = not_null_of(old, column.name), not_null_of(new, column.name)
                if after is None:
                    if before is not None and not before.inherited and not self._usual(before, old, self.old):
                        change = DropConstraint(table=name, constraint=before)
                        yield make_action(change, "drop constraint", unmakes={constraint_ref(name, before)})
                    continue
                if after.inherited and (before is None or before.inherited) and own_parents & set(self._parents(new)):
                    continue  # it comes from its parent
                yield from self._not_null(name, column, before, replace(after, inherited=False))

    def _not_null(self, table: Name, column: Column, before: NotNull | None, after: NotNull) -> Iterator[Action]:
        ref = constraint_ref(table, after)
        at = part("column", table, column.name)
        if before is None:
            if not self._usual(after, self.new[table], self.new):
                needs = {at, *self._below(table, after)}
                yield make_action(AddConstraint(table=table, constraint=after), "check", makes={ref}, needs=needs)
            elif after.comment is not None:
                yield make_action(SetComment(at=ref, after=after.comment), "comment", needs={at})
            return
        if before.name != after.name and not self._parent_has(after, self.new[table], self.new):
            change = Rename(at=constraint_ref(table, before), to=Name(schema="", name=after.name))
            renamed = make_action(change, "check", alters={ref}, needs={at})
            if set(self._parents(self.old[table])) - set(self._parents(self.new[table])):
                renamed.needs |= {self.new[table].ref}  # while it is inherited its name is its parent's
            yield renamed
        if before.validated and not after.validated:
            gone = replace(before, name=after.name)
            yield make_action(DropConstraint(table=table, constraint=gone), "drop constraint", unmakes={ref})
            yield make_action(AddConstraint(table=table, constraint=after), "check", makes={ref}, needs={at})
            return
        if before.no_inherit != after.no_inherit:
            change = AlterConstraint(table=table, before=replace(before, name=after.name), after=after)
            yield make_action(change, "check", alters={ref})
        if after.validated and not before.validated:
            now = replace(before, name=after.name)
            undo = (DropConstraint(table=table, constraint=now), AddConstraint(table=table, constraint=now))
            yield make_action(ValidateConstraint(table=table, constraint=after), "check", alters={ref}, undo=undo)
        if before.comment != after.comment:
            yield make_action(SetComment(at=ref, before=before.comment, after=after.comment), "comment", needs={ref})

    def _below(self, table: Name, one: NotNull) -> set[ObjectRef]:
        """The constraints of children that this one will be merged with: they have their names before."""
        return {
            constraint_ref(child.name, c)
            for child in self.new.values()
            if table in self._parents(child)
            for c in child.constraints
            if isinstance(c, NotNull) and c.columns == one.columns
        }

    # Constraints and indexes

    def _columns_of(self, table: Name, names: Iterable[str]) -> set[ObjectRef]:
        return {part("column", table, name) for name in names}

    def _add_constraint(self, table: Table, one: Constraint) -> Action:
        needs = {table.ref, *self._columns_of(table.name, one.columns)}
        rank = "check"
        if isinstance(one, PrimaryKey | Unique | Exclude):
            rank = "key"
            needs |= self._columns_of(table.name, getattr(one, "include", ()))
        elif isinstance(one, ForeignKey):
            rank = "foreign key"
            needs |= {ObjectRef(kind="table", schema=one.target.schema, name=one.target.name)}
            needs |= self._columns_of(one.target, one.target_columns)
            needs |= {part("index", one.target, one.target_index), part("constraint", one.target, one.target_index)}
        elif isinstance(one, Check):
            needs |= {part("column", table.name, column.name) for column in table.columns}
        index = constraint_index(table, one)
        if index is not None and self._attached(table.name):
            index = replace(index, parent=None)  # it joins its parent's with the table
        ref = constraint_ref(table.name, one)
        change = AddConstraint(table=table.name, constraint=one, index=index, using_index=ref in self.adopted)
        undo: tuple[Change, ...] | None = None
        if ref in self.adopted and index is not None:
            alone = replace(index, constraint=None)
            undo = (DropConstraint(table=table.name, constraint=one, index=index), AddIndex(index=alone))
        below = self._handed_down(table, one, index) if table.kind == "partitioned" else ()
        action = make_action(change, rank, makes={ref, *below}, needs=needs, undo=undo)
        if isinstance(one, PrimaryKey | Unique):
            # And on the way back, which is this one backwards. A table has one primary key at a time.
            going = {at: plan for at, plan in self.constraints.items() if plan.op in ("drop", "replace")}
            action.awaits = frozenset(
                at
                for at, plan in going.items()
                if (isinstance(plan.before, ForeignKey) and plan.before.target == table.name)
                or (isinstance(plan.before, PrimaryKey) and isinstance(one, PrimaryKey) and plan.table == table.name)
            )
        elif isinstance(one, ForeignKey):
            # Of two keys over the same columns the server would choose the one that is about to go.
            action.awaits = frozenset(
                at
                for plans in (self.constraints, self.indexes)
                for at, plan in plans.items()
                if plan.table == one.target and plan.op in ("drop", "replace")
            )
        return action

    def _handed_down(self, table: Table, one: Constraint, index: Index | None) -> Iterator[ObjectRef]:
        """The constraints that partitions get with their parent's: what becomes a partition waits for them."""
        for child in self.new.values():
            if table.name not in self._parents(child) or child.name not in self.old or self._attached(child.name):
                continue
            for other in child.constraints:
                mine = constraint_index(child, other)
                if other.inherited and (
                    (mine is not None and index is not None and mine.parent == index.name)
                    or (isinstance(one, ForeignKey) and _same_reference(one, other))
                ):
                    yield constraint_ref(child.name, other)
                    yield from self._handed_down(child, other, mine)

    def _drop_constraint(self, table: Table, one: Constraint) -> Action:
        return make_action(
            DropConstraint(table=table.name, constraint=one, index=constraint_index(table, one)),
            "drop constraint",
            unmakes={constraint_ref(table.name, one)},
        )

    def _constraint_actions(self, ref: ObjectRef, plan: PartPlan) -> Iterator[Action]:
        old, new = self.old[plan.table], self.new[plan.table]
        before: Constraint | None = plan.before
        after: Constraint | None = plan.after
        if plan.op in ("drop", "replace") and before is not None:
            yield self._drop_constraint(old, before)
        if plan.op in ("add", "replace") and after is not None:
            yield self._add_constraint(new, after)
        if plan.op != "alter" or before is None or after is None:
            return
        one = replace(before, comment=None, validated=True)
        other = replace(after, comment=None, validated=True)
        enforced = not before.enforced and after.enforced
        if settled(one) != settled(other):
            yield make_action(AlterConstraint(table=plan.table, before=before, after=after), "check", alters={ref})
        if after.validated and not before.validated and not enforced:
            rank = "foreign key" if isinstance(after, ForeignKey) else "check"
            undo = (
                DropConstraint(table=plan.table, constraint=after),
                AddConstraint(table=plan.table, constraint=before),
            )
            yield make_action(ValidateConstraint(table=plan.table, constraint=after), rank, alters={ref}, undo=undo)
        if before.comment != after.comment:
            yield make_action(SetComment(at=ref, before=before.comment, after=after.comment), "comment", needs={ref})
        indexes = constraint_index(old, before), constraint_index(new, after)
        if indexes[0] is not None and indexes[1] is not None:
            yield from self._index_settings(indexes[0], indexes[1], ref)

    def _index_actions(self, plan: PartPlan) -> Iterator[Action]:
        before: Index | None = plan.before
        after: Index | None = plan.after
        if plan.op == "alter" and before is not None and after is not None:
            if after.valid and not before.valid and after.parent == before.parent and not self._partitioned(after):
                yield make_action(Reindex(index=after), "index", alters={index_ref(after)}, undo=())
            if after.parent is not None and before.parent is None:
                needs = {self._parent_ref(after.parent)}
                change = AttachIndex(parent=after.parent, index=after.name)
                yield make_action(change, "index", alters={index_ref(after)}, needs=needs)
            yield from self._index_settings(before, after, index_ref(after))
            return
        if plan.op in ("drop", "replace") and before is not None and not self._with_parent(before):
            stay = [table for name, table in self.old.items() if name in self.new]
            children = [one for table in stay for one in table.indexes if one.parent == before.name]
            undo = None
            if children:
                undo = (AddIndex(index=before, only=True), *(AddIndex(index=one) for one in children))
            yield make_action(DropIndex(index=before), "drop index", unmakes={index_ref(before)}, undo=undo)
        if plan.op in ("add", "replace") and after is not None:
            # That of a table which is attached joins its parent's then.
            yield self._add_index(replace(after, parent=None) if self._attached(plan.table) else after)

    def _index_settings(self, before: Index, after: Index, ref: ObjectRef) -> Iterator[Action]:
        """The settings of an index. Of a table's indexes one at most has the mark of CLUSTER: giving it to one takes it
        from the other, and so back."""
        if before.clustered == after.clustered:
            yield from _index_settings(before, after, ref)
            return
        was, shall = self.old.get(after.table), self.new.get(after.table)
        if before.clustered and shall is not None and any(one.clustered for one in shall.indexes):
            yield from _index_settings(replace(before, clustered=False), after, ref)
            return
        other = next((one for one in was.indexes if one.clustered), None) if was is not None else None
        for action in _index_settings(before, after, ref):
            change = action.change
            if isinstance(change, AlterIndex) and after.clustered and other is not None:
                back = AlterIndex(before=replace(after, clustered=False), after=replace(before, clustered=False))
                mark = AlterIndex(before=replace(other, clustered=False), after=other)
                action.undo = (back, mark)
            yield action

    def _attached(self, table: Name) -> bool:
        old, new = self.old.get(table), self.new.get(table)
        return old is not None and new is not None and old.partition_of != new.partition_of

    def _partitioned(self, index: Index) -> bool:
        return index.table in self.new and self.new[index.table].kind == "partitioned"

    def _add_index(self, index: Index) -> Action:
        needs = {ObjectRef(kind="table", schema=index.table.schema, name=index.table.name)}
        if index.table in self.new:
            needs |= {part("column", index.table, column.name) for column in self.new[index.table].columns}
        if index.parent is not None:
            needs.add(self._parent_ref(index.parent))
        # A partitioned index is made alone; those of the partitions are made by name and join it.
        only = self._partitioned(index) and index.table in self.old
        return make_action(AddIndex(index=index, only=only), "index", makes={index_ref(index)}, needs=needs)

    def _parent_ref(self, parent: Name) -> ObjectRef:
        for table in self.new.values():
            for index in table.indexes:
                if index.name == parent:
                    if index.constraint:
                        return part("constraint", table.name, index.constraint)
                    return index_ref(index)
        return part("index", parent, parent.name)

    def _with_parent(self, index: Index) -> bool:
        """Whether an index of a partition goes away with that of its parent, which alone can be dropped."""
        if index.parent is None:
            return False
        ref = next((index_ref(one) for t in self.old.values() for one in t.indexes if one.name == index.parent), None)
        plan = self.indexes.get(ref) if ref is not None else None
        return plan is not None and plan.op in ("drop", "replace")

    def index_actions(self, before: View, after: View) -> list[Action]:
        """The indexes of a materialised view that stays."""
        known, wanted = own_indexes(before), own_indexes(after)
        found: list[Action] = []
        for name in dict.fromkeys([*known, *wanted]):
            old, new = known.get(name), wanted.get(name)
            if old is not None and (new is None or bare_index(old) != bare_index(new)):
                found.append(make_action(DropIndex(index=old), "drop index", unmakes={index_ref(old)}))
            if new is not None and (old is None or bare_index(old) != bare_index(new)):
                found.append(make_action(AddIndex(index=new), "index", makes={index_ref(new)}))
            elif old is not None and new is not None:
                found += _index_settings(old, new, index_ref(new))
        return found


def _index_settings(before: Index, after: Index, ref: ObjectRef) -> Iterator[Action]:
    def plain(one: Index) -> Index:
        return replace(one, definition="", comment=None, valid=True, ready=True, parent=None, keys=())

    if plain(before) != plain(after):
        yield make_action(AlterIndex(before=before, after=after), "index", alters={ref})
    if before.comment != after.comment:
        at = part("index", after.table, after.name.name)
        yield make_action(SetComment(at=at, before=before.comment, after=after.comment), "comment", needs={ref})


def _same_reference(one: ForeignKey, other: Constraint) -> bool:
    return isinstance(other, ForeignKey) and (one.columns, one.target) == (other.columns, other.target)


def _default(ref: ObjectRef) -> ObjectRef:
    """A name for a column's default, which depends on other objects than the column does."""
    return replace(ref, sub=f"{ref.sub}\0default")


def _type_ref(column: Column) -> ObjectRef:
    kind = "domain" if column.type.kind == "domain" else "type"
    return ObjectRef(kind=kind, schema=column.type.schema, name=column.type.element or column.type.name)
