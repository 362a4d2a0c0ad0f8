"""Objects side by side: what is made, dropped, altered or replaced, and what follows from it.

First every object is compared with its namesake: made, dropped, altered in place, or replaced because nothing alters
it. Then what depends on something that goes away, or on a column that changes its type, is replaced along with it
until nothing more follows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from dbarchitect.migrate.actions import Action
from dbarchitect.migrate.alike import bare_object, in_place
from dbarchitect.migrate.objects import (
    is_type,
    objects,
    ref_of,
    tables,
    view_ref,
)
from dbarchitect.migrate.table_actions import TableActions
from dbarchitect.model.names import Name, ObjectKind, ObjectRef
from dbarchitect.model.schema import (
    BaseType,
    Collation,
    CompositeType,
    Relational,
    Subscription,
    UserType,
)

Op = Literal["create", "drop", "alter", "replace", "rebuild"]

# What stands in the way of a column's change of type and is made again around it.
_IN_THE_WAY: frozenset[ObjectKind] = frozenset(("view", "rule", "policy", "trigger", "function", "publication"))


class Comparison:
    """Two schemas and, once `compare` has run, what happens to each object (`ops`), and which belong together."""

    def __init__(
        self,
        before: Relational,
        after: Relational,
        *,
        privileges: bool,
        keep: bool,
        using: dict[str, str],
        distinct: frozenset[str],
    ) -> None:
        self.before, self.after = before, after
        self.major = before.major
        self.privileges = privileges
        self.keep = keep
        self.old, self.new = objects(before), objects(after)
        self.old_tables, self.new_tables = tables(before), tables(after)
        self.ops: dict[ObjectRef, Op] = {}
        self.groups: dict[ObjectRef, ObjectRef] = {}
        self.inner: dict[ObjectRef, ObjectRef] = {}  # types made of one that is made anew
        self.refused: list[str] = []
        self.actions: list[Action] = []
        self.handled: set[ObjectRef] = set()  # what another action makes or drops along
        self.tables = TableActions(before, after, keep=keep, using=using, distinct=distinct)
        self.dependents: dict[ObjectRef, list[ObjectRef]] = defaultdict(list)
        composites = {
            (one.name.schema, one.name.name): ref_of(one) for one in before.types if isinstance(one, CompositeType)
        }
        wholes = composites | {(one.name.schema, one.name.name): ref_of(one) for one in before.views}
        for one in before.dependencies:
            of, on = (wholes.get((r.schema, r.name), r) if r.kind == "column" else r for r in (one.of, one.on))
            if of != on:
                self.dependents[on].append(of)

    def compare(self) -> None:
        """Compare all objects, and let follow what has to."""
        self._compare_objects()
        self.tables.compare()
        self.refused += self.tables.refused
        self._rebuilt_columns()
        self._propagate()

    # --- comparing --------------------------------------------------------------------------------------------------

    def _compare_objects(self) -> None:
        for ref in dict.fromkeys([*self.old, *self.new]):
            old, new = self.old.get(ref), self.new.get(ref)
            if old is None and new is not None:
                self.ops[ref] = "create"
            elif new is None and old is not None:
                self.ops[ref] = "drop"
            elif old is not None and new is not None and bare_object(old.value) != bare_object(new.value):
                if in_place(old.value, new.value, self.major):
                    self.ops[ref] = "alter"
                else:
                    self.ops[ref] = "rebuild" if isinstance(old.value, UserType | Collation) else "replace"
        self._other_kinds()
        for ref in self.ops:
            for one in (self.old.get(ref), self.new.get(ref)):
                if one is None:
                    continue
                if isinstance(one.value, BaseType):
                    self._refuse(ref, "a type with functions in C, which a schema does not carry")
                elif isinstance(one.value, Subscription):
                    self._refuse(ref, "a subscription's connection is a secret that no schema tells")
        known = {one.ref for one in self.before.unmodelled}
        wanted = {one.ref for one in self.after.unmodelled}
        for ref in sorted(known ^ wanted):
            self._refuse(ref, "this kind of object is not carried by the model: write its migration by hand")

    def _other_kinds(self) -> None:
        """A type that gives way to one of another kind under its name is made anew like any other."""
        made = {(ref.schema, ref.name): ref for ref, op in self.ops.items() if op == "create" and is_type(ref)}
        for ref, op in list(self.ops.items()):
            other = made.get((ref.schema, ref.name))
            if op == "drop" and is_type(ref) and other is not None:
                self.ops[ref] = "rebuild"
                self.new[ref] = self.new.pop(other)
                del self.ops[other]

    def _rebuilt_columns(self) -> None:
        """The columns of a type (or collation) that is made anew are converted, and stand in others' way like that."""
        for ref, op in list(self.ops.items()):
            one = self.old.get(ref)
            if one is None or op not in ("alter", "rebuild"):
                continue
            columns = [of for of in self.dependents.get(ref, ()) if of.kind == "column" and self.tables.has(of)]
            if op == "alter" and columns and isinstance(one.value, CompositeType) and self._retypes(ref):
                self.ops[ref] = op = "rebuild"  # no attribute is altered while a column holds it
            if op == "rebuild":
                for column in columns:
                    self.tables.converted.add(column)
                    self._join(column, ref)
        self.tables.keys_follow()

    def _retypes(self, ref: ObjectRef) -> bool:
        old, new = self.old[ref].value, self.new[ref].value
        if not isinstance(old, CompositeType) or not isinstance(new, CompositeType):
            return False
        types = {one.name: (one.type.sql, one.collation) for one in old.attributes}
        now = {one.name: (one.type.sql, one.collation) for one in new.attributes}
        return any(now.get(name, was) != was for name, was in types.items())

    def _refuse(self, ref: ObjectRef, why: str) -> None:
        text = f"{ref.kind} {ref.short}: {why}"
        if text not in self.refused:
            self.refused.append(text)

    def _not_compared(self) -> Iterator[str]:
        known = {one.ref for one in self.before.unmodelled} & {one.ref for one in self.after.unmodelled}
        for ref in sorted(known):
            yield f"{ref.kind} {ref.short}: on both sides; its inside is not compared"
        if not self.privileges:
            yield "owners and privileges: the wanted schema says nothing of them"
        versions = {one.name: one.version for one in self.before.extensions}
        for one in self.after.extensions:
            if one.name in versions and one.version != versions[one.name]:
                yield f"extension {one.name}: version {versions[one.name]} here, {one.version} there"

    # --- what follows -----------------------------------------------------------------------------------------------

    def _gone(self, ref: ObjectRef) -> bool:
        """Whether the object as it is goes away, for good or to be made again."""
        if self.ops.get(ref) in ("drop", "replace", "rebuild"):
            return True
        return ref in self.inner or self.tables.gone(ref)

    def _propagate(self) -> None:
        changed = True
        while changed:
            changed = False
            for on, dependents in self.dependents.items():
                gone = self._gone(on)
                retyped = self.tables.retyped(on)
                if not gone and not retyped:
                    continue
                for of in dependents:
                    if self._follows(of, on, gone=gone):
                        changed = True

    def _follows(self, of: ObjectRef, on: ObjectRef, *, gone: bool) -> bool:
        """Let `of` follow what happens to `on`; whether that changed anything."""
        if self._gone(of):
            if self.ops.get(of) == "replace" and self.ops.get(on) in ("replace", "rebuild"):
                return self._join(of, on)
            both = self.ops.get(of) == "replace" or self.tables.remade(of)
            return self.tables.retyped(on) and both and self._join(of, on)
        if of in self.old:
            return self._object_follows(of, on, gone=gone)
        if of.kind == "column":
            followed = self.tables.column_follows(of, on, gone=gone, is_type=on.kind in ("type", "domain", "collation"))
            if followed and self.tables.remade(of) and not self.tables.dropped(on) and self.ops.get(on) != "drop":
                self._join(of, on)
            return followed
        if gone and of.kind in ("constraint", "index"):
            if (view := self._view_of(of)) is not None:
                return self._object_follows(view, on, gone=gone)
            return self.tables.part_follows(of)
        return False

    def _view_of(self, ref: ObjectRef) -> ObjectRef | None:
        view = view_ref(Name(schema=ref.schema, name=ref.name))
        return view if view in self.old else None

    def _object_follows(self, of: ObjectRef, on: ObjectRef, *, gone: bool) -> bool:
        if of not in self.new:
            return False  # dropped anyway
        if not gone and of.kind not in _IN_THE_WAY:
            return False
        if self.ops.get(of) == "alter" and gone and self.ops.get(on) == "drop" and not self._has_namesake(on):
            return False  # altered so that it no longer needs what is dropped
        if of.kind in ("type", "domain"):
            if on.kind in ("type", "domain"):
                if self.ops.get(on) != "rebuild" or of in self.inner:
                    return False
                if of in self.ops:
                    self._refuse(of, f"it changes, and so does {on.short}, which it is made of: do one after the other")
                    return False
                self.inner[of] = on  # made anew within what it is made of
                for column in self.dependents.get(of, ()):
                    if column.kind == "column" and self.tables.has(column):
                        self.tables.converted.add(column)
                        self._join(column, on)
                return True
            if on.kind == "function":
                self._refuse(of, f"its constraint needs {on.short}, which is made anew")
            return False
        if of.kind == "sequence" or of.kind == "extension":
            return False
        self.ops[of] = "replace"
        if self.ops.get(on) != "drop" and not self.tables.dropped(on):
            self._join(of, on)
        return True

    def _has_namesake(self, ref: ObjectRef) -> bool:
        """Whether a function of the name is made: both would fit the same calls, so that the old one goes first."""
        if ref.kind != "function":
            return False
        bare = ref.name.partition("(")[0]
        return any(
            op == "create"
            and one.kind == "function"
            and one.schema == ref.schema
            and one.name.partition("(")[0] == bare
            for one, op in self.ops.items()
        )

    def _join(self, of: ObjectRef, on: ObjectRef) -> bool:
        """Both belong to one transaction."""
        one, other = self._root(of), self._root(on)
        if one == other:
            return False
        self.groups[one] = other
        return True

    def _root(self, ref: ObjectRef) -> ObjectRef:
        while ref in self.groups:
            ref = self.groups[ref]
        return ref

    def _group(self, ref: ObjectRef) -> ObjectRef | None:
        root = self._root(ref)
        return root if root != ref or ref in self.groups.values() else None
