"""Constraints and indexes of a table that differ between a database and code (`drift`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from dbarchitect.migrate.alike import bare_constraint, bare_index
from dbarchitect.migrate.constructs import constraint_features, index_features
from dbarchitect.migrate.drift_words import part_words
from dbarchitect.migrate.objects import index_ref, part
from dbarchitect.model.drift import Drift
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import Constraint, Index, PrimaryKey, Unique

# A unique key that is a constraint on one side and an index on the other: no construct of its own.
UNIQUE_KIND = "unique constraint or index"


def parts_of(table: Name, before: list[Any], after: list[Any]) -> Iterator[Drift]:
    """Constraints and indexes that only one side has, or that differ."""
    for one, other in pairs(before, after):
        if one is not None and other is not None:
            if _shape(one) != _shape(other) or _named(one) != _named(other):
                yield changed_part(part_ref(table, other), one, other)
        elif one is not None:
            yield Drift(
                at=part_ref(table, one),
                found="only in the database",
                database=part_words(one, named=False),
                constructs=_of(one),
            )
        elif other is not None:
            at, words = part_ref(table, other), part_words(other, named=False)
            yield Drift(at=at, found="only in the code", code=words, constructs=_of(other))


def pairs(before: list[Any], after: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Constraints and indexes of the database and of the code: paired by name, by what they are, by the columns of a
    key; None for the other one of what only one side has."""
    left, right = list(before), list(after)
    for alike in (_same_name, _same_shape, _same_key):
        for one in list(left):
            other = next((it for it in right if alike(one, it)), None)
            if other is not None:
                left.remove(one)
                right.remove(other)
                yield one, other
    yield from ((one, None) for one in left)
    yield from ((None, one) for one in right)


def part_ref(table: Name, one: Constraint | Index) -> ObjectRef:
    """The reference of a constraint or an index."""
    return index_ref(one) if isinstance(one, Index) else part("constraint", table, one.name)


def _of(one: Constraint | Index) -> tuple[str, ...]:
    return index_features(one) if isinstance(one, Index) else constraint_features(one)


def _named(one: Constraint | Index) -> str:
    return one.name.name if isinstance(one, Index) else one.name


def _shape(one: Constraint | Index) -> object:
    """What it is, whatever it is called."""
    if isinstance(one, Index):
        return replace(bare_index(one), name=one.table)
    return replace(bare_constraint(one), name="", validated=one.validated, deferrable=one.deferrable)


def _same_name(one: Constraint | Index, other: Constraint | Index) -> bool:
    return type(one) is type(other) and _named(one) == _named(other)


def _same_shape(one: Constraint | Index, other: Constraint | Index) -> bool:
    return _shape(one) == _shape(other)


def _same_key(one: Constraint | Index, other: Constraint | Index) -> bool:
    """Whether both are unique over the same columns, or constraints of one kind over them."""
    mine, theirs = _unique(one), _unique(other)
    if mine is not None:
        return mine == theirs
    if isinstance(one, Index) or isinstance(other, Index):
        return False
    return type(one) is type(other) and bool(one.columns) and one.columns == other.columns


def _unique(one: Constraint | Index) -> tuple[str, ...] | None:
    if isinstance(one, Unique | PrimaryKey):
        return one.columns
    if isinstance(one, Index) and one.unique and one.predicate is None:
        return tuple(key.text for key in one.keys)
    return None


def changed_part(at: ObjectRef, before: Constraint | Index, after: Constraint | Index) -> Drift:
    """The difference between a part in the database and in the code."""
    if _shape(before) == _shape(after) and _named(before) != _named(after):
        words = part_words(after, named=False)
        return Drift(
            at=at, found="differs", code=f"the name {_named(after)} ({words})", database=f"the name {_named(before)}"
        )
    called = _named(before) != _named(after)
    code, database = part_words(after, named=called), part_words(before, named=called)
    if type(before) is not type(after):
        plainly = {_of(before), _of(after)} == {("unique",), ("index", "unique index")}
        kept = _of(before)
        if isinstance(before, Index):
            kept = ("unique index as key",) if isinstance(after, PrimaryKey) else ()
        if isinstance(before, Unique):
            database = f"constraint {database}"
        return Drift(
            at=at, found="differs", code=code, database=database, constructs=(UNIQUE_KIND,) if plainly else kept
        )
    if isinstance(before, Index) and isinstance(after, Index) and code == database:
        code, database = f"WITH {after.options}", f"WITH {before.options}"
        return Drift(at=at, found="differs", code=code, database=database, constructs=("storage parameter",))
    features = set(_of(before)) - set(_of(after))
    constructs = tuple(one for one in _of(before) if one in features) or _of(before)
    return Drift(at=at, found="differs", code=code, database=database, constructs=constructs)
