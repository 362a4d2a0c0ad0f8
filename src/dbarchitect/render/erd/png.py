"""A diagram as pixels: SVG drawn by resvg, a renderer without other programs or libraries (extra `png`)."""

from __future__ import annotations

import re

from dbarchitect.errors import SurroundingsError

_SHARP = 2.0  # pixels for one of the picture: screens have as many
_MOST = 12_000  # pixels on the longer side: about 350 MB while it is drawn
# resvg takes the first family that is there and has no other to fall back on: without one it leaves out all letters.
_PROBE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><style>{}</style><g class="erd">{}</g></svg>'
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def png(svg: str) -> bytes:
    """What `diagram` gave as a PNG, in its light colours. Raises `SurroundingsError` without the extra."""
    try:
        import resvg_py
    except ImportError as err:
        raise SurroundingsError(
            "PNG needs a package that is not installed", hint="pip install 'dbarchitect[png]'; or -o erd.svg"
        ) from err
    style = _STYLE.search(svg)
    blank, letters = (
        resvg_py.svg_to_bytes(svg_string=_PROBE.format("" if style is None else style[1], drawn))
        for drawn in ("", '<text x="2" y="15">Ab</text>')
    )
    if blank == letters:
        raise SurroundingsError(
            "no font is installed that could write the names of a PNG",
            hint="apt-get install fonts-dejavu-core; or -o erd.svg",
        )
    found = _BOX.search(svg)
    longest = max(float(found[1]), float(found[2])) if found else _MOST
    zoom = min(_SHARP, _MOST / longest)
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", zoom=zoom))
