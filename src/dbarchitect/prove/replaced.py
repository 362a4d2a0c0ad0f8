"""Indexes that are there and may go: each is hidden on the twin, and goes only if no plan of the workload is dearer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.index.existing import Merger, Superfluous, mergers, superfluous
from dbarchitect.model.advice import DroppedIndex
from dbarchitect.model.change import AddIndex
from dbarchitect.model.facts import Facts
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Index

from .whatif import WhatIf

WORSE = 1.001  # a cost above this share is a regression, not a difference of rounding
_LEVEL = 0.2  # units: one more level of a B-tree, with its comparisons, costs 0.13 (selfuncs.c, btcostestimate)
_PAGE = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What an index that replaces others may take: bytes and number; None: any."""

    bytes: int | None = None
    count: int | None = None


class Replaced:
    """What goes beside a choice. `costs`: of each query with it. Within, what goes is hidden on the twin."""

    def __init__(self, what: WhatIf, chosen: frozenset[int], costs: Sequence[float], *, counters: bool) -> None:
        self._what = what
        self._twin = what.twin
        self._chosen = chosen
        self._by_table = what.by_table(chosen)
        self._table_of = {index.name: index.table for t in what.twin.schema.tables for index in t.indexes}
        self._hidden = ExitStack()
        self._costs = costs
        self._counters = counters
        self._facts = self._twin.schema.facts or Facts()
        self.gone: list[Name] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hidden.close()

    def dropped(self) -> Iterator[DroppedIndex]:
        """Indexes that may go: nobody reads them, or another, there or advised, does their work."""
        for one in self._superfluous():
            if self._as_good([one.index.name]):
                yield self._dropped(one.index, one.why, "" if one.instead is None else one.instead.name.name)

    def merged(self, width: int, room: Room) -> Iterator[tuple[int, tuple[DroppedIndex, ...]]]:
        """(number of a new candidate, what it replaces): one index for several that begin alike, where it is smaller
        than these together. Asked after `dropped`."""
        left, count = room.bytes, room.count
        for one in mergers(self._twin.schema, width=width, without=self.gone):
            if any(index.name in self.gone for index in one.replaces) or not self._all_read(one):
                continue
            if count is not None and count < 1:
                return
            number = self._tried(one, left)
            if number is None:
                continue
            left = None if left is None else left - round(self._what.sizes[number])
            count = None if count is None else count - 1
            name = self._what.indexes[number].name.name
            yield number, tuple(self._dropped(index, f"{name} does its work", name) for index in one.replaces)

    def _superfluous(self) -> list[Superfluous]:
        """By the schema as it will be: a new index may do the work of an old one."""
        schema = self._twin.schema
        new: dict[Name, list[Index]] = {}
        for one in self._chosen:
            new.setdefault(self._what.indexes[one].table, []).append(self._what.indexes[one])
        tables = tuple(replace(t, indexes=(*t.indexes, *new.get(t.name, ()))) for t in schema.tables)
        names = {self._what.indexes[one].name for one in self._chosen}
        found = superfluous(replace(schema, tables=tables), counters=self._counters)
        return [one for one in found if one.index.name not in names]

    def _all_read(self, one: Merger) -> bool:
        """Whether the workload says of each what it is for: of one that no plan takes nobody knows what is lost."""
        read = {node.index for plan in self._what.plans for node in plan.root.walk() if node.index}
        texts = [key.text for key in one.index.keys]
        return all(
            index.name.name in read or [key.text for key in index.keys] == texts[: len(index.keys)]
            for index in one.replaces
        )

    def _tried(self, one: Merger, room: int | None) -> int | None:
        """The index as a candidate, if it is smaller than what it replaces, fits, and no query is dearer."""
        sizes = [self._facts.indexes.get(str(index.name)) for index in one.replaces]
        freed = sum(size.bytes if size.bytes is not None else size.pages * _PAGE for size in sizes if size is not None)
        index = self._what.named(one.index)
        try:
            size = self._twin.add_index(AddIndex(index=index))
        except InputError:
            return None
        taken = size.pages * _PAGE
        fits = taken < freed and (room is None or taken <= room)
        if not fits or not self._as_good([other.name for other in one.replaces], more=_LEVEL):
            self._twin.drop_index(index.name)
            return None
        return self._what.adopted(index, taken)

    def _as_good(self, names: Sequence[Name], *, more: float = 0.0) -> bool:
        """Hide these too, and let them go, if no query costs more than it does with the choice, and `more` units. Only
        what reads their tables is asked: all else was, before."""
        tables = {self._table_of[one] for one in names}
        with ExitStack() as stack:
            stack.enter_context(self._twin.only([], names))
            for query, read in enumerate(self._what.tables):
                if tables & read:
                    shown = self._what.shown(query, self._by_table)
                    if self._what.planned(query, shown)[0] > self._costs[query] * WORSE + more:
                        return False
            self._hidden.push(stack.pop_all())
        self.gone += names
        return True

    def _dropped(self, index: Index, why: str, instead: str) -> DroppedIndex:
        size = self._facts.indexes.get(str(index.name))
        return DroppedIndex(
            index=index, sql="", bytes=size.bytes if size is not None else None, why=why, instead=instead
        )
