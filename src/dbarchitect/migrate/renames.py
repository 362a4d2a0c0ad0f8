"""Renames: which of two differently named objects are one, as far as their structure says so.

Nothing is guessed in silence. An object that went and one that came, alike in all but the name and alike to nothing
else, are one; everything less is a question (`Question`), which a person answers. What holds no data (a constraint, an
index, a function) may be renamed without asking: dropping it and making it again would give the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.migrate.alike import bare_constraint, plain_column, unnamed_index
from dbarchitect.migrate.objects import Object, constraint_ref, index_ref, objects, own_constraints, own_indexes, part
from dbarchitect.migrate.objects import tables as tables_of
from dbarchitect.model.change import Alter, Change, Rename
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    Column,
    CompositeType,
    Constraint,
    DomainType,
    EnumType,
    Extension,
    ForeignKey,
    Function,
    Index,
    NotNull,
    Policy,
    Relational,
    Table,
    Trigger,
)
from dbarchitect.model.schema import (
    Sequence as DbSequence,
)

_ASIDE = "__aside"  # the end of a name for the time in which another one takes the name before
_ALIKE = 0.6  # share of equal columns (Jaccard) from which on a table may be another one renamed


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Is `old` now called one of `candidates`?"""

    old: ObjectRef
    candidates: tuple[ObjectRef, ...]

    def __str__(self) -> str:
        names = " or ".join(one.short for one in self.candidates)
        kind = "label" if self.old.kind == "type" and self.old.sub else self.old.kind
        return f"is {kind} {self.old.short} now called {names}?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was stated: new names by old ones, and objects that are none of the candidates ("*": none is)."""

    renamed: Mapping[str, str]
    distinct: frozenset[str] = frozenset()
    former: Mapping[str, str] = field(default_factory=dict[str, str])  # what a table was called, by its name now

    def of(self, ref: ObjectRef) -> str | None:
        """The new name of an object, "" if it has none, None where nothing was said."""
        for name in self._names(ref):
            if name in self.renamed:
                return self.renamed[name]
            if name in self.distinct:
                return ""
        return "" if "*" in self.distinct else None

    def _names(self, ref: ObjectRef) -> list[str]:
        names = [str(ref), ref.short]
        old = self.former.get(str(ObjectRef(kind="table", schema=ref.schema, name=ref.name))) if ref.sub else None
        return [*names, f"{old}.{ref.sub}", f"{old.removeprefix('public.')}.{ref.sub}"] if old else names

    def after(self, changes: Iterable[Change]) -> Answers:
        """The answers once these renames are made: what was said of a table's old name holds for its new one, and what
        was said of names that are taken by others now is done."""
        former = dict(self.former)
        renamed = dict(self.renamed)
        for change in changes:
            if not isinstance(change, Rename):
                continue
            said = [renamed.pop(name) for name in self._names(change.at) if name in renamed]
            if change.to.name.endswith(_ASIDE) and said:
                # Out of the way of another, it has its own name yet to get.
                now = replace(change.at, sub=change.to.name) if change.at.sub else None
                whole = ObjectRef(kind=change.at.kind, schema=change.to.schema, name=change.to.name)
                renamed[str(now or whole)] = said[0]
            if change.at.kind == "table" and not change.at.sub:
                now = ObjectRef(kind="table", schema=change.to.schema, name=change.to.name)
                former[str(now)] = str(change.at)
        return Answers(renamed=renamed, distinct=self.distinct, former=former)

    def of_nothing(self, schema: Relational) -> str:
        """The first old name that nothing in `schema` has, "" if there is none. A part may also be named by the name
        that its table is given."""
        known = _names(schema)
        for old, new in self.renamed.items():
            if old in known:
                schema_part = old.rpartition(".")[0]
                prefixes = {new, f"{schema_part}.{new}" if schema_part else new}
                known |= {
                    f"{prefix}.{name[len(old) + 1 :]}"
                    for name in known
                    if name.startswith(f"{old}.")
                    for prefix in prefixes
                }
        return next((old for old in self.renamed if old not in known), "")


@dataclass(frozen=True, slots=True)
class Found:
    """Renames to make first, each with what recognised it, and what has to be asked."""

    changes: tuple[Change, ...]
    words: tuple[str, ...]
    questions: tuple[Question, ...]


def find(before: Relational, after: Relational, answers: Answers) -> Found:
    """The renames of one level: of schemas' objects first; columns and parts are found once tables have their names.

    Call it again with the schema that has them, until it finds nothing more.
    """
    return _Finder(before, after, answers).find()


class _Finder:
    def __init__(self, before: Relational, after: Relational, answers: Answers) -> None:
        self.before, self.after = before, after
        self.answers = answers
        self.changes: list[Change] = []
        self.words: list[str] = []
        self.questions: list[Question] = []
        self.used: set[ObjectRef] = set()

    def find(self) -> Found:
        self._schemas()
        if self.changes:  # all that is in them has other names now
            return Found(tuple(self.changes), tuple(self.words), ())
        self._tables()
        self._objects()
        if not self.changes:
            self._columns()
        if not self.changes:
            self._parts()
        return Found(tuple(self.changes), tuple(self.words), tuple(self.questions))

    def _schemas(self) -> None:
        names = {one.name for one in self.before.schemas}
        come = [ObjectRef(kind="schema", name=one.name) for one in self.after.schemas if one.name not in names]
        for one in self.before.schemas:
            ref = ObjectRef(kind="schema", name=one.name)
            if said := self.answers.of(ref):
                self._stated(ref, come, said)

    # --- tables -----------------------------------------------------------------------------------------------------

    def _tables(self) -> None:
        old, new = tables_of(self.before), tables_of(self.after)
        gone = [table for name, table in old.items() if name not in new]
        come = [table for name, table in new.items() if name not in old]
        stated = {ref: said for ref, said in ((one.ref, self.answers.of(one.ref)) for one in old.values()) if said}
        self._stated_all(stated, {table.ref for table in new.values()}, {table.ref for table in old.values()})
        taken = {change.to for change in self.changes if isinstance(change, Rename)}
        come = [table for table in come if table.name not in taken]
        same = [(a, b) for a in gone for b in come if _same_table(a, b)]
        near = [(a, b) for a in gone for b in come if _near_table(a, b)]
        for table in gone:
            if self.answers.of(table.ref) is not None:
                continue
            exact = [b for a, b in same if a is table]
            close = [b for a, b in near if a is table]
            if (
                len(exact) == 1
                and len([a for a, b in same if b is exact[0]]) == 1
                and len(close) <= 1
                and table.columns
            ):
                self._rename(table.ref, exact[0].name, "same columns and keys")
            elif close:
                self.questions.append(Question(old=table.ref, candidates=tuple(one.ref for one in close)))

    def _stated_all(self, stated: Mapping[ObjectRef, str], wanted: set[ObjectRef], here: set[ObjectRef]) -> None:
        """Renames that were stated: one whose new name is still taken waits until its holder has another."""
        pairs: dict[ObjectRef, ObjectRef] = {}
        for ref, said in stated.items():
            target = next((one for one in sorted(wanted) if said in (str(one), one.short, one.sub or one.name)), None)
            if target is None:
                self._stated(ref, sorted(wanted - here), said)
            else:
                pairs[ref] = target
        free = [ref for ref, target in pairs.items() if target not in here]
        for ref in free:
            self._stated(ref, [pairs[ref]], stated[ref])
        if pairs and not free:
            # They have each other's names: one steps aside.
            first = min(pairs)
            aside = f"{(first.sub or first.name)[:50]}{_ASIDE}"
            to = Name(schema="" if first.sub else first.schema, name=aside)
            self._rename(first, to, "stated, by way of another name")

    def _stated(self, old: ObjectRef, candidates: Sequence[ObjectRef], said: str) -> None:
        """A rename that somebody stated: the new name, bare or qualified."""
        for one in candidates:
            bare = Name(schema=one.schema, name=_bare(one))
            if said in (str(one), one.short, one.sub or one.name, _bare(one), f"{bare.schema}.{bare.name}"):
                to = Name(schema="", name=one.sub) if one.sub else Name(schema=one.schema, name=_bare(one))
                self._rename(old, to, "stated")
                return
        names = ", ".join(one.short for one in candidates) or "none is new"
        raise InputError(
            f"--rename {old.short}={said}: the wanted schema has no new {old.kind} {said}",
            hint=f"new there: {names}",
        )

    def _rename(self, at: ObjectRef, to: Name, why: str) -> None:
        change = Rename(at=at, to=to)
        if at in self.used:
            return
        self.used.add(at)
        self.changes.append(change)
        self.words.append(f"{at.kind} {at.short} is now {to.short} ({why})")

    # --- objects with a name of their own -----------------------------------------------------------------------------

    def _objects(self) -> None:
        old, new = objects(self.before), objects(self.after)
        gone = {ref: one for ref, one in old.items() if ref not in new}
        come = {ref: one for ref, one in new.items() if ref not in old}
        for ref, one in gone.items():
            if one.on is not None or ref.kind == "schema":
                continue
            said = self.answers.of(ref)
            if said:
                self._stated(ref, [other for other in come if other.kind == ref.kind], said)
                continue
            if said == "" or not isinstance(one.value, EnumType | DomainType | CompositeType | DbSequence | Function):
                continue
            pairs = [other for other, b in come.items() if _same_object(one, b)]
            rivals = [other for other, b in gone.items() if pairs and _same_object(b, come[pairs[0]])]
            if len(pairs) == 1 and len(rivals) == 1:
                self._rename(ref, Name(schema=pairs[0].schema, name=_bare(pairs[0])), "same definition")
            elif pairs and isinstance(one.value, DbSequence | EnumType):
                self.questions.append(Question(old=ref, candidates=tuple(pairs)))
        for ref, one in old.items():
            if ref not in new:
                continue
            other = new[ref].value
            if isinstance(one.value, EnumType):
                self._labels(ref, one.value, other)
            elif isinstance(one.value, CompositeType) and isinstance(other, CompositeType):
                self._attributes(ref, one.value, other)
            elif isinstance(other, Extension) and isinstance(one.value, Extension) and one.value.schema != other.schema:
                # What columns of its types are called follows it.
                self.changes.append(Alter(before=one.value, after=replace(other, version=one.value.version)))
                self.words.append(f"extension {other.name} moves to schema {other.schema}")

    def _attributes(self, ref: ObjectRef, old: CompositeType, new: CompositeType) -> None:
        """An attribute of a composite type under another name: only where it was stated."""
        names = {one.name for one in old.attributes}
        for one in old.attributes:
            at = replace(ref, sub=one.name)
            if one.name in {other.name for other in new.attributes}:
                continue
            if said := self.answers.of(at):
                come = [replace(ref, sub=other.name) for other in new.attributes if other.name not in names]
                self._stated(at, come, said)

    def _labels(self, ref: ObjectRef, old: EnumType, new: Any) -> None:
        """A label of an enum under another name in the same place: only where it was stated, else a question."""
        if not isinstance(new, EnumType):
            return
        gone = [label for label in old.labels if label not in new.labels]
        come = [label for label in new.labels if label not in old.labels]
        for label in gone:
            at = replace(ref, sub=label)
            said = self.answers.of(at)
            if said == "":
                continue
            if said is not None:
                if said not in come:
                    raise InputError(
                        f"--rename {at.short}={said}: {ref.short} gets no new label {said}",
                        hint=f"its new ones: {', '.join(come) or 'none'}",
                    )
                labels = tuple(said if one == label else one for one in old.labels)
                self.changes.append(Alter(before=old, after=replace(old, labels=labels)))
                self.words.append(f"label {label} of {ref.short} is now {said} (stated)")
                old = replace(old, labels=labels)
            elif come and len(old.labels) == len(new.labels):
                place = old.labels.index(label)
                if new.labels[place] in come:
                    self.questions.append(Question(old=at, candidates=(replace(ref, sub=new.labels[place]),)))

    # --- columns ------------------------------------------------------------------------------------------------------

    def _columns(self) -> None:
        old_tables, new_tables = tables_of(self.before), tables_of(self.after)
        for name, new in new_tables.items():
            old = old_tables.get(name)
            if old is None:
                continue
            gone = [c for c in old.columns if new.column(c.name) is None and not c.inherited]
            come = [c for c in new.columns if old.column(c.name) is None and not c.inherited]
            here = {part("column", name, c.name) for c in old.columns}
            stated = {ref: said for ref, said in ((one, self.answers.of(one)) for one in here) if said}
            self._stated_all(stated, {part("column", name, c.name) for c in new.columns}, here)
            taken = {change.to.name for change in self.changes if isinstance(change, Rename)}
            come = [column for column in come if column.name not in taken]
            for column in gone:
                ref = part("column", name, column.name)
                if self.answers.of(ref) is not None:
                    continue
                alike = [c for c in come if _same_column(column, c)]
                sure = [c for c in alike if _evident(old, new, column.name, c.name)]
                rivals = [c for c in gone if alike and _same_column(c, alike[0])]
                if len(sure) == 1 and len(alike) == 1 and len(rivals) == 1:
                    self._rename(ref, Name(schema="", name=sure[0].name), "same type, same keys or indexes")
                elif alike:
                    names = tuple(part("column", name, c.name) for c in alike)
                    self.questions.append(Question(old=ref, candidates=names))

    # --- parts without data -------------------------------------------------------------------------------------------

    def _parts(self) -> None:
        old_tables, new_tables = tables_of(self.before), tables_of(self.after)
        for name, new in new_tables.items():
            old = old_tables.get(name)
            if old is None:
                continue
            constraints = own_constraints(old), own_constraints(new)
            self._alike(
                {constraint_ref(name, c): c for c in constraints[0].values() if not isinstance(c, NotNull)},
                {constraint_ref(name, c): c for c in constraints[1].values() if not isinstance(c, NotNull)},
                _unnamed_constraint,
            )
            indexes = own_indexes(old), own_indexes(new)
            self._alike(
                {index_ref(i): i for i in indexes[0].values()},
                {index_ref(i): i for i in indexes[1].values()},
                _unnamed,
            )
            self._alike(
                {part("trigger", name, t.name): t for t in old.triggers if not t.inherited},
                {part("trigger", name, t.name): t for t in new.triggers if not t.inherited},
                _unnamed_trigger,
            )
            self._alike(
                {part("policy", name, p.name): p for p in old.policies},
                {part("policy", name, p.name): p for p in new.policies},
                _unnamed_policy,
            )

    def _alike(self, old: Mapping[ObjectRef, Any], new: Mapping[ObjectRef, Any], bare: Callable[[Any], Any]) -> None:
        gone = [(ref, bare(one)) for ref, one in old.items() if ref not in new]
        come = [(ref, bare(one)) for ref, one in new.items() if ref not in old]
        for ref, one in gone:
            match = next((other for other, b in come if b == one and other not in self.used), None)
            if match is not None:
                self.used.add(match)
                self._rename(ref, Name(schema="", name=match.sub), "same definition")


def _names(schema: Relational) -> set[str]:
    """What everything is called that can be renamed, with and without `public`; functions also without arguments."""
    refs = list(objects(schema))
    for relation in (*tables_of(schema).values(), *schema.views):
        refs += [part("column", relation.name, one.name) for one in relation.columns]
        # An index is a part of its table, and has a name in the schema.
        refs += [index_ref(one) for one in relation.indexes]
        refs += [ObjectRef(kind="index", schema=one.name.schema, name=one.name.name) for one in relation.indexes]
        refs += [part("trigger", relation.name, one.name) for one in relation.triggers]
    for table in tables_of(schema).values():
        refs += [table.ref, *(constraint_ref(table.name, one) for one in table.constraints)]
    for one in schema.types:
        parts = one.labels if isinstance(one, EnumType) else ()
        if isinstance(one, CompositeType):
            parts = tuple(attribute.name for attribute in one.attributes)
        elif isinstance(one, DomainType):
            parts = tuple(constraint.name for constraint in one.constraints)
        refs += [part("type", one.name, name) for name in parts]
    found = {name for ref in refs for name in (str(ref), ref.short)}
    return found | {name.partition("(")[0] for name in found if "(" in name}


def _bare(ref: ObjectRef) -> str:
    return ref.name.partition("(")[0] if ref.kind == "function" else ref.name


def _column_shape(one: Column) -> tuple[object, ...]:
    return one.name, one.type.sql, one.not_null, one.generated is not None


def _same_table(a: Table, b: Table) -> bool:
    return (
        a.kind == b.kind
        and a.partition_of == b.partition_of
        and a.partition_key == b.partition_key
        and {_column_shape(c) for c in a.columns} == {_column_shape(c) for c in b.columns}
        and _keys(a) == _keys(b)
    )


def _keys(table: Table) -> set[tuple[str, tuple[str, ...]]]:
    return {(type(one).__name__, one.columns) for one in table.constraints if not isinstance(one, NotNull | ForeignKey)}


def _near_table(a: Table, b: Table) -> bool:
    if a.kind != b.kind or a.partition_of != b.partition_of:
        return False
    old, new = {(c.name, c.type.sql) for c in a.columns}, {(c.name, c.type.sql) for c in b.columns}
    return bool(old | new) and len(old & new) / len(old | new) >= _ALIKE


def _same_object(one: Object, other: Object) -> bool:
    a, b = one.value, other.value
    if type(a) is not type(b) or one.on is not None:
        return False
    if isinstance(a, Function) and isinstance(b, Function):
        if a.kind == "aggregate" or a.name.name == b.name.name:
            moved = a.name.name == b.name.name and a.name.schema != b.name.schema and a.identity == b.identity
            return moved and a.kind != "aggregate" and _function(a) == _function(b)
        return _function(a) == _function(b) and a.name.schema == b.name.schema
    if isinstance(a, DbSequence) and isinstance(b, DbSequence) and (a.owned_by or b.owned_by):
        # One that a column owns is told by the column.
        return a.owned_by == b.owned_by and _nameless(a) == _nameless(b)
    return _nameless(a) == _nameless(b)


def _function(one: Function) -> Function:
    name = Name(schema="", name="")
    return replace(one, name=name, definition="", owner="", grants=(), comment=None)


def _nameless(one: Any) -> Any:
    return replace(one, name=Name(schema="", name=""), owner="", grants=(), comment=None)


def _same_column(a: Column, b: Column) -> bool:
    return a.type == b.type and a.generated == b.generated and (a.identity is None) == (b.identity is None)


def _evident(old: Table, new: Table, column: str, named: str) -> bool:
    """Whether more than the type says that the columns are one: a key or an index over it, or a comment."""
    before, after = old.column(column), new.column(named)
    if before is None or after is None:
        return False
    if before.comment is not None and before.comment == after.comment:
        return True
    if plain_column(replace(before, name=named, comment=None)) != plain_column(replace(after, comment=None)):
        return False

    def uses(table: Table, name: str) -> Iterator[tuple[object, ...]]:
        for one in table.constraints:
            if isinstance(one, NotNull) or name not in one.columns:
                continue
            target = (one.target, one.target_columns) if isinstance(one, ForeignKey) else ()
            yield type(one).__name__, tuple("?" if c == name else c for c in one.columns), target
        for index in own_indexes(table).values():
            if any(key.column == name for key in index.keys):
                keys = tuple("?" if key.column == name else key.text for key in index.keys)
                yield "index", index.method, index.unique, keys

    found, wanted = set(uses(old, column)), set(uses(new, named))
    return bool(found) and found == wanted


def _unnamed_constraint(one: Constraint) -> Constraint:
    return replace(bare_constraint(one), name="", validated=one.validated)


def _unnamed(one: Index) -> Index:
    return unnamed_index(one)


def _unnamed_trigger(one: Trigger) -> Trigger:
    # The server prints it with its name: what follows is the same for the same trigger.
    _, _, rest = one.definition.partition(f" {one.timing} ")
    return replace(one, name="", definition=rest, comment=None)


def _unnamed_policy(one: Policy) -> Policy:
    return replace(one, name="", comment=None)


def answers_of(renames: Iterable[str], distinct: Iterable[str]) -> Answers:
    """`old=new` texts, and names of objects that were not renamed. Raises `InputError` for a text that is neither."""
    found: dict[str, str] = {}
    for text in renames:
        old, equals, new = text.partition("=")
        if not equals or not old.strip() or not new.strip():
            raise InputError(f"--rename {text}: not OLD=NEW", hint="--rename public.orders.note=remark")
        found[old.strip()] = new.strip()
    return Answers(renamed=found, distinct=frozenset(one.strip() for one in distinct))
