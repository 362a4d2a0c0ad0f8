"""EXPLAIN's YAML: two spaces a level, keys bare, texts quoted as in JSON. No more of YAML than that."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from dbarchitect.errors import InputError

_KEY = re.compile(r"^(?P<key>[^\s\"'][^:\"]*):(?:\s+(?P<value>.*))?$")
_DEEPEST = 400

_Line = tuple[int, str]


def documents_from_yaml(text: str) -> list[Any]:
    """The values of the list that EXPLAIN printed. Raises `InputError` where it is no such list."""
    lines: list[_Line] = []
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            lines.append((len(line) - len(line.lstrip()), stripped))
    while lines and not re.match(r"(?:- )?(?:Plan|Query Text):", lines[0][1]):
        lines.pop(0)
    if not lines:
        raise InputError("this YAML holds no plan")
    value, _ = _block(lines, 0, 0)
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _block(lines: list[_Line], place: int, depth: int) -> tuple[Any, int]:
    """The list or mapping whose first line is at `place`, and the place after it."""
    if depth > _DEEPEST:
        raise InputError("this plan is nested too deeply to be one")
    indent, text = lines[place]
    if text.startswith("- ") or text == "-":
        return _list(lines, place, indent, depth)
    return _mapping(lines, place, indent, depth)


def _list(lines: list[_Line], place: int, indent: int, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while place < len(lines) and lines[place][0] == indent and re.match(r"-(?: |$)", lines[place][1]):
        rest = lines[place][1][1:].strip()
        if not rest or not _KEY.match(rest):
            found.append(_scalar(rest))
            place += 1
            continue
        # The first key of a mapping stands behind the dash; the others two further in.
        lines[place] = (indent + 2, rest)
        value, place = _mapping(lines, place, indent + 2, depth + 1)
        found.append(value)
    return found, place


def _mapping(lines: list[_Line], place: int, indent: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while place < len(lines) and lines[place][0] == indent:
        match = _KEY.match(lines[place][1])
        if match is None:
            break
        place += 1
        if match["value"]:
            found[match["key"]] = _scalar(match["value"])
        elif place < len(lines) and lines[place][0] > indent:
            found[match["key"]], place = _block(lines, place, depth + 1)
        else:
            found[match["key"]] = None
    if place < len(lines) and lines[place][0] > indent:
        raise InputError(f"this YAML breaks at {lines[place][1][:40]!r}")
    return found, place


def _scalar(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str | int | float | bool) else text
