"""Foreign keys of a column that changes its type, and which pairs of types they bear meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from dbarchitect.model.schema import Column, ForeignKey, Table

_WRITES_CHILD = ("CASCADE", "SET NULL", "SET DEFAULT")
_WHOLE = {"int2": 1, "int4": 2, "int8": 3}


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key that has the column on one of its ends: as it is, and as it is on the shadow under another name."""

    child: Table
    was: ForeignKey
    beside: ForeignKey

    @property
    def ours(self) -> bool:
        """Whether the column is the one that points."""
        return self.was.columns != self.beside.columns

    @property
    def late(self) -> bool:
        """Whether it can move only together with the column: its actions write the column, and what is written to a
        shadow is lost."""
        return self.ours and (self.was.on_update in _WRITES_CHILD or self.was.on_delete in ("SET NULL", "SET DEFAULT"))


def widens(before: Column, after: Column) -> bool:
    """Whether every value of the one is a value of the other, so that no write can fail."""
    old, new = before.type.base or before.type.name, after.type.base or after.type.name
    if old in _WHOLE and new in _WHOLE:
        return _WHOLE[old] <= _WHOLE[new]
    return old in _WHOLE and new == "numeric" and after.type.modifier < 0


def comparable(child: Column, parent: Column) -> bool:
    """Whether a foreign key may join columns of these two types while one of them has changed and the other has not."""
    old, new = child.type.base or child.type.name, parent.type.base or parent.type.name
    texts = ("text", "varchar")
    return old == new or (old in _WHOLE and (new in _WHOLE or new == "numeric")) or (old in texts and new in texts)
