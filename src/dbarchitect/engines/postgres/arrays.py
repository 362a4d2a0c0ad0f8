"""One-dimensional array literals, as statistics carry them."""

from __future__ import annotations

from collections.abc import Sequence


def parse_array(literal: str | None) -> list[str]:
    """The elements of a one-dimensional array literal as the server prints it; NULL elements are left out."""
    if not literal:
        return []
    found: list[str] = []
    position, end = literal.index("{") + 1, len(literal)
    while position < end and literal[position] != "}":
        if literal[position] == '"':
            position += 1
            text: list[str] = []
            while literal[position] != '"':
                if literal[position] == "\\":
                    position += 1
                text.append(literal[position])
                position += 1
            found.append("".join(text))
            position += 1
        else:
            start = position
            while literal[position] not in ",}":
                position += 1
            word = literal[start:position]
            if word.upper() != "NULL":
                found.append(word)
        if literal[position] == ",":
            position += 1
    return found


def format_array(values: Sequence[str | None]) -> str:
    """An array literal of these elements, each quoted; None is NULL."""
    quoted = ("NULL" if v is None else '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"' for v in values)
    return "{" + ",".join(quoted) + "}"
