"""Decompositions: Bernstein's synthesis of third normal form, and the splitting into Boyce-Codd normal form."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, NamedTuple

from dbarchitect.normal.dependencies import (
    Attributes,
    Dependency,
    candidate_keys,
    closure,
    implies,
    is_superkey,
    minimal_cover,
    projected,
)

NormalForm = Literal["2NF", "3NF", "BCNF"]


class Group(NamedTuple):
    """Dependencies with equivalent left sides, which make one table. `key` is the first of its `lefts`."""

    lefts: tuple[Attributes, ...]
    right: Attributes

    @property
    def key(self) -> Attributes:
        """The left side that becomes the primary key: the shortest."""
        return self.lefts[0]

    @property
    def attributes(self) -> Attributes:
        """All columns of the table."""
        return self.right.union(*self.lefts)


def violated(everything: Attributes, dependencies: Collection[Dependency]) -> tuple[tuple[Dependency, NormalForm], ...]:
    """The members of a minimal cover of `dependencies` that a normal form forbids, with the lowest such form.

    2NF: part of a candidate key determines a column of none (Codd, 1971); 3NF: another column or set that is no
    superkey does (Zaniolo's form of the definition, 1982); BCNF: what is no superkey determines part of a key.
    """
    keys = candidate_keys(everything, dependencies)
    prime: Attributes = frozenset[str]().union(*keys)
    found: list[tuple[Dependency, NormalForm]] = []
    for one in minimal_cover(dependencies):
        if is_superkey(one.left, everything, dependencies):
            continue
        if one.right <= prime:
            found.append((one, "BCNF"))
        elif any(one.left < key for key in keys):
            found.append((one, "2NF"))
        else:
            found.append((one, "3NF"))
    return tuple(found)


def groups(dependencies: Collection[Dependency]) -> tuple[Group, ...]:
    """A minimal cover by left side; left sides that determine each other are one group (Bernstein's steps 3 to 5)."""
    cover = minimal_cover(dependencies)
    lefts: dict[Attributes, list[Attributes]] = {}
    for left in sorted({one.left for one in cover}, key=lambda left: (len(left), sorted(left))):
        lefts.setdefault(closure(left, cover), []).append(left)
    alike = [
        Dependency(left, other)
        for members in lefts.values()
        for left, other in zip(members, (*members[1:], members[0]), strict=True)
        if left != other
    ]
    kept = list(cover)
    for one in cover:  # what follows from the equivalences and the rest would be there twice
        others = [other for other in kept if other != one]
        if implies((*others, *alike), one):
            kept = others
    found: list[Group] = []
    for members in lefts.values():
        right = frozenset[str]().union(*(one.right for one in kept if one.left in members), *members) - members[0]
        found.append(Group(tuple(members), right))
    return tuple(found)


def split(everything: Attributes, dependencies: Collection[Dependency]) -> tuple[Attributes, ...]:
    """A decomposition in Boyce-Codd normal form that is lossless; it may lose dependencies (see `lost_dependencies`).

    Raises `OverflowError` where a part has too many columns on left sides to project the dependencies on it.
    """
    waiting = [everything]
    done: list[Attributes] = []
    while waiting:
        part = waiting.pop()
        own = projected(dependencies, part)
        bad = next((one for one in own if not is_superkey(one.left, part, own)), None)
        if bad is None:
            done.append(part)
            continue
        whole = closure(bad.left, own) & part
        waiting += [whole, bad.left | (part - whole)]
    return _without_contained(done)


def _without_contained(parts: Collection[Attributes]) -> tuple[Attributes, ...]:
    distinct = sorted(set(parts), key=lambda part: (-len(part), sorted(part)))
    kept: list[Attributes] = []
    for part in distinct:
        if not any(part <= other for other in kept):
            kept.append(part)
    return tuple(sorted(kept, key=sorted))
