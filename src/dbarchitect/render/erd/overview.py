"""The map of a large picture: its groups as boxes, and how many references lead from which to which.

References between two groups are one line, a bundle. Of many bundles each group keeps its heaviest, and the map says
how many it leaves out. Hubs are named in the box of their group; references to them make no bundle, since all groups
would have one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from dbarchitect.model.names import Name

from ..digest import plural
from ..untrusted import line
from .boxes import SMALL, Box, Content, Link, cut, label, width_of
from .groups import Group, hubs_of, is_large
from .layout import Layout, layout
from .markup import num, rounded, text

_HEAVIEST = 3  # bundles of a group that are drawn at least
_TITLE, _EDGE, _PORT = 14, 12, 13  # pixels: letters of a name, margin of a box, between two bundles at a box
_LEAST, _MOST = 150, 260  # the width of a box
ABOVE, ALONE = 4.5, 2.4  # width over height of a map above its tables and of one alone; channels are not counted
_NAMED = 2  # tables of a group


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """References between two groups: `there` from the first to the second, which are at least as many as `back`."""

    child: int
    parent: int
    there: int
    back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The groups as a content of its own, laid out; its boxes are the groups, its links the bundles that are drawn."""

    content: Content
    layout: Layout
    bundles: tuple[Bundle, ...]
    left_out: int
    said: tuple[str, ...]  # of each group: which of its tables most refer to


def overview(content: Content, groups: Sequence[Group], *, aspect: float) -> Overview | None:
    """The map of a large content; a small one has none."""
    if not is_large(content):
        return None
    hubs = hubs_of(content)
    group_of = {box: place for place, group in enumerate(groups) for box in group.members}
    ways = Counter(
        (group_of[link.child], group_of[link.parent])
        for link in content.links
        if link.parent not in hubs and group_of[link.child] != group_of[link.parent]
    )
    every = [
        Bundle(child=child, parent=parent, there=count, back=ways[parent, child])
        for (child, parent), count in sorted(ways.items())
        if (count, -child) > (ways[parent, child], -parent)
    ]
    bundles = _heaviest(every)
    referred = Counter(link.parent for link in content.links if link.child != link.parent)
    ends = Counter(one.child for one in bundles)
    ends.update({one.parent for one in bundles})  # those that end at the same group share their way
    said = tuple(_said(group, referred, content) for group in groups)
    boxes = tuple(_box(group, said[place], ends[place]) for place, group in enumerate(groups))
    links = tuple(_link(one) for one in bundles)
    made = Content(boxes=boxes, links=links, several=False)
    linked = tuple(place for place in range(len(groups)) if ends[place])
    alone = tuple(place for place in range(len(groups)) if not ends[place])
    parts = [Group(title="", members=one, framed=False, loose=one == alone) for one in (linked, alone) if one]
    return Overview(
        content=made,
        layout=layout(made, parts, aspect=aspect),
        bundles=bundles,
        left_out=len(every) - len(bundles),
        said=said,
    )


def _heaviest(bundles: Sequence[Bundle]) -> tuple[Bundle, ...]:
    """Those that are among the heaviest of one of their groups."""
    kept: defaultdict[int, int] = defaultdict(int)
    found: list[Bundle] = []
    for one in sorted(bundles, key=lambda one: (-one.there - one.back, one.child, one.parent)):
        if min(kept[one.child], kept[one.parent]) < _HEAVIEST:
            found.append(one)
            kept[one.child] += 1
            kept[one.parent] += 1
    return tuple(sorted(found, key=lambda one: (one.child, one.parent)))


def _said(group: Group, referred: Counter[int], content: Content) -> str:
    most = sorted((one for one in group.members if referred[one]), key=lambda one: (-referred[one], one))[:_NAMED]
    return ", ".join(f"{label(content.boxes[one].name, False)} ← {referred[one]:,}" for one in most)


def _box(group: Group, said: str, ends: int) -> Box:
    widest = max(width_of(line(group.title), _TITLE) * 1.06, width_of(said, SMALL))
    return Box(
        name=Name(schema="", name=group.title),
        rows=(),
        hidden=0,
        width=ceil(min(max(widest, _LEAST), _MOST)) + 2 * _EDGE,
        height=max(62 if said else 46, _PORT * ends + 16),
        badges=0,
        known=True,
        note=plural(len(group.members), "table"),
    )


def _link(one: Bundle) -> Link:
    return Link(
        child=one.child,
        parent=one.parent,
        columns=(),
        parent_columns=(),
        child_rows=(),
        parent_rows=(),
        one=False,
        optional=False,
        implied=False,
        name="",
        note="",
    )


def drawn(found: Overview, hues: Sequence[int]) -> str:
    """The groups and bundles of a map as a part of an SVG. `hues`: the colours of the groups."""
    boxes, places = found.content.boxes, found.layout.places
    parts = ['<g class="erd-groups">']
    for at, (box, place, said) in enumerate(zip(boxes, places, found.said, strict=True)):
        title = line(box.name.name) or "the rest"
        room = place.width - 2 * _EDGE
        x, y = num(place.x + _EDGE), place.y + place.height / 2 - (22 if said else 14)
        parts.append(
            f'<g class="erd-node erd-h{hues[at]}" data-node="{at}"><title>{text(f"{title}: {box.note}")}</title>'
            f'<rect class="erd-box erd-head" x="{num(place.x)}" y="{num(place.y)}" '
            f'width="{num(place.width)}" height="{num(place.height)}" rx="6"/>'
            f'<text class="erd-name" font-size="{_TITLE}" x="{x}" y="{num(y + 11)}">'
            f"{text(cut(title, room, _TITLE * 1.06))}</text>"
            f'<text class="erd-more" x="{x}" y="{num(y + 27)}">{box.note}</text>'
        )
        if said:
            parts.append(f'<text class="erd-more" x="{x}" y="{num(y + 43)}">{text(cut(said, room, SMALL))}</text>')
        parts.append("</g>")
    parts.append('</g><g class="erd-bundles">')
    for one, way in zip(found.bundles, found.layout.ways, strict=True):
        names = [line(boxes[place].name.name) for place in (one.child, one.parent)]
        said = f"{plural(one.there, 'reference')} from {names[0]} to {names[1]}"
        said += f", {one.back:,} back" if one.back else ""
        (x, y), (end_x, end_y) = way.points[0], way.points[-1]
        out = 1 if way.points[1][0] >= x else -1
        back = 1 if way.points[-2][0] >= end_x else -1
        heads = _head(end_x, end_y, back) + (_head(x, y, out) if one.back else "")
        anchor = ' text-anchor="end"' if out < 0 else ""
        width = min(1.2 + 0.35 * (one.there + one.back).bit_length(), 3.5)
        parts.append(
            f'<g class="erd-bundle" data-nodes="{one.child} {one.parent}" stroke-width="{num(width)}">'
            f'<title>{text(said)}</title><path class="erd-line" d="{rounded(way)}"/>'
            f'<path class="erd-arrow" d="{heads}"/>'
            f'<text class="erd-count" x="{num(x + out * (10 if one.back else 3))}" y="{num(y - 3)}"'
            f"{anchor}>{short(one.there + one.back)}</text></g>"
        )
    parts.append("</g>")
    return "\n".join(parts)


def _head(x: float, y: float, out: int) -> str:
    return f"M{num(x)} {num(y)}l{out * 8} -4v8z"


def short(count: int) -> str:
    """A count in at most four letters."""
    return str(count) if count < 1000 else f"{count / 1000:.1f}k" if count < 10_000 else f"{count // 1000}k"


def told(found: Overview) -> str:
    """What a map shows and what it leaves out, in words."""
    said = "The groups of tables: a line from one to another has the number of references between them"
    if found.left_out:
        said += f"; of {len(found.bundles) + found.left_out} lines the {len(found.bundles)} heaviest are drawn"
    return said


__all__ = ["ABOVE", "ALONE", "Overview", "drawn", "overview", "told"]
