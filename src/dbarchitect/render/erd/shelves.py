"""Where groups stand: on shelves, those that refer to each other near each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

ASPECT = 1.6  # width over height of the whole: of the screens that it is fitted to
_STREET = 70.0  # about as high as what is between two shelves
_APART = 40.0


@dataclass(slots=True)
class Size:
    """How much room a group takes, about, and how often it is linked with which other."""

    width: float
    height: float
    links: dict[int, int] = field(default_factory=dict[int, int])
    last: bool = False  # it comes after the others


def shelved(sizes: Sequence[Size]) -> tuple[float, list[list[list[int]]]]:
    """Shelves from the top down, of cells from left to right, of groups (their places) from the top down; before them
    about how high the whole is when it is fitted to a screen: less is better.

    Only groups without links to others are stacked in one cell: so each of the others has its channels free to both
    ends.
    """
    order = _ordered(sizes)
    best: tuple[float, list[list[list[int]]]] | None = None
    widest = max(size.width for size in sizes)
    area = sum((size.width + _APART) * (size.height + _STREET) for size in sizes)
    for share in (0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.7, 2.0):
        shelves = _filled(order, sizes, max(widest, share * (area * ASPECT) ** 0.5))
        width = max(sum(_width(cell, sizes) + _APART for cell in shelf) for shelf in shelves)
        height = sum(max(_height(cell, sizes) for cell in shelf) + _STREET for shelf in shelves)
        cost = max(width / ASPECT, height)
        if best is None or cost < best[0] - 1:
            best = cost, shelves
    assert best is not None
    return best[0], [shelf if place % 2 == 0 else shelf[::-1] for place, shelf in enumerate(best[1])]


def _ordered(sizes: Sequence[Size]) -> list[int]:
    """Groups so that each comes soon after those it is linked with."""
    left = {one for one, size in enumerate(sizes) if size.links}
    order: list[int] = []
    drawn = [0.0] * len(sizes)
    while left:
        one = max(left, key=lambda one: (drawn[one], sum(sizes[one].links.values()), -one))
        left.discard(one)
        order.append(one)
        for place in range(len(drawn)):
            drawn[place] *= 0.75  # what was placed long ago is far away
        for other, count in sizes[one].links.items():
            drawn[other] += count
    closed = [one for one in range(len(sizes)) if not sizes[one].links]
    return order + sorted(closed, key=lambda one: (sizes[one].last, -sizes[one].height, -sizes[one].width, one))


def _filled(order: Sequence[int], sizes: Sequence[Size], limit: float) -> list[list[list[int]]]:
    shelves: list[list[list[int]]] = []
    used = limit
    for one in order:
        size = sizes[one]
        if not size.links and (cell := _room(shelves, sizes, size)) is not None:
            cell.append(one)
            continue
        if used and used + size.width > limit:
            shelves.append([])
            used = 0.0
        shelves[-1].append([one])
        used += size.width + _APART
    return shelves


def _room(shelves: list[list[list[int]]], sizes: Sequence[Size], size: Size) -> list[int] | None:
    """A cell of groups without links that has room below them."""
    for shelf in shelves:
        high = max(_height(cell, sizes) for cell in shelf)
        for cell in shelf:
            fits = _height(cell, sizes) + _APART + size.height <= high and size.width <= _width(cell, sizes) * 1.15
            if fits and not any(sizes[one].links for one in cell):
                return cell
    return None


def _width(cell: Sequence[int], sizes: Sequence[Size]) -> float:
    return max(sizes[one].width for one in cell)


def _height(cell: Sequence[int], sizes: Sequence[Size]) -> float:
    return sum(sizes[one].height for one in cell) + _APART * (len(cell) - 1)
