"""What a plan from a database to code leaves alone: the schema of the code, with what its models cannot say as the
database has it.

Code that says nothing of a CHECK does not say that there is none. The differences that come of that (`drift.blind_to`)
are taken out of the wanted schema before anything is planned, so that the plan neither drops nor changes what they are
about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from msgspec.structs import replace

from dbarchitect.migrate.constructs import column_features, default_value
from dbarchitect.migrate.drift import partitions_of, settings_of
from dbarchitect.migrate.drift_parts import pairs, part_ref
from dbarchitect.migrate.objects import objects, own_constraints, own_indexes, part, ref_of
from dbarchitect.model.drift import Drift
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    Collation,
    Column,
    Constraint,
    EventTrigger,
    ExtendedStatistics,
    Extension,
    ForeignServer,
    Function,
    Index,
    Namespace,
    NotNull,
    Publication,
    Relational,
    SchemaObject,
    Subscription,
    Table,
    View,
)
from dbarchitect.model.schema import Sequence as Counter

# Properties of a column and of a table that are said together.
_OF_COLUMN = (
    ("type",), ("not_null",), ("identity", "default"), ("default",), ("generated",), ("collation",), ("comment",),
    ("storage",), ("compression",), ("statistics_target",), ("options",),
)  # fmt: skip
_OF_TABLE = (
    ("row_security",), ("row_security_forced",), ("persistence",), ("access_method",), ("options",),
    ("toast_options",), ("inherits",), ("replica_identity",), ("comment",),
)  # fmt: skip
_LISTS: tuple[tuple[type[Any], str], ...] = (
    (Namespace, "schemas"), (Extension, "extensions"), (Collation, "collations"), (Counter, "sequences"),
    (View, "views"), (Function, "functions"), (EventTrigger, "event_triggers"), (ExtendedStatistics, "statistics"),
    (Publication, "publications"), (Subscription, "subscriptions"), (ForeignServer, "foreign_servers"),
)  # fmt: skip

_Said = tuple[str, str]  # in the code, in the database
R = TypeVar("R", Table, View)
P = TypeVar("P", Table, Column)
V = TypeVar("V")


def keeping(database: Relational, code: Relational, blind: Sequence[Drift], aside: Collection[Name] = ()) -> Relational:
    """`code` with everything that `blind` is about, and the tables `aside`, as in `database`; both as `steady` gives
    them. Settings of the database and default privileges are the database's too: no mapper says them."""
    return _Keeper(database, code, blind, aside).kept()


class _Keeper:
    """Puts the two together. `taken` is what was taken from the database, `counters` the columns among it that draw on
    a sequence."""

    def __init__(self, database: Relational, code: Relational, blind: Sequence[Drift], aside: Collection[Name]) -> None:
        self.database, self.code = database, code
        self.blind: defaultdict[ObjectRef, list[Drift]] = defaultdict(list)
        for one in blind:
            self.blind[one.at].append(one)
        partitioned = {one.name for one in database.tables if any(not it.part for it in self.blind.get(one.ref, ()))}
        self.aside = {*aside, *partitions_of(database, partitioned)} - {one.name for one in code.tables}
        self.taken: set[ObjectRef] = set()
        self.counters: set[tuple[Name, str]] = set()

    def kept(self) -> Relational:
        """The schema to plan for."""
        known = {one.name: one for one in self.code.tables}
        tables: list[Table] = []
        for old in self.database.tables:
            new = known.pop(old.name, None)
            if new is not None:
                tables.append(self._table(old, new))
            elif old.name in self.aside or old.ref in self.blind:
                self.taken.add(old.ref)
                self.counters |= {(old.name, one.name) for one in old.columns}
                tables.append(old)
        views = {one.name: one for one in self.database.views}
        result = replace(
            self.code,
            tables=_in_order([*tables, *known.values()]),
            views=tuple(self._relation(views[one.name], one) if one.name in views else one for one in self.code.views),
            settings=self.database.settings,
            default_privileges=self.database.default_privileges,
            unmodelled=tuple(sorted({*self.database.unmodelled, *self.code.unmodelled}, key=lambda one: one.ref)),
        )
        for ref, one in objects(self.database).items():
            if one.on is None and ref in self.blind:
                self.taken.add(ref)
                result = _put(result, one.value, ref)
        result = self._with_counters(result)
        return replace(result, schemas=self._schemas(result), dependencies=self._dependencies(result))

    def _table(self, old: Table, new: Table) -> Table:
        made = new
        for one in self.blind.get(old.ref, ()):
            if not one.part:  # it is partitioned in the database
                made = replace(made, kind=old.kind, partition_key=old.partition_key, access_method=old.access_method)
            made = _agreed(old, made, one, _OF_TABLE, _settings_said)
        columns = tuple(self._column(old, one) for one in new.columns)
        demanded = {one.name for one, other in zip(columns, new.columns, strict=True) if one.not_null != other.not_null}
        kept = [one for one in made.constraints if not _demands(one, demanded)]
        theirs = [one for one in old.constraints if _demands(one, demanded)]
        return self._relation(old, replace(made, columns=columns, constraints=_in_order([*kept, *theirs])))

    def _column(self, table: Table, new: Column) -> Column:
        old, ref = table.column(new.name), part("column", table.name, new.name)
        if old is None:
            return new
        made = new
        if default_value(old.default) == default_value(new.default):  # in other words the same
            made = replace(made, default=old.default)
        for one in self.blind.get(ref, ()):
            made = _agreed(old, made, one, _OF_COLUMN, _column_said)
        if made != new:
            self.taken.add(ref)
        if (made.identity, made.default) != (new.identity, new.default):
            self.counters.add((table.name, new.name))
        return made

    def _relation(self, old: R, new: R) -> R:
        """The constraints and indexes, and what hangs on it."""
        for before, after in pairs(_parts(old), _parts(new)):
            if before is None or part_ref(old.name, before if after is None else after) not in self.blind:
                continue
            self.taken.add(part_ref(old.name, before))
            new = _with(_without(new, after) if after is not None else new, before, old)
        for field in ("triggers", "rules", "policies"):
            for one in getattr(old, field, ()):
                ref = ref_of(one, old.name)
                if ref in self.blind and not getattr(one, "inherited", False):
                    self.taken.add(ref)
                    others = [it for it in getattr(new, field) if it.name != one.name]
                    new = replace(new, **{field: _in_order([*others, one])})
        return new

    def _with_counters(self, result: Relational) -> Relational:
        """The schema with the sequences of `counters` as the database has them."""
        theirs = [one for one in self.database.sequences if one.owned_by in self.counters]
        names = {one.name for one in theirs}
        kept = [one for one in result.sequences if one.owned_by not in self.counters and one.name not in names]
        self.taken |= {ref_of(one) for one in theirs}
        return replace(result, sequences=_in_order([*kept, *theirs]))

    def _schemas(self, result: Relational) -> tuple[Namespace, ...]:
        """The schemas, with those that something was taken from."""
        wanted = {one.schema for one in self.taken} - {one.name for one in result.schemas}
        return _in_order([*result.schemas, *(one for one in self.database.schemas if one.name in wanted)])

    def _dependencies(self, result: Relational) -> tuple[Any, ...]:
        """What was taken needs what it needed in the database."""
        tables = {(one.schema, one.name) for one in self.taken if one.kind == "table"}
        more = [
            one for one in self.database.dependencies if one.of in self.taken or (one.of.schema, one.of.name) in tables
        ]
        return tuple(dict.fromkeys([*result.dependencies, *more]))


def _agreed(
    before: P, after: P, one: Drift, groups: Iterable[tuple[str, ...]], said: Callable[[P, P], Collection[_Said]]
) -> P:
    """`after` with those of its properties as in `before` that the difference is about."""
    words = (one.code, one.database)
    if words in said(before, after):
        for group in groups:
            candidate = replace(after, **{field: getattr(before, field) for field in group})
            if words not in said(before, candidate):
                return candidate
    return after


def _column_said(before: Column, after: Column) -> list[_Said]:
    return [(code, database) for code, database, _ in column_features(before, after)]


def _settings_said(before: Table, after: Table) -> list[_Said]:
    return [(one.code, one.database) for one in settings_of(before, after)]


def _demands(one: Constraint, columns: Collection[str]) -> bool:
    return isinstance(one, NotNull) and one.columns[0] in columns


def _parts(of: Table | View) -> list[Constraint | Index]:
    constraints = own_constraints(of).values() if isinstance(of, Table) else ()
    return [*(one for one in constraints if not isinstance(one, NotNull)), *own_indexes(of).values()]


def _without(of: R, one: Constraint | Index) -> R:
    if isinstance(one, Index):
        return replace(of, indexes=tuple(it for it in of.indexes if it.name != one.name))
    assert isinstance(of, Table)
    return replace(
        of,
        constraints=tuple(it for it in of.constraints if it.name != one.name),
        indexes=tuple(it for it in of.indexes if it.constraint != one.name),
    )


def _with(of: R, one: Constraint | Index, old: R) -> R:
    if isinstance(one, Index):
        return replace(of, indexes=_in_order([*of.indexes, one]))
    assert isinstance(of, Table)
    served = [it for it in old.indexes if it.constraint == one.name]
    return replace(of, constraints=_in_order([*of.constraints, one]), indexes=_in_order([*of.indexes, *served]))


def _put(schema: Relational, one: SchemaObject, ref: ObjectRef) -> Relational:
    """The schema with an object, in the place of its namesake if there is one."""
    field = next((field for kind, field in _LISTS if isinstance(one, kind)), "types")
    others = [it for it in getattr(schema, field) if ref_of(it) != ref]
    return replace(schema, **{field: _in_order([*others, one])})


def _in_order(items: Collection[V]) -> tuple[V, ...]:
    """By name, as a catalogue is read."""
    return tuple(sorted(items, key=lambda one: (str(getattr(one, "name", "")), str(getattr(one, "inputs", "")))))
