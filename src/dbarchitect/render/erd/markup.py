"""Numbers, texts and paths as SVG has them."""

from __future__ import annotations

from html import escape

from ..untrusted import visible
from .layout import Way

_CORNER = 6.0


def num(value: float) -> str:
    """A number as short as it can be."""
    return f"{value:.1f}".removesuffix(".0")


def text(said: str) -> str:
    """A text between tags."""
    return escape(visible(said), quote=False)


def attribute(said: str) -> str:
    """A text between quotes."""
    return escape(visible(said), quote=True)


def rounded(way: Way) -> str:
    """A way as a path with round corners."""
    points = way.points
    parts = [f"M{num(points[0][0])} {num(points[0][1])}"]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        first = abs(before[0] - at[0]) + abs(before[1] - at[1])
        second = abs(after[0] - at[0]) + abs(after[1] - at[1])
        corner = min(_CORNER, first / 2, second / 2)
        start, end = _towards(at, before, corner), _towards(at, after, corner)
        parts.append(f"L{num(start[0])} {num(start[1])}Q{num(at[0])} {num(at[1])} {num(end[0])} {num(end[1])}")
    parts.append(f"L{num(points[-1][0])} {num(points[-1][1])}")
    return "".join(parts)


def _towards(point: tuple[float, float], other: tuple[float, float], by: float) -> tuple[float, float]:
    def step(a: float, b: float) -> float:
        return a + (by if b > a else -by if b < a else 0.0)

    return step(point[0], other[0]), step(point[1], other[1])
