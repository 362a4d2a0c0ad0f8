"""Links that a large picture does not draw from end to end.

Lines between groups, and those to a table that half of all others refer to, would cover the picture and could not be
followed by eye. The row of the child says where such a link leads, the head of the parent how many lead to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from .boxes import Content, fitted, label
from .groups import Group, hubs_of, is_large

_LINE = 16  # pixels: what a box without rows says of its stubs


def shortened(content: Content, groups: Sequence[Group]) -> Content:
    """The content with its stubs; a small one has none."""
    if not is_large(content):
        return content
    hubs = hubs_of(content)
    group_of = {box: number for number, group in enumerate(groups) for box in group.members}
    links = tuple(
        replace(link, stub=group_of[link.child] != group_of[link.parent] or link.parent in hubs)
        if link.child != link.parent
        else link
        for link in content.links
    )
    inbound = Counter(link.parent for link in links if link.stub)
    away: dict[tuple[int, int | None], dict[str, None]] = defaultdict(dict)  # (box, row): names, in order
    for link in links:
        if link.stub:
            child, parent = content.boxes[link.child].name, content.boxes[link.parent].name
            name = label(parent, content.several and child.schema != parent.schema)
            for row in link.child_rows or (None,):
                away[link.child, row][name] = None
    boxes = tuple(
        fitted(
            replace(
                box,
                rows=tuple(replace(row, away=tuple(away[number, at])) for at, row in enumerate(box.rows)),
                away=(said := tuple(away[number, None])),
                height=box.height + (_LINE if said else 0),
                inbound=inbound[number],
            )
        )
        for number, box in enumerate(content.boxes)
    )
    return replace(content, boxes=boxes, links=links)
