"""What turns one schema into another: actions in no order yet, and what cannot be done, by name.

First every object is compared with its namesake: made, dropped, altered in place, or replaced because nothing alters
it. Then what depends on something that goes away, or on a column that changes its type, is replaced along with it
until nothing more follows. Renames are no business of this module: they have been made in `before` already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from dbarchitect.migrate.actions import Action, make_action
from dbarchitect.migrate.alike import bare_object, grants_of, in_place, same_parts
from dbarchitect.migrate.comparison import Comparison, Op
from dbarchitect.migrate.objects import (
    Object,
    index_ref,
    is_of,
    needs_of,
    own_indexes,
    part,
    ref_of,
    view_ref,
)
from dbarchitect.migrate.table_diff import ColumnPlan
from dbarchitect.model.change import (
    AddConstraint,
    AddIndex,
    Alter,
    Change,
    Create,
    DetachPartition,
    Drop,
    DropColumn,
    RebuildType,
    Rename,
    SetComment,
    SetDefaultPrivileges,
    SetGrants,
    SetOwner,
    SetSetting,
    SwapIdentity,
)
from dbarchitect.model.journal import JOURNAL
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    Collation,
    Column,
    Constraint,
    DefaultPrivilege,
    EventTrigger,
    ExtendedStatistics,
    Extension,
    ForeignKey,
    ForeignServer,
    Function,
    Grant,
    Namespace,
    Policy,
    Publication,
    Relational,
    Rule,
    SchemaObject,
    Sequence,
    Subscription,
    Table,
    Trigger,
    UserType,
    View,
)

_RANKS: tuple[tuple[type[SchemaObject], str, str], ...] = (
    (Namespace, "schema", "drop schema"),
    (Extension, "extension", "drop extension"),
    (Collation, "collation", "drop type"),
    (ForeignServer, "foreign server", "drop last"),
    (Sequence, "sequence", "drop sequence"),
    (Function, "function", "drop function"),
    (View, "view", "drop"),
    (Rule, "rule", "drop"),
    (Trigger, "trigger", "drop"),
    (Policy, "policy", "drop"),
    (ExtendedStatistics, "statistics", "drop"),
    (Publication, "publication", "drop"),
    (Subscription, "publication", "drop"),
    (EventTrigger, "event trigger", "setting"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Actions in no order, what is refused, and what was left out of the comparison, both in words."""

    actions: tuple[Action, ...]
    refused: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()


def diff(
    before: Relational,
    after: Relational,
    *,
    privileges: bool = True,
    keep: bool = False,
    using: dict[str, str] | None = None,
    distinct: frozenset[str] = frozenset(),
) -> Difference:
    """Actions that turn `before` into `after` on a server of the version of `before`.

    `privileges`: owners and grants are compared too. `keep`: dropped tables and columns are moved aside instead.
    `using`: expressions by `str(ref)` of a column, that convert it. `distinct`: columns (likewise) that are others on
    both sides although they have one name.
    """
    return _Differ(before, after, privileges=privileges, keep=keep, using=using or {}, distinct=distinct).run()


class _Differ(Comparison):
    """The comparison, and the actions that it comes to."""

    def run(self) -> Difference:
        self.compare()
        self._serials()
        for ref, op in self.ops.items():
            if op == "rebuild":  # it sets defaults that columns then have already
                self._object_actions(ref, op)
        self._table_actions()
        for ref, op in self.ops.items():
            if op != "rebuild":
                self._object_actions(ref, op)
        for ref, one in self.old.items():
            if ref in self.new and ref not in self.ops:
                self._privileges(ref, one.value, self.new[ref].value)
        self._default_privileges()
        self._settings()
        return Difference(
            actions=tuple(self.actions), refused=tuple(self.refused), not_compared=tuple(self._not_compared())
        )

    # --- serial and identity ----------------------------------------------------------------------------------------

    def _serials(self) -> None:
        """Columns that go from a default over a sequence of their own to identity, or back."""
        for plan in self.tables.columns.values():
            old, new = plan.before, plan.after
            if old is None or new is None or plan.op != "alter":
                continue
            owner = (plan.table, old.name)
            if new.identity is not None and old.identity is None and old.default is not None:
                sequence = self._owned(self.old, owner)
                if sequence is None or "nextval(" not in old.default:
                    continue
                if self.ops.get(ref_of(sequence)) == "drop":
                    self._swap(plan, old, new, sequence)
            elif old.identity is not None and new.identity is None and new.default is not None:
                sequence = self._owned(self.new, owner)
                if sequence is not None and "nextval(" in new.default and self.ops.get(ref_of(sequence)) == "create":
                    self._swap(plan, old, new, sequence)

    @staticmethod
    def _owned(among: dict[ObjectRef, Object], owner: tuple[Name, str]) -> Sequence | None:
        for one in among.values():
            if isinstance(one.value, Sequence) and one.value.owned_by == owner:
                return one.value
        return None

    def _swap(self, plan: ColumnPlan, old: Column, new: Column, sequence: Sequence) -> None:
        ref = part("column", plan.table, new.name)
        at = ref_of(sequence)
        self.handled.add(at)
        self.tables.handled.add(ref)
        gone = frozenset((at,)) if new.identity is not None else frozenset[ObjectRef]()
        made = frozenset((at,)) if new.identity is None else frozenset[ObjectRef]()
        change = SwapIdentity(table=plan.table, before=old, after=new, sequence=sequence)
        self._add(change, "alter column", alters=(ref,), makes=made, unmakes=gone)

    # --- actions ----------------------------------------------------------------------------------------------------

    def _add(
        self,
        change: Change,
        rank: str,
        *,
        makes: Iterable[ObjectRef] = (),
        unmakes: Iterable[ObjectRef] = (),
        alters: Iterable[ObjectRef] = (),
        needs: Iterable[ObjectRef] = (),
        undo: tuple[Change, ...] | None = None,
        loses: tuple[str, ...] = (),
        remakes: str = "",
        group: ObjectRef | None = None,
    ) -> None:
        self.actions.append(
            make_action(
                change,
                rank,
                makes=makes,
                unmakes=unmakes,
                alters=alters,
                needs=needs,
                undo=undo,
                loses=loses,
                remakes=remakes,
                group=group,
            )
        )

    def _object_actions(self, ref: ObjectRef, op: Op) -> None:
        old, new = self.old.get(ref), self.new.get(ref)
        if ref in self.handled or (op in ("drop", "replace") and self._goes_along(ref)):
            if new is not None and op in ("replace", "create") and ref not in self.handled:
                self._create(ref, new, None)
            return
        if op == "drop" and old is not None and self.keep and isinstance(old.value, UserType):
            # What was moved aside may be of it.
            to = Name(schema=JOURNAL, name=f"{ref.schema}__{ref.name}"[:63])
            self._add(Rename(at=ref, to=to), "drop type", unmakes={ref})
        elif op == "drop" and old is not None:
            self._drop(ref, old, None)
        elif op == "create" and new is not None:
            self._create(ref, new, None)
        elif old is not None and new is not None:
            if op == "replace":
                group = self._root(ref)
                self._drop(ref, old, group)
                self._create(ref, new, group)
            elif op == "rebuild":
                self._rebuild(ref, old, new)
                # It is another type: it has its owner and privileges yet to come.
                self._privileges(ref, None, new.value, group=self._root(ref))
            else:
                self._alter(ref, old, new)
                self._privileges(ref, old.value, new.value)

    def _goes_along(self, ref: ObjectRef) -> bool:
        """Whether the object goes away by itself with a table or a view that is dropped."""
        one = self.old[ref]
        if one.on is not None:
            return self.tables.dropped(ObjectRef(kind="table", schema=one.on.schema, name=one.on.name)) or (
                self.ops.get(view_ref(one.on)) in ("drop", "replace")
            )
        if isinstance(one.value, Sequence) and one.value.owned_by is not None:
            table, column = one.value.owned_by
            return self.tables.gone(part("column", table, column))
        if isinstance(one.value, ExtendedStatistics):
            return self.tables.dropped(
                ObjectRef(kind="table", schema=one.value.table.schema, name=one.value.table.name)
            )
        return False

    def _drop(self, ref: ObjectRef, one: Object, group: ObjectRef | None) -> None:
        value = one.value
        undo: list[Change] = list(self._creation(ref, one))
        gone = {ref}
        if isinstance(value, View):
            for index in own_indexes(value).values():
                gone.add(index_ref(index))
            for other, part_ in self.old.items():
                if part_.on == value.name:
                    gone.add(other)
                    undo += self._creation(other, part_)
        loses: tuple[str, ...] = ()
        if group is None and isinstance(value, Sequence) and value.owned_by is None:
            loses = (f"where sequence {value.name.short} has come to",)
        rank = next((last for kind, _, last in _RANKS if isinstance(value, kind)), "drop type")
        self._add(
            Drop(object=value, on=one.on),
            rank if group is None else "drop",
            unmakes=gone,
            undo=tuple(undo),
            loses=loses,
            remakes="" if group is None or not isinstance(value, View) or not value.materialized else ref.short,
            group=group,
        )

    def _creation(self, ref: ObjectRef, one: Object) -> Iterator[Change]:
        """What makes an object of `before` as it was, without its parts."""
        value = one.value
        yield Create(object=value, on=one.on)
        if isinstance(value, Sequence) and value.owned_by is not None:
            yield Alter(before=replace(value, owned_by=None), after=value)
        if isinstance(value, View):
            yield from (AddIndex(index=index) for index in own_indexes(value).values())
        yield from self._privilege_changes(ref, None, value, owner_now="")

    def _create(self, ref: ObjectRef, one: Object, group: ObjectRef | None) -> None:
        value = one.value
        rank = next((first for kind, first, _ in _RANKS if isinstance(value, kind)), "type")
        needs = needs_of(value, one.on)
        group = group or ref
        self._add(Create(object=value, on=one.on), rank, makes={ref}, needs=needs, group=group)
        if isinstance(value, Sequence) and value.owned_by is not None:
            table, column = value.owned_by
            self._add(
                Alter(before=replace(value, owned_by=None), after=value),
                "sequence owner",
                needs={ref, part("column", table, column)},
            )
        if isinstance(value, View):
            for index in own_indexes(value).values():
                self._add(AddIndex(index=index), "view", makes={index_ref(index)}, needs={ref}, group=group)
        if isinstance(value, View) and ref in self.old:
            # What hung on it went with it.
            for other, part_ in self.new.items():
                if part_.on == value.name and other not in self.ops:
                    self._create(other, part_, group)
        self._privileges(ref, None, value, group=group)

    def _alter(self, ref: ObjectRef, old: Object, new: Object) -> None:
        before, after = old.value, new.value
        change = Alter(before=before, after=after, on=new.on)
        undo: tuple[Change, ...] | None = None
        if not in_place(after, before, self.major):
            undo = tuple(self._rebuilt(ref, old, new))
        if isinstance(before, View) and isinstance(after, View) and before.materialized:
            self._view_indexes(before, after)
        if bare_object(before) == bare_object(replace(after, **same_parts(before, after))):
            return
        needs = needs_of(after, new.on)
        if isinstance(before, Sequence) and isinstance(after, Sequence) and before.owned_by != after.owned_by:
            middle = replace(after, owned_by=before.owned_by)
            owned = {ref} | ({part("column", *after.owned_by)} if after.owned_by is not None else set[ObjectRef]())
            self._add(Alter(before=middle, after=after), "sequence owner", needs=owned)
            if before.owned_by is not None:
                self.actions[-1].frees = frozenset((part("column", *before.owned_by),))
            if bare_object(before) == bare_object(middle):
                return
            change = Alter(before=before, after=middle)
        rank = next((first for kind, first, _ in _RANKS if isinstance(after, kind)), "type")
        # A change of the type below retypes it on its own; that way it stays in its place.
        self._add(change, rank, alters={ref}, needs=needs, undo=undo, group=self._group(ref))

    def _view_indexes(self, before: View, after: View) -> None:
        self.actions += self.tables.index_actions(before, after)

    def _rebuilt(self, ref: ObjectRef, old: Object, new: Object) -> Iterator[Change]:
        """What brings back the object as it was where no ALTER does: it and what depends on it are made again."""
        if isinstance(old.value, UserType | Collation) and isinstance(new.value, UserType | Collation):
            uses, others, inner = self._users(ref)
            keys = self.tables.keys_over({part("column", table, column.name) for table, column in uses})
            needing = dict.fromkeys([*self.dependents.get(ref, ()), *keys])
            parts = [action for of in needing for action in self.tables.made_again(of)]
            yield from (Drop(object=one.value, on=one.on) for _, one in reversed(others))
            yield from (drop for drop, _ in parts)
            yield RebuildType(before=new.value, after=old.value, columns=tuple(uses), inner=inner)
            yield from self._privilege_changes(ref, None, old.value, owner_now="")
            yield from (add for _, add in parts)
            for other, one in others:
                yield from self._creation(other, one)
            return
        followers = self._followers(ref)
        yield from (Drop(object=one.value, on=one.on) for _, one in reversed(followers))
        yield Drop(object=new.value, on=new.on)
        yield from self._creation(ref, old)
        for other, one in self.old.items():
            if isinstance(old.value, View) and one.on == old.value.name:
                yield from self._creation(other, one)
        for other, one in followers:
            yield from self._creation(other, one)

    def _followers(self, ref: ObjectRef) -> list[tuple[ObjectRef, Object]]:
        """Objects of `before` that need `ref`, directly or not, each after what it needs itself (as far as they do not
        need each other)."""
        found: list[tuple[ObjectRef, Object]] = []
        seen = {ref}

        def visit(at: ObjectRef) -> None:
            for on in (at, *self._columns_of(at)):
                for of in self.dependents.get(on, ()):
                    one = self.old.get(of)
                    if one is None or of in seen or of.kind in ("type", "domain", "sequence"):
                        continue
                    seen.add(of)
                    visit(of)
                    found.append((of, one))

        visit(ref)
        return found[::-1]

    def _columns_of(self, ref: ObjectRef) -> list[ObjectRef]:
        return [on for on in self.dependents if on.kind == "column" and on.schema == ref.schema and on.name == ref.name]

    def _users(
        self, ref: ObjectRef
    ) -> tuple[list[tuple[Name, Column]], list[tuple[ObjectRef, Object]], tuple[RebuildType, ...]]:
        """The columns of a type, the objects that must be out of the way while these are converted, and the types that
        are made of it."""
        columns: list[tuple[Name, Column]] = []
        others: dict[ObjectRef, Object] = {}
        inner: list[RebuildType] = []
        for of in self.dependents.get(ref, ()):
            table = self.old_tables.get(Name(schema=of.schema, name=of.name))
            if of.kind == "column" and table is not None:
                column = table.column(of.sub)
                if column is not None and is_of(column, ref):
                    columns.append((table.name, column))
                    others.update(self._followers(of))
            elif of in self.old:
                value = self.old[of].value
                if isinstance(value, UserType):
                    uses, more, within = self._users(of)
                    inner.append(RebuildType(before=value, after=value, columns=tuple(uses), inner=within))
                    others.update(more)
                    continue
                others[of] = self.old[of]
                others.update(self._followers(of))
        return columns, list(others.items()), tuple(inner)

    def _rebuild(self, ref: ObjectRef, old: Object, new: Object) -> None:
        if not isinstance(old.value, UserType | Collation) or not isinstance(new.value, UserType | Collation):
            return
        change, touched = self._rebuilding(ref, old.value, new.value)
        back = change.reverse()
        undo = None if back is None else (back, *self._privilege_changes(ref, None, old.value, owner_now=""))
        self._add(change, "type", alters={ref, *touched}, undo=undo, group=self._root(ref))

    def _rebuilding(
        self, ref: ObjectRef, old: UserType | Collation, new: UserType | Collation
    ) -> tuple[RebuildType, set[ObjectRef]]:
        """The change, and the columns that it converts."""
        before: list[tuple[Name, Column]] = []
        after: list[tuple[Name, Column]] = []
        touched: set[ObjectRef] = set()
        for of in self.dependents.get(ref, ()):
            table = self.old_tables.get(Name(schema=of.schema, name=of.name))
            if of.kind != "column" or table is None:
                continue
            column = table.column(of.sub)
            if column is None or not is_of(column, ref) or self.tables.gone(of):
                continue
            wanted = self.tables.wanted(of)
            if wanted is None or (wanted.type.sql, wanted.collation) != (column.type.sql, column.collation):
                continue  # it changes to another type by itself, before this one is dropped
            before.append((table.name, column))
            after.append((table.name, replace(column, default=wanted.default, type=wanted.type)))
            self.tables.default_done(of, wanted.default)
            touched.add(of)
        inner: list[RebuildType] = []
        for of, on in self.inner.items():
            one, other = self.old[of].value, self.new[of].value
            if on == ref and isinstance(one, UserType) and isinstance(other, UserType):
                within, columns = self._rebuilding(of, one, other)
                inner.append(within)
                touched |= {of, *columns}
        change = RebuildType(
            before=old, after=new, columns=tuple(before), columns_after=tuple(after), inner=tuple(inner)
        )
        return change, touched

    # --- tables -----------------------------------------------------------------------------------------------------

    def _table_actions(self) -> None:
        for name, table in self.new_tables.items():
            old = self.old_tables.get(name)
            ref = table.ref
            if old is None or name in self.tables.remade_tables:
                self.actions += self.tables.creation(table)
                self._privileges(ref, None, table, group=ref)
            else:
                self._privileges(ref, old, table)
        for name, table in self.old_tables.items():
            if name not in self.new_tables or name in self.tables.remade_tables:
                self._drop_table(table)
        self.actions += self.tables.actions()
        for action in self.actions:
            if isinstance(action.change, DropColumn):
                self._with_sequences(action, action.change)
        for action in self.actions:
            if action.group is None:
                for ref in action.alters | action.makes | action.unmakes:
                    if ref.kind == "column" and (root := self._group(ref)) is not None:
                        action.group = root
        self._identity_sequences()
        self._cloned_triggers()

    def _with_sequences(self, action: Action, change: DropColumn) -> None:
        """The sequences that a column owns go with it; they are there again before it comes back."""
        owned = [
            (ref, one.value)
            for ref, one in self.old.items()
            if isinstance(one.value, Sequence)
            and one.value.owned_by == (change.table, change.column.name)
            and ref not in self.new
        ]
        first: list[Change] = [Create(object=replace(one, owned_by=None)) for _, one in owned]
        last: list[Change] = []
        for ref, one in owned:
            last.append(Alter(before=replace(one, owned_by=None), after=one))
            last += self._privilege_changes(ref, None, one, owner_now="")
        if owned:
            action.undo = (*first, *action.reverse(), *last)

    def _drop_table(self, table: Table) -> None:
        undo: list[Change] = [
            action.change
            for action in self.tables.recreation(table)
            # Those between dropped tables are dropped, and made again, by themselves.
            if not (isinstance(action.change, AddConstraint) and self._between_dropped(table, action.change.constraint))
        ]
        undo += self._privilege_changes(table.ref, None, table, owner_now="")
        for ref, one in self.old.items():
            if one.on == table.name or (isinstance(one.value, ExtendedStatistics) and one.value.table == table.name):
                undo += self._creation(ref, one)
        owned = [
            (ref, one)
            for ref, one in self.old.items()
            if isinstance(one.value, Sequence)
            and one.value.owned_by
            and one.value.owned_by[0] == table.name
            and ref not in self.new
        ]
        first: list[Change] = [
            Create(object=replace(one.value, owned_by=None)) for _, one in owned if isinstance(one.value, Sequence)
        ]
        last: list[Change] = []
        for ref, one in owned:
            if isinstance(one.value, Sequence):
                last.append(Alter(before=replace(one.value, owned_by=None), after=one.value))
                last += self._privilege_changes(ref, None, one.value, owner_now="")
        of = table.partition_of
        pointed_at = any(self._keys_to(name) for name in self._ancestors(table))
        if of is not None and of.parent in self.new_tables and pointed_at:
            # While a foreign key points at its parent a partition is not dropped but from outside.
            detach = DetachPartition(table=table.name, of=of)
            self._add(detach, "drop partition", undo=())
            self.actions[-1].frees = frozenset((table.ref,))
        gone = self.tables.refs(table) | {ref for ref, _ in owned}
        gone -= {part("constraint", table.name, c.name) for c in table.constraints if self._between_dropped(table, c)}
        gone |= {ref for ref, one in self.old.items() if one.on == table.name}
        self._add(
            self.tables.drop_change(table),
            "drop partition" if table.partition_of is not None else "drop table",
            unmakes=gone,
            undo=None if self.keep else (*first, *undo, *last),
            loses=() if self.keep or table.kind != "ordinary" else (f"all rows of {table.name.short}",),
            remakes=f"table {table.name.short}" if table.name in self.tables.remade_tables else "",
        )
        above = self._ancestors(table)
        self.actions[-1].awaits = frozenset(
            part("constraint", other.name, one.name)
            for other in self.old_tables.values()
            for one in other.foreign_keys
            if one.target in above and other.name != table.name
        )

    def _ancestors(self, table: Table) -> set[Name]:
        """The partitioned tables that a table is a partition of, however far up."""
        found: set[Name] = set()
        while table.partition_of is not None and table.partition_of.parent in self.old_tables:
            table = self.old_tables[table.partition_of.parent]
            found.add(table.name)
        return found

    def _keys_to(self, name: Name) -> bool:
        return any(one.target == name for table in self.old_tables.values() for one in table.foreign_keys)

    def _cloned_triggers(self) -> None:
        """Triggers that partitions have from their parent, where one is enabled otherwise than the parent's."""
        for name, table in self.new_tables.items():
            old = self.old_tables.get(name)
            parent = self.new_tables.get(table.partition_of.parent) if table.partition_of is not None else None
            for trigger in table.triggers:
                if not trigger.inherited or parent is None:
                    continue
                source = next((one for one in parent.triggers if one.name == trigger.name), None)
                known = next((one for one in old.triggers if one.name == trigger.name), None) if old else None
                at = part("trigger", parent.name, trigger.name)
                before = known if known is not None and at not in self.ops else source
                if before is not None and before.enabled != trigger.enabled:
                    change = Alter(before=replace(trigger, enabled=before.enabled), after=trigger, on=name)
                    self._add(change, "trigger", needs={at, table.ref})

    def _between_dropped(self, table: Table, one: Constraint) -> bool:
        return isinstance(one, ForeignKey) and one.target != table.name and one.target not in self.new_tables

    def _identity_sequences(self) -> None:
        """Privileges and comments on the sequences of identity columns, which nobody makes by name."""
        known = {one.name: one for one in self.before.sequences if one.internal}
        for one in self.after.sequences:
            if not one.internal or one.owned_by is None:
                continue
            old = known.get(one.name)
            ref = ref_of(one)
            self._privileges(ref, old, one, needs={part("column", *one.owned_by)})
            if (old.comment if old else None) != one.comment:
                change = SetComment(at=ref, before=old.comment if old else None, after=one.comment)
                self._add(change, "comment", alters={ref}, needs={part("column", *one.owned_by)})

    # --- owners and privileges ----------------------------------------------------------------------------------------

    def _privileges(
        self,
        ref: ObjectRef,
        before: SchemaObject | Table | None,
        after: SchemaObject | Table,
        *,
        group: ObjectRef | None = None,
        needs: Iterable[ObjectRef] = (),
    ) -> None:
        for change in self._privilege_changes(ref, before, after, owner_now=""):
            columns = {
                ObjectRef(kind="column", schema=ref.schema, name=ref.name, sub=grant.column)
                for grant in getattr(after, "grants", ())
                if grant.column and isinstance(after, Table)
            }
            rank = "owner" if isinstance(change, SetOwner) else "grants"
            self._add(change, rank, needs={ref, *needs, *columns}, group=group)

    def _privilege_changes(
        self, ref: ObjectRef, before: SchemaObject | Table | None, after: SchemaObject | Table, *, owner_now: str
    ) -> Iterator[Change]:
        if not self.privileges:
            return
        owner = str(getattr(after, "owner", ""))
        old_owner = str(getattr(before, "owner", owner_now))
        follows = isinstance(after, Sequence) and after.internal  # its table's owner is its own
        if owner != old_owner and owner and (old_owner or before is None) and not follows:
            yield SetOwner(at=ref, before=old_owner, after=owner)
        grants = grants_of(after)
        old_grants = grants_of(before)
        if isinstance(after, Table):
            names = {column.name for column in after.columns}
            old_grants = tuple(one for one in old_grants if not one.column or one.column in names)
        perhaps = self._given_by_default(ref) if before is None else ()
        if grants != old_grants or perhaps:
            yield SetGrants(at=ref, owner=owner, before=old_grants, after=grants, perhaps=perhaps)

    def _given_by_default(self, ref: ObjectRef) -> tuple[Grant, ...]:
        """What a new object may have been given by the default privileges of either schema, whoever makes it."""
        kinds = {"table": "tables", "view": "tables", "sequence": "sequences", "function": "functions"}
        kind = kinds.get(ref.kind, {"type": "types", "domain": "types", "schema": "schemas"}.get(ref.kind, ""))
        return tuple(
            replace(grant, grantable=())
            for one in (*self.before.default_privileges, *self.after.default_privileges)
            if one.objects == kind and one.schema in ("", ref.schema)
            for grant in one.grants
            if grant.grantee != one.role
        )

    def _default_privileges(self) -> None:
        if not self.privileges:
            return

        def key(one: DefaultPrivilege) -> tuple[str, str, str]:
            return one.role, one.schema, one.objects

        old = {key(one): one for one in self.before.default_privileges}
        new = {key(one): one for one in self.after.default_privileges}
        for name in dict.fromkeys([*old, *new]):
            one = old.get(name) or replace(new[name], grants=())
            other = new.get(name) or replace(one, grants=())
            if one != other:
                needs = {ObjectRef(kind="schema", name=one.schema)} if one.schema else ()
                self._add(SetDefaultPrivileges(before=one, after=other), "grants", needs=needs)

    def _settings(self) -> None:
        old, new = self.before.settings, self.after.settings
        for name in dict.fromkeys([*old, *new]):
            if old.get(name) != new.get(name):
                self._add(SetSetting(name=name, before=old.get(name), after=new.get(name)), "setting")
