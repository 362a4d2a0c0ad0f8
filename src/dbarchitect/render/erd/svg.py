"""A layout as SVG that needs nothing else: no script, no font, no other file. The package says what it is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape

from ..digest import plural
from ..untrusted import line, visible
from .boxes import HEADER, ROW, Box, Content, Link, cardinality, cut, label, shown, width_of
from .layout import Layout, Placed, Way

_CORNER = 6.0
_SCREEN, _LEGEND = 1800.0, 18.0  # pixels: a width to which all is fitted, the height of the legend
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
.erd .erd-pk,.erd .erd-fk,.erd .erd-fkq,.erd .erd-u{font-size:9px;font-weight:700}
.erd .erd-pk{fill:#a15c00}.erd .erd-fk{fill:#1d56c9}.erd .erd-fkq{fill:#b45309}.erd .erd-u{fill:#5b6577}
.erd .erd-set{fill:#5b6577}.erd .erd-null{fill:none;stroke:#8a94a6}
.erd .erd-line,.erd .erd-mark{fill:none;stroke:#66718a;stroke-width:1.4}
.erd .erd-ring{fill:#fff;stroke:#66718a;stroke-width:1.4}
.erd .erd-implied .erd-line,.erd .erd-implied .erd-mark,.erd .erd-implied .erd-ring{stroke:#b45309}
.erd .erd-implied .erd-line{stroke-dasharray:6 4}
.erd .erd-unknown .erd-box{stroke-dasharray:5 4}
.erd .erd-h0 .erd-head{fill:#dbe7fb}.erd .erd-h1 .erd-head{fill:#d9f0e3}.erd .erd-h2 .erd-head{fill:#fbe6d3}
.erd .erd-h3 .erd-head{fill:#ebe0f9}.erd .erd-h4 .erd-head{fill:#d6eff2}.erd .erd-h5 .erd-head{fill:#fadfe6}
.erd .erd-h6 .erd-head{fill:#f4edc9}.erd .erd-h7 .erd-head{fill:#e4e6ea}
.erd .erd-edge:hover path{stroke:#1d56c9;stroke-width:2.4}
@media (prefers-color-scheme:dark){
.erd{background:#12161f}.erd text{fill:#e6e9f0}
.erd .erd-frame{fill:#171c27;stroke:#2c3443}.erd .erd-frame-title{fill:#9aa5b8}
.erd .erd-box{fill:#1c2230;stroke:#465064}.erd .erd-head{fill:#2a3344}
.erd .erd-type,.erd .erd-more,.erd .erd-legend text{fill:#97a1b3}
.erd .erd-pk{fill:#f3b45c}.erd .erd-fk{fill:#7fb0ff}.erd .erd-fkq{fill:#f0a044}.erd .erd-u{fill:#a9b3c4}
.erd .erd-set{fill:#a9b3c4}.erd .erd-null{stroke:#77839a}
.erd .erd-line,.erd .erd-mark{stroke:#8995ab}.erd .erd-ring{fill:#12161f;stroke:#8995ab}
.erd .erd-implied .erd-line,.erd .erd-implied .erd-mark,.erd .erd-implied .erd-ring{stroke:#f0a044}
.erd .erd-h0 .erd-head{fill:#21365c}.erd .erd-h1 .erd-head{fill:#1d4330}.erd .erd-h2 .erd-head{fill:#51351d}
.erd .erd-h3 .erd-head{fill:#3b2b57}.erd .erd-h4 .erd-head{fill:#19444a}.erd .erd-h5 .erd-head{fill:#512836}
.erd .erd-h6 .erd-head{fill:#463f1a}.erd .erd-h7 .erd-head{fill:#333a47}
.erd .erd-edge:hover path{stroke:#7fb0ff}
}
"""


def draw(content: Content, layout: Layout, *, title: str, prefix: str) -> str:
    """The picture. `prefix` begins every id, so that two of them can stand in one page."""
    names = [visible(str(box.name)) for box in content.boxes]
    several = content.several
    hue = {
        frame.group: _GREY if frame.loose else place % _GREY
        for place, frame in enumerate(sorted(layout.frames, key=lambda one: one.group))
    }
    grown = max(1.0, layout.width / _SCREEN)
    legend, marks = _legend(content)
    width = max(layout.width, legend + 4 * _EDGE)
    height = layout.height + (_LEGEND * grown if marks else 0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="erd" viewBox="0 0 {_n(width)} {_n(height)}" '
        f'role="graphics-document document" aria-roledescription="entity-relationship diagram" '
        f'aria-labelledby="{prefix}-title" aria-describedby="{prefix}-desc">',
        f'<title id="{prefix}-title">{_t(title)}</title>',
        f'<desc id="{prefix}-desc">{_t(described(content))}</desc>',
        f"<style>{_STYLE}</style>",
    ]
    if layout.frames:
        parts.append('<g class="erd-frames">')
        for frame in layout.frames:
            name = _t(cut(line(frame.title), frame.width - 24, frame.text))
            parts.append(
                f'<g class="erd-group erd-h{hue[frame.group]}" data-group="{frame.group}"><rect class="erd-frame" '
                f'x="{_n(frame.x)}" y="{_n(frame.y)}" width="{_n(frame.width)}" height="{_n(frame.height)}" rx="10"/>'
                f'<text class="erd-frame-title" font-size="{_n(frame.text)}" x="{_n(frame.x + 14)}" '
                f'y="{_n(frame.y + 8 + frame.text)}">{name}</text></g>'
            )
        parts.append("</g>")
    parts.append('<g class="erd-tables">')
    for number, (box, place) in enumerate(zip(content.boxes, layout.places, strict=True)):
        parts += _table(number, box, place, several, hue.get(place.group, 0), prefix)
    parts.append('</g><g class="erd-edges">')
    # Implied ones first: where ways are shared, what is declared lies on top.
    for number in sorted(range(len(content.links)), key=lambda one: not content.links[one].implied):
        link = content.links[number]
        places = layout.places[link.child], layout.places[link.parent]
        parts.append(_edge(link, layout.ways[number], places, names, content))
    parts.append("</g>")
    if marks:
        parts.append(
            f'<g class="erd-legend" aria-hidden="true" transform="translate({_n(2 * _EDGE * grown)} '
            f'{_n(layout.height + 4 * grown)}) scale({_n(grown)})"><text>{marks}</text></g>'
        )
    parts.append("</svg>\n")
    return "\n".join(parts)


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
    marks, rings = _marks(link, way, places)
    implied = " erd-implied" if link.implied else ""
    return (
        f'<g class="erd-edge{implied}" role="graphics-symbol" data-from="{_a(names[link.child])}" '
        f'data-to="{_a(names[link.parent])}" data-columns="{_a(columns)}"><title>{_t(said)}</title>'
        f'<path class="erd-line" d="{_rounded(way)}"/><path class="erd-mark" d="{marks}"/>'
        f'<path class="erd-ring" d="{rings}"/></g>'
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
        marks.append(f"M{_n(x + out * 8)} {_n(y - 4.5)}v9")
    else:
        marks.append(f"M{_n(x)} {_n(y - 4.5)}L{_n(x + out * 12)} {_n(y)}L{_n(x)} {_n(y + 4.5)}")
    marks.append(f"M{_n(ax + back * 6)} {_n(ay - 4.5)}v9")
    if link.optional:
        rings.append(_ring(ax + back * 13, ay))
    else:
        marks.append(f"M{_n(ax + back * 10)} {_n(ay - 4.5)}v9")
    for place, rows, at, side in ((places[0], link.child_rows, x, out), (places[1], link.parent_rows, ax, back)):
        if len(rows) > 1:  # the other columns of a key, within the box
            heights = [place.y + HEADER + ROW * (row + 0.5) for row in rows]
            marks.append(f"M{_n(at - side * 5)} {_n(min(heights))}V{_n(max(heights))}")
            marks += [f"M{_n(at)} {_n(one)}h{-side * 5}" for one in heights]
    return "".join(marks), "".join(rings)


def _ring(x: float, y: float) -> str:
    return f"M{_n(x - 3.5)} {_n(y)}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0"


def _rounded(way: Way) -> str:
    points = way.points
    parts = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        first = abs(before[0] - at[0]) + abs(before[1] - at[1])
        second = abs(after[0] - at[0]) + abs(after[1] - at[1])
        corner = min(_CORNER, first / 2, second / 2)
        start, end = _towards(at, before, corner), _towards(at, after, corner)
        parts.append(f"L{_n(start[0])} {_n(start[1])}Q{_n(at[0])} {_n(at[1])} {_n(end[0])} {_n(end[1])}")
    parts.append(f"L{_n(points[-1][0])} {_n(points[-1][1])}")
    return "".join(parts)


def _towards(point: tuple[float, float], other: tuple[float, float], by: float) -> tuple[float, float]:
    def step(a: float, b: float) -> float:
        return a + (by if b > a else -by if b < a else 0.0)

    return step(point[0], other[0]), step(point[1], other[1])


def _table(number: int, box: Box, place: Placed, several: bool, hue: int, prefix: str) -> Iterator[str]:
    name = label(box.name, several)
    classes = f"erd-table erd-h{hue}" + ("" if box.known else " erd-unknown")
    yield (
        f'<g class="{classes}" id="{prefix}-t{number}" role="graphics-object" '
        f'data-table="{_a(visible(str(box.name)))}" '
        f'data-schema="{_a(visible(box.name.schema))}" data-group="{place.group}" '
        f'transform="translate({_n(place.x)} {_n(place.y)})"><title>{_t(f"{name}: {box.note}")}</title>'
    )
    width = _n(place.width)
    if box.rows:
        yield f'<rect class="erd-box" width="{width}" height="{box.height}" rx="6"/>'
        corners = f"V6.5a6 6 0 0 1 6 -6H{_n(place.width - 6.5)}a6 6 0 0 1 6 6V{HEADER}z"
        yield f'<path class="erd-head" d="M.5 {HEADER}{corners}"/>'
    else:
        yield f'<rect class="erd-box erd-head" width="{width}" height="{box.height}" rx="6"/>'
    baseline = HEADER / 2 + 4.5 if box.rows else box.height / 2 + 4.5
    title = _t(cut(line(box.name.name), place.width - 2 * _EDGE + 4, 13))
    yield f'<text class="erd-name" x="{_EDGE}" y="{_n(baseline)}">{title}</text>'
    left = _EDGE + box.badges * _BADGE
    full = hollow = ""
    for at, row in enumerate(box.rows):
        y = HEADER + ROW * at + ROW / 2
        dot = f"M{_n(left)} {_n(y)}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"
        if row.not_null:
            full += dot
        else:
            hollow += dot
        x = _EDGE
        for mark, here in (("PK", row.primary), ("FK", row.foreign), ("FK?", row.implied), ("U", row.unique)):
            if here:
                yield f'<text class="erd-{_CLASSES[mark]}" x="{x}" y="{_n(y + 3.5)}">{mark}</text>'
                x += _BADGE - 4 + (4 if mark == "FK?" else 0)
        key = ' class="erd-key"' if row.primary else ""
        name, kind = shown(row)
        right = _n(place.width - _EDGE)
        yield (
            f'<g data-column="{_a(visible(row.name))}"><title>{_t(row.note)}</title>'
            f'<text{key} x="{left + _DOT}" y="{_n(y + 4)}">{_t(name)}</text>'
            f'<text class="erd-type" x="{right}" y="{_n(y + 4)}" text-anchor="end">{_t(kind)}</text>'
            "</g>"
        )
    if full:
        yield f'<path class="erd-set" d="{full}"/>'
    if hollow:
        yield f'<path class="erd-null" d="{hollow}"/>'
    if box.hidden and box.rows:
        y = HEADER + ROW * len(box.rows) + ROW / 2 + 4
        yield f'<text class="erd-more" x="{left + _DOT}" y="{_n(y)}">{box.hidden} more</text>'
    yield "</g>"


def _n(number: float) -> str:
    """A number as short as it can be."""
    return f"{number:.1f}".removesuffix(".0")


def _t(text: str) -> str:
    return escape(visible(text), quote=False)


def _a(text: str) -> str:
    return escape(visible(text), quote=True)


__all__ = ["described", "draw"]
