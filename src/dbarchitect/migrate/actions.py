"""An action: one change with what it makes, takes away and needs, so that many can be put in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dbarchitect.model.change import Change
from dbarchitect.model.names import ObjectRef

# The order among actions that do not depend on each other: what is only added comes first, what is taken away last.
RANKS = {
    "setting": 10,
    "drop partition": 12,  # before its parent changes: on the way back it must fit the parent as it was
    "schema": 20,
    "extension": 21,
    "collation": 22,
    "foreign server": 23,
    "type": 24,
    "sequence": 26,
    "function": 30,
    "table": 40,
    "partition": 41,
    "column": 42,
    "alter column": 43,
    "table settings": 44,
    "key": 50,
    "index": 51,
    "sequence owner": 52,
    "check": 53,
    "foreign key": 54,
    "view": 55,
    "rule": 56,
    "trigger": 57,
    "policy": 58,
    "row security": 59,
    "statistics": 60,
    "publication": 61,
    "owner": 62,
    "grants": 63,
    "comment": 64,
    "drop": 70,
    "drop constraint": 71,
    "drop index": 72,
    "drop column": 80,
    "drop table": 85,
    "drop function": 86,
    "drop sequence": 87,
    "drop type": 88,
    "drop last": 90,
    "drop extension": 91,
    "drop schema": 92,
    "event trigger": 95,
}


@dataclass(slots=True, eq=False)
class Action:
    """A change and its place among the others.

    makes, unmakes, alters  the objects that exist afterwards, no longer, or otherwise
    needs    objects that must be made or altered before
    frees    objects that go away only afterwards: it lets go of them
    awaits   objects that must be gone before
    spared   objects that it does not need although what it makes depends on them: another action sees to that
    undo     what takes it back, in order; None: `change.reverse()`
    loses    data that is gone afterwards, in words
    remakes  what is dropped and made again, in words; "" for nothing
    group    actions of one group run in one transaction: between a drop and its creation nobody may look
    """

    change: Change
    rank: int
    makes: frozenset[ObjectRef] = frozenset()
    unmakes: frozenset[ObjectRef] = frozenset()
    alters: frozenset[ObjectRef] = frozenset()
    needs: frozenset[ObjectRef] = frozenset()
    spared: frozenset[ObjectRef] = field(default=frozenset(), kw_only=True)
    frees: frozenset[ObjectRef] = field(default=frozenset(), kw_only=True)
    awaits: frozenset[ObjectRef] = field(default=frozenset(), kw_only=True)
    undo: tuple[Change, ...] | None = None
    loses: tuple[str, ...] = ()
    remakes: str = ""
    group: ObjectRef | None = None
    number: int = field(default=0)

    def reverse(self) -> tuple[Change, ...]:
        """The changes that take it back, in order."""
        if self.undo is not None:
            return self.undo
        back = self.change.reverse()
        return () if back is None else (back,)


def make_action(
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
    """An action; what is not given is empty."""
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
