"""Which boxes stand together: a schema, a community of tables that refer to each other, or what is connected at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from dbarchitect.model.value import Value

from .boxes import Content

_WHOLE = 60  # boxes that are laid out as one: as many as a screen shows legibly
_LARGEST = 26  # boxes of a community: about a page
_SMALLEST, _FULL = 4, 40  # what is smaller than that joins others, up to so many boxes


class Group(Value, frozen=True, kw_only=True):
    """Boxes (their places in the content) that stand together. `framed` ones are drawn with their title.

    `loose`: no two of them are linked.
    """

    title: str
    members: tuple[int, ...]
    framed: bool
    loose: bool = False


def grouped(content: Content) -> tuple[Group, ...]:
    """The groups of all boxes; each box is in one."""
    hubs = hubs_of(content)
    neighbours = _neighbours(content)
    boxes = content.boxes
    alone = tuple(number for number in range(len(boxes)) if not neighbours[number])
    linked = [number for number in range(len(boxes)) if neighbours[number]]
    groups: list[Group] = []
    if content.several:
        schemas: dict[str, list[int]] = defaultdict(list)
        for number in range(len(boxes)):
            schemas[boxes[number].name.schema].append(number)
        for schema, members in schemas.items():
            inside = [one for one in members if neighbours[one]]
            outside = tuple(one for one in members if not neighbours[one])
            if len(members) <= _WHOLE and len(outside) <= max(_SMALLEST, len(inside)):
                groups.append(Group(title=schema, members=tuple(members), framed=True, loose=not inside))
                continue
            if len(inside) > _WHOLE:
                groups += _parts(inside, content, hubs, f"{schema}: ")
            elif inside:
                groups.append(Group(title=schema, members=tuple(inside), framed=True))
            groups.append(Group(title=f"{schema}: without references", members=outside, framed=True, loose=True))
        return tuple(sorted((one for one in groups if one.members), key=lambda one: one.loose))
    if len(linked) <= _WHOLE:
        groups += [Group(title="", members=tuple(part), framed=False) for part in _components(linked, neighbours)]
    else:
        groups += _parts(linked, content, hubs, "")
    if alone:
        title = "without references" if linked else ""
        groups.append(Group(title=title, members=alone, framed=bool(linked), loose=True))
    return tuple(groups)


def is_large(content: Content) -> bool:
    """Whether so many boxes are linked that they cannot be laid out as one."""
    return (
        len({end for link in content.links if link.child != link.parent for end in (link.child, link.parent)}) > _WHOLE
    )


def hubs_of(content: Content) -> frozenset[int]:
    """What more boxes refer to than a community has: in a large picture it belongs to none."""
    if not is_large(content):
        return frozenset()
    children: dict[int, set[int]] = defaultdict(set)
    for link in content.links:
        if link.child != link.parent:
            children[link.parent].add(link.child)
    return frozenset(parent for parent, found in children.items() if len(found) > _LARGEST)


def _parts(members: Sequence[int], content: Content, hubs: frozenset[int], within: str) -> list[Group]:
    """The groups of what is too much for one: hubs, communities of the rest, and what is in no community.

    What refers to the same hub has little else in common, so hubs do not count there.
    """
    neighbours = _neighbours(content, hubs)
    central = tuple(one for one in members if one in hubs)
    found = _communities([one for one in members if one not in hubs], neighbours)
    groups = [
        Group(title=f"{within}{_titled(part, neighbours, content)}", members=tuple(part), framed=True)
        for part in found
        if len(part) >= _SMALLEST
    ]
    if central:
        groups.insert(0, Group(title=f"{within}hubs", members=central, framed=True))
    small = [part for part in found if len(part) < _SMALLEST]
    if small:
        members = tuple(one for part in small for one in part)
        groups.append(Group(title=f"{within}others", members=members, framed=True))
    return groups


def _neighbours(content: Content, hubs: frozenset[int] = frozenset()) -> list[dict[int, int]]:
    """Of each box the boxes it is linked with, and how often; references to `hubs` do not count."""
    found: list[dict[int, int]] = [defaultdict(int) for _ in content.boxes]
    for link in content.links:
        if link.child != link.parent and link.parent not in hubs:
            found[link.child][link.parent] += 1
            found[link.parent][link.child] += 1
    return found


def _titled(part: Sequence[int], neighbours: list[dict[int, int]], content: Content) -> str:
    """By the box that most of a community are linked with."""
    linked: dict[int, int] = defaultdict(int)
    for one in part:
        for other, count in neighbours[one].items():
            linked[other] += count
    inside = [one for one in part if linked[one]]
    hub = min(inside or linked, key=lambda one: (-linked[one], one))
    return f"{'around' if inside else 'with'} {content.boxes[hub].name.name}"


def _components(boxes: Sequence[int], neighbours: list[dict[int, int]]) -> list[list[int]]:
    """What is connected, the largest first."""
    left = set(boxes)
    found: list[list[int]] = []
    for first in boxes:
        if first not in left:
            continue
        left.discard(first)
        part, at = [first], 0
        while at < len(part):
            fresh = [one for one in neighbours[part[at]] if one in left]
            left.difference_update(fresh)
            part += fresh
            at += 1
        found.append(sorted(part))
    return sorted(found, key=lambda part: (-len(part), part[0]))


def _communities(boxes: Sequence[int], neighbours: list[dict[int, int]]) -> list[list[int]]:
    """Communities by greedy modularity (Clauset, Newman and Moore 2004, "Finding community structure in very large
    networks"), none larger than a page; what stays tiny joins the neighbour it is linked with most."""
    inside = set(boxes)
    members = {one: [one] for one in boxes}
    weights = {one: {other: n for other, n in neighbours[one].items() if other in inside} for one in boxes}
    degree = {one: sum(weights[one].values()) for one in boxes}
    total = sum(degree.values()) or 1

    def merge(into: int, other: int) -> None:
        members[into] += members.pop(other)
        degree[into] += degree.pop(other)
        for far, n in weights.pop(other).items():
            weights[far].pop(other, None)
            if far != into:
                weights[into][far] = weights[into].get(far, 0) + n
                weights[far][into] = weights[far].get(into, 0) + n

    def gain(one: int, other: int) -> float:
        return weights[one][other] / total - degree[one] * degree[other] / (total * total)

    def best(one: int) -> tuple[float, int] | None:
        """What joins best, of those with a higher number."""
        options = [
            (-gain(one, other), other)
            for other in weights[one]
            if other > one and len(members[one]) + len(members[other]) <= _LARGEST
        ]
        return min(options) if options else None

    bests = {one: best(one) for one in boxes}
    while True:
        options = [(found[0], one, found[1]) for one, found in bests.items() if found is not None]
        if not options:
            break
        loss, one, other = min(options)
        if loss >= 0:
            break
        touched = {*weights[one], *weights[other], one}
        merge(one, other)
        del bests[other]
        for near in touched - {other}:
            bests[near] = best(near)
    for one in sorted(members, key=lambda one: (len(members[one]), one)):
        if one not in members or len(members[one]) >= _SMALLEST or not weights[one]:
            continue
        fits = [other for other in weights[one] if len(members[other]) + len(members[one]) <= _FULL]
        if fits:
            merge(min(fits, key=lambda other: (-weights[one][other], len(members[other]), other)), one)
    beside: dict[int, int] = {}  # of what is linked most: the tiny one that others join which are linked with it too
    for one in sorted(members):
        if len(members[one]) < _SMALLEST and weights[one]:
            near = min(weights[one], key=lambda other: (-weights[one][other], other))
            first = beside.setdefault(near, one)
            if first != one and len(members[first]) < _LARGEST:
                merge(first, one)
    return sorted((sorted(part) for part in members.values()), key=lambda part: (-len(part), part[0]))
