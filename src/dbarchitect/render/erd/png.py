"""A diagram as pixels: SVG drawn by resvg, a renderer without other programs or libraries (extra `png`)."""

from __future__ import annotations

import re

from dbarchitect.errors import SurroundingsError

_SHARP = 2.0  # pixels for one of the picture: screens have as many
_MOST = 12_000  # pixels on the longer side: about 350 MB while it is drawn
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def png(svg: str) -> bytes:
    """What `diagram` gave as a PNG, in its light colours. Raises `SurroundingsError` without the extra."""
    try:
        import resvg_py
    except ImportError as err:
        raise SurroundingsError(
            "PNG needs a package that is not installed", hint="pip install 'dbarchitect[png]'; or -o erd.svg"
        ) from err
    found = _BOX.search(svg)
    longest = max(float(found[1]), float(found[2])) if found else _MOST
    zoom = min(_SHARP, _MOST / longest)
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", zoom=zoom))
