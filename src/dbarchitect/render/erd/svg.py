"""A layout as SVG that needs nothing else: no script, no font, no other file. The package says what it is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count

from ..digest import plural
from ..untrusted import line, visible
from .boxes import (
    HEADER,
    ROW,
    SMALL,
    Box,
    Content,
    Link,
    cardinality,
    cut,
    label,
    received,
    shown,
    towards,
    width_of,
)
from .groups import Group
from .layout import Layout, Placed, Way
from .markup import attribute, num, rounded, text
from .overview import Overview, drawn, told

_SCREEN, _LEGEND = 1800.0, 18.0  # pixels: a width to which all is fitted, the height of the legend
_SHARE, _MOST_GROWN = 0.45, 1.3  # of the height that a map takes at most, and of how far away it is legible
_GREY = 7  # the hue of groups without links, after the others
_EDGE, _DOT, _BADGE = 12, 14, 24
_CLASSES = {"PK": "pk", "FK": "fk", "FK?": "fkq", "U": "u"}

_STYLE = """
.erd{background:#fff;font:12px system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,
 "Liberation Sans","Noto Sans","DejaVu Sans",sans-serif}
.erd text{fill:#1c2330}
.erd .erd-frame{fill:#f6f7f9;stroke:#d5dae2}
.erd .erd-frame-title{font-weight:600;fill:#5b6577}
.erd .erd-box{fill:#fff;stroke:#b4bcc9}
.erd .erd-head{fill:#e3e8f0}
.erd .erd-name{font-size:13px;font-weight:600}
.erd .erd-key{font-weight:600}
.erd .erd-legend text{font-size:11px;fill:#6b7587}
.erd .erd-type,.erd .erd-more{font-size:11px;fill:#6b7587}
.erd .erd-far{font-size:11px;fill:#1d56c9}
.erd .erd-pk,.erd .erd-fk,.erd .erd-fkq,.erd .erd-u{font-size:9px;font-weight:700}
.erd .erd-pk{fill:#a15c00}.erd .erd-fk{fill:#1d56c9}.erd .erd-fkq{fill:#b45309}.erd .erd-u{fill:#5b6577}
.erd .erd-set{fill:#5b6577}.erd .erd-null{fill:none;stroke:#8a94a6}
.erd .erd-line,.erd .erd-mark{fill:none;stroke:#66718a;stroke-width:1.4}
.erd .erd-ring{fill:#fff;stroke:#66718a;stroke-width:1.4}
.erd .erd-implied .erd-line,.erd .erd-implied .erd-mark,.erd .erd-implied .erd-ring{stroke:#b45309}
.erd .erd-implied .erd-line{stroke-dasharray:6 4}
.erd .erd-arrow{fill:#66718a}.erd .erd-count{font-size:10px;font-weight:600;fill:#5b6577}
.erd .erd-count{stroke:#fff;stroke-width:3;paint-order:stroke}
.erd .erd-bundle .erd-line{stroke-width:inherit}
.erd .erd-unknown .erd-box{stroke-dasharray:5 4}
.erd .erd-h0 .erd-head{fill:#dbe7fb}.erd .erd-h1 .erd-head{fill:#d9f0e3}.erd .erd-h2 .erd-head{fill:#fbe6d3}
.erd .erd-h3 .erd-head{fill:#ebe0f9}.erd .erd-h4 .erd-head{fill:#d6eff2}.erd .erd-h5 .erd-head{fill:#fadfe6}
.erd .erd-h6 .erd-head{fill:#f4edc9}.erd .erd-h7 .erd-head{fill:#e4e6ea}
.erd .erd-edge:hover path,.erd .erd-bundle:hover .erd-line{stroke:#1d56c9}.erd .erd-edge:hover path{stroke-width:2.4}
.erd .erd-bundle:hover .erd-count{fill:#1d56c9}
@media (prefers-color-scheme:dark){
.erd{background:#12161f}.erd text{fill:#e6e9f0}
.erd .erd-frame{fill:#171c27;stroke:#2c3443}.erd .erd-frame-title{fill:#9aa5b8}
.erd .erd-box{fill:#1c2230;stroke:#465064}.erd .erd-head{fill:#2a3344}
.erd .erd-type,.erd .erd-more,.erd .erd-legend text{fill:#97a1b3}
.erd .erd-pk{fill:#f3b45c}.erd .erd-fk,.erd .erd-far{fill:#7fb0ff}.erd .erd-fkq{fill:#f0a044}.erd .erd-u{fill:#a9b3c4}
.erd .erd-set{fill:#a9b3c4}.erd .erd-null{stroke:#77839a}
.erd .erd-line,.erd .erd-mark{stroke:#8995ab}.erd .erd-ring{fill:#12161f;stroke:#8995ab}
.erd .erd-implied .erd-line,.erd .erd-implied .erd-mark,.erd .erd-implied .erd-ring{stroke:#f0a044}
.erd .erd-h0 .erd-head{fill:#21365c}.erd .erd-h1 .erd-head{fill:#1d4330}.erd .erd-h2 .erd-head{fill:#51351d}
.erd .erd-h3 .erd-head{fill:#3b2b57}.erd .erd-h4 .erd-head{fill:#19444a}.erd .erd-h5 .erd-head{fill:#512836}
.erd .erd-h6 .erd-head{fill:#463f1a}.erd .erd-h7 .erd-head{fill:#333a47}
.erd .erd-edge:hover path,.erd .erd-bundle:hover .erd-line{stroke:#7fb0ff}
.erd .erd-arrow{fill:#8995ab}.erd .erd-count{fill:#a9b3c4;stroke:#12161f}.erd .erd-bundle:hover .erd-count{fill:#7fb0ff}
}
"""


def draw(
    content: Content, layout: Layout, groups: Sequence[Group], *, title: str, prefix: str, map_: Overview | None = None
) -> str:
    """The picture, below its map where there is one. `prefix` begins every id, so that two of them can stand in one
    page."""
    grown = max(1.0, layout.width / _SCREEN)
    legend, marks = _legend(content)
    width = max(layout.width, legend * grown + 4 * _EDGE)
    hues = _hues(groups)
    parts: list[str] = []
    top = 0.0
    if map_ is not None:
        scale = min(layout.width / map_.layout.width, _SHARE * layout.height / map_.layout.height, _MOST_GROWN * grown)
        scale = max(scale, 1.0)
        width = max(width, map_.layout.width * scale)
        lines, top = _captioned(map_, hues, scale)
        parts.append(f'<g class="erd-map" transform="scale({scale:.3f})">{lines}</g>')
        top *= scale
        parts.append(f'<g transform="translate(0 {num(top)})">')
    parts += _whole(content, layout, hues, prefix)
    if map_ is not None:
        parts.append("</g>")
    height = top + layout.height
    if marks:
        parts.append(
            f'<g class="erd-legend" aria-hidden="true" transform="translate({num(2 * _EDGE * grown)} '
            f'{num(height + 4 * grown)}) scale({num(grown)})"><text>{marks}</text></g>'
        )
        height += _LEGEND * grown
    return _picture(parts, width, height, title, described(content), prefix)


def draw_map(content: Content, groups: Sequence[Group], map_: Overview, *, title: str, prefix: str) -> str:
    """The map alone."""
    lines, height = _captioned(map_, _hues(groups), 1.0)
    width = max(map_.layout.width, width_of(told(map_), SMALL) + 4 * _EDGE)
    return _picture([lines], width, height, title, f"{described(content)} {told(map_)}.", prefix)


def _captioned(map_: Overview, hues: Sequence[int], scale: float) -> tuple[str, float]:
    """A map with what it shows in words below it, and how high both are."""
    caption = num(map_.layout.height + 2)
    said = f'<text class="erd-more" x="{2 * _EDGE}" y="{caption}">{text(told(map_))}</text>'
    return f"{drawn(map_, hues)}\n{said}", map_.layout.height + _LEGEND + (_LEGEND if scale > 1 else 0)


def _picture(parts: Sequence[str], width: float, height: float, title: str, said: str, prefix: str) -> str:
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" class="erd" viewBox="0 0 {num(width)} {num(height)}" '
        f'role="graphics-document document" aria-roledescription="entity-relationship diagram" '
        f'aria-labelledby="{prefix}-title" aria-describedby="{prefix}-desc">',
        f'<title id="{prefix}-title">{text(title)}</title>',
        f'<desc id="{prefix}-desc">{text(said)}</desc>',
        f"<style>{_STYLE}</style>",
        *parts,
        "</svg>\n",
    ))  # fmt: skip


def _hues(groups: Sequence[Group]) -> list[int]:
    """The colours of groups: the frames take turns."""
    turns = count()
    return [_GREY if group.loose and group.framed else next(turns) % _GREY if group.framed else 0 for group in groups]


def _whole(content: Content, layout: Layout, hues: Sequence[int], prefix: str) -> Iterator[str]:
    """Frames, tables and links."""
    names = [visible(str(box.name)) for box in content.boxes]
    if layout.frames:
        yield '<g class="erd-frames">'
        for frame in layout.frames:
            name = text(cut(line(frame.title), frame.width - 24, frame.text))
            yield (
                f'<g class="erd-group erd-h{hues[frame.group]}" data-group="{frame.group}"><rect class="erd-frame" '
                f'x="{num(frame.x)}" y="{num(frame.y)}" width="{num(frame.width)}" height="{num(frame.height)}" '
                f'rx="10"/><text class="erd-frame-title" font-size="{num(frame.text)}" x="{num(frame.x + 14)}" '
                f'y="{num(frame.y + 8 + frame.text)}">{name}</text></g>'
            )
        yield "</g>"
    yield '<g class="erd-tables">'
    for number, (box, place) in enumerate(zip(content.boxes, layout.places, strict=True)):
        yield from _table(number, box, place, content.several, hues[place.group], prefix)
    yield '</g><g class="erd-edges">'
    # Implied ones first: where ways are shared, what is declared lies on top.
    for number in sorted(range(len(content.links)), key=lambda one: not content.links[one].implied):
        link = content.links[number]
        places = layout.places[link.child], layout.places[link.parent]
        yield _edge(link, layout.ways[number], places, names, content)
    yield "</g>"


def described(content: Content) -> str:
    """The picture in words."""
    implied = sum(link.implied for link in content.links)
    said = f"{plural(sum(box.known for box in content.boxes), 'table')}, "
    said += plural(len(content.links) - implied, "foreign key")
    if implied:
        said += f", {plural(implied, 'reference')} that only names imply"
    schemas = {box.name.schema for box in content.boxes}
    if len(schemas) > 1:
        said += f", in {len(schemas)} schemas"
    most = Counter(link.parent for link in content.links).most_common(3)
    if most:
        found = [f"{label(content.boxes[one].name, content.several)} ({count})" for one, count in most]
        said += f". Most referred to: {', '.join(found)}"
    return said + "."


def _legend(content: Content) -> tuple[float, str]:
    """What the marks mean that are in the picture: how wide that is, and its text."""
    rows = [row for box in content.boxes for row in box.rows]
    known = (
        ("PK", "pk", "primary key", any(row.primary for row in rows)),
        ("FK", "fk", "foreign key", any(row.foreign for row in rows)),
        ("FK?", "fkq", "only its name says so", any(row.implied for row in rows)),
        ("U", "u", "unique", any(row.unique for row in rows)),
        ("●", "type", "not null", any(row.not_null for row in rows)),
        ("○", "type", "may be null", any(not row.not_null for row in rows)),
        ("→", "far", "refers to a table that stands elsewhere", any(link.stub for link in content.links)),
        ("←", "far", "so many refer to it from elsewhere", any(box.inbound for box in content.boxes)),
    )
    used = [(mark, kind, said) for mark, kind, said, here in known if here]
    spans = [
        f'<tspan class="erd-{kind}" dx="{14 if number else 0}">{mark}</tspan><tspan dx="4">{said}</tspan>'
        for number, (mark, kind, said) in enumerate(used)
    ]
    return sum(18 + width_of(mark, 9) + width_of(said, 11) for mark, _, said in used), "".join(spans)


def _edge(link: Link, way: Way, places: tuple[Placed, Placed], names: list[str], content: Content) -> str:
    child, parent = (label(content.boxes[one].name, content.several) for one in (link.child, link.parent))
    children, parents = cardinality(link)
    columns, parent_columns = (line(", ".join(one)) for one in (link.columns, link.parent_columns))
    said = f"{child} ({columns}) refers to {parent} ({parent_columns}): {children} to {parents}; {link.note}"
    kind = " erd-implied" if link.implied else ""
    if link.stub:
        kind += " erd-stub"
        x, y = way.points[-1]
        paths = (
            f'<path class="erd-mark" d="M{num(x - 4)} {num(y - 3.5)}L{num(x)} {num(y)}L{num(x - 4)} {num(y + 3.5)}"/>'
        )
    else:
        marks, rings = _marks(link, way, places)
        paths = f'<path class="erd-mark" d="{marks}"/><path class="erd-ring" d="{rings}"/>'
    return (
        f'<g class="erd-edge{kind}" role="graphics-symbol" data-from="{attribute(names[link.child])}" '
        f'data-to="{attribute(names[link.parent])}" data-columns="{attribute(columns)}"><title>{text(said)}</title>'
        f'<path class="erd-line" d="{rounded(way)}"/>{paths}</g>'
    )


def _marks(link: Link, way: Way, places: tuple[Placed, Placed]) -> tuple[str, str]:
    """The feet and bars at both ends, and the rings."""
    points = way.points
    (x, y), (ax, ay) = points[0], points[-1]
    out = 1 if points[1][0] >= x else -1
    back = 1 if points[-2][0] >= ax else -1
    marks: list[str] = []
    rings = [_ring(x + out * 16, y)]
    if link.one:
        marks.append(f"M{num(x + out * 8)} {num(y - 4.5)}v9")
    else:
        marks.append(f"M{num(x)} {num(y - 4.5)}L{num(x + out * 12)} {num(y)}L{num(x)} {num(y + 4.5)}")
    marks.append(f"M{num(ax + back * 6)} {num(ay - 4.5)}v9")
    if link.optional:
        rings.append(_ring(ax + back * 13, ay))
    else:
        marks.append(f"M{num(ax + back * 10)} {num(ay - 4.5)}v9")
    for place, rows, at, side in ((places[0], link.child_rows, x, out), (places[1], link.parent_rows, ax, back)):
        if len(rows) > 1:  # the other columns of a key, within the box
            heights = [place.y + HEADER + ROW * (row + 0.5) for row in rows]
            marks.append(f"M{num(at - side * 5)} {num(min(heights))}V{num(max(heights))}")
            marks += [f"M{num(at)} {num(one)}h{-side * 5}" for one in heights]
    return "".join(marks), "".join(rings)


def _ring(x: float, y: float) -> str:
    return f"M{num(x - 3.5)} {num(y)}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0"


def _table(number: int, box: Box, place: Placed, several: bool, hue: int, prefix: str) -> Iterator[str]:
    name = label(box.name, several)
    classes = f"erd-table erd-h{hue}" + ("" if box.known else " erd-unknown")
    yield (
        f'<g class="{classes}" id="{prefix}-t{number}" role="graphics-object" '
        f'data-table="{attribute(visible(str(box.name)))}" '
        f'data-schema="{attribute(visible(box.name.schema))}" data-group="{place.group}" '
        f'transform="translate({num(place.x)} {num(place.y)})"><title>{text(f"{name}: {box.note}")}</title>'
    )
    width = num(place.width)
    if box.rows:
        yield f'<rect class="erd-box" width="{width}" height="{box.height}" rx="6"/>'
        corners = f"V6.5a6 6 0 0 1 6 -6H{num(place.width - 6.5)}a6 6 0 0 1 6 6V{HEADER}z"
        yield f'<path class="erd-head" d="M.5 {HEADER}{corners}"/>'
    else:
        yield f'<rect class="erd-box erd-head" width="{width}" height="{box.height}" rx="6"/>'
    baseline = HEADER / 2 + 4.5 if box.rows else box.height / 2 + (-3.5 if box.away else 4.5)
    many = received(box)
    room = place.width - 2 * _EDGE + 4 - (width_of(many, SMALL) + _EDGE if many else 0)
    title = text(cut(line(box.name.name), room, 13))
    yield f'<text class="erd-name" x="{_EDGE}" y="{num(baseline)}">{title}</text>'
    right = num(place.width - _EDGE)
    if many:
        yield f'<text class="erd-far" x="{right}" y="{num(baseline)}" text-anchor="end">{many}</text>'
    if box.away:
        yield f'<text class="erd-far" x="{_EDGE}" y="{num(baseline + 16)}">{text(towards(box.away))}</text>'
    left = _EDGE + box.badges * _BADGE
    full = hollow = ""
    for at, row in enumerate(box.rows):
        y = HEADER + ROW * at + ROW / 2
        dot = f"M{num(left)} {num(y)}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"
        if row.not_null:
            full += dot
        else:
            hollow += dot
        x = _EDGE
        for mark, here in (("PK", row.primary), ("FK", row.foreign), ("FK?", row.implied), ("U", row.unique)):
            if here:
                yield f'<text class="erd-{_CLASSES[mark]}" x="{x}" y="{num(y + 3.5)}">{mark}</text>'
                x += _BADGE - 4 + (4 if mark == "FK?" else 0)
        key = ' class="erd-key"' if row.primary else ""
        name, kind = shown(row)
        said = "far" if row.away else "type"
        yield (
            f'<g data-column="{attribute(visible(row.name))}"><title>{text(row.note)}</title>'
            f'<text{key} x="{left + _DOT}" y="{num(y + 4)}">{text(name)}</text>'
            f'<text class="erd-{said}" x="{right}" y="{num(y + 4)}" text-anchor="end">{text(kind)}</text>'
            "</g>"
        )
    if full:
        yield f'<path class="erd-set" d="{full}"/>'
    if hollow:
        yield f'<path class="erd-null" d="{hollow}"/>'
    if box.hidden and box.rows:
        y = HEADER + ROW * len(box.rows) + ROW / 2 + 4
        yield f'<text class="erd-more" x="{left + _DOT}" y="{num(y)}">{box.hidden} more</text>'
    yield "</g>"


__all__ = ["described", "draw", "draw_map"]
