"""Tables side by side: what differs of their columns, constraints and indexes, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from msgspec.structs import replace

from dbarchitect.migrate.alike import (
    bare_index,
    comparable,
    constraint_in_place,
    generated_in_place,
    key_of,
    not_null_of,
    other_type,
    plain_column,
    settled,
)
from dbarchitect.migrate.objects import (
    constraint_index,
    constraint_ref,
    own_constraints,
    own_indexes,
    part,
    tables,
)
from dbarchitect.model.change import (
    AddConstraint,
    AddIndex,
    Change,
    DropConstraint,
    DropIndex,
)
from dbarchitect.model.journal import KEPT
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    Check,
    Column,
    ForeignKey,
    NotNull,
    PrimaryKey,
    Relational,
    Table,
    Unique,
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
            ("partition key", key_of(old), key_of(new)),
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
            if old.of_type is not None and old.of_type == new.of_type and (before is None or other_type(before, after)):
                continue  # it comes with its type
            before = self._as_parent_leaves_it(new, before, after)
            if before is None:
                self.columns[ref] = ColumnPlan(new.name, "add", after=after)
                self._changed[new.name, name] = (None, after)
                continue
            before = replace(before, not_null=self._not_null_now(old, new, before, after))
            if plain_column(before) != plain_column(after):
                op: ColumnOp = "alter" if generated_in_place(before, after, self.major) else "remake"
                self.columns[ref] = ColumnPlan(new.name, op, before, after)
                self._changed[new.name, name] = (before, after)

    def _not_null_now(self, old: Table, new: Table, before: Column, after: Column) -> bool:
        """Whether the column is NOT NULL to this comparison: what has a constraint by name is left to that."""
        was, shall = not_null_of(old, before.name), not_null_of(new, after.name)
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
            # A table has what its parent hands down before it becomes its child: nothing is checked or built then.
            wanted |= {
                one.name: replace(one, inherited=False)
                for one in new.constraints
                if isinstance(one, Check | ForeignKey | PrimaryKey | Unique)
                and one.inherited
                and not any(one.name == c.name for c in old.constraints)
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
                elif settled(before) != settled(after) or indexes[0] != indexes[1]:
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
