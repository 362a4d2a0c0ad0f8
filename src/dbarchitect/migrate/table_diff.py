"""Tables side by side: their columns, constraints, indexes and settings, and the actions that change them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec.structs import replace

from dbarchitect.migrate.actions import RANKS, Action
from dbarchitect.migrate.alike import (
    bare_index,
    comparable,
    constraint_in_place,
    lost_by_cast,
    plain_column,
    table_settings,
)
from dbarchitect.migrate.objects import (
    constraint_index,
    constraint_ref,
    index_ref,
    own_constraints,
    own_indexes,
    part,
    tables,
)
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
    Relational,
    Table,
    Unique,
    View,
)

ColumnOp = Literal["add", "drop", "alter", "remake"]
PartOp = Literal["add", "drop", "alter", "replace"]

# Attributes that ALTER on a parent changes in its children too.
_CASCADING = ("type", "collation", "not_null", "default", "generated", "storage", "statistics_target", "compression")


@dataclass(slots=True)
class ColumnPlan:
    """What happens to a column. `detached`: it is without its default while what the default needs (`needed`) is made
    anew."""

    table: Name
    op: ColumnOp
    before: Column | None = None
    after: Column | None = None
    detached: bool = False
    needed: set[ObjectRef] = field(default_factory=set[ObjectRef])


@dataclass(slots=True)
class PartPlan:
    """What happens to a constraint or an index."""

    table: Name
    op: PartOp
    before: Any = None
    after: Any = None


class TableDiff:
    """The tables of two schemas. `compare` first; `*_follows` make what depends on others follow; then `actions`."""

    def __init__(
        self, before: Relational, after: Relational, *, keep: bool, using: dict[str, str], distinct: frozenset[str]
    ) -> None:
        self.major = before.major
        self.keep = keep
        self.using = using
        self.distinct = distinct
        self.converted: set[ObjectRef] = set()  # columns whose type is made anew below them
        self.remade_tables: set[Name] = set()
        self.adopted: set[ObjectRef] = set()  # keys whose index is there already
        self.old, self.new = tables(before), tables(after)
        self.columns: dict[ObjectRef, ColumnPlan] = {}
        self.constraints: dict[ObjectRef, PartPlan] = {}
        self.indexes: dict[ObjectRef, PartPlan] = {}
        self.refused: list[str] = []
        self.handled: set[ObjectRef] = set()
        self._changed: dict[tuple[Name, str], tuple[Column | None, Column]] = {}

    # --- comparing --------------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """Compare every table that is on both sides, parents first."""
        done: set[Name] = set()

        def visit(name: Name) -> None:
            if name in done or name not in self.new:
                return
            done.add(name)
            table = self.new[name]
            for parent in self._parents(table):
                visit(parent)
            if name in self.old:
                self._compare(self.old[name], table)

        for name in self.new:
            visit(name)
        self._keys_and_types()

    @staticmethod
    def _parents(table: Table) -> tuple[Name, ...]:
        return (table.partition_of.parent,) if table.partition_of is not None else table.inherits

    def _compare(self, old: Table, new: Table) -> None:
        if old.kind == new.kind == "foreign" and old.foreign_server != new.foreign_server:
            self.remade_tables.add(new.name)  # it holds no rows of its own
            return
        for what, one, other in (
            ("kind", old.kind, new.kind),
            ("partition key", _key_of(old), _key_of(new)),
        ):
            if one != other:
                text = f"table {new.name.short}: its {what} is {one} here and {other} there"
                self.refused.append(f"{text}: make another table beside this one and move the rows")
                return
        self._compare_columns(old, new)
        self._compare_constraints(old, new)
        self._compare_indexes(old, new)

    def _compare_columns(self, old: Table, new: Table) -> None:
        known = {column.name: column for column in old.columns if not column.name.startswith(KEPT)}
        wanted = {column.name: column for column in new.columns}
        for name in dict.fromkeys([*known, *wanted]):
            ref = part("column", new.name, name)
            before, after = known.get(name), wanted.get(name)
            if after is None and before is not None:
                if before.inherited and self._dropped_with_parent(old, name):
                    continue
                if old.of_type is not None and old.of_type == new.of_type:
                    continue
                self.columns[ref] = ColumnPlan(new.name, "drop", before=before)
                continue
            if after is None:
                continue
            if before is not None and {str(ref), ref.short} & self.distinct:
                self.columns[ref] = ColumnPlan(new.name, "remake", before, after)
                continue
            if (
                old.of_type is not None
                and old.of_type == new.of_type
                and (before is None or _other_type(before, after))
            ):
                continue  # it comes with its type
            before = self._as_parent_leaves_it(new, before, after)
            if before is None:
                self.columns[ref] = ColumnPlan(new.name, "add", after=after)
                self._changed[new.name, name] = (None, after)
                continue
            before = replace(before, not_null=self._not_null_now(old, new, before, after))
            if plain_column(before) != plain_column(after):
                op: ColumnOp = "alter" if _generated_in_place(before, after, self.major) else "remake"
                self.columns[ref] = ColumnPlan(new.name, op, before, after)
                self._changed[new.name, name] = (before, after)

    def _not_null_now(self, old: Table, new: Table, before: Column, after: Column) -> bool:
        """Whether the column is NOT NULL to this comparison: what has a constraint by name is left to that."""
        was, shall = _not_null_of(old, before.name), _not_null_of(new, after.name)
        if after.not_null and not before.not_null and shall is not None and not self._usual(shall, new, self.new):
            return True
        if before.not_null and not after.not_null and was is not None and not self._usual(was, old, self.old):
            return False
        return before.not_null

    def _dropped_with_parent(self, table: Table, column: str) -> bool:
        for parent in self._parents(table):
            if parent not in self.new:
                return True
            plan = self.columns.get(part("column", parent, column))
            if plan is not None and plan.op == "drop":
                return True
            if parent in self.old and self.old[parent].column(column) and not self.new[parent].column(column):
                return True
        return False

    def _as_parent_leaves_it(self, table: Table, before: Column | None, after: Column) -> Column | None:
        """The column as it will be when its parents' changes have come down to it."""
        for parent in self._parents(table):
            if table.name in self.old and parent not in self._parents(self.old[table.name]):
                continue  # not yet its parent
            changed = self._changed.get((parent, after.name))
            if changed is None:
                continue
            old, new = changed
            if old is None:
                before = replace(new, comment=None, position=0, inherited=True) if before is None else before
            elif before is not None:
                moved = {name: getattr(new, name) for name in _CASCADING if getattr(old, name) != getattr(new, name)}
                before = replace(before, **moved)
        if before is not None and after.inherited:
            self._changed[table.name, after.name] = (before, before) if before == after else (before, after)
        return before

    def _compare_constraints(self, old: Table, new: Table) -> None:
        known, wanted = own_constraints(old), own_constraints(new)
        if self._parents(old) != self._parents(new):
            # A table has the checks of its parent before it becomes its child.
            wanted |= {
                one.name: replace(one, inherited=False)
                for one in new.constraints
                if isinstance(one, Check) and one.inherited and not any(one.name == c.name for c in old.constraints)
            }
        for name in dict.fromkeys([*known, *wanted]):
            before, after = known.get(name), wanted.get(name)
            if isinstance(before, NotNull) or isinstance(after, NotNull):
                continue
            ref = part("constraint", new.name, name)
            if before is None:
                inherited = any(c.name == name and c.inherited for c in old.constraints)
                if not inherited:
                    self.constraints[ref] = PartPlan(new.name, "add", after=after)
            elif after is None:
                if not any(c.name == name and c.inherited for c in new.constraints):
                    self.constraints[ref] = PartPlan(new.name, "drop", before=before)
            else:
                indexes = [constraint_index(old, before), constraint_index(new, after)]
                same = constraint_in_place(before, after, self.major) and (
                    indexes[0] is None or indexes[1] is None or bare_index(indexes[0]) == bare_index(indexes[1])
                )
                if not same:
                    self.constraints[ref] = PartPlan(new.name, "replace", before, after)
                elif _settled(before) != _settled(after) or indexes[0] != indexes[1]:
                    self.constraints[ref] = PartPlan(new.name, "alter", before, after)

    def _compare_indexes(self, old: Table, new: Table) -> None:
        known, wanted = own_indexes(old), own_indexes(new)
        for name in dict.fromkeys([*known, *wanted]):
            before, after = known.get(name), wanted.get(name)
            ref = part("index", new.name, name.name)
            if before is None:
                self.indexes[ref] = PartPlan(new.name, "add", after=after)
            elif after is None:
                self.indexes[ref] = PartPlan(new.name, "drop", before=before)
            elif old.partition_of != new.partition_of and bare_index(before) == bare_index(after):
                # An index joins that of the parent, and leaves it, with the table.
                if replace(before, definition="", parent=None) != replace(after, definition="", parent=None):
                    self.indexes[ref] = PartPlan(new.name, "alter", replace(before, parent=after.parent), after)
            elif bare_index(before) != bare_index(after) or before.parent not in (None, after.parent):
                self.indexes[ref] = PartPlan(new.name, "replace", before, after)
            elif replace(before, definition="") != replace(after, definition=""):
                self.indexes[ref] = PartPlan(new.name, "alter", before, after)

    def _keys_and_types(self) -> None:
        """Foreign keys whose columns change to types that cannot be compared on the way are made again."""
        for table in self.new.values():
            if table.name not in self.old:
                continue
            known = own_constraints(self.old[table.name])
            for one in own_constraints(table).values():
                old = known.get(one.name)
                if not isinstance(one, ForeignKey) or not isinstance(old, ForeignKey):
                    continue
                ends = [part("column", table.name, c) for c in one.columns]
                ends += [part("column", one.target, c) for c in one.target_columns]
                if any(not self._stays_comparable(end) for end in ends):
                    self.part_follows(constraint_ref(table.name, one))

    def keys_over(self, columns: set[ObjectRef]) -> list[ObjectRef]:
        """The foreign keys of tables before that have one of `columns` at either end."""
        return [
            constraint_ref(table.name, one)
            for table in self.old.values()
            for one in own_constraints(table).values()
            if isinstance(one, ForeignKey)
            and columns
            & {
                *(part("column", table.name, c) for c in one.columns),
                *(part("column", one.target, c) for c in one.target_columns),
            }
        ]

    def keys_follow(self) -> None:
        """Foreign keys over columns that are converted one after the other are made again."""
        if self.converted:
            for ref in self.keys_over(self.converted):
                self.part_follows(ref)

    def _stays_comparable(self, ref: ObjectRef) -> bool:
        plan = self.columns.get(ref)
        return plan is None or plan.before is None or plan.after is None or comparable(plan.before, plan.after)

    # --- what follows -----------------------------------------------------------------------------------------------

    def has(self, ref: ObjectRef) -> bool:
        """Whether this is a column of a table before."""
        table = self.old.get(Name(schema=ref.schema, name=ref.name))
        return table is not None and table.column(ref.sub) is not None

    def remade(self, ref: ObjectRef) -> bool:
        """Whether a column is dropped and made again."""
        plan = self.columns.get(ref)
        return plan is not None and plan.op == "remake"

    def dropped(self, ref: ObjectRef) -> bool:
        """Whether the table, or the column or its table, is dropped for good."""
        name = Name(schema=ref.schema, name=ref.name)
        if name in self.old and name not in self.new:
            return True
        plan = self.columns.get(ref)
        return plan is not None and plan.op == "drop"

    def gone(self, ref: ObjectRef) -> bool:
        """Whether a table or a part of one goes away, for good or to be made again."""
        if self.dropped(ref) or Name(schema=ref.schema, name=ref.name) in self.remade_tables:
            return True
        plan = self.columns.get(ref)
        if plan is not None:
            return plan.op == "remake"
        other = self.constraints.get(ref) or self.indexes.get(ref)
        return other is not None and other.op in ("drop", "replace")

    def retyped(self, ref: ObjectRef) -> bool:
        """Whether a column changes its type or collation, or is converted to another of the same name."""
        if ref in self.converted:
            return True
        plan = self.columns.get(ref)
        if plan is None or plan.before is None or plan.after is None:
            return False
        old, new = plan.before, plan.after
        return (old.type.sql, old.collation) != (new.type.sql, new.collation)

    def wanted(self, ref: ObjectRef) -> Column | None:
        """The column as it shall be."""
        table = self.new.get(Name(schema=ref.schema, name=ref.name))
        return None if table is None else table.column(ref.sub)

    def default_done(self, ref: ObjectRef, default: str | None) -> None:
        """Another action leaves the column with this default."""
        plan = self.columns.get(ref)
        if plan is None or plan.before is None:
            return
        plan.before = replace(plan.before, default=default)
        plan.detached = False
        if plan.after is not None and plain_column(plan.before) == plain_column(plan.after):
            del self.columns[ref]

    def column_follows(self, of: ObjectRef, on: ObjectRef, *, gone: bool, is_type: bool) -> bool:
        """A column needs `on`, which goes away or (a column of the same table) changes its type."""
        name = Name(schema=of.schema, name=of.name)
        old, new = self.old.get(name), self.new.get(name)
        before = old.column(of.sub) if old else None
        after = new.column(of.sub) if new else None
        if before is None or after is None:
            return False
        plan = self.columns.get(of)
        if plan is not None and plan.op in ("add", "drop", "remake"):
            return False
        if before.generated is not None and not is_type:
            if after.generated is None:
                return False
            self.columns[of] = ColumnPlan(name, "remake", before, after)
            return True
        if gone and not is_type and before.default is not None and before.identity is None:
            if plan is None:
                plan = self.columns[of] = ColumnPlan(name, "alter", before, after)
            if on.kind == "sequence" or on in plan.needed:
                return False
            plan.detached = True
            plan.needed.add(on)
            return True
        return False

    def made_again(self, of: ObjectRef) -> list[tuple[Change, Change]]:
        """What drops a constraint or an index of a table before, and what makes it again; none for other objects."""
        table = self.old.get(Name(schema=of.schema, name=of.name))
        if table is None:
            return []
        if of.kind == "constraint" and (one := own_constraints(table).get(of.sub)) is not None:
            index = constraint_index(table, one)
            drop = DropConstraint(table=table.name, constraint=one, index=index)
            return [(drop, AddConstraint(table=table.name, constraint=one, index=index))]
        if of.kind == "index" and (index := own_indexes(table).get(Name(schema=of.schema, name=of.sub))) is not None:
            return [(DropIndex(index=index), AddIndex(index=index))]
        return []

    def part_follows(self, of: ObjectRef) -> bool:
        """A constraint or an index needs what goes away: it is made again."""
        plans = self.constraints if of.kind == "constraint" else self.indexes
        plan = plans.get(of)
        if plan is not None:
            if plan.op != "alter":
                return False
            plan.op = "replace"
            return True
        name = Name(schema=of.schema, name=of.name)
        old, new = self.old.get(name), self.new.get(name)
        if old is None or new is None:
            return False
        if of.kind == "constraint":
            before, after = own_constraints(old).get(of.sub), own_constraints(new).get(of.sub)
        else:
            whole = Name(schema=of.schema, name=of.sub)
            before, after = own_indexes(old).get(whole), own_indexes(new).get(whole)
        if before is None or after is None or isinstance(before, NotNull):
            return False
        plans[of] = PartPlan(name, "replace", before, after)
        return True

    # --- actions ----------------------------------------------------------------------------------------------------

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
        yield _action(AddTable(table=made), "table", makes=makes, needs=needs, group=table.ref)
        for index in later:
            yield _action(AddIndex(index=index), "index", makes={index_ref(index)}, needs={table.ref}, group=table.ref)
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
            yield _action(AlterTable(before=before, after=middle), rank, needs=needs)
            before = middle
        if before != after:
            needs = {ObjectRef(kind="table", schema=one.schema, name=one.name) for one in after.inherits}
            if set(after.inherits) - set(before.inherits):
                for one in (new.name, *after.inherits):
                    table = self.new.get(one)
                    needs |= {part("column", one, c.name) for c in table.columns} if table is not None else set()
                    needs |= {constraint_ref(one, c) for c in table.constraints} if table is not None else set()
            yield _action(
                AlterTable(before=before, after=after),
                "table settings",
                alters={new.ref},
                needs=needs,
                unmakes=(),
            )
        if old.partition_of != new.partition_of:
            group = new.ref if old.partition_of is not None and new.partition_of is not None else None
            if old.partition_of is not None:
                detach = _action(DetachPartition(table=new.name, of=old.partition_of), "partition", group=group)
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
                yield _action(
                    AttachPartition(table=new.name, of=new.partition_of),
                    "partition",
                    needs=needs,
                    group=group,
                )

    # Columns

    def _column_actions(self, ref: ObjectRef, plan: ColumnPlan) -> Iterator[Action]:
        old, new = plan.before, plan.after
        if plan.op == "add" and new is not None:
            yield _action(
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
        yield _action(
            AddColumn(table=table, column=new), "alter column", makes={ref}, needs={_type_ref(new)}, group=ref
        )

    def _nullable_by_name(self, table: Name, column: Column) -> Column:
        """A new column without the NOT NULL that a constraint with a name of its own gives it afterwards."""
        constraint = _not_null_of(self.new[table], column.name)
        if constraint is None or self._usual(constraint, self.new[table], self.new):
            return column
        return replace(column, not_null=False)

    def _drop_column(self, ref: ObjectRef, table: Name, column: Column) -> Action:
        if self.keep and column.generated is None:
            aside = replace(column, name=f"{KEPT}{column.name}"[:63], not_null=False, identity=None)
            return _action(AlterColumn(table=table, before=column, after=aside), "drop column", unmakes={ref})
        undo: list[Change] = [AddColumn(table=table, column=column)]
        constraint = _not_null_of(self.old[table], column.name)
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
        return _action(
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
            detach = _action(AlterColumn(table=plan.table, before=old, after=bare), "drop", unmakes={_default(ref)})
            detach.frees = frozenset(plan.needed)
            yield detach
            old = bare
        if plain_column(old) == plain_column(new):
            return
        using, back = "", ""
        if retyped and plan.op == "alter":
            using = self.using.get(str(ref)) or self.using.get(f"{plan.table.short}.{new.name}") or _cast(old, new)
            back = _cast(new, old)
        if retyped and new.not_null and not old.not_null and plan.op == "alter" and new.identity is None:
            # A type is changed under a lock anyway; that no value is NULL can be checked without one, afterwards.
            typed = replace(new, not_null=False)
            later = AlterColumn(table=plan.table, before=typed, after=new)
            constraint = _not_null_of(self.new[plan.table], new.name)
            yield _action(later, "key", needs=self._below(plan.table, constraint) | {ref} if constraint else {ref})
            new = typed
        lost = lost_by_cast(old, new) if retyped else ""
        words = f"of {plan.table.short}.{quote_identifier(new.name)}: {lost}"
        remakes = ""
        makes: set[ObjectRef] = set()
        needs = {_type_ref(new)}
        constraint = _not_null_of(self.new[plan.table], new.name)
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
        yield _action(
            AlterColumn(table=plan.table, before=old, after=new, using=using, using_back=back),
            "alter column",
            alters={ref},
            makes=makes,
            needs=needs,
            loses=(words,) if lost else (),
            remakes=remakes,
        )

    # NOT NULL by name (18)

    def _not_nulls(self) -> Iterator[Action]:
        for name, new in self.new.items():
            old = self.old.get(name)
            if old is None:
                continue
            own_parents = set(self._parents(old))
            for column in new.columns:
                before, after = _not_null_of(old, column.name), _not_null_of(new, column.name)
                if after is None:
                    if before is not None and not before.inherited and not self._usual(before, old, self.old):
                        change = DropConstraint(table=name, constraint=before)
                        yield _action(change, "drop constraint", unmakes={constraint_ref(name, before)})
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
                yield _action(AddConstraint(table=table, constraint=after), "check", makes={ref}, needs=needs)
            elif after.comment is not None:
                yield _action(SetComment(at=ref, after=after.comment), "comment", needs={at})
            return
        if before.name != after.name and not self._parent_has(after, self.new[table], self.new):
            change = Rename(at=constraint_ref(table, before), to=Name(schema="", name=after.name))
            renamed = _action(change, "check", alters={ref}, needs={at})
            if set(self._parents(self.old[table])) - set(self._parents(self.new[table])):
                renamed.needs |= {self.new[table].ref}  # while it is inherited its name is its parent's
            yield renamed
        if before.validated and not after.validated:
            gone = replace(before, name=after.name)
            yield _action(DropConstraint(table=table, constraint=gone), "drop constraint", unmakes={ref})
            yield _action(AddConstraint(table=table, constraint=after), "check", makes={ref}, needs={at})
            return
        if before.no_inherit != after.no_inherit:
            change = AlterConstraint(table=table, before=replace(before, name=after.name), after=after)
            yield _action(change, "check", alters={ref})
        if after.validated and not before.validated:
            now = replace(before, name=after.name)
            undo = (DropConstraint(table=table, constraint=now), AddConstraint(table=table, constraint=now))
            yield _action(ValidateConstraint(table=table, constraint=after), "check", alters={ref}, undo=undo)
        if before.comment != after.comment:
            yield _action(SetComment(at=ref, before=before.comment, after=after.comment), "comment", needs={ref})

    def _usual(self, one: NotNull, table: Table, among: dict[Name, Table]) -> bool:
        """Whether SET NOT NULL makes it just so. The name of one that a parent has as well does not count: it cannot be
        changed."""
        if not one.validated or one.no_inherit:
            return False
        if one.name == f"{table.name.name}_{one.columns[0]}_not_null":
            return True
        return self._parent_has(one, table, among)

    def _parent_has(self, one: NotNull, table: Table, among: dict[Name, Table]) -> bool:
        parents = [among[name] for name in self._parents(table) if name in among]
        columns = [column for parent in parents if (column := parent.column(one.columns[0])) is not None]
        return any(column.not_null for column in columns)

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
        ref = constraint_ref(table.name, one)
        change = AddConstraint(table=table.name, constraint=one, index=index, using_index=ref in self.adopted)
        undo: tuple[Change, ...] | None = None
        if ref in self.adopted and index is not None:
            alone = replace(index, constraint=None)
            undo = (DropConstraint(table=table.name, constraint=one, index=index), AddIndex(index=alone))
        elif table.kind == "partitioned" and isinstance(one, PrimaryKey | Unique):
            merged = tuple(self._merged_keys(table, one))
            if merged:
                undo = (DropConstraint(table=table.name, constraint=one, index=index), *merged)
        action = _action(change, rank, makes={ref}, needs=needs, undo=undo)
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

    def _merged_keys(self, table: Table, key: PrimaryKey | Unique) -> Iterator[AddConstraint]:
        """What makes the keys again that partitions had before they became parts of their parent's."""
        for child in self.new.values():
            if table.name not in self._parents(child) or child.name not in self.old:
                continue
            joined = {c.name for c in child.constraints if c.inherited and c.columns == key.columns}
            for one in own_constraints(self.old[child.name]).values():
                if one.name in joined and isinstance(one, PrimaryKey | Unique):
                    index = constraint_index(self.old[child.name], one)
                    yield AddConstraint(table=child.name, constraint=one, index=index)

    def _drop_constraint(self, table: Table, one: Constraint) -> Action:
        return _action(
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
        if _settled(one) != _settled(other):
            yield _action(AlterConstraint(table=plan.table, before=before, after=after), "check", alters={ref})
        if after.validated and not before.validated and not enforced:
            rank = "foreign key" if isinstance(after, ForeignKey) else "check"
            undo = (
                DropConstraint(table=plan.table, constraint=after),
                AddConstraint(table=plan.table, constraint=before),
            )
            yield _action(ValidateConstraint(table=plan.table, constraint=after), rank, alters={ref}, undo=undo)
        if before.comment != after.comment:
            yield _action(SetComment(at=ref, before=before.comment, after=after.comment), "comment", needs={ref})
        indexes = constraint_index(old, before), constraint_index(new, after)
        if indexes[0] is not None and indexes[1] is not None:
            yield from self._index_settings(indexes[0], indexes[1], ref)

    def _index_actions(self, plan: PartPlan) -> Iterator[Action]:
        before: Index | None = plan.before
        after: Index | None = plan.after
        if plan.op == "alter" and before is not None and after is not None:
            if after.valid and not before.valid and after.parent == before.parent and not self._partitioned(after):
                yield _action(Reindex(index=after), "index", alters={index_ref(after)}, undo=())
            if after.parent is not None and before.parent is None:
                needs = {self._parent_ref(after.parent)}
                change = AttachIndex(parent=after.parent, index=after.name)
                yield _action(change, "index", alters={index_ref(after)}, needs=needs)
            yield from self._index_settings(before, after, index_ref(after))
            return
        if plan.op in ("drop", "replace") and before is not None and not self._with_parent(before):
            stay = [table for name, table in self.old.items() if name in self.new]
            children = [one for table in stay for one in table.indexes if one.parent == before.name]
            undo = None
            if children:
                undo = (AddIndex(index=before, only=True), *(AddIndex(index=one) for one in children))
            yield _action(DropIndex(index=before), "drop index", unmakes={index_ref(before)}, undo=undo)
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
        return _action(AddIndex(index=index, only=only), "index", makes={index_ref(index)}, needs=needs)

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
                found.append(_action(DropIndex(index=old), "drop index", unmakes={index_ref(old)}))
            if new is not None and (old is None or bare_index(old) != bare_index(new)):
                found.append(_action(AddIndex(index=new), "index", makes={index_ref(new)}))
            elif old is not None and new is not None:
                found += _index_settings(old, new, index_ref(new))
        return found


def _action(
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
) -> Action:
    return Action(
        change,
        RANKS[rank],
        frozenset(makes),
        frozenset(unmakes),
        frozenset(alters),
        frozenset(needs),
        undo,
        loses,
        remakes,
        group,
    )


def _index_settings(before: Index, after: Index, ref: ObjectRef) -> Iterator[Action]:
    def plain(one: Index) -> Index:
        return replace(one, definition="", comment=None, valid=True, ready=True, parent=None, keys=())

    if plain(before) != plain(after):
        yield _action(AlterIndex(before=before, after=after), "index", alters={ref})
    if before.comment != after.comment:
        at = part("index", after.table, after.name.name)
        yield _action(SetComment(at=at, before=before.comment, after=after.comment), "comment", needs={ref})


def _other_type(before: Column, after: Column) -> bool:
    return (before.type.sql, before.collation) != (after.type.sql, after.collation)


def _settled(one: Constraint) -> Constraint:
    """A constraint without what is printed from the rest or is not its own."""
    found = replace(one, definition="", inherited=False)
    return replace(found, target_index="") if isinstance(found, ForeignKey) else found


def _not_null_of(table: Table, column: str) -> NotNull | None:
    return next((one for one in table.constraints if isinstance(one, NotNull) and one.columns == (column,)), None)


def _key_of(table: Table) -> str:
    return table.partition_key.definition if table.partition_key is not None else "none"


def _default(ref: ObjectRef) -> ObjectRef:
    """A name for a column's default, which depends on other objects than the column does."""
    return replace(ref, sub=f"{ref.sub}\0default")


def _type_ref(column: Column) -> ObjectRef:
    kind = "domain" if column.type.kind == "domain" else "type"
    return ObjectRef(kind=kind, schema=column.type.schema, name=column.type.element or column.type.name)


def _generated_in_place(before: Column, after: Column, major: int) -> bool:
    """Whether ALTER COLUMN can turn the one into the other with regard to how it is generated."""
    if before.generated == after.generated:
        return True
    if after.generated is None:
        return True  # DROP EXPRESSION, or the values copied
    return before.generated is not None and before.generated.stored == after.generated.stored and major >= 17


def _cast(before: Column, after: Column) -> str:
    """The expression that converts a column where the server would not do so by itself; "" where it does.

    Assignment refuses what does not fit (a text that is too long), an explicit cast cuts it off: so none is written
    where the server has one of its own.
    """
    old, new = before.type, after.type
    if old.sql == new.sql:
        return ""
    if new.category == "S" and not new.is_array and new.kind in ("base", "domain"):
        return ""
    name = quote_identifier(before.name)
    if old.is_array and new.is_array and new.schema != "pg_catalog":
        return f"{name}::text[]::{new.sql}"
    if old.category == new.category and old.kind == new.kind == "base" and old.category != "U":
        return ""
    if {old.kind, new.kind} & {"range", "multirange", "composite"}:
        return f"{name}::text::{new.sql}"
    if "enum" in (old.kind, new.kind) and old.category != "S":
        return f"{name}::text::{new.sql}"
    return f"{name}::{new.sql}"
