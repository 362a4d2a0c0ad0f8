"""The boxes of one group in columns: which column, in which order, at which height.

Columns are chosen by local search (neighbours near each other, no column much higher than the others), the order and
the heights by sweeps towards the neighbours' pins. A wire that has to pass a column gets a lane in it, which takes room
as a box does: so no wire ever runs through a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .boxes import Box

GAP = 26  # between two boxes of a column
_BESIDE = 14  # between a box and a lane
_LANES = 9  # between two lanes
_SWEEPS = 14
_SAME, _FAR = 1.35, 1.6  # a link in one column, and one over so many more columns, beside one to the next column
_BACKWARDS = 0.12  # parents are read first: on the left
_OVERFULL = 6.0
_FULL = 1.15  # of the height that a column should have, at most


@dataclass(slots=True)
class Net:
    """The links of a group that end at the same pin of the same box: they share their way. `root` and `leaves` are
    (box, height of the pin in it); boxes are numbered within the group."""

    root: tuple[int, float]
    leaves: list[tuple[int, float]]


@dataclass(slots=True)
class Item:
    """What stands in a column: a box, or the lane of a net."""

    column: int
    height: float
    box: int | None
    net: int | None
    top: float = 0.0
    pulls: list[tuple[Item, float, float]] = field(default_factory=list["tuple[Item, float, float]"])  # its, own pin


@dataclass(slots=True)
class Arrangement:
    """Columns of items from the top down. `column` is that of each box; `lanes` the item of (net, column)."""

    columns: list[list[Item]]
    column: list[int]
    items: list[Item]
    lanes: dict[tuple[int, int], Item]


def arrange(boxes: Sequence[Box], nets: Sequence[Net], wanted: float) -> Arrangement:
    """Columns about `wanted` pixels high."""
    heights = [box.height + GAP for box in boxes]
    if not nets:
        return _stacked(boxes, _filled(heights, wanted))
    links = [(leaf, net.root[0]) for net in nets for leaf, _ in net.leaves if leaf != net.root[0]]
    column = _choose(heights, links, wanted) if links else _filled(heights, wanted)
    return _placed(boxes, nets, column)


def _stacked(boxes: Sequence[Box], column: list[int]) -> Arrangement:
    """Boxes without links, each column from the top down."""
    columns: list[list[Item]] = [[] for _ in range(max(column, default=0) + 1)]
    items: list[Item] = []
    for number, (box, at) in enumerate(zip(boxes, column, strict=True)):
        above = columns[at][-1] if columns[at] else None
        top = 0.0 if above is None else above.top + above.height + GAP
        items.append(Item(at, box.height, number, None, top))
        columns[at].append(items[-1])
    return Arrangement(columns, column, items, {})


def _filled(heights: Sequence[float], wanted: float) -> list[int]:
    """Column after column, for boxes without links."""
    column: list[int] = []
    at, used = 0, 0.0
    for height in heights:
        if used and used + height > wanted + GAP:
            at, used = at + 1, 0.0
        column.append(at)
        used += height
    return column


# ---- columns


def _choose(heights: Sequence[float], links: Sequence[tuple[int, int]], wanted: float) -> list[int]:
    count = len(heights)
    near: list[list[tuple[int, bool]]] = [[] for _ in heights]  # (neighbour, whether it is the parent)
    for child, parent in links:
        near[child].append((parent, True))
        near[parent].append((child, False))
    columns = min(count, round(sum(heights) / wanted)) or 1
    limit = max((sum(heights) / columns * 1.12, *heights))
    best: tuple[float, list[int]] | None = None
    for start in sorted(range(count), key=lambda one: (-len(near[one]), one))[:4]:
        for order in (_walk(start, near), _walk(start, near, middle=True)):
            column = _cut(order, heights, columns)
            cost = _improve(column, columns, near, heights, limit)
            if best is None or cost < best[0] - 1e-9:
                best = cost, column
    assert best is not None
    used = sorted(set(best[1]))
    return [used.index(one) for one in best[1]]


def _walk(start: int, near: list[list[tuple[int, bool]]], *, middle: bool = False) -> list[int]:
    """Boxes from `start` on, neighbours of neighbours later; with `middle` to both sides of it in turn."""
    seen = {start}
    order = [start]
    for first in (start, *range(len(near))):
        if first not in seen:
            seen.add(first)
            order.append(first)
        at = order.index(first)
        while at < len(order):
            fresh = sorted({one for one, _ in near[order[at]]} - seen)
            seen.update(fresh)
            order += fresh
            at += 1
    return order[1::2][::-1] + order[::2] if middle else order


def _cut(order: Sequence[int], heights: Sequence[float], columns: int) -> list[int]:
    whole = sum(heights)
    column = [0] * len(heights)
    used = 0.0
    for one in order:
        column[one] = min(columns - 1, int((used + heights[one] / 2) / whole * columns))
        used += heights[one]
    return column


def _length(steps: int) -> float:
    """What a link costs from child to parent; positive `steps`: the parent is on the right."""
    if steps == 0:
        return _SAME
    return 1 + (abs(steps) - 1) * _FAR + (_BACKWARDS if steps > 0 else 0)


def _improve(
    column: list[int],
    columns: int,
    near: list[list[tuple[int, bool]]],
    heights: Sequence[float],
    limit: float,
) -> float:
    """Move and swap boxes as long as it gets better; the cost in the end."""
    filled = [0.0] * columns
    for one, at in enumerate(column):
        filled[at] += heights[one]
    lengths = {steps: _length(steps) for steps in range(-columns, columns + 1)}

    def pull(one: int, at: int) -> float:
        return sum(lengths[(column[o] - at) if parent else (at - column[o])] for o, parent in near[one] if o != one)

    def over(height: float) -> float:
        return _OVERFULL * max(0.0, height / limit - 1)

    # What each box pulls from each column, kept as boxes move: only their neighbours are asked anew.
    pulls = [[pull(one, at) for at in range(columns)] for one in range(len(column))]
    beside = [frozenset(o for o, _ in around) for around in near]

    def move(one: int, at: int) -> None:
        column[one] = at
        for other in beside[one]:
            pulls[other] = [pull(other, there) for there in range(columns)]

    full = max(limit * _FULL, *filled)
    for _ in range(30):
        moved = False
        for one in range(len(column)):
            here = column[one]
            costs = pulls[one]
            without = filled[here] - heights[one]
            for at in range(columns):
                if at == here or filled[at] + heights[one] > full:
                    continue
                saved = costs[here] - costs[at]
                saved += over(filled[here]) - over(without) + over(filled[at]) - over(filled[at] + heights[one])
                if saved > 1e-6:
                    filled[here], filled[at] = without, filled[at] + heights[one]
                    move(one, at)
                    moved = True
                    break
            else:
                overs = [over(height) for height in filled]
                for other in range(one + 1, len(column)):
                    there = column[other]
                    if there == here:
                        continue
                    saved = overs[here] + overs[there] + costs[here] + pulls[other][there]
                    if other in beside[one]:
                        column[one], column[other] = there, here
                        saved -= pull(one, there) + pull(other, here)
                        column[one], column[other] = here, there
                    else:
                        saved -= costs[there] + pulls[other][here]
                    if saved <= 1e-6:  # what the heights come to then can only be more
                        continue
                    difference = heights[other] - heights[one]
                    if filled[here] + difference > full or filled[there] - difference > full:
                        continue
                    saved -= over(filled[here] + difference) + over(filled[there] - difference)
                    if saved > 1e-6:
                        filled[here] += difference
                        filled[there] -= difference
                        move(one, there)
                        move(other, here)
                        moved = True
                        break
        if not moved:
            break
    links = sum(pull(one, column[one]) for one in range(len(column))) / 2
    return links + sum(over(one) for one in filled)


# ---- order and heights


def _placed(boxes: Sequence[Box], nets: Sequence[Net], column: list[int]) -> Arrangement:
    items = [Item(column[number], box.height, number, None) for number, box in enumerate(boxes)]
    lanes: dict[tuple[int, int], Item] = {}
    for number, net in enumerate(nets):
        root, pin = net.root
        here = column[root]
        for step in (1, -1):
            reach = max(((column[leaf] - here) * step for leaf, _ in net.leaves), default=0)
            before = (items[root], pin)
            behind: dict[int, tuple[Item, float]] = {here + step: before}
            for at in range(here + step, here + reach * step, step):
                lane = lanes[number, at] = Item(at, 0, None, number)
                _pull(before, (lane, 0))
                before = (lane, 0)
                behind[at + step] = before
            for leaf, own in net.leaves:
                if (column[leaf] - here) * step > 0:
                    _pull(behind[column[leaf]], (items[leaf], own))
        for leaf, own in net.leaves:
            if column[leaf] == here and leaf != root:
                _pull((items[root], pin), (items[leaf], own))
    every = [*items, *lanes.values()]
    columns: list[list[Item]] = [[] for _ in range(max(column, default=0) + 1)]
    for item in every:
        columns[item.column].append(item)
    _settle(columns)
    return Arrangement(columns, column, items, lanes)


def _pull(one: tuple[Item, float], other: tuple[Item, float]) -> None:
    one[0].pulls.append((other[0], other[1], one[1]))
    other[0].pulls.append((one[0], one[1], other[1]))


def _settle(columns: list[list[Item]]) -> None:
    """Sweep until no order of the columns gives shorter and fewer crossing wires than the best one seen."""
    number = {id(item): place for place, item in enumerate(one for items in columns for one in items)}
    height = 1.04 * max(sum(one.height for one in items) + _gaps(items) for items in columns)
    for items in columns:
        _stack(items, [0.0] * len(items), height)
    best: tuple[float, list[list[Item]], list[float]] | None = None
    for sweep in range(_SWEEPS):
        way = columns if sweep % 2 == 0 else columns[::-1]
        for items in way:
            wish = {id(item): _wish(item) for item in items}
            items.sort(key=lambda item: (wish[id(item)] + item.height / 2, number[id(item)]))
            _stack(items, [wish[id(item)] for item in items], height)
        cost = _cost(columns)
        if best is None or cost < best[0]:
            best = cost, [list(items) for items in columns], [item.top for items in columns for item in items]
    assert best is not None
    for items, kept in zip(columns, best[1], strict=True):
        items[:] = kept
    for item, top in zip((item for items in columns for item in items), best[2], strict=True):
        item.top = top
    _switch(columns)
    for sweep in range(8):
        for items in columns if sweep % 2 == 0 else columns[::-1]:
            _stack(items, [_wish(item) for item in items], height)
    lowest = min(item.top for items in columns for item in items)
    for items in columns:
        for item in items:
            item.top = round(item.top - lowest)
        for upper, lower in pairwise(items):  # what rounding took
            lower.top = max(lower.top, upper.top + upper.height + _gap(upper, lower))


def _switch(columns: list[list[Item]]) -> None:
    """Swap neighbours in a column where their wires then cross less."""
    for _ in range(6):
        swapped = False
        for items in columns:
            for place in range(len(items) - 1):
                upper, lower = items[place], items[place + 1]
                now, then = _crossings(upper, lower)
                if then < now:
                    items[place], items[place + 1] = lower, upper
                    gap = _gap(upper, lower)
                    lower.top = upper.top
                    upper.top = lower.top + lower.height + gap
                    swapped = True
        if not swapped:
            return


def _crossings(upper: Item, lower: Item) -> tuple[int, int]:
    """Between the wires of two neighbours of a column: as they are, and the other way round."""
    now = then = 0
    for other, pin, _ in upper.pulls:
        for far, at, _ in lower.pulls:
            if other.column == upper.column or far.column == lower.column:
                continue
            if (other.column > upper.column) == (far.column > lower.column):
                first, second = other.top + pin, far.top + at
                now += first > second
                then += first < second
    return now, then


def _wish(item: Item) -> float:
    """Where the item's top would be if its pins stood at the height of their neighbours'."""
    if not item.pulls:
        return item.top
    wishes = sorted(other.top + pin - own for other, pin, own in item.pulls)
    middle = len(wishes) // 2
    median = wishes[middle] if len(wishes) % 2 else (wishes[middle - 1] + wishes[middle]) / 2
    return (median + sum(wishes) / len(wishes)) / 2


def _gap(upper: Item, lower: Item) -> float:
    if upper.box is not None and lower.box is not None:
        return GAP
    return _BESIDE if upper.box is not None or lower.box is not None else _LANES


def _gaps(items: Sequence[Item]) -> float:
    return sum(_gap(upper, lower) for upper, lower in pairwise(items))


def _stack(items: list[Item], wishes: Sequence[float], height: float) -> None:
    """Tops nearest to the wishes (least squares) so that items keep their order and distance and stay between 0 and
    `height`: pooled adjacent violators (Ayer and others 1955)."""
    offsets: list[float] = []
    at = 0.0
    for place, item in enumerate(items):
        at += _gap(items[place - 1], item) if place else 0.0
        offsets.append(at)
        at += item.height
    blocks: list[tuple[float, float, int]] = []  # (mean wish, weight, number of items)
    for item, wish, offset in zip(items, wishes, offsets, strict=True):
        weight = 3.0 if item.box is None else 1.0 if item.pulls else 0.05
        block = (wish - offset, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, before, count = blocks.pop()
            both = before + block[1]
            block = ((mean * before + block[0] * block[1]) / both, both, count + block[2])
        blocks.append(block)
    place = 0
    free = max(height - at, 0.0)
    for mean, _, count in blocks:
        mean = min(max(mean, 0.0), free)
        for _ in range(count):
            items[place].top = mean + offsets[place]
            place += 1


def _cost(columns: list[list[Item]]) -> float:
    """How long the wires are from top to bottom, and how often they cross."""
    total = 0.0
    for items in columns:
        for item in items:
            total += sum(abs(other.top + pin - item.top - own) for other, pin, own in item.pulls)
    crossings = 0
    for at in range(len(columns) - 1):
        wires = sorted(
            (item.top + own, other.top + pin)
            for item in columns[at]
            for other, pin, own in item.pulls
            if other.column == at + 1
        )
        ends = [end for _, end in wires]
        crossings += sum(upper > lower for place, upper in enumerate(ends) for lower in ends[place + 1 :])
    return total / 2 + crossings * 120
