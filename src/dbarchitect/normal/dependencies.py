"""Functional dependencies of one relation: closures, keys, covers, projections.

The definitions are those of Maier, "The Theory of Relational Databases" (1983), chapters 4 and 5. Attributes are
column names. Results are in a fixed order: the same input gives the same output.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

Attributes = frozenset[str]

_MOST_KEYS = 64  # candidate keys, of which there may be exponentially many
_MOST_SUBSETS = 20_000  # left sides of a projection: the projection of dependencies is exponential in the worst case


class Dependency(NamedTuple):
    """`left` determines `right`: rows that agree on `left` agree on `right`."""

    left: Attributes
    right: Attributes


def closure(attributes: Iterable[str], dependencies: Collection[Dependency]) -> Attributes:
    """All that `attributes` determine, themselves included."""
    known = set(attributes)
    waiting = list(dependencies)
    changed = True
    while changed:
        changed = False
        later: list[Dependency] = []
        for one in waiting:
            if one.left <= known:
                changed = changed or not one.right <= known
                known |= one.right
            else:
                later.append(one)
        waiting = later
    return frozenset(known)


def implies(dependencies: Collection[Dependency], one: Dependency) -> bool:
    """Whether `one` follows from `dependencies`."""
    return one.right <= closure(one.left, dependencies)


def is_superkey(attributes: Iterable[str], everything: Attributes, dependencies: Collection[Dependency]) -> bool:
    """Whether `attributes` determine every column of the relation."""
    return everything <= closure(attributes, dependencies)


def minimise(key: Iterable[str], everything: Attributes, dependencies: Collection[Dependency]) -> Attributes:
    """A candidate key within the superkey `key`."""
    kept = set(key)
    for attribute in sorted(kept, reverse=True):
        if everything <= closure(kept - {attribute}, dependencies):
            kept.discard(attribute)
    return frozenset(kept)


def candidate_keys(
    everything: Attributes, dependencies: Collection[Dependency], *, most: int = _MOST_KEYS
) -> tuple[Attributes, ...]:
    """The candidate keys, shortest first; at most `most` of them.

    From each key that is known, each dependency gives another superkey (Lucchesi and Osborn, 1978): polynomial in the
    number of keys.
    """
    found = [minimise(everything, everything, dependencies)]
    for key in found:
        for one in dependencies:
            superkey = one.left | (key - one.right)
            if len(found) < most and not any(known <= superkey for known in found):
                found.append(minimise(superkey, everything, dependencies))
    return tuple(sorted(found, key=_order))


def minimal_cover(dependencies: Iterable[Dependency]) -> tuple[Dependency, ...]:
    """An equivalent set with one attribute on each right side, no attribute and no dependency too many."""
    single = sorted(
        {Dependency(one.left, frozenset((right,))) for one in dependencies for right in one.right - one.left},
        key=lambda one: (_order(one.left), sorted(one.right)),
    )
    reduced: list[Dependency] = []
    for one in single:
        left = set(one.left)
        for attribute in sorted(one.left):
            if one.right <= closure(left - {attribute}, single):
                left.discard(attribute)
        reduced.append(Dependency(frozenset(left), one.right))
    kept = list(dict.fromkeys(reduced))
    # The wider ones go first, so that what stays is simple.
    for one in sorted(kept, key=lambda one: (_order(one.left), sorted(one.right)), reverse=True):
        others = [other for other in kept if other != one]
        if implies(others, one):
            kept = others
    return tuple(kept)


def projected(dependencies: Collection[Dependency], onto: Attributes) -> tuple[Dependency, ...]:
    """A minimal cover of what `dependencies` say about the columns `onto` alone.

    Raises `OverflowError` where more than 20,000 left sides would have to be tried.
    """
    relevant = sorted(onto & frozenset().union(*(one.left for one in dependencies)) if dependencies else ())
    if 2 ** len(relevant) > _MOST_SUBSETS:
        raise OverflowError(f"{len(relevant)} columns on left sides are too many to project on")
    found: list[Dependency] = []
    for left in _subsets(relevant):
        right = (closure(left, dependencies) & onto) - left
        if right and not implies(found, Dependency(left, right)):
            found.append(Dependency(left, right))
    return minimal_cover(found)


def _subsets(attributes: Collection[str]) -> Iterator[Attributes]:
    for size in range(len(attributes) + 1):
        yield from map(frozenset, combinations(attributes, size))


def _order(attributes: Attributes) -> tuple[int, list[str]]:
    return len(attributes), sorted(attributes)
