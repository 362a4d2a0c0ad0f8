"""The curve of what budgets buy, as an SVG picture: the cost that is left over the bytes that are spent."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dbarchitect.model.advice import BudgetPoint
from dbarchitect.render.digest import plural

_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 30, 60, 60
_STYLE = """
svg { background: #fff; color: #1c2330; font: 13px system-ui, sans-serif }
text { fill: currentColor } .title { font-size: 16px; font-weight: 600 } .dim { opacity: .65 }
.grid { stroke: currentColor; stroke-opacity: .15 } .line { fill: none; stroke: #2563eb; stroke-width: 2 }
.point { fill: #2563eb } .knee { fill: #d97706; stroke: #d97706; stroke-width: 6; stroke-opacity: .25 }
@media (prefers-color-scheme: dark) { svg { background: #12161f; color: #e6e9f0 } }
"""


def knee(curve: Sequence[BudgetPoint]) -> BudgetPoint | None:
    """The point after which a byte buys less than it did on the average: farthest below the straight line from nothing
    spent to all (Satopaa and others 2011, "Finding a kneedle in a haystack"). None where there is no bend."""
    if len(curve) < 2 or curve[-1].bytes <= 0:
        return None
    whole, saved = curve[-1].bytes, 1.0 - curve[-1].cost

    def below(point: BudgetPoint) -> float:
        return (1.0 - point.cost) / saved - point.bytes / whole if saved > 0 else 0.0

    best = max(curve, key=below)
    return best if below(best) > 0.05 else None


def draw_curve(curve: Sequence[BudgetPoint], size: dict[int, str], cost: str, *, alone: bool = True) -> str:
    """The picture. `size`: the bytes of each point as people read them; `cost`: what costs are called; `alone`: with
    its own title and colours, which a page that it stands in has already."""
    right = max((point.bytes for point in curve), default=0) or 1
    bend = knee(curve)

    def x(count: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * count / right

    def y(share: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1.0 - min(share, 1.0))

    points = sorted(curve, key=lambda point: point.bytes)
    steps = [f"H{x(point.bytes):.1f}V{y(point.cost):.1f}" for point in points]  # in between nothing more is bought
    path = [f"M{x(0):.1f},{y(1.0):.1f}", *steps, f"H{_WIDTH - _RIGHT}"]
    marks: list[str] = []
    for tenth in range(0, 11, 2):
        share = tenth / 10
        marks.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>'
        )
        marks.append(f'<text class="dim" x="{_LEFT - 8}" y="{y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>')
    for point in points:
        at = point is bend
        label = f"{size[point.bytes]}, {plural(point.indexes, 'index', 'indexes')}: {point.cost:.1%}"
        marks.append(
            f'<circle class="{"knee" if at else "point"}" cx="{x(point.bytes):.1f}" cy="{y(point.cost):.1f}" '
            f'r="{6 if at else 4}"><title>{escape(label)}</title></circle>'
        )
        if at:
            left = point.bytes > right / 2  # where there is room for the words
            marks.append(
                f'<text x="{x(point.bytes) + (-10 if left else 10):.1f}" y="{y(point.cost) - 12:.1f}" '
                f'text-anchor="{"end" if left else "start"}">the knee: {escape(label)}</text>'
            )
    described = "; ".join(f"{size[p.bytes]}: {p.cost:.1%}" for p in points)
    title = f"{cost.capitalize()} of the workload by the size of new indexes"
    own = f'<text class="title" x="{_LEFT}" y="30">{title}</text>' if alone else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="curve" viewBox="0 {0 if alone else 40} {_WIDTH} '
        f'{_HEIGHT if alone else _HEIGHT - 40}" role="img" aria-labelledby="curve-title curve-described">'
        f"{f'<style>{_STYLE}</style>' if alone else ''}"
        f'<title id="curve-title">{title}</title><desc id="curve-described">{escape(described)}</desc>{own}'
        + "".join(marks)
        + f'<path class="line" d="{"".join(path)}"/>'
        f'<text class="dim" x="{_LEFT}" y="{_HEIGHT - 30}">0</text>'
        f'<text class="dim" x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 30}" text-anchor="end">'
        f"{escape(size.get(right, ''))}</text>"
        f'<text class="dim" x="{(_LEFT + _WIDTH - _RIGHT) / 2}" y="{_HEIGHT - 12}" text-anchor="middle">'
        "size of new indexes</text>"
        f'<text class="dim" x="{_LEFT}" y="{_TOP - 8}">{escape(cost)} of the workload, 100% without new indexes</text>'
        "</svg>\n"
    )
