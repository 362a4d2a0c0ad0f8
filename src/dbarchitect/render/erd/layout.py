"""Places for everything in a diagram: `layout(content)` gives boxes, frames and the ways of links in pixels.

Groups stand on shelves, the boxes of a group in columns. Wires run only in the channels between columns and in the
streets between shelves (and in lanes that a column leaves free for them), so they meet a box nowhere but at its border.
Links that end at the same columns of a table share their way as far as it is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from dbarchitect.model.value import Value
from dbarchitect.render.untrusted import line

from .boxes import HEADER, ROW, Content, Link, width_of
from .channels import CLEAR, Wire, assign, on_each_other
from .columns import GAP, Arrangement, Net, arrange
from .groups import Group
from .shelves import ASPECT, Size, shelved

_MANY = 60  # boxes: with more of them titles are larger, so that they are legible from farther away
_LARGER = 1.7
_TRACK = 9.0
_MARKS = 24.0  # at either side of a channel: for crow's feet
_PAD, _TITLE, _MARGIN, _APART = 10.0, 30.0, 24.0, 26.0
_TITLE_TEXT = 0.47  # the letters of a title, as a share of its height
_TRIES = 3  # to part wires that lie on each other
_STUB = 9.0  # it ends before a frame does
_PORTS = 9.0  # between two wires that end at one row


class Placed(Value, frozen=True, kw_only=True):
    """Where a box stands: its upper left corner; `width` is that of its column."""

    x: float
    y: float
    width: float
    height: float
    group: int


class Frame(Value, frozen=True, kw_only=True):
    """A group with its title, and the rectangle around it. `loose`: its boxes have no links."""

    group: int
    loose: bool
    title: str
    x: float
    y: float
    width: float
    height: float
    text: float  # the size of its title


class Way(Value, frozen=True, kw_only=True):
    """The corners of a link from the border of the child to that of the parent, or of a stub to where it ends. All its
    lines are level or upright."""

    points: tuple[tuple[float, float], ...]


class Layout(Value, frozen=True, kw_only=True):
    """`places` are those of `content.boxes`, `ways` those of `content.links`; `groups` of both numbers a group."""

    width: float
    height: float
    places: tuple[Placed, ...]
    frames: tuple[Frame, ...]
    ways: tuple[Way, ...]


@dataclass(slots=True)
class _Trunk:
    """Links with the same end: `links` are places in the content. Sides are 1 for right and -1 for left."""

    root: int
    row: int | None
    links: list[int]
    root_sides: set[int] = field(default_factory=set[int])
    leaf_sides: dict[int, int] = field(default_factory=dict[int, int])
    exit_side: int = 0  # of the root, towards other groups
    beside: set[int] = field(default_factory=set[int])  # links from the next group, straight across
    via: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])  # shelf: channel passed
    street: int = 0  # of leaves on the shelf of the root


def layout(content: Content, groups: Sequence[Group], *, aspect: float = ASPECT) -> Layout:
    """A place for everything. The same content always gets the same layout. `aspect`: width over height of a group."""
    if not content.boxes:
        return Layout(width=320, height=80, places=(), frames=(), ways=())
    return _Builder(content, groups, aspect).build()


class _Builder:
    def __init__(self, content: Content, groups: Sequence[Group], aspect: float) -> None:
        self.content = content
        self.boxes = content.boxes
        self.groups = groups
        self.aspect = aspect
        self.group_of = {box: number for number, group in enumerate(self.groups) for box in group.members}
        self.inside = {box: place for group in self.groups for place, box in enumerate(group.members)}
        self.trunks = _trunks(content)
        # Of each group: (trunk, its links inside), as `Net`s.
        self.nets: list[list[tuple[int, list[int]]]] = [[] for _ in self.groups]
        self.title = _TITLE if len(self.boxes) <= _MANY else _LARGER * _TITLE * (len(self.boxes) / _MANY) ** 0.5
        self.least = min(self.title, _LARGER * _TITLE) * _TITLE_TEXT  # the letters of a title that has little room
        self.arranged: list[Arrangement] = []
        self.shelves: list[list[list[int]]] = []
        self._arrange()
        self.shelf_of = {g: s for s, shelf in enumerate(self.shelves) for cell in shelf for g in cell}
        self.tops = self._tops()
        self.about = self._about()
        # (group, number) is a channel of a group, (-1 - shelf, 0 or 1) the margin on the left or right of a shelf.
        self.channels: dict[tuple[int, int], dict[int, Wire]] = defaultdict(dict)
        self.streets: dict[int, dict[int, Wire]] = defaultdict(dict)
        self.ports: dict[tuple[int, int, int], float] = {}  # (box, side, key) -> height in the shelf

    # ---- places before wires

    def _arrange(self) -> None:
        """Columns of each group, and shelves. Groups without links take any shape: that is taken which fits the whole
        best."""
        groups = range(len(self.groups))
        areas = [self._area(group) for group in groups if not self.groups[group].loose]
        wanted = max((max(areas, default=0) / self.aspect) ** 0.5, 240)
        loose = [group for group in groups if self.groups[group].loose]
        known = {group: self._arranged(group, wanted) for group in groups if group not in loose}
        heights = [wanted]
        if loose:
            area = sum(map(self._area, loose))
            heights += [(area / ASPECT) ** 0.5 / part for part in (0.7, 1, 1.5, 2.2)]
        if known:
            _, shelves = shelved(self._sizes(known))
            high = sum(max(_high(known[g]) for cell in shelf for g in cell) + 70 for shelf in shelves)
            wide = max(sum(sum(self._widths(g, known[g])) + 70 for cell in shelf for g in cell) for shelf in shelves)
            heights += [high, *(sum(map(self._area, loose)) / wide / rows for rows in (0.8, 1.0))]
        best: tuple[float, dict[int, Arrangement], list[list[list[int]]]] | None = None
        for height in heights if loose else heights[:1]:
            tried = known | {group: self._arranged(group, height) for group in loose}
            cost, shelves = shelved(self._sizes(tried))
            if best is None or cost < best[0]:
                best = cost, tried, shelves
        assert best is not None
        self.arranged = [best[1][group] for group in groups]
        self.shelves = best[2]
        self.widths = [self._widths(group, self.arranged[group]) for group in groups]
        self.heights = [_high(one) for one in self.arranged]

    def _area(self, group: int) -> float:
        boxes = [self.boxes[one] for one in self.groups[group].members]
        return sum((box.width + 60) * (box.height + GAP) for box in boxes)

    def _widths(self, group: int, arranged: Arrangement) -> list[float]:
        """Of the columns: that of the widest box."""
        members = self.groups[group].members
        return [
            max((self.boxes[members[one.box]].width for one in items if one.box is not None), default=0)
            for items in arranged.columns
        ]

    def _arranged(self, group: int, wanted: float) -> Arrangement:
        nets: list[Net] = []
        self.nets[group] = []
        for place, trunk in enumerate(self.trunks):
            if self.group_of[trunk.root] != group:
                continue
            links = [one for one in trunk.links if self.group_of[self.content.links[one].child] == group]
            if links:
                self.nets[group].append((place, links))
                leaves = [(self.inside[self.content.links[one].child], self._leaf_pin(one)) for one in links]
                nets.append(Net((self.inside[trunk.root], self._pin(trunk.root, trunk.row)), leaves))
        return arrange([self.boxes[one] for one in self.groups[group].members], nets, wanted)

    def _pin(self, box: int, row: int | None) -> float:
        return self.boxes[box].height / 2 if row is None else HEADER + ROW * (row + 0.5)

    def _leaf_pin(self, link: int) -> float:
        one = self.content.links[link]
        return self._pin(one.child, _row(one.child_rows))

    def _sizes(self, arranged: dict[int, Arrangement]) -> list[Size]:
        """Of the groups that are arranged, which are the first ones."""
        sizes: list[Size] = []
        for number, one in sorted(arranged.items()):
            widths = self._widths(number, one)
            group = self.groups[number]
            between = 34 if group.loose else 70
            size = Size(sum(widths) + between * (len(widths) + 1), _high(one), last=group.loose)
            size.height += self.title + 2 * _PAD if group.framed else 0
            sizes.append(size)
        for link in self.content.links:
            child, parent = self.group_of[link.child], self.group_of[link.parent]
            if child != parent and not link.stub:
                sizes[child].links[parent] = sizes[child].links.get(parent, 0) + 1
                sizes[parent].links[child] = sizes[parent].links.get(child, 0) + 1
        return sizes

    def _tops(self) -> list[float]:
        """Where the boxes of each group begin, from the top of its shelf."""
        tops = [0.0] * len(self.groups)
        for shelf in self.shelves:
            for cell in shelf:
                at = 0.0
                for group in cell:
                    framed = self.groups[group].framed
                    tops[group] = at + (self.title + _PAD if framed else 0)
                    at = tops[group] + self.heights[group] + (_PAD if framed else 0) + _APART + 14
        return tops

    def _about(self) -> dict[tuple[int, int], float]:
        """About where each channel is, before anybody knows how wide the channels become."""
        found: dict[tuple[int, int], float] = {}
        for number, shelf in enumerate(self.shelves):
            found[-1 - number, 0] = 0
            at = 40.0
            for cell in shelf:
                for group in cell:
                    x = at
                    for place, width in enumerate(self.widths[group]):
                        found[group, place] = x + 35
                        x += 70 + width
                    found[group, len(self.widths[group])] = x + 35
                at += max(sum(self.widths[group]) + 70 * (len(self.widths[group]) + 1) for group in cell) + 40
            found[-1 - number, 1] = at
        return found

    # ---- wires

    def build(self) -> Layout:
        self._take_sides()
        self._spread_ports()
        tracks = self._wired()
        for _ in range(_TRIES):
            if not self._part():
                break
            tracks = self._wired()
        self._stand(tracks)
        for number, trunk in enumerate(self.trunks):
            self._wire_streets(number, trunk)
        lines = {street: assign([wires[one] for one in sorted(wires)]) for street, wires in self.streets.items()}
        self._rise(lines)
        return self._finished()

    def _wired(self) -> dict[tuple[int, int], int]:
        """Wires in all channels; how many tracks each has."""
        self.channels.clear()
        for number, trunk in enumerate(self.trunks):
            self._wire_inside(number, trunk)
            self._wire_outside(number, trunk)
        return {channel: assign([wires[one] for one in sorted(wires)]) for channel, wires in self.channels.items()}

    def _part(self) -> bool:
        """Move ports a little whose wires would lie on others; whether any was moved."""
        whose = {link: number for number, trunk in enumerate(self.trunks) for link in trunk.links}
        ports: dict[tuple[tuple[int, int], int], list[tuple[int, int, int]]] = defaultdict(list)
        for port in self.ports:
            box, side, key = port
            if key < 0 and self.content.links[-1 - key].stub:
                continue
            ports[self._channel(box, side), key if key >= 0 else whose[-1 - key]].append(port)
        moved = False
        for channel, wires in self.channels.items():
            for number, other, height in on_each_other(wires):
                near = [one for trunk in (number, other) for one in ports[channel, trunk]]
                for port in sorted(near, key=lambda one: abs(self.ports[one] - height)):
                    if abs(self.ports[port] - height) <= CLEAR and self._moved(port):
                        moved = True
                        break
        return moved

    def _moved(self, port: tuple[int, int, int]) -> bool:
        """Move a port within its row to where no other is; whether there is room."""
        box, side, key = port
        others = [height for one, height in self.ports.items() if one[:2] == (box, side) and one[2] != key]
        link = self.content.links[-1 - key] if key < 0 else None
        row = _row(link.child_rows) if link is not None else self.trunks[key].row
        middle = self._box_top(box) + self._pin(box, row)
        slack = ROW / 2 - 4 if row is not None else self.boxes[box].height / 2 - 6
        for step in (6, -6, 3, -3):
            height = self.ports[port] + step
            if abs(height - middle) <= slack and all(abs(height - one) >= CLEAR for one in others):
                self.ports[port] = height
                return True
        return False

    def _column(self, box: int) -> int:
        return self.arranged[self.group_of[box]].column[self.inside[box]]

    def _channel(self, box: int, side: int) -> tuple[int, int]:
        return self.group_of[box], self._column(box) + (side > 0)

    def _outside(self, trunk: _Trunk) -> list[int]:
        """Links from other groups that have to go by a street."""
        group = self.group_of[trunk.root]
        links = [one for one in trunk.links if one not in trunk.beside]
        return [one for one in links if self.group_of[self.content.links[one].child] != group]

    def _beside(self, root: int, child: int) -> int:
        """The side of `root` on which `child` stands in the next group, with nothing but channels between; 0: it does
        not."""
        group, other = self.group_of[root], self.group_of[child]
        if self.shelf_of[group] != self.shelf_of[other]:
            return 0
        cells = self.shelves[self.shelf_of[group]]
        if [group] not in cells or [other] not in cells:
            return 0
        side = cells.index([other]) - cells.index([group])
        here, there = (group, root), (other, child)
        left, right = (here, there) if side > 0 else (there, here)
        outer = self._column(left[1]) == len(self.widths[left[0]]) - 1 and self._column(right[1]) == 0
        return side if abs(side) == 1 and outer else 0

    def _take_sides(self) -> None:
        for trunk in self.trunks:
            here, group = self._column(trunk.root), self.group_of[trunk.root]
            same: list[int] = []
            for one in trunk.links:
                child = self.content.links[one].child
                if self.group_of[child] != group:
                    side = self._beside(trunk.root, child)
                    if side:
                        trunk.beside.add(one)
                        trunk.leaf_sides[one] = -side
                        trunk.root_sides.add(side)
                    continue
                there = self._column(child)
                if there == here:
                    same.append(one)
                else:
                    trunk.leaf_sides[one] = -1 if there > here else 1
                    trunk.root_sides.add(1 if there > here else -1)
            last = here == len(self.widths[group]) - 1
            side = 1 if 1 in trunk.root_sides else -1 if -1 in trunk.root_sides or (last and here) else 1
            for one in same:
                trunk.leaf_sides[one] = side
                trunk.root_sides.add(side)
            outside = self._outside(trunk)
            if not outside:
                continue
            root = self.about[self._channel(trunk.root, 1)]
            lean = 0.0
            for one in outside:
                child = self.content.links[one].child
                away = root - self.about[self._channel(child, 1)]
                trunk.leaf_sides[one] = 1 if away > 0 else -1
                lean -= away
            trunk.exit_side = side if trunk.root_sides else 1 if lean > 0 else -1
            trunk.root_sides.add(trunk.exit_side)

    def _spread_ports(self) -> None:
        """Heights of the ends of wires at the borders: those of one row a little apart, in the order of where they
        lead. A port is named by its trunk (`number`), or by its link (`-1 - link`)."""
        ends: dict[tuple[int, int, int | None], list[tuple[float, int]]] = defaultdict(list)
        for number, trunk in enumerate(self.trunks):
            root = self._height(trunk.root, trunk.row)
            leaves = [self._height(self.content.links[one].child, None) for one in trunk.links]
            for side in trunk.root_sides:
                ends[trunk.root, side, trunk.row].append((sum(leaves) / len(leaves), number))
            for one, side in trunk.leaf_sides.items():
                link = self.content.links[one]
                ends[link.child, side, _row(link.child_rows)].append((root, -1 - one))
        for one, link in enumerate(self.content.links):
            if link.stub:
                ends[link.child, 1, _row(link.child_rows)].append((float("inf"), -1 - one))
        for (box, side, row), found in ends.items():
            found.sort()
            top = self._box_top(box)
            if row is None:
                room = self.boxes[box].height - 12
                apart = min(room / len(found), 14.0)
                middle = self.boxes[box].height / 2
            else:
                apart = min(_PORTS, (ROW - 5) / len(found))
                middle = self._pin(box, row)
            for place, (_, key) in enumerate(found):
                self.ports[box, side, key] = top + middle + (place - (len(found) - 1) / 2) * apart

    def _box_top(self, box: int) -> float:
        group = self.group_of[box]
        return self.tops[group] + self.arranged[group].items[self.inside[box]].top

    def _height(self, box: int, row: int | None) -> float:
        return self.shelf_of[self.group_of[box]] * 10_000 + self._box_top(box) + self._pin(box, row)

    def _wire(self, channel: tuple[int, int], trunk: int) -> Wire:
        return self.channels[channel].setdefault(trunk, Wire())

    def _plug(self, channel: tuple[int, int], trunk: int, side: int, height: float) -> None:
        """A pin of something that stands beside the channel and has it on its right (`side` 1) or left."""
        wire = self._wire(channel, trunk)
        (wire.near if side > 0 else wire.far).append(height)

    def _wire_inside(self, number: int, trunk: _Trunk) -> None:
        group = self.group_of[trunk.root]
        here = self._column(trunk.root)
        for side in sorted(trunk.root_sides):
            self._plug(self._channel(trunk.root, side), number, side, self.ports[trunk.root, side, number])
        for one, side in trunk.leaf_sides.items():
            child = self.content.links[one].child
            channel = self._channel(child, side)
            self._plug(channel, number, side, self.ports[child, side, -1 - one])
            if one in trunk.beside:
                height = self.ports[trunk.root, -side, number]
                self._plug(channel, number, -side, height)
                self._plug(self._channel(trunk.root, -side), number, side, height)
        net = next((place for place, (whose, _) in enumerate(self.nets[group]) if whose == number), None)
        if net is None:
            return
        arranged = self.arranged[group]
        for column in range(len(arranged.columns)):
            lane = arranged.lanes.get((net, column))
            if lane is not None and column != here:
                for side in (-1, 1):
                    self._plug((group, column + (side > 0)), number, side, self.tops[group] + lane.top)

    def _wire_outside(self, number: int, trunk: _Trunk) -> None:
        outside = self._outside(trunk)
        if not outside:
            return
        root = self.group_of[trunk.root]
        shelf = self.shelf_of[root]
        of = {one: self.shelf_of[self.group_of[self.content.links[one].child]] for one in outside}
        lowest, highest = max(of.values()), min(of.values())
        exit_ = self._wire(self._channel(trunk.root, trunk.exit_side), number)
        trunk.street = self._own_street(trunk, [one for one in outside if of[one] == shelf], lowest, highest)
        exit_.after |= lowest > shelf or (shelf in of.values() and trunk.street == shelf + 1)
        exit_.before |= highest < shelf or (shelf in of.values() and trunk.street == shelf)
        for one in outside:
            child = self.content.links[one].child
            wire = self._wire(self._channel(child, trunk.leaf_sides[one]), number)
            down = of[one] < shelf or (of[one] == shelf and trunk.street == shelf + 1)
            wire.after |= down
            wire.before |= not down
        wanted = self.about[self._channel(trunk.root, trunk.exit_side)]
        for passed in (*range(shelf + 1, lowest), *range(highest + 1, shelf)):
            own = [
                self._channel(self.content.links[one].child, trunk.leaf_sides[one])
                for one in outside
                if of[one] == passed
            ]
            channel = min(own or self._free(passed), key=lambda one: (abs(self.about[one] - wanted), one))
            wire = self._wire(channel, number)
            wire.before = wire.after = True
            trunk.via[passed] = channel

    def _own_street(self, trunk: _Trunk, here: Sequence[int], lowest: int, highest: int) -> int:
        """The street for leaves on the root's own shelf: one that is used anyway, else the nearer one."""
        shelf = self.shelf_of[self.group_of[trunk.root]]
        if lowest > shelf or highest < shelf or not here:
            return shelf + 1 if lowest > shelf else shelf
        bottom = max(self.tops[g] + self.heights[g] for cell in self.shelves[shelf] for g in cell)
        heights = [self.ports[trunk.root, trunk.exit_side, self.trunks.index(trunk)]]
        heights += [self.ports[self.content.links[one].child, trunk.leaf_sides[one], -1 - one] for one in here]
        return shelf if sum(heights) <= sum(bottom - one for one in heights) else shelf + 1

    def _free(self, shelf: int) -> list[tuple[int, int]]:
        """The channels of a shelf that are open at both ends."""
        found = [(-1 - shelf, 0), (-1 - shelf, 1)]
        for cell in self.shelves[shelf]:
            if len(cell) == 1:
                found += [(cell[0], place) for place in range(len(self.widths[cell[0]]) + 1)]
        return found

    def _stand(self, tracks: dict[tuple[int, int], int]) -> None:
        """What is where from left to right."""
        self.left: dict[tuple[int, int], float] = {}  # of the first track of each channel
        self.columns_at: dict[tuple[int, int], float] = {}
        self.frame_at: dict[int, tuple[float, float]] = {}
        self.right = 0.0
        for number, shelf in enumerate(self.shelves):
            x = _MARGIN
            count = tracks.get((-1 - number, 0), 0)
            self.left[-1 - number, 0] = x
            x += count * _TRACK + (_APART if count else 0)
            for cell in shelf:
                widest = x
                for group in cell:
                    widest = max(widest, self._stand_group(group, x, tracks))
                x = widest + _APART
            self.left[-1 - number, 1] = x
            x += tracks.get((-1 - number, 1), 0) * _TRACK
            self.right = max(self.right, x - _APART)

    def _stand_group(self, group: int, x: float, tracks: dict[tuple[int, int], int]) -> float:
        """The right end of a group that begins at `x`."""
        start = x
        widths = self.widths[group]
        framed = self.groups[group].framed
        for place in range(len(widths) + 1):
            count = tracks.get((group, place), 0)
            wired = (group, place) in self.channels
            outer = place in (0, len(widths))
            marks = _MARKS if wired else 0
            before = marks if place > 0 else (_PAD if framed else 0)
            after = marks if place < len(widths) else (_PAD if framed else 0)
            if outer and not wired:
                width = _PAD + 4 if framed else 0
            else:
                width = max(before + after + max(count - 1, 0) * _TRACK, 30 if not outer else 0)
            self.left[group, place] = x + before + (width - before - after - max(count - 1, 0) * _TRACK) / 2
            x += width
            if place < len(widths):
                self.columns_at[group, place] = x
                x += widths[place]
        if framed:  # a frame is as wide as its title in small letters
            x = max(x, start + width_of(line(self.groups[group].title), self.least) + 2 * 14)
        self.frame_at[group] = (start, x - start)
        return x

    def _track_x(self, channel: tuple[int, int], trunk: int) -> float:
        track = self.channels[channel][trunk].track
        return self.left[channel] + (track or 0) * _TRACK

    def _streets_of(self, trunk: _Trunk, link: int) -> list[int]:
        """The streets from a leaf in another group to the root."""
        shelf = self.shelf_of[self.group_of[trunk.root]]
        there = self.shelf_of[self.group_of[self.content.links[link].child]]
        if there == shelf:
            return [trunk.street]
        return list(range(there, shelf, -1)) if there > shelf else list(range(there + 1, shelf + 1))

    def _turns(self, trunk: _Trunk, link: int) -> list[tuple[tuple[int, int], int, tuple[int, int]]]:
        """(channel, street, channel) from a leaf in another group to the root."""
        child = self.content.links[link].child
        at = self._channel(child, trunk.leaf_sides[link])
        shelf = self.shelf_of[self.group_of[trunk.root]]
        found: list[tuple[tuple[int, int], int, tuple[int, int]]] = []
        streets = self._streets_of(trunk, link)
        for place, street in enumerate(streets):
            if place == len(streets) - 1:
                to = self._channel(trunk.root, trunk.exit_side)
            else:
                to = trunk.via[street - 1 if street > shelf else street]
            found.append((at, street, to))
            at = to
        return found

    def _shelf_of_channel(self, channel: tuple[int, int]) -> int:
        return -1 - channel[0] if channel[0] < 0 else self.shelf_of[channel[0]]

    def _wire_streets(self, number: int, trunk: _Trunk) -> None:
        for link in self._outside(trunk):
            for at, street, to in self._turns(trunk, link):
                wire = self.streets[street].setdefault(number, Wire())
                for channel in (at, to):
                    x = self._track_x(channel, number)
                    pins = wire.near if self._shelf_of_channel(channel) < street else wire.far
                    if x not in pins:
                        pins.append(x)

    def _rise(self, lines: dict[int, int]) -> None:
        """What is where from the top down."""
        self.street_at: dict[int, float] = {}
        self.shelf_at: list[float] = []
        y = _MARGIN
        for number, shelf in enumerate((*self.shelves, None)):
            count = lines.get(number, 0)
            self.street_at[number] = y
            y += count * _TRACK + (_APART if count else 0)
            if shelf is None:
                y -= _APART if count else 0
                break
            self.shelf_at.append(y)
            y += max(self.tops[g] + self.heights[g] + (_PAD if self.groups[g].framed else 0) for c in shelf for g in c)
            y += _APART + 14 if number < len(self.shelves) - 1 or lines.get(number + 1, 0) else 0
        self.bottom = y

    # ---- ways

    def _finished(self) -> Layout:
        places: list[Placed] = []
        for number, box in enumerate(self.boxes):
            group = self.group_of[number]
            column = self._column(number)
            places.append(
                Placed(
                    x=self.columns_at[group, column],
                    y=self.shelf_at[self.shelf_of[group]] + self._box_top(number),
                    width=self.widths[group][column],
                    height=box.height,
                    group=group,
                )
            )
        frames: list[Frame] = []
        for number, group in enumerate(self.groups):
            if group.framed:
                x, width = self.frame_at[number]
                y = self.shelf_at[self.shelf_of[number]] + self.tops[number] - self.title - _PAD
                height = self.heights[number] + self.title + 2 * _PAD
                room = (width - 2 * 14) / max(width_of(line(group.title), 1), 1)
                frames.append(
                    Frame(
                        group=number,
                        loose=group.loose,
                        title=group.title,
                        x=x,
                        y=y,
                        width=width,
                        height=height,
                        text=max(self.least, min(self.title * _TITLE_TEXT, room)),
                    )
                )
        ways: dict[int, Way] = {}
        for number, trunk in enumerate(self.trunks):
            for link in trunk.links:
                ways[link] = Way(points=_straight(self._way(number, trunk, link, places)))
        for number, link in enumerate(self.content.links):
            if link.stub:
                x = places[link.child].x + places[link.child].width
                y = self.shelf_at[self.shelf_of[self.group_of[link.child]]] + self.ports[link.child, 1, -1 - number]
                ways[number] = Way(points=_straight([(x, y), (x + _STUB, y)]))
        return Layout(
            width=self.right + _MARGIN,
            height=self.bottom + _MARGIN,
            places=tuple(places),
            frames=tuple(frames),
            ways=tuple(ways[one] for one in range(len(self.content.links))),
        )

    def _way(self, number: int, trunk: _Trunk, link: int, places: Sequence[Placed]) -> list[tuple[float, float]]:
        child = self.content.links[link].child
        side = trunk.leaf_sides[link]
        group, root_group = self.group_of[child], self.group_of[trunk.root]
        top = self.shelf_at[self.shelf_of[group]]
        root_top = self.shelf_at[self.shelf_of[root_group]]
        y = top + self.ports[child, side, -1 - link]
        points = [(_border(places[child], side), y)]
        at = self._channel(child, side)
        if link in trunk.beside:
            points.append((self._track_x(at, number), y))
            root_side = -side
        elif group == root_group:
            step = side  # a leaf on the right leaves to the left, towards the root
            column, here = self._column(child), self._column(trunk.root)
            points.append((self._track_x(at, number), y))
            net = next(place for place, (whose, _) in enumerate(self.nets[group]) if whose == number)
            column += step
            while at != self._channel(trunk.root, -step) and column != here and self._column(child) != here:
                y = top + self.tops[group] + self.arranged[group].lanes[net, column].top
                points.append((points[-1][0], y))
                at = group, column + (step > 0)
                points.append((self._track_x(at, number), y))
                column += step
            root_side = -step if self._column(child) != here else step
        else:
            points.append((self._track_x(at, number), y))
            for _, street, to in self._turns(trunk, link):
                y = self.street_at[street] + (self.streets[street][number].track or 0) * _TRACK
                points.append((points[-1][0], y))
                points.append((self._track_x(to, number), y))
            root_side = trunk.exit_side
        y = root_top + self.ports[trunk.root, root_side, number]
        points.append((points[-1][0], y))
        points.append((_border(places[trunk.root], root_side), y))
        return points


def _high(arranged: Arrangement) -> float:
    return max((item.top + item.height for items in arranged.columns for item in items), default=0)


def _border(place: Placed, side: int) -> float:
    return place.x + place.width if side > 0 else place.x


def _row(rows: Sequence[int]) -> int | None:
    return rows[0] if rows else None


def _trunks(content: Content) -> list[_Trunk]:
    """Links by what their end at the parent looks like: the same columns, the same marks."""
    found: dict[tuple[int, tuple[str, ...], bool, bool], _Trunk] = {}
    for number, link in enumerate(content.links):
        if link.stub:
            continue
        found.setdefault(link.end, _Trunk(link.parent, _row(link.parent_rows), [])).links.append(number)
    return list(found.values())


def _straight(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The points without those that lie on the line between their neighbours."""
    kept: list[tuple[float, float]] = []
    for point in ((round(x, 1), round(y, 1)) for x, y in points):
        if kept and kept[-1] == point:
            continue
        if len(kept) >= 2 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept[-1] = point
        else:
            kept.append(point)
    return tuple(kept)


__all__ = ["Frame", "Layout", "Link", "Placed", "Way", "layout"]
